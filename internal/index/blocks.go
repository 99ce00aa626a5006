package index

import (
	"encoding/binary"
	"io"
)

// window is the block that was read last.
type window struct {
	buf   [blockSize]byte
	sec   int
	block uint64
	valid bool
}

// item returns item i of a section, checked. It is valid until the window is used again.
func (l *layout) item(r io.ReaderAt, w *window, sec int, i uint64) ([]byte, error) {
	if i >= l.spans[sec].n {
		return nil, errDamaged
	}
	block := i / perBlock(sec)
	if !w.valid || w.sec != sec || w.block != block {
		w.valid = false
		at := l.spans[sec].at + block*blockSize
		if _, err := r.ReadAt(w.buf[:], int64(at)); err != nil {
			return nil, err
		}
		if !l.intact(at, w.buf[:]) {
			return nil, errDamaged
		}
		w.sec, w.block, w.valid = sec, block, true
	}
	from := int(i%perBlock(sec)) * itemSizes[sec]
	return w.buf[from : from+itemSizes[sec]], nil
}

// intact reports whether a block has its sum.
func (l *layout) intact(at uint64, block []byte) bool {
	return be32(block[blockRoom:]) == l.sum(at, block[:blockRoom])
}

// cursor goes through the items of a section once.
type cursor struct {
	size  int
	items []byte                 // what is left of the last fill
	fill  func() ([]byte, error) // returns more items, none at the end; nil where there are no more
}

// next returns the next item, which is valid until the following call, or nil after the last.
func (c *cursor) next() ([]byte, error) {
	if len(c.items) == 0 {
		if c.fill == nil {
			return nil, nil
		}
		var err error
		if c.items, err = c.fill(); err != nil || len(c.items) == 0 {
			return nil, err
		}
	}
	item := c.items[:c.size:c.size]
	c.items = c.items[c.size:]
	return item, nil
}

// readAhead is how many blocks a cursor reads at once.
const readAhead = 64

// cursor returns a cursor of a whole section.
func (l *layout) cursor(r io.ReaderAt, sec int) *cursor {
	s, size := l.spans[sec], itemSizes[sec]
	left, at := s.n, s.at
	var buf, have []byte
	return &cursor{size: size, fill: func() ([]byte, error) {
		if left == 0 {
			return nil, nil
		}
		if len(have) == 0 {
			want := min(readAhead, blocksOf(sec, left)) * blockSize
			if buf == nil {
				buf = make([]byte, want)
			}
			have = buf[:want]
			if _, err := r.ReadAt(have, int64(at)); err != nil {
				return nil, err
			}
		}
		block := have[:blockSize]
		if !l.intact(at, block) {
			return nil, errDamaged
		}
		have, at = have[blockSize:], at+blockSize
		n := min(left, perBlock(sec))
		left -= n
		return block[:int(n)*size], nil
	}}
}

// blockWriter writes a section's items. Its error stays.
type blockWriter struct {
	out  io.WriterAt
	l    *layout
	sec  int
	at   uint64 // where buf goes
	buf  []byte // whole blocks, and then the block being filled
	from int    // where in buf that one begins
	err  error
}

func (l *layout) writer(out io.WriterAt, sec int) *blockWriter {
	return &blockWriter{out: out, l: l, sec: sec, at: l.spans[sec].at}
}

// add appends one item.
func (w *blockWriter) add(item []byte) {
	if len(w.buf)-w.from+len(item) > blockRoom {
		w.seal()
	}
	w.buf = append(w.buf, item...)
	w.l.spans[w.sec].n++
}

// seal ends the block being filled.
func (w *blockWriter) seal() {
	at := w.at + uint64(w.from)
	w.buf = append(w.buf, make([]byte, blockRoom-(len(w.buf)-w.from))...)
	w.buf = binary.BigEndian.AppendUint32(w.buf, w.l.sum(at, w.buf[w.from:]))
	if w.from = len(w.buf); w.from >= readAhead*blockSize {
		w.write()
	}
}

func (w *blockWriter) write() {
	if w.err == nil {
		_, w.err = w.out.WriteAt(w.buf, int64(w.at))
	}
	w.at += uint64(len(w.buf))
	w.buf, w.from = w.buf[:0], 0
}

// finish writes what is left.
func (w *blockWriter) finish() error {
	if len(w.buf) > w.from {
		w.seal()
	}
	w.write()
	return w.err
}
