package observe_test

import (
	"errors"
	"io"
	"path/filepath"
	"testing"

	"backup_projeto/internal/storage"
	"backup_projeto/internal/storage/local"
	"backup_projeto/internal/storage/observe"
	"backup_projeto/internal/storage/storagetest"
)

func TestConformance(t *testing.T) {
	storagetest.Run(t, func(t *testing.T) storage.Store { return observe.New(folder(t)) })
}

func folder(t *testing.T) *local.Store {
	t.Helper()
	s, err := local.New(filepath.Join(t.TempDir(), "place"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestCountsCalls: failed calls count too, and received bytes are those that were read.
func TestCountsCalls(t *testing.T) {
	inner := folder(t)
	s := observe.New(inner)
	if _, err := s.Get(t.Context(), "config", 0, -1); err == nil {
		t.Fatal("Get of nothing succeeds")
	}
	if err := inner.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Put(t.Context(), "config", make([]byte, 1000)), s.Create(t.Context(), "keys/a", make([]byte, 10))); err != nil {
		t.Fatal(err)
	}
	r, err := s.Get(t.Context(), "config", 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(r, make([]byte, 400)); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	want := storage.Counts{Put: 2, Get: 2, Sent: 1010, Received: 400}
	if got := storage.CountsOf(s); got != want {
		t.Errorf("counted %+v, want %+v", got, want)
	}
	if want.Requests() != 4 {
		t.Errorf("Requests is %d, want 4", want.Requests())
	}
}

// TestOptionalInterfaces: what the store inside can do stays reachable, and what it cannot do does not appear.
func TestOptionalInterfaces(t *testing.T) {
	inner := folder(t)
	s := observe.New(inner)
	if s.Unwrap() != storage.Store(inner) {
		t.Error("Unwrap gives another store")
	}
	if p, ok := storage.As[storage.LocalPather](s); !ok || p.LocalPath() != inner.LocalPath() {
		t.Error("LocalPath is lost")
	}
	if _, ok := storage.As[storage.Ensurer](s); !ok {
		t.Error("Ensure is lost")
	}
	if _, ok := storage.As[storage.LocalPather](observe.New(plain{inner})); ok {
		t.Error("LocalPath comes from nowhere")
	}
}

// TestCounterInside: a store that counts its own requests is believed.
func TestCounterInside(t *testing.T) {
	inner := counting{folder(t)}
	s := observe.New(inner)
	_, _ = s.Stat(t.Context(), "config")
	if got := s.Counts(); got != inner.Counts() {
		t.Errorf("counted %+v, want what the store says", got)
	}
}

// TestCreateWithoutCreator: a store without conditional creation is looked at first.
func TestCreateWithoutCreator(t *testing.T) {
	inner := folder(t)
	if err := inner.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := observe.New(plain{inner})
	if err := storage.Create(t.Context(), s, "config", []byte("first")); err != nil {
		t.Fatal(err)
	}
	if err := storage.Create(t.Context(), s, "config", []byte("second")); !storage.IsExists(err) {
		t.Errorf("Create of a taken name: %v", err)
	}
	if got, err := storage.ReadAll(t.Context(), s, "config", 100); err != nil || string(got) != "first" {
		t.Errorf("the object is %q, %v", got, err)
	}
}

// plain hides every optional interface.
type plain struct{ storage.Store }

// counting claims counts of its own.
type counting struct{ storage.Store }

func (counting) Counts() storage.Counts { return storage.Counts{List: 7, Received: 8} }
