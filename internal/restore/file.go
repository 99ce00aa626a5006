package restore

import (
	"bytes"
	"errors"
	"sync"
	"sync/atomic"

	"backup_projeto/internal/core"
	"backup_projeto/internal/meta"
	"backup_projeto/internal/tree"
)

// item is an entry, no folder, that is being restored.
type item struct {
	in    *folder
	e     tree.Entry
	v     verdict
	links *linkGroup // of which it is the first name; nil for an inode with one name

	layout layout
	todo   atomic.Int32 // chunks not written yet, and one while not all are known

	mu   sync.Mutex // guards what follows until todo is 0
	temp *meta.Temp // nil before the first chunk
	err  error      // why it is given up
}

func (it *item) path() string { return it.in.path(it.e.Name) }

// fail gives a file up; the first error counts.
func (it *item) fail(err error) {
	it.mu.Lock()
	defer it.mu.Unlock()
	if it.err == nil {
		it.err = err
	}
}

func (it *item) failed() bool {
	it.mu.Lock()
	defer it.mu.Unlock()
	return it.err != nil
}

// begun returns the unfinished file, and begins it if need be. Its folder stays open until the file is finished.
func (w *writer) begun(it *item) (*meta.Temp, error) {
	it.mu.Lock()
	defer it.mu.Unlock()
	if it.temp != nil || it.err != nil {
		return it.temp, it.err
	}
	t, err := w.begin(it.in)
	if err != nil {
		return nil, err
	}
	if it.temp, err = t.Create(); err != nil {
		w.h.release(it.in)
		return nil, err
	}
	w.mu.Lock()
	w.open[it] = struct{}{}
	w.mu.Unlock()
	return it.temp, nil
}

// store writes a chunk, which was checked, at its place in a file.
func (w *writer) store(it *item, off int64, data []byte) error {
	if err := w.storeChunk(it, off, data); err != nil {
		if general(err) {
			return w.failed(it.in, it.e.Name, err)
		}
		it.fail(err)
	}
	return w.chunkDone(it)
}

func (w *writer) storeChunk(it *item, off int64, data []byte) error {
	temp, err := w.begun(it)
	if err != nil {
		return err
	}
	return it.layout.each(off, int64(len(data)), func(at, from, size int64) error {
		part := data[from : from+size]
		if _, err := temp.WriteAt(part, at); err != nil {
			return err
		}
		if err := readBack(temp, part, at); err != nil {
			return err
		}
		w.wroteBytes(size)
		return nil
	})
}

// errReadBack is the cause where memory or the file system changed what was written.
var errReadBack = errors.New("what was read back is not what was written")

// readBack compares what stands in a file with a chunk that is known to have its id: as good as taking the id again, and ten
// times as fast.
func readBack(temp *meta.Temp, want []byte, at int64) error {
	buf := chunkBuffers.Get().(*[]byte)
	defer chunkBuffers.Put(buf)
	grow(buf, int64(len(want)))
	if _, err := temp.ReadAt(*buf, at); err != nil {
		return err
	}
	if !bytes.Equal(*buf, want) {
		return &core.Error{Kind: core.Source, Code: codeRead, Err: errReadBack}
	}
	return nil
}

// chunkDone ends one part of a file; with the last the file is finished.
func (w *writer) chunkDone(it *item) error {
	if it.todo.Add(-1) > 0 {
		return nil
	}
	err := it.err
	if err == nil {
		err = w.finishFile(it)
	} else if it.temp != nil {
		it.temp.Discard()
	}
	w.closed(it)
	return w.ended(it, err)
}

// closed lets the folder of a file go.
func (w *writer) closed(it *item) {
	if it.temp == nil {
		return
	}
	w.mu.Lock()
	delete(w.open, it)
	w.mu.Unlock()
	w.h.release(it.in)
}

// finishFile gives a complete file its metadata and name. After an error the file is gone.
func (w *writer) finishFile(it *item) error {
	temp, err := w.begun(it)
	if err != nil {
		return err
	}
	if n := len(it.e.Holes); n > 0 {
		if err := temp.Truncate(it.e.Size); err != nil {
			temp.Discard()
			return err
		}
	}
	w.noteMeta(it.in, it.e.Name, temp.SetMeta(&it.e.Meta, w.apply))
	commit := func() error { return temp.Commit(it.e.Name, it.v == replace) }
	if it.v == replaceFolder {
		t, _ := w.h.acquire(it.in) // it is open
		err = w.instead(t, it.in, it.e.Name, true, commit)
		w.h.release(it.in)
	} else {
		err = commit()
	}
	var bad *meta.MetaError
	if errors.As(err, &bad) { // where the metadata is set last, the file is there
		w.note(it.path(), codeMeta, bad)
		err = nil
	}
	if err != nil {
		temp.Discard()
		return err
	}
	w.files.Add(1)
	return nil
}

// ended reports what became of an entry, and lets go on what waited for it.
func (w *writer) ended(it *item, err error) error {
	if it.links != nil {
		if e := w.linksReady(it, err); e != nil {
			return e
		}
	}
	w.rep.Progress().Files.Add(1)
	if err != nil {
		err = w.failed(it.in, it.e.Name, err)
	}
	w.done(it.in)
	return err
}
