package gc

// Pack is what is known of a pack that is listed or stored, and then what a Tally finds out.
type Pack struct {
	Size      int64 // bytes of the object
	Listed    bool  // by an index object
	Stored    bool  // by the store's listing, or found by its name
	Trusted   bool  // a device that may read said what is in it, and nobody contradicts
	Condemned bool  // by a mark
	Ripe      bool  // by one that may be swept
	Young     bool  // it is left alone
	Put       int64 // when the store got it, for their order
	Kind      uint8 // packs of different kinds are never merged

	Total  int64 // bytes of its chunks, before compression
	Unique int64 // of those that are live and whose only good place it is
	Used   int64 // of those that are live and have no better place
	Needs  int64 // how many these are
}

// Place is where a chunk is: in a pack, by its number, so many bytes long. Several places of one chunk are in different packs.
type Place struct {
	Pack   int
	Length uint32
}

// Tally finds out which packs are needed. Each chunk is shown to it twice, to First and, when First has seen all, to Second.
type Tally struct {
	Packs   []Pack
	Missing int64 // live chunks that are in no stored pack
}

// good reports whether a chunk may be counted on to be in a pack, whatever else is deleted: the pack is stored, nobody condemns it, and
// what is said to be in it can be believed. A device that may only write could claim for its pack whatever it likes.
func (p *Pack) good() bool { return p.Stored && p.Trusted && !p.Condemned }

// First is shown each chunk.
func (t *Tally) First(live bool, places []Place) {
	only, goods := -1, 0
	for i, l := range places {
		p := &t.Packs[l.Pack]
		p.Total += int64(l.Length)
		if live && p.good() {
			only = i
			goods++
		}
	}
	if goods == 1 {
		t.Packs[places[only].Pack].Unique += int64(places[only].Length)
	}
}

// Second is shown each chunk again. A live chunk is charged to its home: of its good places that in which most else is needed. Without a
// home it is charged to every place, since any may be the only true one.
func (t *Tally) Second(live bool, places []Place) {
	if !live {
		return
	}
	if home := t.home(places); home >= 0 {
		t.charge(places[home])
		return
	}
	stored := false
	for _, l := range places {
		if t.Packs[l.Pack].Stored {
			t.charge(l)
			stored = true
		}
	}
	if !stored {
		t.Missing++
	}
}

// home returns which of a chunk's places is its home, or -1. Two prunes agree, if they see the same.
func (t *Tally) home(places []Place) int {
	best := -1
	for i, l := range places {
		p := &t.Packs[l.Pack]
		if !p.good() {
			continue
		}
		if best < 0 {
			best = i
			continue
		}
		b := &t.Packs[places[best].Pack]
		if p.Unique > b.Unique || p.Unique == b.Unique && l.Pack < places[best].Pack {
			best = i
		}
	}
	return best
}

func (t *Tally) charge(l Place) {
	p := &t.Packs[l.Pack]
	p.Used += int64(l.Length)
	p.Needs++
}

// Gone reports whether a pack may be deleted: it is condemned by a mark that may be swept, and no live chunk needs it.
func (p *Pack) Gone() bool { return p.Ripe && p.Needs == 0 }

// Unused returns about how many of the pack's bytes nothing needs.
func (p *Pack) Unused() int64 {
	if p.Needs == 0 {
		return p.Size
	}
	if p.Total <= 0 {
		return 0
	}
	return p.Size - int64(float64(p.Size)*float64(p.Used)/float64(p.Total))
}

// MustCopy reports whether a live chunk of a pack that is rewritten has to be copied: unless it is in a good pack that stays. rewritten says
// of packs by their numbers that they do not stay.
func (t *Tally) MustCopy(places []Place, rewritten func(pack int) bool) bool {
	for _, l := range places {
		if t.Packs[l.Pack].good() && !rewritten(l.Pack) {
			return false
		}
	}
	return true
}
