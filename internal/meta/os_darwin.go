package meta

import (
	"strings"

	"golang.org/x/sys/unix"

	"backup_projeto/internal/tree"
)

// noATime is not known here.
const noATime = 0

// noAttr is the error for an attribute that is not there.
const noAttr = unix.ENOATTR

// omitTime leaves a time as it is.
const omitTime = -2

// ours reports whether an attribute belongs to the file's owner, not to the system, which adds its own to every file and
// does not let go of them.
func ours(name string) bool { return !strings.HasPrefix(name, "com.apple.") }

// attrsOf opens the entry itself, link or not: there is no way to name it relative to a descriptor otherwise.
func (d *Dir) attrsOf(name string) (attrs, error) {
	fd, err := openRetry(d.fd, name, unix.O_RDONLY|unix.O_SYMLINK|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	return attrs{fd: fd, owned: true}, err
}

// mknodat is not offered: the system's calls take whole paths only, which could lead out of the target.
func mknodat(int, string, tree.Type, [2]uint32) error { return unix.ENOTSUP }

// chmodat sets an entry's mode without following a link.
func chmodat(dir int, name string, mode uint32) error {
	return unix.Fchmodat(dir, name, mode, unix.AT_SYMLINK_NOFOLLOW)
}

// renameNew renames within a directory unless the new name exists, which some file systems do not offer.
func renameNew(dir int, from, to string) error {
	return unix.RenameatxNp(dir, from, dir, to, unix.RENAME_EXCL)
}

// syncAll asks for everything written to become durable, as far as the system lets one ask.
func syncAll(int) error { return unix.Sync() }
