package verify

import (
	"context"
	"errors"
	"sync"

	"golang.org/x/sync/errgroup"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/repo"
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
	last := ""
	return w.v.blocks(ctx, f.content, func(id *core.ID, list bool, err error) error {
		if err != nil {
			return w.v.note(err)
		}
		w.v.need(id)
		if list {
			return nil
		}
		entries, err := w.v.piece(ctx, id, &last)
		if err != nil {
			return w.v.note(err)
		}
		// A piece that another folder had is read again for the order of names only.
		if !single && !w.seen.add(id) {
			return nil
		}
		return w.entries(ctx, f, entries)
	})
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
	length := int64(0)
	err := w.v.blocks(ctx, e.Content, func(id *core.ID, list bool, err error) error {
		if err != nil {
			return w.v.note(err)
		}
		n := w.v.need(id)
		if !list {
			length += n
		}
		return nil
	})
	if length != dataSize(e) {
		w.v.harm()
	}
	return err
}

// dataSize returns how many bytes of a file its blocks hold.
func dataSize(e *tree.Entry) int64 {
	n := e.Size
	for _, h := range e.Holes {
		n -= h.Length
	}
	return n
}

func join(dir, name string) string {
	if dir == "" {
		return name
	}
	return dir + "/" + name
}

// need returns how long a block is; one that no reader finds is harm.
func (v *run) need(id *core.ID) int64 {
	for _, l := range v.r.Lookup(id) {
		if v.packs.has(&l.Pack.Name) {
			return int64(l.Length)
		}
	}
	v.harm()
	return 0
}

// note takes damage that reading a block met, and returns any other error.
func (v *run) note(err error) error {
	var e *core.Error
	if core.KindOf(err) != core.Damage || !errors.As(err, &e) {
		return err
	}
	if name, ok := repo.ParsePackName(e.Subject); ok && core.CodeOf(err) != codeFolder {
		v.suspect(name, err)
	}
	v.harm()
	return nil
}

// blocks calls visit for each block of a content in order: for one that is a list of blocks before those that it lists, and again with an
// error where it cannot be read. It goes on until visit fails.
func (v *run) blocks(ctx context.Context, c tree.Content, visit func(id *core.ID, list bool, err error) error) error {
	for i := range c.IDs {
		id := &c.IDs[i]
		if err := visit(id, c.Depth > 0, nil); err != nil {
			return err
		}
		if c.Depth == 0 {
			continue
		}
		ids, err := v.list(ctx, id)
		if err != nil {
			err = visit(id, true, err)
		} else {
			err = v.blocks(ctx, tree.Content{IDs: ids, Depth: c.Depth - 1}, visit)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// list reads a list of blocks.
func (v *run) list(ctx context.Context, id *core.ID) ([]core.ID, error) {
	data, err := v.r.Chunk(ctx, *id)
	if err != nil {
		return nil, err
	}
	ids, err := tree.SplitIDs(data)
	if err != nil {
		return nil, v.malformed(id, err)
	}
	return ids, nil
}

// errOrder says that a folder's pieces are not in order.
var errOrder = errors.New("the names are not in order")

// piece reads a piece of a folder; last is the name before it, and then its last.
func (v *run) piece(ctx context.Context, id *core.ID, last *string) ([]tree.Entry, error) {
	data, err := v.r.Chunk(ctx, *id)
	if err != nil {
		return nil, err
	}
	entries, err := tree.Decode(data)
	if err == nil && len(entries) > 0 {
		if entries[0].Name <= *last {
			err = errOrder
		}
		*last = entries[len(entries)-1].Name
	}
	if err != nil {
		return nil, v.malformed(id, err)
	}
	return entries, nil
}

// malformed says that a block is what was stored, but not what it should be. It names the pack, since that is what the store has.
func (v *run) malformed(id *core.ID, err error) error {
	object := "index"
	for _, l := range v.r.Lookup(id) {
		object = repo.PackName(l.Pack.Name)
	}
	return core.Errorf(core.Damage, codeFolder, object, "block %s: %w", id.Short(), err)
}
