package storagetest

import (
	"bytes"
	"io"
	"math"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/storage"
)

// testPut checks that what was put is there, that the same may be put again, and that the caller's bytes stay the caller's.
func testPut(t *testing.T, s storage.Store) {
	content := data("put", 5000)
	mine := bytes.Clone(content)
	names := []string{"config", "keys/0123456789abcdef", "snapshots/019abcde-0000-7000-8000-000000000000", "a-b.c/d..e/f", pack(content)}
	for _, name := range names {
		put(t, s, name, mine)
		if !bytes.Equal(mine, content) {
			t.Fatalf("Put %s changed the caller's data", name)
		}
		clear(mine)
		holds(t, s, name, content)
		copy(mine, content)
		put(t, s, name, mine)
		holds(t, s, name, content)
	}
	if got := list(t, s, ""); len(got) != len(names) {
		t.Errorf("%d objects are listed, want %d: %v", len(got), len(names), got)
	}
}

// testSizes checks the smallest and the largest object.
func testSizes(t *testing.T, s storage.Store) {
	for _, n := range []int{0, 1, 1<<20 + 1, core.MaxObject} {
		content := data("size", n)
		name := pack(content)
		put(t, s, name, content)
		holds(t, s, name, content)
		if info := list(t, s, "packs/")[name]; info.Name != name || info.Size != int64(n) {
			t.Errorf("the listing says %+v of %s, want %d bytes", info, name, n)
		}
	}
}

// testRanges reads parts, also beyond the end.
func testRanges(t *testing.T, s storage.Store) {
	for _, size := range []int64{0, 1, 1000} {
		content := data("ranges", int(size))
		name := pack(content)
		put(t, s, name, content)
		for _, offset := range []int64{0, 1, size / 2, size - 1, size, size + 1, size + 5000} {
			if offset < 0 {
				continue
			}
			for _, length := range []int64{-1, 0, 1, size / 3, size, size + 1, 1 << 40, math.MaxInt64} {
				want := content[min(offset, size):]
				if length >= 0 {
					want = want[:min(length, int64(len(want)))]
				}
				got, err := get(t.Context(), s, name, offset, length)
				if err != nil || !bytes.Equal(got, want) {
					t.Errorf("of %d bytes, %d from %d on: %s, %v; want %s", size, length, offset, brief(got), err, brief(want))
				}
			}
		}
	}
}

// testReaders closes early, reads on at the end, and reads two at once.
func testReaders(t *testing.T, s storage.Store) {
	content := data("readers", 3<<20)
	name := pack(content)
	put(t, s, name, content)

	first, err := s.Get(t.Context(), name, 0, -1)
	must(t, err)
	second, err := s.Get(t.Context(), name, 1<<20, 1<<20)
	must(t, err)
	a, b := make([]byte, 100), make([]byte, 100)
	for range 10 {
		_, err = io.ReadFull(first, a)
		must(t, err)
		_, err = io.ReadFull(second, b)
		must(t, err)
	}
	if !bytes.Equal(a, content[900:1000]) || !bytes.Equal(b, content[1<<20+900:1<<20+1000]) {
		t.Error("two readers at once disturb each other")
	}
	if err := first.Close(); err != nil {
		t.Errorf("Close before the end: %v", err)
	}
	rest, err := io.ReadAll(second)
	if err != nil || !bytes.Equal(rest, content[1<<20+1000:2<<20]) {
		t.Errorf("the rest is %s, %v", brief(rest), err)
	}
	for range 2 {
		if n, err := second.Read(b); n != 0 || err != io.EOF {
			t.Errorf("Read at the end gives %d, %v, want 0, EOF", n, err)
		}
	}
	must(t, second.Close())
}

// testAbsent asks for what is not there.
func testAbsent(t *testing.T, s storage.Store) {
	for _, name := range []string{"config", pack(nil), "keys/none"} {
		lacks(t, s, name)
		for _, length := range []int64{0, 1, 100} {
			_, err := get(t.Context(), s, name, 10, length)
			wantCode(t, "Get a range of "+name, err, storage.NotFound)
		}
	}
	// A folder of objects is none itself, and neither is what would be inside an object.
	put(t, s, "keys/one", []byte("one"))
	lacks(t, s, "keys")
	lacks(t, s, "keys/on")
	lacks(t, s, "keys/one/more")
}

