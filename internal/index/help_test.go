package index

import (
	"encoding/binary"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/pack"
)

var testRepo = core.UUID{1, 2, 3}

// maker makes packs with made-up ids.
type maker struct{ *rand.Rand }

func newMaker(seed uint64) maker { return maker{rand.New(rand.NewPCG(seed, 1))} }

func (m maker) id() (id core.ID) {
	for i := 0; i < len(id); i += 8 {
		binary.BigEndian.PutUint64(id[i:], m.Uint64())
	}
	return id
}

// entry returns a pack of the given ids, about three to a segment.
func (m maker) entry(ids ...core.ID) pack.Entry {
	p := pack.Entry{Name: m.id(), Key: make([]byte, crypto.SealedKeySize), Footer: &pack.Footer{Kind: pack.Kind(m.IntN(2))}}
	for i := range p.Key {
		p.Key[i] = byte(m.Uint32())
	}
	end := int64(len(pack.Magic))
	for len(ids) > 0 {
		n := min(len(ids), 1+m.IntN(5))
		s := pack.Segment{Stored: 20 + m.IntN(1000), Compression: uint8(m.IntN(2)), IDs: ids[:n:n]}
		for range n {
			s.Lengths = append(s.Lengths, m.IntN(1000))
			s.Raw += s.Lengths[len(s.Lengths)-1]
		}
		p.Footer.Segments = append(p.Footer.Segments, s)
		ids, end = ids[n:], end+int64(s.Stored)
	}
	p.Size = end + int64(m.IntN(1000))
	return p
}

// entryOf returns a pack of n chunks of its own.
func (m maker) entryOf(n int) pack.Entry {
	ids := make([]core.ID, n)
	for i := range ids {
		ids[i] = m.id()
	}
	return m.entry(ids...)
}

// places returns where the chunks of packs are, worked out without this package's code.
func places(packs []pack.Entry) map[core.ID][]Location {
	out := map[core.ID][]Location{}
	for _, p := range packs {
		at := int64(len(pack.Magic))
		for n, s := range p.Footer.Segments {
			offset := 0
			for i, id := range s.IDs {
				l := Location{
					Pack:    PackInfo{p.Name, p.Size, p.Key, p.Footer.Kind, p.Believed},
					Number:  uint32(n),
					Segment: SegmentInfo{at, uint32(s.Stored), uint32(s.Raw), s.Compression},
					Offset:  uint32(offset), Length: uint32(s.Lengths[i]),
				}
				if !slices.ContainsFunc(out[id], func(m Location) bool { return m.same(&l) }) {
					out[id] = append(out[id], l)
				}
				offset += s.Lengths[i]
			}
			at += int64(s.Stored)
		}
	}
	return out
}

// failer is a testing.TB, or rapid's.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// wantContent fails unless the set holds just these packs' chunks; absent are ids that it must not have.
func wantContent(t failer, s *Set, packs []pack.Entry, absent ...core.ID) {
	t.Helper()
	want := places(packs)
	for id, locations := range want {
		wantPlaces(t, s, id, locations)
		near := id
		near[core.IDSize-1] ^= 1
		if _, ok := want[near]; !ok && (s.Has(&near) || s.Lookup(&near) != nil) {
			t.Fatalf("the absent neighbour of %s is found", id.Short())
		}
	}
	for _, id := range absent {
		if _, ok := want[id]; !ok && (s.Has(&id) || s.Lookup(&id) != nil) {
			t.Fatalf("absent %s is found", id.Short())
		}
	}
	names := map[core.ID]bool{}
	for _, p := range packs {
		names[p.Name] = true
	}
	var got []core.ID
	for p := range s.Packs {
		got = append(got, p.Name)
	}
	wantIDs(t, got, slices.Collect(maps.Keys(names)))
}

func wantPlaces(t failer, s *Set, id core.ID, want []Location) {
	t.Helper()
	if !s.Has(&id) {
		t.Fatalf("%s is not found", id.Short())
	}
	got := s.Lookup(&id)
	if len(got) != len(want) {
		t.Fatalf("%s has %d places, want %d", id.Short(), len(got), len(want))
	}
	for i := range want {
		if !slices.ContainsFunc(got, func(l Location) bool { return l.same(&want[i]) }) {
			t.Fatalf("%s is not found at %+v but %+v", id.Short(), want[i], got)
		}
	}
}

// wantIDs fails unless got has each of want once, and nothing else.
func wantIDs(t failer, got, want []core.ID) {
	t.Helper()
	compare := core.ID.Compare
	got, want = slices.Clone(got), slices.Clone(want)
	slices.SortFunc(got, compare)
	slices.SortFunc(want, compare)
	if !slices.Equal(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
}

func openSet(t testing.TB, dir string) *Set {
	t.Helper()
	s, err := OpenSet(dir, testRepo)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func add(t failer, s *Set, source core.ID, packs ...pack.Entry) {
	t.Helper()
	if err := s.Add(source, packs); err != nil {
		t.Fatalf("%v", err)
	}
}

func flush(t failer, s *Set) {
	t.Helper()
	if err := s.Flush(); err != nil || s.writeErr != nil {
		t.Fatalf("Flush gives %v, the folder %v", err, s.writeErr)
	}
}

// tableFiles returns the paths of the tables in dir.
func tableFiles(t testing.TB, dir string) (out []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), suffix) {
			t.Errorf("unexpected file %s", e.Name())
		}
		out = append(out, filepath.Join(dir, e.Name()))
	}
	return out
}
