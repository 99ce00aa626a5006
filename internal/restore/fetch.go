package restore

import (
	"context"
	"errors"

	"backup_projeto/internal/core"
	"backup_projeto/internal/repo"
)

// fetch reads segments of one pack and writes what is wanted of them. What is damaged is read from the chunks' other places, if
// they have any.
func (w *writer) fetch(ctx context.Context, job []*segmentGroup) error {
	segments := make([]repo.Segment, len(job))
	for i, s := range job {
		segments[i] = s.place
	}
	w.rep.Progress().SetCurrent(job[0].wants[0].it.path())
	f := fetching{w: w, job: job}
	slot := false
	err := w.src.ReadSegmentsInTurn(ctx, segments, func() error {
		slot = w.take(ctx, w.slots)
		if !slot {
			return context.Cause(ctx)
		}
		return nil
	}, func(i int, raw []byte, err error) error {
		f.next = i + 1
		if err != nil {
			return f.again(ctx, job[i].wants, err)
		}
		return f.segment(ctx, job[i], raw)
	})
	if slot {
		<-w.slots
	}
	for ; core.KindOf(err) == core.Damage && f.next < len(job); f.next++ {
		if e := f.again(ctx, job[f.next].wants, err); e != nil {
			return e
		}
	}
	if err != nil && core.KindOf(err) != core.Damage {
		return err
	}
	for _, job := range f.others.jobs(w.workers, &w.limits) {
		if err := w.fetch(ctx, job); err != nil {
			return err
		}
	}
	return nil
}

// fetching is one call of fetch.
type fetching struct {
	w      *writer
	job    []*segmentGroup
	next   int    // the segment after the one that came last
	others groups // what is to be read elsewhere
}

// segment writes what is wanted of one segment.
func (f *fetching) segment(ctx context.Context, s *segmentGroup, raw []byte) error {
	w := f.w
	w.fetched.Add(int64(s.place.Segment.Stored))
	w.rep.Progress().Stored.Add(int64(s.place.Segment.Stored))
	for i := range s.wants {
		x := &s.wants[i]
		if i%64 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if x.it.failed() {
			if err := w.chunkDone(x.it); err != nil {
				return err
			}
			continue
		}
		end := int64(x.at) + int64(x.length)
		if end > int64(len(raw)) || !w.src.CheckID(x.id, raw[x.at:end]) {
			if err := f.again(ctx, s.wants[i:i+1], errContent); err != nil {
				return err
			}
			continue
		}
		if err := w.store(x.it, x.off, raw[x.at:end]); err != nil {
			return err
		}
	}
	return nil
}

// errContent says that a chunk's content does not have its id.
var errContent = damage(errors.New("the content does not match its id"))

// again looks for other places of chunks that are damaged where they were read, or were moved since the index was loaded. A file with a
// chunk that is whole nowhere fails.
func (f *fetching) again(ctx context.Context, wants []want, err error) error {
	absent := repo.IsAbsent(err)
	for _, x := range wants {
		x.try++
		if absent {
			moved, e := f.w.src.Moved(ctx, &x.id, f.job[0].place.Pack.Name)
			if e != nil {
				return e
			}
			if moved { // all places are new
				x.try = 0
			}
		}
		places := f.w.src.Lookup(&x.id)
		for int(x.try) < len(places) && places[x.try].Length != x.length { // who says that lies
			x.try++
		}
		if int(x.try) < len(places) {
			f.others.add(x, &places[x.try])
			continue
		}
		x.it.fail(err)
		if err := f.w.chunkDone(x.it); err != nil {
			return err
		}
	}
	return nil
}
