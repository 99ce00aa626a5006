//go:build linux && (amd64 || arm64)

package disktest

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// journal follows what a command changes in a world, and what of it was flushed to the disk: by POSIX, a file's content when the file was,
// and a name when its folder was, and nothing else. Changes of names are made by the supervisor in the program's stead, so that their order
// is known.
type journal struct {
	w       *world
	stash   string // a folder with files that were replaced or removed
	pending []change
	dirty   map[inode]bool // files with content that was not flushed
	steps   int            // changes and flushes so far
	// before is called before each of them.
	before func(step int)
}

type inode struct{ dev, ino uint64 }

// change is one of a name.
type change struct {
	kind  uintptr // the call's number; SYS_OPENAT for a file that was created
	path  string
	from  string // of a rename
	old   string // in the stash: what was there before; "" if nothing
	place inode  // the folder
}

func newJournal(w *world, before func(step int)) *journal {
	stash := filepath.Join(filepath.Dir(w.top), "stash")
	must(w.t, os.RemoveAll(stash))
	must(w.t, os.Mkdir(stash, 0o700))
	return &journal{w: w, stash: stash, dirty: map[inode]bool{}, before: before}
}

func inodeOf(path string) inode {
	var st unix.Stat_t
	if unix.Stat(path, &st) != nil {
		return inode{}
	}
	return inode{uint64(st.Dev), st.Ino}
}

func (c *call) fdInode(fd uint64) inode {
	return inodeOf("/proc/" + strconv.Itoa(c.tid) + "/fd/" + strconv.Itoa(int(int32(fd))))
}

func (j *journal) step() {
	j.before(j.steps)
	j.steps++
}

// decide is asked about each call.
func (j *journal) decide(c *call) answer {
	path := c.which().path(c)
	if path != j.w.top && !strings.HasPrefix(path, j.w.top+"/") {
		return carryOut
	}
	switch c.nr {
	case unix.SYS_OPENAT:
		if _, err := os.Lstat(path); err != nil && c.args[2]&unix.O_CREAT != 0 {
			j.step()
			j.pending = append(j.pending, change{kind: c.nr, path: path, place: inodeOf(filepath.Dir(path))})
		}
	case unix.SYS_MMAP:
		if c.args[2]&unix.PROT_WRITE != 0 && c.args[3]&unix.MAP_SHARED != 0 {
			j.dirty[c.fdInode(c.args[4])] = true
		}
	case unix.SYS_WRITE, unix.SYS_PWRITE64, unix.SYS_FTRUNCATE:
		j.step()
		j.dirty[c.fdInode(c.args[0])] = true
	case unix.SYS_FSYNC, unix.SYS_FDATASYNC, unix.SYS_SYNCFS:
		j.step()
		return j.flush(c)
	case unix.SYS_MKDIRAT, unix.SYS_UNLINKAT, unix.SYS_LINKAT, unix.SYS_SYMLINKAT, unix.SYS_RENAMEAT, unix.SYS_RENAMEAT2:
		j.step()
		return j.name(c, path)
	}
	return carryOut
}

// flush flushes in the program's stead, so that it is known to be done.
func (j *journal) flush(c *call) answer {
	fd, err := c.dup(c.args[0])
	if err != nil {
		return carryOut
	}
	defer unix.Close(fd)
	if c.nr == unix.SYS_SYNCFS {
		j.pending, j.dirty = nil, map[inode]bool{}
		return answer{}
	}
	at := c.fdInode(c.args[0])
	delete(j.dirty, at)
	var rest []change
	for _, p := range j.pending {
		if p.place != at {
			rest = append(rest, p)
		}
	}
	j.pending = rest
	return answer{}
}

