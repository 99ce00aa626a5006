// Package meta reads and applies what a file system knows of an entry: the layer between the engine and the operating system.
//
// Terms: a Dir is an open directory that is read; a Target is an open directory that is written into. Both speak of entries by
// a single name component, relative to the open handle, so that a path may be longer than the system's PATH_MAX and a folder
// that is renamed meanwhile stays the same folder. A Temp is a file being written under a temporary name. An Apply says how
// metadata is set.
//
// Promises:
//   - no method follows a symbolic link, except OpenDir and OpenTarget in the path that the person gave;
//   - a name with a separator, "." or ".." is refused, so nothing outside a Target is ever touched, whatever a snapshot says
//     and whatever is swapped in the folder meanwhile;
//   - nothing half-written stands under a final name: files appear by rename, everything else by a single call;
//   - every error is a *core.Error of kind Source, or a *MetaError or *XattrError, that wraps the system's error.
//
// On Linux and macOS a handle is a plain descriptor and each method is one or two system calls of the *at family: os.File
// and os.Root cost a third more for small files, and os.Root follows links that stay inside it, where a restore wants none
// followed. Elsewhere the same methods stand on os.Root.
//
// A Dir or Target may be used by several goroutines at once, except for Names and Close. Whoever opens one closes it.
package meta

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"

	"backup_projeto/internal/core"
	"backup_projeto/internal/tree"
)

// Stat is what the system says of an entry.
type Stat struct {
	Type     tree.Type
	Mode     uint32 // the 12 permission bits, as in tree.Meta
	UID, GID uint32
	Nlink    uint64 // names of the inode; 1 where unknown
	Size     int64
	MTime    int64 // nanoseconds since 1970 UTC
	CTime    int64 // of the last change to the inode; 0 where unknown
	Dev, Ino uint64
	Rdev     [2]uint32 // major and minor of a device
	Blocks   int64     // 512-byte blocks on disk; enough for Size where unknown
}

// Sparse reports whether the entry has fewer blocks than its size needs, so that looking for holes is worth it.
func (s *Stat) Sparse() bool { return s.Type == tree.File && s.Blocks*512 < s.Size }

// The reasons of snapshot.Unread. Reason gives all but the last.
const (
	ReasonPermission  = "permission"
	ReasonVanished    = "vanished"
	ReasonChanged     = "changed"
	ReasonUnsupported = "unsupported"
	ReasonIO          = "io"
	ReasonTorn        = "torn" // saved as it was read, though it changed each time
)

// Reason says in one word why an entry could not be read.
func Reason(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ReasonVanished
	case errors.Is(err, fs.ErrPermission):
		return ReasonPermission
	case isOtherType(err):
		return ReasonChanged
	case errors.Is(err, errors.ErrUnsupported):
		return ReasonUnsupported
	}
	return ReasonIO
}

// XattrError says that one extended attribute could not be read; the others of the entry were.
type XattrError struct {
	Name string // the attribute
	Err  error
}

// Error gives the technical form.
func (e *XattrError) Error() string { return "xattr " + e.Name + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *XattrError) Unwrap() error { return e.Err }

// ErrTooLarge is the cause of an XattrError for a value that the format has no room for.
var ErrTooLarge = errors.New("value is larger than 64 KiB")

// MarkPrefix begins the names of the extended attributes that this program itself puts on folders, marks: they say which
// folder it is, not what it contains, so they are no part of what is read and applied.
const MarkPrefix = "user.backup_projeto."

func isMark(attr string) bool { return strings.HasPrefix(attr, MarkPrefix) }

// TempPrefix begins the name of every file that is not finished; one that is found was left by a process that was killed.
const TempPrefix = ".backup_projeto-tmp-"

func tempName() string { return TempPrefix + strconv.FormatUint(rand.Uint64(), 36) }

// errName refuses what is not a single component.
var errName = errors.New("not the name of an entry")

// fail wraps a system's error.
func fail(op, name string, err error) error {
	return &core.Error{Kind: core.Source, Subject: name, Err: os.NewSyscallError(op, err)}
}

// orFail wraps an error, if it is one.
func orFail(op, name string, err error) error {
	if err == nil {
		return nil
	}
	return fail(op, name, err)
}
