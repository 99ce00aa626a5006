// Package delay makes a service on this machine look far away.
//
// Terms: a proxy listens on loopback and passes each connection's bytes on to a server; its round trip is how much later an answer comes
// than without it.
//
// Promises: every byte arrives half a round trip after it was taken, in order and unchanged, however many are on the way at once: bandwidth
// is not limited, as on a good line whose window is wide. A new connection's first bytes wait one more round trip, as those of TCP
// do for its handshake. One side's end of writing is passed on with the same delay, so half-closed connections work. What a real line also
// has, losses and the slow start of TCP, is missing.
package delay

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// Proxy is a running proxy.
type Proxy struct {
	listener net.Listener
	server   string
	trip     time.Duration

	mu    sync.Mutex
	conns map[net.Conn]bool // guarded by mu; nil when closed
	wg    sync.WaitGroup
}

// New starts a proxy at a free port of loopback that passes on to server, "host:port".
func New(server string, trip time.Duration) (*Proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Proxy{listener: l, server: server, trip: trip, conns: map[net.Conn]bool{}}
	p.wg.Go(p.serve)
	return p, nil
}

// Addr returns where it listens, "host:port".
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Close ends the proxy and all its connections.
func (p *Proxy) Close() {
	p.listener.Close()
	p.mu.Lock()
	for c := range p.conns {
		c.Close()
	}
	p.conns = nil
	p.mu.Unlock()
	p.wg.Wait()
}

func (p *Proxy) serve() {
	for {
		c, err := p.listener.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return
			}
			continue
		}
		p.wg.Go(func() { p.pass(c, time.Now()) })
	}
}

// keep registers a connection for Close; false says that the proxy is closed.
func (p *Proxy) keep(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.conns == nil {
		c.Close()
		return false
	}
	p.conns[c] = true
	return true
}

func (p *Proxy) drop(c net.Conn) {
	p.mu.Lock()
	delete(p.conns, c)
	p.mu.Unlock()
	c.Close()
}

// pass serves one connection, which was opened at a moment.
func (p *Proxy) pass(client net.Conn, opened time.Time) {
	if !p.keep(client) {
		return
	}
	defer p.drop(client)
	server, err := net.Dial("tcp", p.server)
	if err != nil || !p.keep(server) {
		return
	}
	defer p.drop(server)
	var both sync.WaitGroup
	both.Go(func() { oneWay(server, client, opened.Add(p.trip), p.trip/2) })
	both.Go(func() { oneWay(client, server, opened.Add(p.trip), p.trip/2) })
	both.Wait()
}

// piece is bytes on their way; nil are the end.
type piece struct {
	data []byte
	due  time.Time
}

// The line holds what arrives within a delay: more than a machine can copy in that time.
const (
	pieceSize = 64 << 10
	pieces    = 4096
)

// oneWay passes bytes on, each later than it was taken by the delay; none counts as taken before the connection is ready.
func oneWay(to, from net.Conn, ready time.Time, delay time.Duration) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	line := make(chan piece, pieces)
	go func() {
		defer close(line)
		for {
			buf := make([]byte, pieceSize)
			n, err := from.Read(buf)
			taken := time.Now()
			if taken.Before(ready) {
				taken = ready
			}
			if n > 0 && !send(ctx, line, piece{buf[:n:n], taken.Add(delay)}) {
				return
			}
			if err != nil {
				if err == io.EOF {
					send(ctx, line, piece{nil, taken.Add(delay)})
				}
				return
			}
		}
	}()
	for p := range line {
		time.Sleep(time.Until(p.due))
		if p.data == nil {
			closeWrite(to)
			return
		}
		if _, err := to.Write(p.data); err != nil {
			break
		}
	}
	// The connection broke: both ends learn it, and the reader above ends.
	to.Close()
	from.Close()
}

func send(ctx context.Context, line chan<- piece, p piece) bool {
	select {
	case line <- p:
		return true
	case <-ctx.Done():
		return false
	}
}

func closeWrite(c net.Conn) {
	if t, ok := c.(*net.TCPConn); ok {
		_ = t.CloseWrite()
		return
	}
	c.Close()
}
