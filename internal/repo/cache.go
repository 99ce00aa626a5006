package repo

import (
	"container/list"
	"io"
	"sync"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
)

// maxKeys is how many packs' keys are kept open: about 1 KB each.
const maxKeys = 4096

// keyCache keeps opened object keys, since opening one takes 0.1 ms. Its zero value is ready.
type keyCache struct {
	mu   sync.Mutex
	keys map[core.ID]*crypto.ObjectKey // guarded by mu
}

func (c *keyCache) get(id core.ID, open func() (*crypto.ObjectKey, error)) (*crypto.ObjectKey, error) {
	c.mu.Lock()
	key := c.keys[id]
	c.mu.Unlock()
	if key != nil {
		return key, nil
	}
	key, err := open() // twice for one pack does no harm
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.keys == nil || len(c.keys) >= maxKeys {
		c.keys = map[core.ID]*crypto.ObjectKey{}
	}
	c.keys[id] = key
	return key, nil
}

// maxCached bounds the raw bytes of cached segments.
const maxCached = 24 << 20

type segmentKey struct {
	pack   core.ID
	number uint32
}

// segmentCache keeps the segments used last, opened. Its zero value is ready. Who asks for a segment that another goroutine is
// fetching waits for it.
type segmentCache struct {
	mu      sync.Mutex
	entries map[segmentKey]*cached // guarded by mu
	order   list.List              // of segmentKey, the last used first; guarded by mu
	size    int                    // guarded by mu
}

type cached struct {
	done chan struct{} // closed when raw and err are set
	raw  []byte
	err  error
	elem *list.Element // guarded by the cache's mu; nil while it is being fetched
}

func (c *segmentCache) get(key segmentKey, fetch func() ([]byte, error)) ([]byte, error) {
	for {
		c.mu.Lock()
		e := c.entries[key]
		if e == nil {
			break
		}
		if e.elem != nil {
			c.order.MoveToFront(e.elem)
		}
		c.mu.Unlock()
		<-e.done
		if e.err == nil {
			return e.raw, nil
		}
		// It failed for whoever fetched it, perhaps because that one's context ended: try for ourselves.
	}
	if c.entries == nil {
		c.entries = map[segmentKey]*cached{}
	}
	e := &cached{done: make(chan struct{})}
	c.entries[key] = e
	c.mu.Unlock()

	e.raw, e.err = fetch()
	c.mu.Lock()
	if e.err != nil {
		delete(c.entries, key)
	} else {
		e.elem = c.order.PushFront(key)
		c.size += len(e.raw)
		c.evict()
	}
	c.mu.Unlock()
	close(e.done)
	return e.raw, e.err
}

// evict forgets the segments that were not used for longest. The caller holds mu.
func (c *segmentCache) evict() {
	for c.size > maxCached && c.order.Len() > 1 {
		last := c.order.Back()
		key := c.order.Remove(last).(segmentKey)
		c.size -= len(c.entries[key].raw)
		delete(c.entries, key)
	}
}

// segmentBuffers is what reading segments one after another needs.
type segmentBuffers struct{ sealed, raw []byte }

var buffers = sync.Pool{New: func() any { return new(segmentBuffers) }}

// read passes over skip bytes and returns the next n, which stay valid until the next call.
func (b *segmentBuffers) read(from io.Reader, skip int64, n int) ([]byte, error) {
	if skip > 0 {
		if _, err := io.CopyN(io.Discard, from, skip); err != nil {
			return nil, unexpected(err)
		}
	}
	if cap(b.sealed) < n {
		b.sealed = make([]byte, n)
	}
	b.sealed = b.sealed[:n]
	_, err := io.ReadFull(from, b.sealed)
	return b.sealed, unexpected(err)
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
