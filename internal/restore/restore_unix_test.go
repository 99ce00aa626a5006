//go:build linux || darwin

package restore

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/tree"
)

// some is a snapshot with a bit of everything that any user can make.
func some() []node {
	fifo := node{Entry: entry("fifo", tree.Fifo, 0o600, fileTime)}
	sock := node{Entry: entry("sock", tree.Socket, 0o600, fileTime)}
	sparse := file("sparse", "")
	sparse.Size, sparse.Holes, sparse.data = 3<<20, []tree.Hole{{Offset: 0, Length: 1 << 20}, {Offset: 1<<20 + 5000, Length: 2<<20 - 5000}}, []byte(random(9, 5000))
	middle := file("middle", "")
	middle.Size, middle.Holes, middle.data = 9<<20, []tree.Hole{{Offset: 1000, Length: 4 << 20}}, []byte(random(8, 5<<20))
	hollow := file("hollow", "")
	hollow.Size, hollow.Holes = 1<<20, []tree.Hole{{Offset: 0, Length: 1 << 20}}
	locked := dir("locked", file("inside", "x"), dir("deeper", file("f", "y")))
	locked.Mode = 0o555
	return []node{
		file("a", "hello"), file("empty", ""), file("big", random(1, 3<<20)), file("same", "hello"), sparse, middle, hollow,
		symlink("link", "/etc/passwd"), symlink("dangling", strings.Repeat("x/", 500)), fifo, sock, locked,
		dir("empty dir"), dir("sub", file("line\nbreak", "1"), file("\xff\xfe", "2"), dir("sub", file("c", "3"))),
		linked(1, file("name1", "shared")), dir("z", linked(1, file("name2", "shared")), linked(2, symlink("s1", "t"))), linked(2, symlink("s2", "t")),
	}
}

func TestEverythingIntoAnEmptyFolder(t *testing.T) {
	w := newWorld(t)
	m := w.save(some()...)
	for _, target := range []string{tempDir(t), filepath.Join(tempDir(t), "new", "folder")} {
		res := w.restore(m, Options{Target: target})
		whole := dir(filepath.Base(target), some()...)
		wantEntry(t, target, &whole, true)
		wantNoTemps(t, target)
		sameInode(t, filepath.Join(target, "name1"), filepath.Join(target, "z/name2"))
		sameInode(t, filepath.Join(target, "s2"), filepath.Join(target, "z/s1"))
		for _, n := range []string{"sparse", "hollow", "middle"} {
			wantSparse(t, filepath.Join(target, n))
		}
		p := res.Plan
		if p.Create != 26 || p.Overwrite+p.Keep+p.Metadata != 0 || res.Files != 13 || res.Verified != 13 || res.Bytes != p.Bytes || res.Fetched == 0 {
			t.Errorf("%+v", res)
		}
		again := w.restore(m, Options{Target: target})
		if p := again.Plan; p.Keep != 26 || p.Create+p.Overwrite+p.Metadata != 0 || again.Fetched != 0 || again.Files != 0 {
			t.Errorf("the second time: %+v", again)
		}
	}
}

func TestDryRunWritesNothing(t *testing.T) {
	w := newWorld(t)
	m := w.save(some()...)
	target := filepath.Join(tempDir(t), "target")
	res := w.restore(m, Options{Target: target, DryRun: true})
	if _, err := os.Lstat(target); !os.IsNotExist(err) {
		t.Errorf("the target was made: %v", err)
	}
	if res.Plan.Create != 26 || len(res.Plan.Items) != 26 || res.Files != 0 {
		t.Errorf("%+v", res)
	}
	if i := slices.IndexFunc(res.Plan.Items, func(i Item) bool { return i.Path() == "sub/sub/c" }); i < 0 || res.Plan.Items[i].Action != Create || res.Plan.Items[i].Size != 1 {
		t.Errorf("%+v", res.Plan.Items)
	}
}

