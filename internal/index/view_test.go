package index

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/pack"
)

// viewed returns a set of several tables whose packs share chunks, and the packs. The last object lists packs again.
func viewed(t *testing.T, dir string) (*Set, []pack.Entry) {
	t.Helper()
	s, err := OpenSet(dir, testRepo)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	m := newMaker(7)
	var all []pack.Entry
	var shared []core.ID
	for i := range 5 {
		var packs []pack.Entry
		for range 3 {
			ids := []core.ID{m.id(), m.id(), m.id()}
			packs = append(packs, m.entry(append(ids, shared...)...))
			shared = append(shared, ids[0])
		}
		if i == 4 {
			packs = append(packs, all[0], all[5])
		}
		all = append(all, packs...)
		if err := s.Add(m.id(), packs); err != nil {
			t.Fatal(err)
		}
		if err := s.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	return s, all
}

func TestView(t *testing.T) {
	for name, dir := range map[string]string{"memory": "", "files": t.TempDir()} {
		t.Run(name, func(t *testing.T) {
			s, all := viewed(t, dir)
			v, err := s.View()
			if err != nil {
				t.Fatal(err)
			}
			want := map[core.ID]map[core.ID]uint32{} // lengths by chunk and pack
			for _, p := range all {
				for _, seg := range p.Footer.Segments {
					for i, id := range seg.IDs {
						if want[id] == nil {
							want[id] = map[core.ID]uint32{}
						}
						want[id][p.Name] = uint32(seg.Lengths[i])
					}
				}
			}
			check := func(id core.ID, places []Place) {
				t.Helper()
				got := map[core.ID]uint32{}
				for _, p := range places {
					got[v.Packs()[p.Pack]] = p.Length
					if p.Number >= v.Len() {
						t.Errorf("number %d of %d", p.Number, v.Len())
					}
				}
				if len(got) != len(want[id]) {
					t.Errorf("chunk %s is in %d packs, want %d", id.Short(), len(got), len(want[id]))
				}
				for pack, length := range want[id] {
					if got[pack] != length {
						t.Errorf("chunk %s is %d bytes in %s, want %d", id.Short(), got[pack], pack.Short(), length)
					}
				}
			}
			numbers := map[uint64]bool{}
			chunks := 0
			err = v.Each(func(id *core.ID, places []Place) error {
				chunks++
				check(*id, places)
				found, err := v.Find(nil, id)
				if err != nil || len(found) != len(places) {
					t.Errorf("found %d places, want %d: %v", len(found), len(places), err)
				}
				for _, p := range places {
					if numbers[p.Number] || !slices.Contains(found, p) {
						t.Errorf("place %d comes twice, or is not found", p.Number)
					}
					numbers[p.Number] = true
				}
				return nil
			})
			if err != nil || chunks != len(want) || uint64(len(numbers)) != v.Len() {
				t.Errorf("%d chunks of %d, %d numbers of %d, %v", chunks, len(want), len(numbers), v.Len(), err)
			}
			absent := newMaker(99).id()
			if found, err := v.Find(nil, &absent); err != nil || len(found) > 0 {
				t.Errorf("an absent chunk is found: %v, %v", found, err)
			}
			if n, ok := v.Pack(&all[3].Name); !ok || v.Packs()[n] != all[3].Name {
				t.Error("a pack's number is not its place")
			}
			if _, ok := v.Pack(&absent); ok {
				t.Error("an absent pack has a number")
			}
		})
	}
}

// TestViewDamage: what a damaged table hides is an error, not absent.
func TestViewDamage(t *testing.T) {
	dir := t.TempDir()
	s, all := viewed(t, dir)
	v, err := s.View()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"+suffix))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for at := blockSize; at < len(b); at += blockSize {
			b[at] ^= 1
		}
		if err := os.WriteFile(f, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	failed := 0
	for _, p := range all {
		if _, err := v.Find(nil, &p.Footer.Segments[0].IDs[0]); err != nil {
			failed++
		}
	}
	if failed != len(all) {
		t.Errorf("%d of %d look-ups fail", failed, len(all))
	}
	if err := v.Each(func(*core.ID, []Place) error { return nil }); core.CodeOf(err) != codeCache {
		t.Errorf("going through a damaged table gives %v", err)
	}
	if _, err := s.View(); err == nil && !s.Damaged() {
		t.Error("a damaged set gives a view")
	}
}

func TestHeld(t *testing.T) {
	for name, dir := range map[string]string{"memory": "", "files": t.TempDir()} {
		t.Run(name, func(t *testing.T) {
			s, all := viewed(t, dir)
			m := newMaker(8)
			late := m.entry(m.id(), all[0].Footer.Segments[0].IDs[0])
			if err := s.Add(m.id(), []pack.Entry{late}); err != nil { // in the buffer
				t.Fatal(err)
			}
			all = append(all, late)
			packsOf := map[core.ID][]core.ID{}
			for _, p := range all {
				for _, seg := range p.Footer.Segments {
					for _, id := range seg.IDs {
						packsOf[id] = append(packsOf[id], p.Name)
					}
				}
			}
			for id, packs := range packsOf {
				for _, wanted := range packs {
					if !s.Held(&id, func(p *core.ID, _ bool) bool { return *p == wanted }) {
						t.Errorf("%s is not held in %s", id.Short(), wanted.Short())
					}
				}
				asked := 0
				if s.Held(&id, func(p *core.ID, _ bool) bool {
					asked++
					if !slices.Contains(packs, *p) {
						t.Errorf("asked about a pack that %s is not in", id.Short())
					}
					return false
				}) || asked < len(slices.Compact(slices.SortedFunc(slices.Values(packs), core.ID.Compare))) {
					t.Errorf("%s is held though no pack is accepted, or not all were asked about", id.Short())
				}
			}
			absent := m.id()
			if s.Held(&absent, func(*core.ID, bool) bool { return true }) {
				t.Error("an absent chunk is held")
			}
		})
	}
}
