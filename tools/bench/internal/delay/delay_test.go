package delay

import (
	"bytes"
	"crypto/sha256"
	"io"
	"math/rand/v2"
	"net"
	"testing"
	"time"
)

// echo is a server that sends back what it gets, until the client ends writing.
func echo(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_, _ = io.Copy(c, c)
			}()
		}
	}()
	return l.Addr().String()
}

func dial(t *testing.T, trip time.Duration) *net.TCPConn {
	t.Helper()
	p, err := New(echo(t), trip)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	c, err := net.Dial("tcp", p.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c.(*net.TCPConn)
}

// TestDelay checks the least that each thing takes; how much more it takes is the machine's affair.
func TestDelay(t *testing.T) {
	const trip = 60 * time.Millisecond
	start := time.Now()
	c := dial(t, trip)
	ask := func() {
		if _, err := c.Write([]byte("?")); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
	}
	ask()
	if took := time.Since(start); took < 2*trip {
		t.Errorf("opening and one question took %v, less than two round trips", took)
	}
	start = time.Now()
	ask()
	if took := time.Since(start); took < trip {
		t.Errorf("one question took %v", took)
	}
	start = time.Now()
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if n, err := c.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("after the end came %d bytes, %v", n, err)
	}
	if took := time.Since(start); took < trip {
		t.Errorf("the end came back in %v", took)
	}
}

// TestManyOnTheWay sends much more than one delay's worth at once, both ways, and gets it back whole. A thousand pieces that waited for
// one another would take 40 s, and fail the test by its time.
func TestManyOnTheWay(t *testing.T) {
	c := dial(t, 40*time.Millisecond)
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	data := make([]byte, 64<<20)
	r := rand.NewChaCha8([32]byte{1})
	_, _ = r.Read(data)
	go func() {
		_, _ = io.Copy(c, bytes.NewReader(data))
		_ = c.CloseWrite()
	}()
	h := sha256.New()
	n, err := io.Copy(h, c)
	if err != nil || n != int64(len(data)) {
		t.Fatalf("%d of %d bytes came back: %v", n, len(data), err)
	}
	if want := sha256.Sum256(data); !bytes.Equal(h.Sum(nil), want[:]) {
		t.Error("other bytes came back")
	}
}

func TestServerGone(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(l.Addr().String(), time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	l.Close()
	c, err := net.Dial("tcp", p.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("a server that is not there sends bytes")
	}
}

// TestClose ends a proxy with a connection in use.
func TestClose(t *testing.T) {
	p, err := New(echo(t), time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", p.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write([]byte("?")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	p.Close()
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("the connection outlives its proxy")
	}
}