// TestPlanOfAnOlderCopy has one entry for each thing that the plan may say.
func TestPlanOfAnOlderCopy(t *testing.T) {
	w := newWorld(t)
	m := w.save(file("content", "new!"), file("size", "longer"), file("new", "n"), file("same", "same"), file("mode", "mode"),
		file("was folder", "f"), dir("was file", file("x", "x")), symlink("lead", "there"), dir("kept", file("old", "old")), file("was link", "l"))
	target := tempDir(t)
	in := func(name string) string { return filepath.Join(target, name) }
	w.restore(m, Options{Target: target})
	for _, name := range []string{"was folder", "was link", "lead", "new"} {
		must(t, os.Remove(in(name)))
	}
	must(t, os.RemoveAll(in("was file")))
	write(t, in("content"), "old!")
	write(t, in("size"), "short")
	must(t, os.Chmod(in("mode"), 0o600))
	write(t, in("was folder/below"), "gone with it")
	write(t, in("was file"), "f")
	must(t, os.Symlink("elsewhere", in("lead")))
	must(t, os.Symlink("/etc/passwd", in("was link")))
	write(t, in("kept/unknown"), "not in the snapshot")
	before := snapshotOf(t, target)

	res, err := w.restoreInto(m, Options{Target: target})
	wantCode(t, err, core.Usage, "restore-would-overwrite")
	if after := snapshotOf(t, target); after != before {
		t.Errorf("without consent it changed from %s to %s", before, after)
	}
	p := res.Plan
	if p.Create != 2 || p.Overwrite != 6 || p.Keep != 2 || p.Metadata != 2 { // "new" and "was file/x"; the metadata of "kept" too
		t.Errorf("%+v", p)
	}
	var order []string
	for _, i := range p.Items {
		order = append(order, []string{"create", "overwrite", "keep", "metadata"}[i.Action]+" "+i.Path())
	}
	if want := []string{"overwrite content", "overwrite lead", "overwrite size", "overwrite was file", "overwrite was folder", "overwrite was link",
		"metadata kept", "metadata mode", "create new", "create was file/x"}; !slices.Equal(order, want) {
		t.Errorf("got %q", order)
	}

	calls := ""
	res, err = w.restoreInto(m, Options{Target: target,
		Confirm: func(p *Plan) bool { calls += "confirm "; return p.Overwrite == 6 },
		Safety: func(context.Context) error {
			calls += "safety"
			if after := snapshotOf(t, target); after != before {
				t.Error("something was written before the safety snapshot")
			}
			return nil
		}})
	must(t, err)
	if calls != "confirm safety" {
		t.Errorf("called: %s", calls)
	}
	must(t, os.Remove(in("kept/unknown")))
	must(t, os.Chtimes(in("kept"), tm(dirTime), tm(dirTime)))
	wantTree(t, target, file("content", "new!"), file("size", "longer"), file("new", "n"), file("same", "same"), file("mode", "mode"), file("was link", "l"),
		file("was folder", "f"), dir("was file", file("x", "x")), symlink("lead", "there"), dir("kept", file("old", "old")))
	if res.Files != 6 {
		t.Errorf("%+v", res)
	}
}

func TestConsent(t *testing.T) {
	w := newWorld(t)
	m := w.save(file("a", "new"))
	target := tempDir(t)
	write(t, filepath.Join(target, "a"), "old")
	no := func(*Plan) bool { return false }
	never := func(context.Context) error { t.Error("safety was called"); return nil }
	_, err := w.restoreInto(m, Options{Target: target, Confirm: no, Safety: never})
	wantCode(t, err, core.Usage, "restore-would-overwrite")
	broken := core.Errorf(core.Destination, "store-full", "", "full")
	_, err = w.restoreInto(m, Options{Target: target, Overwrite: true, Safety: func(context.Context) error { return broken }})
	wantCode(t, err, core.Destination, "store-full")
	if got := read(t, filepath.Join(target, "a")); got != "old" {
		t.Errorf("now it says %q", got)
	}
	asked := func(*Plan) bool { t.Error("asked"); return false }
	w.restore(m, Options{Target: target, Overwrite: true, Confirm: asked})
	wantTree(t, target, file("a", "new"))
	w.restore(m, Options{Target: target, Confirm: asked, Safety: never})
}

// TestMetadataIsSavedFirst changes nothing but a file's mode: no question, but a safety snapshot.
func TestMetadataIsSavedFirst(t *testing.T) {
	w := newWorld(t)
	m := w.save(file("a", "x"))
	target := tempDir(t)
	w.restore(m, Options{Target: target})
	must(t, os.Chmod(filepath.Join(target, "a"), 0o600))
	saved := 0
	res := w.restore(m, Options{Target: target, Safety: func(context.Context) error { saved++; return nil }})
	if saved != 1 || res.Plan.Metadata != 1 || res.Fetched != 0 {
		t.Errorf("saved %d times, %+v", saved, res)
	}
	wantTree(t, target, file("a", "x"))
}

