package parity

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"backup_projeto/internal/core"
)

// A page is, integers big endian:
//
//	magic 8 ‖ pack's name 32 ‖ pack's length u32 ‖ K u16 ‖ number of the page u16 ‖ checksums u32 each ‖ checksum of all that u32
//
// All pages of a table but the last have pageSums checksums. They are CRC-32C: what finds damage need not withstand an adversary, who
// could as well delete all; that what was mended is right the pack's name proves.
const (
	magic     = "bp-pari1"
	sumSize   = 4
	pageHead  = 8 + core.IDSize + 4 + 2 + 2
	pageFrame = pageHead + sumSize
	pageSums  = (Block - pageFrame) / sumSize
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendTable appends the table of a pack with these checksums.
func appendTable(b []byte, name core.ID, s Shape, sums []uint32) []byte {
	for n := 0; n < s.pages(); n++ {
		from := len(b)
		b = append(append(b, magic...), name[:]...)
		b = binary.BigEndian.AppendUint32(b, uint32(s.Size))
		b = binary.BigEndian.AppendUint16(b, uint16(s.K))
		b = binary.BigEndian.AppendUint16(b, uint16(n))
		for _, sum := range sums[n*pageSums : min((n+1)*pageSums, len(sums))] {
			b = binary.BigEndian.AppendUint32(b, sum)
		}
		b = binary.BigEndian.AppendUint32(b, crc32.Checksum(b[from:], castagnoli))
	}
	return b
}

// pageLength returns the bytes of a page.
func (s Shape) pageLength(number int) int {
	return pageFrame + sumSize*min(pageSums, s.sums()-number*pageSums)
}

// readPage returns the checksums of a page, or nil where its bytes are not that page.
func readPage(name core.ID, s Shape, number int, b []byte) []byte {
	n := s.pageLength(number)
	if len(b) < n {
		return nil
	}
	body, sum := b[:n-sumSize], binary.BigEndian.Uint32(b[n-sumSize:])
	head, at, ok := readHead(name, body)
	if !ok || head != s || at != number || crc32.Checksum(body, castagnoli) != sum {
		return nil
	}
	return body[pageHead:]
}

// readHead reads what a page says of the pack. Nothing in it is checked but that it is of this pack.
func readHead(name core.ID, b []byte) (s Shape, number int, ok bool) {
	if len(b) < pageHead || string(b[:8]) != magic || core.ID(b[8:8+core.IDSize]) != name {
		return s, 0, false
	}
	b = b[8+core.IDSize:]
	return Shape{int(binary.BigEndian.Uint32(b)), int(binary.BigEndian.Uint16(b[4:]))}, int(binary.BigEndian.Uint16(b[6:])), true
}

// sumsOf is the table of an object as far as one of its two copies is whole, page by page.
type sumsOf struct {
	known []bool // by page
	sums  []uint32
}

func readTable(name core.ID, s Shape, object []byte) (*sumsOf, error) {
	t := &sumsOf{make([]bool, s.pages()), make([]uint32, s.sums())}
	some := false
	for n := range t.known {
		at := n * Block
		body := readPage(name, s, n, cut(object, at))
		if body == nil {
			body = readPage(name, s, n, cut(object, s.table()+s.Parity()*Block+at))
		}
		for i := 0; i < len(body); i += sumSize {
			t.sums[n*pageSums+i/sumSize] = binary.BigEndian.Uint32(body[i:])
		}
		t.known[n] = body != nil
		some = some || t.known[n]
	}
	if !some {
		return nil, fmt.Errorf("%w: no page of the table is whole", ErrFormat)
	}
	return t, nil
}

// says returns what the table has for a block, the parity blocks counted after the pack's; false where no copy of the page is whole.
func (t *sumsOf) says(block int) (uint32, bool) { return t.sums[block], t.known[block/pageSums] }

// cut returns what bytes have from an offset on, perhaps nothing.
func cut(b []byte, from int) []byte { return b[min(from, len(b)):] }

// shapeOf finds out how long the pack was, where the caller does not know: from the first page of either copy. Where the first is lost
// the other is where the object's own length says.
func shapeOf(name core.ID, k int, object []byte) (Shape, error) {
	if s, ok := firstPage(name, k, object); ok {
		return s, nil
	}
	if err := (Shape{1, k}).check(); err != nil {
		return Shape{}, err
	}
	for blocks := 1; blocks <= core.MaxPack/Block; blocks++ {
		s := Shape{blocks * Block, k}
		if n := s.Bytes(); n > len(object) { // it grows with the blocks
			break
		} else if n < len(object) {
			continue
		}
		if s, ok := firstPage(name, k, cut(object, s.table()+s.Parity()*Block)); ok {
			return s, nil
		}
	}
	return Shape{}, fmt.Errorf("%w: it does not say how long the pack was", ErrFormat)
}

func firstPage(name core.ID, k int, b []byte) (Shape, bool) {
	s, number, ok := readHead(name, b)
	if !ok || number != 0 || s.K != k || s.check() != nil || readPage(name, s, 0, b) == nil {
		return s, false
	}
	return s, true
}
