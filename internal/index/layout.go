package index

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
)

// A table file is, in blocks of 4096 bytes, all integers big endian:
//
//	header    what layout says; written last, so that a file without it is not finished
//	sources   names of index objects
//	packs     see location.go
//	segments  of each pack, in the order of packs
//	records   of all chunks
//	front     at a multiple of 64 KiB: see front.go
//	sums      the sums of each 64 KiB of the front
//
// In sources, packs, segments, records and sums, a block is as many whole items as fit and, in its last 4 bytes, a sum; between
// sections there may be gaps. The first four are sorted by their items' bytes, without duplicates.
//
// How damage is noticed. Nothing is flushed to the disk, and a file of 5 GB cannot be read whole at each start: so a crash or a bad
// disk may leave wrong bytes anywhere in a file of the right length. Each look-up therefore checks what it reads. A sum is the
// CRC-32C of the block with a random number of the file, and the block's place, so that zeroes, a block of another file and one
// that was written elsewhere do not pass. A CRC finds every error of up to 3 bits in a block and every burst of up to 32, and
// misses one in 4 billion of others. Blocks that are read are checked each time, which costs 0.2 µs of the 1.5 that reading takes;
// the front, which is mapped, at first touch. So a flipped bit never makes an absent chunk present, nor hides a present one
// unnoticed: the table is given up, and Set.Damaged says so. What a look-up finds is checked against the chunk's id by who reads it.
const (
	magic     = "bpTable3"
	blockSize = 4096
	blockRoom = blockSize - 4
	// frontUnit is what the front is checked by, and aligned to, as Windows maps files only from such places.
	frontUnit = 64 << 10
	sumSize   = 4
	// maxItems is how many items a section may have: their numbers have 32 bits.
	maxItems = 1<<32 - 1
)

// The sections of a table file that are made of checked blocks.
const (
	secSources = iota
	secPacks
	secSegs
	secRecords
	secSums
	sections
)

// itemSizes has each section's size of an item in bytes.
var itemSizes = [sections]int{core.IDSize, packSize, segSize, recSize, sumSize}

// castagnoli is the polynomial that processors compute.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// errDamaged says that a table's file is not what was written.
var errDamaged = fmt.Errorf("%w: damaged table", ErrFormat)

// errForeign says that a table is of another repository.
var errForeign = errors.New("table of another repository")

// layout is the header of a table file.
type layout struct {
	repo  core.UUID
	salt  uint32 // random
	size  uint64 // bytes of the file
	spans [sections]span
	front uint64 // where it begins
	lines uint64 // see front.go
}

// span is where a section begins, and how many items it has.
type span struct{ at, n uint64 }

// perBlock returns how many items a block has.
func perBlock(sec int) uint64 { return uint64(blockRoom / itemSizes[sec]) }

// blocksOf returns how many blocks n items take.
func blocksOf(sec int, n uint64) uint64 { return (n + perBlock(sec) - 1) / perBlock(sec) }

func alignUp(n, to uint64) uint64 { return (n + to - 1) / to * to }

// sum returns the sum of what stands at a multiple of 4096.
func (l *layout) sum(at uint64, b []byte) uint32 {
	return crc32.Update(l.salt, castagnoli, b) ^ uint32(at/blockSize)*0x9e3779b1
}

// newLayout returns a layout with room for these numbers of items.
func newLayout(repo core.UUID, room [secSums]uint64) *layout {
	l := &layout{repo: repo, lines: linesFor(room[secRecords])}
	var salt [4]byte
	crypto.Random(salt[:])
	l.salt = be32(salt[:])
	at := uint64(blockSize)
	for sec, n := range room {
		l.spans[sec].at = at
		at += blocksOf(sec, n) * blockSize
	}
	l.front = alignUp(at, frontUnit)
	return l
}

// encode returns the header's block.
func (l *layout) encode() []byte {
	b := make([]byte, 0, blockSize)
	b = append(append(b, magic...), l.repo[:]...)
	b = binary.BigEndian.AppendUint32(b, l.salt)
	b = binary.BigEndian.AppendUint64(b, l.size)
	for _, s := range l.spans {
		b = binary.BigEndian.AppendUint64(b, s.at)
		b = binary.BigEndian.AppendUint64(b, s.n)
	}
	b = binary.BigEndian.AppendUint64(b, l.front)
	b = binary.BigEndian.AppendUint64(b, l.lines)
	b = b[:blockRoom]
	return binary.BigEndian.AppendUint32(b, l.sum(0, b))
}

// decodeLayout reads the header's block of a file of size bytes, which must be a table of the repository.
func decodeLayout(b []byte, size uint64, repo core.UUID) (*layout, error) {
	if len(b) != blockSize || string(b[:len(magic)]) != magic {
		return nil, errDamaged
	}
	l, rest := &layout{}, b[len(magic):]
	rest = rest[copy(l.repo[:], rest):]
	l.salt = be32(rest)
	rest = rest[4:]
	next := func() uint64 {
		v := binary.BigEndian.Uint64(rest)
		rest = rest[8:]
		return v
	}
	l.size = next()
	for i := range l.spans {
		l.spans[i] = span{next(), next()}
	}
	l.front, l.lines = next(), next()
	if be32(b[blockRoom:]) != l.sum(0, b[:blockRoom]) || l.size != size {
		return nil, errDamaged
	}
	if l.repo != repo {
		return nil, errForeign
	}
	return l, l.check()
}

// check looks whether everything lies within the file. Then no arithmetic on the fields overflows.
func (l *layout) check() error {
	if l.size > 1<<60 || l.front%frontUnit != 0 || l.front > l.size || l.lines == 0 || l.lines > maxItems {
		return errDamaged
	}
	for sec, s := range l.spans {
		if s.n > maxItems || s.at%blockSize != 0 || s.at > l.size || blocksOf(sec, s.n)*blockSize > l.size-s.at {
			return errDamaged
		}
	}
	if l.frontSize() > l.size-l.front || l.spans[secSums].n != (l.frontSize()+frontUnit-1)/frontUnit {
		return errDamaged
	}
	if int(l.frontSize()) < 0 || uint64(int(l.frontSize())) != l.frontSize() {
		return errors.New("table exceeds the address space")
	}
	return nil
}
