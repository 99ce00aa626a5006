package restore

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"backup_projeto/internal/core"
	"backup_projeto/internal/meta"
	"backup_projeto/internal/tree"
)

// batchesInFlight is how many batches there are besides the one that is being filled: while one comes to its end, with less to do
// than there are workers, the next has begun.
const batchesInFlight = 2

// writer carries the plan out.
type writer struct {
	*job
	h       *handles
	stop    context.CancelCauseFunc
	batch   *batch // being filled
	flight  chan struct{}
	slots   chan struct{} // one for each worker
	batches sync.WaitGroup
	links   map[tree.LinkKey]*linkGroup // used by the walk only

	mu   sync.Mutex           // guards open and busy
	open map[*item]struct{}   // files that are not finished
	busy map[*folder]struct{} // folders that something was written in, and that are not finished

	files, bytes, fetched, verified atomic.Int64
	wrote                           atomic.Bool
}

// write carries the plan out in the target, whose own part of the plan is top.
func (j *job) write(ctx context.Context, target *meta.Target, top *planned) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	w := &writer{job: j, stop: stop, batch: &batch{}, flight: make(chan struct{}, batchesInFlight), slots: make(chan struct{}, j.workers),
		links: map[tree.LinkKey]*linkGroup{}, open: map[*item]struct{}{}, busy: map[*folder]struct{}{}}
	c, _, err := newChoice(&j.o)
	if err != nil {
		return err
	}
	root := &folder{plan: top, due: j.rootDue || c.chosen && top == nil}
	if c.chosen {
		root.meta = &j.root.Meta
	}
	w.h = newHandles(root, target, w.openFolder)
	defer w.h.close()
	if err := w.all(ctx, root, &c); err != nil {
		stop(err)
	}
	w.batches.Wait()
	defer w.sum()
	if err := context.Cause(ctx); err != nil {
		w.abandon()
		return err
	}
	if !w.wrote.Load() {
		return nil
	}
	return target.Sync()
}

// all walks through the snapshot and starts everything.
func (w *writer) all(ctx context.Context, root *folder, c *choice) error {
	root.todo.Store(1)
	w.busy[root] = struct{}{}
	if n := &w.res.Plan; n.Create+n.Overwrite > 0 {
		if err := w.prepare(root, root.handle); err != nil {
			return err
		}
	}
	if err := w.sweep(root); err != nil {
		return err
	}
	if err := walk(ctx, w.src, w, root, w.root.Content, c, 0); err != nil {
		return err
	}
	return w.flush(ctx)
}

// sum puts the counts into the result.
func (w *writer) sum() {
	w.res.Files, w.res.Bytes, w.res.Fetched, w.res.Verified = w.files.Load(), w.bytes.Load(), w.fetched.Load(), w.verified.Load()
}

// visit starts what the plan says of an entry.
func (w *writer) visit(ctx context.Context, in *folder, number int, e *tree.Entry, c *choice) (*folder, bool, error) {
	v := in.plan.verdict(number)
	switch {
	case v == skip:
		return nil, false, nil
	case e.Type == tree.Dir:
		f := in.below(number, e, v, c)
		return f, true, w.sweep(f)
	}
	it := &item{in: in, e: *e, v: v}
	if e.Link != (tree.LinkKey{}) && w.linked(it) {
		return nil, false, w.flushFull(ctx)
	}
	if v == keep {
		return nil, false, nil
	}
	in.todo.Add(1)
	return nil, false, w.add(ctx, it)
}

// below returns the folder that is an entry of in.
func (in *folder) below(number int, e *tree.Entry, v verdict, c *choice) *folder {
	f := &folder{up: in, name: e.Name, count: c.chosen && v != keep}
	switch v {
	case create:
		f.is, f.due = absent, c.chosen
	case replace:
		f.is, f.due = obstacle, true
	case metadata:
		f.due = true
	}
	if c.chosen || f.is != present {
		m := e.Meta
		f.meta = &m
	}
	if p := in.plan; p != nil {
		for in.next < len(p.folders) && p.folders[in.next].number < number {
			in.next++
		}
		if in.next < len(p.folders) && p.folders[in.next].number == number {
			f.plan = p.folders[in.next].planned
		}
	}
	f.todo.Store(1)
	in.todo.Add(1)
	return f
}

// sweep removes what a killed restore left in a folder.
func (w *writer) sweep(f *folder) error {
	if f.plan == nil || len(f.plan.stale) == 0 {
		return nil
	}
	t, err := w.begin(f)
	if err != nil {
		return nil // whoever writes in it will report it
	}
	defer w.h.release(f)
	for _, name := range f.plan.stale {
		if w.isStale(t, name) {
			_ = t.Remove(name) // the next restore tries again
		}
	}
	return nil
}

// leave ends the walk's own part in a folder.
func (w *writer) leave(in *folder, damage error) error {
	if damage != nil {
		if path := in.path(""); !w.reported[path] {
			w.lose(path, damage)
		}
	}
	w.done(in)
	return nil
}

// add starts an entry that is no folder.
func (w *writer) add(ctx context.Context, it *item) error {
	if it.e.Type == tree.File && it.v != metadata && len(it.e.Content.IDs) > 0 {
		return w.content(ctx, it)
	}
	w.batch.ops = append(w.batch.ops, func() error { return w.special(it) })
	return w.flushFull(ctx)
}

