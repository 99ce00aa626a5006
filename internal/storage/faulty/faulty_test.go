package faulty

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/storage"
	"backup_projeto/internal/storage/storagetest"
)

// TestConformance: without a plan it is a store like any other.
func TestConformance(t *testing.T) {
	storagetest.Run(t, func(*testing.T) storage.Store { return New(NewMemory(), nil) })
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// filled is a store with three packs, and a fourth that was deleted.
func filled(t *testing.T) *Memory {
	m := NewMemory()
	for _, name := range []string{"packs/z", "packs/b", "packs/a", "packs/gone"} {
		must(t, m.Put(t.Context(), name, []byte("what "+name+" holds")))
	}
	must(t, m.Delete(t.Context(), "packs/gone"))
	return m
}

func names(t *testing.T, s storage.Store) (out []string, err error) {
	t.Helper()
	for info, err := range s.List(t.Context(), "packs/") {
		if err != nil {
			return out, err
		}
		out = append(out, info.Name)
	}
	return out, nil
}

func wantFailed(t *testing.T, what string, err error, code core.Code) {
	t.Helper()
	if core.CodeOf(err) != code || core.KindOf(err) != core.Destination {
		t.Errorf("%s: %v, want code %s", what, err, code)
	}
}

// TestChanges: what fails is done, is not done, or is done later, and only the call that was meant is struck.
func TestChanges(t *testing.T) {
	for _, test := range []struct {
		fault         Fault
		code          core.Code
		done, settled bool
	}{{Lost, storage.Network, false, false}, {Persisted, storage.Network, true, true}, {Late, storage.Network, false, true}, {Throttled, storage.Throttled, false, false}, {Slow, "", true, true}} {
		m := filled(t)
		s := New(m, At(Class{Put, "packs"}, 2, test.fault))
		must(t, s.Put(t.Context(), "packs/1", nil))
		must(t, s.Put(t.Context(), "index/1", nil))
		err := s.Put(t.Context(), "packs/2", []byte("two"))
		if test.code == "" {
			must(t, err)
		} else {
			wantFailed(t, string(test.fault), err, test.code)
		}
		for _, want := range []bool{test.done, test.settled} {
			if got := slices.Contains(m.Names(""), "packs/2"); got != want {
				t.Errorf("%s: the object is there: %v", test.fault, got)
			}
			s.Settle()
		}
		if hits, calls := s.Hits(); hits != 1 || calls != 3 {
			t.Errorf("%s: %d hits in %d calls", test.fault, hits, calls)
		}
		if want := (map[Class]int{{Put, "packs"}: 2, {Put, "index"}: 1}); !maps.Equal(s.Calls(), want) {
			t.Errorf("%s: calls are %v", test.fault, s.Calls())
		}
	}
	m := filled(t)
	s := New(m, At(Class{Delete, "packs"}, 1, Late))
	wantFailed(t, "Delete", s.Delete(t.Context(), "packs/a"), storage.Network)
	must(t, m.Put(t.Context(), "packs/c", nil))
	s.Settle()
	if got := m.Names(""); !slices.Equal(got, []string{"packs/b", "packs/c", "packs/z"}) {
		t.Errorf("after a late deletion there are %v", got)
	}
}

// TestSeries: throttling lasts for three calls, and a dead connection for good.
func TestSeries(t *testing.T) {
	s := New(filled(t), At(Class{Stat, "packs"}, 1, Throttled))
	for i := range 4 {
		_, err := s.Stat(t.Context(), "packs/a")
		if i < 3 {
			wantFailed(t, "Stat", err, storage.Throttled)
		} else {
			must(t, err)
		}
	}
	m := filled(t)
	s = New(m, DeadFrom(Class{Put, "packs"}, 1))
	must(t, s.Put(t.Context(), "index/1", nil))
	for _, name := range []string{"packs/1", "packs/2", "index/2"} {
		wantFailed(t, "Put", s.Put(t.Context(), name, nil), storage.Network)
	}
	if got := m.Names(""); !slices.Equal(got, []string{"index/1", "packs/1", "packs/a", "packs/b", "packs/z"}) {
		t.Errorf("there are %v", got)
	}
}

// TestReads: bodies break off, end early, and are changed.
func TestReads(t *testing.T) {
	const whole = "what packs/a holds"
	for _, f := range []Fault{Lost, Cut, Short, Flipped, FlippedID} {
		got, err := storage.ReadAll(t.Context(), New(filled(t), At(Class{Get, "packs"}, 1, f)), "packs/a", 100)
		switch f {
		case Lost, Cut:
			wantFailed(t, string(f), err, storage.Network)
		case Short:
			if err != nil || string(got) != whole[:9] {
				t.Errorf("short: %q, %v", got, err)
			}
		case Flipped, FlippedID:
			changed := 0
			for i := range got {
				if got[i] != whole[i] {
					changed++
				}
			}
			if err != nil || len(got) != len(whole) || changed != 1 {
				t.Errorf("flipped: %q, %v", got, err)
			}
		}
	}
	s := New(filled(t), At(Class{Get, "packs"}, 1, Cut))
	r, err := s.Get(t.Context(), "packs/a", 0, -1)
	must(t, err)
	got, err := io.ReadAll(r)
	wantFailed(t, "Read", err, storage.Network)
	if !bytes.Equal(got, []byte(whole[:9])) {
		t.Errorf("before the break there was %q", got)
	}
}

// TestListings: listings break off, and lie.
func TestListings(t *testing.T) {
	for f, want := range map[Fault][]string{
		Lost: {"packs/a"}, Short: {"packs/a"}, Stale: {"packs/b", "packs/z"}, Ghost: {"packs/a", "packs/b", "packs/z", "packs/gone"}, Throttled: nil,
	} {
		got, err := names(t, New(filled(t), At(Class{List, "packs"}, 1, f)))
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", f, got, want)
		}
		if (f == Lost || f == Throttled) != (err != nil) {
			t.Errorf("%s: %v", f, err)
		}
	}
	s := New(filled(t), nil)
	s.Keep = func(_, name string) bool { return name != "packs/b" }
	if got, err := names(t, s); err != nil || !slices.Equal(got, []string{"packs/a", "packs/z"}) {
		t.Errorf("what is kept of a listing is %v, %v", got, err)
	}
}

// TestStall: a call that stalls ends with its context.
func TestStall(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := New(filled(t), At(Class{Stat, "packs"}, 1, Stalled))
	done := make(chan error)
	go func() {
		_, err := s.Stat(ctx, "packs/a")
		done <- err
	}()
	<-s.Hung()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("a stalled call ends with %v", err)
	}
}

// TestMemory: copies are apart, and an object that is changed is told of.
func TestMemory(t *testing.T) {
	m := filled(t)
	c := m.Clone()
	if !m.Same(c) {
		t.Error("a copy is not the same")
	}
	must(t, c.Put(t.Context(), "packs/a", []byte("what packs/a holds")))
	if len(c.Broken()) != 0 || !m.Same(c) {
		t.Errorf("putting the same again: %v", c.Broken())
	}
	must(t, c.Put(t.Context(), "packs/a", nil))
	if len(c.Broken()) != 1 || len(m.Broken()) != 0 || m.Same(c) {
		t.Errorf("putting something else: %v", c.Broken())
	}
	before, _ := m.Stat(t.Context(), "packs/a")
	m.Age(5)
	if after, _ := m.Stat(t.Context(), "packs/a"); before.ModTime.Sub(after.ModTime) != 5 {
		t.Errorf("aged from %v to %v", before.ModTime, after.ModTime)
	}
}
