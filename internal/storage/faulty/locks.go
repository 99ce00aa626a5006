package faulty

import (
	"context"
	"time"

	"backup_projeto/internal/storage"
)

// LockFor makes the store a storage.Locker that locks for so long, from now on, what lasts, as it is put. It keeps no versions, so that what is
// locked can neither be deleted nor overwritten. 0 lets no more be locked; the locks that there are stay.
func (m *Memory) LockFor(length time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.length, m.locks = length, true
}

// Locks reports whether LockFor was called.
func (m *Memory) Locks(ctx context.Context) (bool, error) {
	if ctx.Err() != nil {
		return false, storage.Errf(storage.Other, "", ctx.Err())
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.locks, nil
}

// LockedUntil tells until when an object is locked.
func (m *Memory) LockedUntil(ctx context.Context, name string) (time.Time, error) {
	if _, err := m.Stat(ctx, name); err != nil {
		return time.Time{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.objs[name].until, nil
}

// Lock lengthens the lock of an object.
func (m *Memory) Lock(ctx context.Context, name string, until time.Time) error {
	if err := usable(ctx, name); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	o, ok := m.objs[name]
	switch {
	case !ok:
		return storage.Errf(storage.NotFound, name, nil)
	case !m.locks:
		return storage.Errf(storage.NoLocks, name, nil)
	case until.Before(o.until):
		return storage.Errf(storage.Locked, name, nil)
	}
	o.until = until
	m.objs[name] = o
	return nil
}

// LockLength is what LockFor was told.
func (m *Memory) LockLength() time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.length
}

// Now is this machine's clock.
func (m *Memory) Now() time.Time { return time.Now() }

// lock returns until when an object is locked that is put now, and was locked before until some time. The caller holds mu.
func (m *Memory) lock(name string, before time.Time) time.Time {
	if m.length > 0 && storage.Lasting(name) {
		if until := time.Now().Add(m.length); until.After(before) {
			return until
		}
	}
	return before
}

func (o object) locked() bool { return o.until.After(time.Now()) }

// A Store is a storage.Locker where the store that it wraps is one, and otherwise one that cannot lock.

// Locks asks the store that is wrapped, unless it fails.
func (s *Store) Locks(ctx context.Context) (bool, error) {
	l, ok := storage.As[storage.Locker](s.inner)
	if !ok {
		return false, nil
	}
	f, _ := s.begin(See, "")
	if err := s.fail(ctx, f, ""); err != nil {
		return false, err
	}
	return l.Locks(ctx)
}

// LockedUntil tells until when an object is locked, unless it fails.
func (s *Store) LockedUntil(ctx context.Context, name string) (time.Time, error) {
	l, ok := storage.As[storage.Locker](s.inner)
	if !ok {
		return time.Time{}, storage.Errf(storage.NoLocks, name, nil)
	}
	f, _ := s.begin(See, name)
	if err := s.fail(ctx, f, name); err != nil {
		return time.Time{}, err
	}
	return l.LockedUntil(ctx, name)
}

// Lock lengthens a lock, unless it fails.
func (s *Store) Lock(ctx context.Context, name string, until time.Time) error {
	l, ok := storage.As[storage.Locker](s.inner)
	if !ok {
		return storage.Errf(storage.NoLocks, name, nil)
	}
	return s.change(ctx, Lock, name, func(ctx context.Context) error { return l.Lock(ctx, name, until) })
}

// LockLength is that of the store that is wrapped.
func (s *Store) LockLength() time.Duration {
	if l, ok := storage.As[storage.Locker](s.inner); ok {
		return l.LockLength()
	}
	return 0
}

// Now is the clock of the store that is wrapped, where it has one, or else this machine's.
func (s *Store) Now() time.Time {
	if l, ok := storage.As[storage.Locker](s.inner); ok {
		return l.Now()
	}
	return time.Now()
}
