//go:build linux || darwin

package lock

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/parity"
	"backup_projeto/internal/repo"
)

// parityEnds returns when the locks of parity end, in days from the moment of the first backup, by the number of objects.
func (p *place) parityEnds(begun int) map[int]int {
	p.t.Helper()
	all, err := p.store.All(p.t.Context())
	must(p.t, err)
	out := map[int]int{}
	for name, lock := range all {
		if strings.HasPrefix(name, "parity/") {
			out[begun+int(lock.Until.Sub(p.store.Now()).Round(day)/day)]++
		}
	}
	return out
}

// TestParity: the parity of packs that snapshots need is locked as they are, and neither that of others nor what was superseded.
func TestParity(t *testing.T) {
	p := newPlaceWith(t, 200)
	p.save("a", "content of a snapshot that is gone")
	dead := p.save("b", strings.Repeat("content of another snapshot that is gone", 100))
	must(t, os.Remove(filepath.Join(p.project, "b")))
	must(t, os.Remove(filepath.Join(p.dir, "snapshots", dead.String())))
	p.save("c", "content of a snapshot in its place")
	p.age()
	has, err := p.repo.ParityObjects(t.Context())
	must(t, err)
	needless := 2 // the dead snapshot's file and its folder
	if ends := p.parityEnds(0); ends[30] != len(has) || len(ends) != 1 || len(has) < 6 {
		t.Fatalf("locks of parity end after days %v, of %d", ends, len(has))
	}
	for name := range has {
		data, err := p.repo.FetchPack(t.Context(), name, p.size(name), nil)
		must(t, err)
		if len(data) > 4096 { // so that more parity has another name
			_, _, err = p.repo.PutParity(t.Context(), name, data, nil, parity.Whole)
			must(t, err)
			break
		}
	}
	p.store.Advance(20 * day)
	p.run(Options{})
	ends := p.parityEnds(20)
	if ends[50] != len(has)-needless || ends[30] != needless+1 {
		t.Errorf("locks of parity end after days %v, of %d", ends, len(has)+1)
	}
	must(t, p.repo.SetParity(t.Context(), 0))
	p.store.Advance(20 * day)
	p.run(Options{})
	if again := p.parityEnds(40); again[50] != ends[50] {
		t.Errorf("parity is off, and its locks end after days %v", again)
	}
}

func (p *place) size(name core.ID) int64 {
	p.t.Helper()
	info, err := os.Stat(filepath.Join(p.dir, repo.PackName(name)))
	must(p.t, err)
	return info.Size()
}
