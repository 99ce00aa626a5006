package restore

import (
	"errors"
	"slices"

	"backup_projeto/internal/core"
	"backup_projeto/internal/meta"
	"backup_projeto/internal/tree"
)

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
	f.mu.Lock()
	f.finished = !f.due && !f.touched.Load() // under mu: a link to an entry of it may be made elsewhere, which opens it
	idle := f.finished
	f.mu.Unlock()
	if idle {
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