// testHelpers reads with what package storage offers.
func testHelpers(t *testing.T, s storage.Store) {
	content := data("helpers", 1000)
	name := pack(content)
	put(t, s, name, content)
	for _, limit := range []int64{1000, 5000} {
		if got, err := storage.ReadAll(t.Context(), s, name, limit); err != nil || !bytes.Equal(got, content) {
			t.Errorf("ReadAll up to %d: %s, %v", limit, brief(got), err)
		}
	}
	_, err := storage.ReadAll(t.Context(), s, name, 999)
	wantCode(t, "ReadAll of what is longer", err, storage.TooLarge)
	_, err = storage.ReadAll(t.Context(), s, "config", 10)
	wantCode(t, "ReadAll of what is absent", err, storage.NotFound)

	buf := make([]byte, 300)
	if err := storage.ReadRange(t.Context(), s, name, 600, buf); err != nil || !bytes.Equal(buf, content[600:900]) {
		t.Errorf("ReadRange: %s, %v", brief(buf), err)
	}
	for _, offset := range []int64{701, 1000, 2000} {
		if err := storage.ReadRange(t.Context(), s, name, offset, buf); err != io.ErrUnexpectedEOF {
			t.Errorf("ReadRange beyond the end, from %d on: %v, want unexpected EOF", offset, err)
		}
	}
}

// testDelete removes, also what is absent.
func testDelete(t *testing.T, s storage.Store) {
	content := data("delete", 100)
	name, other := pack(content), "packs/ff/other"
	put(t, s, name, content)
	put(t, s, other, content)
	for range 2 {
		if err := s.Delete(t.Context(), name); err != nil {
			t.Errorf("Delete: %v", err)
		}
		lacks(t, s, name)
	}
	for _, absent := range []string{"config", "keys/none", "packs", "packs/ff", other + "/inside"} {
		if err := s.Delete(t.Context(), absent); err != nil {
			t.Errorf("Delete of %s, which is no object: %v", absent, err)
		}
	}
	holds(t, s, other, content)
	put(t, s, name, content)
	holds(t, s, name, content)
}

// testCreate checks that a taken name stays what it is.
func testCreate(t *testing.T, s storage.Store) {
	first, second := data("first", 300), data("second", 400)
	for _, name := range []string{"config", "sessions/019abcde-0000-7000-8000-000000000000"} {
		if err := storage.Create(t.Context(), s, name, first); err != nil {
			t.Fatalf("Create %s: %v", name, err)
		}
		holds(t, s, name, first)
		for _, again := range [][]byte{second, first} {
			err := storage.Create(t.Context(), s, name, again)
			wantCode(t, "Create of a taken name", err, storage.Exists)
			if !storage.IsExists(err) {
				t.Errorf("IsExists is false of %v", err)
			}
			holds(t, s, name, first)
		}
		must(t, s.Delete(t.Context(), name))
		if err := storage.Create(t.Context(), s, name, second); err != nil {
			t.Errorf("Create after Delete: %v", err)
		}
		holds(t, s, name, second)
	}
}

// testNames checks that a name of the wrong form is refused before it does anything.
func testNames(t *testing.T, s storage.Store) {
	put(t, s, "keys/one", []byte("one"))
	ctx := t.Context()
	for _, name := range []string{"", "/", ".", "..", "/config", "config/", "keys//one", "./keys/one", "keys/./one", "keys/../config", "../config",
		"keys/..", "Config", "keys/one ", "a b", "é", "a\x00", "a\\b", "a\nb", "a:b", "c:/a", "a_b", "a%2fb", "*", "~", ".tmp~1"} {
		wantCode(t, "Put", s.Put(ctx, name, nil), storage.BadName)
		wantCode(t, "Create", storage.Create(ctx, s, name, nil), storage.BadName)
		_, err := get(ctx, s, name, 0, -1)
		wantCode(t, "Get", err, storage.BadName)
		_, err = s.Stat(ctx, name)
		wantCode(t, "Stat", err, storage.BadName)
		wantCode(t, "Delete", s.Delete(ctx, name), storage.BadName)
		if t.Failed() {
			t.Fatalf("the name was %q", name)
		}
	}
	for _, prefix := range []string{"keys", "/", "/keys/", "keys//", "../", "keys/../", "Keys/", "keys/o", "k y/", "./"} {
		n := 0
		for _, err := range s.List(ctx, prefix) {
			n++
			wantCode(t, "List "+prefix, err, storage.BadName)
		}
		if n != 1 {
			t.Errorf("List of %q, which is no prefix, gives %d pairs, want one with an error", prefix, n)
		}
	}
	if got := list(t, s, ""); len(got) != 1 {
		t.Errorf("after refused names there are %v", got)
	}
}
