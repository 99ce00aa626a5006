// Package pack is the unit of upload: segments of chunks, each compressed and sealed, and a sealed footer that lists them.
//
// Terms: a segment is chunks laid end to end, compressed together; the footer says for each segment how long it is stored and
// raw and which chunks it holds; the trailer at the end of a pack holds the pack's object key, sealed to the read key, and the
// footer's length. Between the last segment and the footer stands padding, so that a pack's length says little.
//
// Promises: a pack's bytes are a function of nothing a store may learn from; opening authenticates first, then decodes within
// bounds. The layout is specified in doc/format.md.
package pack

import (
	"errors"
	"fmt"

	"backup_projeto/internal/cbor"
	"backup_projeto/internal/core"
)

// Kind separates what is read at different times.
type Kind uint8

// The kinds of packs.
const (
	Data Kind = iota // chunks of files
	Tree             // chunks of directories and of lists
)

// The ways a segment is compressed.
const (
	Raw  uint8 = 0
	Zstd uint8 = 1 // one zstd frame (RFC 8878)
)

// Segment describes one segment of a pack.
type Segment struct {
	Stored      int // bytes in the pack, sealing included
	Raw         int // bytes of its chunks
	Compression uint8
	IDs         []core.ID // its chunks, in order
	Lengths     []int     // their lengths; the sum is Raw
}

// Footer lists what a pack holds.
type Footer struct {
	Kind     Kind
	Segments []Segment
}

// ErrFormat is wrapped by every error about bytes that are authentic but not of this format.
var ErrFormat = errors.New("not of the pack format")

// maxSegments and maxChunks bound a footer: a pack of core.MaxPack with the smallest segments, and chunks of empty content.
const (
	maxSegments = 1 << 16
	maxChunks   = 1 << 21
)

// Encode returns the footer's deterministic CBOR.
func (f *Footer) Encode() []byte {
	b := cbor.AppendMap(nil, 2)
	b = cbor.AppendUint(cbor.AppendUint(b, 1), uint64(f.Kind))
	b = cbor.AppendArray(cbor.AppendUint(b, 2), len(f.Segments))
	for i := range f.Segments {
		b = f.Segments[i].append(b)
	}
	return b
}

func (s *Segment) append(b []byte) []byte {
	b = cbor.AppendArray(b, 5)
	b = cbor.AppendUint(b, uint64(s.Stored))
	b = cbor.AppendUint(b, uint64(s.Raw))
	b = cbor.AppendUint(b, uint64(s.Compression))
	b = cbor.AppendBytes(b, idBytes(s.IDs))
	b = cbor.AppendArray(b, len(s.Lengths))
	for _, n := range s.Lengths {
		b = cbor.AppendUint(b, uint64(n))
	}
	return b
}

func idBytes(ids []core.ID) []byte {
	b := make([]byte, 0, len(ids)*core.IDSize)
	for i := range ids {
		b = append(b, ids[i][:]...)
	}
	return b
}

// DecodeFooter reads what Encode wrote.
func DecodeFooter(data []byte) (*Footer, error) {
	f := &Footer{}
	err := cbor.DecodeMap(data, 2, func(d *cbor.Decoder, key uint64) bool {
		switch key {
		case 1:
			f.Kind = Kind(d.Uint(uint64(Tree)))
		case 2:
			n := d.Array(maxSegments)
			f.Segments = make([]Segment, 0, min(n, 256))
			for i := 0; i < n && d.Err() == nil; i++ {
				f.Segments = append(f.Segments, decodeSegment(d))
			}
		default:
			return false
		}
		return true
	}, f.Encode)
	if err != nil {
		return nil, fmt.Errorf("%w: footer: %w", ErrFormat, err)
	}
	return f, nil
}

func decodeSegment(d *cbor.Decoder) (s Segment) {
	if n := d.Array(5); n != 5 {
		d.Fail("segment of %d fields", n)
		return s
	}
	s.Stored = int(d.Uint(core.MaxSegment + 64))
	s.Raw = int(d.Uint(core.MaxSegment))
	s.Compression = uint8(d.Uint(uint64(Zstd)))
	ids := d.Bytes(maxChunks * core.IDSize)
	n := d.Array(maxChunks)
	if d.Err() != nil {
		return s
	}
	if len(ids) != n*core.IDSize {
		d.Fail("%d bytes of ids for %d chunks", len(ids), n)
		return s
	}
	s.IDs, s.Lengths = make([]core.ID, n), make([]int, n)
	sum := 0
	for i := range n {
		copy(s.IDs[i][:], ids[i*core.IDSize:])
		s.Lengths[i] = int(d.Uint(core.MaxChunk))
		sum += s.Lengths[i]
	}
	if sum != s.Raw {
		d.Fail("chunks of %d bytes in a segment of %d", sum, s.Raw)
	}
	return s
}