func TestPathsAndPatterns(t *testing.T) {
	w := newWorld(t)
	m := w.save(file("top.go", "1"), dir("a", file("x.go", "2"), file("y.txt", "3"), dir("b", file("z.go", "4"), file("w.txt", "5"))), dir("c", file("v.txt", "6")))
	for _, c := range []struct {
		paths, patterns []string
		want            []node
		count           int64
	}{
		{[]string{"a/b"}, nil, []node{dir("a", dir("b", file("z.go", "4"), file("w.txt", "5")))}, 3},
		{[]string{"a/x.go", "c/"}, nil, []node{dir("a", file("x.go", "2")), dir("c", file("v.txt", "6"))}, 3},
		{nil, []string{"*.go"}, []node{file("top.go", "1"), dir("a", file("x.go", "2"), dir("b", file("z.go", "4")))}, 3},
		{nil, []string{"/a/b/"}, []node{dir("a", dir("b", file("z.go", "4"), file("w.txt", "5")))}, 3},
		{[]string{"a"}, []string{"*.txt", "!w.txt"}, []node{dir("a", file("y.txt", "3"))}, 1},
		{[]string{"."}, nil, []node{file("top.go", "1"), dir("a", file("x.go", "2"), file("y.txt", "3"), dir("b", file("z.go", "4"), file("w.txt", "5"))), dir("c", file("v.txt", "6"))}, 9},
	} {
		target := tempDir(t)
		res := w.restore(m, Options{Target: target, Paths: c.paths, Patterns: c.patterns})
		wantTree(t, target, c.want...)
		if res.Plan.Create != c.count {
			t.Errorf("%q %q: %+v", c.paths, c.patterns, res.Plan)
		}
	}
	for _, o := range []Options{{Paths: []string{"a", "a/none"}}, {Paths: []string{"top.go/x"}}, {Paths: []string{"../a"}}, {Paths: []string{"/a"}},
		{Patterns: []string{"*.none"}}, {Paths: []string{"c"}, Patterns: []string{"*.go"}}} {
		o.Target = filepath.Join(tempDir(t), "target")
		_, err := w.restoreInto(m, o)
		wantCode(t, err, core.Usage, "no-path")
		if _, err := os.Lstat(o.Target); err == nil {
			t.Errorf("%+v: the target was made", o)
		}
	}
}

// TestLeadingFolders restores a path whose folders are there already, or are something else.
func TestLeadingFolders(t *testing.T) {
	w := newWorld(t)
	m := w.save(dir("a", dir("b", file("f", "1")), file("g", "2")), dir("other", file("h", "3")))
	o := Options{Target: tempDir(t), Paths: []string{"a/b/f"}}
	must(t, os.MkdirAll(filepath.Join(o.Target, "a/b"), 0o700))
	must(t, os.Chmod(filepath.Join(o.Target, "a"), 0o500))
	w.restore(m, o)
	if st, err := os.Stat(filepath.Join(o.Target, "a")); err != nil || st.Mode().Perm() != 0o500 {
		t.Errorf("the folder on the way is %v, %v", st.Mode(), err)
	}
	if got := read(t, filepath.Join(o.Target, "a/b/f")); got != "1" {
		t.Errorf("got %q", got)
	}

	o.Target = tempDir(t)
	write(t, filepath.Join(o.Target, "a"), "in the way")
	res, err := w.restoreInto(m, o)
	wantCode(t, err, core.Usage, "restore-would-overwrite")
	if res.Plan.Overwrite != 1 || res.Plan.Create != 1 {
		t.Errorf("%+v", res.Plan)
	}
	o.Overwrite = true
	w.restore(m, o)
	wantTree(t, o.Target, dir("a", dir("b", file("f", "1"))))
	wantNoTemps(t, o.Target)

	o = Options{Target: tempDir(t), Patterns: []string{"h"}}
	write(t, filepath.Join(o.Target, "a"), "not on the way to anything")
	w.restore(m, o)
	if got := read(t, filepath.Join(o.Target, "a")); got != "not on the way to anything" {
		t.Errorf("got %q", got)
	}
}

// TestSparseCopies compares a sparse file with copies that have the holes filled, with zeroes or with something.
func TestSparseCopies(t *testing.T) {
	w := newWorld(t)
	n := file("f", "")
	n.Size, n.Holes, n.data = 3<<20, []tree.Hole{{Offset: 1 << 20, Length: 1<<20 + 7}}, []byte(random(1, 2<<20-7))
	m := w.save(n)
	target := tempDir(t)
	for _, c := range []struct {
		change func([]byte)
		keep   int64
	}{{func([]byte) {}, 1}, {func(b []byte) { b[1<<20] = 1 }, 0}, {func(b []byte) { b[2<<20+6] = 1 }, 0}, {func(b []byte) { b[2<<20+7]++ }, 0}} {
		data := n.whole()
		c.change(data)
		write(t, filepath.Join(target, "f"), string(data))
		must(t, os.Chmod(filepath.Join(target, "f"), 0o640))
		must(t, os.Chtimes(filepath.Join(target, "f"), tm(fileTime), tm(fileTime)))
		res := w.restore(m, Options{Target: target, Overwrite: true})
		if res.Plan.Keep != c.keep {
			t.Errorf("%+v", res.Plan)
		}
		wantTree(t, target, n)
	}
}
