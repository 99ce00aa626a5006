//go:build unix

package index

import (
	"os"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/pack"
)

// TestMappedPageIsGone makes the system unable to give a mapped page, as a failing disk does: that is damage, not the end of the
// program.
func TestMappedPageIsGone(t *testing.T) {
	dir, m := t.TempDir(), newMaker(31)
	s := openSet(t, dir)
	p := m.entryOf(100)
	add(t, s, core.ID{1}, p)
	flush(t, s)
	if err := os.Truncate(tableFiles(t, dir)[0], 0); err != nil {
		t.Fatal(err)
	}
	wantContent(t, s, nil, p.Footer.Segments[0].IDs...)
	if !s.Damaged() {
		t.Error("nothing was noticed")
	}
	flush(t, s)
	if n := len(tableFiles(t, dir)); n != 0 || !s.Damaged() {
		t.Errorf("%d files are left, damaged %v", n, s.Damaged())
	}
	add(t, s, core.ID{1}, p)
	flush(t, s)
	wantContent(t, s, []pack.Entry{p})
}
