package restore

import (
	"context"
	"io"
	"sync"

	"backup_projeto/internal/core"
	"backup_projeto/internal/index"
	"backup_projeto/internal/meta"
	"backup_projeto/internal/tree"
)

// older is a file of the target that is replaced, and what the new one wants: most chunks of a large file that has changed are
// still in the old one.
type older struct {
	it    *item
	wants []oldWant
}

// oldWant is a want, and where in the store the chunk is.
type oldWant struct {
	want
	place index.Location
}

// maxCut is the largest older copy that is searched for chunks at other offsets, in bytes.
const maxCut = 8 << 30

// reuse writes what the older copy of a file has, and leaves the rest to be fetched.
func (w *writer) reuse(ctx context.Context, o *older, rest *groups, mu *sync.Mutex) error {
	leave := func(x *oldWant) {
		mu.Lock()
		rest.add(x.want, &x.place)
		mu.Unlock()
	}
	f, size := w.openOlder(o.it)
	if f == nil {
		for i := range o.wants {
			leave(&o.wants[i])
		}
		return nil
	}
	defer f.Close()
	missing, bytes, err := w.reuseAt(ctx, o.it, f, o.wants, nil)
	if err != nil {
		return err
	}
	if bytes >= size/8 && size <= maxCut { // little is in its place: it moved, maybe, and searching costs less than fetching
		if missing, _, err = w.reuseAt(ctx, o.it, f, missing, w.cut(ctx, f)); err != nil {
			return err
		}
	}
	for i := range missing {
		leave(&missing[i])
	}
	return nil
}

// openOlder opens the older copy of a file; nil if that cannot be read.
func (w *writer) openOlder(it *item) (*meta.File, int64) {
	t, err := w.h.acquire(it.in)
	if err != nil {
		return nil, 0 // writing will report it
	}
	defer w.h.release(it.in)
	f, err := t.Open(it.e.Name)
	if err != nil {
		return nil, 0
	}
	st, err := f.Stat()
	if err != nil || st.Type != tree.File {
		_ = f.Close()
		return nil, 0
	}
	return f, st.Size
}

// reuseAt writes the chunks that stand in the older copy where cut says, or, without it, where they stand in the new file. It
// returns those that do not, and their bytes.
func (w *writer) reuseAt(ctx context.Context, it *item, f *meta.File, wants []oldWant, cut map[core.ID]int64) (missing []oldWant, bytes int64, err error) {
	buf := chunkBuffers.Get().(*[]byte)
	defer chunkBuffers.Put(buf)
	plain := layout{}
	for _, x := range wants {
		l, off, known := &it.layout, x.off, true
		if cut != nil {
			l = &plain
			off, known = cut[x.id]
		}
		if ctx.Err() != nil {
			return nil, 0, context.Cause(ctx)
		}
		if !known || !l.read(f, buf, off, int64(x.place.Length)) || !w.src.CheckID(x.id, *buf) {
			missing = append(missing, x)
			bytes += int64(x.place.Length)
			continue
		}
		if err := w.store(it, x.off, *buf); err != nil {
			return nil, 0, err
		}
	}
	return missing, bytes, nil
}

// cut finds the chunks of the older copy, wherever they stand in it, as a backup would cut it now.
func (w *writer) cut(ctx context.Context, f *meta.File) map[core.ID]int64 {
	cutter, hasher := w.src.Cutter(), w.src.Hasher()
	places := map[core.ID]int64{}
	buf := make([]byte, 4*cutter.Params().Max)
	pos, have := int64(0), 0
	for ctx.Err() == nil {
		n, err := io.ReadFull(readerAt{f, pos + int64(have)}, buf[have:])
		have += n
		at := 0
		for have-at >= cutter.Params().Max || err != nil && at < have {
			n := cutter.Next(buf[at:have])
			places[hasher.Sum(buf[at:at+n])] = pos + int64(at)
			at += n
		}
		if err != nil {
			break
		}
		have = copy(buf, buf[at:have])
		pos += int64(at)
	}
	return places
}

// readerAt reads on from an offset.
type readerAt struct {
	r   io.ReaderAt
	off int64
}

func (r readerAt) Read(p []byte) (int, error) { return r.r.ReadAt(p, r.off) }
