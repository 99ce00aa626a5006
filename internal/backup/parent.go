package backup

import (
	"backup_projeto/internal/cbor"
	"backup_projeto/internal/core"
	"backup_projeto/internal/tree"
)

// What is unchanged since the parent is taken over without being read. That its chunks are still there needs no look-up most of the time:
// the parent is whole, and a prune that takes something away says so first. While a prune's mark waits to be swept, where an index
// object is gone that the parent was found by, and where packs were found damaged, each chunk is looked up.

// careful reports whether each chunk is looked up.
func (b *run) careful() bool { return b.doubt || b.sink.wary() }

// keeps reports whether an unchanged entry may be taken over.
func (b *run) keeps(c *child, entry []byte) bool {
	if c.st.Type != tree.File {
		return true
	}
	if !b.careful() {
		b.sink.takeOver()
		return true
	}
	e := tree.DecodeEntry(cbor.NewDecoder(entry), false)
	return b.holds(e.Content)
}

// holds reports whether the parent's content may be taken over.
func (b *run) holds(c tree.Content) bool {
	if !b.careful() {
		b.sink.takeOver()
		return true
	}
	return b.holdsAll(c.IDs, c.Depth)
}

func (b *run) holdsAll(ids []core.ID, depth uint8) bool {
	for i := range ids {
		if !b.sink.holds(&ids[i]) {
			return false
		}
		if depth == 0 {
			continue
		}
		list, err := b.r.Chunk(b.ctx, ids[i])
		if err != nil { // also where this device may not read: the content is stored anew, as far as it is absent
			return false
		}
		below, err := tree.SplitIDs(list)
		if err != nil || !b.holdsAll(below, depth-1) {
			return false
		}
	}
	return true
}
