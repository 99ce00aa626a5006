package gc

import (
	"fmt"
	"slices"
	"time"

	"backup_projeto/internal/core"
)

// pruneData is what a prune knows.
type pruneData struct {
	number  int
	rounds  int // left, this one included
	round   int
	session uint16
	survey  *Survey
	index   []uint16 // index objects
	stored  []uint16 // packs
	choice  *Choice  // by numbers in packs
	packs   []uint16 // that are listed or stored, ascending
	tally   *Tally
	live    []uint16 // snapshots
}

func (d *pruneData) clone() *pruneData { c := *d; return &c }

func (d *pruneData) key() string {
	k := fmt.Sprint(d.number, d.rounds, d.round, d.session, d.index, d.stored, d.packs, d.live)
	if d.survey != nil {
		var ripe []core.UUID
		for _, m := range d.survey.Ripe {
			ripe = append(ripe, m.ID)
		}
		k += fmt.Sprint(d.survey.Marks.there, d.survey.Now.Unix(), ripe)
	}
	if d.choice != nil {
		k += fmt.Sprint(*d.choice)
	}
	return k
}

// pruner is a prune's store.
type pruner struct {
	actor
	d *pruneData
}

func (p *pruner) run(phase uint8) (uint8, keyed) {
	d := p.d
	switch phase {
	case prunePhase:
		if err := p.look(); err != nil {
			return phaseAbort, d
		}
		return pruneSweeps, d
	case pruneSweeps:
		if err := Sweep(p, d.survey, p.rules()); err != nil {
			return phaseAbort, d
		}
		if err := p.unmark(); err != nil {
			return phaseAbort, d
		}
		return pruneMarks, d
	case pruneMarks:
		if err := p.mark(); err != nil {
			return phaseAbort, d
		}
		return pruneEnds, d
	}
	_ = p.remove(d.session)
	if phase == pruneEnds && d.rounds > 1 {
		return prunePhase, &pruneData{number: d.number, rounds: d.rounds - 1, round: d.round + 1}
	}
	return phaseDone, nil
}

func (d *pruneData) run(asked *asker, phase uint8) (uint8, keyed) {
	return (&pruner{actor: actor{asked, d.number}, d: d}).run(phase)
}

// look puts the session, surveys, and decides.
func (p *pruner) look() (err error) {
	d := p.d
	s := &Session{Prune: true}
	if d.session, err = p.put(&object{kind: aSession, name: fmt.Sprint("p", d.number, ".", d.round), session: s}); err != nil {
		return err
	}
	if d.survey, err = Look(p, uuidOf(d.session), p.rules()); err != nil {
		return err
	}
	d.packs = slices.Clone(d.stored)
	for _, i := range d.index {
		d.packs = append(d.packs, p.m.objects[i].packs...)
	}
	slices.Sort(d.packs)
	d.packs = slices.Compact(d.packs)
	d.tally = &Tally{Packs: make([]Pack, len(d.packs))}
	for i, o := range d.packs {
		d.tally.Packs[i] = p.judge(o)
	}
	for _, pass := range []func(bool, []Place){d.tally.First, d.tally.Second} {
		for c := range 8 {
			live, places := p.chunk(c)
			pass(live, places)
		}
	}
	if d.tally.Missing > 0 {
		return errModel
	}
	if p.bug(bugForgetNeeded) {
		for i := range d.tally.Packs {
			if d.tally.Packs[i].Ripe {
				d.tally.Packs[i].Needs = 0
			}
		}
	}
	d.choice = d.tally.Choose(Limits{Rewrite: -1, Small: []int64{150}, Many: p.m.many})
	return nil
}

// judge says what is known of a pack before the tally.
func (p *pruner) judge(o uint16) Pack {
	id, d := packID(o), p.d
	q := Pack{Size: 100 * int64(len(p.m.objects[o].chunks)), Stored: slices.Contains(d.stored, o), Listed: p.listed(o), Trusted: p.listed(o),
		Condemned: d.survey.Marks.Condemned(&id)}
	for _, m := range d.survey.Ripe {
		q.Ripe = q.Ripe || slices.Contains(m.Condemned, id)
	}
	return q
}

