package backup

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/index"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/tree"
)

// filler takes chunks from one goroutine.
type filler interface {
	// Add takes a chunk and reports whether it is new.
	Add(id core.ID, data []byte) (bool, error)
	// Flush sends what it holds on its way.
	Flush() error
}

// sink is where chunks go: into the repository, or nowhere.
type sink interface {
	filler(trees bool) filler
	finish() error
	commit(*snapshot.Manifest) error
	again()        // makes ready for another walk, after commit said that one is needed
	stored() int64 // bytes
	damaged() []repo.Damaged
	close()

	// wary reports whether content of the parent is taken over only where holds says that each chunk is there; else takeOver is called.
	wary() bool
	holds(*core.ID) bool
	takeOver()
}

func newSink(ctx context.Context, r *repo.Repo, dry bool) (sink, error) {
	if dry {
		damaged, err := r.LoadIndex(ctx)
		return &drySink{r: r, bad: r.Distrusted(), seen: index.NewClaims(), lost: damaged}, err
	}
	s, err := r.Begin(ctx)
	if err != nil {
		return nil, err
	}
	return realSink{s}, nil
}

type realSink struct{ s *repo.Session }

func (s realSink) filler(trees bool) filler {
	if trees {
		return s.s.Filler(pack.Tree)
	}
	return s.s.Filler(pack.Data)
}
func (s realSink) finish() error                     { return s.s.Finish() }
func (s realSink) commit(m *snapshot.Manifest) error { return s.s.Commit(m) }
func (s realSink) again()                            { s.s.Again() }
func (s realSink) stored() int64                     { return s.s.Totals().Stored }
func (s realSink) damaged() []repo.Damaged           { return s.s.Damaged() }
func (s realSink) wary() bool                        { return s.s.Wary() }
func (s realSink) holds(id *core.ID) bool            { return s.s.Holds(id) }
func (s realSink) takeOver()                         { s.s.TakeOver() }
func (s realSink) close()                            { s.s.Close() }

// drySink finds out what would be new, and stores nothing.
type drySink struct {
	r    *repo.Repo
	bad  map[core.ID]bool // packs that are not relied on
	seen *index.Claims
	lost []repo.Damaged
}

func (s *drySink) filler(bool) filler              { return s }
func (s *drySink) finish() error                   { return nil }
func (s *drySink) commit(*snapshot.Manifest) error { return nil }
func (s *drySink) again()                          {}
func (s *drySink) stored() int64                   { return 0 }
func (s *drySink) damaged() []repo.Damaged         { return s.lost }
func (s *drySink) wary() bool                      { return false }
func (s *drySink) holds(id *core.ID) bool          { return s.r.BelievesBut(id, s.bad) }
func (s *drySink) takeOver()                       {}
func (s *drySink) close()                          {}
func (s *drySink) Flush() error                    { return nil }
func (s *drySink) Add(id core.ID, _ []byte) (bool, error) {
	return !s.r.BelievesBut(&id, s.bad) && s.seen.Claim(&id), nil
}

// treeWriter stores directories and lists, for all workers together: so they stand in packs of their own, in the order in which
// they were finished.
type treeWriter struct {
	mu     sync.Mutex
	filler filler           // guarded by mu
	hasher *crypto.IDHasher // guarded by mu
	split  *tree.Splitter   // guarded by mu
	lists  tree.Lister      // of the directory being written; guarded by mu
}

// put stores one chunk. The caller holds mu.
func (t *treeWriter) put(data []byte) (core.ID, error) {
	id := t.hasher.Sum(data)
	_, err := t.filler.Add(id, data)
	return id, err
}

// list stores a list of ids.
func (t *treeWriter) list(data []byte) (core.ID, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.put(data)
}

// directory stores a directory of encoded entries.
func (t *treeWriter) directory(children []child) (tree.Content, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.split == nil {
		t.lists.Put = t.put
		t.split = tree.NewSplitter(func(piece []byte) error {
			id, err := t.put(piece)
			if err != nil {
				return err
			}
			return t.lists.Add(id)
		})
	}
	for i := range children {
		if err := t.split.AddEncoded(children[i].name, children[i].entry); err != nil {
			return tree.Content{}, err
		}
	}
	if err := t.split.Finish(); err != nil {
		return tree.Content{}, err
	}
	return t.lists.Finish()
}

// counters are what the manifest counts, as workers go.
type counters struct{ fresh, changed, removed, unchanged, read, bytesNew atomic.Int64 }

func (c *counters) result(t totals, s sink) snapshot.Counts {
	return snapshot.Counts{
		Files: t.files, Dirs: t.dirs, Others: t.others, New: c.fresh.Load(), Changed: c.changed.Load(), Removed: c.removed.Load(),
		Unchanged: c.unchanged.Load(), BytesSeen: t.bytes, BytesRead: c.read.Load(), BytesNew: c.bytesNew.Load(), BytesStored: s.stored(),
	}
}

// unchanged counts an entry that is taken over.
func (b *run) unchanged(c *child) {
	p := b.rep.Progress()
	p.Files.Add(1)
	if c.st.Type == tree.File {
		b.counts.unchanged.Add(1)
		p.Bytes.Add(c.st.Size)
	}
}

// took counts a chunk that was read.
func (b *run) took(n int, isNew bool) {
	b.counts.read.Add(int64(n))
	if isNew {
		b.counts.bytesNew.Add(int64(n))
	}
	p := b.rep.Progress()
	p.Bytes.Add(int64(n))
	p.Stored.Store(b.sink.stored())
}

// saved counts a file that was read. One that was read only because its times did not prove that it stayed the same did not change.
func (b *run) saved(c *child) {
	b.rep.Progress().Files.Add(1)
	switch {
	case !c.known:
		b.counts.fresh.Add(1)
	case bytes.Equal(c.entry, c.was):
		b.counts.unchanged.Add(1)
	default:
		b.counts.changed.Add(1)
	}
}

// detail gives the operating system's words for an error.
func detail(err error) string {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err.Error()
		}
		err = next
	}
}
