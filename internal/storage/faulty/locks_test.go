package faulty

import (
	"bytes"
	"testing"
	"time"

	"backup_projeto/internal/storage"
)

// TestLocks: what lasts is locked as it is put, and stays as it is until that ends; a lock is lengthened and not weakened.
func TestLocks(t *testing.T) {
	ctx, m := t.Context(), filled(t)
	if on, err := New(m, nil).Locks(ctx); on || err != nil {
		t.Errorf("it locks: %v, %v", on, err)
	}
	wantFailed(t, "Lock", m.Lock(ctx, "packs/a", storage.Lock{}), storage.NoLocks)
	m.LockFor(time.Hour)
	must(t, m.Put(ctx, "packs/new", []byte("new")))
	must(t, m.Put(ctx, "sessions/s", []byte("s")))
	s := New(m, nil)
	if on, err := s.Locks(ctx); !on || err != nil {
		t.Errorf("it locks: %v, %v", on, err)
	}
	if length, mode := s.LockLength(); length != time.Hour || mode != storage.Governance {
		t.Errorf("it locks for %v in mode %d", length, mode)
	}
	wantUntil := func(name string, want time.Duration) {
		t.Helper()
		lock, err := s.LockOf(ctx, name)
		until := lock.Until
		if must(t, err); (lock.Mode == storage.Unlocked) != (want == 0) || until.IsZero() != (want == 0) || want > 0 && (time.Until(until) > want || time.Until(until) < want-time.Minute) {
			t.Errorf("%s is locked until %v", name, until)
		}
	}
	wantUntil("packs/new", time.Hour)
	wantUntil("packs/a", 0)
	wantUntil("sessions/s", 0)
	_, err := s.LockOf(ctx, "packs/gone")
	wantFailed(t, "LockOf", err, storage.NotFound)
	wantFailed(t, "Lock", s.Lock(ctx, "packs/gone", storage.Lock{}), storage.NotFound)

	must(t, s.Lock(ctx, "packs/a", storage.Lock{Until: time.Now().Add(2 * time.Hour), Mode: storage.Compliance}))
	wantFailed(t, "a shorter lock", s.Lock(ctx, "packs/a", storage.Lock{Until: time.Now().Add(time.Hour), Mode: storage.Compliance}), storage.Locked)
	wantFailed(t, "a weaker lock", s.Lock(ctx, "packs/a", storage.Lock{Until: time.Now().Add(3 * time.Hour), Mode: storage.Governance}), storage.Locked)
	wantFailed(t, "Delete", s.Delete(ctx, "packs/a"), storage.Locked)
	wantFailed(t, "Put", s.Put(ctx, "packs/a", []byte("other")), storage.Locked)
	must(t, s.Put(ctx, "packs/a", []byte("what packs/a holds")))
	wantUntil("packs/a", 2*time.Hour)
	must(t, s.Delete(ctx, "sessions/s"))

	c := m.Clone()
	m.Age(90 * time.Minute)
	wantUntil("packs/a", 30*time.Minute)
	must(t, s.Delete(ctx, "packs/new"))
	wantFailed(t, "Delete in a copy", c.Delete(ctx, "packs/new"), storage.Locked)
}

// TestLockFaults: what fails is a call of a class of its own, and a lock that was set counts though the answer is lost.
func TestLockFaults(t *testing.T) {
	ctx, m := t.Context(), filled(t)
	m.LockFor(time.Hour)
	see := New(m, At(Class{See, "packs"}, 1, Throttled))
	_, err := see.LockOf(ctx, "packs/a")
	wantFailed(t, "LockOf", err, storage.Throttled)
	want := storage.Lock{Until: time.Now().Add(time.Hour), Mode: storage.Governance}
	for _, f := range []Fault{Lost, Persisted} {
		s := New(m, At(Class{Lock, "packs"}, 1, f))
		wantFailed(t, "Lock", s.Lock(ctx, "packs/a", want), storage.Network)
		if got, _ := m.LockOf(ctx, "packs/a"); (got == want) != (f == Persisted) {
			t.Errorf("%s: it is locked until %v", f, got)
		}
	}
	s := New(m, At(Class{See, ""}, 1, Lost))
	_, err = s.Locks(ctx)
	wantFailed(t, "Locks", err, storage.Network)
}

// TestRuin: putting back what an object was is no breach, and putting anything else is.
func TestRuin(t *testing.T) {
	m := filled(t)
	right, err := storage.ReadAll(t.Context(), m, "packs/a", 100)
	must(t, err)
	before := m.Clone()
	m.Ruin("packs/a", func(data []byte) { data[0] ^= 1 })
	if got, err := storage.ReadAll(t.Context(), m, "packs/a", 100); err != nil || bytes.Equal(got, right) || m.Same(before) || !bytes.Equal(m.Whole("packs/a"), right) {
		t.Errorf("it is %q, %v", got, err)
	}
	must(t, m.Put(t.Context(), "packs/a", right))
	if len(m.Broken()) > 0 || !m.Same(before) {
		t.Errorf("broken: %v", m.Broken())
	}
	must(t, m.Put(t.Context(), "packs/a", []byte("other")))
	if len(m.Broken()) != 1 {
		t.Errorf("broken: %v", m.Broken())
	}
}
