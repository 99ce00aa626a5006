package index

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"hash/maphash"
	"slices"

	"backup_projeto/internal/core"
	"backup_projeto/internal/pack"
)

// bufferSize is how many bytes a buffer takes, beside its slots and one index object more, before it becomes a table.
const bufferSize = 8 << 20

// buffer has what is not in a table yet, in the order in which it came, and finds it by hashing.
type buffer struct {
	sources              []core.ID
	packs, segs, records []byte
	seed                 maphash.Seed // so that nobody can choose ids that collide
	slots                []uint32     // 1 + the number of the last record of an id, at its hash or after; 0 is free
	used                 int          // slots that are not free
	prev                 []uint32     // for each record, 1 + the number of the one before of the same id
}

func newBuffer() *buffer { return &buffer{seed: maphash.MakeSeed(), slots: make([]uint32, 64)} }

func (b *buffer) empty() bool { return len(b.sources) == 0 }

// size returns how many bytes the content takes.
func (b *buffer) size() int {
	return len(b.sources)*core.IDSize + len(b.packs) + len(b.segs) + len(b.records)
}

// sizeOf returns by how many bytes these packs make a buffer larger.
func sizeOf(packs []pack.Entry) int {
	n := core.IDSize
	for i := range packs {
		n += packSize + len(packs[i].Footer.Segments)*segSize + packs[i].Footer.Chunks()*recSize
	}
	return n
}

// len returns how many records there are.
func (b *buffer) len() int { return len(b.prev) }

// add appends what an index object says; checkEntry has accepted the packs.
func (b *buffer) add(source core.ID, packs []pack.Entry) {
	b.sources = append(b.sources, source)
	for i := range packs {
		p := &packs[i]
		number := len(b.packs) / packSize
		b.packs = appendPack(b.packs, p, len(b.segs)/segSize)
		offsets := p.Footer.Offsets()
		for j := range p.Footer.Segments {
			s := &p.Footer.Segments[j]
			b.segs = appendSegment(b.segs, s, offsets[j])
			at := 0
			for k := range s.IDs {
				b.records = appendRecord(b.records, &s.IDs[k], number, j, at, s.Lengths[k])
				b.link(&s.IDs[k])
				at += s.Lengths[k]
			}
		}
	}
}

// link makes the record just appended findable.
func (b *buffer) link(id *core.ID) {
	if 2*b.used >= len(b.slots) {
		b.grow()
	}
	slot := b.slot(id)
	if b.prev = append(b.prev, *slot); *slot == 0 {
		b.used++
	}
	*slot = uint32(len(b.prev))
}

func (b *buffer) grow() {
	old := b.slots
	b.slots = make([]uint32, 2*len(old))
	for _, n := range old {
		if n != 0 {
			*b.slot((*core.ID)(b.record(n - 1))) = n
		}
	}
}

// slot returns an id's slot, or the free one where it belongs.
func (b *buffer) slot(id *core.ID) *uint32 {
	mask := uint64(len(b.slots) - 1)
	for i := maphash.Bytes(b.seed, id[:]) & mask; ; i = (i + 1) & mask {
		if n := b.slots[i]; n == 0 || bytes.Equal(b.record(n - 1)[:core.IDSize], id[:]) {
			return &b.slots[i]
		}
	}
}

func (b *buffer) record(i uint32) []byte { return b.records[int(i)*recSize : (int(i)+1)*recSize] }

func (b *buffer) pack(i uint32) []byte { return b.packs[int(i)*packSize : (int(i)+1)*packSize] }

func (b *buffer) has(id *core.ID) bool { return *b.slot(id) != 0 }

// lookup appends every place of an id.
func (b *buffer) lookup(out []Location, id *core.ID) []Location {
	for n := *b.slot(id); n != 0; n = b.prev[n-1] {
		rec := b.record(n - 1)
		item := b.pack(recordPack(rec))
		first, _ := segments(item)
		seg := b.segs[int(first+recordNumber(rec))*segSize:]
		out = append(out, location(packInfo(item), seg[:segSize], rec))
	}
	return out
}

// run returns the content, copied and sorted as a table's.
func (b *buffer) run() *run {
	sources := slices.Clone(b.sources)
	slices.SortFunc(sources, core.ID.Compare)
	var names []byte
	for i := range sources {
		names = append(names, sources[i][:]...)
	}
	packs, segs, numbers := b.sortedPacks()
	r := &run{room: [secSums]uint64{uint64(len(sources)), uint64(len(packs) / packSize), uint64(len(segs) / segSize), uint64(b.len())}}
	for sec, items := range [secSums][]byte{names, packs, segs, b.sortedRecords(numbers)} {
		r.cursors[sec] = &cursor{size: itemSizes[sec], items: items}
	}
	return r
}

// sortedPacks returns packs and their segments sorted, each once, and the new number of each pack.
func (b *buffer) sortedPacks() (packs, segs []byte, numbers []uint32) {
	order := make([]uint32, len(b.packs)/packSize)
	for i := range order {
		order[i] = uint32(i)
	}
	segsOf := func(i uint32) []byte {
		first, count := segments(b.pack(i))
		return b.segs[int(first)*segSize : int(first+count)*segSize]
	}
	compare := func(x, y uint32) int {
		return cmp.Or(bytes.Compare(b.pack(x)[:packFirst], b.pack(y)[:packFirst]), bytes.Compare(segsOf(x), segsOf(y)))
	}
	slices.SortFunc(order, compare)
	numbers = make([]uint32, len(order))
	for at, i := range order {
		if at == 0 || compare(order[at-1], i) != 0 {
			packs = append(packs, b.pack(i)...)
			binary.BigEndian.PutUint32(packs[len(packs)-packSize+packFirst:], uint32(len(segs)/segSize))
			segs = append(segs, segsOf(i)...)
		}
		numbers[i] = uint32(len(packs)/packSize - 1)
	}
	return packs, segs, numbers
}

// sortedRecords returns the records sorted, with the new numbers of their packs.
func (b *buffer) sortedRecords(numbers []uint32) []byte {
	type entry struct {
		key uint64
		i   uint32
	}
	order := make([]entry, b.len())
	for i := range order {
		order[i] = entry{binary.BigEndian.Uint64(b.record(uint32(i))), uint32(i)}
	}
	slices.SortFunc(order, func(x, y entry) int {
		if x.key != y.key {
			return cmp.Compare(x.key, y.key)
		}
		p, q := b.record(x.i), b.record(y.i)
		return cmp.Or(bytes.Compare(p[:core.IDSize], q[:core.IDSize]), cmp.Compare(numbers[recordPack(p)], numbers[recordPack(q)]),
			bytes.Compare(p[recNumber:], q[recNumber:]))
	})
	out := make([]byte, 0, len(b.records))
	for _, e := range order {
		out = append(out, b.record(e.i)...)
		number := out[len(out)-recSize+core.IDSize:]
		binary.BigEndian.PutUint32(number, numbers[be32(number)])
	}
	return out
}
