//go:build linux && (amd64 || arm64)

package disktest

import (
	"strings"

	"golang.org/x/sys/unix"
)

// known is a system call that is supervised.
type known struct {
	name string
	nr   uintptr
	// path gives the path that it is about.
	path func(c *call) string
	// errors are what it may fail with; short is a write of half of what was given.
	errors []unix.Errno
}

// short stands for a write that takes half of what it was given.
const short unix.Errno = 0

func byFD(arg int) func(*call) string { return func(c *call) string { return c.fdPath(c.args[arg]) } }
func byName(fd, name int) func(*call) string {
	return func(c *call) string { return c.at(c.args[fd], c.args[name]) }
}

// mapped is the file that is mapped into memory.
func mapped(c *call) string {
	if c.args[3]&unix.MAP_ANONYMOUS != 0 {
		return ""
	}
	return c.fdPath(c.args[4])
}

var (
	reading = []unix.Errno{unix.EIO, unix.EINTR}
	writing = []unix.Errno{unix.ENOSPC, unix.EIO, short, unix.EINTR}
	naming  = []unix.Errno{unix.EIO, unix.ENOSPC, unix.EACCES}
	looking = []unix.Errno{unix.EIO, unix.EACCES}
	syncing = []unix.Errno{unix.EIO, unix.ENOSPC}
)

// calls lists them all.
var calls = []known{
	{"openat", unix.SYS_OPENAT, byName(0, 1), []unix.Errno{unix.EIO, unix.EACCES, unix.EMFILE, unix.ENOSPC}},
	{"read", unix.SYS_READ, byFD(0), reading}, {"pread64", unix.SYS_PREAD64, byFD(0), reading},
	{"write", unix.SYS_WRITE, byFD(0), writing}, {"pwrite64", unix.SYS_PWRITE64, byFD(0), writing},
	{"fsync", unix.SYS_FSYNC, byFD(0), syncing}, {"fdatasync", unix.SYS_FDATASYNC, byFD(0), syncing}, {"syncfs", unix.SYS_SYNCFS, byFD(0), syncing},
	{"renameat", unix.SYS_RENAMEAT, byName(2, 3), naming}, {"renameat2", unix.SYS_RENAMEAT2, byName(2, 3), naming},
	{"linkat", unix.SYS_LINKAT, byName(2, 3), naming}, {"mkdirat", unix.SYS_MKDIRAT, byName(0, 1), naming},
	{"unlinkat", unix.SYS_UNLINKAT, byName(0, 1), naming}, {"symlinkat", unix.SYS_SYMLINKAT, byName(1, 2), naming},
	{"close", unix.SYS_CLOSE, byFD(0), []unix.Errno{unix.EIO}}, {"ftruncate", unix.SYS_FTRUNCATE, byFD(0), syncing},
	{"mmap", unix.SYS_MMAP, mapped, []unix.Errno{unix.ENOMEM}}, {"getdents64", unix.SYS_GETDENTS64, byFD(0), looking},
	{"newfstatat", unix.SYS_NEWFSTATAT, byName(0, 1), looking}, {"fstat", unix.SYS_FSTAT, byFD(0), looking},
	{"readlinkat", unix.SYS_READLINKAT, byName(0, 1), looking}, {"fchmod", unix.SYS_FCHMOD, byFD(0), naming},
	{"fchown", unix.SYS_FCHOWN, byFD(0), naming}, {"utimensat", unix.SYS_UTIMENSAT, byName(0, 1), naming}, {"flock", unix.SYS_FLOCK, byFD(0), looking},
	{"flistxattr", unix.SYS_FLISTXATTR, byFD(0), looking},
}

// numbers are those of all calls.
func numbers() (all []uintptr) {
	for i := range calls {
		all = append(all, calls[i].nr)
	}
	return all
}

// which is the call's entry in calls.
func (c *call) which() *known {
	for i := range calls {
		if calls[i].nr == c.nr {
			return &calls[i]
		}
	}
	panic("a call that nobody asked for")
}

// half carries out half of a write, as a disk that is nearly full does.
func (c *call) half() answer {
	fd, err := c.dup(c.args[0])
	if err != nil {
		return carryOut
	}
	defer unix.Close(fd)
	b := c.bytes(c.args[1], int(c.args[2]/2))
	var n int
	if c.nr == unix.SYS_PWRITE64 {
		n, err = unix.Pwrite(fd, b, int64(c.args[3]))
	} else {
		n, err = unix.Write(fd, b)
	}
	if err != nil || n == 0 {
		return carryOut
	}
	return answer{value: int64(n)}
}

// errorName is an error's name, as strace writes it.
func errorName(e unix.Errno) string {
	if e == short {
		return "short"
	}
	return strings.ToUpper(unix.ErrnoName(e))
}
