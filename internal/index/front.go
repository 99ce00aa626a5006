package index

import (
	"encoding/binary"
	"io"
	"math/bits"
	"sync/atomic"

	"backup_projeto/internal/core"
)

// The front says, without a read, which records an id may be at. Ids, whose first bytes are as good as random, fall into buckets:
// bucket and print of an id are the whole and the first 8 bits of the fraction of id × buckets / 2^256, so both ascend with the
// records. The front has a group for each 16 buckets, and after them, at a multiple of 64 KiB, one print for each record:
//
//	group  number of the first record 4, and for each bucket how many records it has, 1 byte: 255 means that or more
//
// One more group ends them. A group with a full bucket, which needs one id in 255 places or an enemy, is searched by halving.
// With 6 records a bucket, a record takes 1.2 bytes, and one absent id in 43 costs a read: 100 million records are 121 MB that
// the system may drop and read again, and 1 million absent ids 23,000 reads. More in a bucket saves little and reads more.
const (
	bucketLoad   = 6
	groupBuckets = 16
	groupSize    = 4 + groupBuckets
	fullBucket   = 255
)

// bucketOf returns an id's bucket and print.
func bucketOf(id []byte, buckets uint64) (bucket uint64, print byte) {
	hi, lo := bits.Mul64(binary.BigEndian.Uint64(id), buckets)
	return hi, byte(lo >> 56)
}

// groupsSize returns the length of the groups in bytes.
func (l *layout) groupsSize() uint64 {
	return ((l.buckets+groupBuckets-1)/groupBuckets + 1) * groupSize
}

// printsAt returns where in the front the prints begin.
func (l *layout) printsAt() uint64 { return alignUp(l.groupsSize(), frontUnit) }

// frontSize returns the length of the front in bytes.
func (l *layout) frontSize() uint64 { return l.printsAt() + l.spans[secRecords].n }

// front is a table's front, mapped or in memory.
type front struct {
	l    *layout
	data []byte
	sums []uint32
	seen []atomic.Bool // which units were found intact
}

// unit returns the bytes of a unit that count: there is a gap between groups and prints.
func (f *front) unit(i uint64) []byte {
	from, to := i*frontUnit, min((i+1)*frontUnit, uint64(len(f.data)))
	if groups := f.l.groupsSize(); from < groups {
		to = min(to, groups)
	}
	return f.data[from:to]
}

// part returns front bytes [from, to), checked.
func (f *front) part(from, to uint64) ([]byte, error) {
	if from > to || to > uint64(len(f.data)) {
		return nil, errDamaged
	}
	for i := from / frontUnit; i*frontUnit < to; i++ {
		if !f.seen[i].Load() {
			if f.l.sum(f.l.front+i*frontUnit, f.unit(i)) != f.sums[i] {
				return nil, errDamaged
			}
			f.seen[i].Store(true)
		}
	}
	return f.data[from:to], nil
}

// candidates returns the range of records that an id may be in, most often none. Where sorted, the range is long and must be
// searched by halving.
func (f *front) candidates(id *core.ID) (from, to uint64, sorted bool, err error) {
	bucket, print := bucketOf(id[:], f.l.buckets)
	at := bucket / groupBuckets * groupSize
	g, err := f.part(at, at+groupSize+4)
	if err != nil {
		return 0, 0, false, err
	}
	from = uint64(be32(g))
	counts, mine := g[4:groupSize], bucket%groupBuckets
	full := byte(0)
	for i, n := range counts {
		if uint64(i) < mine {
			from += uint64(n)
		}
		full = max(full, n)
	}
	if full == fullBucket {
		return uint64(be32(g)), uint64(be32(g[groupSize:])), true, nil
	}
	prints, err := f.part(f.l.printsAt()+from, f.l.printsAt()+from+uint64(counts[mine]))
	if err != nil {
		return 0, 0, false, err
	}
	skip, n := uint64(0), uint64(0)
	for _, p := range prints {
		if p < print {
			skip++
		} else if p == print {
			n++
		}
	}
	return from + skip, from + skip + n, false, nil
}

// frontWriter makes the front from the records' ids as they come.
type frontWriter struct {
	l              *layout
	groups, prints unitWriter
	group          [groupSize]byte // the one being counted
	at             uint64          // its number
	n              uint32          // records so far
}

func (l *layout) frontWriter(out io.WriterAt) *frontWriter {
	return &frontWriter{l: l,
		groups: unitWriter{out: out, l: l, at: l.front},
		prints: unitWriter{out: out, l: l, at: l.front + l.printsAt()}}
}

func (w *frontWriter) add(id []byte) {
	bucket, print := bucketOf(id, w.l.buckets)
	w.upTo(bucket / groupBuckets)
	if c := &w.group[4+bucket%groupBuckets]; *c < fullBucket {
		*c++
	}
	w.prints.write([]byte{print})
	w.n++
}

// upTo ends the groups before number group.
func (w *frontWriter) upTo(group uint64) {
	for ; w.at < group; w.at++ {
		w.groups.write(w.group[:])
		w.group = [groupSize]byte{}
		binary.BigEndian.PutUint32(w.group[:], w.n)
	}
}

// finish writes what is left and returns the sums of the units.
func (w *frontWriter) finish() ([]uint32, error) {
	w.upTo(w.l.groupsSize() / groupSize)
	w.groups.flush()
	w.prints.flush()
	if w.groups.err != nil {
		return nil, w.groups.err
	}
	return append(w.groups.sums, w.prints.sums...), w.prints.err
}

// unitWriter writes bytes by units, and keeps their sums. Its error stays.
type unitWriter struct {
	out  io.WriterAt
	l    *layout
	at   uint64
	buf  []byte
	sums []uint32
	err  error
}

func (w *unitWriter) write(b []byte) {
	n := min(len(b), frontUnit-len(w.buf))
	if w.buf = append(w.buf, b[:n]...); len(w.buf) == frontUnit {
		w.flush()
		w.buf = append(w.buf, b[n:]...)
	}
}

func (w *unitWriter) flush() {
	if len(w.buf) == 0 {
		return
	}
	w.sums = append(w.sums, w.l.sum(w.at, w.buf))
	if w.err == nil {
		_, w.err = w.out.WriteAt(w.buf, int64(w.at))
	}
	w.at += uint64(len(w.buf))
	w.buf = w.buf[:0]
}
