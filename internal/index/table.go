package index

import (
	"bytes"
	"encoding/binary"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/pack"
)

// Table looks ids up in one table file. It is safe for use by several goroutines at once.
type Table struct {
	sources, packs, segs, buckets, prints, records []byte
	n, bits                                         int
}

// Len returns how many records the table has.
func (t *Table) Len() int { return t.n }

// Sources returns the names of the index objects that the table was made from.
func (t *Table) Sources() []core.ID {
	out := make([]core.ID, len(t.sources)/core.IDSize)
	for i := range out {
		copy(out[i][:], t.sources[i*core.IDSize:])
	}
	return out
}

func (t *Table) record(i int) []byte { return t.records[i*recSize : (i+1)*recSize] }

// find returns the first record of an id, or -1.
func (t *Table) find(id *core.ID) int {
	bucket, print := split(id[:], t.bits)
	from := binary.LittleEndian.Uint32(t.buckets[4*bucket:])
	to := binary.LittleEndian.Uint32(t.buckets[4*bucket+4:])
	if from > to || to > uint32(t.n) {
		return -1 // a damaged cache finds nothing
	}
	for i := from; i < to; i++ {
		if t.prints[i] == print && bytes.Equal(t.record(int(i))[:core.IDSize], id[:]) {
			return int(i)
		}
	}
	return -1
}

// Has reports whether the id is in the table.
func (t *Table) Has(id *core.ID) bool { return t.find(id) >= 0 }

// Lookup returns every place of an id.
func (t *Table) Lookup(id *core.ID) (out []Location) {
	i := t.find(id)
	if i < 0 {
		return nil
	}
	for ; i < t.n && bytes.Equal(t.record(i)[:core.IDSize], id[:]); i++ {
		if l, ok := t.location(t.record(i)); ok {
			out = append(out, l)
		}
	}
	return out
}

func (t *Table) location(r []byte) (l Location, ok bool) {
	seg := int(binary.LittleEndian.Uint32(r[core.IDSize:])) * segSize
	if seg+segSize > len(t.segs) {
		return l, false
	}
	s := t.segs[seg : seg+segSize]
	info, ok := t.packInfo(int(binary.LittleEndian.Uint32(s)))
	if !ok {
		return l, false
	}
	return Location{
		Pack:   info,
		Number: binary.LittleEndian.Uint32(s[4:]),
		Segment: SegmentInfo{
			Offset:      int64(binary.LittleEndian.Uint64(s[8:])),
			Stored:      binary.LittleEndian.Uint32(s[16:]),
			Raw:         binary.LittleEndian.Uint32(s[20:]),
			Compression: uint8(binary.LittleEndian.Uint32(s[24:])),
		},
		Offset: binary.LittleEndian.Uint32(r[core.IDSize+4:]),
		Length: binary.LittleEndian.Uint32(r[core.IDSize+8:]),
	}, true
}

func (t *Table) packInfo(i int) (p PackInfo, ok bool) {
	if (i+1)*packSize > len(t.packs) {
		return p, false
	}
	b := t.packs[i*packSize : (i+1)*packSize]
	copy(p.Name[:], b)
	p.Size = int64(binary.LittleEndian.Uint64(b[core.IDSize:]))
	p.Kind = pack.Kind(binary.LittleEndian.Uint64(b[core.IDSize+8:]))
	p.Key = b[core.IDSize+16 : core.IDSize+16+crypto.SealedKeySize]
	return p, true
}

// Packs calls yield for each pack in the table.
func (t *Table) Packs(yield func(PackInfo) bool) {
	for i := 0; i < len(t.packs)/packSize; i++ {
		if p, _ := t.packInfo(i); !yield(p) {
			return
		}
	}
}
