package gc

import "backup_projeto/internal/core"

// Broom is what a prune does to its store to sweep. What is to be deleted it knows from a Choice.
type Broom interface {
	// PutIndexes stores index objects that list everything that those which DeleteIndexes deletes list, but for the packs to be deleted.
	PutIndexes() error
	DeleteIndexes() error
	DeletePacks() error
	// PutTombstone stores a mark.
	PutTombstone(*Mark) error
	DeleteMark(core.UUID) error
	// Remains reports whether a pack is still listed or stored.
	Remains(pack *core.ID) bool
}

// Sweep deletes in the one order in which it can be cut off anywhere: what is listed is always stored, and a mark stands until nothing of
// what it condemns is left.
func Sweep(b Broom, s *Survey, rules Rules) error {
	if err := b.PutIndexes(); err != nil {
		return err
	}
	if err := b.DeleteIndexes(); err != nil {
		return err
	}
	if err := b.DeletePacks(); err != nil {
		return err
	}
	return bury(b, s, rules)
}

// bury takes marks away of which nothing is left. First a tombstone is put; the mark itself goes when that tombstone is old enough for every
// listing to have it, most often in a later prune. Marks of devices that cannot know what is live are taken away as they are.
func bury(b Broom, s *Survey, rules Rules) error {
	stones := map[core.ID]bool{} // packs that have a tombstone; true if it is old enough
	for _, m := range s.Marks.There() {
		if m.Swept && m.Trusted {
			for _, id := range m.Condemned {
				stones[id] = stones[id] || old(s.Now, m.Time, rules.Grace)
			}
		}
	}
	var spent []*Mark
	stone := &Mark{Swept: true}
	for _, m := range s.Marks.There() {
		switch {
		case !m.Trusted:
			if err := b.DeleteMark(m.ID); err != nil {
				return err
			}
		case remains(b, m):
		case !m.Swept:
			spent = append(spent, m)
			for _, id := range m.Condemned {
				if _, ok := stones[id]; !ok {
					stones[id] = rules.Grace <= 0
					stone.Condemned = append(stone.Condemned, id)
				}
			}
		case rules.Forget > 0 && old(s.Now, m.Time, rules.Forget):
			spent = append(spent, m)
		}
	}
	if len(stone.Condemned) > 0 {
		if err := b.PutTombstone(stone); err != nil {
			return err
		}
	}
	for _, m := range spent {
		if !m.Swept && !buried(m, stones) {
			continue
		}
		if err := b.DeleteMark(m.ID); err != nil {
			return err
		}
	}
	return nil
}

// remains reports whether something of what a mark condemns is left.
func remains(b Broom, m *Mark) bool {
	for i := range m.Condemned {
		if b.Remains(&m.Condemned[i]) {
			return true
		}
	}
	return false
}

// buried reports whether an old tombstone stands for all that a mark condemns.
func buried(m *Mark, stones map[core.ID]bool) bool {
	for _, id := range m.Condemned {
		if !stones[id] {
			return false
		}
	}
	return true
}
