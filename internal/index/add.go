package index

import (
	"errors"
	"fmt"
	"slices"

	"backup_projeto/internal/core"
	"backup_projeto/internal/pack"
)

// maxTables is how many tables a set has at most, but for a moment and where its folder cannot be written.
const maxTables = 8

// heldSize is how many bytes of tables stay in memory where the folder cannot be written.
const heldSize = 256 << 20

// Add puts in what an index object says; on return its chunks are found, whatever the error. What was added becomes a table when it
// is enough, and tables are merged, so an Add may take as long as writing a part of the set, while others wait to add and nobody
// waits to look up. Packs that no object can list give an error that wraps ErrFormat, and nothing is added. Where the folder
// cannot be written, and too much is in memory already, the kind is Failure and the code "index-cache".
func (s *Set) Add(source core.ID, packs []pack.Entry) error {
	for i := range packs {
		if err := checkEntry(&packs[i]); err != nil {
			return fmt.Errorf("%w: %w", ErrFormat, err)
		}
	}
	s.change.Lock()
	defer s.change.Unlock()
	if s.buf == nil {
		return errClosed
	}
	var err error
	if !s.buf.empty() && s.buf.size()+sizeOf(packs) > s.bufferSize {
		err = s.spill()
	}
	s.mu.Lock()
	s.buf.add(source, packs)
	s.mu.Unlock()
	if err == nil && s.buf.size() > s.bufferSize {
		err = s.spill()
	}
	return err
}

// Flush writes what Add left in memory to the folder, so that the next process finds it, and deletes tables that are damaged. The
// disk is not waited for, and a failure to write is no error: new tables then stay in memory until the set is closed, and have to be
// fetched again the next time.
func (s *Set) Flush() error {
	s.change.Lock()
	defer s.change.Unlock()
	if s.buf == nil {
		return errClosed
	}
	s.sweep()
	if s.buf.empty() {
		return nil
	}
	return s.spill()
}

// spill makes a table of the buffer, and merges tables if there are too many. The caller holds change.
func (s *Set) spill() error {
	t, err := s.bufferTable()
	if err != nil {
		return err
	}
	tables := append([]*table{t}, s.tables...)
	sortTables(tables)
	empty := newBuffer()
	s.mu.Lock()
	s.tables, s.buf = tables, empty
	s.mu.Unlock()
	s.compact()
	return nil
}

// bufferTable makes a table of the buffer in the folder or, where that fails, in memory.
func (s *Set) bufferTable() (*table, error) {
	if s.dir != "" && s.writeErr == nil {
		t, err := createTable(s.dir, s.repo, []*run{s.buf.run()})
		if err == nil {
			return t, nil
		}
		s.stopWriting(err)
	}
	if s.dir != "" && s.held()+s.buf.size() > s.heldSize {
		return nil, &core.Error{Kind: core.Failure, Code: codeCache, Subject: s.dir, Err: s.writeErr}
	}
	return memoryTable(s.repo, []*run{s.buf.run()})
}

// stopWriting notes that the folder cannot be written.
func (s *Set) stopWriting(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writeErr = err
}

// held returns how many bytes of tables are in memory.
func (s *Set) held() (n int) {
	for _, t := range s.tables {
		if t.path == "" {
			n += int(t.size)
		}
	}
	return n
}

// compact merges the smallest tables until there are no more than maxTables. Where that fails they stay. The caller holds change.
func (s *Set) compact() {
	for len(s.tables) > maxTables && s.writeErr == nil {
		old := smallest(s.tables)
		merged, err := s.merge(old)
		switch {
		case err == nil:
			s.replace(old, merged)
		case errors.Is(err, errFull): // 4 billion records: more tables are only slower
			return
		case errors.Is(err, ErrFormat) || slices.ContainsFunc(old, (*table).isLost):
			if !slices.ContainsFunc(old, (*table).isLost) { // not sorted, or inconsistent: whose fault it is cannot be told
				for _, t := range old {
					t.lost.Store(true)
				}
			}
			s.sweep()
		default:
			s.stopWriting(err)
		}
	}
}

func (s *Set) merge(old []*table) (*table, error) {
	runs := make([]*run, len(old))
	for i, t := range old {
		runs[i] = t.run()
	}
	if s.dir == "" {
		return memoryTable(s.repo, runs)
	}
	return createTable(s.dir, s.repo, runs)
}

// smallest returns which of tables, the largest first, to merge: the two smallest, and going up while the next is no larger than
// all of those together. When tables of equal size come one after another, N of them, each is so written again only a times, where
// C(8+a, a) ≥ N: 4 times for 495 (Mathieu et al., "Bigtable Merge Compaction", 2014). Few tables matter since each costs a look-up.
func smallest(tables []*table) []*table {
	n := len(tables) - 2
	sum := tables[n].size + tables[n+1].size
	for n > 0 && tables[n-1].size <= sum {
		n--
		sum += tables[n].size
	}
	return tables[n:]
}
