package tree

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"backup_projeto/internal/cbor"
	"backup_projeto/internal/core"
)

// ErrFormat is wrapped by every error about bytes that are no directory.
var ErrFormat = errors.New("not of the tree format")

// Bounds of one entry and one piece.
const (
	MaxXattr   = 64 << 10 // bytes of one extended attribute's value (Linux's own limit)
	maxXattrs  = 4096
	maxTarget  = 64 << 10 // bytes of a symlink's target
	maxIDs     = core.MaxChunk / core.IDSize
	maxHoles   = 1 << 20
	maxEntries = 1 << 20
	maxOwner   = 1024 // bytes of a user's or group's name
	maxDepth   = 8
)

// The keys of an entry's map. A key whose value is the zero value is left out.
const (
	keyName = iota + 1
	keyType
	keyMode
	keyUID
	keyGID
	keyUser
	keyGroup
	keyMTime
	keySize
	keyContent
	keyDepth
	keyHoles
	keyLink
	keyTarget
	keyDevice
	keyXattrs
	keyEnd
)

// AppendEntry appends an entry's encoding.
func AppendEntry(b []byte, e *Entry) []byte {
	head := len(b)
	b = append(b, 0) // the map's head: at most 16 pairs, so one byte
	n := 0
	key := func(k int) {
		n++
		b = cbor.AppendUint(b, uint64(k))
	}
	number := func(k int, v uint64) {
		if v != 0 {
			key(k)
			b = cbor.AppendUint(b, v)
		}
	}
	text := func(k int, s string) {
		if s != "" {
			key(k)
			b = cbor.AppendBytes(b, s)
		}
	}
	text(keyName, e.Name)
	number(keyType, uint64(e.Type))
	number(keyMode, uint64(e.Mode))
	number(keyUID, uint64(e.UID))
	number(keyGID, uint64(e.GID))
	text(keyUser, e.User)
	text(keyGroup, e.Group)
	if e.MTime != 0 {
		key(keyMTime)
		b = cbor.AppendInt(b, e.MTime)
	}
	number(keySize, uint64(e.Size))
	if len(e.Content.IDs) > 0 {
		key(keyContent)
		b = appendIDs(b, e.Content.IDs)
	}
	number(keyDepth, uint64(e.Content.Depth))
	if len(e.Holes) > 0 {
		key(keyHoles)
		b = appendHoles(b, e.Holes)
	}
	if e.Link != (LinkKey{}) {
		key(keyLink)
		b = cbor.AppendBytes(b, e.Link[:])
	}
	text(keyTarget, e.Target)
	if e.Device != [2]uint32{} {
		key(keyDevice)
		b = cbor.AppendArray(b, 2)
		b = cbor.AppendUint(cbor.AppendUint(b, uint64(e.Device[0])), uint64(e.Device[1]))
	}
	if len(e.Xattrs) > 0 {
		key(keyXattrs)
		b = appendXattrs(b, e.Xattrs)
	}
	b[head] = cbor.AppendMap(nil, n)[0]
	return b
}

func appendIDs(b []byte, ids []core.ID) []byte {
	return appendRaw(cbor.AppendBytesHead(b, len(ids)*core.IDSize), ids)
}

func appendHoles(b []byte, holes []Hole) []byte {
	b = cbor.AppendArray(b, 2*len(holes))
	for _, h := range holes {
		b = cbor.AppendUint(cbor.AppendUint(b, uint64(h.Offset)), uint64(h.Length))
	}
	return b
}

func appendXattrs(b []byte, xattrs []Xattr) []byte {
	b = cbor.AppendArray(b, 2*len(xattrs))
	for _, x := range xattrs {
		b = cbor.AppendBytes(cbor.AppendBytes(b, x.Name), x.Value)
	}
	return b
}

// DecodeEntry reads one entry; a name is checked unless root, whose name is empty.
func DecodeEntry(d *cbor.Decoder, root bool) (e Entry) {
	d.Map(keyEnd-1, func(key uint64) bool { return decodeField(d, &e, key) })
	if d.Err() == nil {
		if err := e.Check(root); err != nil {
			d.Fail("%v", err)
		}
	}
	return e
}

func decodeField(d *cbor.Decoder, e *Entry, key uint64) bool {
	switch key {
	case keyName:
		e.Name = string(d.Bytes(core.MaxName))
	case keyType:
		e.Type = Type(d.Uint(uint64(maxType)))
	case keyMode:
		e.Mode = uint32(d.Uint(0o7777))
	case keyUID:
		e.UID = uint32(d.Uint(1<<32 - 1))
	case keyGID:
		e.GID = uint32(d.Uint(1<<32 - 1))
	case keyUser:
		e.User = string(d.Bytes(maxOwner))
	case keyGroup:
		e.Group = string(d.Bytes(maxOwner))
	case keyMTime:
		e.MTime = d.Int()
	case keySize:
		e.Size = d.Len()
	case keyContent:
		e.Content.IDs = decodeIDs(d)
	case keyDepth:
		e.Content.Depth = uint8(d.Uint(maxDepth))
	case keyHoles:
		e.Holes = decodeHoles(d)
	case keyLink:
		d.Fixed(e.Link[:])
	case keyTarget:
		e.Target = string(d.Bytes(maxTarget))
	case keyDevice:
		if d.Array(2) != 2 {
			d.Fail("device")
		}
		e.Device = [2]uint32{uint32(d.Uint(1<<32 - 1)), uint32(d.Uint(1<<32 - 1))}
	case keyXattrs:
		e.Xattrs = decodeXattrs(d)
	default:
		return false
	}
	return true
}

