package repo

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/pack"
)

// putTrees stores chunks of trees, and returns their ids.
func putTrees(t *testing.T, r *Repo, chunks [][]byte) (ids []core.ID) {
	t.Helper()
	s, err := r.Begin(t.Context())
	must(t, err)
	defer s.Close()
	fill, h := s.Filler(pack.Tree), r.Hasher()
	for _, c := range chunks {
		ids = append(ids, h.Sum(c))
		_, err := fill.Add(ids[len(ids)-1], c)
		must(t, err)
	}
	must(t, fill.Flush())
	must(t, s.Finish())
	load(t, r)
	return ids
}

// TestAhead: walking through a pack of trees takes few requests, looking at one path no more than a segment each, what is read is right, and
// what is kept is bounded.
func TestAhead(t *testing.T) {
	dir := t.TempDir()
	s := &counter{Store: newStore(t)}
	c := create(t, s, "", Options{Cache: dir, Workers: 1}) // segments stand in the packs in the order of the chunks
	chunks := content(3, 900)
	ids := putTrees(t, c.Repo, chunks)
	must(t, c.Repo.Close())
	open := func() *Repo {
		r := unlockWith(t, s, c.Device.Secret(), Options{Cache: dir})
		t.Cleanup(func() { r.Close() })
		load(t, r)
		s.gets.Store(0)
		return r
	}
	read := func(r *Repo, i int) {
		t.Helper()
		if data, err := r.Chunk(t.Context(), ids[i]); err != nil || !bytes.Equal(data, chunks[i]) {
			t.Fatalf("chunk %d: %d bytes, %v", i, len(data), err)
		}
	}

	r := open()
	segments, packs := map[segmentKey]bool{}, map[core.ID]bool{}
	order := make([]int, len(ids)) // a pack after the other: which chunks are in which depends on who was faster
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		x, y := r.Lookup(&ids[a])[0].Pack.Name, r.Lookup(&ids[b])[0].Pack.Name
		return x.Compare(y)
	})
	for _, i := range order {
		read(r, i)
		l := r.Lookup(&ids[i])[0]
		segments[segmentKey{l.Pack.Name, l.Number}], packs[l.Pack.Name] = true, true
		if r.ahead.size > maxAhead {
			t.Fatalf("%d bytes are kept", r.ahead.size)
		}
	}
	if gets := int(s.gets.Load()); len(segments) < 20 || gets > len(packs)+5 {
		t.Errorf("%d requests for %d segments in %d packs", gets, len(segments), len(packs))
	}

	r = open()
	read(r, len(ids)-1)
	l := r.Lookup(&ids[len(ids)-1])[0]
	if kept := r.ahead.of(l.Pack.Name); s.gets.Load() != 1 || len(kept.data) != int(l.Segment.Stored) {
		t.Errorf("one segment of %d bytes took %d requests and %d bytes", l.Segment.Stored, s.gets.Load(), len(kept.data))
	}
	read(r, 0)
	if s.gets.Load() != 2 {
		t.Errorf("two took %d requests", s.gets.Load())
	}
}

// TestAheadCut: of a pack that was cut, what is before the cut is read.
func TestAheadCut(t *testing.T) {
	store := newStore(t)
	r := create(t, store, "", Options{}).Repo
	defer r.Close()
	chunks := content(5, 250)
	ids := putTrees(t, r, chunks)
	first := r.Lookup(&ids[0])[0].Pack
	cut := first.Size / 2
	must(t, os.Chmod(filepath.Join(store.LocalPath(), PackName(first.Name)), 0o600))
	must(t, os.Truncate(filepath.Join(store.LocalPath(), PackName(first.Name)), cut))
	whole, lost := 0, 0
	for i := range ids {
		data, err := r.Chunk(t.Context(), ids[i])
		l := r.Lookup(&ids[i])[0]
		if l.Pack.Name == first.Name && l.Segment.Offset+int64(l.Segment.Stored) > cut {
			lost++
			if core.KindOf(err) != core.Damage {
				t.Fatalf("chunk %d: %v", i, err)
			}
		} else if whole++; err != nil || !bytes.Equal(data, chunks[i]) {
			t.Fatalf("chunk %d: %v", i, err)
		}
	}
	if whole < 50 || lost < 50 {
		t.Errorf("%d whole, %d lost", whole, lost)
	}
}

