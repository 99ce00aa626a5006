//go:build linux || darwin

package lock

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"backup_projeto/internal/backup"
	"backup_projeto/internal/core"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/parity"
	"backup_projeto/internal/prune"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/storage"
	"backup_projeto/internal/storage/local"
	"backup_projeto/internal/storage/storagetest"
)

const day = 24 * time.Hour

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// place is a repository on a store that locks for 30 days.
type place struct {
	t       *testing.T
	store   *storagetest.Locking
	dir     string
	project string
	repo    *repo.Repo
	secret  keys.Secret
}

func newPlace(t *testing.T) *place {
	t.Helper()
	return newPlaceWith(t, 0)
}

// newPlaceWith is newPlace where packs get parity.
func newPlaceWith(t *testing.T, share parity.Share) *place {
	t.Helper()
	p := &place{t: t, dir: filepath.Join(t.TempDir(), "store"), project: t.TempDir()}
	inner, err := local.New(p.dir)
	must(t, err)
	must(t, inner.Ensure(t.Context()))
	p.store = storagetest.NewLocking(inner, 30*day, true)
	c, err := repo.Create(t.Context(), p.store, "", "test", repo.Options{Cache: t.TempDir(), Parity: share})
	must(t, err)
	p.repo, p.secret = c.Repo, c.Device.Secret()
	t.Cleanup(func() { c.Repo.Close() })
	return p
}

// save backs the project up, with a file more or another content of one.
func (p *place) save(name, content string) core.UUID {
	p.t.Helper()
	must(p.t, os.WriteFile(filepath.Join(p.project, name), []byte(content), 0o600))
	res, err := backup.Run(p.t.Context(), p.repo, backup.Options{Root: p.project, Project: snapshot.Project{ID: core.UUID{1}, Name: "p"}, Host: "h"}, &report.Discard{})
	must(p.t, err)
	return res.Snapshot.ID
}

func (p *place) run(o Options) *Result {
	p.t.Helper()
	res, err := Run(p.t.Context(), p.repo, o, &report.Discard{})
	must(p.t, err)
	return res
}

// ends returns when the locks of the objects below a folder end, in days from the beginning of the test, each number once.
func (p *place) ends(begin time.Time) map[int]int {
	p.t.Helper()
	all, err := p.store.All(p.t.Context())
	must(p.t, err)
	out := map[int]int{}
	for _, lock := range all {
		out[int(lock.Until.Sub(begin).Round(day)/day)]++
	}
	return out
}

// TestLengthens: what a snapshot relies on and is old is locked as long as what is new, in as many requests as were told.
func TestLengthens(t *testing.T) {
	p := newPlace(t)
	begin := p.store.Now()
	p.save("a", "old content")
	old := len(p.ends(begin))
	if old != 1 || p.ends(begin)[30] == 0 {
		t.Fatalf("locks end after days: %v", p.ends(begin))
	}
	if res := p.run(Options{}); res.Plan.Due != 0 || res.Lengthened != 0 || p.store.Locked != 0 {
		t.Errorf("what is locked for long enough is due: %+v", res.Plan)
	}
	p.store.Advance(20 * day)
	first := p.ends(begin)[30]
	p.save("b", "new content, beside what is old and unchanged")
	told := int64(-1)
	p.store.Looked = 0
	dry := p.run(Options{DryRun: true, Looking: func(n int64) { told = n }})
	if int64(p.store.Looked) != told || dry.Plan.Looked != told || p.store.Locked != 0 {
		t.Errorf("%d requests to look, %d were told; %d locks were set in a dry run", p.store.Looked, told, p.store.Locked)
	}
	if dry.Plan.Due != int64(first) || !dry.Plan.Next.Equal(begin.Add(30*day)) || dry.Plan.NextName == "" || dry.Plan.Unlocked != 0 || dry.Plan.All {
		t.Errorf("plan %+v, want %d due", dry.Plan, first)
	}
	asked := false
	if res := p.run(Options{Consent: func(*Plan) (bool, error) { asked = true; return false, nil }}); !asked || !res.Declined || p.store.Locked != 0 {
		t.Errorf("no was not heard: %+v", res)
	}
	res := p.run(Options{})
	if res.Lengthened != int64(first) || int64(p.store.Locked) != res.Plan.Requests() || p.ends(begin)[50] != int(res.Plan.Objects) {
		t.Errorf("%d lengthened by %d requests: %+v; locks end after days %v", res.Lengthened, p.store.Locked, res.Plan, p.ends(begin))
	}
	if until := p.repo.RememberedLocks(30 * day); until.Sub(begin.Add(50*day)).Abs() > time.Second {
		t.Errorf("remembered %v", until)
	}
}

