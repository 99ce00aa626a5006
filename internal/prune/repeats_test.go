//go:build linux || darwin

package prune

import (
	"testing"

	"backup_projeto/internal/report"
	"backup_projeto/internal/storage/faulty"
)

// TestRepeats: where every listing has each object twice, backups and prunes do what they do elsewhere.
func TestRepeats(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	r := p.open(faulty.New(p.store(), func(c faulty.Call) faulty.Fault {
		if c.Method == faulty.List {
			return faulty.Twice
		}
		return faulty.None
	}), t.TempDir())
	keep, gone := p.save(r, files{"a": random(1, 100_000)}), p.save(r, files{"b": random(2, 200_000)})
	p.drop(gone)
	size := p.size()
	res, err := Run(t.Context(), r, now, &report.Discard{})
	must(t, err)
	if l := res.Plan; l.Stored.Packs != 4 || l.Snapshots != 1 || l.InFlight != 0 || l.Condemn.Packs != 2 || l.IndexObjects != 2 {
		t.Errorf("plan %+v", l)
	}
	if res.SweptPacks != 2 || p.size() != size-res.SweptBytes {
		t.Errorf("%+v", res)
	}
	p.want(keep)
}
