package index

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"backup_projeto/internal/core"
	"backup_projeto/internal/durable"
)

// Set is what a device knows of one repository's index. All methods may be called at once from many goroutines; several processes
// may have sets in one folder at once, and each sees what was there when it opened its own.
//
// A caller brings it up to date with the store, which is the truth, by
//
//	set.Retain(names of all index objects listed)
//	for each that is listed and not in set.Sources(): fetch it, set.Add(name, packs)
//	set.Flush()
type Set struct {
	repo core.UUID
	dir  string // "" for memory
	// bufferSize and heldSize are the constants of these names, but in tests.
	bufferSize, heldSize int
	// change is held by what changes the set, also while it reads and writes files: nobody who looks up waits for that.
	change sync.Mutex
	// mu guards the fields below. It is held for writing by holders of change only, who may read the fields without it.
	mu     sync.RWMutex
	tables []*table // the largest first
	buf    *buffer  // nil when closed
	// writeErr is why new tables stay in memory.
	writeErr error
	// damaged is set when a table was lost since Retain.
	damaged atomic.Bool
}

// codeCache is the code of errors about the folder; their kind is Failure.
const codeCache core.Code = "index-cache"

// errClosed is returned by what would change a closed set.
var errClosed = errors.New("the index set is closed")

// rank is 0 for what is believed and 1 for what is not.
func (p *PackInfo) rank() int {
	if p.Believed {
		return 0
	}
	return 1
}

// Reopen makes the set that of another folder of the same repository, as OpenSet does: what it holds is dropped, and what is kept there
// is loaded.
func (s *Set) Reopen(dir string) error {
	s.change.Lock()
	defer s.change.Unlock()
	if s.buf == nil {
		return errClosed
	}
	fresh, err := OpenSet(dir, s.repo)
	if err != nil {
		return err
	}
	old, empty := s.tables, newBuffer()
	s.mu.Lock()
	s.dir, s.tables, s.buf, s.writeErr = dir, fresh.tables, empty, nil
	s.mu.Unlock()
	s.damaged.Store(false)
	var errs []error
	for _, t := range old { // nobody looks anything up in them any more
		errs = append(errs, t.close())
	}
	return errors.Join(errs...)
}

// OpenSet opens the set that is kept in dir, which is made, for its owner only, if absent, and is for this repository's tables
// alone. Tables that are damaged or another repository's are deleted. With dir "" the set is kept in memory. Where the folder
// cannot be made or read the error's kind is Failure and its code "index-cache"; a caller may then go on with dir "".
func OpenSet(dir string, repo core.UUID) (*Set, error) {
	s := &Set{repo: repo, dir: dir, bufferSize: bufferSize, heldSize: heldSize, buf: newBuffer()}
	if dir == "" {
		return s, nil
	}
	err := durable.MkdirAll(dir)
	if err == nil {
		s.tables, err = loadTables(dir, repo)
	}
	if err != nil {
		return nil, &core.Error{Kind: core.Failure, Code: codeCache, Subject: dir, Err: err}
	}
	return s, nil
}

// sortTables puts the largest first. Equal ones are in the order of their names, so that all processes agree.
func sortTables(tables []*table) {
	slices.SortFunc(tables, func(a, b *table) int {
		return cmp.Or(cmp.Compare(b.size, a.size), strings.Compare(a.path, b.path))
	})
}

// Has reports whether the set holds a chunk. A table that cannot be read holds none: see Damaged.
func (s *Set) Has(id *core.ID) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.buf == nil {
		return false
	}
	found := s.buf.has(id)
	if !found {
		visit(s.tables, id, func(t *table) bool {
			found = t.has(id)
			return !found
		})
	}
	return found
}

// Lookup returns every place of a chunk, each once, those first that a believed entry has; none means that it is not in the set.
func (s *Set) Lookup(id *core.ID) []Location {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.buf == nil {
		return nil
	}
	all := s.buf.lookup(nil, id)
	visit(s.tables, id, func(t *table) bool {
		all = t.lookup(all, id)
		return true
	})
	if len(all) < 2 {
		return all
	}
	slices.SortStableFunc(all, func(a, b Location) int { return a.Pack.rank() - b.Pack.rank() })
	out := all[:1]
	for i := 1; i < len(all); i++ {
		if !slices.ContainsFunc(out, func(l Location) bool { return l.same(&all[i]) }) {
			out = append(out, all[i])
		}
	}
	return out
}

// Len returns how many places of chunks the set holds. A place that several index objects list may be counted for each.
func (s *Set) Len() (n int) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.buf == nil {
		return 0
	}
	for _, t := range s.tables {
		n += t.len()
	}
	return n + s.buf.len()
}

// Damaged reports whether a table was found damaged, or unreadable, since the last Retain. What it covered is not found any more
// and not in Sources: a chunk that is missed may be there after the set was brought up to date again.
func (s *Set) Damaged() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.damaged.Load() || slices.ContainsFunc(s.tables, (*table).isLost)
}

// Close gives files and memory back, without Flush. A closed set holds nothing.
func (s *Set) Close() error {
	s.change.Lock()
	defer s.change.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, t := range s.tables {
		errs = append(errs, t.close())
	}
	s.tables, s.buf = nil, nil
	return errors.Join(errs...)
}

// replace puts tables in the place of others, which are closed and deleted. The caller holds change.
func (s *Set) replace(old []*table, by ...*table) {
	kept := append([]*table(nil), by...)
	for _, t := range s.tables {
		if !slices.Contains(old, t) {
			kept = append(kept, t)
		}
	}
	sortTables(kept)
	s.mu.Lock()
	s.tables = kept
	s.mu.Unlock()
	for _, t := range old { // nobody looks anything up in them any more
		t.remove()
	}
}

// sweep gives lost tables up. The caller holds change.
func (s *Set) sweep() {
	lost := slices.DeleteFunc(slices.Clone(s.tables), func(t *table) bool { return !t.isLost() })
	if len(lost) > 0 {
		s.damaged.Store(true)
		s.replace(lost)
	}
}
