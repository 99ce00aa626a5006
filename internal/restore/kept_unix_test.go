//go:build linux || darwin

package restore

import (
	"os"
	"path/filepath"
	"testing"

	"backup_projeto/internal/core"
)

// TestLinkToKeptFolder makes a link, in a folder met later, to an entry of a folder that its owner may not write in and that is left
// alone: it stays as it was.
func TestLinkToKeptFolder(t *testing.T) {
	w := newWorld(t)
	readOnly := dir("a", linked(1, file("first", "shared")))
	readOnly.Mode = 0o550
	in := []node{readOnly, dir("b", linked(1, file("second", "shared")))}
	m, target := w.save(in...), tempDir(t)
	w.restore(m, Options{Target: target})
	must(t, os.Remove(filepath.Join(target, "b", "second")))
	w.restore(m, Options{Target: target})
	wantTree(t, target, in...)
}

// TestKeep restores, over a repository and the folder around it, a snapshot with something else in their places.
func TestKeep(t *testing.T) {
	w := newWorld(t)
	target := tempDir(t)
	place := filepath.Join(target, "around", "place")
	must(t, os.MkdirAll(place, 0o700))
	write(t, filepath.Join(place, "config"), "precious")
	for _, in := range [][]node{
		{dir("around", dir("place", file("config", "other"), file("new", "new"))), file("z", "z")},
		{dir("around", file("place", "file")), file("z", "z")},
		{file("around", "file"), file("z", "z")},
		{symlink("around", "z"), file("z", "z")},
	} {
		m := w.save(in...)
		_, err := w.restoreInto(m, Options{Target: target, Overwrite: true, Keep: []string{place}})
		wantCode(t, err, core.Source, "restore-incomplete")
		if got := read(t, filepath.Join(place, "config")); got != "precious" {
			t.Errorf("config is %q", got)
		}
		if names, err := os.ReadDir(place); err != nil || len(names) != 1 {
			t.Errorf("%v, %v", names, err)
		}
		wantAmong(t, target, file("z", "z"))
	}
	for _, into := range []string{place, filepath.Join(place, "new", "folder")} {
		_, err := w.restoreInto(w.save(file("z", "z")), Options{Target: into, Keep: []string{place}})
		wantCode(t, err, core.Usage, codeInside)
	}
	wantNoTemps(t, target)
}
