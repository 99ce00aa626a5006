package index

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"sort"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/pack"
)

// The layout of a table file, all integers little endian:
//
//	header   magic 8, repository 16, counts of sources, packs, segments, records as u64 each, bucket bits u64   (64 bytes)
//	sources  object name 32 each
//	packs    name 32, size u64, kind u64, sealed key                                          (packSize bytes each)
//	segments pack u32, number u32, offset u64, stored u32, raw u32, compression u32           (segSize bytes each)
//	buckets  u32 each: the first record of each bucket, and the count at the end
//	prints   one byte each: the 8 bits of the id after the bucket bits
//	records  id 32, segment u32, offset u32, length u32                                       (recSize bytes each)
//	end      magic 8
const (
	magic      = "bpTable1"
	headerSize = 64
	packSize   = core.IDSize + 16 + crypto.SealedKeySize
	segSize    = 28
	recSize    = core.IDSize + 12
	// bucketLoad is how many records share a bucket, on average: 4 bytes of bucket for 8 of prints.
	bucketLoad = 8
)

// tableData is a table's content before it is written.
type tableData struct {
	repo    core.UUID
	sources []core.ID
	packs   []byte
	segs    []byte
	records []byte
}

// add appends the packs of one index object.
func (t *tableData) add(source core.ID, packs []pack.Entry) {
	t.sources = append(t.sources, source)
	for i := range packs {
		t.addPack(&packs[i])
	}
}

func (t *tableData) addPack(p *pack.Entry) {
	number := uint32(len(t.packs) / packSize)
	t.packs = append(t.packs, p.Name[:]...)
	t.packs = binary.LittleEndian.AppendUint64(t.packs, uint64(p.Size))
	t.packs = binary.LittleEndian.AppendUint64(t.packs, uint64(p.Footer.Kind))
	t.packs = append(t.packs, p.Key...)
	offsets := p.Footer.Offsets()
	for n := range p.Footer.Segments {
		s := &p.Footer.Segments[n]
		seg := uint32(len(t.segs) / segSize)
		t.segs = binary.LittleEndian.AppendUint32(t.segs, number)
		t.segs = binary.LittleEndian.AppendUint32(t.segs, uint32(n))
		t.segs = binary.LittleEndian.AppendUint64(t.segs, uint64(offsets[n]))
		t.segs = binary.LittleEndian.AppendUint32(t.segs, uint32(s.Stored))
		t.segs = binary.LittleEndian.AppendUint32(t.segs, uint32(s.Raw))
		t.segs = binary.LittleEndian.AppendUint32(t.segs, uint32(s.Compression))
		at := 0
		for i, id := range s.IDs {
			t.records = append(t.records, id[:]...)
			t.records = binary.LittleEndian.AppendUint32(t.records, seg)
			t.records = binary.LittleEndian.AppendUint32(t.records, uint32(at))
			t.records = binary.LittleEndian.AppendUint32(t.records, uint32(s.Lengths[i]))
			at += s.Lengths[i]
		}
	}
}

// recordSort sorts records by id.
type recordSort struct{ b, tmp []byte }

func (r recordSort) Len() int           { return len(r.b) / recSize }
func (r recordSort) Less(i, j int) bool { return bytes.Compare(r.id(i), r.id(j)) < 0 }
func (r recordSort) id(i int) []byte    { return r.b[i*recSize : i*recSize+core.IDSize] }
func (r recordSort) Swap(i, j int) {
	a, b := r.b[i*recSize:(i+1)*recSize], r.b[j*recSize:(j+1)*recSize]
	copy(r.tmp, a)
	copy(a, b)
	copy(b, r.tmp)
}

// encode returns the table's file.
func (t *tableData) encode() []byte {
	if !sort.IsSorted(recordSort{t.records, nil}) {
		sort.Sort(recordSort{t.records, make([]byte, recSize)})
	}
	n := len(t.records) / recSize
	bits := bucketBits(n)
	b := make([]byte, 0, headerSize+len(t.sources)*core.IDSize+len(t.packs)+len(t.segs)+(4<<bits)+4+n+len(t.records)+len(magic))
	b = append(append(b, magic...), t.repo[:]...)
	for _, v := range []int{len(t.sources), len(t.packs) / packSize, len(t.segs) / segSize, n, bits} {
		b = binary.LittleEndian.AppendUint64(b, uint64(v))
	}
	for _, s := range t.sources {
		b = append(b, s[:]...)
	}
	b = append(append(b, t.packs...), t.segs...)
	b = appendBuckets(b, t.records, bits)
	b = append(b, t.records...)
	return append(b, magic...)
}