// TestLeavesTheDead: packs that no snapshot needs are not locked any longer, those of dropped ones that can be brought back are.
func TestLeavesTheDead(t *testing.T) {
	p := newPlace(t)
	begin := p.store.Now()
	dead := p.save("a", "content of a snapshot that is gone")
	must(t, os.Remove(filepath.Join(p.project, "a")))
	dropped := p.save("b", "content of a snapshot in the trash")
	must(t, os.Remove(filepath.Join(p.project, "b")))
	p.save("c", "content of a snapshot in its place")
	must(t, os.Remove(filepath.Join(p.dir, "snapshots", dead.String())))
	must(t, p.repo.Drop(t.Context(), dropped))
	p.age()
	p.store.Advance(20 * day)
	res := p.run(Options{})
	ends := p.ends(begin)
	if ends[30] != 2 || ends[50] != int(res.Plan.Objects) { // the file's pack and the folder's
		t.Errorf("locks end after days %v; %+v", ends, res.Plan)
	}
}

// age makes the packs look as old as needed for anybody to say that nothing needs them.
func (p *place) age() {
	p.t.Helper()
	must(p.t, filepath.WalkDir(filepath.Join(p.dir, "packs"), func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			err = os.Chtimes(path, time.Time{}, time.Now().Add(-100*time.Hour))
		}
		return err
	}))
}

// TestGoesOn: a run that breaks off leaves what it did, and the next one does the rest.
func TestGoesOn(t *testing.T) {
	p := newPlace(t)
	for _, name := range []string{"a", "b", "c", "d"} {
		p.save(name, name)
	}
	p.store.Advance(20 * day)
	left := 5
	p.store.Fail = func(op, name string) error {
		if op == "lock" {
			if left--; left < 0 {
				return storage.Errf(storage.Network, name, errors.New("cut"))
			}
		}
		return nil
	}
	res, err := Run(t.Context(), p.repo, Options{Parallel: 1}, &report.Discard{})
	if core.CodeOf(err) != storage.Network || res.Lengthened != 5 {
		t.Fatalf("%+v, %v", res, err)
	}
	p.store.Fail = nil
	again := p.run(Options{})
	if again.Lengthened != res.Plan.Due-5 || again.Plan.Due != again.Lengthened {
		t.Errorf("the second run lengthened %d, after 5 of %d", again.Lengthened, res.Plan.Due)
	}
	if last := p.run(Options{}); last.Plan.Due != 0 {
		t.Errorf("still due: %+v", last.Plan)
	}
}

// TestDamage: where nobody can say what snapshots need, everything is locked, and that is told.
func TestDamage(t *testing.T) {
	p := newPlace(t)
	begin := p.store.Now()
	p.save("a", "content")
	id := p.save("b", "other content")
	must(t, os.WriteFile(filepath.Join(p.dir, "snapshots", id.String()), []byte("ruined"), 0o600))
	fresh := p.reopen()
	p.store.Advance(20 * day)
	res, err := Run(t.Context(), fresh, Options{}, &report.Discard{})
	if err != nil || len(res.Issues) != 1 || core.KindOf(res.Issues[0].Err) != core.Damage || !res.Plan.All {
		t.Fatalf("%+v, %v", res, err)
	}
	if ends := p.ends(begin); ends[30] != 0 || ends[50] != int(res.Plan.Objects) {
		t.Errorf("locks end after days %v", ends)
	}
}

// reopen opens the repository on a machine that has heard of nothing.
func (p *place) reopen() *repo.Repo {
	p.t.Helper()
	h, err := repo.ReadHeader(p.t.Context(), p.store)
	must(p.t, err)
	r, err := repo.Unlock(p.t.Context(), p.store, h, p.secret, repo.Options{Cache: p.t.TempDir()})
	must(p.t, err)
	p.t.Cleanup(func() { r.Close() })
	return r
}

