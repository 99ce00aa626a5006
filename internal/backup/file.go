package backup

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash"
	"io"
	"io/fs"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/meta"
	"backup_projeto/internal/tree"
)

// cutter is what cutting content takes.
type cutter interface {
	Next(data []byte) int
}

// worker is one goroutine of the walk, with its memory.
type worker struct {
	b      *run
	filler filler
	hasher *crypto.IDHasher
	seen   hash.Hash // of the ids of the file's chunks
	buf    []byte
	max    int // longest chunk
}

// readAhead is how many bytes of a large file are read at once.
const readAhead = 512 << 10

func (b *run) newWorker() *worker {
	max := b.r.Header().Chunking.Max
	return &worker{b: b, filler: b.sink.filler(false), hasher: b.r.Hasher(), seen: crypto.NewHash(), max: max}
}

// attempts is how often a file that changes while it is read is read.
const attempts = 3

// files reads a batch.
func (w *worker) files(batch batch) error {
	n := batch.node
	for _, i := range batch.files {
		if err := w.b.ctx.Err(); err != nil {
			n.release()
			return err
		}
		if err := w.file(n, &n.children[i]); err != nil {
			n.release()
			return err
		}
	}
	n.release()
	return w.finished(n)
}

// file reads one file. Errors of reading are noted; what is returned is an error of the repository.
func (w *worker) file(n *node, c *child) error {
	b := w.b
	b.rep.Progress().SetCurrent(join(n.path(), c.name))
	var e *tree.Entry
	end := changed
	for i := 0; i < attempts && end == changed; i++ {
		var err error
		e, end, err = w.attempt(n, c)
		var source *sourceError
		switch {
		case errors.As(err, &source):
			return w.unreadable(n, c, source.err)
		case err != nil:
			return err
		}
	}
	switch end {
	case changed:
		b.note(join(n.path(), c.name), meta.ReasonTorn, errChanging)
		c.mark = never
	case grew:
		b.noteGrown(join(n.path(), c.name))
		c.mark = never
	}
	c.totals.bytes = e.Size
	c.entry = b.encodeEntry(n, e)
	b.saved(c)
	return nil
}

var errChanging = errors.New("it changed each time it was read")

// unreadable notes a file that cannot be read; one that is gone is no entry any more.
func (w *worker) unreadable(n *node, c *child, err error) error {
	if !errors.Is(err, fs.ErrNotExist) {
		w.b.note(join(n.path(), c.name), meta.Reason(err), err)
	}
	w.b.rep.Progress().Files.Add(1)
	return nil
}

// sourceError tells an error of the project from one of the repository.
type sourceError struct{ err error }

func (e *sourceError) Error() string { return e.err.Error() }
func (e *sourceError) Unwrap() error { return e.err }

// ending is what became of a file while it was read.
type ending uint8

const (
	changed ending = iota
	steady
	// grew: it became longer, as logs do, and what was read of it was the same when it was read again. So between the two readings it began
	// with just that, which is as consistent as a file that nobody writes to.
	grew
)

// attempt reads a file once, and what became longer once more.
func (w *worker) attempt(n *node, c *child) (e *tree.Entry, end ending, err error) {
	b := w.b
	f, err := n.dir.Open(c.name)
	if err != nil {
		return nil, changed, &sourceError{err}
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, changed, &sourceError{err}
	}
	if st.Type != tree.File {
		return nil, changed, &sourceError{core.Errorf(core.Source, "", c.name, "it became something else")}
	}
	xattrs, err := f.Xattrs()
	if err != nil {
		b.note(join(n.path(), c.name), meta.Reason(err), err)
	}
	c.st, c.mark = st, b.settled(&st)
	e = &tree.Entry{Name: c.name, Type: tree.File, Meta: b.metaOf(&st, xattrs), Link: b.link(&st)}
	if st.Sparse() {
		if e.Holes, err = f.Holes(st.Size); err != nil {
			return nil, changed, &sourceError{err}
		}
	}
	short, err := w.content(f, &st, e)
	if err != nil {
		return nil, changed, err
	}
	now, err := f.Stat()
	if err != nil {
		return nil, changed, &sourceError{err}
	}
	switch {
	case short || now.Size < st.Size:
		return e, changed, nil
	case now.Size > st.Size:
		end, err = w.reread(f, &st, e)
		return e, end, err
	case now.MTime != st.MTime || now.CTime != st.CTime:
		return e, changed, nil
	}
	return e, steady, nil
}

// link names the inode of an entry with several names.
func (b *run) link(st *meta.Stat) (k tree.LinkKey) {
	if st.Nlink > 1 && st.Ino != 0 {
		k = linkKey(st.Ino, st.Dev, b.device)
	}
	return k
}

