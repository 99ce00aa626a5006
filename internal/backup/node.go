package backup

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"sync/atomic"

	"backup_projeto/internal/cbor"
	"backup_projeto/internal/core"
	"backup_projeto/internal/meta"
	"backup_projeto/internal/report"
	"backup_projeto/internal/scan/ignore"
	"backup_projeto/internal/tree"
)

// node is a directory being saved.
type node struct {
	parent *node
	at     int // its number among the parent's children
	name   string
	dir    *meta.Dir // open while users > 0
	users  atomic.Int32
	st     meta.Stat
	mark   mark
	match  *ignore.Matcher // of what is in it

	oldMark   mark
	oldOffset uint64 // of the record in the old state; 0 without one
	old       *record

	children []child
	pending  atomic.Int32 // children that are not finished, and one for the reading of the directory itself
	changed  atomic.Bool  // something differs from the record
	own      tree.Meta    // set when the mark differs, without old entry, and of the root
	failed   error        // the directory could not be read; set before it is finished
	entered  bool         // it is excluded, and walked for what is chosen below it

	// Set when it is finished:
	content tree.Content
	totals  totals
	offset  uint64 // of the new record
}

// child is an entry of a node.
type child struct {
	name   string
	st     meta.Stat
	mark   mark
	entry  []byte // encoded; nil until known, or where the entry is not saved
	offset uint64 // of a directory's new record
	totals totals
	known  bool   // the record has an entry of this name and kind
	was    []byte // that entry, encoded, of a file

	match   *ignore.Matcher // of a directory
	entered bool            // as in node
}

// path returns the slash path from the root, "" for the root.
func (n *node) path() string {
	size := 0
	for d := n; d.parent != nil; d = d.parent {
		size += len(d.name) + 1
	}
	if size == 0 {
		return ""
	}
	b := make([]byte, size) // at once: folders may be nested thousands deep
	for d := n; d.parent != nil; d = d.parent {
		size -= len(d.name) + 1
		copy(b[size:], d.name)
		b[size+len(d.name)] = '/'
	}
	return string(b[:len(b)-1])
}

func join(dir, name string) string {
	if dir == "" {
		return name
	}
	return dir + "/" + name
}

// release gives up one use of the directory's handle.
func (n *node) release() {
	if n.users.Add(-1) == 0 && n.dir != nil {
		_ = n.dir.Close() // it was only read
	}
}

// giveUp releases what a node in the queue holds.
func (n *node) giveUp() {
	if n.parent == nil {
		n.release()
	} else {
		n.parent.release()
	}
}

// work is one worker: it takes work until there is none.
func (b *run) work() error {
	w := b.newWorker()
	for {
		batch, n := b.queue.next()
		var err error
		switch {
		case batch.node != nil:
			err = w.files(batch)
		case n != nil:
			err = w.read(n)
		default:
			if err := context.Cause(b.ctx); err != nil {
				return err
			}
			return w.filler.Flush()
		}
		if err != nil {
			return err
		}
	}
}

// read lists a directory and puts what must be done about its entries into the queue.
func (w *worker) read(n *node) error {
	b := w.b
	n.pending.Store(1)
	err := w.openNode(n)
	var names []string
	if err == nil {
		names, err = n.dir.Names()
	}
	if err != nil {
		n.fail(b, err)
		return w.finished(n)
	}
	if n.oldOffset != 0 {
		n.old = b.old.at(n.oldOffset)
	}
	if n.parent == nil || n.old == nil || !n.mark.same(n.oldMark) {
		n.readOwn(b)
	}
	if n.old == nil {
		n.changed.Store(true)
	}
	names, rule, err := b.within(n, names)
	switch path := join(n.path(), ignore.FileName); {
	case err == nil:
	case core.CodeOf(err) != "": // rules that were cut: more is saved then, nothing less
		b.rep.Issue(report.Issue{Path: path, Err: err})
	default:
		b.note(path, meta.Reason(err), err)
	}
	if rule != "" {
		b.leftOut(rule, n.path())
	}
	slices.Sort(names)
	n.children = make([]child, 0, len(names))
	for _, name := range names {
		w.look(n, name)
	}
	dirs, batches := w.compare(n)
	n.pending.Add(int32(len(dirs) + len(batches)))
	n.users.Add(int32(len(dirs) + len(batches)))
	b.queue.pushBatches(batches)
	b.queue.pushDir(dirs...)
	n.release()
	return w.finished(n)
}

// openNode opens a directory relative to its parent.
func (w *worker) openNode(n *node) error {
	if n.parent == nil {
		return nil
	}
	defer n.parent.release()
	dir, err := n.parent.dir.Sub(n.name)
	if err != nil {
		return err
	}
	n.dir = dir
	n.users.Store(1)
	return nil
}

