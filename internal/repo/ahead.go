package repo

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"

	"backup_projeto/internal/core"
	"backup_projeto/internal/index"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/storage"
)

// Who walks through a tree needs the segments of its pack one after another, in an order that jumps, and nothing else until each is there: from a
// distant store that is a round trip for each. So what is read grows with each time that something is missing: first segments alone, which is
// all that looking at one path needs, and then more of what is around them, up to whole packs.
var aheadSteps = [...]int64{0, 0, 1 << 20, treeSize + 1<<20}

// What is kept of packs of trees: so many bytes at most, beside the one that is being read, and of so many packs.
const (
	maxAhead      = 8 << 20
	maxAheadPacks = 1024
)

// aheads keeps stretches of packs as they are stored. Its zero value is ready.
type aheads struct {
	mu        sync.Mutex
	stretches map[core.ID]*stretch // guarded by mu
	size      int64                // guarded by mu
	misses    int                  // how often something was read; guarded by mu
}

// stretch is a part of a pack.
type stretch struct {
	mu   sync.Mutex // held while it is read: who needs what is coming waits
	from int64
	data []byte // not changed, only replaced
}

// of returns the stretch of a pack, perhaps an empty one.
func (a *aheads) of(name core.ID) *stretch {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.stretches[name]
	if s == nil {
		if a.stretches == nil || len(a.stretches) >= maxAheadPacks {
			a.stretches, a.size = map[core.ID]*stretch{}, 0
		}
		s = &stretch{}
		a.stretches[name] = s
	}
	return s
}

// forget lets go of what is kept of a pack.
func (a *aheads) forget(name core.ID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if s := a.stretches[name]; s != nil {
		a.size -= int64(len(s.data))
		delete(a.stretches, name)
	}
}

// step returns how many bytes to read.
func (a *aheads) step() int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.misses++
	return aheadSteps[min(a.misses, len(aheadSteps))-1]
}

// grown notes that a pack's stretch has so many bytes more, and forgets all others where that is too much.
func (a *aheads) grown(name core.ID, s *stretch, by int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.stretches[name] != s { // forgotten meanwhile
		return
	}
	if a.size += by; a.size > maxAhead {
		a.stretches, a.size = map[core.ID]*stretch{name: s}, int64(len(s.data))
	}
}

// treeSegment reads a segment of a pack of trees, with what is around it, and opens it, or as parity mends it. What came damaged is not read
// again to be lucky: whoever verifies is to hear of it.
func (r *Repo) treeSegment(ctx context.Context, l *index.Location) (raw []byte, err error) {
	key, err := r.objectKey(&l.Pack)
	if err != nil {
		return nil, err
	}
	sealed, err := r.sealedAhead(ctx, l)
	if err == nil {
		info := pack.Segment{Stored: int(l.Segment.Stored), Raw: int(l.Segment.Raw), Compression: l.Segment.Compression}
		if raw, err = pack.OpenSegment(nil, key, r.dec, &info, int(l.Number), sealed); err == nil {
			return raw, nil
		}
	}
	if err = cutShort(PackName(l.Pack.Name), err); core.KindOf(err) != core.Damage {
		return nil, err
	}
	r.ahead.forget(l.Pack.Name)
	rd := &rangeReader{r: r, key: key, segments: []Segment{*l}, fn: func(_ int, b []byte, e error) error {
		raw = bytes.Clone(b)
		return e
	}}
	err = rd.heal(ctx, &segmentBuffers{}, err)
	return raw, err
}

// sealedAhead returns a copy of a segment as it is stored.
func (r *Repo) sealedAhead(ctx context.Context, l *index.Location) ([]byte, error) {
	s := r.ahead.of(l.Pack.Name)
	s.mu.Lock()
	defer s.mu.Unlock()
	from, to := l.Segment.Offset, l.Segment.Offset+int64(l.Segment.Stored)
	if from < s.from || to > s.from+int64(len(s.data)) {
		a, b := around(from, to, l.Pack.Size-int64(pack.TrailerSize), r.ahead.step())
		data := make([]byte, b-a)
		err := storage.ReadRange(ctx, r.store, PackName(l.Pack.Name), a, data)
		if (errors.Is(err, io.ErrUnexpectedEOF) || storage.IsMedium(err)) && b-a > to-from { // what is asked for may be there
			r.heals.meet(l.Pack.Name, err)
			a, data = from, data[:to-from]
			err = storage.ReadRange(ctx, r.store, PackName(l.Pack.Name), a, data)
		}
		if err != nil {
			return nil, err
		}
		by := int64(len(data) - len(s.data))
		s.from, s.data = a, data
		r.ahead.grown(l.Pack.Name, s, by)
	}
	return append([]byte(nil), s.data[from-s.from:to-s.from]...), nil
}

// around returns the part of an object to be read for a part of it: want bytes, if that is more and the object has them. Trees are written
// children first and walked from the root, so that most of what is needed next stands behind.
func around(from, to, size, want int64) (a, b int64) {
	if to-from >= want || to > size {
		return from, to
	}
	a = max(0, from-want/4)
	b = min(size, a+want)
	return max(0, min(a, b-want)), max(b, to)
}