// linkKey is the same in every repository, so that a folder has the same bytes in each, from which it can be healed, and wherever the disk with the
// project's folder is mounted.
func linkKey(ino, dev, root uint64) (k tree.LinkKey) {
	b := binary.BigEndian.AppendUint64([]byte("link"), ino)
	if dev != root {
		b = binary.BigEndian.AppendUint64(b, dev)
	}
	sum := crypto.Hash(b)
	copy(k[:], sum[:])
	return k
}

// content reads a file's data, without its holes, as far as its size was when it was opened, and stores it in chunks. A file that
// became shorter loses its holes, and short is true.
func (w *worker) content(f *meta.File, st *meta.Stat, e *tree.Entry) (short bool, err error) {
	lister := tree.Lister{Put: w.b.trees.list}
	src, err := w.chunks(f, st, e.Holes, func(id core.ID, data []byte) error {
		isNew, err := w.filler.Add(id, data)
		if err == nil {
			err = lister.Add(id)
		}
		w.b.took(len(data), isNew)
		return err
	})
	if err != nil {
		return false, err
	}
	if e.Content, err = lister.Finish(); err != nil {
		return false, err
	}
	e.Size = st.Size
	if src.short {
		e.Size, e.Holes = src.read, nil
	}
	return src.short, nil
}

// reread reads again what content read, and says whether it is still the same.
func (w *worker) reread(f *meta.File, st *meta.Stat, e *tree.Entry) (ending, error) {
	before := w.seen.Sum(nil)
	if _, err := w.chunks(f, st, e.Holes, func(core.ID, []byte) error { return nil }); err != nil {
		return changed, err
	}
	if !bytes.Equal(before, w.seen.Sum(nil)) {
		return changed, nil
	}
	return grew, nil
}

// chunks cuts what content reads and calls visit for each chunk. seen becomes the hash of their ids.
func (w *worker) chunks(f *meta.File, st *meta.Stat, holes []tree.Hole, visit func(id core.ID, data []byte) error) (*dataReader, error) {
	src := &dataReader{f: f, size: st.Size, holes: holes}
	w.seen.Reset()
	buf, have, eof := w.buffer(st.Size), 0, false
	for {
		for !eof && have < w.max {
			n, err := src.Read(buf[have:])
			have += n
			if err == io.EOF {
				eof = true
			} else if err != nil {
				return src, &sourceError{err}
			}
		}
		at := 0
		for have-at >= w.max || eof && at < have {
			n := w.b.cutter.Next(buf[at:have])
			id := w.hasher.Sum(buf[at : at+n])
			w.seen.Write(id[:])
			if err := visit(id, buf[at:at+n]); err != nil {
				return src, err
			}
			at += n
		}
		have = copy(buf, buf[at:have])
		if eof && have == 0 {
			return src, w.b.ctx.Err()
		}
	}
}

// buffer returns memory to read a file of that size: all of a small one, else a chunk and what is read ahead.
func (w *worker) buffer(size int64) []byte {
	if n := int(min(size, int64(w.max+readAhead))); len(w.buf) < n {
		w.buf = make([]byte, max(n, 128<<10))
	}
	return w.buf
}

// dataReader reads the bytes of a file that are not in holes, up to a size.
type dataReader struct {
	f     *meta.File
	size  int64
	holes []tree.Hole
	pos   int64
	read  int64 // bytes given
	short bool  // the file ended before its size
}

func (r *dataReader) Read(p []byte) (int, error) {
	for len(r.holes) > 0 && r.holes[0].Offset == r.pos {
		r.pos += r.holes[0].Length
		r.holes = r.holes[1:]
	}
	end := r.size
	if len(r.holes) > 0 {
		end = r.holes[0].Offset
	}
	if r.pos >= end || r.short {
		return 0, io.EOF
	}
	n, err := r.f.ReadAt(p[:min(int64(len(p)), end-r.pos)], r.pos)
	r.pos += int64(n)
	r.read += int64(n)
	if err == io.EOF && r.pos < end {
		r.short = true
		return n, io.EOF
	}
	if err == io.EOF {
		err = nil
	}
	return n, err
}

// special saves an entry that is neither file nor directory.
func (w *worker) special(n *node, c *child) {
	b := w.b
	var xattrs []tree.Xattr
	var err error
	if xattrs, err = n.dir.Xattrs(c.name, c.st); err != nil && !errors.Is(err, fs.ErrNotExist) {
		b.note(join(n.path(), c.name), meta.Reason(err), err)
	}
	e := &tree.Entry{Name: c.name, Type: c.st.Type, Meta: b.metaOf(&c.st, xattrs), Link: b.link(&c.st), Device: c.st.Rdev}
	if c.st.Type == tree.Symlink {
		if e.Target, err = n.dir.Readlink(c.name); err != nil {
			_ = w.unreadable(n, c, err)
			return
		}
	}
	c.entry = b.encodeEntry(n, e)
	b.rep.Progress().Files.Add(1)
}
