//go:build linux || darwin

package meta

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"backup_projeto/internal/tree"
)

// own is metadata that anyone may set on their files.
func own(mode uint32, mtime int64, xattrs ...tree.Xattr) *tree.Meta {
	return &tree.Meta{Mode: mode, UID: uint32(os.Geteuid()), GID: uint32(os.Getegid()), MTime: mtime, Xattrs: xattrs}
}

// needXattrs skips a test where the file system of the temporary folder has no attributes.
func needXattrs(t *testing.T, dir string) {
	t.Helper()
	if err := unix.Setxattr(dir, "user.probe", []byte("x"), 0); err != nil {
		t.Skipf("no extended attributes here: %v", err)
	}
	must(t, unix.Removexattr(dir, "user.probe"))
}

const someTime = 1_234_567_890_123_456_789

func TestMetaOfEveryType(t *testing.T) {
	tg, _ := target(t)
	must(t, tg.Mkdir("dir"))
	must(t, tg.Symlink("nowhere", "link", false))
	write(t, tg, "file", "x")
	for name, typ := range map[string]tree.Type{"file": tree.File, "dir": tree.Dir, "link": tree.Symlink, "fifo": tree.Fifo, "socket": tree.Socket} {
		if typ >= tree.Fifo {
			if err := tg.Mknod(name, typ, [2]uint32{}, false); errors.Is(err, errors.ErrUnsupported) {
				continue
			}
		}
		for i, mtime := range []int64{someTime, 1, 0, -1, -1_500_000_000_000_000_001} {
			mode := []uint32{0o755, 0o400, 0o1777, 0, 0o644}[i]
			noErrors(t, tg.SetMeta(name, typ, own(mode, mtime), &Apply{Owner: true}))
			st := lstat(t, tg.Dir, name)
			if st.MTime != mtime || typ != tree.Symlink && st.Mode != mode {
				t.Errorf("%s: got %o and %d, want %o and %d", name, st.Mode, st.MTime, mode, mtime)
			}
		}
	}
	noErrors(t, tg.SetOwnMeta(own(0o710, someTime), &Apply{}))
	if st, err := tg.Stat(); err != nil || st.Mode != 0o710 || st.MTime != someTime {
		t.Errorf("itself: %+v, %v", st, err)
	}
}

