package index

import (
	"slices"

	"backup_projeto/internal/core"
)

// Sources returns the names of the index objects that the set covers, in no order; a name may be there twice.
func (s *Set) Sources() []core.ID {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.buf == nil {
		return nil
	}
	out := slices.Clone(s.buf.sources)
	for _, t := range s.tables {
		if t.isLost() {
			continue
		}
		if names, err := t.sources(); err == nil {
			out = append(out, names...)
		}
	}
	return out
}

// Retain brings the set in line with a store's listing, which names all its index objects: what was made from an object that is
// not listed any more is dropped. That drops whole tables, so that objects which are still listed may leave Sources too; the caller
// adds them again. An object that was added after the listing began may be dropped with the rest, which costs that its chunks are
// stored twice, never data.
func (s *Set) Retain(listed []core.ID) error {
	s.change.Lock()
	defer s.change.Unlock()
	if s.buf == nil {
		return errClosed
	}
	known := make(map[core.ID]struct{}, len(listed))
	for _, id := range listed {
		known[id] = struct{}{}
	}
	unlisted := func(id core.ID) bool {
		_, ok := known[id]
		return !ok
	}
	var stale []*table
	for _, t := range s.tables {
		names, err := t.sources()
		if err != nil || t.isLost() || slices.ContainsFunc(names, unlisted) {
			stale = append(stale, t)
		}
	}
	if len(stale) > 0 {
		s.replace(stale)
	}
	if slices.ContainsFunc(s.buf.sources, unlisted) {
		s.mu.Lock()
		s.buf = newBuffer()
		s.mu.Unlock()
	}
	s.damaged.Store(false)
	return nil
}
