package restore

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"

	"backup_projeto/internal/core"
	"backup_projeto/internal/meta"
	"backup_projeto/internal/tree"
)

// task is an entry to be compared with what the target has under its name.
type task struct {
	where
	e  *tree.Entry
	st meta.Stat
}

// present plans an entry, no folder, in whose place the target has something. Files that may be identical are read by workers:
// equal size and time prove nothing.
func (p *planner) present(ctx context.Context, k *task, t *meta.Target) error {
	switch {
	case k.e.Link != tree.LinkKey{}:
		p.linked(ctx, k, t)
	case k.e.Type == tree.File && k.st.Type == tree.File && k.e.Size == k.st.Size:
		select {
		case p.tasks <- *k:
		case <-ctx.Done():
			return ctx.Err()
		}
	default:
		p.decide(k, p.compare(ctx, k, t))
	}
	return nil
}

// compareAll is one worker.
func (p *planner) compareAll(ctx context.Context) {
	for k := range p.tasks {
		if ctx.Err() != nil {
			continue
		}
		t, err := p.h.acquire(k.in.folder)
		if err != nil {
			p.blocked(k.where, k.e.Name, err)
			continue
		}
		p.decide(&k, p.compare(ctx, &k, t))
		p.h.release(k.in.folder)
	}
}

func (p *planner) decide(k *task, v verdict) {
	p.settle(k.where, k.e, v, newLayout(k.e).data)
}

// linked plans one name of an inode with several. The first is compared at once, since what becomes of the others depends on it.
func (p *planner) linked(ctx context.Context, k *task, t *meta.Target) {
	key := inodeOf(k.e)
	first, seen := p.links[key]
	if !seen {
		v := p.compare(ctx, k, t)
		p.links[key] = planLink{k.st.Dev, k.st.Ino, v == keep}
		p.decide(k, v)
		return
	}
	v := replace
	switch {
	case k.st.Type == tree.Dir:
		v = replaceFolder
	case k.st.Ino == 0: // the system does not say which names are links of each other
		if p.compare(ctx, k, t) == keep {
			v = keep
		}
	case first.kept && first.dev == k.st.Dev && first.ino == k.st.Ino:
		v = keep
	}
	p.settle(k.where, k.e, v, 0)
}

// compare decides about an entry that is no folder.
func (p *planner) compare(ctx context.Context, k *task, t *meta.Target) verdict {
	switch {
	case k.st.Type == tree.Dir:
		return replaceFolder
	case k.st.Type != k.e.Type:
		return replace
	}
	same, xattrs := p.sameContent(ctx, k, t)
	switch {
	case !same:
		return replace
	case p.apply.Same(k.e.Type, &k.st, xattrs, &k.e.Meta):
		return keep
	case k.st.Nlink > 1: // another name of the inode, which may be outside the target, must not change
		return replace
	}
	return metadata
}

// sameContent reports whether the target's entry, which is of the same type, contains the same, and returns its attributes. What
// cannot be read differs.
func (p *planner) sameContent(ctx context.Context, k *task, t *meta.Target) (same bool, xattrs []tree.Xattr) {
	var err error
	switch k.e.Type {
	case tree.File:
		return p.sameFile(ctx, k, t)
	case tree.Symlink:
		var target string
		target, err = t.Readlink(k.e.Name)
		same = err == nil && target == k.e.Target
	case tree.CharDevice, tree.BlockDevice:
		same = k.st.Rdev == k.e.Device
	default:
		same = true
	}
	if same {
		xattrs, err = t.Xattrs(k.e.Name, k.st)
	}
	return same && !isOther(err), xattrs
}

// isOther reports whether reading attributes failed as a whole; with one that could not be read, the others are known.
func isOther(err error) bool {
	var one *meta.XattrError
	return err != nil && !errors.As(err, &one)
}

func (p *planner) sameFile(ctx context.Context, k *task, t *meta.Target) (bool, []tree.Xattr) {
	if k.st.Size != k.e.Size {
		return false, nil
	}
	f, err := t.Open(k.e.Name)
	if err != nil {
		return false, nil
	}
	defer f.Close()
	if !p.holds(ctx, f, k.e) {
		return false, nil
	}
	xattrs, err := f.Xattrs()
	return !isOther(err), xattrs
}

// holds reports whether the file's content is the entry's, by chunk ids.
func (p *planner) holds(ctx context.Context, f *meta.File, e *tree.Entry) bool {
	l := newLayout(e)
	buf := chunkBuffers.Get().(*[]byte)
	defer chunkBuffers.Put(buf)
	off := int64(0)
	for id, err := range p.src.ContentIDs(ctx, e.Content) {
		if err != nil || ctx.Err() != nil {
			return false
		}
		n, ok := p.length(&id, e, &l)
		if !ok || n == 0 || n > l.data-off || !l.read(f, buf, off, n) || !p.src.CheckID(id, *buf) {
			return false
		}
		off += n
	}
	return off == l.data && zeroes(f, e.Holes)
}

// length returns the length of a chunk of a file: the index knows, and of a file's only chunk the file does.
func (j *job) length(id *core.ID, e *tree.Entry, l *layout) (int64, bool) {
	if e.Content.Depth == 0 && len(e.Content.IDs) == 1 {
		return l.data, l.data <= core.MaxChunk
	}
	places := j.src.Lookup(id)
	if len(places) == 0 {
		return 0, false
	}
	return int64(places[0].Length), true
}

// chunkBuffers holds buffers that grow to the longest chunk they met.
var chunkBuffers = sync.Pool{New: func() any { b := make([]byte, 0, 64<<10); return &b }}

// grow makes buf n bytes long; what it held is lost.
func grow(buf *[]byte, n int64) {
	if int64(cap(*buf)) < n {
		*buf = make([]byte, n)
	}
	*buf = (*buf)[:n]
}

// read reads n bytes of content from off into buf.
func (l *layout) read(f io.ReaderAt, buf *[]byte, off, n int64) bool {
	grow(buf, n)
	err := l.each(off, n, func(at, from, size int64) error {
		_, err := f.ReadAt((*buf)[from:from+size], at)
		return err
	})
	return err == nil
}

// zeroes reports whether a file reads as zeroes where the holes are. What is a hole there too is not read.
func zeroes(f *meta.File, holes []tree.Hole) bool {
	if len(holes) == 0 {
		return true
	}
	last := holes[len(holes)-1]
	have, err := f.Holes(last.Offset + last.Length)
	if err != nil {
		return false
	}
	var zero, buf [64 << 10]byte
	for _, h := range holes {
		for at, end := h.Offset, h.Offset+h.Length; at < end; {
			for len(have) > 0 && have[0].Offset+have[0].Length <= at {
				have = have[1:]
			}
			stop := end
			if len(have) > 0 && have[0].Offset <= at {
				at = min(end, have[0].Offset+have[0].Length)
				continue
			} else if len(have) > 0 {
				stop = min(end, have[0].Offset)
			}
			n := min(stop-at, int64(len(buf)))
			if _, err := f.ReadAt(buf[:n], at); err != nil || !bytes.Equal(buf[:n], zero[:n]) {
				return false
			}
			at += n
		}
	}
	return true
}

// sameFolder reports whether an open folder has the metadata already.
func (p *planner) sameFolder(t *meta.Target, m *tree.Meta) bool {
	st, err := t.Stat()
	if err != nil {
		return false
	}
	xattrs, err := t.OwnXattrs()
	return !isOther(err) && p.apply.Same(tree.Dir, &st, xattrs, m)
}
