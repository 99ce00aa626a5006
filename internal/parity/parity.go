// Package parity mends packs of which a part was lost, from a small object beside each.
//
// Terms: a block is 4096 bytes of a pack, a disk's sector; a pack is laid out in rows of blocks, and the blocks of all rows that stand below
// each other are a column; to each column come K parity blocks, by Reed–Solomon, so that any K blocks of a column can be computed from the
// others; a table has a checksum of every block, so that damaged ones are known; a page is a part of the table that is checked by itself.
//
// Map: parity.go says how a pack of a size is laid out; table.go writes and reads tables, encode.go makes an object, checker.go
// compares it with a pack that passes by, mend.go uses it. The bytes are specified in doc/format.md, section 15; why they are like that is in doc/adr/0011-parity.md.
//
// Promises: no key is needed, since parity is of what is stored; equal packs with equal K have equal objects; what Mend returns has the hash
// that is the pack's name, and anything else is an error; bytes from the store are hostile, and every size is bounded before memory is taken.
// All functions may be called at once from many goroutines, a Checker's methods from one.
package parity

import (
	"errors"
	"fmt"

	"backup_projeto/internal/core"
)

const (
	// Block is how many bytes are lost or kept together: a sector of most disks.
	Block = 4096
	// MaxK is the largest number of parity blocks of a column: as many as a column has others.
	MaxK = 128
	// width is how many blocks a column has at most, parity included: the code's field has no more elements.
	width = 256
)

// Share is how much of a pack may be lost, in hundredths of a percent: 200 is 2 %. 0 is no parity.
type Share int

// Whole is the largest share: parity as large as the pack.
const Whole Share = 10_000

// Valid reports whether a share is one: none, or up to Whole.
func (s Share) Valid() bool { return s >= 0 && s <= Whole }

// ErrFormat is wrapped by every error about bytes that are no parity object of the pack.
var ErrFormat = errors.New("not of the format of parity objects")

// Shape is how a pack is laid out.
type Shape struct {
	Size int // bytes of the pack
	K    int // parity blocks of each column
}

// Fit returns the shape in which at least a share of the blocks of a pack of size bytes can be lost, if they are spread evenly, and at least
// one. The share must be above 0 and Valid. Of the largest packs there may be less, so that the parity is no larger than objects may be.
func Fit(size int, share Share) (Shape, error) {
	if share <= 0 || !share.Valid() {
		return Shape{}, fmt.Errorf("%w: share %d", ErrFormat, share)
	}
	s := Shape{size, 1}
	if err := s.check(); err != nil {
		return s, err
	}
	for s.Parity()*int(Whole) < int(share)*s.Blocks() && s.K < MaxK {
		next := Shape{size, s.K + 1}
		if next.Bytes() > core.MaxObject {
			break
		}
		s = next
	}
	return s, nil
}

// check reports whether a shape can be.
func (s Shape) check() error {
	if s.Size < 1 || s.Size > core.MaxPack || s.K < 1 || s.K > MaxK {
		return fmt.Errorf("%w: %d bytes with %d parity blocks a column", ErrFormat, s.Size, s.K)
	}
	return nil
}

// Blocks returns how many blocks the pack has; the last may be shorter, and is filled with zeroes.
func (s Shape) Blocks() int { return ceil(s.Size, Block) }

// Columns returns how many columns there are, which is how many blocks a row has: as few as can be, so that a column shares its parity
// blocks among many. A run of up to Columns blocks hits each column once.
func (s Shape) Columns() int { return ceil(s.Blocks(), width-s.K) }

// Parity returns how many parity blocks there are.
func (s Shape) Parity() int { return s.K * s.Columns() }

// rows returns how many rows the pack's blocks fill; the last may be shorter.
func (s Shape) rows() int { return ceil(s.Blocks(), s.Columns()) }

// row returns the bytes of a row.
func (s Shape) row() int { return s.Columns() * Block }

// sums returns how many checksums the table has: of the pack's blocks, and then of the parity blocks.
func (s Shape) sums() int { return s.Blocks() + s.Parity() }

// pages returns how many pages a table has.
func (s Shape) pages() int { return ceil(s.sums(), pageSums) }

// table returns the bytes of a table.
func (s Shape) table() int { return s.pages()*pageFrame + s.sums()*sumSize }

// Bytes returns how long the parity object is.
func (s Shape) Bytes() int { return 2*s.table() + s.Parity()*Block }

func ceil(a, b int) int { return (a + b - 1) / b }
