//go:build linux || darwin

package prune

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/storage"
	"backup_projeto/internal/storage/faulty"
	"backup_projeto/internal/verify"
)

// device opens a store with a new device's key, as a thief's build does.
func device(t *testing.T, m *faulty.Memory, r *repo.Repo) (*keys.DeviceKey, *repo.Repo) {
	t.Helper()
	key := keys.NewDeviceKey(r.Header().ID)
	_, err := r.AddSlot(t.Context(), key.Secret(), "other", false)
	must(t, err)
	own, err := unlock(t.Context(), faulty.Deaf{Store: m}, key, "")
	must(t, err)
	t.Cleanup(func() { own.Close() })
	return key, own
}

// stolen leaves a snapshot of a device from before it was revoked, which it returns, and one from after that.
func stolen(t *testing.T, m *faulty.Memory, r *repo.Repo) saved {
	t.Helper()
	key, thief := device(t, m, r)
	before, err := trySave(t.Context(), thief, t.TempDir(), files{"s": random(90, 5_000)})
	must(t, err)
	must(t, r.RevokeSlots(t.Context(), []core.UUID{key.Slot}, true))
	_, err = trySave(t.Context(), thief, t.TempDir(), files{"t": random(91, 5_000)})
	must(t, err)
	return before
}

// between is a store that does something before the first revocation is put, and something after that.
type between struct {
	storage.Store
	before, after func()
}

func (b *between) Put(ctx context.Context, name string, data []byte) error {
	before, after := b.before, b.after
	if b.before == nil || !strings.HasPrefix(name, "gc/revoked.") {
		return b.Store.Put(ctx, name, data)
	}
	b.before, b.after = nil, nil
	before()
	err := b.Store.Put(ctx, name, data)
	after()
	return err
}

// TestVoidSnapshots: what a device saved after it was revoked is deleted when the revocation is as old as the grace, after the plan said so, and
// nobody takes that for damage or for a snapshot that somebody took away.
func TestVoidSnapshots(t *testing.T) {
	m := faulty.NewMemory()
	c, err := repo.Create(t.Context(), m, "", "test", repo.Options{Cache: t.TempDir()})
	must(t, err)
	defer c.Repo.Close()
	first, err := trySave(t.Context(), c.Repo, t.TempDir(), files{"a": random(1, 5_000)})
	must(t, err)
	kept := []saved{first, stolen(t, m, c.Repo)}
	witness, err := unlock(t.Context(), m, c.Device, t.TempDir()) // keeps copies of all
	must(t, err)
	defer witness.Close()
	_, damaged, err := witness.History(t.Context())
	must(t, err)
	if len(damaged) != 1 || !repo.IsDisowned(damaged[0].Err) {
		t.Fatalf("%v", damaged)
	}
	run := func(o Options, planned, deleted int64) {
		t.Helper()
		res, err := Run(t.Context(), c.Repo, o, &report.Discard{})
		must(t, err)
		if res.Plan.Void != planned || res.Void != deleted || res.Plan.Nothing() != (planned == 0) || len(m.Names("snapshots/")) != int(3-deleted) {
			t.Errorf("planned: %d, deleted: %d, left: %v", res.Plan.Void, res.Void, m.Names("snapshots/"))
		}
	}
	alone := Options{MaxRewrite: -1}
	run(alone, 0, 0)
	m.Age(25 * time.Hour)
	dry := alone
	dry.DryRun = true
	run(dry, 1, 0)
	no := alone
	no.Consent = func(*Plan) (bool, error) { return false, nil }
	run(no, 1, 0)
	run(alone, 1, 1)
	must(t, sound(t.Context(), m, c.Device, kept))
	res, err := verify.Run(t.Context(), witness, verify.Options{}, &report.Discard{})
	must(t, err)
	if len(res.Damaged)+len(res.Issues) > 0 {
		t.Errorf("%v, %v", res.Damaged, res.Issues)
	}
}

