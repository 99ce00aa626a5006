package parity

import (
	"bytes"
	"fmt"
	"hash/crc32"

	"github.com/klauspost/reedsolomon"

	"backup_projeto/internal/core"
)

// code returns the code of K parity rows to width−K others: a Cauchy matrix, where the factor of row c in parity row i is the inverse of
// (width−K+i) xor c. It is the same for all packs: rows that a pack does not have are zeroes. Making it takes some 20 µs.
func code(k int) (reedsolomon.Encoder, error) {
	return reedsolomon.New(width-k, k, reedsolomon.WithCauchyMatrix(), reedsolomon.WithMaxGoroutines(1), reedsolomon.WithInversionCache(false))
}

// Encode returns the parity object of a pack, whose name is the SHA-256 of its bytes, appended to buf[:0] where there is room. data is not
// changed. Memory beside the result is some rows of zeroes: a sixtieth of the pack at 2 %.
func Encode(buf []byte, name core.ID, data []byte, k int) ([]byte, error) {
	s := Shape{len(data), k}
	if err := s.check(); err != nil {
		return nil, err
	}
	rs, err := code(k)
	if err != nil {
		return nil, err
	}
	if cap(buf) < s.Bytes() {
		buf = make([]byte, s.Bytes())
	}
	buf = buf[:s.Bytes()]
	coded := buf[s.table() : s.table()+s.Parity()*Block]
	row := s.row()
	shards := make([][]byte, width)
	zeroes := make([]byte, row)
	for c := range width - k {
		switch from := c * row; {
		case from >= len(data):
			shards[c] = zeroes
		case from+row > len(data):
			shards[c] = append(make([]byte, 0, row), data[from:]...)[:row]
		default:
			shards[c] = data[from : from+row : from+row]
		}
	}
	for i := range k {
		shards[width-k+i] = coded[i*row : (i+1)*row : (i+1)*row]
	}
	if err := rs.Encode(shards); err != nil {
		return nil, err
	}
	sums := blockSums(make([]uint32, 0, s.sums()), data)
	sums = blockSums(sums, coded)
	appendTable(buf[:0], name, s, sums)
	copy(buf[s.table()+len(coded):], buf[:s.table()])
	return buf, nil
}

// blockSums appends the checksums of blocks. A last one that is shorter is filled with zeroes.
func blockSums(sums []uint32, data []byte) []uint32 {
	for ; len(data) >= Block; data = data[Block:] {
		sums = append(sums, crc32.Checksum(data[:Block], castagnoli))
	}
	if len(data) > 0 {
		var last [Block]byte
		copy(last[:], data)
		sums = append(sums, crc32.Checksum(last[:], castagnoli))
	}
	return sums
}

// Check reports, with an error that wraps ErrFormat, that bytes are not the parity object of a pack, which must be whole.
func Check(name core.ID, data []byte, k int, object []byte) error {
	want, err := Encode(nil, name, data, k)
	if err == nil && !bytes.Equal(want, object) {
		err = fmt.Errorf("%w: it is not what the pack's parity is", ErrFormat)
	}
	return err
}
