package meta

import (
	"os"
	"path/filepath"
	"testing"

	"backup_projeto/internal/tree"
)

func TestPlaces(t *testing.T) {
	root := t.TempDir()
	place := filepath.Join(root, "a", "b", "place")
	for _, dir := range []string{filepath.Join(place, "in"), filepath.Join(root, "a", "place")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	p := FindPlaces(root, []string{filepath.Join(root, "absent"), place})
	if p.Within() {
		t.Error("the root is in the place")
	}
	for path, want := range map[string][2]bool{"a": {false, true}, "a/b": {false, true}, "a/b/place": {true, false}, "a/b/place/in": {}, "a/place": {}} {
		st, err := statFolder(filepath.Join(root, path))
		if err != nil {
			t.Fatal(err)
		}
		told := func() string { return path }
		unknown := Stat{Type: tree.Dir} // as on a system that tells no inodes
		for _, st := range []*Stat{&st, &unknown} {
			if got := [2]bool{p.Is(st, told), p.Around(st, told)}; got != want {
				t.Errorf("%s, inode %d: %v, want %v", path, st.Ino, got, want)
			}
		}
	}
	for _, path := range []string{"a/b/place", "a/b/place/in", "a/b/place/new/deep", "a/b/../b/place/in"} {
		if !FindPlaces(filepath.Join(root, path), []string{place}).Within() {
			t.Errorf("%s is not in the place", path)
		}
	}
	if os.Symlink(place, filepath.Join(root, "link")) == nil && !FindPlaces(filepath.Join(root, "link", "in"), []string{place}).Within() {
		t.Error("a link leads astray")
	}
	if none := new(Places); none.Within() || none.Is(&Stat{}, func() string { return "" }) || none.Around(&Stat{}, func() string { return "" }) {
		t.Error("the zero value has places")
	}
}