func (p *pruner) listed(o uint16) bool {
	return slices.ContainsFunc(p.d.index, func(i uint16) bool { return slices.Contains(p.m.objects[i].packs, o) })
}

// chunk returns whether a chunk is live, and where it is.
func (p *pruner) chunk(c int) (live bool, places []Place) {
	for _, o := range p.d.live {
		live = live || slices.Contains(p.m.objects[o].chunks, c)
	}
	for i, o := range p.d.packs {
		if slices.Contains(p.m.objects[o].chunks, c) && p.listed(o) {
			places = append(places, Place{i, 100})
		}
	}
	return live, places
}

// ListSessions implements Prune.
func (p *pruner) ListSessions() (out []InFlight, err error) {
	if p.bug(bugSnapshotsFirst) {
		if err := p.listLive(); err != nil {
			return nil, err
		}
	}
	objs, late, err := p.list(aSession)
	if err != nil {
		return nil, err
	}
	dead := false
	if p.m.expire && len(objs) > 1 {
		dead = p.ask(request{op: "pick", n: 2}).pick == 1
	}
	for i, o := range objs {
		f := InFlight{Listed: Listed{uuidOf(o), timed(late[i])}, Session: p.m.objects[o].session}
		switch {
		case o == p.d.session:
		case p.bug(bugIgnoreSessions):
			continue
		case dead:
			f.Time = timeOld.Add(-2000 * time.Hour)
		}
		out = append(out, f)
	}
	return out, nil
}

// Expire implements Prune.
func (p *pruner) Expire(id core.UUID) error { return p.remove(numberOf(id)) }

// ListLive implements Prune.
func (p *pruner) ListLive() (out []core.UUID, err error) {
	if !p.bug(bugSnapshotsFirst) {
		if err := p.listLive(); err != nil {
			return nil, err
		}
	}
	for _, o := range p.d.live {
		out = append(out, uuidOf(o))
	}
	return out, nil
}

func (p *pruner) listLive() (err error) {
	p.d.live, _, err = p.list(aSnapshot)
	return err
}

// HasSnapshot implements Prune.
func (p *pruner) HasSnapshot(id core.UUID) (bool, error) {
	if p.bug(bugTrustListing) {
		return false, nil
	}
	a := p.ask(request{op: "get", obj: numberOf(id)})
	if a.failed {
		return false, errModel
	}
	return a.found, nil
}

// LoadIndex implements Prune.
func (p *pruner) LoadIndex() (err error) {
	p.d.index, _, err = p.list(anIndex)
	return err
}

// ListPacks implements Prune.
func (p *pruner) ListPacks() (err error) {
	p.d.stored, _, err = p.list(aPack)
	return err
}

// gone reports whether a pack is to be deleted.
func (p *pruner) gone(o uint16) bool {
	return slices.ContainsFunc(p.d.choice.Sweep, func(i int) bool { return p.d.packs[i] == o })
}

// replaced returns the index objects that a sweep writes anew, and what it writes: those that list packs to be deleted, and all, merged, in
// every second round.
func (p *pruner) replaced() (old []uint16, packs []uint16) {
	for _, i := range p.d.index {
		if slices.ContainsFunc(p.m.objects[i].packs, p.gone) || p.d.round%2 == 1 && len(p.d.index) > 1 {
			old = append(old, i)
			packs = append(packs, p.m.objects[i].packs...)
		}
	}
	slices.Sort(packs)
	return old, slices.Compact(slices.DeleteFunc(packs, p.gone))
}

// PutIndexes implements Broom.
func (p *pruner) PutIndexes() error {
	if p.bug(bugPackFirst) {
		if err := p.deletePacks(); err != nil {
			return err
		}
	}
	if p.bug(bugOldIndexFirst) {
		if err := p.deleteIndexes(); err != nil {
			return err
		}
	}
	_, packs := p.replaced()
	if len(packs) == 0 {
		return nil
	}
	_, err := p.put(&object{kind: anIndex, name: fmt.Sprint("p", p.d.number, ".", p.d.round, ".merged"), packs: packs})
	return err
}

