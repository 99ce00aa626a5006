package repo

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/durable"
	"backup_projeto/internal/storage"
)

// Lock and LockMode are what storage says of the lock of an object, for who does not see stores.
type (
	Lock     = storage.Lock
	LockMode = storage.LockMode
)

// Unlocked is the mode of what has no lock.
const Unlocked = storage.Unlocked

// Locks is what the store's locks forbid and allow; see storage.Locker.
type Locks struct {
	r      *Repo
	locker storage.Locker
	// Hides says that the store keeps versions: to delete a locked object only hides it. Otherwise it is refused.
	Hides bool
}

// Locks returns the locks of the store, or code storage.NoLocks where it has none. It takes two requests.
func (r *Repo) Locks(ctx context.Context) (*Locks, error) {
	locker, ok := storage.As[storage.Locker](r.store)
	if !ok {
		return nil, storage.Errf(storage.NoLocks, "", nil)
	}
	on, err := locker.Locks(ctx)
	if err == nil && !on {
		err = storage.Errf(storage.NoLocks, "", nil)
	}
	if err != nil {
		return nil, err
	}
	l := &Locks{r: r, locker: locker}
	if h, ok := storage.As[storage.Historian](r.store); ok {
		if l.Hides, err = h.Versioned(ctx); storage.IsDenied(err) { // locks are for versions nearly everywhere
			l.Hides, err = true, nil
		}
	}
	return l, err
}

// SeesLocks is Locks for those to whom it only matters what cannot be deleted: nil without an error where the store has no locks, or where
// the credentials may not ask.
func (r *Repo) SeesLocks(ctx context.Context) (*Locks, error) {
	l, err := r.Locks(ctx)
	if core.CodeOf(err) == storage.NoLocks || storage.IsDenied(err) {
		return nil, nil
	}
	return l, err
}

// Of returns the lock of an object; none where it is absent.
func (l *Locks) Of(ctx context.Context, object string) (storage.Lock, error) {
	lock, err := l.locker.LockOf(ctx, object)
	return lock, ignoreAbsent(err)
}

// PackUntil returns until when a pack is locked; the zero time where it is not, or is absent.
func (l *Locks) PackUntil(ctx context.Context, name core.ID) (time.Time, error) {
	lock, err := l.Of(ctx, PackName(name))
	return lock.Until, err
}

// IndexUntil is PackUntil for an index object.
func (l *Locks) IndexUntil(ctx context.Context, name core.ID) (time.Time, error) {
	lock, err := l.Of(ctx, indexName(name))
	return lock.Until, err
}

// Set gives an object a lock that is no weaker than its own; see storage.Locker. An absent one is reported with storage's code.
func (l *Locks) Set(ctx context.Context, object string, lock storage.Lock) error {
	return l.locker.Lock(ctx, object, lock)
}

// Length is for how long this device locks what it puts, and in which mode; 0 is not at all.
func (l *Locks) Length() (time.Duration, storage.LockMode) { return l.locker.LockLength() }

// Now is the store's clock.
func (l *Locks) Now() time.Time { return l.locker.Now() }

// IsDenied reports whether an error says that the credentials may not do something.
func IsDenied(err error) bool { return storage.IsDenied(err) }

// LastingObject is an object that stays until somebody has no use for it any more.
type LastingObject struct {
	Name string
	Size int64 // bytes
	Pack bool
	K    int     // of parity, see ParityObject; 0 of anything else
	ID   core.ID // of a pack, or of that which parity is of
}

// lasting are the folders that are listed again by themselves, since one listing may be short. Who knows which packs are needed knows their names.
var lasting = []string{"", indexPrefix, slotPrefix, settingsPrefix, snapshotPrefix, pinPrefix, markPrefix, asidePrefix, parityPrefix}

// LastingObjects lists all but what is deleted soon anyway (storage.Lasting). What one listing lacks and another has is there.
func (r *Repo) LastingObjects(ctx context.Context) (out []LastingObject, err error) {
	seen := map[string]bool{}
	for _, prefix := range lasting {
		for info, err := range r.store.List(ctx, prefix) {
			if err != nil {
				return nil, err
			}
			if seen[info.Name] || !storage.Lasting(info.Name) {
				continue
			}
			seen[info.Name] = true
			o := LastingObject{Name: info.Name, Size: info.Size, Pack: strings.HasPrefix(info.Name, packPrefix)}
			if o.Pack {
				var ok bool
				if o.ID, ok = ParsePackName(info.Name); !ok {
					continue
				}
			}
			if p, ok := parseParity(info); ok {
				o.K, o.ID = p.K, p.Pack
			} else if strings.HasPrefix(info.Name, parityPrefix) {
				continue
			}
			out = append(out, o)
		}
	}
	if !seen[configName] {
		out = append(out, LastingObject{Name: configName})
	}
	return out, nil
}

// locksFile remembers, in the cache, until when all is locked that was found needed.
func (r *Repo) locksFile() string { return filepath.Join(r.dir, "locked-until") }

// RememberLocks notes the first end of a lock of what snapshots need.
func (r *Repo) RememberLocks(first time.Time) {
	if r.dir != "" {
		_ = durable.WriteFile(r.locksFile(), []byte(first.UTC().Format(time.RFC3339)), 0o600)
	}
}

// RememberedLocks returns what RememberLocks noted. Where there is no note, no lock can have ended that was set when the repository was made,
// and was length long.
func (r *Repo) RememberedLocks(length time.Duration) time.Time {
	if r.dir != "" {
		if data, err := os.ReadFile(r.locksFile()); err == nil {
			if t, err := time.Parse(time.RFC3339, string(data)); err == nil {
				return t
			}
		}
	}
	return time.Unix(0, r.header.Created).Add(length)
}
