//go:build linux || darwin

package prune

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"backup_projeto/internal/backup"
	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/gc"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/storage/faulty"
	"backup_projeto/internal/tree"
)

// addDevice adds a device, and opens the repository with it as a thief's build does.
func (p *place) addDevice(writeOnly bool) (*keys.DeviceKey, *repo.Repo) {
	p.t.Helper()
	key := keys.NewDeviceKey(p.main.Header().ID)
	_, err := p.main.AddSlot(p.t.Context(), key.Secret(), "other", writeOnly)
	must(p.t, err)
	return key, p.openWith(faulty.Deaf{Store: p.store()}, key.Secret(), "")
}

// sabotage saves a snapshot that needs what nobody has: while it counts, nothing can be deleted.
func sabotage(t *testing.T, r *repo.Repo) core.UUID {
	t.Helper()
	s, err := r.Begin(t.Context())
	must(t, err)
	defer s.Close()
	must(t, s.Finish())
	m := &snapshot.Manifest{ID: crypto.NewTimeUUID(time.Now()), Root: tree.Entry{Type: tree.Dir, Content: tree.Content{IDs: []core.ID{{9}}}}}
	must(t, s.Commit(m))
	return m.ID
}

// TestRevokedDevice: what a device had saved before it was revoked is kept. What it saves afterwards keeps no space, and no prune from its
// work: not a snapshot that cannot be read, nor a session; its index objects go when the revocation is old enough.
func TestRevokedDevice(t *testing.T) {
	for name, writeOnly := range map[string]bool{"reader": false, "writer": true} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			first := p.save(p.main, files{"a": random(1, 300_000)})
			key, thief := p.addDevice(writeOnly)
			theirs := p.save(thief, files{"b": random(2, 300_000), "a": first.in["a"]})
			must(t, p.main.RevokeSlots(t.Context(), []core.UUID{key.Slot}, true))
			time.Sleep(20 * time.Millisecond)
			later := p.save(thief, files{"c": random(3, 300_000)})
			broken := sabotage(t, thief)
			flying, err := thief.Begin(t.Context())
			must(t, err)
			defer flying.Close()
			again := p.save(p.main, files{"d": random(4, 100_000)})

			indexes := len(p.names("index"))
			wanted := []string{"snapshots/" + later.id.String(), "snapshots/" + broken.String()}
			run := func(o Options) {
				t.Helper()
				res, err := Run(t.Context(), p.main, o, &report.Discard{})
				must(t, err)
				for _, name := range wanted {
					if !slices.ContainsFunc(res.Issues, func(i report.Issue) bool { return i.Path == name && repo.IsVoid(i.Err) }) {
						t.Errorf("%s is not told", name)
					}
				}
				p.wantAll(first, theirs, again)
			}
			run(Options{MaxRewrite: -1})
			if len(p.names("index")) != indexes || len(p.names("sessions")) != 0 {
				t.Errorf("%d index objects became %d, sessions: %v", indexes, len(p.names("index")), p.names("sessions"))
			}
			for _, folder := range []string{"packs", "index", "snapshots", "gc", "sessions"} {
				p.age(folder, 4*24*time.Hour)
			}
			run(Options{MaxRewrite: -1})
			if got := len(p.names("index")); got != indexes-1 {
				t.Errorf("%d index objects, before it were %d", got, indexes)
			}
			for _, name := range wanted {
				if slices.Contains(p.names("snapshots"), name) {
					t.Errorf("%s is still there", name)
				}
			}
			if n := len(p.names("snapshots")); n != 3 {
				t.Errorf("%d snapshots are left", n)
			}
			wanted = nil
			p.age("gc", 2*24*time.Hour)
			before := p.size()
			run(Options{MaxRewrite: -1})
			if p.size() > before-300_000 {
				t.Errorf("what the thief has saved still takes %d bytes", p.size()-before)
			}
		})
	}
}

