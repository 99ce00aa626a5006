package backup

import (
	"strings"

	"backup_projeto/internal/cbor"
	"backup_projeto/internal/tree"
)

// compare holds the children against the record: what did not change is taken over, the rest becomes work.
func (w *worker) compare(n *node) (dirs []*node, batches []batch) {
	b := w.b
	var group []int
	var size int64
	flush := func() {
		if len(group) > 0 {
			batches = append(batches, batch{n, group})
			group, size = nil, 0
		}
	}
	old := oldEntries{n: n, b: b}
	for i := range n.children {
		c := &n.children[i]
		was, ok := old.find(c.name)
		if ok && (was.child != 0) != (c.st.Type == tree.Dir) { // a file became a directory, or the other way round
			b.gone(&was)
			ok = false
		}
		c.known = ok
		if c.st.Type == tree.Dir {
			dirs = append(dirs, &node{parent: n, at: i, name: c.name, st: c.st, mark: c.mark, match: c.match, entered: c.entered,
				oldMark: was.mark, oldOffset: was.child})
			c.entry = was.entry
			if !ok || !c.mark.same(was.mark) {
				c.entry = nil
			}
			continue
		}
		c.totals = totals{others: 1}
		if c.st.Type == tree.File {
			c.totals = totals{files: 1, bytes: c.st.Size}
		}
		if ok && c.mark.same(was.mark) && b.keeps(c, was.entry) {
			c.entry = was.entry
			b.unchanged(c)
			continue
		}
		n.changed.Store(true)
		c.was = was.entry
		if c.st.Type != tree.File {
			w.special(n, c)
			continue
		}
		group = append(group, i)
		if size += c.st.Size; size >= batchBytes || len(group) >= batchFiles {
			flush()
		}
	}
	flush()
	old.end()
	return dirs, batches
}

// A batch is what one worker reads in turn: about a segment of content, or so many files.
const (
	batchBytes = 1 << 20
	batchFiles = 256
)

// oldEntries steps through a record's entries beside the sorted children.
type oldEntries struct {
	n    *node
	b    *run
	at   remembered
	have bool
}

// find returns the record's entry of a name. Those before it are gone from the directory.
func (o *oldEntries) find(name string) (remembered, bool) {
	if o.n.old == nil {
		return remembered{}, false
	}
	for {
		if !o.have {
			if o.at, o.have = o.n.old.next(); !o.have {
				return remembered{}, false
			}
		}
		switch c := strings.Compare(string(o.at.name), name); {
		case c == 0:
			o.have = false
			return o.at, true
		case c > 0:
			return remembered{}, false
		}
		o.have = false
		o.lost(&o.at)
	}
}

// end counts the entries that are left as gone.
func (o *oldEntries) end() {
	for o.n.old != nil {
		if !o.have {
			if o.at, o.have = o.n.old.next(); !o.have {
				return
			}
		}
		o.have = false
		o.lost(&o.at)
	}
}

func (o *oldEntries) lost(e *remembered) {
	o.n.changed.Store(true)
	o.b.gone(e)
}

// gone counts the files of an entry that is no longer there.
func (b *run) gone(e *remembered) {
	if e.child == 0 {
		if len(e.entry) > 0 && isFile(e.entry) {
			b.counts.removed.Add(1)
		}
		return
	}
	if r := b.old.at(e.child); r != nil {
		b.counts.removed.Add(r.totals.files)
	}
}

// isFile reports whether an encoded entry is a file's.
func isFile(entry []byte) bool {
	e := tree.DecodeEntry(cbor.NewDecoder(entry), false)
	return e.Type == tree.File
}
