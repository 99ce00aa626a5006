//go:build linux || darwin

package restore

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"backup_projeto/internal/core"
	"backup_projeto/internal/meta"
	"backup_projeto/internal/tree"
)

// outside is a folder with something precious, and fails the test if that changes.
func outside(t *testing.T) string {
	t.Helper()
	path := tempDir(t)
	write(t, filepath.Join(path, "precious"), "precious")
	must(t, os.Chmod(filepath.Join(path, "precious"), 0o600))
	before := snapshotOf(t, path)
	t.Cleanup(func() {
		if after := snapshotOf(t, path); after != before {
			t.Errorf("outside changed from %s to %s", before, after)
		}
	})
	return path
}

func TestLinksThatLeadOut(t *testing.T) {
	w := newWorld(t)
	in := []node{dir("a", file("precious", "x"), dir("b", file("c", "y"))), file("f", "z"), dir("d", dir("e", file("precious", "1"))),
		linked(1, file("h1", "h")), dir("i", linked(1, file("precious", "h")))}
	m := w.save(in...)
	out, target := outside(t), tempDir(t)
	must(t, os.Symlink(out, filepath.Join(target, "a")))
	must(t, os.Symlink(filepath.Join(out, "precious"), filepath.Join(target, "f")))
	must(t, os.Mkdir(filepath.Join(target, "d"), 0o755))
	must(t, os.Symlink(out, filepath.Join(target, "d/e")))
	must(t, os.Symlink(out, filepath.Join(target, "i")))
	before := snapshotOf(t, target)
	res, err := w.restoreInto(m, Options{Target: target})
	wantCode(t, err, core.Usage, "restore-would-overwrite")
	if after := snapshotOf(t, target); after != before || res.Plan.Overwrite != 4 {
		t.Errorf("%+v", res.Plan)
	}
	w.restore(m, Options{Target: target, Overwrite: true})
	wantTree(t, target, in...)
	wantNoTemps(t, target)
}

// TestSwappedMeanwhile has another process put a link that leads out in the place of a folder, as often as it can.
func TestSwappedMeanwhile(t *testing.T) {
	w := newWorld(t)
	sub := dir("sub", dir("deep", file("precious", "x")), symlink("l", "t"), linked(1, file("h1", "h")), linked(1, file("h2", "h")))
	for i := range 30 {
		sub.in = append(sub.in, file(fmt.Sprintf("f%d", i), fmt.Sprint(i)))
	}
	m := w.save(sub)
	out, target := outside(t), tempDir(t)
	at := func(name string) string { return filepath.Join(target, name) }
	must(t, os.Symlink(out, at("evil")))
	must(t, os.Mkdir(at("real"), 0o755))
	var stop atomic.Bool
	done := make(chan bool)
	go func() {
		for !stop.Load() {
			os.Rename(at("real"), at("sub"))
			os.Rename(at("sub"), at("real"))
			os.Rename(at("evil"), at("sub"))
			os.Rename(at("sub"), at("evil"))
		}
		close(done)
	}()
	for begin := time.Now(); time.Since(begin) < 500*time.Millisecond; {
		_, _ = Run(t.Context(), w.r, m, Options{Target: target, Overwrite: true}, &listener{})
	}
	stop.Store(true)
	<-done
}

// TestHardLinksThatLeadOut has names in the target that are names of inodes outside.
func TestHardLinksThatLeadOut(t *testing.T) {
	w := newWorld(t)
	mode := file("mode", "precious")
	mode.Mode = 0o644
	in := []node{mode, file("content", "other"), linked(1, file("l1", "precious")), linked(1, file("l2", "precious"))}
	m := w.save(in...)
	out, target := outside(t), tempDir(t)
	for _, name := range []string{"mode", "content", "l1", "l2"} {
		must(t, os.Link(filepath.Join(out, "precious"), filepath.Join(target, name)))
		defer os.Remove(filepath.Join(target, name))
	}
	res := w.restore(m, Options{Target: target, Overwrite: true})
	if res.Plan.Overwrite != 4 {
		t.Errorf("%+v", res.Plan)
	}
	wantTree(t, target, in...)
	sameInode(t, filepath.Join(target, "l1"), filepath.Join(target, "l2"))
}

