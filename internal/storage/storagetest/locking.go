package storagetest

import (
	"context"
	"sync"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/storage"
)

// Locking is a store that locks, for tests: around any store, with a clock that the test moves on. What lasts is locked for Length as it is
// put. A deletion of what is locked is refused or, with Hides, goes through as with a bucket that keeps versions.
type Locking struct {
	storage.Store
	Length time.Duration
	Mode   storage.LockMode // of what is put
	Hides  bool
	Fixed  bool // nobody has the right to change the mode of a lock
	// Fail, where it is set, is asked before an object is locked or its lock is seen (op is "lock" or "see"); an error is passed on.
	Fail func(op, name string) error

	mu     sync.Mutex
	now    time.Time
	locks  map[string]storage.Lock
	Looked int // how many locks were seen, and how many set, beside those of Put; guarded by mu
	Locked int
}

// NewLocking wraps a store.
func NewLocking(inner storage.Store, length time.Duration, hides bool) *Locking {
	return &Locking{Store: inner, Length: length, Mode: storage.Governance, Hides: hides, now: time.Now(), locks: map[string]storage.Lock{}}
}

// Unwrap returns the store inside.
func (l *Locking) Unwrap() storage.Store { return l.Store }

// Advance moves the clock on.
func (l *Locking) Advance(by time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now = l.now.Add(by)
}

// Put stores and locks.
func (l *Locking) Put(ctx context.Context, name string, data []byte) error {
	if err := l.Store.Put(ctx, name, data); err != nil {
		return err
	}
	l.put(name)
	return nil
}

// Create creates and locks.
func (l *Locking) Create(ctx context.Context, name string, data []byte) error {
	if err := storage.Create(ctx, l.Store, name, data); err != nil {
		return err
	}
	l.put(name)
	return nil
}

func (l *Locking) put(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.Length > 0 && storage.Lasting(name) {
		l.locks[name] = storage.Lock{Until: l.now.Add(l.Length), Mode: l.Mode}
	}
}

// Delete refuses, or goes through.
func (l *Locking) Delete(ctx context.Context, name string) error {
	l.mu.Lock()
	locked := l.locks[name].Until.After(l.now)
	l.mu.Unlock()
	if locked && !l.Hides {
		return storage.Errf(storage.Locked, name, nil)
	}
	return l.Store.Delete(ctx, name)
}

// Locks is true.
func (l *Locking) Locks(context.Context) (bool, error) { return true, nil }

// Versioned says whether deletions hide.
func (l *Locking) Versioned(context.Context) (bool, error) { return l.Hides, nil }

// AsOf is not what this is for.
func (l *Locking) AsOf(context.Context, time.Time) (storage.Store, error) {
	return nil, storage.Errf(storage.NoVersions, "", nil)
}

// Ends knows of nothing.
func (l *Locking) Ends(context.Context, string) ([]time.Time, error) { return nil, nil }

// Kept is nothing.
func (l *Locking) Kept(context.Context) (storage.Kept, error) { return storage.Kept{}, nil }

// LockOf tells the lock of an object.
func (l *Locking) LockOf(ctx context.Context, name string) (storage.Lock, error) {
	if l.Fail != nil {
		if err := l.Fail("see", name); err != nil {
			return storage.Lock{}, err
		}
	}
	if _, err := l.Stat(ctx, name); err != nil {
		return storage.Lock{}, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.Looked++
	return l.locks[name], nil
}

// Lock lengthens a lock, or makes it firmer.
func (l *Locking) Lock(ctx context.Context, name string, want storage.Lock) error {
	if l.Fail != nil {
		if err := l.Fail("lock", name); err != nil {
			return err
		}
	}
	if _, err := l.Stat(ctx, name); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	is := l.locks[name]
	if want.Firmer(is) != want {
		return &core.Error{Kind: core.Destination, Code: storage.Locked, Subject: name}
	}
	if l.Fixed && is.Mode != storage.Unlocked && is.Mode != want.Mode {
		return &core.Error{Kind: core.Destination, Code: storage.Denied, Subject: name}
	}
	l.locks[name], l.Locked = want, l.Locked+1
	return nil
}

// LockLength is for how long objects are locked as they are put, and how.
func (l *Locking) LockLength() (time.Duration, storage.LockMode) { return l.Length, l.Mode }

// Now is the clock.
func (l *Locking) Now() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now
}

// All returns the lock of each object that lasts and is there.
func (l *Locking) All(ctx context.Context) (map[string]storage.Lock, error) {
	out := map[string]storage.Lock{}
	for info, err := range l.List(ctx, "") {
		if err != nil {
			return nil, err
		}
		if storage.Lasting(info.Name) {
			l.mu.Lock()
			out[info.Name] = l.locks[info.Name]
			l.mu.Unlock()
		}
	}
	return out, nil
}
