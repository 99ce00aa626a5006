package index

import "backup_projeto/internal/core"

// Held reports whether the set holds a chunk in a pack that ok accepts. ok is asked about the packs of the chunk's places, in no order,
// until it accepts one, and whether the entry that says so is believed. It must not use the set, nor keep the name that it is given. A table
// that cannot be read holds nothing: see Damaged.
func (s *Set) Held(id *core.ID, ok func(pack *core.ID, believed bool) bool) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.buf == nil {
		return false
	}
	found := s.buf.held(id, ok)
	if !found {
		visit(s.tables, id, func(t *table) bool {
			found = t.held(id, ok)
			return !found
		})
	}
	return found
}

func (b *buffer) held(id *core.ID, ok func(*core.ID, bool) bool) bool {
	for n := *b.slot(id); n != 0; n = b.prev[n-1] {
		item := b.pack(recordPack(b.record(n - 1)))
		if ok((*core.ID)(item), item[packKind]&doubted == 0) {
			return true
		}
	}
	return false
}

// held is has with a condition. A table that is found lost holds nothing.
func (t *table) held(id *core.ID, ok func(*core.ID, bool) bool) (found bool) {
	var failed error
	err := t.find(id, func(rec []byte) bool {
		w := t.windows.Get().(*window)
		defer t.windows.Put(w)
		var p *recentPack
		if p, failed = t.pack(w, recordPack(rec)); failed == nil {
			found = ok(&p.info.Name, p.info.Believed)
		}
		return failed == nil && !found
	})
	return t.fail(err) == nil && t.fail(failed) == nil && found
}
