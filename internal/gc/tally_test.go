package gc

import (
	"slices"
	"testing"
	"time"

	"backup_projeto/internal/core"
)

// chunkIn is a chunk of 100 bytes in some packs.
type chunkIn struct {
	live  bool
	packs []int
}

// tally shows chunks to a Tally.
func tally(packs []Pack, chunks []chunkIn) *Tally {
	t := &Tally{Packs: packs}
	for _, show := range []func(bool, []Place){t.First, t.Second} {
		for _, c := range chunks {
			var places []Place
			for _, p := range c.packs {
				places = append(places, Place{p, 100})
			}
			show(c.live, places)
		}
	}
	return t
}

// good is a pack of so many chunks that a device which may read has listed.
func good(chunks int64) Pack {
	return Pack{Size: 100 * chunks, Listed: true, Stored: true, Trusted: true}
}

func with(p Pack, change func(*Pack)) Pack {
	change(&p)
	return p
}

func condemned(p *Pack) { p.Condemned = true }
func ripe(p *Pack)      { p.Condemned, p.Ripe = true, true }
func claimed(p *Pack)   { p.Trusted = false }
func absent(p *Pack)    { p.Stored = false }
func young(p *Pack)     { p.Young = true }

func TestChoose(t *testing.T) {
	live := func(packs ...int) chunkIn { return chunkIn{true, packs} }
	dead := func(packs ...int) chunkIn { return chunkIn{false, packs} }
	for name, c := range map[string]struct {
		packs                   []Pack
		chunks                  []chunkIn
		limits                  Limits
		sweep, condemn, rewrite []int
		unused                  int64
	}{
		"all live":              {packs: []Pack{good(1)}, chunks: []chunkIn{live(0)}},
		"all dead":              {packs: []Pack{good(1)}, chunks: []chunkIn{dead(0)}, condemn: []int{0}},
		"dead and young":        {packs: []Pack{with(good(1), young)}, chunks: []chunkIn{dead(0)}},
		"half dead":             {packs: []Pack{good(2)}, chunks: []chunkIn{live(0), dead(0)}, rewrite: []int{0}, unused: 0},
		"half dead, tolerated":  {packs: []Pack{good(2)}, chunks: []chunkIn{live(0), dead(0)}, limits: Limits{Unused: 100}, unused: 100},
		"half dead, too large":  {packs: []Pack{good(2)}, chunks: []chunkIn{live(0), dead(0)}, limits: Limits{Rewrite: 199}, unused: 100},
		"emptiest first":        {packs: []Pack{good(3), good(4)}, chunks: []chunkIn{live(0), live(0), dead(0), live(1), dead(1), dead(1), dead(1)}, limits: Limits{Unused: 100}, rewrite: []int{1}, unused: 100},
		"swept":                 {packs: []Pack{with(good(1), ripe)}, chunks: []chunkIn{dead(0)}, sweep: []int{0}},
		"not ripe":              {packs: []Pack{with(good(1), condemned)}, chunks: []chunkIn{dead(0)}},
		"needed":                {packs: []Pack{with(good(1), ripe)}, chunks: []chunkIn{live(0)}, rewrite: []int{0}},
		"needed, copied":        {packs: []Pack{with(good(1), ripe), good(1)}, chunks: []chunkIn{live(0, 1)}, sweep: []int{0}},
		"needed, only claimed":  {packs: []Pack{with(good(1), ripe), with(good(1), claimed)}, chunks: []chunkIn{live(0, 1)}, rewrite: []int{0}},
		"needed, copy absent":   {packs: []Pack{with(good(1), ripe), with(good(1), absent)}, chunks: []chunkIn{live(0, 1)}, rewrite: []int{0}, condemn: []int{1}},
		"both copies condemned": {packs: []Pack{with(good(1), ripe), with(good(1), condemned)}, chunks: []chunkIn{live(0, 1)}, rewrite: []int{0}},
		"twice":                 {packs: []Pack{good(1), good(1)}, chunks: []chunkIn{live(0, 1)}, condemn: []int{1}},
		"twice, one is fuller":  {packs: []Pack{good(1), good(2)}, chunks: []chunkIn{live(0, 1), live(1)}, condemn: []int{0}},
		"twice, one is claimed": {packs: []Pack{with(good(1), claimed), good(1)}, chunks: []chunkIn{live(0, 1)}, condemn: []int{0}},
		"two claims":            {packs: []Pack{with(good(1), claimed), with(good(1), claimed)}, chunks: []chunkIn{live(0, 1)}},
		"listed, not stored":    {packs: []Pack{with(good(1), absent)}, chunks: []chunkIn{dead(0)}, condemn: []int{0}},
		"swept, late entry":     {packs: []Pack{with(with(good(1), ripe), absent)}, chunks: []chunkIn{dead(0)}, sweep: []int{0}},
		"not listed":            {packs: []Pack{{Size: 100, Stored: true}}, condemn: []int{0}},
	} {
		if c.limits.Rewrite == 0 {
			c.limits.Rewrite = -1
		}
		tl := tally(c.packs, c.chunks)
		got := tl.Choose(c.limits)
		if !slices.Equal(got.Sweep, c.sweep) || !slices.Equal(got.Condemn, c.condemn) || !slices.Equal(got.Rewrite, c.rewrite) || got.Unused != c.unused ||
			tl.Missing != 0 {
			t.Errorf("%s: %+v, %d missing", name, got, tl.Missing)
		}
	}
	if tl := tally([]Pack{with(good(1), absent)}, []chunkIn{live(0)}); tl.Missing != 1 {
		t.Error("a live chunk without a stored pack is not missed")
	}
}

