package restore

import (
	"errors"
	"math/rand/v2"
	"strconv"
	"syscall"

	"backup_projeto/internal/core"
	"backup_projeto/internal/meta"
	"backup_projeto/internal/tree"
)

// special restores an entry without content, or sets an entry's metadata.
func (w *writer) special(it *item) error {
	if it.e.Type == tree.File && it.v != metadata {
		it.layout = newLayout(&it.e)
		if it.layout.data != 0 {
			it.fail(damage(errLength))
		}
		it.todo.Store(1)
		return w.chunkDone(it)
	}
	t, err := w.begin(it.in)
	if err == nil {
		if it.v == metadata {
			err = w.setMeta(it, t)
		} else {
			err = w.make(it, t)
		}
		w.h.release(it.in)
	}
	return w.ended(it, err)
}

// make makes an entry that is neither file nor folder. That this system or user cannot make a fifo, socket or device is noted, and
// no error: there is no content to lose.
func (w *writer) make(it *item, t *meta.Target) error {
	create := func() error {
		if it.e.Type == tree.Symlink {
			return t.Symlink(it.e.Target, it.e.Name, it.v == replace)
		}
		return t.Mknod(it.e.Name, it.e.Type, it.e.Device, it.v == replace)
	}
	var err error
	if it.v == replaceFolder {
		err = w.instead(t, it.in, it.e.Name, true, create)
	} else {
		err = create()
	}
	if it.e.Type != tree.Symlink && (errors.Is(err, syscall.EPERM) || errors.Is(err, errors.ErrUnsupported)) {
		w.note(it.path(), codeSpecial, err)
		return nil
	}
	if err != nil {
		return err
	}
	w.noteMeta(it.in, it.e.Name, t.SetMeta(it.e.Name, it.e.Type, &it.e.Meta, w.apply))
	return nil
}

// setMeta sets the metadata of an entry that is there already.
func (w *writer) setMeta(it *item, t *meta.Target) error {
	st, err := t.Lstat(it.e.Name)
	if err != nil {
		return err
	}
	if st.Type != it.e.Type || st.Nlink > 1 { // as planned it had one name only, so that no other is changed with it
		return &core.Error{Kind: core.Source, Code: codeTaken, Err: errGone}
	}
	w.noteMeta(it.in, it.e.Name, t.SetMeta(it.e.Name, it.e.Type, &it.e.Meta, w.apply))
	return nil
}

// instead puts an entry in the place of what cannot be replaced in one step: a folder, or something that a folder takes the place
// of. That is moved aside first and removed in the end, so that it is still there if putting fails. put must not replace anything.
func (w *writer) instead(t *meta.Target, in *folder, name string, isFolder bool, put func() error) error {
	st, err := t.Lstat(name)
	if err != nil {
		return err
	}
	if (st.Type == tree.Dir) != isFolder {
		return &core.Error{Kind: core.Source, Code: codeTaken, Err: errGone}
	}
	aside := meta.TempPrefix + strconv.FormatUint(rand.Uint64(), 36)
	if err := t.Rename(name, aside, false); err != nil {
		return err
	}
	in.touched.Store(true)
	if err := put(); err != nil {
		return errors.Join(err, t.Rename(aside, name, false))
	}
	if err := t.RemoveAll(aside); err != nil {
		w.note(in.path(aside), codeLeft, err)
	}
	return nil
}
