package prune

import (
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"backup_projeto/internal/core"
	"backup_projeto/internal/gc"
	"backup_projeto/internal/index"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/repo"
)

// maxCondemned is how many packs one mark condemns.
const maxCondemned = 1 << 19

// condemn copies what is live of the packs to be rewritten, and puts marks that condemn them and those that are all dead.
func (p *pass) condemn() error {
	rewritten, err := p.rewrite()
	if err != nil {
		return err
	}
	packs := slices.Clone(p.choice.Condemn)
	for _, i := range rewritten {
		p.res.RewrittenPacks++
		p.res.RewrittenBytes += p.tally.Packs[i].Size
		if !p.tally.Packs[i].Condemned {
			packs = append(packs, i)
		}
	}
	for some := range slices.Chunk(packs, maxCondemned) {
		m := &gc.Mark{Created: time.Now().UnixNano(), Rewritten: p.s.Stored(), Snapshots: p.survey.Live}
		for _, i := range some {
			m.Condemned = append(m.Condemned, p.names[i])
		}
		if _, err := p.r.PutMark(p.ctx, m); err != nil {
			return err
		}
		for _, i := range some {
			p.condemned[p.names[i]] = true
			p.res.CondemnedPacks++
			p.res.CondemnedBytes += p.tally.Packs[i].Size
		}
	}
	return nil
}

// rewrite copies, and returns the packs of which everything that is live was copied and is listed.
func (p *pass) rewrite() (done []int, err error) {
	if len(p.choice.Rewrite) == 0 {
		return nil, nil
	}
	work := slices.Clone(p.choice.Rewrite)
	// In the order in which they were put: what was saved together stays together.
	slices.SortFunc(work, func(a, b int) int {
		if c := p.stored[p.names[a]].Time.Compare(p.stored[p.names[b]].Time); c != 0 {
			return c
		}
		return p.names[a].Compare(p.names[b])
	})
	leaves := make([]bool, len(p.names))
	for _, i := range p.choice.Condemn {
		leaves[i] = true
	}
	for _, i := range work {
		leaves[i] = true
		p.rep.Progress().TotalBytes.Add(p.tally.Packs[i].Size)
	}
	if done, err = p.copyAll(work, leaves); err != nil {
		return nil, err
	}
	if err := p.s.Finish(); err != nil {
		return nil, err
	}
	p.res.CopiedBytes += p.s.Totals().Stored
	return done, nil
}

// copyAll copies packs, several at once, and returns those of which nothing was lost.
func (p *pass) copyAll(work []int, leaves []bool) (done []int, err error) {
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(p.ctx)
	next := make(chan int)
	g.Go(func() error {
		defer close(next)
		for _, i := range work {
			select {
			case next <- i:
			case <-ctx.Done():
				return nil
			}
		}
		return nil
	})
	for range min(p.o.Parallel, len(work)) {
		g.Go(func() error {
			c := &copier{pass: p, ctx: ctx, leaves: leaves, fill: map[pack.Kind]*repo.Filler{}}
			for i := range next {
				lost, err := c.pack(i)
				if err != nil {
					return err
				}
				mu.Lock()
				if lost != nil {
					p.issue(repo.PackName(p.names[i]), lost)
				} else {
					done = append(done, i)
				}
				mu.Unlock()
				p.rep.Progress().Bytes.Add(p.tally.Packs[i].Size)
			}
			return c.flush()
		})
	}
	err = g.Wait()
	return done, err
}

// copier copies packs. It is for one goroutine.
type copier struct {
	*pass
	ctx    context.Context
	leaves []bool // packs that do not stay
	// fill takes what is copied, by kinds, so that what is little of many packs comes to stand together. All is on its way after flush.
	fill   map[pack.Kind]*repo.Filler
	found  []index.Place
	places []gc.Place
}

// pack copies what must be copied of a pack. lost says why something that is live cannot be: the pack is left alone then.
func (c *copier) pack(i int) (lost, err error) {
	name := c.names[i]
	e, err := c.r.PackEntry(c.ctx, name, c.stored[name].Size)
	if err != nil {
		return damageOnly(err)
	}
	segments, wanted, err := c.wanted(e)
	if err != nil {
		return nil, err
	}
	fill := c.fill[e.Footer.Kind]
	if fill == nil {
		fill = c.s.Filler(e.Footer.Kind)
		c.fill[e.Footer.Kind] = fill
	}
	err = c.r.ReadSegments(c.ctx, segments, func(k int, raw []byte, err error) error {
		if err == nil {
			err = c.segment(fill, &e.Footer.Segments[segments[k].Number], raw, wanted[k])
		}
		if core.KindOf(err) == core.Damage {
			err = c.elsewhere(fill, wanted[k])
		}
		return err
	})
	return damageOnly(err)
}

// flush sends what was copied on its way.
func (c *copier) flush() error {
	for _, fill := range c.fill {
		if err := fill.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// wanted returns the segments of a pack that have chunks to be copied, and which these are.
func (c *copier) wanted(e *pack.Entry) (segments []repo.Segment, wanted [][]core.ID, err error) {
	info := index.PackInfo{Name: e.Name, Size: e.Size, Key: e.Key, Kind: e.Footer.Kind}
	for n, offset := range e.Footer.Offsets() {
		s := &e.Footer.Segments[n]
		var ids []core.ID
		for k := range s.IDs {
			must, err := c.must(&s.IDs[k])
			if err != nil {
				return nil, nil, err
			}
			if must {
				ids = append(ids, s.IDs[k])
			}
		}
		if len(ids) > 0 {
			wanted = append(wanted, ids)
			segments = append(segments, repo.Segment{Pack: info, Number: uint32(n), Segment: index.SegmentInfo{
				Offset: offset, Stored: uint32(s.Stored), Raw: uint32(s.Raw), Compression: s.Compression}})
		}
	}
	return segments, wanted, nil
}

// must reports whether a chunk has to be copied.
func (c *copier) must(id *core.ID) (bool, error) {
	var err error
	if c.found, err = c.view.Find(c.found[:0], id); err != nil || len(c.found) == 0 || !c.live.has(c.found[0].Number) {
		return false, err
	}
	c.places = places(c.places[:0], c.found)
	return c.tally.MustCopy(c.places, func(pack int) bool { return c.leaves[pack] }), nil
}

// segment copies chunks of a segment, given in the order in which they stand there.
func (c *copier) segment(fill *repo.Filler, s *pack.Segment, raw []byte, ids []core.ID) error {
	at := 0
	for k, n := range s.Lengths {
		if len(ids) > 0 && ids[0] == s.IDs[k] {
			ids = ids[1:]
			data := raw[at : at+n]
			if !c.r.CheckID(s.IDs[k], data) {
				return unreadable("block "+s.IDs[k].Short(), errContent)
			}
			if _, err := fill.Add(s.IDs[k], data); err != nil {
				return err
			}
		}
		at += n
	}
	return nil
}

// elsewhere copies chunks from wherever they can be read.
func (c *copier) elsewhere(fill *repo.Filler, ids []core.ID) error {
	for i := range ids {
		data, err := c.r.Chunk(c.ctx, ids[i])
		if err != nil {
			return err
		}
		if _, err := fill.Add(ids[i], data); err != nil {
			return err
		}
	}
	return nil
}

// damageOnly divides errors into damage and others.
func damageOnly(err error) (damage, other error) {
	if core.KindOf(err) == core.Damage {
		return err, nil
	}
	return nil, err
}