// TestTakenMeanwhile makes an entry while the restore is on its way to do so: as if two names were one to the file system.
func TestTakenMeanwhile(t *testing.T) {
	w := newWorld(t)
	m := w.save(file("a", random(1, 100)), file("b", "b"), dir("d", file("x", "x"), file("y", "y")), symlink("l", "t"), linked(1, file("h1", "1")), linked(1, file("h2", "1")))
	target := tempDir(t)
	at := func(name string) string { return filepath.Join(target, name) }
	j := newJob(&failing{Repo: w.r, at: 1, do: func() {
		write(t, at("a"), "mine")
		write(t, at("d"), "mine")
		write(t, at("h2"), "mine")
	}}, m, Options{Target: target, Parallel: 1}, &listener{})
	wantCode(t, j.run(t.Context()), core.Source, "restore-incomplete")
	got := codes(j.res.Issues)
	if !slices.Equal(got, []string{"a restore-name-taken", "d restore-name-taken", "h2 restore-name-taken"}) {
		t.Errorf("issues %q", got)
	}
	for _, name := range []string{"a", "d", "h2"} {
		if got := read(t, at(name)); got != "mine" {
			t.Errorf("%s now says %q", name, got)
		}
		must(t, os.Remove(at(name)))
	}
	wantAmong(t, target, file("b", "b"), symlink("l", "t"), file("h1", "1"))
	wantNoTemps(t, target)
}

// TestGrewMeanwhile has a folder in the place of a file that is to be replaced, and a file in that of a folder, since the plan.
func TestGrewMeanwhile(t *testing.T) {
	w := newWorld(t)
	m := w.save(file("a", "new"), file("was folder", "new"), dir("was file", file("x", "x")))
	target := tempDir(t)
	at := func(name string) string { return filepath.Join(target, name) }
	write(t, at("a"), "old")
	write(t, at("was folder/f"), "old")
	write(t, at("was file"), "old")
	res, err := w.restoreInto(m, Options{Target: target, Confirm: func(*Plan) bool {
		for _, name := range []string{"a", "was folder", "was file"} {
			must(t, os.RemoveAll(at(name)))
		}
		write(t, at("a/mine"), "mine")
		write(t, at("was folder"), "mine")
		write(t, at("was file/mine"), "mine")
		return true
	}})
	wantCode(t, err, core.Source, "restore-incomplete")
	if got := codes(res.Issues); !slices.Equal(got, []string{"a restore-name-taken", "was file restore-name-taken", "was folder restore-name-taken"}) {
		t.Errorf("issues %q", got)
	}
	if read(t, at("a/mine"))+read(t, at("was folder"))+read(t, at("was file/mine")) != "mineminemine" {
		t.Error("something was lost")
	}
	wantNoTemps(t, target)
}

// TestDeep has more folders in each other than handles are kept, and then a path longer than the system takes at once.
func TestDeep(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct{ depth, length int }{{700, 1}, {60, 200}} {
		name := strings.Repeat("d", c.length)
		n := dir(name, file("bottom", "here"))
		for range c.depth - 1 {
			n = dir(name, n, file("beside", "b"))
		}
		m := w.save(n)
		target := tempDir(t)
		for _, want := range []int64{int64(2 * c.depth), 0} {
			if res := w.restore(m, Options{Target: target}); res.Plan.Create != want {
				t.Errorf("%+v", res.Plan)
			}
		}
		d, err := meta.OpenDir(target)
		must(t, err)
		for range c.depth {
			next, err := d.Sub(name)
			must(t, err)
			st, err := next.Stat()
			if err != nil || st.Mode != 0o750 || st.MTime != dirTime {
				t.Fatalf("%+v, %v", st, err)
			}
			d.Close()
			d = next
		}
		f, err := d.Open("bottom")
		must(t, err)
		f.Close()
		d.Close()
	}
}

func TestHardLinksOverOlderCopies(t *testing.T) {
	w := newWorld(t)
	in := []node{linked(1, file("a", "same")), dir("d", linked(1, file("b", "same")), linked(1, file("c", "same")))}
	m := w.save(in...)
	for name, change := range map[string]func(at func(string) string){
		"first alone":    func(at func(string) string) { os.Remove(at("d/b")); os.Remove(at("d/c")) },
		"first gone":     func(at func(string) string) { os.Remove(at("a")) },
		"one apart":      func(at func(string) string) { os.Remove(at("d/b")); write(t, at("d/b"), "same") },
		"content":        func(at func(string) string) { write(t, at("a"), "diff") },
		"folder instead": func(at func(string) string) { os.Remove(at("d/c")); write(t, at("d/c/x"), "x") },
		"mode":           func(at func(string) string) { os.Chmod(at("a"), 0o600) },
		"nothing":        func(at func(string) string) {},
	} {
		target := tempDir(t)
		at := func(s string) string { return filepath.Join(target, s) }
		w.restore(m, Options{Target: target})
		change(at)
		w.restore(m, Options{Target: target, Overwrite: true})
		wantTree(t, target, in...)
		sameInode(t, at("a"), at("d/b"))
		sameInode(t, at("a"), at("d/c"))
		if st := lstat(t, at("a")); st.Nlink != 3 {
			t.Errorf("%s: %d links", name, st.Nlink)
		}
		if res := w.restore(m, Options{Target: target}); res.Plan.Keep != 4 {
			t.Errorf("%s: then %+v", name, res.Plan)
		}
	}
}

