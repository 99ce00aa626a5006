package gc

import (
	"fmt"
	"maps"
	"slices"

	"backup_projeto/internal/core"
)

// backupData is what a backup knows.
type backupData struct {
	number  int
	attempt int
	session uint16
	b       *Backup
	index   []uint16 // packs that are listed, ascending
	pending uint16   // its pack that is not listed yet; 0 is none
	saved   uint16   // its snapshot, while it is committed
}

func (d *backupData) clone() *backupData {
	c := *d
	c.index = slices.Clone(d.index)
	c.b = &Backup{}
	if d.b != nil {
		c.b.Known = Known{marks: maps.Clone(d.b.Known.marks), packs: slices.Clone(d.b.Known.packs), there: slices.Clone(d.b.Known.there)}
		c.b.wary, c.b.blind, c.b.relies = d.b.wary, d.b.blind, maps.Clone(d.b.relies)
	}
	return &c
}

func (d *backupData) key() string {
	if d.b == nil {
		return fmt.Sprint(d.number)
	}
	relies := slices.SortedFunc(maps.Keys(d.b.relies), core.ID.Compare)
	return fmt.Sprint(d.number, d.attempt, d.session, d.b.Known.IDs(), d.b.wary, d.b.blind, relies, d.index, d.pending, d.saved)
}

// author is a backup's store.
type author struct {
	actor
	d     *backupData
	plan  backupPlan
	looks int
}

func (a *author) PutSession(s *Session) (err error) {
	a.d.session, err = a.put(&object{kind: aSession, name: fmt.Sprint("b", a.number, s.Knows), session: s})
	return err
}

func (a *author) LoadIndex() error {
	objs, _, err := a.list(anIndex)
	a.d.index = []uint16{}
	for _, o := range objs {
		a.d.index = append(a.d.index, a.m.objects[o].packs...)
	}
	slices.Sort(a.d.index)
	a.d.index = slices.Compact(a.d.index)
	return err
}

// ListMarks is where looks are left out on purpose.
func (a *author) ListMarks() ([]Listed, error) {
	a.looks++
	committing := a.d.saved != 0
	if a.bug(bugNoSecondLook) && committing || a.bug(bugLookBefore) && committing && a.looks > 1 {
		return nil, nil
	}
	return a.actor.ListMarks()
}

func (a *author) PutSnapshot() (err error) {
	if a.bug(bugSessionEarly) {
		if err := a.remove(a.d.session); err != nil {
			return err
		}
	}
	_, err = a.put(a.d.snapshot(a.plan))
	return err
}

func (d *backupData) snapshot(p backupPlan) *object {
	return &object{kind: aSnapshot, name: fmt.Sprint("b", d.number, ".", d.attempt), chunks: p.chunks, owner: d.number}
}

func (a *author) TakeBack() error { return a.remove(a.d.saved) }

func (d *backupData) run(asked *asker, phase uint8, s *step) (uint8, keyed) {
	a := &author{actor: actor{asked, d.number}, d: d, plan: asked.m.backups[d.number]}
	switch phase {
	case backupBegins:
		if err := a.begin(); err != nil {
			return phaseAbort, d
		}
		return backupWorks, d
	case backupWorks:
		if err := a.work(); err != nil {
			return phaseAbort, d
		}
		d.saved = a.m.object(d.snapshot(a.plan))
		return backupCommits, d
	case backupCommits:
		saved := d.saved
		err := d.b.Commit(a, a.bug(bugLookBefore))
		d.saved = 0
		switch {
		case err == ErrCondemned && d.attempt < a.plan.redos:
			d.attempt++
			return backupWorks, d
		case err != nil:
			return phaseAbort, d
		}
		s.reported = int(saved)
		return backupEnds, d
	case phaseAbort:
		if d.pending != 0 {
			_, _ = a.put(&object{kind: anIndex, name: fmt.Sprint("b", d.number, ".abort"), packs: []uint16{d.pending}})
		}
	}
	if d.session != 0 {
		_ = a.remove(d.session)
	}
	return phaseDone, nil
}

// begin begins, after a look of its own where the device remembers marks.
func (a *author) begin() error {
	if a.plan.knows {
		if _, err := a.d.b.Known.Look(a); err != nil {
			return err
		}
	}
	return a.d.b.Begin(a, &Session{})
}

// work looks the chunks up and uploads what is missing.
func (a *author) work() error {
	d, over := a.d, []int(nil)
	if a.plan.parent {
		objs, _, err := a.list(aSnapshot)
		if err != nil {
			return err
		}
		for _, o := range objs {
			if a.m.objects[o].name == "first" && (!d.b.Wary() || a.bug(bugBlind)) {
				over = a.m.objects[o].chunks
			}
		}
	}
	var missing []int
	for _, c := range a.plan.chunks {
		switch {
		case slices.Contains(over, c):
			d.b.TakeOver()
		case !a.present(c):
			missing = append(missing, c)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	o, err := a.put(&object{kind: aPack, name: fmt.Sprint("b", d.number, ".", d.attempt), chunks: missing})
	if err != nil {
		return err
	}
	d.pending = o
	id := packID(o)
	d.b.Rely(&id)
	if _, err := a.put(&object{kind: anIndex, name: fmt.Sprint("b", d.number, ".", d.attempt), packs: []uint16{o}}); err != nil {
		return err
	}
	d.pending = 0
	d.index = append(d.index, o)
	return nil
}

func (a *author) present(c int) bool {
	for _, p := range a.d.index {
		if id := packID(p); slices.Contains(a.m.objects[p].chunks, c) {
			if a.bug(bugCountCondemned) {
				a.d.b.Rely(&id)
				return true
			}
			if a.d.b.Count(&id) {
				return true
			}
		}
	}
	return false
}