func decodeIDs(d *cbor.Decoder) []core.ID {
	ids, err := SplitIDs(d.Bytes(core.MaxChunk))
	if err != nil {
		d.Fail("%v", err)
	}
	return ids
}

// SplitIDs reads concatenated ids, as a list chunk holds them.
func SplitIDs(b []byte) ([]core.ID, error) {
	if len(b)%core.IDSize != 0 || len(b) > core.MaxChunk {
		return nil, fmt.Errorf("%w: %d bytes of ids", ErrFormat, len(b))
	}
	ids := make([]core.ID, len(b)/core.IDSize)
	for i := range ids {
		copy(ids[i][:], b[i*core.IDSize:])
	}
	return ids, nil
}

func decodeHoles(d *cbor.Decoder) []Hole {
	n := d.Array(2 * maxHoles)
	if n%2 != 0 {
		d.Fail("holes")
	}
	holes := make([]Hole, 0, min(n/2, 1024))
	for i := 0; i < n/2 && d.Err() == nil; i++ {
		holes = append(holes, Hole{d.Len(), d.Len()})
	}
	return holes
}

func decodeXattrs(d *cbor.Decoder) []Xattr {
	n := d.Array(2 * maxXattrs)
	if n%2 != 0 {
		d.Fail("xattrs")
	}
	xattrs := make([]Xattr, 0, min(n/2, 64))
	for i := 0; i < n/2 && d.Err() == nil; i++ {
		xattrs = append(xattrs, Xattr{string(d.Bytes(maxOwner)), bytes.Clone(d.Bytes(MaxXattr))})
	}
	return xattrs
}

// Check refuses an entry that no decoder accepts: one beyond the format's bounds, or that could lead a restore astray. What
// writes an entry calls it first. Only the root has an empty name.
func (e *Entry) Check(root bool) error {
	switch {
	case len(e.Name) > core.MaxName, len(e.Target) > maxTarget, len(e.User) > maxOwner, len(e.Group) > maxOwner,
		len(e.Xattrs) > maxXattrs, len(e.Holes) > maxHoles, len(e.Content.IDs) > maxIDs, e.Size < 0, e.Mode > 0o7777:
		return errors.New("beyond the format's bounds")
	case root != (e.Name == ""), e.Name == ".", e.Name == "..", strings.ContainsAny(e.Name, "/\x00"):
		return fmt.Errorf("name %q", e.Name)
	case root && e.Type != Dir:
		return errors.New("the root is no directory")
	case e.Type != Symlink && e.Target != "", strings.Contains(e.Target, "\x00"):
		return errors.New("target")
	case e.Type != File && (e.Size != 0 || len(e.Holes) > 0), e.Type > Dir && (len(e.Content.IDs) > 0 || e.Content.Depth > 0):
		return errors.New("content of something that has none")
	case e.Type == Dir && e.Link != LinkKey{}:
		return errors.New("directory with several names")
	case e.Type != CharDevice && e.Type != BlockDevice && e.Device != [2]uint32{}:
		return errors.New("device number of something else")
	case len(e.Content.IDs) == 0 && e.Content.Depth > 0:
		return errors.New("depth without content")
	}
	return errors.Join(checkHoles(e), checkXattrs(e.Xattrs))
}

func checkHoles(e *Entry) error {
	end := int64(-1)
	for _, h := range e.Holes {
		if h.Offset <= end || h.Length <= 0 || h.Length > e.Size || h.Offset > e.Size-h.Length {
			return errors.New("holes overlap or lie outside the file")
		}
		end = h.Offset + h.Length
	}
	return nil
}

func checkXattrs(xattrs []Xattr) error {
	for i, x := range xattrs {
		if x.Name == "" || len(x.Name) > maxOwner || len(x.Value) > MaxXattr || strings.Contains(x.Name, "\x00") || i > 0 && x.Name <= xattrs[i-1].Name {
			return errors.New("xattr names unsorted or unusable")
		}
	}
	return nil
}

// Encode returns the encoding of one piece of a directory.
func Encode(entries []Entry) []byte {
	b := cbor.AppendArray(nil, len(entries))
	for i := range entries {
		b = AppendEntry(b, &entries[i])
	}
	return b
}

// Decode reads one piece of a directory: whole entries, sorted by name.
func Decode(data []byte) ([]Entry, error) {
	d := cbor.NewDecoder(data)
	n := d.Array(maxEntries)
	entries := make([]Entry, 0, min(n, len(data)/8+1))
	for i := 0; i < n && d.Err() == nil; i++ {
		e := DecodeEntry(d, false)
		if i > 0 && e.Name <= entries[i-1].Name {
			d.Fail("names unsorted")
		}
		entries = append(entries, e)
	}
	if err := d.Finish(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if !bytes.Equal(Encode(entries), data) {
		return nil, fmt.Errorf("%w: directory is not canonical", ErrFormat)
	}
	return entries, nil
}