func TestMustCopy(t *testing.T) {
	tl := &Tally{Packs: []Pack{good(1), good(1), with(good(1), claimed), with(good(1), condemned)}}
	leaves := func(p int) bool { return p == 0 }
	for want, packs := range map[bool][][]int{true: {{0}, {0, 2}, {0, 3}, {3}}, false: {{0, 1}, {1, 2, 3}}} {
		for _, some := range packs {
			var places []Place
			for _, p := range some {
				places = append(places, Place{p, 1})
			}
			if got := tl.MustCopy(places, leaves); got != want {
				t.Errorf("a chunk in %v must be copied: %v", some, got)
			}
		}
	}
}

func TestYoung(t *testing.T) {
	at := func(h int) time.Time { return time.Unix(int64(h)*3600, 0) }
	rules := Rules{Grace: 10 * time.Hour, Expire: 20 * time.Hour}
	for _, c := range []struct {
		s      Survey
		put    time.Time
		listed bool
		rules  Rules
		want   bool
	}{
		{Survey{Now: at(100)}, at(91), true, rules, true},
		{Survey{Now: at(100)}, at(90), true, rules, false},
		{Survey{Now: at(100)}, at(90), false, rules, true},
		{Survey{Now: at(100)}, at(80), false, rules, false},
		{Survey{Now: at(100)}, time.Time{}, true, rules, true},
		{Survey{Now: at(100)}, at(200), true, rules, true},
		{Survey{Now: at(100), InFlight: 1, Oldest: at(50)}, at(50), true, rules, true},
		{Survey{Now: at(100), InFlight: 1, Oldest: at(50)}, at(49), true, rules, false},
		{Survey{Now: at(100), InFlight: 1, Oldest: at(50)}, at(60), true, Rules{}, true},
		{Survey{Now: at(100), InFlight: 1, Oldest: at(50)}, at(40), true, Rules{}, false},
		{Survey{Now: at(100)}, at(100), false, Rules{}, false},
		{Survey{}, at(1), true, rules, true},
	} {
		if got := c.s.Young(c.put, c.listed, c.rules); got != c.want {
			t.Errorf("%+v, put %v, listed %v: young %v", c.s, c.put.Unix(), c.listed, got)
		}
	}
}

// shelfOf is marks in memory, some of which are gone when they are read.
type shelfOf struct {
	lists [][]*Mark // one after another; the last stays
	gone  map[core.UUID]bool
	reads int
}

func (s *shelfOf) ListMarks() (out []Listed, err error) {
	for _, m := range s.lists[0] {
		out = append(out, Listed{ID: m.ID})
	}
	return out, nil
}

