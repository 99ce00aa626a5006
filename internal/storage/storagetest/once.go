package storagetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/storage"
)

// wantCancelled checks that a cancelled context comes back as it is: not as a failure of the store.
func wantCancelled(t *testing.T, what string, err error) {
	t.Helper()
	var failure *core.Error
	if !errors.Is(err, context.Canceled) || errors.As(err, &failure) {
		t.Errorf("%s with a cancelled context: %v, want just context.Canceled", what, err)
	}
}

// testCancelled calls everything with a context that is over.
func testCancelled(t *testing.T, s storage.Store) {
	put(t, s, "config", []byte("x"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	wantCancelled(t, "Put", s.Put(ctx, "keys/one", []byte("x")))
	wantCancelled(t, "Create", storage.Create(ctx, s, "keys/one", []byte("x")))
	_, err := get(ctx, s, "config", 0, -1)
	wantCancelled(t, "Get", err)
	_, err = s.Stat(ctx, "config")
	wantCancelled(t, "Stat", err)
	wantCancelled(t, "Delete", s.Delete(ctx, "config"))
	n := 0
	for _, err := range s.List(ctx, "") {
		n++
		wantCancelled(t, "List", err)
	}
	if n != 1 {
		t.Errorf("List with a cancelled context gives %d pairs, want one with an error", n)
	}
	if e, ok := storage.As[storage.Ensurer](s); ok {
		_, err := e.Exists(ctx)
		wantCancelled(t, "Exists", err)
		wantCancelled(t, "Ensure", e.Ensure(ctx))
	}
	holds(t, s, "config", []byte("x"))
	lacks(t, s, "keys/one")
}

// testCancelledMidway cancels while an object is read.
func testCancelledMidway(t *testing.T, s storage.Store) {
	content := data("midway", 8<<20)
	put(t, s, pack(content), content)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, err := s.Get(ctx, pack(content), 0, -1)
	must(t, err)
	defer r.Close()
	_, err = io.ReadFull(r, make([]byte, 1000))
	must(t, err)
	cancel()
	_, err = io.Copy(io.Discard, r)
	wantCancelled(t, "Read", err)
}

// testCreateRace lets many create one name: exactly one may win, and its data must stand there.
func testCreateRace(t *testing.T, s storage.Store) {
	if _, ok := storage.As[storage.Creator](s); !ok {
		return // two may win, as the contract says
	}
	const racers = 8
	for round := range 4 {
		name := fmt.Sprintf("sessions/%d", round)
		var winner atomic.Int32
		var group sync.WaitGroup
		for i := range racers {
			group.Go(func() {
				err := storage.Create(t.Context(), s, name, data(fmt.Sprint("racer", i), 2000))
				switch {
				case err != nil:
					wantCode(t, "Create", err, storage.Exists)
				case !winner.CompareAndSwap(0, int32(i+1)):
					t.Errorf("round %d has two winners", round)
				}
			})
		}
		group.Wait()
		if winner.Load() == 0 {
			t.Errorf("round %d has no winner", round)
			continue
		}
		holds(t, s, name, data(fmt.Sprint("racer", winner.Load()-1), 2000))
	}
}

// testAtOnce puts, reads, lists and deletes from many goroutines. Nobody may see a part of an object.
func testAtOnce(t *testing.T, s storage.Store) {
	shared := data("shared", 300_000)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			own := data(fmt.Sprint("own", i), 10_000+i)
			name := pack(own)
			for range 4 {
				if err := errors.Join(s.Put(t.Context(), pack(shared), shared), s.Put(t.Context(), name, own)); err != nil {
					t.Errorf("Put: %v", err)
				}
				holds(t, s, name, own)
				if err := s.Delete(t.Context(), name); err != nil {
					t.Errorf("Delete: %v", err)
				}
				_, err := s.Stat(t.Context(), name)
				wantCode(t, "Stat of what was deleted", err, storage.NotFound)
			}
			put(t, s, name, own)
		})
		group.Go(func() {
			for range 4 {
				got, err := get(t.Context(), s, pack(shared), 0, -1)
				if err != nil && !storage.IsNotFound(err) {
					t.Errorf("Get: %v", err)
				} else if err == nil && !bytes.Equal(got, shared) {
					t.Errorf("Get while it is written gives %s, want %s", brief(got), brief(shared))
				}
				for info, err := range s.List(t.Context(), "packs/") {
					if err != nil {
						t.Errorf("List: %v", err)
					} else if info.Name == pack(shared) && info.Size != int64(len(shared)) {
						t.Errorf("List gives %d bytes of an object of %d", info.Size, len(shared))
					}
				}
			}
		})
	}
	group.Wait()
	if got := list(t, s, ""); len(got) != 9 {
		t.Errorf("%d objects are left, want 9", len(got))
	}
}

// testCounts checks that what is counted is what was asked for, where the store counts at all.
func testCounts(t *testing.T, s storage.Store) {
	if _, ok := storage.As[storage.Counter](s); !ok {
		if storage.CountsOf(s) != (storage.Counts{}) {
			t.Error("a store that does not count has counts")
		}
		return
	}
	content := data("counts", 10_000)
	name := pack(content)
	before := storage.CountsOf(s)
	put(t, s, name, content)
	_, err := get(t.Context(), s, name, 1000, 2000)
	must(t, err)
	list(t, s, "")
	_, err = s.Stat(t.Context(), name)
	must(t, err)
	must(t, s.Delete(t.Context(), name))
	now := storage.CountsOf(s)
	got := storage.Counts{Put: now.Put - before.Put, Get: now.Get - before.Get, List: now.List - before.List, Stat: now.Stat - before.Stat,
		Delete: now.Delete - before.Delete, Sent: now.Sent - before.Sent, Received: now.Received - before.Received}
	want := storage.Counts{Put: 1, Get: 1, List: 1, Stat: 1, Delete: 1, Sent: 10_000, Received: 2000}
	if got != want {
		t.Errorf("counted %+v, want %+v", got, want)
	}
}
