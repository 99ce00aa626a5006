package gc

import (
	"cmp"
	"slices"
)

// Limits bound what a prune rewrites.
type Limits struct {
	Unused  int64 // bytes of dead data that may stay in packs that are partly used
	Rewrite int64 // bytes of packs that may be rewritten; below 0 there is no limit
}

// Choice is what a prune will do to packs, by their numbers.
type Choice struct {
	Sweep   []int // delete now
	Condemn []int // nothing needs them
	Rewrite []int // copy what is needed, and condemn them; some are condemned already
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
	return c
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