func bucketBits(n int) int {
	bits := 0
	for n>>bits > bucketLoad && bits < 30 {
		bits++
	}
	return bits
}

// split returns an id's bucket, and the byte after those bits.
func split(id []byte, bits int) (bucket uint32, print byte) {
	v := binary.BigEndian.Uint64(id)
	return uint32(v >> 1 >> (63 - bits)), byte(v << bits >> 56)
}

func appendBuckets(b, records []byte, bits int) []byte {
	n := len(records) / recSize
	next := uint32(0)
	prints := make([]byte, n)
	for i := range n {
		bucket, p := split(records[i*recSize:], bits)
		prints[i] = p
		for ; next <= bucket; next++ {
			b = binary.LittleEndian.AppendUint32(b, uint32(i))
		}
	}
	for ; next <= 1<<bits; next++ {
		b = binary.LittleEndian.AppendUint32(b, uint32(n))
	}
	return append(b, prints...)
}

// merge returns one table of several: the packs and segments one after another, the records merged.
func merge(repo core.UUID, tables []*Table) *tableData {
	t := &tableData{repo: repo}
	type cursor struct {
		t    *Table
		at   int
		base uint32
	}
	var cs []cursor
	for _, x := range tables {
		base := uint32(len(t.segs) / segSize)
		packBase := uint32(len(t.packs) / packSize)
		t.sources = append(t.sources, x.Sources()...)
		t.packs = append(t.packs, x.packs...)
		for i := 0; i < len(x.segs); i += segSize {
			t.segs = binary.LittleEndian.AppendUint32(t.segs, packBase+binary.LittleEndian.Uint32(x.segs[i:]))
			t.segs = append(t.segs, x.segs[i+4:i+segSize]...)
		}
		cs = append(cs, cursor{x, 0, base})
	}
	for {
		best := -1
		for i := range cs {
			if cs[i].at == cs[i].t.n {
				continue
			}
			if best < 0 || bytes.Compare(cs[i].t.record(cs[i].at)[:core.IDSize], cs[best].t.record(cs[best].at)[:core.IDSize]) < 0 {
				best = i
			}
		}
		if best < 0 {
			return t
		}
		c := &cs[best]
		r := c.t.record(c.at)
		t.records = append(t.records, r[:core.IDSize]...)
		t.records = binary.LittleEndian.AppendUint32(t.records, c.base+binary.LittleEndian.Uint32(r[core.IDSize:]))
		t.records = append(t.records, r[core.IDSize+4:]...)
		c.at++
	}
}

// Open reads a table from its bytes, which must not change while it is used.
func newTable(b []byte, repo core.UUID) (*Table, error) {
	if len(b) < headerSize+len(magic) || string(b[:8]) != magic || string(b[len(b)-8:]) != magic || string(b[8:24]) != string(repo[:]) {
		return nil, fmt.Errorf("%w: table header", ErrFormat)
	}
	var counts [5]uint64
	for i := range counts {
		counts[i] = binary.LittleEndian.Uint64(b[24+8*i:])
		if counts[i] > 1<<36 {
			return nil, fmt.Errorf("%w: table counts", ErrFormat)
		}
	}
	if counts[4] > 30 {
		return nil, fmt.Errorf("%w: table buckets", ErrFormat)
	}
	t := &Table{n: int(counts[3]), bits: int(counts[4])}
	rest, ok := b[headerSize:len(b)-8], true
	take := func(n uint64) []byte {
		if n > uint64(len(rest)) {
			ok = false
			return nil
		}
		part := rest[:n]
		rest = rest[n:]
		return part
	}
	t.sources = take(counts[0] * core.IDSize)
	t.packs = take(counts[1] * packSize)
	t.segs = take(counts[2] * segSize)
	t.buckets = take(4<<counts[4] + 4)
	t.prints = take(counts[3])
	t.records = take(counts[3] * recSize)
	if !ok || len(rest) != 0 {
		return nil, fmt.Errorf("%w: table length", ErrFormat)
	}
	return t, nil
}
