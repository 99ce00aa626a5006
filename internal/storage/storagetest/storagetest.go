// Package storagetest proves that a store keeps the contract of package storage.
//
// Terms: a strategy's test gives a function that opens a store; each part of the suite opens one for itself and finds it empty.
//
// Promises: every sentence of the contract that a test can check is checked, for the optional interfaces too where the store, or one
// that it wraps, has them. What only a broken service shows (a body that is cut, an answer that is lost) is for the strategy's own
// tests. Nothing depends on how long anything takes.
package storagetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/storage"
)

// Run proves all of the contract. The place of each store that open returns is absent where the store can make it (storage.Ensurer), and
// else is there and empty.
func Run(t *testing.T, open func(t *testing.T) storage.Store) {
	t.Run("place", func(t *testing.T) { testPlace(t, closing(open)) })
	Objects(t, func(t *testing.T) storage.Store {
		s := open(t)
		if e, ok := storage.As[storage.Ensurer](s); ok {
			must(t, e.Ensure(t.Context()))
		}
		return s
	})
}

// Objects proves what the contract says of objects, in places that are there and empty. It is Run for credentials that may not make places.
func Objects(t *testing.T, open func(t *testing.T) storage.Store) {
	open = closing(open)
	for _, part := range []struct {
		name string
		test func(*testing.T, storage.Store)
	}{
		{"put", testPut},
		{"put sizes", testSizes},
		{"get ranges", testRanges},
		{"get readers", testReaders},
		{"absent", testAbsent},
		{"helpers", testHelpers},
		{"list", testList},
		{"list many", testListMany},
		{"delete", testDelete},
		{"create", testCreate},
		{"create race", testCreateRace},
		{"names", testNames},
		{"cancelled", testCancelled},
		{"cancelled midway", testCancelledMidway},
		{"at once", testAtOnce},
		{"counts", testCounts},
	} {
		t.Run(part.name, func(t *testing.T) { part.test(t, open(t)) })
	}
}

// closing makes open close what it opened when the test ends.
func closing(open func(t *testing.T) storage.Store) func(t *testing.T) storage.Store {
	return func(t *testing.T) storage.Store {
		s := open(t)
		t.Cleanup(func() {
			if err := storage.Close(s); err != nil {
				t.Errorf("Close: %v", err)
			}
		})
		return s
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// put stores data and fails the test where that fails.
func put(t *testing.T, s storage.Store, name string, data []byte) {
	t.Helper()
	if err := s.Put(t.Context(), name, data); err != nil {
		t.Fatalf("Put %s: %v", name, err)
	}
}

// get reads a range, with errors of Get and of Read alike.
func get(ctx context.Context, s storage.Store, name string, offset, length int64) ([]byte, error) {
	r, err := s.Get(ctx, name, offset, length)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(r)
	return data, errors.Join(err, r.Close())
}

// holds checks that the object is data.
func holds(t *testing.T, s storage.Store, name string, data []byte) {
	t.Helper()
	got, err := get(t.Context(), s, name, 0, -1)
	if err != nil {
		t.Errorf("Get %s: %v", name, err)
	} else if !bytes.Equal(got, data) {
		t.Errorf("Get %s gives %s, want %s", name, brief(got), brief(data))
	}
	if info, err := s.Stat(t.Context(), name); err != nil {
		t.Errorf("Stat %s: %v", name, err)
	} else if info.Name != name || info.Size != int64(len(data)) || info.ModTime.IsZero() {
		t.Errorf("Stat %s gives %+v, want its name, %d bytes and a time", name, info, len(data))
	}
}

// lacks checks that the object is absent, for every way to ask.
func lacks(t *testing.T, s storage.Store, name string) {
	t.Helper()
	_, err := get(t.Context(), s, name, 0, -1)
	wantCode(t, "Get "+name, err, storage.NotFound)
	_, err = s.Stat(t.Context(), name)
	wantCode(t, "Stat "+name, err, storage.NotFound)
	if _, ok := list(t, s, "")[name]; ok {
		t.Errorf("List has %s", name)
	}
}

// list returns a listing that must be whole.
func list(t *testing.T, s storage.Store, prefix string) map[string]storage.Info {
	t.Helper()
	all := map[string]storage.Info{}
	failed := false
	for info, err := range s.List(t.Context(), prefix) {
		switch {
		case failed:
			t.Fatalf("List %q goes on after an error", prefix)
		case err != nil:
			t.Errorf("List %q: %v", prefix, err)
			failed = true
		}
		all[info.Name] = info
	}
	return all
}

// wantCode checks an error's code, and that it is of the kind that every error of a store is.
func wantCode(t *testing.T, what string, err error, code core.Code) {
	t.Helper()
	if core.CodeOf(err) != code {
		t.Errorf("%s: error is %v, want code %s", what, err, code)
	} else if core.KindOf(err) != core.Destination {
		t.Errorf("%s: error %v is of kind %d, want %d", what, err, core.KindOf(err), core.Destination)
	}
}

// data returns n bytes that differ from those of other seeds and do not repeat soon.
func data(seed string, n int) []byte {
	out := make([]byte, 0, n+sha256.Size)
	block := sha256.Sum256([]byte(seed))
	for len(out) < n {
		out = append(out, block[:]...)
		block = sha256.Sum256(block[:])
	}
	return out[:n]
}

// pack returns the name that the format gives to a pack.
func pack(data []byte) string {
	sum := sha256.Sum256(data)
	name := hex.EncodeToString(sum[:])
	return "packs/" + name[:2] + "/" + name
}

func brief(b []byte) string {
	if len(b) <= 16 {
		return "\"" + hex.EncodeToString(b) + "\""
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(b[:8]) + "… (" + hex.EncodeToString(sum[:4]) + ")"
}