func TestStaleFiles(t *testing.T) {
	w := newWorld(t)
	m := w.save(dir("d", file("f", "x")))
	target := tempDir(t)
	w.restore(m, Options{Target: target})
	write(t, filepath.Join(target, meta.TempPrefix+"1"), "half")
	write(t, filepath.Join(target, "d", meta.TempPrefix+"2"), "half")
	write(t, filepath.Join(target, "d", meta.TempPrefix+"folder", "f"), "mine")
	w.restore(m, Options{Target: target})
	for _, dry := range []bool{true, false} {
		if _, err := os.Lstat(filepath.Join(target, meta.TempPrefix+"1")); err != nil {
			t.Error("a file was removed too soon", err)
		}
		j := newJob(w.r, m, Options{Target: target, DryRun: dry}, &listener{})
		j.now = j.now.Add(25 * time.Hour)
		must(t, j.run(t.Context()))
	}
	must(t, os.RemoveAll(filepath.Join(target, "d", meta.TempPrefix+"folder")))
	wantNoTemps(t, target)
}

func TestSpecialFiles(t *testing.T) {
	w := newWorld(t)
	fifo := node{Entry: entry("fifo", tree.Fifo, 0o620, fileTime)}
	device := node{Entry: entry("null", tree.CharDevice, 0o666, fileTime)}
	device.Device = [2]uint32{1, 3}
	m := w.save(fifo, device, file("f", "x"))
	target := tempDir(t)
	res, err := w.restoreInto(m, Options{Target: target})
	must(t, err)
	if got := codes(res.Issues); len(got) == 0 {
		wantTree(t, target, fifo, device, file("f", "x"))
	} else if !slices.Equal(got, []string{"null restore-special"}) {
		t.Errorf("issues %q", got)
	}
	must(t, os.Remove(filepath.Join(target, "fifo")))
	write(t, filepath.Join(target, "fifo"), "a file instead")
	if _, err := w.restoreInto(m, Options{Target: target, Overwrite: true}); err != nil {
		t.Error(err)
	}
	wantAmong(t, target, fifo)
}

func TestAttributes(t *testing.T) {
	w := newWorld(t)
	with := func(n node) node {
		n.Xattrs = []tree.Xattr{{Name: "user.a", Value: []byte("1")}, {Name: "user.b", Value: nil}}
		return n
	}
	in := []node{with(file("f", "x")), with(dir("d"))}
	m := w.save(in...)
	target := tempDir(t)
	res, err := w.restoreInto(m, Options{Target: target})
	must(t, err)
	if len(res.Issues) > 0 {
		t.Skip("no attributes here: ", res.Issues[0])
	}
	at := filepath.Join(target, "f")
	buf := make([]byte, 10)
	if n, err := unix.Getxattr(at, "user.a", buf); err != nil || string(buf[:n]) != "1" {
		t.Errorf("%q %v", buf, err)
	}
	must(t, unix.Setxattr(at, "user.a", []byte("2"), 0))
	must(t, unix.Setxattr(filepath.Join(target, "d"), "user.c", []byte("3"), 0))
	res = w.restore(m, Options{Target: target})
	if res.Plan.Metadata != 2 || res.Fetched != 0 {
		t.Errorf("%+v", res.Plan)
	}
	if res = w.restore(m, Options{Target: target}); res.Plan.Keep != 2 {
		t.Errorf("then %+v", res.Plan)
	}
}

// TestUnprivileged writes where it may not, and sees what it may not look at.
func TestUnprivileged(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("the superuser may do everything")
	}
	w := newWorld(t)
	m := w.save(dir("d", file("f", "x")), file("g", "y"))
	target := tempDir(t)
	must(t, os.MkdirAll(filepath.Join(target, "d"), 0o755))
	must(t, os.Chmod(filepath.Join(target, "d"), 0))
	defer os.Chmod(filepath.Join(target, "d"), 0o700)
	res, err := w.restoreInto(m, Options{Target: target})
	wantCode(t, err, core.Source, "restore-incomplete")
	if got := codes(res.Issues); !slices.Equal(got, []string{"d restore-blocked"}) {
		t.Errorf("issues %q", got)
	}
	wantAmong(t, target, file("g", "y"))
}

// TestFull restores into a file system that is too small.
func TestFull(t *testing.T) {
	target := tempDir(t)
	if err := mountSmall(target); err != nil {
		t.Skip(err)
	}
	defer unix.Unmount(target, 0)
	w := newWorld(t)
	m := w.save(file("a", "a"), file("big", random(1, 6<<20)), file("z", random(2, 3<<20)))
	_, err := w.restoreInto(m, Options{Target: target})
	if core.KindOf(err) != core.Source {
		t.Errorf("got %v of kind %d", err, core.KindOf(err))
	}
	wantNoTemps(t, target)
	for _, name := range []string{"big", "z"} {
		if b, err := os.ReadFile(filepath.Join(target, name)); err == nil && len(b) != 3<<20 {
			t.Errorf("%s holds %d bytes", name, len(b))
		}
	}
}
