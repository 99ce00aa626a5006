//go:build linux || darwin

package meta

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"backup_projeto/internal/tree"
)

func TestNamesAreRawBytes(t *testing.T) {
	tg, _ := target(t)
	want := []string{"plain", "with\nnewline", " ", "-rf", "...", strings.Repeat("x", 255), "caf\u00e9", "cafe\u0301"}
	if err := unix.Mkdirat(tg.fd, "\xff\xfe", 0o700); err == nil { // APFS refuses what is not UTF-8
		want = append(want, "\xff\xfe")
	}
	for _, n := range want {
		if n != "\xff\xfe" {
			write(t, tg, n, "x")
		}
	}
	for range 2 { // again from the start
		got, err := tg.Names()
		must(t, err)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
	for _, n := range want {
		lstat(t, tg.Dir, n)
	}
}

func TestNamesOfALargeFolder(t *testing.T) {
	tg, _ := target(t)
	want := map[string]bool{}
	for i := range 5000 { // more than one buffer
		n := strings.Repeat("n", i%200) + string(rune('a'+i%26)) + "-" + strings.Repeat("z", i/200)
		want[n] = true
	}
	for n := range want {
		must(t, tg.Symlink("x", n, false))
	}
	got, err := tg.Names()
	must(t, err)
	if len(got) != len(want) {
		t.Fatalf("%d names, want %d", len(got), len(want))
	}
	for _, n := range got {
		if !want[n] {
			t.Fatalf("unexpected %q", n)
		}
	}
}

func TestLstatKnowsEveryType(t *testing.T) {
	tg, _ := target(t)
	write(t, tg, "file", "hello")
	must(t, tg.Mkdir("dir"))
	must(t, tg.Symlink("no/such\nplace", "link", false))
	want := map[string]tree.Type{"file": tree.File, "dir": tree.Dir, "link": tree.Symlink}
	special := map[string]tree.Type{"fifo": tree.Fifo, "socket": tree.Socket, "char": tree.CharDevice, "block": tree.BlockDevice}
	for name, typ := range special {
		switch err := tg.Mknod(name, typ, [2]uint32{1, 3}, false); {
		case err == nil:
			want[name] = typ
		case typ >= tree.CharDevice && errors.Is(err, fs.ErrPermission), errors.Is(err, errors.ErrUnsupported):
			t.Logf("%s left out: %v", name, err)
		default:
			t.Error(err)
		}
	}
	for name, typ := range want {
		st := lstat(t, tg.Dir, name)
		if st.Type != typ {
			t.Errorf("%s is of type %d, want %d", name, st.Type, typ)
		}
		if typ >= tree.CharDevice && st.Rdev != [2]uint32{1, 3} {
			t.Errorf("%s is device %v", name, st.Rdev)
		}
	}
	st := lstat(t, tg.Dir, "file")
	if st.Size != 5 || st.Nlink != 1 || st.Ino == 0 || st.Mode != 0o600 || int(st.UID) != os.Getuid() {
		t.Errorf("file: %+v", st)
	}
	if got, err := tg.Readlink("link"); err != nil || got != "no/such\nplace" {
		t.Errorf("link says %q, %v", got, err)
	}
}

func TestReadlinkOfALongTarget(t *testing.T) {
	tg, _ := target(t)
	for _, n := range []int{1, 255, 256, 257, 1000} {
		want := strings.Repeat("a", n)
		must(t, tg.Symlink(want, "l", true))
		if got, err := tg.Readlink("l"); err != nil || got != want {
			t.Errorf("%d bytes: got %d, %v", n, len(got), err)
		}
	}
}

func TestOpenReads(t *testing.T) {
	tg, _ := target(t)
	content := bytes.Repeat([]byte("0123456789"), 10000)
	write(t, tg, "f", string(content))
	f, err := tg.Open("f")
	must(t, err)
	defer f.Close()
	got, err := io.ReadAll(f)
	if err != nil || !bytes.Equal(got, content) {
		t.Fatalf("read %d bytes, %v", len(got), err)
	}
	if _, err := f.Seek(5, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	section, err := io.ReadAll(io.NewSectionReader(f, 99990, 100))
	if err != nil || string(section) != "0123456789" {
		t.Fatalf("section %q, %v", section, err)
	}
	if st, err := f.Stat(); err != nil || st.Size != int64(len(content)) || st.Type != tree.File {
		t.Fatalf("%+v, %v", st, err)
	}
}

func TestErrorsSayWhy(t *testing.T) {
	tg, _ := target(t)
	write(t, tg, "f", "")
	must(t, tg.Symlink("f", "link", false))
	must(t, tg.Symlink(".", "here", false))
	must(t, tg.Mkdir("dir"))
	_, vanished := tg.Open("none")
	_, link := tg.Open("link")
	_, here := tg.Dir.Sub("here")
	_, file := tg.Dir.Sub("f")
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"vanished": {vanished, ReasonVanished}, "link": {link, ReasonChanged}, "here": {here, ReasonChanged}, "file": {file, ReasonChanged},
		"permission": {fail("open", "x", syscall.EACCES), ReasonPermission}, "io": {fail("read", "x", syscall.EIO), ReasonIO},
		"unsupported": {fail("stat", "x", errors.ErrUnsupported), ReasonUnsupported},
	} {
		if c.err == nil || Reason(c.err) != c.want || !isSource(c.err) {
			t.Errorf("%s: %v is %q, want %q", name, c.err, Reason(c.err), c.want)
		}
	}
}

func TestOpenOfAFifoDoesNotWait(t *testing.T) {
	tg, dir := target(t)
	must(t, unix.Mkfifo(filepath.Join(dir, "fifo"), 0o600))
	f, err := tg.Open("fifo")
	must(t, err)
	defer f.Close()
	if st, err := f.Stat(); err != nil || st.Type != tree.Fifo {
		t.Fatalf("%+v, %v", st, err)
	}
}

func TestNamesOfSeveralComponentsAreRefused(t *testing.T) {
	tg, _ := target(t)
	must(t, tg.Mkdir("a"))
	for _, name := range []string{"", ".", "..", "a/b", "/", "/etc", "../x", "a/../..", "nul\x00"} {
		_, lstat := tg.Lstat(name)
		_, open := tg.Open(name)
		_, sub := tg.Sub(name)
		_, link := tg.Readlink(name)
		_, xattrs := tg.Xattrs(name, Stat{})
		f, err := tg.Create()
		must(t, err)
		for what, err := range map[string]error{
			"Lstat": lstat, "Open": open, "Sub": sub, "Readlink": link, "Xattrs": xattrs, "Commit": f.Commit(name, true),
			"Mkdir": tg.Mkdir(name), "Symlink": tg.Symlink("x", name, true), "Link to": tg.Link(tg, "a", name, true),
			"Link from": tg.Link(tg, name, "b", true), "Mknod": tg.Mknod(name, tree.Fifo, [2]uint32{}, true),
			"Remove": tg.Remove(name), "RemoveAll": tg.RemoveAll(name), "Rename": tg.Rename("a", name, true),
		} {
			if err == nil || !isSource(err) {
				t.Errorf("%s(%q) gave %v", what, name, err)
			}
		}
		if len(tg.SetMeta(name, tree.Dir, &tree.Meta{}, &Apply{})) == 0 {
			t.Errorf("SetMeta(%q) gave nothing", name)
		}
	}
	if names, _ := tg.Names(); !slices.Equal(names, []string{"a"}) {
		t.Errorf("left: %q", names)
	}
}

// TestDeeperThanPathMax makes, reads and removes folders whose path no system call would take.
func TestDeeperThanPathMax(t *testing.T) {
	tg, _ := target(t)
	const depth = 40
	name := strings.Repeat("d", 200)
	at := tg
	for range depth {
		must(t, at.Mkdir(name))
		sub, err := at.Sub(name)
		must(t, err)
		defer sub.Close()
		at = sub
	}
	write(t, at, "leaf", "deep")
	noErrors(t, at.SetMeta("leaf", tree.File, &tree.Meta{Mode: 0o640, MTime: 1, UID: uint32(os.Getuid()), GID: uint32(os.Getgid())}, &Apply{}))
	if st := lstat(t, at.Dir, "leaf"); st.Mode != 0o640 || st.MTime != 1 {
		t.Errorf("%+v", st)
	}
	if _, err := at.Xattrs("leaf", lstat(t, at.Dir, "leaf")); err != nil {
		t.Error(err)
	}
	d, err := OpenDir(tg.path(t))
	must(t, err)
	for range depth {
		sub, err := d.Sub(name)
		must(t, err)
		d.Close()
		d = sub
	}
	defer d.Close()
	if lstat(t, d, "leaf").Size != 4 {
		t.Error("the leaf is another")
	}
	must(t, tg.RemoveAll(name))
	if names, _ := tg.Names(); len(names) != 0 {
		t.Errorf("left: %q", names)
	}
}

// path finds out where a folder is, for tests that need it as a path.
func (t *Target) path(tb testing.TB) string {
	tb.Helper()
	p, err := os.Readlink("/proc/self/fd/" + itoa(t.fd))
	if err != nil {
		tb.Skip("no /proc here")
	}
	return p
}

func TestHoles(t *testing.T) {
	tg, _ := target(t)
	const block = 1 << 20
	f, err := tg.Create()
	must(t, err)
	data := bytes.Repeat([]byte{7}, block)
	for _, off := range []int64{2 * block, 5 * block} {
		if _, err := f.WriteAt(data, off); err != nil {
			t.Fatal(err)
		}
	}
	const size = 8*block + 17
	must(t, f.Truncate(size))
	must(t, f.Commit("sparse", false))
	st := lstat(t, tg.Dir, "sparse")
	if !st.Sparse() {
		t.Skip("this file system has no holes")
	}
	r, err := tg.Open("sparse")
	must(t, err)
	defer r.Close()
	holes, err := r.Holes(st.Size)
	must(t, err)
	want := []tree.Hole{{Offset: 0, Length: 2 * block}, {Offset: 3 * block, Length: 2 * block}, {Offset: 6 * block, Length: 2*block + 17}}
	if !slices.Equal(holes, want) {
		t.Errorf("holes %v, want %v", holes, want)
	}
	if e := (&tree.Entry{Name: "x", Size: size, Holes: holes}).Check(false); e != nil {
		t.Error(e)
	}
	if pos, err := r.Seek(0, io.SeekCurrent); err != nil || pos != 0 {
		t.Errorf("at %d after, %v", pos, err)
	}
	if cut, err := r.Holes(block); err != nil || !slices.Equal(cut, []tree.Hole{{Offset: 0, Length: block}}) {
		t.Errorf("within one block: %v, %v", cut, err)
	}
	if none, err := r.Holes(0); err != nil || none != nil {
		t.Errorf("within nothing: %v, %v", none, err)
	}
}

func TestNamesOfOwners(t *testing.T) {
	var n Names
	if got := n.User(0); got != "root" {
		t.Errorf("user 0 is %q", got)
	}
	if id, ok := n.UID("root"); !ok || id != 0 {
		t.Errorf("root is %d, %v", id, ok)
	}
	if got := n.User(4123456789); got != "" {
		t.Errorf("nobody has a name: %q", got)
	}
	if _, ok := n.GID("no such group"); ok {
		t.Error("a group that is not there has a number")
	}
	if id, ok := n.GID(n.Group(0)); !ok || id != 0 {
		t.Errorf("group 0 came back as %d, %v", id, ok)
	}
}
