//go:build linux || darwin

package treetest

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// Compare fails for every difference between two folders: names, types, contents, permissions, owners, times in nanoseconds,
// attributes, targets, device numbers, which names are hard links of each other, and whether sparse files are still sparse.
// The folders' own metadata is compared too.
func Compare(t *testing.T, want, got string) {
	t.Helper()
	a, b := describe(t, want), describe(t, got)
	names := slices.Sorted(maps.Keys(a))
	shown := 0
	for _, n := range names {
		if b[n] != a[n] && shown < 20 {
			t.Errorf("%q\nwant %s\n got %s", n, a[n], b[n])
			shown++
		}
	}
	for n := range b {
		if _, ok := a[n]; !ok && shown < 20 {
			t.Errorf("%q should not be there: %s", n, b[n])
			shown++
		}
	}
	for _, n := range names {
		same(t, filepath.Join(want, n), filepath.Join(got, n))
	}
}

func same(t *testing.T, want, got string) {
	t.Helper()
	info, err := os.Lstat(want)
	if err != nil || !info.Mode().IsRegular() {
		return
	}
	a, err1 := os.ReadFile(want)
	b, err2 := os.ReadFile(got)
	if err1 != nil || err2 != nil || !bytes.Equal(a, b) {
		t.Errorf("%q: content differs (%d and %d bytes), %v, %v", want, len(a), len(b), err1, err2)
	}
}

// describe says everything about each entry but its content.
func describe(t *testing.T, root string) map[string]string {
	t.Helper()
	out := map[string]string{}
	links := map[uint64]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		var st unix.Stat_t
		if err := unix.Lstat(path, &st); err != nil {
			return err
		}
		s := fmt.Sprintf("mode %o owner %d:%d", st.Mode, st.Uid, st.Gid)
		if d.Type()&fs.ModeSymlink == 0 {
			s += fmt.Sprintf(" mtime %d", st.Mtim.Nano())
		}
		switch {
		case d.Type().IsRegular():
			s += fmt.Sprintf(" size %d sparse %v", st.Size, int64(st.Blocks)*512 < st.Size/2)
		case d.Type()&fs.ModeSymlink != 0:
			target, err := os.Readlink(path)
			s += fmt.Sprintf(" target %q %v", target, err)
		case d.Type()&fs.ModeDevice != 0:
			s += fmt.Sprintf(" device %d", st.Rdev)
		}
		if !d.IsDir() && st.Nlink > 1 {
			first, ok := links[st.Ino]
			if !ok {
				first = rel
				links[st.Ino] = rel
			}
			s += fmt.Sprintf(" links %d first %q", st.Nlink, first)
		}
		out[rel] = s + attributes(path, d)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func attributes(path string, d fs.DirEntry) string {
	if d.Type()&fs.ModeSymlink != 0 {
		return ""
	}
	buf := make([]byte, 64<<10)
	n, err := unix.Listxattr(path, buf)
	if err != nil || n <= 0 {
		return ""
	}
	names := bytes.Split(bytes.TrimSuffix(buf[:n], []byte{0}), []byte{0})
	slices.SortFunc(names, bytes.Compare)
	s := ""
	for _, name := range names {
		value := make([]byte, 64<<10)
		if bytes.HasPrefix(name, []byte("user.backup_projeto.")) {
			continue // our own mark, which is no content
		}
		if n, err := unix.Getxattr(path, string(name), value); err == nil {
			s += fmt.Sprintf(" %s=%x", name, value[:n])
		}
	}
	return s
}