// TestListingsOfVoid: whatever one listing shows, a snapshot that counts is not deleted for counting for nothing: not that of a device which was
// never revoked, nor one from before its revocation, nor one that came while it was revoked, which only a second revocation names.
func TestListingsOfVoid(t *testing.T) {
	m := faulty.NewMemory()
	b := &between{Store: m}
	c, err := repo.Create(t.Context(), b, "", "test", repo.Options{Cache: t.TempDir()})
	must(t, err)
	defer c.Repo.Close()
	save := func(r *repo.Repo, seed uint64) saved {
		s, err := trySave(t.Context(), r, t.TempDir(), files{"a": random(seed, 3_000)})
		must(t, err)
		return s
	}
	_, friend := device(t, m, c.Repo)
	key, thief := device(t, m, c.Repo)
	kept := []saved{save(c.Repo, 1), save(friend, 2), save(thief, 3)}
	b.before, b.after = func() { kept = append(kept, save(thief, 4)) }, func() { kept = append(kept, save(thief, 6)) }
	must(t, c.Repo.RevokeSlots(t.Context(), []core.UUID{key.Slot}, true))
	void := save(thief, 5)
	if n := len(m.Names("gc/")); n != 2 || len(kept) != 5 {
		t.Fatalf("%d revocations, %d snapshots", n, len(kept))
	}
	m.Age(30 * time.Hour)
	points := 0
	for _, folder := range []string{"gc", "snapshots", "trash", "sessions"} {
		for _, fault := range []faulty.Fault{faulty.Short, faulty.Stale, faulty.Ghost, faulty.Twice} {
			for nth := 1; ; nth++ {
				s := m.Clone()
				f := faulty.New(s, faulty.At(faulty.Class{Method: faulty.List, Folder: folder}, nth, fault))
				name := fmt.Sprintf("%s %s %d", folder, fault, nth)
				err := pruneOnce(t.Context(), f, c.Device, t.TempDir(), Options{MaxRewrite: -1})
				if hits, _ := f.Hits(); hits == 0 {
					break
				}
				points++
				if err != nil && core.KindOf(err) != core.Destination {
					t.Errorf("%s: %v", name, err)
				}
				there := s.Names("snapshots/")
				for _, k := range kept {
					if !slices.Contains(there, "snapshots/"+k.id.String()) {
						t.Errorf("%s: a snapshot that counts was deleted", name)
					}
				}
				must(t, pruneOnce(t.Context(), s, c.Device, t.TempDir(), Options{MaxRewrite: -1}))
				if there := s.Names("snapshots/"); slices.Contains(there, "snapshots/"+void.id.String()) || len(there) != len(kept) {
					t.Errorf("%s: after a prune with whole listings these are left: %v", name, there)
				}
			}
		}
	}
	t.Logf("%d points", points)
}

// TestRevocationNotListed: where no listing shows any more which snapshots stay of a device that was revoked, those that the store got before it
// was revoked are left alone all the same.
func TestRevocationNotListed(t *testing.T) {
	m := faulty.NewMemory()
	b := &between{Store: m}
	c, err := repo.Create(t.Context(), b, "", "test", repo.Options{})
	must(t, err)
	defer c.Repo.Close()
	key, thief := device(t, m, c.Repo)
	save := func(seed uint64) saved {
		s, err := trySave(t.Context(), thief, t.TempDir(), files{"a": random(seed, 3_000)})
		must(t, err)
		return s
	}
	kept := []saved{save(1)}
	b.before, b.after = func() { kept = append(kept, save(2)) }, func() { time.Sleep(5 * time.Millisecond); save(3) }
	must(t, c.Repo.RevokeSlots(t.Context(), []core.UUID{key.Slot}, true))
	m.Age(30 * time.Hour)
	for _, name := range m.Names("gc/") {
		left := m.Clone()
		f := faulty.New(left, nil)
		f.Keep = func(_, listed string) bool { return listed != name }
		must(t, pruneOnce(t.Context(), f, c.Device, t.TempDir(), Options{MaxRewrite: -1, AllowEmpty: true}))
		for i, k := range kept {
			if there := left.Names("snapshots/"); !slices.Contains(there, "snapshots/"+k.id.String()) {
				t.Errorf("without %s, of snapshot %d: %v are left", name, i, there)
			}
		}
	}
}
