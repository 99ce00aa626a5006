package pack

import (
	"fmt"
	"slices"

	"github.com/klauspost/compress/zstd"

	"backup_projeto/internal/core"
)

// Level is how much time is spent on size. Its zero value leaves that to package repo, which takes what costs no time.
type Level uint8

// The levels. Sizes and times of each are in doc/adr/0006-speed.md.
const (
	Auto Level = iota
	None       // stored as it is
	Fast
	Normal
	Small
	Best // several times as slow as the others
)

// Levels are the names of the levels, in their order.
var Levels = [...]string{"auto", "none", "fast", "default", "small", "max"}

// ParseLevel returns the level of a name.
func ParseLevel(name string) (Level, bool) {
	i := slices.Index(Levels[:], name)
	return Level(max(0, i)), i >= 0
}

// encoders are the library's levels; None needs none.
var encoders = map[Level]zstd.EncoderLevel{
	Fast: zstd.SpeedFastest, Normal: zstd.SpeedDefault, Small: zstd.SpeedBetterCompression, Best: zstd.SpeedBestCompression,
}

// window is the zstd window in bytes: a whole usual segment, so that equal parts of two files in it are found.
const window = 1 << 20

// Compressor compresses segments and checks each result by decompressing it, because this encoder has written corrupt data
// before (klauspost/compress #875, #922). It is not safe for use by several goroutines at once; each makes its own.
type Compressor struct {
	level Level         // of enc
	enc   *zstd.Encoder // made when it is needed; there is one at a time, since each holds its tables
	dec   *Decompressor
	test  []byte
}

// NewCompressor returns a compressor.
func NewCompressor() (*Compressor, error) {
	dec, err := NewDecompressor()
	if err != nil {
		return nil, err
	}
	return &Compressor{dec: dec}, nil
}

// encoder returns the encoder of a level, or nil where there is none.
func (c *Compressor) encoder(level Level) *zstd.Encoder {
	if c.enc != nil && c.level == level {
		return c.enc
	}
	of, ok := encoders[level]
	if !ok {
		return nil
	}
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(of), zstd.WithEncoderConcurrency(1),
		zstd.WithWindowSize(window), zstd.WithSingleSegment(true), zstd.WithEncoderCRC(false), zstd.WithLowerEncoderMem(true))
	if err != nil { // never, with these options; then content is stored as it is
		return nil
	}
	if c.enc != nil {
		c.enc.Close()
	}
	c.enc, c.level = enc, level
	return enc
}

// Compress appends to dst what is stored of raw, and says how. What does not shrink by a 32nd is stored raw: it costs a
// reader nothing. The test that the result gives raw back was passed on return; a failed one stores raw instead.
func (c *Compressor) Compress(dst, raw []byte, level Level) ([]byte, uint8) {
	enc := c.encoder(level)
	if enc == nil {
		return append(dst, raw...), Raw
	}
	out := enc.EncodeAll(raw, dst)
	if len(out)-len(dst) >= len(raw)-len(raw)/32 {
		return append(out[:len(dst)], raw...), Raw
	}
	back, err := c.dec.Decompress(c.test[:0], out[len(dst):], Zstd, len(raw))
	if err != nil || string(back) != string(raw) {
		return append(out[:len(dst)], raw...), Raw
	}
	c.test = back
	return out, Zstd
}

// Close releases the encoder.
func (c *Compressor) Close() {
	c.dec.Close()
	if c.enc != nil {
		c.enc.Close()
	}
}

// Decompressor opens what a Compressor made. It is safe for use by several goroutines at once.
type Decompressor struct{ dec *zstd.Decoder }

// NewDecompressor returns a decompressor whose output is bounded by core.MaxSegment.
func NewDecompressor() (*Decompressor, error) {
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(core.MaxSegment),
		zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, err
	}
	return &Decompressor{dec}, nil
}

// Decompress appends the raw bytes of a segment to dst; it is an error unless there are exactly size of them.
func (d *Decompressor) Decompress(dst, stored []byte, compression uint8, size int) ([]byte, error) {
	start := len(dst)
	switch compression {
	case Raw:
		dst = append(dst, stored...)
	case Zstd:
		var header zstd.Header
		if err := header.Decode(stored); err != nil || header.Skippable || !header.HasFCS || header.FrameContentSize != uint64(size) {
			return nil, fmt.Errorf("%w: zstd frame does not state the segment's %d bytes", ErrFormat, size)
		}
		var err error
		if dst, err = d.dec.DecodeAll(stored, dst); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFormat, err)
		}
	default:
		return nil, fmt.Errorf("%w: compression %d", ErrFormat, compression)
	}
	if len(dst)-start != size {
		return nil, fmt.Errorf("%w: segment of %d bytes, want %d", ErrFormat, len(dst)-start, size)
	}
	return dst, nil
}

// Close releases the decoder.
func (d *Decompressor) Close() { d.dec.Close() }
