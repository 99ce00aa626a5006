//go:build linux || darwin

package restore

import (
	"os"
	"path/filepath"
	"testing"
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
