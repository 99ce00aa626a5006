package restore

import (
	"errors"
	"io"
	"io/fs"
	"sync"
	"syscall"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/meta"
	"backup_projeto/internal/tree"
)

// inode tells inodes with several names apart. A file that was written to while it was saved may have been read differently under two
// names, and a snapshot may lie: only what is the same is linked.
type inode struct {
	key  tree.LinkKey
	what core.ID // a hash of what it is, and what it contains
}

func inodeOf(e *tree.Entry) inode {
	what := tree.Entry{Type: e.Type, Size: e.Size, Content: e.Content, Holes: e.Holes, Target: e.Target, Device: e.Device}
	return inode{e.Link, crypto.Hash(tree.AppendEntry(nil, &what))}
}

// linkGroup is an inode with several names. The first name met is restored like any other entry, the others are linked to it.
type linkGroup struct {
	in   *folder // of the first name
	name string

	mu      sync.Mutex // guards what follows
	ready   bool       // the first name is there, or will never be
	err     error      // why it will not
	waiting []*item
}

// linked takes one name of an inode with several; false means that it is the first and to be restored as if it were the only one.
// The walk calls it.
func (w *writer) linked(it *item) bool {
	key := inodeOf(&it.e)
	g := w.links[key]
	if g == nil {
		g = &linkGroup{in: it.in, name: it.e.Name, ready: it.v == keep}
		w.links[key] = g
		it.links = g
		return false
	}
	if it.v == keep {
		return true
	}
	it.in.todo.Add(1)
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.ready {
		g.waiting = append(g.waiting, it)
		w.batch.files++ // the first may be in this batch: it must not wait forever
		return true
	}
	w.batch.ops = append(w.batch.ops, func() error { return w.link(it, g, g.err) })
	return true
}

// linksReady makes the links that waited for the first name.
func (w *writer) linksReady(first *item, err error) error {
	g := first.links
	g.mu.Lock()
	g.ready, g.err = true, err
	waiting := g.waiting
	g.waiting = nil
	g.mu.Unlock()
	for _, it := range waiting {
		if e := w.link(it, g, err); e != nil {
			return e
		}
	}
	return nil
}

// link makes a further name of a group's inode, or says why there is none.
func (w *writer) link(it *item, g *linkGroup, err error) error {
	if err == nil {
		err = w.linkTo(it, g)
	}
	return w.ended(it, err)
}

func (w *writer) linkTo(it *item, g *linkGroup) error {
	t, err := w.begin(it.in)
	if err != nil {
		return err
	}
	defer w.h.release(it.in)
	from, err := w.h.acquire(g.in)
	if err != nil {
		return err
	}
	defer w.h.release(g.in)
	link := func() error { return t.Link(from, g.name, it.e.Name, it.v == replace) }
	if it.v == replaceFolder {
		err = w.instead(t, it.in, it.e.Name, true, link)
	} else {
		err = link()
	}
	if err == nil || errors.Is(err, fs.ErrExist) || general(err) {
		return err
	}
	// There are no links here, or no more for this inode, or a person mounted something in between.
	if it.e.Type == tree.File {
		err = w.copyOf(it, from, g.name)
	} else {
		err = w.make(it, t)
	}
	if err == nil {
		w.note(it.path(), codeLink, errNoLink)
	}
	return err
}

// errNoLink says that a hard link could not be made.
var errNoLink = &fs.PathError{Op: "link", Err: syscall.EMLINK}

// copyOf makes a file of its own with the content of the first name.
func (w *writer) copyOf(it *item, from *meta.Target, name string) error {
	f, err := from.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	temp, err := w.begun(it)
	if err != nil {
		return err
	}
	it.layout = newLayout(&it.e)
	buf := chunkBuffers.Get().(*[]byte)
	defer chunkBuffers.Put(buf)
	for off := int64(0); off < it.layout.data && err == nil; {
		n := min(it.layout.data-off, 1<<20)
		grow(buf, n)
		err = it.layout.each(off, n, func(at, from, size int64) error {
			if _, err := f.ReadAt((*buf)[from:from+size], at); err != nil && err != io.EOF {
				return err
			}
			_, err := temp.WriteAt((*buf)[from:from+size], at)
			return err
		})
		off += n
	}
	if err == nil {
		err = w.finishFile(it)
	} else {
		temp.Discard()
	}
	w.closed(it)
	return err
}
