package repo

import (
	"os"
	"slices"
	"testing"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/snapshot"
	faults "backup_projeto/internal/storage/faulty"
	"backup_projeto/internal/tree"
)

// TestVanished: a snapshot that later ones name, or of which there is a copy, is missed for a month when it was deleted outright; not when it
// was dropped, nor when it may have expired.
func TestVanished(t *testing.T) {
	mem := faults.NewMemory()
	c, err := Create(t.Context(), mem, "", "test", Options{Cache: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Repo.Close()
	r := c.Repo
	save := func(parent core.UUID) core.UUID {
		s, err := r.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		m := &snapshot.Manifest{ID: crypto.NewTimeUUID(time.Now()), Parent: parent, Root: tree.Entry{Type: tree.Dir}}
		if err := s.Finish(); err != nil {
			t.Fatal(err)
		}
		if err := s.Commit(m); err != nil {
			t.Fatal(err)
		}
		return m.ID
	}
	a := save(core.UUID{})
	b := save(a)
	children := map[core.UUID][]core.UUID{a: {b}}
	want := func(step string, ids ...core.UUID) {
		t.Helper()
		got, err := r.Vanished(t.Context(), children)
		if err != nil || !slices.Equal(got, ids) {
			t.Errorf("%s: %v vanished, %v; want %v", step, got, err, ids)
		}
	}
	want("all is there")
	if err := r.Drop(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	want("dropped")
	for _, name := range mem.Names("trash/") {
		if err := mem.Delete(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	want("deleted", a)
	r.ForgetSnapshot(a)
	want("deleted, and no copy here", a)
	children = nil
	want("nobody names it")
	if err := mem.Delete(t.Context(), snapshotName(b)); err != nil {
		t.Fatal(err)
	}
	want("the last one deleted, a copy here", b)
	old := time.Now().Add(-Grace)
	if err := os.Chtimes(r.cachedSnapshot(b), old, old); err != nil {
		t.Fatal(err)
	}
	want("the copy is older than the trash keeps")
	d := save(a)
	children = map[core.UUID][]core.UUID{a: {d}}
	want("named again", a)
	mem.Age(Grace)
	if err := os.Chtimes(r.cachedSnapshot(d), old, old); err != nil {
		t.Fatal(err)
	}
	want("long ago")
}
