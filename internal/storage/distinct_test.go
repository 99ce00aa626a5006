package storage_test

import (
	"slices"
	"testing"

	"backup_projeto/internal/storage"
	"backup_projeto/internal/storage/faulty"
)

// names reads a listing.
func names(t *testing.T, s storage.Store) (all []string, err error) {
	t.Helper()
	for info, err := range s.List(t.Context(), "") {
		if err != nil {
			return all, err
		}
		all = append(all, info.Name)
	}
	return all, nil
}

// TestDistinct: an entry that a listing repeats comes once, the others and its error as they are; and everything else is the store's inside.
func TestDistinct(t *testing.T) {
	mem := faulty.NewMemory()
	want := []string{"config", "packs/a", "packs/b"}
	for _, name := range want {
		if err := mem.Put(t.Context(), name, []byte(name)); err != nil {
			t.Fatal(err)
		}
	}
	fault := faulty.Twice
	twice := faulty.New(mem, func(faulty.Call) faulty.Fault { return fault })
	if got, err := names(t, twice); err != nil || len(got) != 2*len(want) {
		t.Fatalf("the fault gives %v, %v", got, err)
	}
	s := storage.Distinct(storage.Distinct(twice))
	for range 2 { // each time anew
		got, err := names(t, s)
		slices.Sort(got)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("the listing is %v, %v", got, err)
		}
	}
	for range s.List(t.Context(), "") {
		break // it may be left early
	}
	fault = faulty.Lost
	if got, err := names(t, s); storage.IsNotFound(err) || err == nil || len(got) != 1 {
		t.Errorf("a listing that breaks off gives %v, %v", got, err)
	}
	if _, ok := storage.As[storage.Creator](s); !ok {
		t.Error("what the store inside can do is lost")
	}
}
