//go:build linux || darwin

package meta

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"

	"backup_projeto/internal/tree"
)

func itoa(n int) string { return strconv.Itoa(n) }

// everyKind makes an entry in each way there is.
var everyKind = map[string]func(tg *Target, name string, replace bool) error{
	"file": func(tg *Target, name string, replace bool) error {
		f, err := tg.Create()
		if err != nil {
			return err
		}
		return f.Commit(name, replace)
	},
	"symlink": func(tg *Target, name string, replace bool) error { return tg.Symlink("elsewhere", name, replace) },
	"link":    func(tg *Target, name string, replace bool) error { return tg.Link(tg, "other", name, replace) },
	"fifo": func(tg *Target, name string, replace bool) error {
		return tg.Mknod(name, tree.Fifo, [2]uint32{}, replace)
	},
	"rename": func(tg *Target, name string, replace bool) error {
		if err := tg.Symlink("x", "moving", true); err != nil {
			return err
		}
		defer tg.Remove("moving")
		return tg.Rename("moving", name, replace)
	},
}

func TestNothingIsReplacedUnasked(t *testing.T) {
	for kind, create := range everyKind {
		t.Run(kind, func(t *testing.T) {
			tg, dir := target(t)
			write(t, tg, "other", "other")
			write(t, tg, "name", "old")
			err := create(tg, "name", false)
			if errors.Is(err, errors.ErrUnsupported) {
				t.Skip(err)
			}
			if !errors.Is(err, fs.ErrExist) || !isSource(err) {
				t.Errorf("got %v", err)
			}
			if got, _ := os.ReadFile(filepath.Join(dir, "name")); string(got) != "old" {
				t.Errorf("now it says %q", got)
			}
			must(t, create(tg, "name", true))
			if st, err := tg.Lstat("name"); err != nil || st.Type == tree.File && st.Size == int64(len("old")) { // a fifo would block a reader
				t.Errorf("it was not replaced: %+v, %v", st, err)
			}
			if kind != "link" {
				must(t, create(tg, "new", false))
			}
			names, _ := tg.Names()
			for _, n := range names {
				if strings.HasPrefix(n, TempPrefix) {
					t.Errorf("left: %s", n)
				}
			}
		})
	}
}

// TestLinkToItself replaces a name by a link to the same inode, where rename does nothing and leaves both names.
func TestLinkToItself(t *testing.T) {
	tg, _ := target(t)
	write(t, tg, "a", "x")
	must(t, tg.Link(tg, "a", "b", false))
	must(t, tg.Link(tg, "a", "b", true))
	names, _ := tg.Names()
	slices.Sort(names)
	if !slices.Equal(names, []string{"a", "b"}) || lstat(t, tg.Dir, "a").Nlink != 2 {
		t.Errorf("left: %q", names)
	}
}

func TestLinkAcrossFolders(t *testing.T) {
	tg, _ := target(t)
	must(t, tg.Mkdir("one"))
	must(t, tg.Mkdir("two"))
	one, err := tg.Sub("one")
	must(t, err)
	defer one.Close()
	two, err := tg.Sub("two")
	must(t, err)
	defer two.Close()
	write(t, one, "f", "x")
	must(t, two.Link(one, "f", "g", false))
	if a, b := lstat(t, one.Dir, "f"), lstat(t, two.Dir, "g"); a.Ino != b.Ino || b.Nlink != 2 {
		t.Errorf("%+v and %+v", a, b)
	}
	must(t, one.Symlink("f", "l", false))
	must(t, two.Link(one, "l", "l", false))
	if st := lstat(t, two.Dir, "l"); st.Type != tree.Symlink || st.Nlink != 2 {
		t.Errorf("a link to a link: %+v", st)
	}
}

func TestDiscardLeavesNothing(t *testing.T) {
	tg, _ := target(t)
	f, err := tg.Create()
	must(t, err)
	if _, err := f.Write([]byte("half")); err != nil {
		t.Fatal(err)
	}
	f.Discard()
	f.Discard()
	must(t, tg.Mkdir("folder"))
	g, err := tg.Create()
	must(t, err)
	if err := g.Commit("folder", true); err == nil {
		t.Error("a file took a folder's place")
	}
	g.Discard()
	if names, _ := tg.Names(); !slices.Equal(names, []string{"folder"}) {
		t.Errorf("left: %q", names)
	}
}

