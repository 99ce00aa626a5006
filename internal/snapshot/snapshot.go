// Package snapshot is the manifest of one project at one moment: what it is, how it becomes bytes, and how it is read back.
//
// Promises: encoding is deterministic, decoding accepts only what encoding writes and is bounded. A manifest is data: sealing
// and signing it is package repo's work with package crypto.
package snapshot

import (
	"backup_projeto/internal/core"
	"backup_projeto/internal/tree"
)

// Project says which project a snapshot belongs to.
type Project struct {
	ID   core.UUID // stays the same when the folder moves or is cloned
	Name string    // for people; by default the folder's name
}

// Counts of entries and bytes.
type Counts struct {
	Files, Dirs, Others   int64 // entries in the snapshot; others are links, fifos, sockets and devices
	New, Changed, Removed int64 // files, against the parent; without a parent all are new
	Unchanged             int64 // files taken over from the parent without being read
	BytesSeen             int64 // sum of file sizes
	BytesRead             int64 // content that was read
	BytesNew              int64 // content that no earlier snapshot had, before compression
	BytesStored           int64 // bytes sent to the store
}

// Excluded sums up what one rule left out.
type Excluded struct {
	Rule  string // the pattern as written, or "cachedir-tag", "one-file-system", "max-size", "repository"
	Count int64  // entries; a directory counts once
	First string // slash path of the first of them
}

// Unread is an entry that could not be saved, or not as a single consistent state.
type Unread struct {
	Path   string // raw bytes, slash path relative to the project
	Reason string // "permission", "vanished", "changed", "io", "unsupported", or "torn": saved as it was read, though it changed each time
	Detail string // the operating system's words
}

// MaxUnread is how many Unread entries a manifest lists; UnreadTotal counts them all.
const MaxUnread = 1000

// Git is the state of the project's git repository, where it has one.
type Git struct {
	Head   string // commit id in hexadecimal, "" before the first commit
	Branch string // short name, "" when detached
	Remote string // URL of origin without user and password, "" without one
}

// Manifest is one snapshot.
type Manifest struct {
	ID      core.UUID // version 7: sorts by time
	Project Project
	Parent  core.UUID // the snapshot it was compared with, or zero
	Host    string
	User    string
	OS      string // GOOS
	Path    string // the project's absolute folder there, raw bytes
	Start   int64  // nanoseconds since 1970 UTC, the device's clock
	End     int64
	Version string     // of the program
	Root    tree.Entry // the project's folder itself: type Dir, empty name

	Counts      Counts
	Excluded    []Excluded
	Unread      []Unread
	UnreadTotal int64
	Git         *Git
	Tags        []string // sorted, without duplicates
	Safety      bool     // taken by a restore before it overwrote something

	// Device is the slot whose key signed the object. It is set on reading and is no part of the manifest's bytes.
	Device core.UUID
}

// Partial reports whether something could not be saved.
func (m *Manifest) Partial() bool { return m.UnreadTotal > 0 }
