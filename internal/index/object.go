// Package index says where each chunk is: the index objects that a repository stores, and the tables that a device keeps of
// them to look ids up without holding them in memory.
//
// Terms: an index object lists packs with their footers, as they were uploaded; its name is a source of what is known from it. A
// table is a local file made from index objects: fixed-size records sorted by id, with a front that says which may have an id. A set is
// the tables of one repository and a buffer of what is not in a table yet. Claims are the chunks that a backup is about to store.
//
// Map: object.go has the stored objects, location.go what a look-up gives; layout.go is the table file, blocks.go its checked
// sections, front.go what is looked at first, table.go and visit.go looking up; buffer.go, stream.go and merge.go make tables,
// file.go and memory.go keep them; set.go, add.go, held.go, retain.go and packs.go are the set, view.go a look at all of it at one time, claims.go the
// claims.
//
// Promises: index objects decode within bounds; a table is a cache that names the objects it was made from, so that a stale or
// foreign one is noticed and made again; a damaged one is noticed at the place that is read, answers "absent" and is given up,
// so that no flipped bit makes an absent chunk present; an absent id is looked up in 1.6 bytes of memory for each record and, but
// for one in 290 in each of at most 8 tables, in no record; memory that is not the system's to take back does not grow with the
// repository, beyond 4 bytes for each pack while tables are merged.
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

// maxSegments bounds the segments in a pack, whose numbers have two bytes in a record.
const maxSegments = 1 << 16

// Encode returns the plaintext of an index object of at most 65536 packs, none of whose segments is without chunks.
func Encode(packs []pack.Entry) []byte {
	b := cbor.AppendArray(nil, len(packs))
	for i := range packs {
		p := &packs[i]
		fields := 4
		if !p.Origin.IsZero() {
			fields = 5
		}
		b = cbor.AppendArray(b, fields)
		b = cbor.AppendBytes(b, p.Name[:])
		b = cbor.AppendUint(b, uint64(p.Size))
		b = cbor.AppendBytes(b, p.Key)
		b = cbor.AppendBytes(b, p.Footer.Encode())
		if fields == 5 {
			b = cbor.AppendBytes(b, p.Origin[:])
		}
	}
	return b
}

// Decode reads what Encode wrote. That each pack's segments lie within its size is checked too. The result takes at most
// 4 times len(data) of memory, and shares none of it.
func Decode(data []byte) ([]pack.Entry, error) {
	d := cbor.NewDecoder(data)
	n := d.Array(maxPacks)
	packs := make([]pack.Entry, 0, min(n, 64))
	for i := 0; i < n && d.Err() == nil; i++ {
		packs = append(packs, decodeEntry(d))
	}
	if err := d.Finish(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return packs, nil
}

func decodeEntry(d *cbor.Decoder) (p pack.Entry) {
	fields := d.Array(5)
	if fields != 4 && fields != 5 {
		d.Fail("pack entry of %d fields", fields)
		return p
	}
	d.Fixed(p.Name[:])
	p.Size = int64(d.Uint(core.MaxPack))
	p.Key = bytes.Clone(d.Bytes(crypto.SealedKeySize))
	footer := d.Bytes(core.MaxObject)
	if fields == 5 {
		if d.Fixed(p.Origin[:]); p.Origin.IsZero() {
			d.Fail("origin is zero")
		}
	}
	if d.Err() != nil {
		return p
	}
	var err error
	if p.Footer, err = pack.DecodeFooter(footer); err == nil {
		err = checkEntry(&p)
	}
	if err != nil {
		d.Fail("%v", err)
	}
	return p
}

// checkEntry refuses what no pack can be, and what a table has no room for. A segment without chunks is refused since it takes
// 12 times as much memory as it takes in an object.
func checkEntry(p *pack.Entry) error {
	if len(p.Key) != crypto.SealedKeySize || p.Size < 0 || p.Size > core.MaxPack || len(p.Footer.Segments) > maxSegments {
		return errors.New("pack entry out of bounds")
	}
	end := int64(len(pack.Magic))
	for i := range p.Footer.Segments {
		s := &p.Footer.Segments[i]
		if s.Stored < 0 || s.Stored > core.MaxPack || s.Raw < 0 || s.Raw > core.MaxSegment || len(s.IDs) == 0 || len(s.IDs) != len(s.Lengths) {
			return errors.New("segment out of bounds")
		}
		sum := 0
		for _, n := range s.Lengths {
			if n < 0 || n > core.MaxChunk {
				return errors.New("chunk out of bounds")
			}
			sum += n
		}
		if end += int64(s.Stored); sum != s.Raw || end > p.Size {
			return errors.New("segments exceed their pack, or chunks their segment")
		}
	}
	return nil
}