func TestRemoveAll(t *testing.T) {
	tg, dir := target(t)
	outside := t.TempDir()
	must(t, os.WriteFile(filepath.Join(outside, "precious"), nil, 0o600))
	must(t, os.MkdirAll(filepath.Join(dir, "x/y/z"), 0o700))
	must(t, os.WriteFile(filepath.Join(dir, "x/y/f"), nil, 0o400))
	must(t, os.Symlink(outside, filepath.Join(dir, "x/y/link")))
	must(t, os.Chmod(filepath.Join(dir, "x/y/z"), 0))
	must(t, os.Chmod(filepath.Join(dir, "x/y"), 0o500))
	if err := tg.Remove("x"); err == nil {
		t.Fatal("Remove took a folder with content")
	}
	must(t, tg.RemoveAll("x"))
	must(t, os.Symlink(outside, filepath.Join(dir, "link")))
	must(t, tg.RemoveAll("link"))
	if names, _ := tg.Names(); len(names) != 0 {
		t.Errorf("left: %q", names)
	}
	if _, err := os.Stat(filepath.Join(outside, "precious")); err != nil {
		t.Error(err)
	}
	if err := tg.RemoveAll("none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of nothing: %v", err)
	}
}

// TestSwappedFolder has another process change a folder into a link that leads out, as often as it can, while a restore
// enters it and writes.
func TestSwappedFolder(t *testing.T) {
	tg, dir := target(t)
	outside := t.TempDir()
	before, err := os.Stat(outside)
	must(t, err)
	must(t, os.Mkdir(filepath.Join(dir, "real"), 0o700))
	must(t, os.Symlink(outside, filepath.Join(dir, "evil")))
	var stop atomic.Bool
	done := make(chan int)
	go func() {
		swaps := 0
		for ; !stop.Load(); swaps++ {
			os.Rename(filepath.Join(dir, "real"), filepath.Join(dir, "sub"))
			os.Rename(filepath.Join(dir, "sub"), filepath.Join(dir, "real"))
			os.Rename(filepath.Join(dir, "evil"), filepath.Join(dir, "sub"))
			os.Rename(filepath.Join(dir, "sub"), filepath.Join(dir, "evil"))
		}
		done <- swaps
	}()
	entered, refused := 0, 0
	for range 5000 {
		sub, err := tg.Sub("sub")
		if err != nil {
			refused++
			continue
		}
		entered++
		if f, err := sub.Create(); err == nil {
			_ = f.Commit("file", true)
		}
		_ = sub.Mkdir("folder")
		_ = sub.SetMeta("folder", tree.Dir, &tree.Meta{Mode: 0o700}, &Apply{})
		_ = sub.RemoveAll("folder")
		sub.Close()
	}
	stop.Store(true)
	t.Logf("entered %d, refused %d, swaps %d", entered, refused, <-done)
	if left, _ := os.ReadDir(outside); len(left) != 0 {
		t.Fatalf("written outside: %v", left)
	}
	if st, err := os.Stat(outside); err != nil || st.Mode() != before.Mode() {
		t.Errorf("outside is %v, %v; it was %v", st, err, before.Mode())
	}
}

func TestOpenTargetFollowsLinksInItsPath(t *testing.T) {
	dir := t.TempDir()
	must(t, os.Mkdir(filepath.Join(dir, "a"), 0o700))
	must(t, os.Symlink("a", filepath.Join(dir, "b")))
	tg, err := OpenTarget(filepath.Join(dir, "b"))
	must(t, err)
	defer tg.Close()
	must(t, tg.Mkdir("c"))
	if _, err := os.Stat(filepath.Join(dir, "a", "c")); err != nil {
		t.Error(err)
	}
	must(t, tg.Sync())
	_, err = OpenTarget(filepath.Join(dir, "none"))
	if !errors.Is(err, unix.ENOENT) || !isSource(err) {
		t.Errorf("got %v", err)
	}
}
