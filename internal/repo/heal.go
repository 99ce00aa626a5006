package repo

import (
	"context"
	"maps"
	"slices"
	"sync"

	"backup_projeto/internal/core"
	"backup_projeto/internal/storage"
)

// Who reads a damaged pack, or one that was cut short, gets what parity mends it to, in memory: nothing in the store is changed by
// reading. That it was so is remembered, to be told.

// maxHeld is how many mended packs are held, for the next reads of them; each takes its size, 16 MiB most often.
const maxHeld = 2

// heals is what is known of packs that were found damaged. Its zero value is ready.
type heals struct {
	mu     sync.Mutex              // held while a pack is mended: one at a time takes memory enough
	held   map[core.ID][]byte      // mended; guarded by mu
	order  []core.ID               // of held, the last used last; guarded by mu
	failed map[core.ID]*core.Error // of kind Damage; guarded by mu
	told   map[core.ID]struct{}    // all that were read with the help of their parity; guarded by mu
	medium map[core.ID]struct{}    // all of which the medium did not give some bytes that were asked for; guarded by mu
}

// Healed returns the packs that were read with the help of their parity since the repository was opened, and not put back since, in the
// order of their names. They are damaged in the store.
func (r *Repo) Healed() []core.ID {
	r.heals.mu.Lock()
	defer r.heals.mu.Unlock()
	return slices.SortedFunc(maps.Keys(r.heals.told), core.ID.Compare)
}

// Refused returns the packs of which the medium did not give some bytes since the repository was opened, and that were not put back since, in the order
// of their names, whether or not what was asked for could be had all the same.
func (r *Repo) Refused() []core.ID {
	r.heals.mu.Lock()
	defer r.heals.mu.Unlock()
	return slices.SortedFunc(maps.Keys(r.heals.medium), core.ID.Compare)
}

// Mended is Mend that remembers: the pack's bytes, which must not be changed, or why there are none. It is for packs of which something is
// not as it should be: that may be the pack, or what index objects say of it.
func (r *Repo) Mended(ctx context.Context, name core.ID) ([]byte, error) {
	h := &r.heals
	h.mu.Lock()
	defer h.mu.Unlock()
	if data := h.held[name]; data != nil {
		h.use(name)
		return data, nil
	}
	if err := h.failed[name]; err != nil {
		return nil, err
	}
	data, err := r.Mend(ctx, name)
	if e, ok := err.(*core.Error); ok && e.Kind == core.Damage {
		if h.failed == nil || len(h.failed) >= maxLost {
			h.failed = map[core.ID]*core.Error{}
		}
		h.failed[name] = e
	}
	if err != nil {
		return nil, err
	}
	if h.held == nil {
		h.held = map[core.ID][]byte{}
	}
	if len(h.order) >= maxHeld {
		delete(h.held, h.order[0])
		h.order = h.order[1:]
	}
	h.held[name] = data
	h.use(name)
	return data, nil
}

// note remembers a pack that was read with the help of its parity.
func (h *heals) note(name core.ID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.told == nil {
		h.told = map[core.ID]struct{}{}
	}
	h.told[name] = struct{}{}
}

// meet remembers a pack of which the medium did not give something, if that is what err says.
func (h *heals) meet(name core.ID, err error) {
	if !storage.IsMedium(err) {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.medium == nil {
		h.medium = map[core.ID]struct{}{}
	}
	h.medium[name] = struct{}{}
}

// use makes a pack the last used. The caller holds mu.
func (h *heals) use(name core.ID) {
	h.order = append(slices.DeleteFunc(h.order, func(id core.ID) bool { return id == name }), name)
}

// forget forgets a pack that is what it was again.
func (h *heals) forget(name core.ID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.held, name)
	delete(h.failed, name)
	delete(h.told, name)
	delete(h.medium, name)
	h.order = slices.DeleteFunc(h.order, func(id core.ID) bool { return id == name })
}

// heal hands on the segment at rd.at as parity mends it; where that cannot be, with err, for which it could not be read. What a medium did not give may
// have been elsewhere in the range: then the segment is read by itself.
func (rd *rangeReader) heal(ctx context.Context, bufs *segmentBuffers, err error) error {
	s := &rd.segments[rd.at]
	rd.r.heals.meet(s.Pack.Name, err)
	data, e := rd.r.Mended(ctx, s.Pack.Name)
	if e != nil {
		switch {
		case core.KindOf(e) != core.Damage:
			return e
		case storage.IsMedium(err):
			return rd.alone(ctx, bufs, s)
		}
		return rd.fn(rd.at, nil, err)
	}
	rd.r.heals.note(s.Pack.Name)
	end := s.Segment.Offset + int64(s.Segment.Stored)
	if end > int64(len(data)) {
		return rd.fn(rd.at, nil, err)
	}
	bufs.sealed = append(bufs.sealed[:0], data[s.Segment.Offset:end]...) // opening uses it up
	raw, e := rd.unseal(bufs, s, bufs.sealed)
	if e != nil { // the index says something else than the pack
		return rd.fn(rd.at, nil, err)
	}
	return rd.fn(rd.at, raw, nil)
}

// alone hands on the segment at rd.at as a request for nothing else gives it.
func (rd *rangeReader) alone(ctx context.Context, bufs *segmentBuffers, s *Segment) error {
	name := PackName(s.Pack.Name)
	sealed := make([]byte, s.Segment.Stored)
	if err := cutShort(name, storage.ReadRange(ctx, rd.r.store, name, s.Segment.Offset, sealed)); err != nil {
		if core.KindOf(err) != core.Damage {
			return err
		}
		return rd.fn(rd.at, nil, err)
	}
	raw, err := rd.unseal(bufs, s, sealed)
	if err != nil {
		return rd.fn(rd.at, nil, damage(name, err))
	}
	return rd.fn(rd.at, raw, nil)
}