func TestMetaOfATemp(t *testing.T) {
	tg, dir := target(t)
	needXattrs(t, dir)
	f, err := tg.Create()
	must(t, err)
	if _, err := f.WriteAt([]byte("content"), 0); err != nil {
		t.Fatal(err)
	}
	want := own(0o6555, someTime, tree.Xattr{Name: "user.a", Value: []byte("1")})
	noErrors(t, f.SetMeta(want, &Apply{}))
	must(t, f.Commit("f", false))
	st := lstat(t, tg.Dir, "f")
	if st.Mode != 0o6555 || st.MTime != someTime || st.Size != 7 {
		t.Errorf("%+v", st)
	}
	if got, err := tg.Xattrs("f", st); err != nil || !reflect.DeepEqual(got, want.Xattrs) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestXattrs(t *testing.T) {
	tg, dir := target(t)
	needXattrs(t, dir)
	write(t, tg, "f", "")
	must(t, tg.Mkdir("d"))
	want := []tree.Xattr{
		{Name: "user.Z", Value: []byte{0, 1, 255}}, {Name: "user.a", Value: []byte{}},
		{Name: "user.big", Value: bytes.Repeat([]byte("x"), 2000)}, {Name: "user.b\xff", Value: []byte("raw name")},
	}
	if runtime.GOOS != "linux" {
		want = want[:3]
	}
	for name, typ := range map[string]tree.Type{"f": tree.File, "d": tree.Dir} {
		noErrors(t, tg.SetMeta(name, typ, own(0o700, 1, want...), &Apply{}))
		got, err := tg.Xattrs(name, lstat(t, tg.Dir, name))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
		noErrors(t, tg.SetMeta(name, typ, own(0o700, 1, want[0]), &Apply{}))
		if got, _ := tg.Xattrs(name, Stat{Type: typ}); len(got) != 1 {
			t.Errorf("%s: what the snapshot does not have stays: %v", name, got)
		}
	}
	f, err := tg.Open("f")
	must(t, err)
	defer f.Close()
	if got, err := f.Xattrs(); err != nil || len(got) != 1 {
		t.Errorf("of an open file: %v, %v", got, err)
	}
	must(t, tg.Symlink("f", "link", false))
	if got, err := tg.Xattrs("link", lstat(t, tg.Dir, "link")); err != nil || got != nil {
		t.Errorf("a link has those of its target: %v, %v", got, err)
	}
	if _, err := tg.Xattrs("none", Stat{}); Reason(err) != ReasonVanished {
		t.Errorf("of nothing: %v", err)
	}
}

// TestManyXattrs needs more than the first small buffer for the names.
func TestManyXattrs(t *testing.T) {
	tg, dir := target(t)
	needXattrs(t, dir)
	write(t, tg, "f", "")
	var want []tree.Xattr
	for i := range 40 {
		want = append(want, tree.Xattr{Name: "user.a-rather-long-name-" + string(rune('A'+i)), Value: []byte("v")})
	}
	noErrors(t, tg.SetMeta("f", tree.File, own(0o600, 1, want...), &Apply{}))
	if got, err := tg.Xattrs("f", Stat{Type: tree.File}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%d of %d, %v", len(got), len(want), err)
	}
}

func TestXattrsOfAReadOnlyFile(t *testing.T) {
	tg, dir := target(t)
	needXattrs(t, dir)
	write(t, tg, "f", "")
	must(t, os.Chmod(filepath.Join(dir, "f"), 0o400))
	noErrors(t, tg.SetMeta("f", tree.File, own(0o400, 1, tree.Xattr{Name: "user.a", Value: []byte("1")}), &Apply{}))
	if st := lstat(t, tg.Dir, "f"); st.Mode != 0o400 {
		t.Errorf("mode %o", st.Mode)
	}
}

func TestMarksAreNoMetadata(t *testing.T) {
	tg, dir := target(t)
	needXattrs(t, dir)
	if got, err := tg.Mark("project"); got != nil || err != nil {
		t.Errorf("before: %q, %v", got, err)
	}
	must(t, tg.SetMark("project", []byte("id")))
	if got, err := tg.OwnXattrs(); got != nil || err != nil {
		t.Errorf("read: %v, %v", got, err)
	}
	noErrors(t, tg.SetOwnMeta(own(0o700, 1, tree.Xattr{Name: MarkPrefix + "project", Value: []byte("foreign")}), &Apply{}))
	if got, err := tg.Mark("project"); string(got) != "id" || err != nil {
		t.Errorf("after: %q, %v", got, err)
	}
}

// acl builds the attribute that holds an access ACL: one more user than owner, group and others.
func acl(user uint32) []byte {
	b := binary.LittleEndian.AppendUint32(nil, 2)
	for _, e := range [][3]uint32{{1, 6, ^uint32(0)}, {2, 4, user}, {4, 4, ^uint32(0)}, {0x10, 6, ^uint32(0)}, {0x20, 0, ^uint32(0)}} {
		b = binary.LittleEndian.AppendUint16(b, uint16(e[0]))
		b = binary.LittleEndian.AppendUint16(b, uint16(e[1]))
		b = binary.LittleEndian.AppendUint32(b, e[2])
	}
	return b
}

func TestACLs(t *testing.T) {
	const access, inherited = "system.posix_acl_access", "system.posix_acl_default"
	tg, dir := target(t)
	if err := unix.Setxattr(dir, inherited, acl(12345), 0); err != nil {
		t.Skipf("no POSIX ACLs here: %v", err)
	}
	write(t, tg, "f", "")
	if got, _ := tg.Xattrs("f", Stat{Type: tree.File}); len(got) != 1 || got[0].Name != access {
		t.Fatalf("nothing was inherited: %v", got)
	}
	noErrors(t, tg.SetMeta("f", tree.File, own(0o664, 1), &Apply{}))
	if got, _ := tg.Xattrs("f", Stat{Type: tree.File}); len(got) != 0 || lstat(t, tg.Dir, "f").Mode != 0o664 {
		t.Errorf("what was inherited stays: %v", got)
	}
	want := tree.Xattr{Name: access, Value: acl(54321)}
	noErrors(t, tg.SetMeta("f", tree.File, own(0o660, 1, want), &Apply{}))
	got, err := tg.Xattrs("f", Stat{Type: tree.File})
	if err != nil || len(got) != 1 || !bytes.Equal(got[0].Value, want.Value) || lstat(t, tg.Dir, "f").Mode != 0o660 {
		t.Errorf("%v, %v, %o", got, err, lstat(t, tg.Dir, "f").Mode)
	}
	must(t, tg.Mkdir("d"))
	both := []tree.Xattr{want, {Name: inherited, Value: acl(7)}}
	noErrors(t, tg.SetMeta("d", tree.Dir, own(0o760, 1, both...), &Apply{}))
	if got, err := tg.Xattrs("d", Stat{Type: tree.Dir}); err != nil || len(got) != 2 || !bytes.Equal(got[1].Value, acl(7)) {
		t.Errorf("a folder's: %v, %v", got, err)
	}
}

func TestMetaDoesNotFollowLinks(t *testing.T) {
	tg, _ := target(t)
	other, _ := target(t)
	write(t, other, "f", "")
	noErrors(t, other.SetMeta("f", tree.File, own(0o600, 1), &Apply{}))
	before := lstat(t, other.Dir, "f")
	must(t, tg.Symlink(filepath.Join(other.path(t), "f"), "link", false))
	for _, typ := range []tree.Type{tree.File, tree.Fifo, tree.Symlink, tree.Dir} {
		errs := tg.SetMeta("link", typ, own(0o777, someTime, tree.Xattr{Name: "user.x"}), &Apply{})
		if typ != tree.Symlink && (len(errs) == 0 || Reason(errs[0]) != ReasonChanged) {
			t.Errorf("as type %d: %v", typ, errs)
		}
	}
	if after := lstat(t, other.Dir, "f"); after != before {
		t.Errorf("%+v became %+v", before, after)
	}
}

func TestOwnerByNameThenByNumber(t *testing.T) {
	needRoot(t)
	tg, _ := target(t)
	write(t, tg, "f", "")
	must(t, tg.Symlink("x", "link", false))
	var names Names
	daemon, ok := names.UID("daemon")
	if !ok {
		t.Skip("no user daemon here")
	}
	m := own(0o4755, 1)
	m.UID, m.GID, m.User, m.Group = 4242, 4243, "daemon", "no such group"
	for name, typ := range map[string]tree.Type{"f": tree.File, "link": tree.Symlink} {
		noErrors(t, tg.SetMeta(name, typ, m, &Apply{Names: &names, Owner: true}))
		if st := lstat(t, tg.Dir, name); st.UID != daemon || st.GID != 4243 || typ == tree.File && st.Mode != 0o4755 {
			t.Errorf("%s by name: %+v", name, st)
		}
		noErrors(t, tg.SetMeta(name, typ, m, &Apply{Owner: true}))
		if st := lstat(t, tg.Dir, name); st.UID != 4242 || typ == tree.File && st.Mode != 0o4755 {
			t.Errorf("%s by number: %+v", name, st)
		}
	}
}

// TestAsNobody runs the other half of the tests: those of people who are not the superuser.
func TestAsNobody(t *testing.T) {
	if os.Getenv("META_TEST_AS_NOBODY") != "" {
		t.Run("owner", asNobodyOwner)
		t.Run("unreadable", asNobodyUnreadable)
		return
	}
	needRoot(t)
	dir, err := os.MkdirTemp("", "nobody")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	must(t, os.Chmod(dir, 0o777))
	exe := filepath.Join(dir, "test")
	self, err := os.ReadFile(os.Args[0])
	must(t, err)
	must(t, os.WriteFile(exe, self, 0o755))
	cmd := exec.Command(exe, "-test.run=^(TestAsNobody|TestMeta.*|TestXattr.*|TestACLs|TestRemoveAll|TestErrors.*)$", "-test.v")
	cmd.Env = append(os.Environ(), "META_TEST_AS_NOBODY=1", "TMPDIR="+dir)
	cmd.Dir = dir
	cmd.SysProcAttr = asUser(65534)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestAsNobody") {
		t.Fatalf("%v\n%s", err, out)
	}
}

