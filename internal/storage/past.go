package storage

import (
	"context"
	"strings"
	"time"

	"backup_projeto/internal/core"
)

// Codes of what only some stores can do.
const (
	Locked     core.Code = "store-locked"    // a lock forbids it: to delete or overwrite the object, or to weaken the lock
	NoVersions core.Code = "store-no-past"   // the container keeps nothing of what is deleted or overwritten
	ReadOnly   core.Code = "store-read-only" // a view of the past cannot be written to
	NoLocks    core.Code = "store-no-lock"   // the container cannot lock objects
)

// IsLocked reports whether err says that a lock forbids it.
func IsLocked(err error) bool { return core.CodeOf(err) == Locked }

// IsDenied reports whether err says that the credentials are good but may not do this. A strategy's own code for that ends in "-denied".
func IsDenied(err error) bool { return strings.HasSuffix(string(core.CodeOf(err)), "-denied") }

// Historian is a store that may keep older versions of what is deleted or overwritten, as buckets with versioning do. Without it, what is
// gone is gone.
type Historian interface {
	// Versioned reports whether the container keeps versions now.
	Versioned(ctx context.Context) (bool, error)
	// AsOf returns a view of the store as it was at a moment of its own clock. The view is read-only: what would write gives code ReadOnly. A
	// container that never kept versions gives code NoVersions. What was purged since, version by version, is absent from the view.
	AsOf(ctx context.Context, moment time.Time) (Store, error)
	// Ends returns when what stood under a name was overwritten or deleted, as far as its versions are kept, the last time first.
	Ends(ctx context.Context, name string) ([]time.Time, error)
	// Kept sums up what the store keeps beside the objects that it lists.
	Kept(ctx context.Context) (Kept, error)
}

// Kept is what a store keeps beside the objects that it lists.
type Kept struct {
	Versions int64 // older versions, and those of objects that were deleted
	Bytes    int64 // what they take
	Markers  int64 // deletions that hide an object and delete nothing
	// Rewritten counts objects in place whose content is not what was first stored under their name. Nothing in this program does that.
	Rewritten int64
	First     string // the first of these by name
}

// Locker is a store that can lock objects: what is locked stays, as at least one version, whoever wants to delete it, until a moment of the
// store's clock. Without it nothing is locked. A store that was opened with a length of time locks what stays (Lasting) as it is put.
type Locker interface {
	// Locks reports whether the container can lock objects.
	Locks(ctx context.Context) (bool, error)
	// LockOf returns the lock of an object. An absent one gives code NotFound.
	LockOf(ctx context.Context, name string) (Lock, error)
	// Lock gives an object a lock that ends no sooner and is in no weaker mode than the one that it has, else the code is Locked. To change
	// the mode takes a right of its own: without it the error is of those of IsDenied, and nothing is changed.
	Lock(ctx context.Context, name string, l Lock) error
	// LockLength is for how long objects are locked as they are put, and in which mode; 0 where the store was opened without.
	LockLength() (time.Duration, LockMode)
	// Now is the store's clock.
	Now() time.Time
}

// Lock is the lock of an object; the zero value is none.
type Lock struct {
	Until time.Time
	Mode  LockMode
}

// LockMode is how firm a lock is: the firmer, the greater.
type LockMode uint8

// The modes.
const (
	Unlocked   LockMode = iota
	Governance          // who has a right of its own can end the lock, or weaken it
	Compliance          // nobody can
)

// Firmer returns a lock that ends no sooner than either and is in the firmer mode of both.
func (l Lock) Firmer(other Lock) Lock {
	if other.Until.After(l.Until) {
		l.Until = other.Until
	}
	l.Mode = max(l.Mode, other.Mode)
	return l
}

// Lasting reports whether an object of that name is one that stays: content and what leads to it. The others, of what is in flight,
// condemned or in the trash, are deleted soon, and a lock would only keep their versions. What
// says whose signatures do not count any more stands among the marks, and stays.
func Lasting(name string) bool {
	if strings.HasPrefix(name, "gc/revoked.") {
		return true
	}
	for _, short := range []string{"sessions/", "gc/", "trash/"} {
		if strings.HasPrefix(name, short) {
			return false
		}
	}
	return true
}
