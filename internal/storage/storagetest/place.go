package storagetest

import (
	"testing"

	"backup_projeto/internal/storage"
)

// testPlace checks what a store says before its place is made, makes it, and checks that the absent was not made by a mere use.
func testPlace(t *testing.T, open func(*testing.T) storage.Store) {
	s := open(t)
	e, ok := storage.As[storage.Ensurer](s)
	if !ok {
		testRemade(t, s)
		return
	}
	ctx := t.Context()
	for range 2 {
		if there, err := e.Exists(ctx); err != nil || there {
			t.Fatalf("Exists is %v, %v before Ensure", there, err)
		}
		wantCode(t, "Put", s.Put(ctx, "config", []byte("x")), storage.NoPlace)
		wantCode(t, "Create", storage.Create(ctx, s, "config", []byte("x")), storage.NoPlace)
		for _, length := range []int64{-1, 0, 1} {
			_, err := get(ctx, s, "config", 0, length)
			wantCode(t, "Get", err, storage.NoPlace)
		}
		_, err := s.Stat(ctx, "config")
		wantCode(t, "Stat", err, storage.NoPlace)
		wantCode(t, "Delete", s.Delete(ctx, "config"), storage.NoPlace)
		for _, prefix := range []string{"", "packs/"} {
			n := 0
			for _, err := range s.List(ctx, prefix) {
				n++
				wantCode(t, "List", err, storage.NoPlace)
			}
			if n != 1 {
				t.Errorf("List %q of an absent place gives %d pairs, want one with an error", prefix, n)
			}
		}
	}
	for range 2 {
		if err := e.Ensure(ctx); err != nil {
			t.Fatalf("Ensure: %v", err)
		}
		if there, err := e.Exists(ctx); err != nil || !there {
			t.Errorf("Exists is %v, %v after Ensure", there, err)
		}
	}
	testRemade(t, s)
	must(t, e.Ensure(ctx))
	holds(t, s, "config", []byte("x"))
}

// testRemade checks that a place is usable and empty.
func testRemade(t *testing.T, s storage.Store) {
	t.Helper()
	if got := list(t, s, ""); len(got) != 0 {
		t.Fatalf("a new place holds %v", got)
	}
	put(t, s, "config", []byte("x"))
	holds(t, s, "config", []byte("x"))
}