// fail notes that a directory could not be read. One that vanished is no longer an entry of its parent.
func (n *node) fail(b *run, err error) {
	n.failed = err
	n.changed.Store(true)
	if n.dir != nil {
		n.release()
	}
	if n.parent == nil {
		return
	}
	if !errors.Is(err, fs.ErrNotExist) {
		b.note(n.path(), meta.Reason(err), err)
	}
}

// readOwn reads the directory's own metadata.
func (n *node) readOwn(b *run) {
	xattrs, err := n.dir.OwnXattrs()
	if err != nil {
		b.note(n.path(), meta.Reason(err), err)
	}
	n.own = b.metaOf(&n.st, xattrs)
}

func (b *run) metaOf(st *meta.Stat, xattrs []tree.Xattr) tree.Meta {
	return tree.Meta{Mode: st.Mode, UID: st.UID, GID: st.GID, User: b.names.User(st.UID), Group: b.names.Group(st.GID), MTime: st.MTime, Xattrs: xattrs}
}

// look asks the system about one entry and the rules whether it is saved.
func (w *worker) look(n *node, name string) {
	b := w.b
	st, err := n.dir.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist): // deleted since the names were read: there is nothing to save
		return
	case err != nil:
		b.note(join(n.path(), name), meta.Reason(err), err)
		return
	}
	c := child{name: name, st: st, mark: b.settled(&st)}
	switch keep, rule := b.judge(n, &c); {
	case keep:
		n.children = append(n.children, c)
	case rule != "":
		b.leftOut(rule, join(n.path(), name))
	}
}

// finished takes note that one thing of a directory is done. Whoever does the last one encodes the directory and goes on with its
// parent.
func (w *worker) finished(n *node) error {
	for n.pending.Add(-1) == 0 {
		if err := w.encode(n); err != nil {
			return err
		}
		if n.parent == nil {
			w.b.queue.stop()
			return nil
		}
		w.hand(n)
		n = n.parent
	}
	return nil
}

// encode makes the directory's content of its children, or takes over the old one.
func (w *worker) encode(n *node) error {
	b := w.b
	n.totals = totals{dirs: 1}
	kept := n.children[:0]
	for i := range n.children {
		if n.children[i].entry == nil { // it is not saved: unreadable, vanished, or nothing below it was chosen
			if n.children[i].known {
				n.changed.Store(true)
			}
			continue
		}
		n.totals.add(n.children[i].totals)
		kept = append(kept, n.children[i])
	}
	n.children = kept
	switch {
	case n.failed != nil:
		return nil
	case !n.changed.Load() && n.old != nil && b.holds(n.old.content):
		n.content = n.old.content
	default:
		var err error
		if n.content, err = b.trees.directory(kept); err != nil {
			return err
		}
	}
	entries := make([]stated, len(kept))
	for i := range kept {
		c := &kept[i]
		entries[i] = stated{c.mark, c.offset, c.name, c.entry}
	}
	n.offset = b.new.add(n.totals, n.content, entries)
	n.children = nil
	return nil
}

// hand gives a finished directory's entry to its parent.
func (w *worker) hand(n *node) {
	b := w.b
	c := &n.parent.children[n.at]
	b.rep.Progress().Files.Add(1)
	if errors.Is(n.failed, fs.ErrNotExist) || n.entered && n.totals.files+n.totals.others == 0 {
		c.entry = nil // it vanished, or is excluded and nothing below it was chosen
		return
	}
	c.totals, c.offset = n.totals, n.offset
	if n.failed != nil {
		c.mark = never
		n.own = b.metaOf(&n.st, nil)
	}
	changed := n.changed.Load()
	if c.entry != nil && !changed {
		return // the old entry, metadata and content, is true
	}
	n.parent.changed.Store(true)
	e := tree.Entry{Name: n.name, Type: tree.Dir, Meta: n.own, Content: n.content}
	if c.entry != nil && n.failed == nil { // its metadata did not change
		e = tree.DecodeEntry(cbor.NewDecoder(c.entry), false)
		e.Content = n.content
	}
	c.entry = b.encodeEntry(n.parent, &e)
}

// encodeEntry encodes an entry that can be read back, or notes that it cannot be saved.
func (b *run) encodeEntry(n *node, e *tree.Entry) []byte {
	if err := e.Check(false); err != nil {
		b.note(join(n.path(), e.Name), meta.ReasonUnsupported, err)
		return nil
	}
	return tree.AppendEntry(nil, e)
}
