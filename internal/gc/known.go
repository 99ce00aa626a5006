package gc

import (
	"slices"

	"backup_projeto/internal/core"
)

// Shelf is where marks are.
type Shelf interface {
	// ListMarks lists gc/.
	ListMarks() ([]Listed, error)
	// ReadMark reads a mark that was listed; nil without an error where it is gone since.
	ReadMark(Listed) (*Mark, error)
}

// Known is the marks that somebody honours. The zero value knows none. Nothing but Look and Add changes it; the rest may be called at
// once from many goroutines.
type Known struct {
	marks map[core.UUID]*Mark
	packs []core.ID // that any of them condemns, ascending
	there []Listed  // what the last look listed
}

// Add makes k honour a mark.
func (k *Known) Add(m *Mark) {
	if k.marks == nil {
		k.marks = map[core.UUID]*Mark{}
	}
	k.marks[m.ID] = m
	k.packs = slices.Concat(k.packs, m.Condemned)
	slices.SortFunc(k.packs, core.ID.Compare)
	k.packs = slices.Compact(k.packs)
}

// maxLooks is how often a listing is taken anew because a mark that it has is gone.
const maxLooks = 20

// Look makes k honour the marks that are there, and returns those that are new to it. A mark that is listed and gone when it is read was
// swept meanwhile: what stands for it is in a newer listing. Marks that are not there any more are honoured on.
func (k *Known) Look(s Shelf) (fresh []*Mark, err error) {
	for range maxLooks {
		listed, err := s.ListMarks()
		if err != nil {
			return nil, err
		}
		listed = once(listed, func(l *Listed) core.UUID { return l.ID })
		gone := false
		for _, l := range listed {
			if k.marks[l.ID] != nil {
				continue
			}
			m, err := s.ReadMark(l)
			switch {
			case err != nil:
				return nil, err
			case m == nil:
				gone = true
			default:
				k.Add(m)
				fresh = append(fresh, m)
			}
		}
		if !gone {
			k.there = listed
			return fresh, nil
		}
	}
	return nil, ErrUnsettled
}

// Condemned reports whether a mark condemns a pack.
func (k *Known) Condemned(pack *core.ID) bool {
	_, found := slices.BinarySearchFunc(k.packs, *pack, core.ID.Compare)
	return found
}

// IDs returns the marks' ids, ascending.
func (k *Known) IDs() []core.UUID {
	out := make([]core.UUID, 0, len(k.marks))
	for id := range k.marks {
		out = append(out, id)
	}
	slices.SortFunc(out, core.UUID.Compare)
	return out
}

// There returns the marks that the last look found in the store, in the order of the listing.
func (k *Known) There() []*Mark {
	out := make([]*Mark, len(k.there))
	for i, l := range k.there {
		out[i] = k.marks[l.ID]
	}
	return out
}

// unswept reports whether the last look found a mark that is to be swept.
func (k *Known) unswept() bool {
	return slices.ContainsFunc(k.There(), func(m *Mark) bool { return !m.Swept })
}
