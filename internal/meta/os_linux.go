package meta

import (
	"errors"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"backup_projeto/internal/tree"
)

// noATime asks not to change an entry's access time by reading it.
const noATime = unix.O_NOATIME

// noAttr is the error for an attribute that is not there.
const noAttr = unix.ENODATA

// omitTime leaves a time as it is.
const omitTime = unix.UTIME_OMIT

// ours reports whether an attribute belongs to the file's owner, not to the system or the administrator: not being allowed
// to set such a one is an error.
func ours(name string) bool { return isACL(name) || strings.HasPrefix(name, "user.") }

// attrsOf gives access to an entry's attributes without opening it, since a fifo, a socket or an unreadable file cannot be
// opened: /proc has no path limit of its own, and the l*xattr calls do not follow the last component.
func (d *Dir) attrsOf(name string) (attrs, error) {
	return attrs{fd: -1, path: "/proc/self/fd/" + strconv.Itoa(d.fd) + "/" + name}, nil
}

// mknodat makes a fifo, socket or device.
func mknodat(dir int, name string, typ tree.Type, device [2]uint32) error {
	kind := map[tree.Type]uint32{
		tree.Fifo: unix.S_IFIFO, tree.Socket: unix.S_IFSOCK, tree.CharDevice: unix.S_IFCHR, tree.BlockDevice: unix.S_IFBLK,
	}[typ]
	if kind == 0 {
		return unix.EINVAL
	}
	return unix.Mknodat(dir, name, kind|0o600, int(unix.Mkdev(device[0], device[1])))
}

// chmodat sets an entry's mode without following a link. Linux can since 6.6; before, only through an O_PATH descriptor.
func chmodat(dir int, name string, mode uint32) error {
	err := unix.Fchmodat(dir, name, mode, unix.AT_SYMLINK_NOFOLLOW)
	if !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	fd, err := openRetry(dir, name, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return unix.Chmod("/proc/self/fd/"+strconv.Itoa(fd), mode)
}

// renameNew renames within a directory unless the new name exists, which some file systems do not offer.
func renameNew(dir int, from, to string) error {
	return unix.Renameat2(dir, from, dir, to, unix.RENAME_NOREPLACE)
}

// syncAll makes everything that was written to the file system of an open directory durable.
func syncAll(fd int) error { return unix.Syncfs(fd) }