// name changes a name in the program's stead.
func (j *journal) name(c *call, path string) answer {
	p := change{kind: c.nr, path: path, place: inodeOf(filepath.Dir(path))}
	if c.nr == unix.SYS_UNLINKAT || c.nr == unix.SYS_RENAMEAT || c.nr == unix.SYS_RENAMEAT2 {
		old := filepath.Join(j.stash, strconv.Itoa(j.steps))
		if info, err := os.Lstat(path); err == nil && info.IsDir() {
			p.old = old
			must(j.w.t, os.Mkdir(old, 0o700))
		} else if err == nil {
			p.old = old
			must(j.w.t, os.Link(path, old))
		}
	}
	var err error
	switch c.nr {
	case unix.SYS_MKDIRAT:
		if err = unix.Mkdir(path, uint32(c.args[2])); err == nil {
			err = unix.Chmod(path, uint32(c.args[2])&^0o022) // as with the program's own mask
		}
	case unix.SYS_UNLINKAT:
		err = unix.Unlinkat(unix.AT_FDCWD, path, int(c.args[2]))
	case unix.SYS_SYMLINKAT:
		err = unix.Symlink(c.text(c.args[0]), path)
	case unix.SYS_LINKAT:
		err = unix.Linkat(unix.AT_FDCWD, c.at(c.args[0], c.args[1]), unix.AT_FDCWD, path, 0)
	default:
		p.from = c.at(c.args[0], c.args[1])
		flags := uint64(0)
		if c.nr == unix.SYS_RENAMEAT2 {
			flags = c.args[4]
		}
		err = unix.Renameat2(unix.AT_FDCWD, p.from, unix.AT_FDCWD, path, uint(flags))
	}
	if err != nil {
		return answer{errno: err.(unix.Errno)}
	}
	j.pending = append(j.pending, p)
	return answer{}
}

// loss says what a power cut takes away of what was not flushed: both are asked for each name and each file.
type loss struct {
	name string
	of   func(r *rand.Rand) (names, data bool)
}

var losses = []loss{
	{"everything", func(*rand.Rand) (bool, bool) { return true, true }},
	{"content", func(*rand.Rand) (bool, bool) { return false, true }},
	{"names", func(*rand.Rand) (bool, bool) { return true, false }},
	{"some", func(r *rand.Rand) (bool, bool) { return r.IntN(2) == 0, r.IntN(2) == 0 }},
}

// cut makes, at to, what the disk holds if the power goes now.
func (j *journal) cut(t *testing.T, to string, l *loss, seed int) {
	t.Helper()
	r := rand.New(rand.NewPCG(uint64(seed), 1))
	j.w.copyTree(j.w.top, to)
	there := func(path string) string { return to + strings.TrimPrefix(path, j.w.top) }
	must(t, filepath.WalkDir(j.w.top, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && j.dirty[inodeOf(path)] {
			j.lose(t, there(path), l, r)
		}
		return err
	}))
	for i := len(j.pending) - 1; i >= 0; i-- {
		if names, _ := l.of(r); names {
			j.undo(t, &j.pending[i], there)
		}
	}
}

// lose takes away what was written to a file: all of it, what it says, or half.
func (j *journal) lose(t *testing.T, path string, l *loss, r *rand.Rand) {
	t.Helper()
	if _, data := l.of(r); !data {
		return
	}
	info, err := os.Stat(path)
	must(t, err)
	switch r.IntN(3) {
	case 0:
		must(t, os.Truncate(path, 0))
	case 1:
		must(t, os.Truncate(path, 0))
		must(t, os.Truncate(path, info.Size()))
	case 2:
		must(t, os.Truncate(path, info.Size()/2))
	}
}

// undo takes back a change of a name. What stands in its way by now, or is not there any more, was changed again since.
func (j *journal) undo(t *testing.T, p *change, there func(string) string) {
	t.Helper()
	path := there(p.path)
	switch p.kind {
	case unix.SYS_OPENAT, unix.SYS_LINKAT, unix.SYS_SYMLINKAT:
		_ = os.Remove(path)
	case unix.SYS_MKDIRAT:
		must(t, os.RemoveAll(path))
	case unix.SYS_RENAMEAT, unix.SYS_RENAMEAT2:
		_ = os.Rename(path, there(p.from))
	}
	if p.old == "" {
		return
	}
	if _, err := os.Lstat(filepath.Dir(path)); err != nil {
		return
	}
	if _, err := os.Lstat(path); err != nil {
		j.w.copyTree(p.old, path)
	}
}
