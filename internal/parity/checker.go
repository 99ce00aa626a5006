package parity

import (
	"bytes"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/reedsolomon"

	"backup_projeto/internal/core"
)

// The rows that come are taken batch at a time, in strips of so many bytes: what the library does fast, and what a processor's cache holds.
const (
	batch = 10
	strip = 16 << 10
)

// Checker compares a pack, of which it is given all bytes in order, with its parity object. It holds the parity, and no more of the pack than
// batch rows. It is for one goroutine.
type Checker struct {
	name    core.ID
	shape   Shape
	factors [][]byte // of each parity row, for each of the pack's
	coded   []byte   // the parity blocks
	part    []byte   // of a batch: a strip of each parity row
	rows    []byte   // of the pack, as far as they came
	next    int      // number of the first of them
	sums    []uint32
}

// NewChecker returns a checker for a pack of size bytes with K parity blocks a column.
func NewChecker(name core.ID, size, k int) (*Checker, error) {
	s := Shape{size, k}
	if err := s.check(); err != nil {
		return nil, err
	}
	m, err := factors(k)
	if err != nil {
		return nil, err
	}
	return &Checker{name: name, shape: s, factors: m, coded: make([]byte, s.Parity()*Block), part: make([]byte, k*min(strip, s.row())),
		rows: make([]byte, 0, min(batch, s.rows())*s.row()), sums: make([]uint32, 0, s.sums())}, nil
}

// factors returns the code's matrix: what it makes of rows that are 1 in one place each and 0 elsewhere.
func factors(k int) ([][]byte, error) {
	rs, err := code(k)
	if err != nil {
		return nil, err
	}
	shards := make([][]byte, width)
	for c := range shards {
		shards[c] = make([]byte, width-k)
		if c < width-k {
			shards[c][c] = 1
		}
	}
	return shards[width-k:], rs.Encode(shards)
}

// errTooMuch says that a pack is longer than it was said to be.
var errTooMuch = errors.New("the pack is longer than its parity is for")

// Write takes the pack's next bytes.
func (c *Checker) Write(p []byte) (n int, err error) {
	for len(p) > 0 {
		part := min(len(p), cap(c.rows)-len(c.rows))
		c.rows = append(c.rows, p[:part]...)
		n, p = n+part, p[part:]
		if len(c.rows) == cap(c.rows) {
			if err := c.add(); err != nil {
				return n, err
			}
		}
	}
	return n, nil
}

// add takes the rows, a last one filled with zeroes: the parity is the sum of what comes of each batch.
func (c *Checker) add() error {
	row, have := c.shape.row(), len(c.rows)
	n := ceil(have, row)
	if c.next+n > c.shape.rows() {
		return errTooMuch
	}
	c.sums = blockSums(c.sums, c.rows)
	c.rows = c.rows[:n*row]
	clear(c.rows[have:])
	some := make([][]byte, c.shape.K)
	for i := range some {
		some[i] = c.factors[i][c.next : c.next+n]
	}
	rs, err := reedsolomon.New(n, c.shape.K, reedsolomon.WithCustomMatrix(some), reedsolomon.WithMaxGoroutines(1), reedsolomon.WithInversionCache(false))
	for at := 0; at < row && err == nil; at += strip {
		err = c.strip(rs, n, at, min(strip, row-at))
	}
	c.rows, c.next = c.rows[:0], c.next+n
	return err
}

// strip adds what size bytes of n rows give, from at on in each.
func (c *Checker) strip(rs reedsolomon.Encoder, n, at, size int) error {
	row := c.shape.row()
	shards := make([][]byte, n+c.shape.K)
	for i := range n {
		shards[i] = c.rows[i*row+at:][:size]
	}
	for i := range c.shape.K {
		shards[n+i] = c.part[i*size:][:size]
	}
	if err := rs.Encode(shards); err != nil {
		return err
	}
	for i := range c.shape.K {
		sum := c.coded[i*row+at:][:size]
		subtle.XORBytes(sum, sum, shards[n+i])
	}
	return nil
}

// Compare reads the parity object, after the pack's last byte: an error that wraps ErrFormat unless it is the pack's. Other errors are those of
// reading.
func (c *Checker) Compare(object io.Reader) error {
	if len(c.rows) > 0 {
		if err := c.add(); err != nil {
			return err
		}
	}
	if c.next != c.shape.rows() {
		return fmt.Errorf("%w: the pack is shorter", ErrFormat)
	}
	table := appendTable(nil, c.name, c.shape, blockSums(c.sums, c.coded))
	for _, want := range [][]byte{table, c.coded, table} {
		if err := same(object, want); err != nil {
			return err
		}
	}
	if n, err := object.Read(make([]byte, 1)); n > 0 || err != io.EOF {
		if n > 0 || err == nil {
			return errDiffers
		}
		return err
	}
	return nil
}

var errDiffers = fmt.Errorf("%w: it is not what the pack's parity is", ErrFormat)

// same reads as many bytes as want has, and compares.
func same(r io.Reader, want []byte) error {
	buf := make([]byte, 64<<10)
	for len(want) > 0 {
		n, err := io.ReadFull(r, buf[:min(len(buf), len(want))])
		if !bytes.Equal(buf[:n], want[:n]) || err == io.EOF || err == io.ErrUnexpectedEOF {
			return errDiffers
		}
		if err != nil {
			return err
		}
		want = want[n:]
	}
	return nil
}
