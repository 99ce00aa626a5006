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
	begun := time.Now().Add(-time.Minute)
	save := func(parent core.UUID) core.UUID {
		s, err := r.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		begun = begun.Add(time.Millisecond)
		m := &snapshot.Manifest{ID: crypto.NewTimeUUID(begun), Parent: parent, Root: tree.Entry{Type: tree.Dir}}
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

	e := save(core.UUID{})
	children = nil
	if err := mem.Delete(t.Context(), snapshotName(e)); err != nil {
		t.Fatal(err)
	}
	want("deleted again", e)
	ahead := time.Now().Add(400 * 24 * time.Hour)
	if err := os.Chtimes(r.cachedSnapshot(e), ahead, ahead); err != nil {
		t.Fatal(err)
	}
	want("the clock was ahead when the copy was made, and nobody knows when that was")
}

// TestVanishedBroughtBack: a snapshot that is brought back, or copied from another place, was saved long before the store got it, and its parent
// may have expired in between.
func TestVanishedBroughtBack(t *testing.T) {
	mem := faults.NewMemory()
	c, err := Create(t.Context(), mem, "", "test", Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Repo.Close()
	parent := core.UUID{1}
	for days, missed := range map[int]int{40: 0, 20: 1, -300: 0} {
		child := crypto.NewTimeUUID(time.Now().AddDate(0, 0, -days))
		if err := mem.Put(t.Context(), snapshotName(child), nil); err != nil {
			t.Fatal(err)
		}
		ids, err := c.Repo.Vanished(t.Context(), map[core.UUID][]core.UUID{parent: {child}})
		if err != nil || len(ids) != missed {
			t.Errorf("of a snapshot that was saved %d days ago %v vanished, %v", days, ids, err)
		}
	}
}

// TestVanishedTakenBack: a snapshot that its backup took back, and saved again under another id of the same moment, is not missed.
func TestVanishedTakenBack(t *testing.T) {
	mem := faults.NewMemory()
	c, err := Create(t.Context(), mem, "", "test", Options{Cache: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Repo.Close()
	begun := time.Now()
	gone, again := crypto.NewTimeUUID(begun), crypto.NewTimeUUID(begun)
	c.Repo.cacheSnapshot(gone, []byte("a copy"))
	want := func(step string, n int) {
		t.Helper()
		if ids, err := c.Repo.Vanished(t.Context(), nil); err != nil || len(ids) != n {
			t.Errorf("%s: %v vanished, %v", step, ids, err)
		}
	}
	want("nothing else", 1)
	name := pairName(trashPrefix, again, crypto.NewUUID())
	for _, name := range []string{snapshotName(again), name} {
		if err := mem.Put(t.Context(), name, nil); err != nil {
			t.Fatal(err)
		}
		want("with "+name, 0)
		if err := mem.Delete(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
}

// TestVanishedClockBehind: a machine whose clock is behind cannot tell what was deleted by other means from what has expired.
func TestVanishedClockBehind(t *testing.T) {
	mem := faults.NewMemory()
	c, err := Create(t.Context(), mem, "", "test", Options{Cache: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Repo.Close()
	c.Repo.cacheSnapshot(core.UUID{1}, []byte("a copy"))
	if err := mem.Put(t.Context(), snapshotName(core.UUID{2}), nil); err != nil {
		t.Fatal(err)
	}
	for hours, missed := range []int{1, 0} { // 1 hour behind, then 41
		mem.Age(-time.Duration(1+39*hours) * time.Hour)
		if ids, err := c.Repo.Vanished(t.Context(), nil); err != nil || len(ids) != missed {
			t.Errorf("%v vanished, %v", ids, err)
		}
	}
}

// TestForgetOld: a machine that lists snapshots and never prunes keeps no copies of those that are long gone, but of those that the trash may
// have, that are there, and that only a listing lacks.
func TestForgetOld(t *testing.T) {
	mem := faults.NewMemory()
	c, err := Create(t.Context(), mem, "", "test", Options{Cache: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Repo.Close()
	short := faults.New(mem, nil)
	hidden := core.UUID{2}
	short.Keep = func(_, name string) bool { return name != snapshotName(hidden) }
	r := c.Repo
	r.store = short
	for _, id := range []core.UUID{{1}, hidden} {
		if err := mem.Put(t.Context(), snapshotName(id), nil); err != nil {
			t.Fatal(err)
		}
	}
	ages := map[core.UUID]time.Duration{{1}: 900, hidden: 900, {3}: 29, {4}: 32, {5}: -400}
	for id, days := range ages {
		r.cacheSnapshot(id, []byte("a copy"))
		at := time.Now().Add(-days * 24 * time.Hour)
		if err := os.Chtimes(r.cachedSnapshot(id), at, at); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.SnapshotIDs(t.Context()); err != nil {
		t.Fatal(err)
	}
	left := r.CachedSnapshots()
	slices.SortFunc(left, core.UUID.Compare)
	if want := []core.UUID{{1}, hidden, {3}}; !slices.Equal(left, want) {
		t.Errorf("copies of %v are left, want %v", left, want)
	}
	for i := range 3 * maxForgotten {
		id := core.UUID{9, byte(i)}
		r.cacheSnapshot(id, []byte("a copy"))
		at := time.Now().AddDate(-1, 0, 0)
		if err := os.Chtimes(r.cachedSnapshot(id), at, at); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.SnapshotIDs(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(r.CachedSnapshots()); n != len(left)+2*maxForgotten+1 { // the hidden one is asked after, too
		t.Errorf("%d copies are left", n)
	}
}
