// Package cbor reads and writes the subset of CBOR (RFC 8949, section 4.2.1: core deterministic encoding) that the
// repository format uses: integers, byte strings, text, arrays, and maps whose keys are small ascending unsigned integers.
//
// Promises: what Append functions write is deterministic; the Decoder accepts shortest forms and definite lengths only, keeps
// its first error and returns zero values after it, never panics, and never allocates more than its input's length. A library
// would decode into reflected values and accept many encodings of one value; here one value has one encoding, so that an
// object that was read and is written again is the same object.
package cbor

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"
)

// ErrMalformed is wrapped by every error of a Decoder.
var ErrMalformed = errors.New("malformed CBOR")

// The major types of RFC 8949, section 3.1, in place in the first byte.
const (
	majorUint  = 0 << 5
	majorNeg   = 1 << 5
	majorBytes = 2 << 5
	majorText  = 3 << 5
	majorArray = 4 << 5
	majorMap   = 5 << 5
	falseByte  = 0xf4
	trueByte   = 0xf5
)

func appendHead(b []byte, major byte, n uint64) []byte {
	switch {
	case n < 24:
		return append(b, major|byte(n))
	case n < 1<<8:
		return append(b, major|24, byte(n))
	case n < 1<<16:
		return append(b, major|25, byte(n>>8), byte(n))
	case n < 1<<32:
		return append(b, major|26, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	return append(b, major|27, byte(n>>56), byte(n>>48), byte(n>>40), byte(n>>32), byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
}

// AppendUint appends an unsigned integer.
func AppendUint(b []byte, v uint64) []byte { return appendHead(b, majorUint, v) }

// AppendInt appends a signed integer.
func AppendInt(b []byte, v int64) []byte {
	if v < 0 {
		return appendHead(b, majorNeg, uint64(^v))
	}
	return appendHead(b, majorUint, uint64(v))
}

// AppendBytes appends a byte string; s is a string or []byte.
func AppendBytes[T string | []byte](b []byte, s T) []byte {
	return append(appendHead(b, majorBytes, uint64(len(s))), s...)
}

// AppendBytesHead appends the head of a byte string of n bytes, which follow.
func AppendBytesHead(b []byte, n int) []byte { return appendHead(b, majorBytes, uint64(n)) }

// AppendText appends a text string. Invalid UTF-8 is replaced, since a text string must be valid.
func AppendText(b []byte, s string) []byte {
	if !utf8.ValidString(s) {
		s = string([]rune(s))
	}
	return append(appendHead(b, majorText, uint64(len(s))), s...)
}

// AppendArray appends the head of an array of n items, which follow.
func AppendArray(b []byte, n int) []byte { return appendHead(b, majorArray, uint64(n)) }

// AppendMap appends the head of a map of n pairs, which follow, keys ascending.
func AppendMap(b []byte, n int) []byte { return appendHead(b, majorMap, uint64(n)) }

// AppendBool appends true or false.
func AppendBool(b []byte, v bool) []byte {
	if v {
		return append(b, trueByte)
	}
	return append(b, falseByte)
}

// Decoder reads one encoded item after another from a byte slice. The zero value reads nothing.
type Decoder struct {
	data []byte
	off  int
	err  error
}

// NewDecoder returns a Decoder of data, which it does not change. Byte strings it returns share data's memory.
func NewDecoder(data []byte) *Decoder { return &Decoder{data: data} }

// Err returns the first error met, which wraps ErrMalformed.
func (d *Decoder) Err() error { return d.err }

// Fail records an error of the caller's own, unless there is one already.
func (d *Decoder) Fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("%w at byte %d: %s", ErrMalformed, d.off, fmt.Sprintf(format, args...))
	}
}

// Offset returns how many bytes were read.
func (d *Decoder) Offset() int { return d.off }

// Finish returns the first error, or an error when bytes are left over.
func (d *Decoder) Finish() error {
	if d.err == nil && d.off != len(d.data) {
		d.Fail("%d bytes left over", len(d.data)-d.off)
	}
	return d.err
}

// head reads a head of the given major type and returns its argument.
func (d *Decoder) head(major byte) uint64 {
	m, n := d.anyHead()
	if d.err == nil && m != major {
		d.Fail("major type %d, want %d", m>>5, major>>5)
		return 0
	}
	return n
}

func (d *Decoder) anyHead() (byte, uint64) {
	if d.err != nil {
		return 0, 0
	}
	if d.off >= len(d.data) {
		d.Fail("input ends")
		return 0, 0
	}
	first := d.data[d.off]
	major, info := first&0xe0, first&0x1f
	if info < 24 {
		d.off++
		return major, uint64(info)
	}
	if info > 27 {
		d.Fail("additional information %d", info)
		return 0, 0
	}
	size := 1 << (info - 24)
	if len(d.data)-d.off-1 < size {
		d.Fail("input ends")
		return 0, 0
	}
	var n uint64
	for _, c := range d.data[d.off+1 : d.off+1+size] {
		n = n<<8 | uint64(c)
	}
	if n < 24 || size > 1 && n>>(8*size/2) == 0 {
		d.Fail("argument %d not in its shortest form", n)
		return 0, 0
	}
	d.off += 1 + size
	return major, n
}

// Uint reads an unsigned integer of at most limit.
func (d *Decoder) Uint(limit uint64) uint64 {
	n := d.head(majorUint)
	if n > limit {
		d.Fail("integer %d over %d", n, limit)
		return 0
	}
	return n
}

// Int reads a signed integer.
func (d *Decoder) Int() int64 {
	major, n := d.anyHead()
	switch {
	case d.err != nil:
		return 0
	case n > 1<<63-1:
		d.Fail("integer does not fit 64 bits")
	case major == majorUint:
		return int64(n)
	case major == majorNeg:
		return ^int64(n)
	default:
		d.Fail("major type %d, want an integer", major>>5)
	}
	return 0
}

// Len reads a non-negative integer that is a length or an offset in bytes, at most 2^62.
func (d *Decoder) Len() int64 { return int64(d.Uint(1 << 62)) }

// Bytes reads a byte string of at most limit bytes. It shares the input's memory.
func (d *Decoder) Bytes(limit int) []byte { return d.str(majorBytes, limit) }

// Fixed reads a byte string of exactly len(into) bytes into it.
func (d *Decoder) Fixed(into []byte) {
	b := d.str(majorBytes, len(into))
	if d.err == nil && len(b) != len(into) {
		d.Fail("byte string of %d, want %d", len(b), len(into))
		return
	}
	copy(into, b)
}

// Text reads a text string of at most limit bytes.
func (d *Decoder) Text(limit int) string {
	b := d.str(majorText, limit)
	if !utf8.Valid(b) {
		d.Fail("text is not UTF-8")
		return ""
	}
	return string(b)
}

func (d *Decoder) str(major byte, limit int) []byte {
	n := d.head(major)
	if d.err != nil {
		return nil
	}
	if n > uint64(limit) || n > uint64(len(d.data)-d.off) {
		d.Fail("string of %d bytes over its limit %d or the input", n, limit)
		return nil
	}
	b := d.data[d.off : d.off+int(n) : d.off+int(n)]
	d.off += int(n)
	return b
}

// Array reads the head of an array and returns its number of items, at most limit and at most what the input can hold.
func (d *Decoder) Array(limit int) int { return d.count(majorArray, 1, limit) }

func (d *Decoder) count(major byte, least, limit int) int {
	n := d.head(major)
	if d.err != nil {
		return 0
	}
	if n > uint64(limit) || n > uint64((len(d.data)-d.off)/least) {
		d.Fail("%d items over their limit %d or the input", n, limit)
		return 0
	}
	return int(n)
}

// Map reads a map whose keys are ascending unsigned integers and calls field for each key to read its value. A field that
// returns false, for a key that it does not know, is an error: a reader never skips what it does not understand.
func (d *Decoder) Map(limit int, field func(key uint64) bool) {
	n := d.count(majorMap, 2, limit)
	last := int64(-1)
	for range n {
		key := d.Uint(1 << 32)
		if d.err != nil {
			return
		}
		if int64(key) <= last {
			d.Fail("map key %d after %d", key, last)
			return
		}
		last = int64(key)
		if !field(key) {
			d.Fail("unknown map key %d", key)
		}
		if d.err != nil {
			return
		}
	}
}

// DecodeMap reads data that is one map of exactly n pairs, as Map does, and nothing else, of a value that encode encodes: it has to give the
// same bytes.
func DecodeMap(data []byte, n int, field func(d *Decoder, key uint64) bool, encode func() []byte) error {
	d := NewDecoder(data)
	seen := 0
	d.Map(n, func(key uint64) bool {
		seen++
		return field(d, key)
	})
	if seen != n {
		d.Fail("%d fields", seen)
	}
	if err := d.Finish(); err != nil {
		return err
	}
	if !bytes.Equal(encode(), data) {
		return fmt.Errorf("%w: not canonical", ErrMalformed)
	}
	return nil
}

// Bool reads true or false.
func (d *Decoder) Bool() bool {
	if d.err != nil {
		return false
	}
	if d.off < len(d.data) {
		switch c := d.data[d.off]; c {
		case trueByte, falseByte:
			d.off++
			return c == trueByte
		}
	}
	d.Fail("no boolean")
	return false
}
