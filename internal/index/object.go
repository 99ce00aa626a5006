// Package index says where each chunk is: the index objects that a repository stores, and the tables that a device keeps of
// them to look ids up without holding them in memory.
//
// Terms: an index object lists packs with their footers, as they were uploaded. A table is a local file made from index
// objects: fixed-size records sorted by id, with a byte of each id in front. A set is the tables of one repository.
//
// Promises: index objects decode within bounds; a table is a cache that names the objects it was made from, so that a stale or
// foreign one is noticed and made again; looking up an absent id reads 1.5 bytes of memory an entry at most and, but for one
// in thirty, no record.
package index

import (
	"bytes"
	"errors"
	"fmt"

	"backup_projeto/internal/cbor"
	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/pack"
)

// ErrFormat is wrapped by every error about bytes that are no index.
var ErrFormat = errors.New("not of the index format")

// maxPacks bounds the packs in one index object.
const maxPacks = 1 << 16

// Encode returns the plaintext of an index object.
func Encode(packs []pack.Entry) []byte {
	b := cbor.AppendArray(nil, len(packs))
	for i := range packs {
		p := &packs[i]
		b = cbor.AppendArray(b, 4)
		b = cbor.AppendBytes(b, p.Name[:])
		b = cbor.AppendUint(b, uint64(p.Size))
		b = cbor.AppendBytes(b, p.Key)
		b = cbor.AppendBytes(b, p.Footer.Encode())
	}
	return b
}

// Decode reads what Encode wrote. That each pack's segments lie within its size is checked too.
func Decode(data []byte) ([]pack.Entry, error) {
	d := cbor.NewDecoder(data)
	n := d.Array(maxPacks)
	packs := make([]pack.Entry, 0, min(n, 1024))
	for i := 0; i < n && d.Err() == nil; i++ {
		if d.Array(4) != 4 {
			d.Fail("pack entry")
			break
		}
		var p pack.Entry
		d.Fixed(p.Name[:])
		p.Size = int64(d.Uint(core.MaxPack))
		p.Key = bytes.Clone(d.Bytes(crypto.SealedKeySize))
		footer := d.Bytes(core.MaxObject)
		if d.Err() != nil {
			break
		}
		var err error
		if p.Footer, err = pack.DecodeFooter(footer); err != nil {
			d.Fail("%v", err)
			break
		}
		if err := checkEntry(&p); err != nil {
			d.Fail("%v", err)
		}
		packs = append(packs, p)
	}
	if err := d.Finish(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return packs, nil
}

func checkEntry(p *pack.Entry) error {
	end := int64(len(pack.Magic))
	for i := range p.Footer.Segments {
		end += int64(p.Footer.Segments[i].Stored)
	}
	if len(p.Key) != crypto.SealedKeySize || end > p.Size {
		return errors.New("pack's segments exceed it")
	}
	return nil
}

// Location says where a chunk is.
type Location struct {
	Pack    PackInfo
	Number  uint32 // the segment's number in the pack
	Segment SegmentInfo
	Offset  uint32 // of the chunk in the segment's raw bytes
	Length  uint32 // of the chunk
}

// PackInfo is what reading a pack takes.
type PackInfo struct {
	Name core.ID
	Size int64
	Key  []byte // sealed object key
	Kind pack.Kind
}

// SegmentInfo is what reading a segment takes.
type SegmentInfo struct {
	Offset      int64 // in the pack
	Stored, Raw uint32
	Compression uint8
}
