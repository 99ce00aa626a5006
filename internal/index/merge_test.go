package index

import (
	"bytes"
	"slices"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/pack"
)

func tableWith(t testing.TB, source core.ID, packs ...pack.Entry) *table {
	t.Helper()
	b := newBuffer()
	b.add(source, packs)
	tab, err := memoryTable(testRepo, []*run{b.run()})
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

// content returns a table's items, which do not depend on how it was made.
func content(t *testing.T, tab *table) (out [secSums]string) {
	t.Helper()
	for sec := range out {
		for c := tab.cursor(tab.r, sec); ; {
			item, err := c.next()
			if err != nil {
				t.Fatal(err)
			}
			if item == nil {
				break
			}
			out[sec] += string(item)
		}
	}
	return out
}

func TestMergeIsAsMadeAtOnce(t *testing.T) {
	m := newMaker(1)
	var packs []pack.Entry
	for range 6 {
		packs = append(packs, m.entryOf(40))
	}
	packs = append(packs, m.entry(packs[0].Footer.Segments[0].IDs...), packs[2])
	once := tableWith(t, core.ID{7}, packs...)
	var parts []*run
	for i := range packs {
		parts = append(parts, tableWith(t, core.ID{7}, packs[i:]...).run())
	}
	merged, err := memoryTable(testRepo, parts)
	if err != nil {
		t.Fatal(err)
	}
	if content(t, merged) != content(t, once) {
		t.Error("merging gives another table")
	}
	again, err := memoryTable(testRepo, []*run{merged.run(), once.run()})
	if err != nil {
		t.Fatal(err)
	}
	if content(t, again) != content(t, once) || again.len() != once.len() {
		t.Error("merging equal tables gives another")
	}
	for id, want := range places(packs) {
		if got := again.lookup(nil, &id); len(got) != len(want) {
			t.Errorf("%d places of %s, want %d", len(got), id.Short(), len(want))
		}
	}
}

func TestMergeRefusesWhatIsNotSorted(t *testing.T) {
	m := newMaker(2)
	b := newBuffer()
	b.add(core.ID{1}, []pack.Entry{m.entryOf(2)})
	r := b.run()
	items := r.cursors[secRecords].items
	if swapped := slices.Concat(items[recSize:], items[:recSize]); !bytes.Equal(swapped, items) {
		r.cursors[secRecords].items = swapped
	}
	if err := writeTable(&memory{}, testRepo, []*run{r}); err == nil {
		t.Error("an unsorted table is written")
	}
}

// TestMergesAreFew counts how often bytes are written when equal tables come one after another.
func TestMergesAreFew(t *testing.T) {
	var tables []*table
	written, most := uint64(0), 0
	for range 495 {
		tables = append(tables, &table{layout: &layout{size: 1}})
		written++
		if len(tables) > maxTables {
			old := smallest(tables)
			sum := uint64(0)
			for _, o := range old {
				sum += o.size
			}
			tables = append(tables[:len(tables)-len(old)], &table{layout: &layout{size: sum}})
			sortTables(tables)
			written += sum
		}
		most = max(most, len(tables))
	}
	if most > maxTables || written > 5*495 {
		t.Errorf("%d tables, %d written for 495", most, written)
	}
}