// TestMarkOfVoidSnapshot: a snapshot that counts for nothing now, and was kept when packs were condemned by who had not heard of the
// revocation, is not taken for one that a short listing misses; one that counts is.
func TestMarkOfVoidSnapshot(t *testing.T) {
	p := newPlace(t)
	first := p.save(p.main, files{"a": random(1, 300_000)})
	dead := p.save(p.main, files{"b": random(2, 300_000)})
	p.drop(dead)
	key, thief := p.addDevice(false)
	must(t, p.main.RevokeSlots(t.Context(), []core.UUID{key.Slot}, true))
	void := p.save(thief, files{"c": random(3, 300_000)})
	_, err := p.main.PutMark(t.Context(), &gc.Mark{Created: time.Now().UnixNano(), Snapshots: []core.UUID{first.id, void.id}})
	must(t, err)
	before := p.size()
	for range 2 {
		for _, folder := range []string{"packs", "index", "snapshots", "gc", "sessions"} {
			p.age(folder, 4*24*time.Hour)
		}
		if _, err := Run(t.Context(), p.open(p.store(), ""), Options{}, &report.Discard{}); err != nil {
			t.Fatal(err)
		}
	}
	if p.size() > before-300_000 {
		t.Errorf("%d bytes became %d", before, p.size())
	}
	p.wantAll(first)
	short := faulty.New(p.store(), nil)
	short.Keep = func(_, name string) bool { return name != "snapshots/"+first.id.String() }
	if _, err := Run(t.Context(), p.open(short, ""), Options{}, &report.Discard{}); core.KindOf(err) != core.Destination {
		t.Errorf("the listing lacks a snapshot, and the prune says %v", err)
	}
	p.wantAll(first)
}

// wantAll restores snapshots on a machine that has heard of nothing.
func (p *place) wantAll(all ...saved) {
	p.t.Helper()
	r := p.open(p.store(), "")
	_, err := r.LoadIndex(p.t.Context())
	must(p.t, err)
	for _, s := range all {
		if err := check(p.t.Context(), r, s); err != nil {
			p.t.Errorf("snapshot %s: %v", s.id, err)
		}
	}
}

// TestLostSlot: nothing is deleted because the key of a device is gone from the store.
func TestLostSlot(t *testing.T) {
	p := newPlace(t)
	first := p.save(p.main, files{"a": random(1, 300_000)})
	key, other := p.addDevice(true)
	theirs := p.save(other, files{"b": random(2, 300_000)})
	must(t, os.Remove(filepath.Join(p.dir, "keys", key.Slot.String())))
	fresh := p.open(p.store(), "")
	for range 2 {
		for _, folder := range []string{"packs", "index", "snapshots", "gc", "sessions"} {
			p.age(folder, 4*24*time.Hour)
		}
		_, err := Run(t.Context(), fresh, now, &report.Discard{})
		must(t, err)
	}
	must(t, fresh.Admit(t.Context(), key.Slot))
	p.want(first, theirs)
}

// TestPoisonedParent: a backup takes nothing over from the parent that a device which was stolen since had said to be there.
func TestPoisonedParent(t *testing.T) {
	p := newPlace(t)
	key, thief := p.addDevice(false)
	in := files{"a": random(1, 300_000)}
	p.save(thief, in)
	dir := t.TempDir()
	for name, content := range in {
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
	time.Sleep(50 * time.Millisecond)
	run := func() *snapshot.Manifest {
		t.Helper()
		res, err := backup.Run(t.Context(), p.main, backup.Options{Root: dir, Project: snapshot.Project{ID: core.UUID{2}, Name: "q"}, Host: "h"}, &report.Discard{})
		must(t, err)
		return res.Snapshot
	}
	packs := p.names("packs")
	if m := run(); m.Counts.BytesNew != 0 {
		t.Fatalf("%d bytes are new, though the other device has said them to be there", m.Counts.BytesNew)
	}
	must(t, p.main.RevokeSlots(t.Context(), []core.UUID{key.Slot}, true))
	if m := run(); m.Counts.BytesNew != 300_000 {
		t.Errorf("%d bytes are new", m.Counts.BytesNew)
	}
	for _, name := range packs { // as if they had been poisoned
		must(t, os.Remove(filepath.Join(p.dir, name)))
	}
	m := run()
	if m.Counts.BytesRead != 0 || m.Counts.BytesNew != 0 {
		t.Errorf("what it has stored itself by now is read again: %+v", m.Counts)
	}
	p.wantAll(saved{m.ID, in})
}
