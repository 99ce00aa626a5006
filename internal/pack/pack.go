package pack

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
)

// Magic begins every pack, and ends it.
const Magic = "bp-pack1"

// TrailerSize is the length in bytes of what follows the footer: sealed key, footer length, magic.
const TrailerSize = crypto.SealedKeySize + 4 + len(Magic)

// footerPart is the footer's number in the pack's object key; segments count from 0.
const footerPart = 1<<32 - 1

// Builder fills one pack. It is not safe for use by several goroutines at once.
type Builder struct {
	key    *crypto.ObjectKey
	sealed []byte
	buf    []byte
	check  *[]byte
	footer Footer
}

// NewBuilder starts a pack in buf's memory, under a fresh key. check is memory for checking what was sealed; builders that are not used
// at once may share it.
func NewBuilder(buf []byte, check *[]byte, pub *crypto.PublicKey, repo core.UUID, kind Kind) (*Builder, error) {
	key, sealed, err := crypto.NewObjectKey(pub, repo, crypto.KindPack, nil)
	if err != nil {
		return nil, err
	}
	return &Builder{key: key, sealed: sealed, buf: append(buf[:0], Magic...), check: check, footer: Footer{Kind: kind}}, nil
}

// Size is how many bytes the pack has so far, without its footer.
func (b *Builder) Size() int { return len(b.buf) }

// Empty reports whether the pack holds no segment.
func (b *Builder) Empty() bool { return len(b.footer.Segments) == 0 }

// errReopen says that a segment just sealed did not open: the machine's memory or processor is not to be trusted.
var errReopen = errors.New("a sealed segment does not open again")

// Add seals a segment's stored bytes into the pack and opens them again to see that they are what they were. s.Stored is set
// here.
func (b *Builder) Add(s Segment, stored []byte) error {
	start, part := len(b.buf), uint32(len(b.footer.Segments))
	b.buf = b.key.Seal(b.buf, crypto.KindSegment, part, stored)
	back, err := b.key.Open((*b.check)[:0], crypto.KindSegment, part, b.buf[start:])
	if err != nil || !bytes.Equal(back, stored) {
		return errReopen
	}
	*b.check = back
	s.Stored = len(b.buf) - start
	b.footer.Segments = append(b.footer.Segments, s)
	return nil
}

// Built is a finished pack.
type Built struct {
	Entry
	Data []byte // the object's bytes, in the builder's memory
}

// Entry is what the index keeps of a pack.
type Entry struct {
	Name   core.ID // SHA-256 of the object
	Size   int64   // bytes of the object
	Key    []byte  // its object key, sealed: crypto.SealedKeySize bytes
	Footer *Footer
	// Origin is the slot that listed the pack, where an index object of another slot says so after merging; zero: who signed that.
	Origin core.UUID
	// Believed says, to who reads an index object, that a backup may count on what the entry says. It is no part of the encoding.
	Believed bool
}

// Finish pads the pack and writes its footer, padded too, and its trailer. The builder is not used afterwards.
func (b *Builder) Finish() (*Built, error) {
	footer := crypto.Pad(b.footer.Encode())
	rest := len(footer) + crypto.Overhead + TrailerSize
	pad := make([]byte, crypto.Padded(len(b.buf)+rest)-len(b.buf)-rest)
	crypto.Random(pad)
	b.buf = append(b.buf, pad...)
	b.buf = b.key.Seal(b.buf, crypto.KindFooter, footerPart, footer)
	b.buf = append(b.buf, b.sealed...)
	b.buf = binary.BigEndian.AppendUint32(b.buf, uint32(len(footer)+crypto.Overhead))
	b.buf = append(b.buf, Magic...)
	if len(b.buf) > core.MaxPack {
		return nil, fmt.Errorf("pack of %d bytes", len(b.buf))
	}
	return &Built{Entry{Name: crypto.Hash(b.buf), Size: int64(len(b.buf)), Key: b.sealed, Footer: &b.footer}, b.buf}, nil
}

// Offsets returns where in the pack each segment starts.
func (f *Footer) Offsets() []int64 {
	out, at := make([]int64, len(f.Segments)), int64(len(Magic))
	for i := range f.Segments {
		out[i] = at
		at += int64(f.Segments[i].Stored)
	}
	return out
}

// Chunks returns how many chunks the pack holds.
func (f *Footer) Chunks() (n int) {
	for i := range f.Segments {
		n += len(f.Segments[i].IDs)
	}
	return n
}

// Trailer reads the last TrailerSize bytes of a pack: the sealed key, and how long the sealed footer before them is.
func Trailer(b []byte) (sealedKey []byte, footerLen int, err error) {
	if len(b) != TrailerSize || string(b[len(b)-len(Magic):]) != Magic {
		return nil, 0, fmt.Errorf("%w: no trailer", ErrFormat)
	}
	n := binary.BigEndian.Uint32(b[crypto.SealedKeySize:])
	if n > core.MaxPack || n < crypto.Overhead {
		return nil, 0, fmt.Errorf("%w: footer of %d bytes", ErrFormat, n)
	}
	return b[:crypto.SealedKeySize], int(n), nil
}

// OpenFooter opens a pack's sealed footer.
func OpenFooter(key *crypto.ObjectKey, sealed []byte) (*Footer, error) {
	plain, err := key.Open(nil, crypto.KindFooter, footerPart, sealed)
	if err != nil {
		return nil, err
	}
	if plain, err = crypto.Unpad(plain); err != nil {
		return nil, fmt.Errorf("%w: footer: %w", ErrFormat, err)
	}
	return DecodeFooter(plain)
}

// OpenSegment appends segment number n's raw bytes to dst. They are authentic: what a holder of the writer secret sealed;
// that each chunk has its id is for the caller to check. sealed's memory is used up.
func OpenSegment(dst []byte, key *crypto.ObjectKey, dec *Decompressor, s *Segment, n int, sealed []byte) ([]byte, error) {
	if len(sealed) != s.Stored {
		return nil, fmt.Errorf("%w: segment of %d bytes, want %d", ErrFormat, len(sealed), s.Stored)
	}
	stored, err := key.Open(sealed[:0], crypto.KindSegment, uint32(n), sealed)
	if err != nil {
		return nil, err
	}
	return dec.Decompress(dst, stored, s.Compression, s.Raw)
}
