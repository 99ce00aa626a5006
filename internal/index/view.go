package index

import (
	"bytes"
	"errors"
	"slices"

	"backup_projeto/internal/core"
)

// View is a set with its places numbered, for who needs a bit for each of them: a garbage collector. It is good until the set is changed or
// closed. All methods may be called at once from many goroutines.
type View struct {
	set    *Set
	tables []viewTable
	names  []core.ID // of the packs, ascending; a pack's number is its place here
	len    uint64
}

type viewTable struct {
	*table
	first uint64   // the number of its first record
	packs []uint32 // the number of each of its packs
}

// Place is one place of a chunk.
type Place struct {
	Number uint64 // of the place; below View.Len
	Pack   uint32 // the pack's number
	Length uint32 // of the chunk, in bytes
}

// errLost says that a table is damaged, so that what is not found may be there.
var errLost = errors.New("a table of the local index is damaged")

// View flushes the set and numbers what it holds. It takes 40 bytes of memory for each pack. A damaged table is an error of kind Failure,
// code "index-cache", here and in all methods of the view.
func (s *Set) View() (*View, error) {
	if err := s.Flush(); err != nil {
		return nil, err
	}
	if s.Damaged() {
		return nil, s.lostError()
	}
	v := &View{set: s}
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, t := range s.tables {
		own, err := t.packNames()
		if err != nil {
			return nil, s.lostError()
		}
		v.tables = append(v.tables, viewTable{table: t, first: v.len})
		v.len += t.spans[secRecords].n
		v.names = append(v.names, own...)
	}
	slices.SortFunc(v.names, core.ID.Compare)
	v.names = slices.Clip(slices.Compact(v.names))
	for i := range v.tables {
		own, err := v.tables[i].packNames()
		if err != nil {
			return nil, s.lostError()
		}
		v.tables[i].packs = make([]uint32, len(own))
		for k := range own {
			n, _ := v.Pack(&own[k])
			v.tables[i].packs[k] = uint32(n)
		}
	}
	return v, nil
}

func (s *Set) lostError() error {
	return &core.Error{Kind: core.Failure, Code: codeCache, Subject: s.dir, Err: errLost}
}

// packNames returns the names of a table's packs, in the order of their numbers there.
func (t *table) packNames() ([]core.ID, error) {
	out := make([]core.ID, 0, t.spans[secPacks].n)
	c := t.cursor(t.r, secPacks)
	for {
		item, err := c.next()
		if item == nil || err != nil {
			return out, t.fail(err)
		}
		out = append(out, core.ID(item))
	}
}

// Len returns how many places there are; one that several index objects list may have several numbers.
func (v *View) Len() uint64 { return v.len }

// Packs returns the names of all packs, ascending. A pack's number is its place there. The caller does not change it.
func (v *View) Packs() []core.ID { return v.names }

// Pack returns a pack's number, if it is listed.
func (v *View) Pack(name *core.ID) (int, bool) {
	return slices.BinarySearchFunc(v.names, *name, core.ID.Compare)
}

// Find appends the places of a chunk to out.
func (v *View) Find(out []Place, id *core.ID) ([]Place, error) {
	for i := range v.tables {
		t := &v.tables[i]
		one := [1]*table{t.table}
		var failed error
		visit(one[:], id, func(*table) bool {
			out, failed = t.places(out, id)
			return false
		})
		if failed != nil || t.isLost() {
			return out, v.set.lostError()
		}
	}
	return out, nil
}

// places appends a table's places of a chunk.
func (t *viewTable) places(out []Place, id *core.ID) ([]Place, error) {
	from, to, sorted, err := t.front.candidates(id)
	if err != nil || from == to {
		return out, t.fail(err)
	}
	w := t.windows.Get().(*window)
	defer t.windows.Put(w)
	if sorted {
		if from, err = t.search(w, secRecords, id[:], from, to); err != nil {
			return out, t.fail(err)
		}
	}
	for ; from < to; from++ {
		rec, err := t.item(t.r, w, secRecords, from)
		if err != nil {
			return out, t.fail(err)
		}
		switch order := bytes.Compare(rec[:core.IDSize], id[:]); {
		case order > 0:
			return out, nil
		case order == 0:
			p, err := t.place(from, rec)
			if err != nil {
				return out, t.fail(err)
			}
			out = append(out, p)
		}
	}
	return out, nil
}

// place says what a table's record says.
func (t *viewTable) place(number uint64, rec []byte) (Place, error) {
	n := recordPack(rec)
	if uint64(n) >= uint64(len(t.packs)) {
		return Place{}, errDamaged
	}
	return Place{Number: t.first + number, Pack: t.packs[n], Length: be32(rec[recSize-4:]) & (1<<24 - 1)}, nil
}

// Each calls fn for every chunk, in the order of their ids, with all its places, which are valid during the call, until fn fails.
func (v *View) Each(fn func(id *core.ID, places []Place) error) error {
	var streams []*stream
	var at []uint64
	for i := range v.tables {
		c := v.tables[i].cursor(v.tables[i].r, secRecords)
		streams, at = append(streams, &stream{next: c.next}), append(at, 0)
	}
	var id core.ID
	var places []Place
	var failed error
	err := mergeStreams(streams, func(from int, rec []byte, _ bool) {
		if failed != nil {
			return
		}
		if len(places) > 0 && !bytes.Equal(id[:], rec[:core.IDSize]) {
			failed = fn(&id, places)
			places = places[:0]
		}
		id = core.ID(rec)
		p, err := v.tables[from].place(at[from], rec)
		if err != nil {
			failed = v.set.lostError()
			return
		}
		places = append(places, p)
		at[from]++
	})
	switch {
	case err != nil:
		return v.set.lostError()
	case failed != nil || len(places) == 0:
		return failed
	}
	return fn(&id, places)
}
