package repair

import (
	"maps"
	"slices"

	"backup_projeto/internal/core"
	"backup_projeto/internal/verify"
)

// Sum is a number of things and their bytes.
type Sum struct{ Count, Bytes int64 }

func (s *Sum) add(bytes int64) {
	s.Count++
	s.Bytes += bytes
}

// Plan is what was found, and what a repair is going to do about it.
type Plan struct {
	Damaged []verify.Damaged // what verify says
	Files   int64            // that suffer now, in all snapshots

	List       Sum      // packs that no index object lists, to be listed again
	Unproven   int64    // of these, those that are listed by their footers alone, and so are not deduplicated against until they were read
	Gone       int64    // packs that index objects list, and the store does not have
	Hurt       Sum      // packs that are not what was stored: what can be read of them is copied
	False      int64    // packs of which the index says what is not so: likewise
	Mendable   int64    // of those gone or hurt, those that there is parity of
	Condemn    int64    // of those gone, hurt or false, those that no mark condemns yet
	PutBack    []string // objects that cannot be read or are missing, and of which there is a copy
	Unreadable []string // objects that cannot be read, to be set aside: packs, index objects, snapshots, pins, marks, slots, settings

	gone, hurt, untrue []core.ID
	unlisted           []unlisted
	unseen             map[core.ID]bool // of those hurt, those that no index object lists
	plain              bool             // what footers say is believed
	condemn            map[core.ID]bool // of those that nothing else mends
	condemned          map[core.ID]bool // by marks that stand
	unread             map[string]bool  // snapshots of Unreadable that nothing has brought back
	blocks             bool             // blocks are needed that no index object lists
	heal               bool             // something is missing that is looked for in a second repository
}

// clone returns a copy that can be carried out without changing what is told.
func (p *Plan) clone() *Plan {
	c := *p
	c.PutBack, c.Unreadable = slices.Clone(p.PutBack), slices.Clone(p.Unreadable)
	c.gone, c.hurt, c.untrue, c.unlisted = slices.Clone(p.gone), slices.Clone(p.hurt), slices.Clone(p.untrue), slices.Clone(p.unlisted)
	c.unseen, c.condemn, c.condemned, c.unread = maps.Clone(p.unseen), maps.Clone(p.condemn), maps.Clone(p.condemned), maps.Clone(p.unread)
	return &c
}

// Nothing reports whether there is nothing to do.
func (p *Plan) Nothing() bool {
	return p.List.Count+p.Condemn+p.Mendable == 0 && len(p.hurt)+len(p.PutBack)+len(p.Unreadable) == 0 && !p.heal
}

// bad reports whether a pack is gone, hurt or false.
func (p *Plan) bad(name *core.ID) bool { return p.condemn[*name] }
