//go:build linux || darwin

package meta

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"

	"backup_projeto/internal/tree"
)

// Dir is an open directory.
type Dir struct {
	fd    int
	atime atomic.Bool // reading without touching the access time was refused here: other people's files
}

const dirFlags = unix.O_RDONLY | unix.O_DIRECTORY | unix.O_CLOEXEC

// OpenDir opens the folder at path, following links in path itself.
func OpenDir(path string) (*Dir, error) {
	d := &Dir{fd: -1}
	fd, err := d.openat(unix.AT_FDCWD, path, dirFlags)
	if err != nil {
		return nil, fail("open", path, err)
	}
	d.fd = fd
	return d, nil
}

// Sub opens a folder in d.
func (d *Dir) Sub(name string) (*Dir, error) {
	if !validName(name) {
		return nil, fail("openat", name, errName)
	}
	fd, err := d.openat(d.fd, name, dirFlags|unix.O_NOFOLLOW)
	if err != nil {
		return nil, fail("openat", name, err)
	}
	sub := &Dir{fd: fd}
	sub.atime.Store(d.atime.Load())
	return sub, nil
}

// openat opens for reading, without touching the access time where that is permitted: only an entry's owner may ask for it.
func (d *Dir) openat(at int, name string, flags int) (fd int, err error) {
	if noATime != 0 && !d.atime.Load() {
		fd, err = openRetry(at, name, flags|noATime, 0)
		if !errors.Is(err, unix.EPERM) {
			return fd, err
		}
		d.atime.Store(true)
	}
	return openRetry(at, name, flags, 0)
}

func openRetry(at int, name string, flags int, perm uint32) (fd int, err error) {
	err = again(func() (err error) {
		fd, err = unix.Openat(at, name, flags, perm)
		return err
	})
	return fd, err
}

// direntBuffers holds what Names reads into: 64 KiB is one system call for a folder of some 2,000 names.
var direntBuffers = sync.Pool{New: func() any { return new([64 << 10]byte) }}

// Names returns the names in d as the system gives them: raw bytes, in no order, without "." and "..".
func (d *Dir) Names() ([]string, error) {
	if _, err := unix.Seek(d.fd, 0, 0); err != nil {
		return nil, fail("lseek", "", err)
	}
	buf := direntBuffers.Get().(*[64 << 10]byte)
	defer direntBuffers.Put(buf)
	var names []string
	for {
		var n int
		err := again(func() (err error) {
			n, err = unix.ReadDirent(d.fd, buf[:])
			return err
		})
		if err != nil {
			return names, fail("getdents", "", err)
		}
		if n <= 0 {
			return names, nil
		}
		_, _, names = unix.ParseDirent(buf[:n], -1, names)
	}
}

// Stat describes d itself.
func (d *Dir) Stat() (Stat, error) { return fstat(d.fd) }

// Lstat describes an entry of d; of a symbolic link, the link.
func (d *Dir) Lstat(name string) (Stat, error) {
	if !validName(name) {
		return Stat{}, fail("fstatat", name, errName)
	}
	var st unix.Stat_t
	err := again(func() error { return unix.Fstatat(d.fd, name, &st, unix.AT_SYMLINK_NOFOLLOW) })
	if err != nil {
		return Stat{}, fail("fstatat", name, err)
	}
	return fromSystem(name, &st)
}

// Readlink returns what a symbolic link in d says, raw bytes.
func (d *Dir) Readlink(name string) (string, error) {
	if !validName(name) {
		return "", fail("readlinkat", name, errName)
	}
	for size := 256; ; size *= 2 {
		buf := make([]byte, size)
		n := 0
		err := again(func() (err error) {
			n, err = unix.Readlinkat(d.fd, name, buf)
			return err
		})
		if err != nil {
			return "", fail("readlinkat", name, err)
		}
		if n < size {
			return string(buf[:n]), nil
		}
	}
}

// Close gives the handle back.
func (d *Dir) Close() error {
	fd := d.fd
	d.fd = -1
	if err := unix.Close(fd); err != nil {
		return fail("close", "", err)
	}
	return nil
}

func fstat(fd int) (Stat, error) {
	var st unix.Stat_t
	if err := again(func() error { return unix.Fstat(fd, &st) }); err != nil {
		return Stat{}, fail("fstat", "", err)
	}
	return fromSystem("", &st)
}

func fromSystem(name string, st *unix.Stat_t) (Stat, error) {
	s := Stat{
		Mode: uint32(st.Mode) & 0o7777, UID: st.Uid, GID: st.Gid, Nlink: uint64(st.Nlink), Size: st.Size,
		MTime: st.Mtim.Nano(), CTime: st.Ctim.Nano(), Dev: uint64(st.Dev), Ino: st.Ino, Blocks: st.Blocks,
	}
	switch uint32(st.Mode) & unix.S_IFMT {
	case unix.S_IFREG:
		s.Type = tree.File
	case unix.S_IFDIR:
		s.Type = tree.Dir
	case unix.S_IFLNK:
		s.Type = tree.Symlink
	case unix.S_IFIFO:
		s.Type = tree.Fifo
	case unix.S_IFSOCK:
		s.Type = tree.Socket
	case unix.S_IFCHR:
		s.Type = tree.CharDevice
	case unix.S_IFBLK:
		s.Type = tree.BlockDevice
	default:
		return s, fail("stat", name, errors.ErrUnsupported)
	}
	if s.Type == tree.CharDevice || s.Type == tree.BlockDevice {
		s.Rdev = [2]uint32{unix.Major(uint64(st.Rdev)), unix.Minor(uint64(st.Rdev))}
	}
	return s, nil
}

// validName reports whether name is a single component. NUL is refused by the system call itself.
func validName(name string) bool {
	return name != "" && name != "." && name != ".." && strings.IndexByte(name, '/') < 0
}

// again repeats a system call that a signal interrupted: FUSE and network file systems do that.
func again(call func() error) error {
	for {
		if err := call(); err != unix.EINTR {
			return err
		}
	}
}

// isOtherType recognizes what happens when an entry is no longer of the type that was seen: O_NOFOLLOW met a link,
// O_DIRECTORY no folder, O_NONBLOCK a socket.
func isOtherType(err error) bool {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return false
	}
	return errno == unix.ELOOP || errno == unix.ENOTDIR || errno == unix.EISDIR || errno == unix.ENXIO
}