// begin acquires a folder to write in it.
func (w *writer) begin(f *folder) (*meta.Target, error) {
	t, err := w.h.acquire(f)
	if err == nil {
		f.touched.Store(true)
		w.wrote.Store(true)
	}
	return t, err
}

// openFolder opens a folder of the target, which is made first if it is not there.
func (w *writer) openFolder(f *folder, up *meta.Target) (*meta.Target, error) {
	made := f.is != present
	if made {
		if err := w.makeFolder(f, up); err != nil {
			return nil, err
		}
	}
	t, err := up.Sub(f.name)
	if err != nil {
		return nil, err
	}
	if f.finished {
		return t, nil // it is read only
	}
	if !made && !f.ready {
		if err := w.prepare(f, t); err != nil {
			_ = t.Close()
			return nil, err
		}
	}
	f.ready = true
	w.mu.Lock()
	w.busy[f] = struct{}{}
	w.mu.Unlock()
	return t, nil
}

func (w *writer) makeFolder(f *folder, up *meta.Target) error {
	mkdir := func() error { return up.Mkdir(f.name) }
	var err error
	if f.is == obstacle {
		err = w.instead(up, f.up, f.name, false, mkdir)
	} else {
		err = mkdir()
	}
	if err != nil {
		return err
	}
	f.is = present
	f.touched.Store(true)
	f.up.touched.Store(true)
	return nil
}

// prepare lets the owner write in a folder that was there before. What it had is given back in the end, unless it gets the
// snapshot's metadata.
func (w *writer) prepare(f *folder, t *meta.Target) error {
	st, err := t.Stat()
	if err != nil || st.Mode&0o700 == 0o700 {
		return err
	}
	xattrs, err := t.OwnXattrs()
	if isOther(err) {
		return err
	}
	if f.meta == nil {
		f.meta, f.own = &tree.Meta{Mode: st.Mode, UID: st.UID, GID: st.GID, Xattrs: xattrs}, true
	}
	f.touched.Store(true)
	return t.MakeWritable()
}

// done ends one part of what is to be done in a folder; with the last part the folder gets its metadata, and its parent has one
// part less to do.
func (w *writer) done(f *folder) {
	for ; f != nil && f.todo.Add(-1) == 0; f = f.up {
		if err := w.finish(f); err != nil {
			w.stop(err)
			return
		}
	}
}

// finish makes a folder that nothing was written in, if it must be there, and sets its metadata.
func (w *writer) finish(f *folder) error {
	if f.count {
		w.rep.Progress().Files.Add(1)
	}
	if !f.due && !f.touched.Load() {
		w.finished(f) // a link to an entry of it may still be made elsewhere
		return nil
	}
	t, err := w.begin(f)
	if err != nil {
		return w.failed(f, "", err)
	}
	defer w.h.release(f)
	w.noteMeta(f, "", w.setFolderMeta(f, t))
	w.finished(f)
	return nil
}

// finished says that a folder is as it shall be: from now on it is opened for reading only.
func (w *writer) finished(f *folder) {
	f.mu.Lock()
	f.finished = true
	f.mu.Unlock()
	w.mu.Lock()
	delete(w.busy, f)
	w.mu.Unlock()
}

// failed reports an entry of a folder that could not be written; what makes going on useless is returned. If it is the folder that
// cannot be used, that is reported, once.
func (w *writer) failed(in *folder, name string, err error) error {
	if general(err) {
		return &core.Error{Kind: core.Source, Subject: in.path(name), Err: cause(err)}
	}
	blocked := (*folder)(nil)
	for f := in; f != nil; f = f.up {
		f.mu.Lock()
		if f.err != nil {
			blocked = f
		}
		f.mu.Unlock()
	}
	if blocked == nil {
		w.lose(in.path(name), err)
		return nil
	}
	blocked.mu.Lock()
	told := blocked.told
	blocked.told = true
	blocked.mu.Unlock()
	if !told {
		w.lose(blocked.path(""), err)
	}
	return nil
}

// setFolderMeta gives a folder in which everything is done the snapshot's metadata, or its own back.
func (w *writer) setFolderMeta(f *folder, t *meta.Target) []*meta.MetaError {
	if f.meta == nil {
		return nil
	}
	if f.own {
		if st, err := t.Stat(); err == nil {
			f.meta.MTime = st.MTime
		}
	}
	return t.SetOwnMeta(f.meta, w.apply)
}

// noteMeta reports what could not be set of an entry's metadata.
func (w *writer) noteMeta(in *folder, name string, errs []*meta.MetaError) {
	for _, err := range errs {
		w.note(in.path(name), codeMeta, err)
	}
}

// abandon leaves the target in order after an error: no unfinished files, and folders with the metadata that they should have.
func (w *writer) abandon() {
	for it := range w.open {
		it.temp.Discard()
		w.h.release(it.in)
	}
	var folders []*folder
	for f := range w.busy {
		folders = append(folders, f)
	}
	slices.SortFunc(folders, func(a, b *folder) int { return b.depth() - a.depth() })
	for _, f := range folders {
		if t, err := w.h.acquire(f); err == nil {
			w.setFolderMeta(f, t) // that it failed is no news: there is an error already
			w.h.release(f)
		}
	}
}

func (f *folder) depth() (n int) {
	for ; f.up != nil; f = f.up {
		n++
	}
	return n
}

// errGone says that something else stands under a name than when the plan was made.
var errGone = errors.New("it changed since the plan was made")