func (s *shelfOf) ReadMark(l Listed) (*Mark, error) {
	s.reads++
	if s.gone[l.ID] {
		if len(s.lists) > 1 {
			s.lists = s.lists[1:]
		}
		return nil, nil
	}
	for _, m := range s.lists[0] {
		if m.ID == l.ID {
			return m, nil
		}
	}
	return nil, nil
}

// TestLook: a mark that is gone when it is read makes for another look, which finds its tombstone; and one that always goes is an error.
func TestLook(t *testing.T) {
	mark, stone := &Mark{ID: core.UUID{1}, Condemned: []core.ID{{1}}}, &Mark{ID: core.UUID{2}, Swept: true, Condemned: []core.ID{{1}}}
	s := &shelfOf{lists: [][]*Mark{{mark}, {stone}}, gone: map[core.UUID]bool{mark.ID: true}}
	var k Known
	fresh, err := k.Look(s)
	if err != nil || len(fresh) != 1 || fresh[0] != stone || !k.Condemned(&core.ID{1}) || k.Condemned(&core.ID{2}) || k.unswept() {
		t.Errorf("%v, %v", fresh, err)
	}
	if fresh, err := k.Look(s); err != nil || len(fresh) != 0 || s.reads != 2 {
		t.Errorf("%v, %v after %d reads", fresh, err, s.reads)
	}
	s = &shelfOf{lists: [][]*Mark{{mark}}, gone: map[core.UUID]bool{mark.ID: true}}
	if _, err := (&Known{}).Look(s); err != ErrUnsettled {
		t.Errorf("%v", err)
	}
}

// TestMerge: small packs of one kind are merged if they are many, the oldest first, and no more than may be rewritten.
func TestMerge(t *testing.T) {
	put := func(at int64, kind uint8, size int64) Pack {
		return Pack{Size: size, Listed: true, Stored: true, Trusted: true, Put: at, Kind: kind}
	}
	packs := []Pack{put(9, 0, 100), put(2, 0, 100), put(1, 1, 100), put(3, 0, 100), put(4, 0, 800), with(put(0, 0, 100), young), with(put(0, 0, 100), condemned),
		with(put(0, 0, 100), absent), put(5, 0, 100), put(7, 1, 50)}
	var chunks []chunkIn
	for i := range packs {
		if i != 7 {
			chunks = append(chunks, chunkIn{true, []int{i}})
		}
	}
	half := slices.Concat(chunks, []chunkIn{{false, []int{3}}})
	for name, c := range map[string]struct {
		chunks         []chunkIn
		limits         Limits
		rewrite, merge []int
		unused         int64
	}{
		"many":               {chunks, Limits{Rewrite: -1, Many: 4}, []int{1, 3, 8, 0}, []int{1, 3, 8, 0}, 0},
		"not many":           {chunks, Limits{Rewrite: -1, Many: 5}, nil, nil, 0},
		"never":              {chunks, Limits{Rewrite: -1}, nil, nil, 0},
		"each kind":          {chunks, Limits{Rewrite: -1, Many: 2}, []int{1, 3, 8, 0, 2, 9}, []int{1, 3, 8, 0, 2, 9}, 0},
		"as many as may be":  {chunks, Limits{Rewrite: 399, Many: 3}, []int{1, 3, 8}, []int{1, 3, 8}, 0},
		"too few may be":     {chunks, Limits{Rewrite: 299, Many: 3}, nil, nil, 0},
		"the kinds share it": {chunks, Limits{Rewrite: 449, Many: 2}, []int{1, 3, 8, 0}, []int{1, 3, 8, 0}, 0},
		"one is half dead":   {half, Limits{Rewrite: -1, Many: 4}, []int{3, 1, 8, 0}, []int{1, 8, 0}, 0},
		"half dead, stays":   {half, Limits{Rewrite: -1, Many: 4, Unused: 50}, []int{1, 3, 8, 0}, []int{1, 3, 8, 0}, 0},
		"half dead, too few": {half, Limits{Rewrite: -1, Many: 5, Unused: 50}, nil, nil, 50},
	} {
		c.limits.Small = []int64{800, 200}
		got := tally(slices.Clone(packs), c.chunks).Choose(c.limits)
		if !slices.Equal(got.Rewrite, c.rewrite) || !slices.Equal(got.Merge, c.merge) || got.Unused != c.unused {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