// flipper changes what is read of packs once.
type flipper struct {
	counter
	flip bool
}

func (f *flipper) Get(ctx context.Context, name string, offset, length int64) (io.ReadCloser, error) {
	body, err := f.counter.Get(ctx, name, offset, length)
	if err != nil || !f.flip || !strings.HasPrefix(name, "packs/") {
		return body, err
	}
	f.flip = false
	data, err := io.ReadAll(body)
	body.Close()
	data[len(data)/2] ^= 1
	return io.NopCloser(bytes.NewReader(data)), err
}

// TestAheadNoticed: what arrives changed is told, and not read again until it is not; the next time it is read anew.
func TestAheadNoticed(t *testing.T) {
	s := &flipper{counter: counter{Store: newStore(t)}}
	r := create(t, s, "", Options{}).Repo
	defer r.Close()
	chunks := content(6, 5)
	ids := putTrees(t, r, chunks)
	s.flip = true
	if _, err := r.Chunk(t.Context(), ids[0]); core.KindOf(err) != core.Damage {
		t.Errorf("changed on its way: %v", err)
	}
	if data, err := r.Chunk(t.Context(), ids[0]); err != nil || !bytes.Equal(data, chunks[0]) {
		t.Errorf("the next time: %v", err)
	}
}

// TestAheadDamage: what is damaged is so alone, and is mended by parity.
func TestAheadDamage(t *testing.T) {
	for _, share := range []uint16{0, 300} {
		store := newStore(t)
		r := create(t, store, "", Options{}).Repo
		defer r.Close()
		if share > 0 {
			must(t, r.SetParity(t.Context(), 300))
		}
		chunks := content(4, 200)
		ids := putTrees(t, r, chunks)
		bad := r.Lookup(&ids[100])[0]
		path := filepath.Join(store.LocalPath(), PackName(bad.Pack.Name))
		data, err := os.ReadFile(path)
		must(t, err)
		data[bad.Segment.Offset+int64(bad.Segment.Stored)/2] ^= 1
		must(t, os.Chmod(path, 0o600))
		must(t, os.WriteFile(path, data, 0o600))
		hurt := 0
		for i := range ids {
			got, err := r.Chunk(t.Context(), ids[i])
			l := r.Lookup(&ids[i])[0]
			switch {
			case share == 0 && l.Pack.Name == bad.Pack.Name && l.Number == bad.Number:
				hurt++
				if core.KindOf(err) != core.Damage {
					t.Fatalf("chunk %d: %v", i, err)
				}
			case err != nil || !bytes.Equal(got, chunks[i]):
				t.Fatalf("chunk %d, share %d: %v", i, share, err)
			}
		}
		if share == 0 && hurt == 0 {
			t.Error("nothing was damaged")
		}
	}
}

func TestAround(t *testing.T) {
	for _, c := range []struct{ from, to, size, want, a, b int64 }{
		{10, 20, 100, 0, 10, 20}, {10, 20, 100, 10, 10, 20}, {10, 20, 100, 40, 0, 40}, {50, 60, 100, 40, 40, 80}, {90, 95, 100, 40, 60, 100},
		{90, 95, 100, 1000, 0, 100}, {0, 39, 100, 40, 0, 40}, {50, 89, 100, 40, 40, 89},
		{90, 110, 100, 40, 90, 110}, // the index lies: as if nothing was ahead
	} {
		if a, b := around(c.from, c.to, c.size, c.want); a != c.a || b != c.b {
			t.Errorf("%+v: %d to %d", c, a, b)
		}
	}
}
