//go:build linux || darwin

package restore

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// tempDir is T.TempDir for folders that may get modes which keep its owner out.
func tempDir(t testing.TB) string {
	t.Helper()
	path := t.TempDir()
	t.Cleanup(func() {
		_ = filepath.WalkDir(path, func(path string, d os.DirEntry, err error) error {
			if d != nil && d.IsDir() {
				_ = os.Chmod(path, 0o700)
			}
			return nil
		})
	})
	return path
}

func tm(ns int64) time.Time { return time.Unix(0, ns) }

func lstat(t testing.TB, path string) (st unix.Stat_t) {
	t.Helper()
	must(t, unix.Lstat(path, &st))
	return st
}

func sameInode(t testing.TB, a, b string) {
	t.Helper()
	if x, y := lstat(t, a), lstat(t, b); x.Ino != y.Ino {
		t.Errorf("%s and %s are inodes %d and %d", a, b, x.Ino, y.Ino)
	}
}

func wantSparse(t testing.TB, path string) {
	t.Helper()
	if st := lstat(t, path); int64(st.Blocks)*512 > st.Size*3/4 {
		t.Errorf("%s takes %d blocks for %d bytes", path, st.Blocks, st.Size)
	}
}

// snapshotOf describes all that a folder contains.
func snapshotOf(t testing.TB, root string) (s string) {
	t.Helper()
	must(t, filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		st := lstat(t, path)
		s += fmt.Sprintf("%q %o %d %d\n", path, st.Mode, st.Mtim.Nano(), st.Ino)
		if d.Type().IsRegular() {
			s += read(t, path) + "\n"
		}
		return nil
	}))
	return s
}

// removeOthers removes from a folder what another has not: a restore leaves it.
func removeOthers(t testing.TB, path, like string) {
	t.Helper()
	entries, err := os.ReadDir(path)
	must(t, err)
	for _, e := range entries {
		p, l := filepath.Join(path, e.Name()), filepath.Join(like, e.Name())
		if _, err := os.Lstat(l); os.IsNotExist(err) {
			must(t, os.RemoveAll(p))
		} else if e.IsDir() {
			removeOthers(t, p, l)
		}
	}
}
