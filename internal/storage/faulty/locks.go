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

// LockOf tells the lock of an object.
func (m *Memory) LockOf(ctx context.Context, name string) (storage.Lock, error) {
	if _, err := m.Stat(ctx, name); err != nil {
		return storage.Lock{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.objs[name].lock, nil
}

// Lock lengthens the lock of an object, or makes it firmer.
func (m *Memory) Lock(ctx context.Context, name string, l storage.Lock) error {
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
	case l.Firmer(o.lock) != l:
		return storage.Errf(storage.Locked, name, nil)
	}
	o.lock = l
	m.objs[name] = o
	return nil
}

// LockLength is what LockFor was told.
func (m *Memory) LockLength() (time.Duration, storage.LockMode) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.length, storage.Governance
}

// Now is this machine's clock.
func (m *Memory) Now() time.Time { return time.Now() }

// lock returns the lock of an object that is put now, and was locked before. The caller holds mu.
func (m *Memory) lock(name string, before storage.Lock) storage.Lock {
	if m.length > 0 && storage.Lasting(name) {
		return before.Firmer(storage.Lock{Until: time.Now().Add(m.length), Mode: storage.Governance})
	}
	return before
}

func (o object) locked() bool { return o.lock.Until.After(time.Now()) }

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

// LockOf tells the lock of an object, unless it fails.
func (s *Store) LockOf(ctx context.Context, name string) (storage.Lock, error) {
	l, ok := storage.As[storage.Locker](s.inner)
	if !ok {
		return storage.Lock{}, storage.Errf(storage.NoLocks, name, nil)
	}
	f, _ := s.begin(See, name)
	if err := s.fail(ctx, f, name); err != nil {
		return storage.Lock{}, err
	}
	return l.LockOf(ctx, name)
}

// Lock lengthens a lock, unless it fails.
func (s *Store) Lock(ctx context.Context, name string, lock storage.Lock) error {
	l, ok := storage.As[storage.Locker](s.inner)
	if !ok {
		return storage.Errf(storage.NoLocks, name, nil)
	}
	return s.change(ctx, Lock, name, func(ctx context.Context) error { return l.Lock(ctx, name, lock) })
}

// LockLength is that of the store that is wrapped.
func (s *Store) LockLength() (time.Duration, storage.LockMode) {
	if l, ok := storage.As[storage.Locker](s.inner); ok {
		return l.LockLength()
	}
	return 0, storage.Unlocked
}

// Now is the clock of the store that is wrapped, where it has one, or else this machine's.
func (s *Store) Now() time.Time {
	if l, ok := storage.As[storage.Locker](s.inner); ok {
		return l.Now()
	}
	return time.Now()
}
