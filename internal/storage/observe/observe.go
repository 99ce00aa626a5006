// Package observe counts what a store is asked for, for the summary of a run.
//
// Terms: a call is one use of a Store's method; a request is what a service gets for it, perhaps several for one call.
//
// Promises: a store that counts its own requests (storage.Counter) is believed, since calls would miss pages, parts and retries; of
// every other store the calls are counted. Every optional interface of the store inside stays reachable with storage.As.
package observe

import (
	"context"
	"io"
	"iter"
	"sync/atomic"

	"backup_projeto/internal/storage"
)

// Store counts the calls to the store that it wraps.
type Store struct {
	inner storage.Store

	put, get, list, stat, delete, sent, received atomic.Int64
}

// New wraps a store.
func New(inner storage.Store) *Store { return &Store{inner: inner} }

// Unwrap returns the store inside.
func (s *Store) Unwrap() storage.Store { return s.inner }

// Counts returns the requests that the store inside counted, or else the calls counted here.
func (s *Store) Counts() storage.Counts {
	if c, ok := storage.As[storage.Counter](s.inner); ok {
		return c.Counts()
	}
	return storage.Counts{
		Put: s.put.Load(), Get: s.get.Load(), List: s.list.Load(), Stat: s.stat.Load(), Delete: s.delete.Load(),
		Sent: s.sent.Load(), Received: s.received.Load(),
	}
}

// Put counts and passes on.
func (s *Store) Put(ctx context.Context, name string, data []byte) error {
	s.put.Add(1)
	s.sent.Add(int64(len(data)))
	return s.inner.Put(ctx, name, data)
}

// Create counts as one Put and passes on; a store inside that cannot create conditionally is looked at first.
func (s *Store) Create(ctx context.Context, name string, data []byte) error {
	s.put.Add(1)
	s.sent.Add(int64(len(data)))
	return storage.Create(ctx, s.inner, name, data)
}

// Get counts and passes on, and counts the bytes as they are read.
func (s *Store) Get(ctx context.Context, name string, offset, length int64) (io.ReadCloser, error) {
	s.get.Add(1)
	r, err := s.inner.Get(ctx, name, offset, length)
	if err != nil {
		return nil, err
	}
	return storage.CountReads(r, &s.received), nil
}

// List counts and passes on.
func (s *Store) List(ctx context.Context, prefix string) iter.Seq2[storage.Info, error] {
	s.list.Add(1)
	return s.inner.List(ctx, prefix)
}

// Stat counts and passes on.
func (s *Store) Stat(ctx context.Context, name string) (storage.Info, error) {
	s.stat.Add(1)
	return s.inner.Stat(ctx, name)
}

// Delete counts and passes on.
func (s *Store) Delete(ctx context.Context, name string) error {
	s.delete.Add(1)
	return s.inner.Delete(ctx, name)
}
