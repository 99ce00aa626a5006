package storage

import (
	"io"
	"sync/atomic"
)

// Wrapper is a store around another one. What it must see it implements itself; for every other optional interface As goes
// on to the store inside. A wrapper of Put that must not be passed by therefore has a Create of its own, which may be one call
// to the function Create with the store inside.
type Wrapper interface {
	// Unwrap returns the store inside.
	Unwrap() Store
}

// As finds the optional interface T on s or, where s is a wrapper without it, on what it wraps.
func As[T any](s Store) (T, bool) {
	for s != nil {
		if t, ok := s.(T); ok {
			return t, true
		}
		w, ok := s.(Wrapper)
		if !ok {
			break
		}
		s = w.Unwrap()
	}
	var none T
	return none, false
}

// Close releases what s holds, if it holds anything.
func Close(s Store) error {
	if c, ok := As[Closer](s); ok {
		return c.Close()
	}
	return nil
}

// Counter is a store that counts what it asked of its service: for a paid service real requests, retries included. Without it nothing
// is known; package observe counts calls for stores that do not.
type Counter interface {
	// Counts returns what was counted since the store was opened.
	Counts() Counts
}

// Counts are requests by what they are for, which is also how services price them, and bytes of content.
type Counts struct {
	Put    int64 // stores content: puts, creations, parts
	Get    int64 // reads content
	List   int64 // one page of a listing
	Stat   int64 // asks after one object or the place
	Delete int64

	Sent     int64 // bytes of content, retries included where the store counts them
	Received int64
}

// Requests is the sum over all kinds.
func (c Counts) Requests() int64 { return c.Put + c.Get + c.List + c.Stat + c.Delete }

// CountsOf returns what s or a store inside it counted, else zeros.
func CountsOf(s Store) Counts {
	if c, ok := As[Counter](s); ok {
		return c.Counts()
	}
	return Counts{}
}

// CountReads returns r with every byte that is read from it added to n.
func CountReads(r io.ReadCloser, n *atomic.Int64) io.ReadCloser { return &counted{r, n} }

type counted struct {
	io.ReadCloser
	n *atomic.Int64
}

// Read implements io.Reader.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.n.Add(int64(n))
	return n, err
}
