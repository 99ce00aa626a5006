package faulty

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"

	"backup_projeto/internal/storage"
)

// SectorSize is how many bytes a disk reads or loses together.
const SectorSize = 4096

// errSector is the cause of errors of Sectors.
var errSector = errors.New("this sector cannot be read")

// Sectors is a store on a disk that cannot read some sectors. What is put anew stands on others, which are good.
type Sectors struct {
	storage.Store
	// Coarse says that a read which meets a bad sector gives nothing at all, instead of what stands before it. It is set before the store is used.
	Coarse bool

	mu     sync.Mutex
	bad    map[string][]int64 // by object, numbers of sectors; guarded by mu
	reads  int                // of objects that have bad sectors; guarded by mu
	failed int                // of these, those that met one; guarded by mu
}

// NewSectors wraps a store, of which all can be read.
func NewSectors(inner storage.Store) *Sectors {
	return &Sectors{Store: inner, bad: map[string][]int64{}}
}

// Unwrap returns the store inside.
func (s *Sectors) Unwrap() storage.Store { return s.Store }

// Lose makes sectors of an object bad.
func (s *Sectors) Lose(name string, sectors ...int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range sectors {
		s.bad[name] = append(s.bad[name], int64(n))
	}
	slices.Sort(s.bad[name])
}

// Reads returns how many reads of objects with bad sectors there were, and how many of these failed.
func (s *Sectors) Reads() (reads, failed int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reads, s.failed
}

// Put stores, on good sectors.
func (s *Sectors) Put(ctx context.Context, name string, data []byte) error {
	return s.anew(name, s.Store.Put(ctx, name, data))
}

// Create stores what must be free, on good sectors.
func (s *Sectors) Create(ctx context.Context, name string, data []byte) error {
	return s.anew(name, storage.Create(ctx, s.Store, name, data))
}

// Delete removes.
func (s *Sectors) Delete(ctx context.Context, name string) error {
	return s.anew(name, s.Store.Delete(ctx, name))
}

func (s *Sectors) anew(name string, err error) error {
	if err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.bad, name)
	}
	return err
}

// Get reads up to the first bad sector.
func (s *Sectors) Get(ctx context.Context, name string, offset, length int64) (io.ReadCloser, error) {
	body, err := s.Store.Get(ctx, name, offset, length)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	bad := s.bad[name]
	if len(bad) > 0 {
		s.reads++
	}
	for _, n := range bad {
		from, to := n*SectorSize, (n+1)*SectorSize
		if to <= offset || length >= 0 && from >= offset+length {
			continue
		}
		s.failed++
		good := max(0, from-offset)
		if s.Coarse {
			good = 0
		}
		return struct {
			io.Reader
			io.Closer
		}{io.MultiReader(io.LimitReader(body, good), failing{storage.Errf(storage.Medium, name, errSector)}), body}, nil
	}
	return body, nil
}
