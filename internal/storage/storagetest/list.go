package storagetest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"backup_projeto/internal/storage"
)

// testList checks which names a prefix selects.
func testList(t *testing.T, s storage.Store) {
	for _, prefix := range []string{"", "packs/", "packs/ab/", "gc/"} {
		if got := list(t, s, prefix); len(got) != 0 {
			t.Errorf("List %q of an empty store gives %v", prefix, got)
		}
	}
	sizes := map[string]int{"config": 10, "keys/a": 0, "keys/b": 2, "packs/ab/1": 3, "packs/ab/2": 4, "packs/abc/3": 5, "packs/a": 6,
		"packs-x/1": 7, "snapshots/a/b/c/d": 8}
	for name, n := range sizes {
		put(t, s, name, data(name, n))
	}
	for _, prefix := range []string{"", "keys/", "packs/", "packs/ab/", "packs/abc/", "packs/b/", "packs/a/", "snapshots/", "snapshots/a/b/", "config/",
		"index/", "key/"} {
		got := list(t, s, prefix)
		for name, n := range sizes {
			info, ok := got[name]
			if ok != strings.HasPrefix(name, prefix) {
				t.Errorf("List %q: %s is there: %v", prefix, name, ok)
			} else if ok && info.Size != int64(n) {
				t.Errorf("List %q gives %+v, want %d bytes", prefix, info, n)
			}
			delete(got, name)
		}
		if len(got) != 0 {
			t.Errorf("List %q gives what is not there: %v", prefix, got)
		}
	}
	// A listing may be left early, and the sequence gone through again.
	all := s.List(t.Context(), "")
	for range 2 {
		n := 0
		for _, err := range all {
			must(t, err)
			if n++; n == 3 {
				break
			}
		}
		if n != 3 {
			t.Errorf("a listing left early gave %d objects, want 3", n)
		}
	}
}

// manyObjects is more than one page of any service.
const manyObjects = 1100

// testListMany checks that no page is lost, and that a listing that cannot go on says so.
func testListMany(t *testing.T, s storage.Store) {
	want := fill(t, s)
	if got := slices.Sorted(maps.Keys(list(t, s, "snapshots/"))); !slices.Equal(got, want) {
		t.Errorf("%d objects are listed, want %d", len(got), len(want))
	}
	put(t, s, "keys/one", nil)
	if got := list(t, s, ""); len(got) != manyObjects+1 {
		t.Errorf("%d objects are listed in all, want %d", len(got), manyObjects+1)
	}

	ctx, cancel := context.WithCancel(t.Context())
	n, failed := 0, false
	for _, err := range s.List(ctx, "") {
		if failed {
			t.Fatal("a listing goes on after its error")
		}
		if failed = err != nil; failed {
			wantCancelled(t, "List", err)
			continue
		}
		n++
		cancel()
	}
	cancel()
	if !failed && n != manyObjects+1 {
		t.Errorf("a cancelled listing ends without error after %d of %d objects", n, manyObjects+1)
	}

	for _, name := range want[:50] {
		must(t, s.Delete(t.Context(), name))
	}
	if got := slices.Sorted(maps.Keys(list(t, s, "snapshots/"))); !slices.Equal(got, want[50:]) {
		t.Errorf("after 50 deletions %d objects are listed, want %d", len(got), len(want)-50)
	}
}

// fill puts many objects at once and returns their names in order.
func fill(t *testing.T, s storage.Store) []string {
	t.Helper()
	names := make([]string, manyObjects)
	var group sync.WaitGroup
	slots := make(chan struct{}, 16)
	for i := range names {
		names[i] = fmt.Sprintf("snapshots/%05d", i)
		slots <- struct{}{}
		group.Go(func() {
			if err := s.Put(t.Context(), names[i], []byte(names[i])); err != nil {
				t.Errorf("Put %s: %v", names[i], err)
			}
			<-slots
		})
	}
	group.Wait()
	return names
}
