package verify

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/tree"
)

// walker goes through the folders of all snapshots, each distinct one once, with several goroutines. It only finds out whether anything is
// wrong: most repositories are healthy, and naming what suffers takes walking through every snapshot by itself.
type walker struct {
	v      *run
	seen   *seen // folders, and pieces of those that have several
	sample *sample

	mu    sync.Mutex
	more  *sync.Cond // the stack has more, or nobody is busy
	stack []folder   // guarded by mu
	busy  int        // goroutines that may add to the stack; guarded by mu
	trees int64      // guarded by mu
}

// folder is one that has to be looked at.
type folder struct {
	snap    *snap // the newest that has it, or nearly
	path    string
	content tree.Content
}

// walk checks all folders and that every block which they need is in the index, and draws the sample.
func (v *run) walk(ctx context.Context) (*sample, error) {
	for try := 0; ; try++ {
		w := &walker{v: v, seen: newSeen(), sample: newSample(v.o.Sample)}
		w.more = sync.NewCond(&w.mu)
		if err := w.run(ctx); err != nil {
			return nil, err
		}
		v.res.Trees = w.trees
		if !v.hurt || !v.r.LocalIndexDamaged() {
			return w.sample, nil
		}
		// Blocks may be missing only because this machine's copy of the index is damaged.
		if try == 2 {
			return nil, &core.Error{Kind: core.Failure, Code: codeCache, Subject: v.r.CacheDir()}
		}
		v.hurt = false
		if _, err := v.r.LoadIndex(ctx); err != nil {
			return nil, err
		}
	}
}

func (w *walker) run(ctx context.Context) error {
	for i := range w.v.snaps {
		w.push([]folder{{snap: &w.v.snaps[i], content: w.v.snaps[i].root}}) // the newest ends on top
	}
	g, ctx := errgroup.WithContext(ctx)
	defer context.AfterFunc(ctx, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.more.Broadcast()
	})()
	for range w.v.o.Parallel {
		g.Go(func() error {
			for f, ok := w.pop(ctx); ok; f, ok = w.pop(ctx) {
				err := w.folder(ctx, &f)
				w.finished()
				if err != nil {
					return err
				}
			}
			return ctx.Err()
		})
	}
	return g.Wait()
}

// push adds folders that were not seen before.
func (w *walker) push(folders []folder) {
	fresh := folders[:0]
	for _, f := range folders {
		if key := folderKey(f.content); w.seen.add(&key) {
			fresh = append(fresh, f)
		}
	}
	if len(fresh) == 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stack = append(w.stack, fresh...)
	w.trees += int64(len(fresh))
	w.more.Broadcast()
}

// pop takes a folder; false when all is done, or the context ended. After true comes finished.
func (w *walker) pop(ctx context.Context) (folder, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.stack) == 0 && w.busy > 0 && ctx.Err() == nil {
		w.more.Wait()
	}
	n := len(w.stack) - 1
	if n < 0 || ctx.Err() != nil {
		return folder{}, false
	}
	f := w.stack[n]
	w.stack[n] = folder{}
	w.stack = w.stack[:n]
	w.busy++
	return f, true
}

func (w *walker) finished() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.busy--; w.busy == 0 && len(w.stack) == 0 {
		w.more.Broadcast()
	}
}

// folderKey names a folder's content: the id of its piece or, of several, a hash of all.
func folderKey(c tree.Content) core.ID {
	if len(c.IDs) == 1 && c.Depth == 0 {
		return c.IDs[0]
	}
	h := crypto.NewHash()
	h.Write([]byte{c.Depth})
	for i := range c.IDs {
		h.Write(c.IDs[i][:])
	}
	return core.ID(h.Sum(nil))
}

// folder checks one.
func (w *walker) folder(ctx context.Context, f *folder) error {
	w.v.rep.Progress().SetCurrent(f.path)
	single := len(f.content.IDs) == 1 && f.content.Depth == 0
	p := pieces{v: w.v}
	c := content{v: w.v, once: true, visit: func(id *core.ID, list bool, err error) (int64, error) {
		if err != nil {
			return 0, w.v.note(err)
		}
		w.v.need(ctx, id)
		if list {
			return 0, nil
		}
		entries, err := p.read(ctx, id)
		if err != nil {
			return 0, enough(err, w.v.note(err))
		}
		// A piece that another folder had is read again for the order of names only.
		if !single && !w.seen.add(id) {
			return 0, nil
		}
		return 0, w.entries(ctx, f, entries)
	}}
	_, err := c.blocks(ctx, f.content)
	return err
}

// enough ends a folder of which a piece is malformed; then is what became of that error.
func enough(err, then error) error {
	if then == nil && core.CodeOf(err) == codeFolder {
		return errEnough
	}
	return then
}

// entries checks what a piece of a folder lists.
func (w *walker) entries(ctx context.Context, f *folder, entries []tree.Entry) error {
	var below []folder
	for i := range entries {
		e := &entries[i]
		switch e.Type {
		case tree.Dir:
			below = append(below, folder{f.snap, join(f.path, e.Name), e.Content})
		case tree.File:
			if err := w.file(ctx, e); err != nil {
				return err
			}
			w.sample.offer(f, e)
		}
	}
	w.v.rep.Progress().Files.Add(int64(len(entries)))
	w.push(below)
	return nil
}

// file checks that all blocks are there and are as long as the file.
func (w *walker) file(ctx context.Context, e *tree.Entry) error {
	c := content{v: w.v, visit: func(id *core.ID, list bool, err error) (int64, error) {
		if err != nil {
			return 0, w.v.note(err)
		}
		n := w.v.need(ctx, id)
		if n == 0 { // it is missing, or is empty
			w.v.harm()
		}
		return n, nil
	}}
	length, err := c.blocks(ctx, e.Content)
	if length != dataSize(e) {
		w.v.harm()
	}
	return err
}