// TestRefusals: an object that refuses is told and stops nothing; a right that is missing ends the run; without a length, or on a store
// without locks, it says so.
func TestRefusals(t *testing.T) {
	p := newPlace(t)
	p.save("a", "content")
	p.store.Advance(20 * day)
	p.store.Fail = func(op, name string) error {
		if op == "lock" && strings.HasPrefix(name, "snapshots/") {
			return storage.Errf(storage.Locked, name, nil)
		}
		return nil
	}
	res := p.run(Options{})
	if len(res.Issues) != 1 || !strings.HasPrefix(res.Issues[0].Path, "snapshots/") || res.Lengthened != res.Plan.Due-1 {
		t.Errorf("%+v", res)
	}
	p.store.Fail = func(op, name string) error { return storage.Errf("s3-denied", name, nil) }
	if _, err := Run(t.Context(), p.repo, Options{}, &report.Discard{}); core.CodeOf(err) != "s3-denied" {
		t.Errorf("%v", err)
	}
	p.store.Fail, p.store.Length = nil, 0
	if _, err := Run(t.Context(), p.repo, Options{}, &report.Discard{}); core.CodeOf(err) != codeNoLength {
		t.Errorf("%v", err)
	}
	inner, err := local.New(filepath.Join(t.TempDir(), "plain"))
	must(t, err)
	must(t, inner.Ensure(t.Context()))
	c, err := repo.Create(t.Context(), inner, "", "test", repo.Options{})
	must(t, err)
	defer c.Repo.Close()
	if _, err := Run(t.Context(), c.Repo, Options{}, &report.Discard{}); core.CodeOf(err) != storage.NoLocks {
		t.Errorf("%v", err)
	}
}

// TestBesidePrune: while a prune is under way everything counts as needed.
func TestBesidePrune(t *testing.T) {
	p := newPlace(t)
	p.save("a", "content")
	s, err := p.repo.BeginPrune(context.Background())
	must(t, err)
	defer s.Close()
	p.store.Advance(20 * day)
	res := p.run(Options{})
	if !res.Plan.All || len(res.Issues) != 1 || core.CodeOf(res.Issues[0].Err) != prune.Busy || res.Lengthened != res.Plan.Objects {
		t.Errorf("%+v", res)
	}
}

// modes counts the locks of the objects that last, by mode.
func (p *place) modes() map[storage.LockMode]int {
	p.t.Helper()
	all, err := p.store.All(p.t.Context())
	must(p.t, err)
	out := map[storage.LockMode]int{}
	for _, lock := range all {
		out[lock.Mode]++
	}
	return out
}

// TestMakesFirmer: a lock that is weaker than asked for is due however long it is, and is made firmer and never shorter; one that is firmer stays.
func TestMakesFirmer(t *testing.T) {
	p := newPlace(t)
	begin := p.store.Now()
	p.store.Length = 40 * day
	p.save("a", "content, locked for long")
	p.store.Length, p.store.Mode = 30*day, storage.Compliance
	dry := p.run(Options{DryRun: true})
	weak := p.modes()[storage.Governance]
	if weak == 0 || int(dry.Plan.Weaker) != weak || dry.Plan.Due != dry.Plan.Weaker || dry.Plan.Requests() != 3*dry.Plan.Weaker || dry.Plan.Firmer != 0 {
		t.Errorf("%d locks are weaker than asked for: %+v", weak, dry.Plan)
	}
	res := p.run(Options{})
	if ends := p.ends(begin); int(res.Raised) != weak || res.Lengthened != res.Raised || res.Unraised != 0 || p.modes()[storage.Compliance] != weak || ends[40] == 0 || ends[40]+ends[30] != weak {
		t.Errorf("%+v; modes %v, locks end after days %v", res, p.modes(), ends)
	}
	if again := p.run(Options{}); again.Plan.Due != 0 {
		t.Errorf("still due: %+v", again.Plan)
	}
	p.store.Mode = storage.Governance
	p.store.Advance(30 * day)
	res = p.run(Options{})
	if int(res.Plan.Firmer) != weak || res.Plan.Weaker != 0 || res.Lengthened == 0 || p.modes()[storage.Compliance] != weak {
		t.Errorf("what is firmer than asked for: %+v; modes %v", res, p.modes())
	}
}

// TestMayNotMakeFirmer: who may only lengthen learns how many locks stay weaker than asked for, after one refusal; what ends is lengthened.
func TestMayNotMakeFirmer(t *testing.T) {
	p := newPlace(t)
	begin := p.store.Now()
	p.save("a", "old content")
	old := p.modes()[storage.Governance]
	p.store.Advance(20 * day)
	p.save("b", "new content")
	p.store.Mode, p.store.Fixed = storage.Compliance, true
	var tries int
	p.store.Fail = func(op, _ string) error {
		if op == "lock" {
			tries++
		}
		return nil
	}
	res := p.run(Options{Parallel: 1})
	all := p.modes()[storage.Governance]
	if int(res.Unraised) != all || res.Raised != 0 || !repo.IsDenied(res.Refused) || int(res.Lengthened) != old || p.ends(begin)[50] != all || tries != old+1 {
		t.Errorf("%d old of %d, %d tries: %+v", old, all, tries, res)
	}
}
