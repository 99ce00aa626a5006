package index

import (
	"bytes"
	"encoding/binary"
	"io"
	"math/bits"
	"sync/atomic"

	"backup_projeto/internal/core"
)

// The front says, without a read, which records an id may be at. Ids, whose first bytes are as good as random, fall into buckets:
// bucket and print of an id are the whole and the first 8 bits of the fraction of id × buckets / 2^256, so both ascend with the
// records. The front has a line for each 92 buckets, so that looking up an absent id misses the processor's caches once in a table:
//
//	line  number of its first record 4; 192 bits, for each bucket a 1 for each record and then a 0, then zeroes; prints 100
//
// One more line ends them. The bits (of Elias and Fano) and the prints are those of the line's first 100 records. Lines have 81 on
// average, so one in 1100 has no room; where an enemy or an id in very many packs fills a line, its rest is searched by halving.
//
// So a record takes 1.58 bytes, and one absent id in 290 costs a read in a table, one in 36 with 8 tables: 100 million records are
// 158 MB, which the system may drop and read again.
const (
	lineSize    = 128
	lineBuckets = 92
	linePrints  = 100
	lineHead    = 4 + 24
	lineLoad    = 81
)

// linesFor returns how many lines n records get.
func linesFor(n uint64) uint64 { return n/lineLoad + 1 }

// frontSize returns the length of the front in bytes.
func (l *layout) frontSize() uint64 { return (l.lines + 1) * lineSize }

// bucketOf returns an id's line, its bucket there, and its print.
func bucketOf(id []byte, lines uint64) (line, bucket uint64, print byte) {
	hi, lo := bits.Mul64(binary.BigEndian.Uint64(id), lines*lineBuckets)
	return hi / lineBuckets, hi % lineBuckets, byte(lo >> 56)
}

// front is a table's front, mapped or in memory.
type front struct {
	l    *layout
	data []byte
	sums []uint32
	seen []atomic.Bool // which units were found intact
}

// line returns a line, checked, and the beginning of the next.
func (f *front) line(i uint64) ([]byte, error) {
	at := i * lineSize
	for _, unit := range [...]uint64{at / frontUnit, (at + lineSize) / frontUnit} { // the next line may be in the next unit
		if f.seen[unit].Load() {
			continue
		}
		from := unit * frontUnit
		if f.l.sum(f.l.front+from, f.data[from:min(from+frontUnit, uint64(len(f.data)))]) != f.sums[unit] {
			return nil, errDamaged
		}
		f.seen[unit].Store(true)
	}
	return f.data[at : at+lineSize+4], nil
}

// touch reads a byte of each half of an id's line, so that they are in the processor's caches when candidates needs them.
func (f *front) touch(id *core.ID) byte {
	line, _, _ := bucketOf(id[:], f.l.lines)
	b := f.data[line*lineSize:]
	return b[0] + b[lineSize/2]
}

// candidates returns the range of records that an id may be in, most often none. Where sorted, the range is long and must be
// searched by halving.
func (f *front) candidates(id *core.ID) (from, to uint64, sorted bool, err error) {
	line, bucket, print := bucketOf(id[:], f.l.lines)
	b, err := f.line(line)
	if err != nil {
		return 0, 0, false, err
	}
	first := uint64(be32(b))
	start, end := bucketEnds(b[4:lineHead], int(bucket))
	if start > end || end > linePrints {
		return 0, 0, false, errDamaged
	}
	if end == linePrints { // then only is the next line looked at: it is another miss
		if next := uint64(be32(b[lineSize:])); next > first+linePrints {
			return first + uint64(start), next, true, nil
		}
	}
	prints := b[lineHead+start : lineHead+end]
	skip := bytes.IndexByte(prints, print)
	if skip < 0 {
		return 0, 0, false, nil
	}
	n := 1
	for skip+n < len(prints) && prints[skip+n] == print {
		n++
	}
	from = first + uint64(start+skip)
	return from, from + uint64(n), false, nil
}

// bucketEnds returns which of a line's records are in a bucket, by finding the zeroes before and after its ones. (Selecting a bit
// without a loop, as Vigna does, made a look-up 3 % faster: not worth its ten lines.)
func bucketEnds(line []byte, bucket int) (start, end int) {
	skip := bucket
	for at := 0; at < 8*len(line); at += 64 {
		zeroes := ^binary.LittleEndian.Uint64(line[at/8:])
		n := bits.OnesCount64(zeroes)
		if skip >= n {
			if skip -= n; n > 0 {
				start = at + bits.Len64(zeroes)
			}
			continue
		}
		for ; skip > 1; skip-- {
			zeroes &= zeroes - 1
		}
		if skip == 1 {
			start = at + bits.TrailingZeros64(zeroes) + 1
			zeroes &= zeroes - 1
		}
		return start - bucket, at + bits.TrailingZeros64(zeroes) - bucket
	}
	return 0, -1 // no line that was written
}

// frontWriter makes the front from the records' ids as they come.
type frontWriter struct {
	l      *layout
	out    unitWriter
	at     uint64 // the number of the line being filled
	line   [lineSize]byte
	inLine int    // records in it
	n      uint32 // records so far
}

func (l *layout) frontWriter(out io.WriterAt) *frontWriter {
	return &frontWriter{l: l, out: unitWriter{out: out, l: l, at: l.front}}
}

func (w *frontWriter) add(id []byte) {
	line, bucket, print := bucketOf(id, w.l.lines)
	w.upTo(line)
	if w.inLine < linePrints {
		bit := int(bucket) + w.inLine
		w.line[4+bit/8] |= 1 << (bit % 8)
		w.line[lineHead+w.inLine] = print
	}
	w.inLine++
	w.n++
}

// upTo ends the lines before number line.
func (w *frontWriter) upTo(line uint64) {
	for ; w.at < line; w.at++ {
		w.out.write(w.line[:])
		w.line, w.inLine = [lineSize]byte{}, 0
		binary.BigEndian.PutUint32(w.line[:], w.n)
	}
}

// finish writes what is left and returns the sums of the units.
func (w *frontWriter) finish() ([]uint32, error) {
	w.upTo(w.l.lines + 1)
	w.out.flush()
	return w.out.sums, w.out.err
}

// unitWriter writes lines by units, and keeps their sums. Its error stays.
type unitWriter struct {
	out  io.WriterAt
	l    *layout
	at   uint64
	buf  []byte
	sums []uint32
	err  error
}

func (w *unitWriter) write(line []byte) {
	if w.buf = append(w.buf, line...); len(w.buf) == frontUnit {
		w.flush()
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
