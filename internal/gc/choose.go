package gc

import (
	"cmp"
	"slices"
)

// Limits bound what a prune rewrites.
type Limits struct {
	Unused  int64 // bytes of dead data that may stay in packs that are partly used
	Rewrite int64 // bytes of packs that may be rewritten; below 0 there is no limit
	// Small says by kinds of packs below how many bytes one is small, and Many how many of a kind are merged; 0 is never.
	Small []int64
	Many  int
}

// Choice is what a prune will do to packs, by their numbers.
type Choice struct {
	Sweep   []int // delete now
	Condemn []int // nothing needs them
	Rewrite []int // copy what is needed, and condemn them; some are condemned already
	Merge   []int // of Rewrite: those that are small, and no more than that
	Unused  int64 // bytes of dead data that stay
}

// Choose decides. Packs that are condemned and needed all the same, by a snapshot that was saved before their mark was seen or because two
// prunes condemned both copies of a chunk, come first among those to be rewritten: they cannot be deleted otherwise.
func (t *Tally) Choose(l Limits) *Choice {
	c := &Choice{}
	var waste []int
	for i := range t.Packs {
		p := &t.Packs[i]
		switch {
		case p.Gone():
			c.Sweep = append(c.Sweep, i)
		case p.Condemned:
			if p.Ripe && p.Stored {
				c.take(p, i, &l)
			}
		case p.Young:
		case p.Needs == 0:
			c.Condemn = append(c.Condemn, i)
		case p.Stored && p.Unused() > 0:
			waste = append(waste, i)
			c.Unused += p.Unused()
		}
	}
	// The emptiest first: they cost least for what they give.
	slices.SortStableFunc(waste, func(a, b int) int {
		x, y := &t.Packs[a], &t.Packs[b]
		return cmp.Compare(float64(y.Unused())*float64(x.Size), float64(x.Unused())*float64(y.Size))
	})
	for _, i := range waste {
		if c.Unused <= l.Unused {
			break
		}
		if p := &t.Packs[i]; c.take(p, i, &l) {
			c.Unused -= p.Unused()
		}
	}
	for kind := range l.Small {
		t.merge(c, kind, &l)
	}
	return c
}

// merge adds small packs of a kind to those that are rewritten, if they are many, the oldest first. Fewer than many are never merged, also
// where the limit leaves no room for more: so each time there are far fewer small ones afterwards, and what was merged is only touched again when
// as many others have come.
func (t *Tally) merge(c *Choice, kind int, l *Limits) {
	if l.Many <= 0 {
		return
	}
	chosen := map[int]bool{}
	for _, i := range c.Rewrite {
		chosen[i] = true
	}
	var small []int
	count, room := 0, l.Rewrite
	for i := range t.Packs {
		p := &t.Packs[i]
		switch {
		case int(p.Kind) != kind || p.Size >= l.Small[kind] || !p.Stored || p.Condemned || p.Young || p.Needs == 0:
		case chosen[i]:
			count++ // it will be in what the others come to
		default:
			small = append(small, i)
		}
	}
	slices.SortStableFunc(small, func(a, b int) int { return cmp.Compare(t.Packs[a].Put, t.Packs[b].Put) })
	if l.Rewrite >= 0 {
		fit := 0
		for ; fit < len(small) && t.Packs[small[fit]].Size <= room; fit++ {
			room -= t.Packs[small[fit]].Size
		}
		small = small[:fit]
	}
	if count+len(small) < l.Many {
		return
	}
	for _, i := range small {
		p := &t.Packs[i]
		if c.take(p, i, l) {
			c.Merge = append(c.Merge, i)
			if p.Unused() > 0 {
				c.Unused -= p.Unused()
			}
		}
	}
}

// take chooses a pack to be rewritten, if the limit allows.
func (c *Choice) take(p *Pack, i int, l *Limits) bool {
	if l.Rewrite >= 0 {
		if p.Size > l.Rewrite {
			return false
		}
		l.Rewrite -= p.Size
	}
	c.Rewrite = append(c.Rewrite, i)
	return true
}
