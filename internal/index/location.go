package index

import (
	"encoding/binary"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/pack"
)

// Location says where a chunk is.
type Location struct {
	Pack    PackInfo
	Number  uint32 // the segment's number in the pack
	Segment SegmentInfo
	Offset  uint32 // of the chunk in the segment's raw bytes
	Length  uint32 // of the chunk, in bytes
}

// PackInfo is what reading a pack takes. Key is shared between locations and must not be changed.
type PackInfo struct {
	Name core.ID
	Size int64  // bytes of the object
	Key  []byte // its object key, sealed
	Kind pack.Kind
	// Believed is what the entry said: a pack may come once with it and once without.
	Believed bool
}

// SegmentInfo is what reading a segment takes.
type SegmentInfo struct {
	Offset      int64  // in the pack, in bytes
	Stored, Raw uint32 // bytes in the pack, and of the chunks
	Compression uint8
}

// same reports whether two locations are one, whoever said so.
func (l *Location) same(m *Location) bool {
	return l.Pack.Name == m.Pack.Name && l.Pack.Size == m.Pack.Size && l.Pack.Kind == m.Pack.Kind && string(l.Pack.Key) == string(m.Pack.Key) &&
		l.Number == m.Number && l.Segment == m.Segment && l.Offset == m.Offset && l.Length == m.Length
}

// The items of tables and of the buffer. All begin with what they are ordered by, so that comparing their bytes orders them.
//
//	pack    name 32, size 8, kind 1 with the highest bit set where the entry is not believed, sealed key, count of segments 4, first segment 4
//	segment offset in the pack 4, stored 4, raw 3, compression 1
//	record  id 32, pack 4, segment's number in the pack 2, offset in the segment 3, length 3
const (
	packKind  = core.IDSize + 8
	packKey   = packKind + 1
	packCount = packKey + crypto.SealedKeySize
	packFirst = packCount + 4
	packSize  = packFirst + 4
	segSize   = 12
	recNumber = core.IDSize + 4
	recSize   = recNumber + 8
)

// doubted is set in the kind of a pack's entry that is not believed. It is part of what packs are told apart by: what a hostile entry says of
// a pack must not be taken for what a believed one says.
const doubted = 0x80

// appendPack appends a pack item whose first segment is given.
func appendPack(b []byte, p *pack.Entry, first int) []byte {
	b = append(b, p.Name[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(p.Size))
	kind := byte(p.Footer.Kind)
	if !p.Believed {
		kind |= doubted
	}
	b = append(append(b, kind), p.Key...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(p.Footer.Segments)))
	return binary.BigEndian.AppendUint32(b, uint32(first))
}

// segments returns where a pack's segments are among all.
func segments(packItem []byte) (first, count uint32) {
	return be32(packItem[packFirst:]), be32(packItem[packCount:])
}

func appendSegment(b []byte, s *pack.Segment, offset int64) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(offset))
	b = binary.BigEndian.AppendUint32(b, uint32(s.Stored))
	return binary.BigEndian.AppendUint32(b, uint32(s.Raw)<<8|uint32(s.Compression))
}

func appendRecord(b []byte, id *core.ID, packNumber, segment, offset, length int) []byte {
	b = append(b, id[:]...)
	b = binary.BigEndian.AppendUint32(b, uint32(packNumber))
	return binary.BigEndian.AppendUint64(b, uint64(segment)<<48|uint64(offset)<<24|uint64(length))
}

func recordPack(rec []byte) uint32 { return be32(rec[core.IDSize:]) }

func recordNumber(rec []byte) uint32 { return uint32(binary.BigEndian.Uint16(rec[recNumber:])) }

// packInfo copies what a pack item says.
func packInfo(item []byte) PackInfo {
	return PackInfo{
		Name: core.ID(item),
		Size: int64(binary.BigEndian.Uint64(item[core.IDSize:])),
		Key:  append([]byte(nil), item[packKey:packCount]...),
		Kind: pack.Kind(item[packKind] &^ doubted),

		Believed: item[packKind]&doubted == 0,
	}
}

// location puts together what a record and its segment say.
func location(p PackInfo, seg, rec []byte) Location {
	how := be32(seg[8:])
	place := binary.BigEndian.Uint64(rec[recNumber:])
	return Location{
		Pack:   p,
		Number: recordNumber(rec),
		Segment: SegmentInfo{
			Offset:      int64(be32(seg)),
			Stored:      be32(seg[4:]),
			Raw:         how >> 8,
			Compression: uint8(how),
		},
		Offset: uint32(place>>24) & (1<<24 - 1),
		Length: uint32(place) & (1<<24 - 1),
	}
}

func be32(b []byte) uint32 { return binary.BigEndian.Uint32(b) }
