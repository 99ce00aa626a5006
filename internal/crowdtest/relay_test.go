//go:build linux || darwin

package crowdtest

import (
	"io"
	"net"
	"sync"
	"time"
)

// relay is one machine's way to the server.
type relay struct {
	listener net.Listener
	to       string // the server

	mu    sync.Mutex
	moved *sync.Cond
	held  [2]bool       // nothing moves: what the machine sends, what it gets; guarded by mu
	delay time.Duration // of each piece; guarded by mu
	conns map[net.Conn]bool
}

const (
	sending = iota
	getting
)

// newRelay listens at an address and passes on what comes.
func newRelay(at, to string) (*relay, error) {
	l, err := net.Listen("tcp", at)
	if err != nil {
		return nil, err
	}
	r := &relay{listener: l, to: to, conns: map[net.Conn]bool{}}
	r.moved = sync.NewCond(&r.mu)
	go r.accept()
	return r, nil
}

func (r *relay) addr() string { return r.listener.Addr().String() }

func (r *relay) close() {
	r.listener.Close()
	r.set(false, false, 0)
	r.cut()
}

func (r *relay) accept() {
	for {
		c, err := r.listener.Accept()
		if err != nil {
			return
		}
		go r.serve(c)
	}
}

func (r *relay) serve(c net.Conn) {
	s, err := net.Dial("tcp", r.to)
	if err != nil {
		c.Close()
		return
	}
	r.mu.Lock()
	r.conns[c], r.conns[s] = true, true
	r.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { r.pump(s, c, sending) })
	both.Go(func() { r.pump(c, s, getting) })
	both.Wait()
	r.mu.Lock()
	delete(r.conns, c)
	delete(r.conns, s)
	r.mu.Unlock()
	c.Close()
	s.Close()
}

// pump passes on what comes in one direction until either side ends, and ends the other.
func (r *relay) pump(to, from net.Conn, way int) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		r.wait(way)
		if n > 0 {
			if _, e := to.Write(buf[:n]); e != nil {
				from.Close()
				to.Close()
				return
			}
		}
		switch {
		case err == io.EOF:
			if half, ok := to.(*net.TCPConn); ok {
				_ = half.CloseWrite()
			}
			return
		case err != nil:
			to.Close()
			return
		}
	}
}

// wait holds a piece back as long as the link says.
func (r *relay) wait(way int) {
	r.mu.Lock()
	for r.held[way] {
		r.moved.Wait()
	}
	delay := r.delay
	r.mu.Unlock()
	time.Sleep(delay)
}

// set says what moves, and how slowly.
func (r *relay) set(holdSent, holdGot bool, delay time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.held, r.delay = [2]bool{sending: holdSent, getting: holdGot}, delay
	r.moved.Broadcast()
}

// cut breaks all connections: what is held back is lost.
func (r *relay) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for c := range r.conns {
		if t, ok := c.(*net.TCPConn); ok {
			_ = t.SetLinger(0)
		}
		c.Close()
	}
}
