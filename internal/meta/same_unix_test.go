//go:build linux || darwin

package meta

import (
	"os"
	"testing"

	"backup_projeto/internal/tree"
)

// TestSameAfterApplying applies metadata and finds it the same, and each difference not.
func TestSameAfterApplying(t *testing.T) {
	tg, _ := target(t)
	write(t, tg, "f", "x")
	m := tree.Meta{Mode: 0o640, UID: uint32(os.Getuid()), GID: uint32(os.Getgid()), MTime: 1234567890123456789}
	how := &Apply{}
	read := func() (Stat, []tree.Xattr) {
		st := lstat(t, tg.Dir, "f")
		x, err := tg.Xattrs("f", st)
		must(t, err)
		return st, x
	}
	if st, x := read(); how.Same(tree.File, &st, x, &m) {
		t.Error("the same before it was applied")
	}
	m.Xattrs = []tree.Xattr{{Name: "user.a", Value: []byte("1")}}
	if errs := tg.SetMeta("f", tree.File, &m, how); len(errs) > 0 {
		t.Logf("no attributes here: %v", errs[0])
		m.Xattrs = nil
	}
	st, x := read()
	if !how.Same(tree.File, &st, x, &m) {
		t.Errorf("not the same afterwards: %+v %v", st, x)
	}
	for name, change := range map[string]func(m *tree.Meta){
		"mode":      func(m *tree.Meta) { m.Mode = 0o644 },
		"time":      func(m *tree.Meta) { m.MTime++ },
		"new xattr": func(m *tree.Meta) { m.Xattrs = []tree.Xattr{{Name: "user.a", Value: []byte("2")}} },
		"old xattr": func(m *tree.Meta) { m.Xattrs = nil },
	} {
		other := m
		change(&other)
		if name == "old xattr" && len(m.Xattrs) == 0 {
			continue
		}
		if how.Same(tree.File, &st, x, &other) {
			t.Errorf("a different %s is the same", name)
		}
	}
	other := m
	other.UID++
	if got := how.Same(tree.File, &st, x, &other); got != (os.Getuid() != 0) {
		t.Errorf("another owner: %v", got)
	}
}
