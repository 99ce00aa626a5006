// Package storage is the contract between the repository and the places that keep its objects.
//
// Terms: a store keeps immutable objects by name. A name is a relative slash path of lower-case letters, digits, '-', '.'
// and '/' ("packs/ab/ab12…"), no element empty, "." or ".."; a store may map it to what its own service wants. No name is
// also a folder of another ("a" beside "a/b"), since some services could not keep both.
//
// Promises asked of every store are in the comments of Store: five methods are enough to be a strategy. What only some can
// do is an optional interface below, and its comment says what happens without it. Stores are wrapped (to count, to fail in
// tests), so nobody asks for an optional interface by type assertion, but with As. Where the place itself, the bucket or the folder, is
// absent, every method gives code NoPlace. The conformance suite is storagetest.
package storage

import (
	"context"
	"io"
	"iter"
	"time"

	"backup_projeto/internal/cost"
)

// Store keeps objects for one repository. All methods may be called at once from many goroutines and many processes.
// Every error is a *core.Error of kind Destination (codes in errors.go), except that a cancelled context comes back as
// it is. A store retries what is worth retrying itself; what it returns is final.
type Store interface {
	// Put stores data under name. On return with nil the object is durable and readable, and is data, whole. After an error
	// the object is either absent or whole; the caller cannot know which. Callers never put different data under one name;
	// putting the same data again is harmless. data is not kept or changed, and is at most core.MaxObject bytes.
	Put(ctx context.Context, name string, data []byte) error

	// Get opens length bytes of the object from offset on; length < 0 means to its end. Where the object has fewer, the reader
	// yields those there are, perhaps none, and io.EOF. An absent object gives code NotFound, at Get or at the first Read; a
	// connection lost midway is an error of Read, never an early io.EOF. Bytes that a disk cannot read are code Medium there, after those before them;
	// a further Get may read others. A store without ranges reads from the start and
	// throws away. The caller closes the reader, and may do so before its end.
	Get(ctx context.Context, name string, offset, length int64) (io.ReadCloser, error)

	// List yields every object whose name starts with prefix, in no set order. It may yield one more than once, as where pages of a
	// listing overlap: whoever reads listings does so through Distinct. A prefix is "" or ends in '/'. A listing that cannot be completed yields an error as its last pair: without that error it was whole, as far as
	// the service is consistent (an eventual one may miss what was put seconds ago). An absent prefix is an empty listing.
	List(ctx context.Context, prefix string) iter.Seq2[Info, error]

	// Stat describes one object; an absent one gives code NotFound.
	Stat(ctx context.Context, name string) (Info, error)

	// Delete removes the object; that it is already absent is success.
	Delete(ctx context.Context, name string) error
}

// Info describes a stored object.
type Info struct {
	Name    string
	Size    int64     // bytes
	ModTime time.Time // the store's clock; zero where a listing does not tell
}

// Creator is a store that can create conditionally. Without it, Create looks first and then puts, which two devices that
// start the same repository in the same second could both win; the loser notices when it reads back.
type Creator interface {
	// Create is Put that fails with code Exists, changing nothing, when the name is taken.
	Create(ctx context.Context, name string, data []byte) error
}

// Ensurer is a store whose container (a bucket, a folder) may not exist yet and can be made. Without it, a missing
// container is an error that the person mends.
type Ensurer interface {
	// Exists reports whether the container is there.
	Exists(ctx context.Context) (bool, error)
	// Ensure makes the container; that it is already there is success.
	Ensure(ctx context.Context) error
}

// LocalPather is a store that lives in a folder of this machine, so that a backup can leave that folder out of itself.
type LocalPather interface {
	// LocalPath returns the absolute path of the store's folder.
	LocalPath() string
}

// Biller is a store of a service that may bill for what it is asked. Without it nothing is known of costs.
type Biller interface {
	// Service says whose price list holds for objects that last, as far as it is known before the first answer.
	Service() cost.Service
}

// Closer is a store that holds connections or processes. Without it there is nothing to release.
type Closer interface {
	// Close releases them; the store is not used afterwards.
	Close() error
}

// Create puts data under a name that must be free: conditionally where the store can, else after a look.
// A taken name gives code Exists.
func Create(ctx context.Context, s Store, name string, data []byte) error {
	if c, ok := As[Creator](s); ok {
		return c.Create(ctx, name, data)
	}
	switch _, err := s.Stat(ctx, name); {
	case err == nil:
		return Errf(Exists, name, nil)
	case !IsNotFound(err):
		return err
	}
	return s.Put(ctx, name, data)
}

// ReadAll returns the whole object, refusing one longer than limit bytes with code TooLarge.
func ReadAll(ctx context.Context, s Store, name string, limit int64) ([]byte, error) {
	r, err := s.Get(ctx, name, 0, -1)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, Errf(TooLarge, name, nil)
	}
	return data, nil
}

// ReadRange fills buf with the object's bytes from offset on; fewer bytes than that are io.ErrUnexpectedEOF.
func ReadRange(ctx context.Context, s Store, name string, offset int64, buf []byte) error {
	r, err := s.Get(ctx, name, offset, int64(len(buf)))
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = io.ReadFull(r, buf)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return err
}
