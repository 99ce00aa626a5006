//go:build linux || darwin

package readertest

import (
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"backup_projeto/internal/treetest"
)

// build fills a folder with a random tree, and with what makes a reader's life hard.
func build(t *testing.T, dir string, seed uint64) *treetest.Builder {
	t.Helper()
	b := treetest.Build(t, dir, seed, 200)
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	wide(t, root)
	deep(t, root)
	return b
}

// wide makes a folder of two pieces: the first ends at number 757.
func wide(t *testing.T, root *os.Root) {
	t.Helper()
	err := root.Mkdir("wide", 0o755)
	for i := 0; i < 800 && err == nil; i++ {
		name := fmt.Sprintf("wide/a long name, so that a piece is filled by fewer entries: number %04d", i)
		err = root.WriteFile(name, []byte{byte(i)}, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// deep makes a path that is longer than the system takes at once.
func deep(t *testing.T, root *os.Root) {
	t.Helper()
	at, err := root.OpenRoot(".")
	for i := 0; i < 45 && err == nil; i++ {
		name := fmt.Sprintf("deep %d %s", i, strings.Repeat("x", 100))
		if err = at.Mkdir(name, 0o755); err == nil {
			next, e := at.OpenRoot(name)
			at.Close()
			at, err = next, e
		}
	}
	if err == nil {
		err = at.WriteFile("bottom", []byte("here"), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	at.Close()
}

// state is what is compared of an entry.
type state struct {
	mode     fs.FileMode
	uid, gid uint32
	mtime    time.Time
	size     int64
	what     string // hash of a file's content, or a link's target
	sparse   bool
	inode    string // for an entry with several names the first of them
}

// clock is how exactly Node sets a time: its library counts microseconds, and rounds twice.
const clock = 2 * time.Microsecond

// walker describes a tree, folder by folder, since paths may be too long.
type walker struct {
	t      *testing.T
	out    map[string]state
	inodes map[string]uint64 // by path, of entries with several names
}

// states describes what a reader restores below a folder, by path.
func states(t *testing.T, dir string) map[string]state {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	w := &walker{t, map[string]state{}, map[string]uint64{}}
	w.folder(root, ".")
	first := map[uint64]string{}
	for path, ino := range w.inodes {
		if first[ino] == "" || path < first[ino] {
			first[ino] = path
		}
	}
	for path, ino := range w.inodes {
		s := w.out[path]
		s.inode = first[ino]
		w.out[path] = s
	}
	return w.out
}

func (w *walker) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *walker) folder(root *os.Root, path string) {
	w.t.Helper()
	info, err := root.Lstat(".")
	w.must(err)
	w.out[path] = common(info)
	f, err := root.Open(".")
	w.must(err)
	names, err := f.Readdirnames(-1)
	w.must(err)
	w.must(f.Close())
	for _, name := range names {
		w.entry(root, name, filepath.Join(path, name))
	}
}

func common(info fs.FileInfo) state {
	st := info.Sys().(*syscall.Stat_t)
	return state{mode: info.Mode(), uid: st.Uid, gid: st.Gid, mtime: info.ModTime()}
}

func (w *walker) entry(root *os.Root, name, path string) {
	w.t.Helper()
	info, err := root.Lstat(name)
	w.must(err)
	st, s := info.Sys().(*syscall.Stat_t), common(info)
	switch info.Mode().Type() {
	case fs.ModeDir:
		sub, err := root.OpenRoot(name)
		w.must(err)
		w.folder(sub, path)
		w.must(sub.Close())
		return
	case 0:
		s.size, s.sparse = info.Size(), int64(st.Blocks)*512 < info.Size()/2
		s.what = w.hash(root, name)
	case fs.ModeSymlink:
		s.what, err = root.Readlink(name)
		w.must(err)
	default:
		return // sockets, fifos and devices are saved, but no reader in JavaScript can make them
	}
	if st.Nlink > 1 {
		w.inodes[path] = st.Ino
	}
	w.out[path] = s
}

func (w *walker) hash(root *os.Root, name string) string {
	w.t.Helper()
	f, err := root.Open(name)
	w.must(err)
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	w.must(err)
	return fmt.Sprintf("%x", h.Sum(nil))
}

// compare reports how a restored tree differs.
func compare(t *testing.T, want, got map[string]state) {
	t.Helper()
	differences := 0
	report := func(format string, args ...any) {
		if differences++; differences <= 10 {
			t.Errorf(format, args...)
		}
	}
	for path, w := range want {
		g, ok := got[path]
		off := g.mtime.Sub(w.mtime).Abs()
		g.mtime = w.mtime
		switch {
		case !ok:
			report("%s is missing", short(path))
		case g != w:
			report("%s is %+v, want %+v", short(path), g, w)
		case off > clock:
			report("%s has a time that is off by %v", short(path), off)
		}
	}
	for path := range got {
		if _, ok := want[path]; !ok {
			report("%s should not be there", short(path))
		}
	}
	if differences > 10 {
		t.Errorf("%d differences", differences)
	}
}

// short gives the end of a path.
func short(path string) string { return fmt.Sprintf("%q", path[max(0, len(path)-100):]) }
