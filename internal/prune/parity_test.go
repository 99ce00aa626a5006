//go:build linux || darwin

package prune

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/storage/faulty"
)

// parityOf lists the packs that have parity.
func parityOf(t *testing.T, r *repo.Repo) map[core.ID][]repo.ParityObject {
	t.Helper()
	all, err := r.ParityObjects(t.Context())
	must(t, err)
	return all
}

// TestParity: the parity of a pack goes with it, what is copied has parity of its own, and the rest stays.
func TestParity(t *testing.T) {
	p := newPlace(t)
	must(t, p.main.SetParity(t.Context(), 200))
	old := p.save(p.main, files{"a": random(1, 60_000), "b": random(2, 60_000)})
	kept := p.save(p.main, files{"a": random(1, 60_000), "c": random(3, 60_000)})
	before := parityOf(t, p.main)
	p.drop(old)
	res, err := Run(t.Context(), p.main, Options{Grace: -1, Expire: -1}, &report.Discard{})
	must(t, err)
	if res.SweptPacks == 0 || res.RewrittenPacks == 0 || res.SweptParity != res.SweptPacks || res.SweptParityBytes <= 0 {
		t.Fatalf("%+v", res)
	}
	stored, err := p.main.StoredPacks(t.Context())
	must(t, err)
	after := parityOf(t, p.main)
	if len(after) != len(stored) {
		t.Errorf("%d packs, %d with parity", len(stored), len(after))
	}
	fresh := 0
	for name := range stored {
		if after[name] == nil {
			t.Errorf("pack %s has no parity", name.Short())
		} else if before[name] == nil {
			fresh++
		}
	}
	if fresh == 0 {
		t.Error("nothing was copied")
	}
	must(t, check(t.Context(), p.main, kept))
}

// TestOrphanedParity: parity whose pack is gone is deleted; that of a pack which is there, or which an index object lists, is not, whatever
// listings say.
func TestOrphanedParity(t *testing.T) {
	p := newPlace(t)
	must(t, p.main.SetParity(t.Context(), 200))
	p.save(p.main, files{"a": random(1, 60_000)})
	before := parityOf(t, p.main)
	data := []byte(strings.Repeat("a pack that was deleted", 1000))
	gone, _, err := p.main.PutParity(t.Context(), crypto.Hash(data), data, nil, 200)
	must(t, err)
	unlisted := []byte(strings.Repeat("a pack that nobody lists", 1000))
	name := crypto.Hash(unlisted)
	_, _, err = p.main.PutParity(t.Context(), name, unlisted, nil, 200)
	must(t, err)
	must(t, os.MkdirAll(filepath.Dir(filepath.Join(p.dir, repo.PackName(name))), 0o700))
	must(t, os.WriteFile(filepath.Join(p.dir, repo.PackName(name)), unlisted, 0o600))
	dry, err := Run(t.Context(), p.main, Options{DryRun: true}, &report.Discard{})
	if err != nil || dry.Plan.Parity != (Sum{1, gone.Size}) || dry.Plan.Nothing() {
		t.Fatalf("the plan: %+v, %v", dry.Plan, err)
	}
	short, hid := faulty.New(p.store(), nil), 0
	short.Keep = func(in, object string) bool {
		if in == "packs/" && object == repo.PackName(name) {
			hid++
			return false
		}
		return true
	}
	res, err := Run(t.Context(), p.open(short, ""), Options{}, &report.Discard{})
	must(t, err)
	if hid == 0 {
		t.Error("the listing lacked nothing")
	}
	after := parityOf(t, p.main)
	if after[gone.Pack] != nil || res.SweptParity != 1 {
		t.Errorf("%d parity objects deleted", res.SweptParity)
	}
	if after[name] == nil {
		t.Error("the parity of a pack was deleted that a listing lacked")
	}
	for name := range before {
		if after[name] == nil {
			t.Errorf("the parity of %s was deleted", name.Short())
		}
	}
}
