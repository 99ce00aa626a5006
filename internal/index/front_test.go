package index

import (
	"slices"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/pack"
)

// TestFrontSpeaksForRecords has each id among its candidates, and hardly any absent one.
func TestFrontSpeaksForRecords(t *testing.T) {
	m := newMaker(41)
	var packs []pack.Entry
	for range 40 {
		packs = append(packs, m.entryOf(1000))
	}
	tab := tableWith(t, core.ID{1}, packs...)
	w, long := &window{}, 0
	for i := range uint64(tab.len()) {
		rec, err := tab.item(tab.r, w, secRecords, i)
		if err != nil {
			t.Fatal(err)
		}
		from, to, sorted, err := tab.front.candidates((*core.ID)(rec))
		if err != nil || i < from || i >= to {
			t.Fatalf("record %d is not among %d to %d, %v", i, from, to, err)
		}
		if sorted {
			long++
		}
	}
	if long > tab.len()/300 {
		t.Errorf("%d of %d records have no print", long, tab.len())
	}
	reads := 0
	for range 20000 {
		id := m.id()
		if from, to, _, err := tab.front.candidates(&id); err != nil || from > to {
			t.Fatal(err)
		} else if from < to {
			reads++
		}
	}
	if reads > 20000/200 {
		t.Errorf("%d of 20000 absent ids need a read", reads)
	}
	if size := tab.frontSize(); size > uint64(tab.len())*16/10+2*lineSize {
		t.Errorf("a front of %d bytes for %d records", size, tab.len())
	}
}

// TestCrowdedLine has more records in a line than it has prints for, of one id and of many that begin alike.
func TestCrowdedLine(t *testing.T) {
	m := newMaker(42)
	alike := make([]core.ID, 500)
	for i := range alike {
		alike[i] = m.id()
		copy(alike[i][:7], "alike..")
	}
	for name, ids := range map[string][]core.ID{"alike": alike, "same": slices.Repeat(alike[:1], 500)} {
		packs := []pack.Entry{m.entryOf(1000), m.entry(ids...)}
		s := openSet(t, "")
		add(t, s, core.ID{1}, packs...)
		flush(t, s)
		if _, _, sorted, err := s.tables[0].front.candidates(&ids[499]); !sorted || err != nil {
			t.Errorf("%s: the line is not crowded, %v", name, err)
		}
		wantContent(t, s, packs, core.ID([]byte("alike..but not in the table.....")), m.id())
	}
}

func TestEmptyTable(t *testing.T) {
	s := openSet(t, t.TempDir())
	add(t, s, core.ID{1})
	flush(t, s)
	wantContent(t, s, nil, core.ID{}, newMaker(43).id())
	wantIDs(t, s.Sources(), []core.ID{{1}})
}
