package faulty

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"backup_projeto/internal/storage"
)

// errInjected is the cause of every error that a plan asked for.
var errInjected = errors.New("injected")

// Store strikes the calls to the store that it wraps.
type Store struct {
	inner storage.Store
	// Keep says what listings have; nil is everything. It is set before the store is used.
	Keep func(prefix, name string) bool

	mu    sync.Mutex
	plan  Plan          // nil is no fault; guarded by mu
	calls int           // guarded by mu
	seen  map[Class]int // guarded by mu
	hits  int           // calls that a fault befell; guarded by mu
	late  []func()      // guarded by mu
	hung  chan struct{} // closed when the first call stalls
	once  sync.Once
}

// New wraps a store.
func New(inner storage.Store, p Plan) *Store {
	return &Store{inner: inner, plan: p, seen: map[Class]int{}, hung: make(chan struct{})}
}

// Unwrap returns the store inside.
func (s *Store) Unwrap() storage.Store { return s.inner }

// Calls returns how many calls of each class there were.
func (s *Store) Calls() map[Class]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.seen)
}

// Hits returns how many calls a fault befell, and how many calls there were in all.
func (s *Store) Hits() (hits, calls int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hits, s.calls
}

// Hung is closed when a call stalls.
func (s *Store) Hung() <-chan struct{} { return s.hung }

// Settle does what was late, in the order in which it was asked for.
func (s *Store) Settle() {
	s.mu.Lock()
	late := s.late
	s.late = nil
	s.mu.Unlock()
	for _, do := range late {
		do()
	}
}

// begin asks the plan about a call.
func (s *Store) begin(m Method, name string) (Fault, Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := Call{Class: classOf(m, name), Name: name}
	s.calls++
	s.seen[c.Class]++
	c.N, c.Nth = s.calls, s.seen[c.Class]
	if s.plan == nil {
		return None, c
	}
	f := s.plan(c)
	if f != None {
		s.hits++
	}
	return f, c
}

// fail returns the error of a fault, or nil where the call goes on; it waits where the fault does.
func (s *Store) fail(ctx context.Context, f Fault, name string) error {
	switch f {
	case Lost, Persisted, Late:
		return storage.Errf(storage.Network, name, errInjected)
	case Throttled:
		return storage.Errf(storage.Throttled, name, errInjected)
	case Stalled:
		s.once.Do(func() { close(s.hung) })
		<-ctx.Done()
		return storage.Errf(storage.Network, name, ctx.Err())
	case Slow:
		select {
		case <-time.After(delay):
		case <-ctx.Done():
			return storage.Errf(storage.Other, name, ctx.Err())
		}
	}
	return nil
}

// change makes a call that changes the store.
func (s *Store) change(ctx context.Context, m Method, name string, do func(context.Context) error) error {
	f, _ := s.begin(m, name)
	switch f {
	case Persisted:
		if err := do(ctx); err != nil {
			return err
		}
	case Late:
		s.mu.Lock()
		s.late = append(s.late, func() { _ = do(context.WithoutCancel(ctx)) })
		s.mu.Unlock()
	}
	if err := s.fail(ctx, f, name); err != nil {
		return err
	}
	return do(ctx)
}

// Put stores, unless it fails.
func (s *Store) Put(ctx context.Context, name string, data []byte) error {
	return s.change(ctx, Put, name, func(ctx context.Context) error { return s.inner.Put(ctx, name, data) })
}

// Create stores what must be free, unless it fails.
func (s *Store) Create(ctx context.Context, name string, data []byte) error {
	return s.change(ctx, Put, name, func(ctx context.Context) error { return storage.Create(ctx, s.inner, name, data) })
}

// Delete removes, unless it fails.
func (s *Store) Delete(ctx context.Context, name string) error {
	return s.change(ctx, Delete, name, func(ctx context.Context) error { return s.inner.Delete(ctx, name) })
}
