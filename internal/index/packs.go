package index

import (
	"bytes"
	"slices"
)

// packBatch is how many packs Packs reads at once.
const packBatch = 256

// Packs calls yield for each pack in the order of their names, until it returns false. A pack that several index objects list comes
// once; if they contradict one another about its size, kind or key, once for each of what they say, and once for those that are believed
// and those that are not. The set may be used, and changed, meanwhile.
func (s *Set) Packs(yield func(PackInfo) bool) {
	var last []byte
	for {
		batch := s.packsAfter(last)
		if len(batch) == 0 {
			return
		}
		for _, item := range batch {
			if !yield(packInfo(item)) {
				return
			}
		}
		last = batch[len(batch)-1]
	}
}

// packsAfter returns the packs that come next after last, each once, as in packBatch of the items of all tables and the buffer.
func (s *Set) packsAfter(last []byte) (items [][]byte) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.buf == nil {
		return nil
	}
	for _, t := range s.tables {
		if t.isLost() {
			continue
		}
		if some, err := t.packsAfter(last, packBatch); err == nil {
			items = append(items, some...)
		}
	}
	for at := 0; at < len(s.buf.packs); at += packSize {
		if item := s.buf.packs[at : at+packCount]; bytes.Compare(item, last) > 0 {
			items = append(items, bytes.Clone(item))
		}
	}
	slices.SortFunc(items, bytes.Compare)
	return slices.CompactFunc(items[:min(len(items), packBatch)], bytes.Equal)
}