// DeleteIndexes implements Broom.
func (p *pruner) DeleteIndexes() error {
	if p.bug(bugOldIndexFirst) {
		return nil
	}
	return p.deleteIndexes()
}

func (p *pruner) deleteIndexes() error {
	old, _ := p.replaced()
	if p.bug(bugMergeLoses) && p.d.round%2 == 1 {
		objs, _, err := p.list(anIndex)
		if err != nil {
			return err
		}
		old = slices.DeleteFunc(objs, func(o uint16) bool { return p.m.objects[o].owner == p.number })
	}
	for _, i := range old {
		if err := p.remove(i); err != nil {
			return err
		}
	}
	return nil
}

// DeletePacks implements Broom.
func (p *pruner) DeletePacks() error {
	if p.bug(bugPackFirst) {
		return nil
	}
	return p.deletePacks()
}

func (p *pruner) deletePacks() error {
	for _, i := range p.d.choice.Sweep {
		if o := p.d.packs[i]; slices.Contains(p.d.stored, o) {
			if err := p.remove(o); err != nil {
				return err
			}
		}
	}
	return nil
}

// PutTombstone implements Broom.
func (p *pruner) PutTombstone(m *Mark) error {
	if p.bug(bugNoTombstone) {
		return nil
	}
	return p.putMark(fmt.Sprint("p", p.d.number, ".", p.d.round), m)
}

// DeleteMark implements Broom.
func (p *pruner) DeleteMark(id core.UUID) error { return p.remove(numberOf(id)) }

// Remains implements Broom.
func (p *pruner) Remains(id *core.ID) bool {
	o := packNumber(*id)
	return slices.Contains(p.d.packs, o) && !p.gone(o)
}

// unmark takes marks back, on purpose.
func (p *pruner) unmark() error {
	if !p.bug(bugUnmark) {
		return nil
	}
	for _, m := range p.d.survey.Ripe {
		for _, i := range p.d.choice.Rewrite {
			if slices.Contains(m.Condemned, packID(p.d.packs[i])) {
				if err := p.remove(numberOf(m.ID)); err != nil {
					return err
				}
				break
			}
		}
	}
	p.d.choice.Rewrite = slices.DeleteFunc(p.d.choice.Rewrite, func(i int) bool { return p.d.tally.Packs[i].Condemned })
	return nil
}

// mark copies what is needed of the packs to be rewritten, and condemns.
func (p *pruner) mark() error {
	d := p.d
	leaves := func(i int) bool { return slices.Contains(d.choice.Rewrite, i) || slices.Contains(d.choice.Condemn, i) }
	var copied []int
	for c := range 8 {
		live, places := p.chunk(c)
		if live && slices.ContainsFunc(places, func(l Place) bool { return slices.Contains(d.choice.Rewrite, l.Pack) }) && d.tally.MustCopy(places, leaves) {
			copied = append(copied, c)
		}
	}
	m := &Mark{}
	if len(copied) > 0 {
		o, err := p.put(&object{kind: aPack, name: fmt.Sprint("p", d.number, ".", d.round), chunks: copied})
		if err != nil {
			return err
		}
		if _, err := p.put(&object{kind: anIndex, name: fmt.Sprint("p", d.number, ".", d.round), packs: []uint16{o}}); err != nil {
			return err
		}
		m.Rewritten = []core.ID{packID(o)}
	}
	for _, i := range slices.Concat(d.choice.Condemn, d.choice.Rewrite) {
		if !d.tally.Packs[i].Condemned {
			m.Condemned = append(m.Condemned, packID(d.packs[i]))
		}
	}
	slices.SortFunc(m.Condemned, core.ID.Compare)
	if len(m.Condemned) == 0 {
		return nil
	}
	m.Snapshots = d.survey.Live
	return p.putMark(fmt.Sprint("p", d.number, ".", d.round), m)
}
