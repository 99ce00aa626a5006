// Package tree says what a directory is in a snapshot: its entries and everything that a file system knows of them, and the
// bytes they become.
//
// Terms: a directory is a list of entries sorted by raw name bytes. It is stored like a file's content, as one or more
// chunks; each such piece is by itself a deterministic CBOR array of whole entries, and a small directory is one piece.
//
// Promises: encoding is deterministic, decoding accepts only what encoding writes, and a decoder never panics, recurses or
// allocates beyond its input's length times a small constant.
package tree

import "backup_projeto/internal/core"

// Type is the kind of a directory entry.
type Type uint8

// The types of entries. The numbers are in the format.
const (
	File Type = iota
	Dir
	Symlink
	Fifo
	Socket
	CharDevice
	BlockDevice
	maxType = BlockDevice
)

// Xattr is one extended attribute; POSIX ACLs are attributes too ("system.posix_acl_access").
type Xattr struct {
	Name  string // raw bytes
	Value []byte
}

// Hole is a run of a sparse file that holds no data, in bytes. A file's content leaves its holes out.
type Hole struct{ Offset, Length int64 }

// Meta is what the file system knows of an entry besides its name, its type and what it contains.
type Meta struct {
	Mode     uint32 // the 12 permission bits: rwxrwxrwx, sticky, setgid, setuid (octal 07777, as in POSIX st_mode)
	UID, GID uint32
	User     string // names of UID and GID where it was saved, "" where unknown
	Group    string
	MTime    int64   // nanoseconds since 1970 UTC
	Xattrs   []Xattr // sorted by name
}

// LinkKey names an inode with several names: entries of one snapshot with the same key are hard links of each other. Zero
// means a single name. It is a hash of inode number and device, so it is equal in two snapshots of one machine, whatever the repositories.
type LinkKey [16]byte

// Content says which chunks hold a file's or a directory's bytes. With Depth 0, IDs are the chunks themselves; with Depth d,
// they are lists: chunks that hold concatenated ids of depth d-1.
type Content struct {
	IDs   []core.ID
	Depth uint8
}

// Entry is one name in a directory.
type Entry struct {
	Name string // raw bytes: no '/', no NUL, not empty, "." or ".."
	Type Type
	Meta

	Size    int64     // File: length in bytes, holes included
	Content Content   // File: its data without holes; Dir: its encoded entries
	Holes   []Hole    // File: sorted, not touching, none empty, within Size
	Link    LinkKey   // any type but Dir
	Target  string    // Symlink: raw bytes
	Device  [2]uint32 // CharDevice, BlockDevice: major, minor
}