func asNobodyOwner(t *testing.T) {
	tg, _ := target(t)
	write(t, tg, "f", "")
	m := own(0o4755, someTime)
	m.UID, m.GID = 0, 0
	errs := tg.SetMeta("f", tree.File, m, &Apply{})
	if len(errs) != 1 || errs[0].What != "mode" {
		t.Errorf("a setuid bit of someone else's: %v", errs)
	}
	if st := lstat(t, tg.Dir, "f"); st.Mode != 0o755 || st.MTime != someTime {
		t.Errorf("%+v", st)
	}
	m.Mode = 0o644
	noErrors(t, tg.SetMeta("f", tree.File, m, &Apply{}))
	if errs := tg.SetMeta("f", tree.File, m, &Apply{Owner: true}); len(errs) != 1 || errs[0].What != "owner" || Reason(errs[0]) != ReasonPermission {
		t.Errorf("asked for: %v", errs)
	}
}

func asNobodyUnreadable(t *testing.T) {
	tg, dir := target(t)
	write(t, tg, "f", "")
	must(t, os.Chmod(filepath.Join(dir, "f"), 0))
	if _, err := tg.Open("f"); Reason(err) != ReasonPermission {
		t.Errorf("got %v", err)
	}
	noErrors(t, tg.SetMeta("f", tree.File, own(0o600, someTime), &Apply{}))
	if st := lstat(t, tg.Dir, "f"); st.Mode != 0o600 || st.MTime != someTime {
		t.Errorf("by name: %+v", st)
	}
	must(t, tg.Mkdir("d"))
	sub, err := tg.Sub("d")
	must(t, err)
	defer sub.Close()
	must(t, os.Chmod(filepath.Join(dir, "d"), 0o500))
	if err := sub.Mkdir("x"); Reason(err) != ReasonPermission {
		t.Errorf("got %v", err)
	}
	must(t, sub.MakeWritable())
	must(t, sub.Mkdir("x"))
	if f, err := OpenDir("/usr"); err == nil { // someone else's: the access time cannot be spared
		defer f.Close()
		if _, err := f.Names(); err != nil {
			t.Error(err)
		}
	}
}

func TestTimesSurviveTheRest(t *testing.T) {
	tg, _ := target(t)
	write(t, tg, "f", "x")
	future := time.Date(2200, 1, 1, 0, 0, 0, 999_999_999, time.UTC).UnixNano()
	noErrors(t, tg.SetMeta("f", tree.File, own(0o600, future), &Apply{}))
	if st := lstat(t, tg.Dir, "f"); st.MTime != future {
		t.Errorf("got %d, want %d", st.MTime, future)
	}
}
