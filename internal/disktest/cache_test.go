//go:build linux && (amd64 || arm64)

package disktest

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// caches is the folder with what the machine remembers of repositories.
func (w *world) caches() string { return filepath.Join(w.home, ".cache", "backup_projeto") }

// TestCaches works with local state that is of another time, of another repository, or damaged: it costs time, and nothing else.
func TestCaches(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tries := 0
	try := func(what string, spoil func()) {
		t.Helper()
		tries++
		w.reset()
		spoil()
		project := w.state(w.project)
		if id := w.save(); w.restored(id) != project {
			t.Errorf("%s: what was saved is not what is restored", what)
		}
		w.want(0, "prune", "--grace=0", "--max-unused=0%")
		for _, id := range w.saved {
			w.restored(id)
		}
		w.want(0, "verify", "--data=100%")
		if t.Failed() {
			t.Fatal(what)
		}
	}
	old := filepath.Join(filepath.Dir(w.top), "old")
	putBack := func() {
		must(t, os.RemoveAll(w.caches()))
		w.copyTree(old, w.caches())
	}
	w.copyTree(w.caches(), old)
	try("older than a prune", func() {
		w.want(0, "prune", "--grace=0", "--max-unused=0%")
		w.write("dropped", random(3, 200_000)) // as it was when the caches knew of it
		putBack()
	})
	try("older than a prune, of another machine", func() {
		w.another("other").want(0, "prune", "--grace=0", "--max-unused=0%")
		w.write("dropped", random(3, 200_000))
	})
	try("newer than the repository", func() {
		w.save()
		must(t, os.RemoveAll(w.repo))
		w.copyTree(filepath.Join(w.base, "repository"), w.repo)
	})
	try("of another repository", func() { w.exchange(old) })
	for _, how := range []string{"cut", "flipped", "zeroed", "removed", "a folder"} {
		var files []string
		w.reset()
		must(t, filepath.WalkDir(w.caches(), func(path string, d os.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				files = append(files, path)
			}
			return err
		}))
		for i, path := range files {
			if !everything() && i%7 != 0 {
				continue
			}
			try(fmt.Sprint(path, " ", how), func() { w.spoil(path, how) })
		}
	}
	fmt.Printf("local state: %d backups with one that was stale, foreign or damaged\n", tries)
}

// exchange makes another repository and puts what the machine remembers of that in the place of what it remembers of this one.
func (w *world) exchange(old string) {
	w.t.Helper()
	mine, err := os.ReadDir(old)
	must(w.t, err)
	other := *w
	other.repo = filepath.Join(w.top, "other repository")
	other.save()
	all, err := os.ReadDir(w.caches())
	must(w.t, err)
	for _, e := range all {
		if e.IsDir() && e.Name() != mine[0].Name() {
			must(w.t, os.RemoveAll(filepath.Join(w.caches(), mine[0].Name())))
			must(w.t, os.Rename(filepath.Join(w.caches(), e.Name()), filepath.Join(w.caches(), mine[0].Name())))
		}
	}
}

// spoil damages a file.
func (w *world) spoil(path, how string) {
	data, err := os.ReadFile(path)
	must(w.t, err)
	switch how {
	case "cut":
		data = data[:len(data)/2]
	case "flipped":
		for i := len(data) / 3; i < len(data); i += 997 {
			data[i] ^= 0x10
		}
	case "zeroed":
		clear(data)
	default:
		must(w.t, os.Remove(path))
		if how == "a folder" {
			must(w.t, os.MkdirAll(filepath.Join(path, "x"), 0o700))
		}
		return
	}
	must(w.t, os.WriteFile(path, data, 0o600))
}
