package restore

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"sync"

	"backup_projeto/internal/core"
	"backup_projeto/internal/index"
	"backup_projeto/internal/repo"
)

// limits bound a batch and its parts.
type limits struct {
	entries int // in a batch
	wants   int // chunks wanted in a batch
	wide    int // files in a batch whose chunks are spread over several segments, and which are open for a while therefore
	// A job reads about so many bytes of one pack, before compression: much enough that a request to a distant store is worth it,
	// and little enough that all workers have something to do.
	jobMin, jobMax int64
}

var usual = limits{entries: 10000, wants: 16000, wide: 128, jobMin: 1 << 20, jobMax: 16 << 20}

// opsPerJob is how many entries without content one worker makes in a row.
const opsPerJob = 64

// batch is work that is done at once.
type batch struct {
	ops    []func() error // entries without content
	groups groups
	older  []*older // files that have an older copy
	files  int
	wide   int
	wants  int
}

func (b *batch) full(l *limits) bool {
	return len(b.ops)+b.files >= l.entries || b.wants >= l.wants || b.wide >= l.wide
}

// want is a chunk that a file needs.
type want struct {
	it         *item
	off        int64 // in the file's content
	id         core.ID
	at, length uint32 // in the segment
	try        uint32 // which of the chunk's places
}

// groups sorts wants by segment and pack.
type groups struct {
	packs []*packGroup // in the order in which they were first wanted, which is about that of the files
	names map[core.ID][]*packGroup
	last  *segmentGroup
}

// packGroup is what is wanted of one pack under one key: index objects may contradict one another, and those that are right must not suffer
// from those that lie.
type packGroup struct {
	key      []byte // sealed
	segments map[segmentID]*segmentGroup
}

type segmentID struct {
	number uint32
	info   index.SegmentInfo
}

// pack returns the group of a place's pack.
func (g *groups) pack(l *index.Location) *packGroup {
	for _, p := range g.names[l.Pack.Name] {
		if bytes.Equal(p.key, l.Pack.Key) {
			return p
		}
	}
	if g.names == nil {
		g.names = map[core.ID][]*packGroup{}
	}
	p := &packGroup{l.Pack.Key, map[segmentID]*segmentGroup{}}
	g.names[l.Pack.Name] = append(g.names[l.Pack.Name], p)
	g.packs = append(g.packs, p)
	return p
}

// segmentGroup is what is wanted of one segment.
type segmentGroup struct {
	place repo.Segment
	wants []want
}

// add takes a want with one of its chunk's places.
func (g *groups) add(x want, l *index.Location) *segmentGroup {
	x.at, x.length = l.Offset, l.Length
	s := g.last
	if s == nil || s.place.Number != l.Number || s.place.Pack.Name != l.Pack.Name || s.place.Segment != l.Segment || !bytes.Equal(s.place.Pack.Key, l.Pack.Key) {
		p, id := g.pack(l), segmentID{l.Number, l.Segment}
		if s = p.segments[id]; s == nil {
			s = &segmentGroup{place: *l}
			p.segments[id] = s
		}
		g.last = s
	}
	s.wants = append(s.wants, x)
	return s
}

// jobs divides what is wanted into parts of one pack each, for the workers.
func (g *groups) jobs(workers int, l *limits) (jobs [][]*segmentGroup) {
	total := int64(0)
	for _, p := range g.packs {
		for _, s := range p.segments {
			total += int64(s.place.Segment.Raw)
		}
	}
	size := min(max(total/int64(4*workers), l.jobMin), l.jobMax)
	for _, p := range g.packs {
		all := make([]*segmentGroup, 0, len(p.segments))
		for _, s := range p.segments {
			all = append(all, s)
		}
		slices.SortFunc(all, func(a, b *segmentGroup) int { return cmp.Compare(a.place.Number, b.place.Number) })
		from, raw := 0, int64(0)
		for i, s := range all {
			if raw += int64(s.place.Segment.Raw); raw >= size || i == len(all)-1 {
				jobs = append(jobs, all[from:i+1])
				from, raw = i+1, 0
			}
		}
	}
	return jobs
}

// flushFull starts the batch if it is full.
func (w *writer) flushFull(ctx context.Context) error {
	if !w.batch.full(&w.limits) {
		return nil
	}
	return w.flush(ctx)
}

// flush starts the batch as soon as there is room for it.
func (w *writer) flush(ctx context.Context) error {
	b := w.batch
	w.batch = &batch{}
	select {
	case w.flight <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	w.batches.Go(func() {
		w.run(ctx, b)
		<-w.flight
	})
	return nil
}

// run does the work of a batch.
func (w *writer) run(ctx context.Context, b *batch) {
	if len(b.older) > 0 {
		var mu sync.Mutex // guards b.groups
		each(w, ctx, w.slots, b.older, func(o *older) error { return w.reuse(ctx, o, &b.groups, &mu) })
	}
	jobs := b.groups.jobs(w.workers, &w.limits)
	b.groups = groups{}
	var wait sync.WaitGroup
	wait.Go(func() {
		each(w, ctx, w.slots, slices.Collect(slices.Chunk(b.ops, opsPerJob)), func(ops []func() error) error {
			for _, op := range ops {
				if err := op(); err != nil || ctx.Err() != nil {
					return err
				}
			}
			return nil
		})
	})
	each(w, ctx, w.asking, jobs, func(job []*segmentGroup) error { return w.fetch(ctx, job) })
	wait.Wait()
}

// take waits for room; false says that the work was stopped.
func (w *writer) take(ctx context.Context, room chan struct{}) bool {
	select {
	case room <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

// each does something with each of a list, as many at once as there is room for, and returns when all is done, or the work was stopped, as an
// error does.
func each[T any](w *writer, ctx context.Context, room chan struct{}, list []T, do func(T) error) {
	var wait sync.WaitGroup
	defer wait.Wait()
	for _, x := range list {
		if !w.take(ctx, room) {
			return
		}
		wait.Go(func() {
			defer func() { <-room }()
			if err := do(x); err != nil {
				w.stop(err)
			}
		})
	}
}
