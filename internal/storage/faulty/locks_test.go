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
	wantFailed(t, "Lock", m.Lock(ctx, "packs/a", time.Now()), storage.NoLocks)
	m.LockFor(time.Hour)
	must(t, m.Put(ctx, "packs/new", []byte("new")))
	must(t, m.Put(ctx, "sessions/s", []byte("s")))
	s := New(m, nil)
	if on, err := s.Locks(ctx); !on || err != nil || s.LockLength() != time.Hour {
		t.Errorf("it locks: %v, for %v; %v", on, s.LockLength(), err)
	}
	wantUntil := func(name string, want time.Duration) {
		t.Helper()
		until, err := s.LockedUntil(ctx, name)
		if must(t, err); until.IsZero() != (want == 0) || want > 0 && (time.Until(until) > want || time.Until(until) < want-time.Minute) {
			t.Errorf("%s is locked until %v", name, until)
		}
	}
	wantUntil("packs/new", time.Hour)
	wantUntil("packs/a", 0)
	wantUntil("sessions/s", 0)
	_, err := s.LockedUntil(ctx, "packs/gone")
	wantFailed(t, "LockedUntil", err, storage.NotFound)
	wantFailed(t, "Lock", s.Lock(ctx, "packs/gone", time.Now()), storage.NotFound)

	must(t, s.Lock(ctx, "packs/a", time.Now().Add(2*time.Hour)))
	wantFailed(t, "a shorter lock", s.Lock(ctx, "packs/a", time.Now().Add(time.Hour)), storage.Locked)
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
	_, err := see.LockedUntil(ctx, "packs/a")
	wantFailed(t, "LockedUntil", err, storage.Throttled)
	until := time.Now().Add(time.Hour)
	for _, f := range []Fault{Lost, Persisted} {
		s := New(m, At(Class{Lock, "packs"}, 1, f))
		wantFailed(t, "Lock", s.Lock(ctx, "packs/a", until), storage.Network)
		if got, _ := m.LockedUntil(ctx, "packs/a"); got.Equal(until) != (f == Persisted) {
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
