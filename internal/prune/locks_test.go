//go:build linux || darwin

package prune

import (
	"testing"
	"time"

	"backup_projeto/internal/storage"
	"backup_projeto/internal/storage/storagetest"
)

// locking lets the place's main repository be on a store that locks for 30 days.
func (p *place) locking(hides bool) *storagetest.Locking {
	s := storagetest.NewLocking(p.store(), 30*24*time.Hour, hides)
	p.main = p.open(s, p.t.TempDir())
	return s
}

// TestLockedRefused: where locked objects cannot be deleted nothing is swept, in run after run, nothing piles up, and it is told until
// when; then it goes as ever.
func TestLockedRefused(t *testing.T) {
	p := newPlace(t)
	s := p.locking(false)
	keep, gone := p.save(p.main, files{"a": random(1, 100_000)}), p.save(p.main, files{"b": random(2, 200_000)})
	p.drop(gone)
	until := s.Now().Add(s.Length)
	var indexes, packs int
	for i := range 3 {
		res := p.prune(now)
		if res.SweptPacks != 0 {
			t.Errorf("run %d swept: %+v", i, res)
		}
		if l := res.Plan; !l.Refused || i > 0 && (l.Sweep.Packs != 0 || l.Locked.Packs != 2 || l.Waiting.Packs != 2 || l.LockedUntil.Sub(until).Abs() > time.Minute) {
			t.Errorf("run %d: plan %+v, want it to wait until %v", i, l, until)
		}
		if i == 0 {
			indexes, packs = len(p.names("index")), len(p.names("packs"))
		}
		if len(p.names("index")) != indexes || len(p.names("packs")) != packs {
			t.Errorf("run %d: objects pile up", i)
		}
		p.want(keep)
	}
	s.Advance(31 * 24 * time.Hour)
	if res := p.prune(now); res.SweptPacks != 2 || res.Plan.Refused || res.Plan.Locked.Packs != 0 {
		t.Errorf("after the locks ended: %+v", res.Plan)
	}
	p.want(keep)
}

// TestLockedHidden: a bucket that keeps versions hides what is locked; the plan says what the bucket keeps, and until when.
func TestLockedHidden(t *testing.T) {
	p := newPlace(t)
	s := p.locking(true)
	keep, gone := p.save(p.main, files{"a": random(1, 100_000)}), p.save(p.main, files{"b": random(2, 200_000)})
	p.drop(gone)
	until := s.Now().Add(s.Length)
	p.prune(Options{MaxRewrite: -1})
	p.age("packs", 100*time.Hour)
	p.prune(Options{MaxRewrite: -1})
	p.age("gc", 100*time.Hour)
	res := p.prune(Options{MaxRewrite: -1})
	if l := res.Plan; res.SweptPacks != 2 || l.Refused || l.Sweep.Packs != 2 || l.Locked != l.Sweep || l.LockedUntil.Sub(until).Abs() > time.Minute {
		t.Errorf("%+v, plan %+v", res, l)
	}
	p.want(keep)
}

// TestLocksCostNothingElsewhere: a store whose locks nobody may ask for, or that has none, is pruned as ever.
func TestLocksCostNothingElsewhere(t *testing.T) {
	p := newPlace(t)
	s := p.locking(true)
	s.Fail = func(_, name string) error { return storage.Errf("s3-denied", name, nil) }
	keep, gone := p.save(p.main, files{"a": random(1, 100_000)}), p.save(p.main, files{"b": random(2, 200_000)})
	p.drop(gone)
	if res := p.prune(now); res.SweptPacks != 2 || s.Looked != 0 {
		t.Errorf("%+v", res)
	}
	p.want(keep)
}
