// Package core holds the words that every other package speaks: object ids, limits of the format, and the closed set of
// error kinds that become exit codes.
//
// Terms: a chunk is a run of file content or one encoded directory; a segment is chunks compressed and sealed together; a
// pack is segments and a footer, the unit of upload; a store keeps objects by name; a slot is one way to open a repository.
//
// Promise: nothing here imports another package of this project, and nothing here prints text for users.
package core

import (
	"bytes"
	"encoding/hex"
	"fmt"
)

// IDSize is the length of an ID in bytes.
const IDSize = 32

// ID names a chunk (HMAC-SHA-256 of its content under the id key) or an object (SHA-256 of its stored bytes).
type ID [IDSize]byte

// String returns the 64 lower-case hexadecimal digits of the id.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// Short returns the first 8 hexadecimal digits, for people.
func (id ID) Short() string { return hex.EncodeToString(id[:4]) }

// Compare orders ids by their bytes, as slices.SortFunc wants.
func (id ID) Compare(other ID) int { return bytes.Compare(id[:], other[:]) }

// IsZero reports whether no byte of the id is set.
func (id ID) IsZero() bool { return id == ID{} }

// ParseID reads what ID.String writes; anything else is an error.
func ParseID(s string) (ID, error) {
	var id ID
	if len(s) != 2*IDSize {
		return id, fmt.Errorf("id has %d digits, want %d", len(s), 2*IDSize)
	}
	if _, err := hex.Decode(id[:], []byte(s)); err != nil {
		return id, fmt.Errorf("id is not hexadecimal: %w", err)
	}
	if id.String() != s {
		return id, fmt.Errorf("id is not lower case")
	}
	return id, nil
}

// UUID is a 16-byte random or time-ordered (version 7) identifier: repositories, slots, snapshots, sessions, projects.
type UUID [16]byte

// String returns the usual form, 8-4-4-4-12 lower-case hexadecimal digits.
func (u UUID) String() string {
	h := hex.EncodeToString(u[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// Compare orders ids by their bytes, which for version 7 is by time.
func (u UUID) Compare(other UUID) int { return bytes.Compare(u[:], other[:]) }

// IsZero reports whether no byte is set.
func (u UUID) IsZero() bool { return u == UUID{} }

// ParseUUID reads what UUID.String writes; anything else is an error.
func ParseUUID(s string) (UUID, error) {
	var u UUID
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return u, fmt.Errorf("%q is not a UUID", s)
	}
	raw := s[:8] + s[9:13] + s[14:18] + s[19:23] + s[24:]
	if _, err := hex.Decode(u[:], []byte(raw)); err != nil || u.String() != s {
		return u, fmt.Errorf("%q is not a lower-case UUID", s)
	}
	return u, nil
}

// Limits of the format, in bytes or counts. Decoders refuse what exceeds them, so that hostile input costs bounded memory.
const (
	// MaxChunk is the longest content of one chunk.
	MaxChunk = 8 << 20
	// MaxSegment is the longest uncompressed content of one segment: one largest chunk appended to an almost full segment.
	MaxSegment = MaxChunk + 2<<20
	// MaxPack is the largest stored pack.
	MaxPack = 64 << 20
	// MaxObject is the largest stored object of any kind.
	MaxObject = 64 << 20
	// MaxName is the longest name of a directory entry: 255 UTF-16 units on Windows and macOS are up to 765 bytes.
	MaxName = 1024
)
