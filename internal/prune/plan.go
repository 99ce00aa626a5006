package prune

import (
	"time"

	"backup_projeto/internal/cost"
	"backup_projeto/internal/gc"
)

// Sum is a number of packs and their bytes.
type Sum struct{ Packs, Bytes int64 }

func (s *Sum) add(bytes int64) {
	s.Packs++
	s.Bytes += bytes
}

// Plan is what a prune is going to do. Bytes are those of stored objects.
type Plan struct {
	Snapshots int64 // kept, those in the trash included
	Trash     int64 // snapshots that leave the trash for good, and do not count below
	InTrash   int64 // snapshots that stay in the trash
	// TrashUntil is when the first of these may leave it; zero where none does, or the store does not tell.
	TrashUntil time.Time
	Void       int64 // snapshots that count for nothing, since their device was revoked, and are deleted now
	Stored     Sum   // all packs
	Sweep      Sum   // condemned by earlier prunes, and deleted now
	Condemn    Sum   // all of it dead: condemned now, deleted by a later prune or, where AtOnce holds, by this one
	Rewrite    Sum   // partly dead, or small and many: what is live is copied, then as above
	Merge      Sum   // of Rewrite: those that are only small, and many
	Copy       int64 // about how many bytes the copies take
	Waiting    Sum   // condemned by earlier prunes, and not to be deleted yet
	Young      Sum   // not looked at: younger than the grace, or put while a backup in flight may still need them
	Unused     int64 // bytes of dead data that stay in packs that are partly used
	// AtOnce says that there is no grace, and nothing in flight: what is condemned is deleted by this prune.
	AtOnce bool
	// Locked are those of Sweep that the store keeps locked, the last of them until LockedUntil. A bucket with versions hides them meanwhile;
	// where Refused holds the store deletes nothing that is locked: Sweep is empty, and its packs are in Waiting.
	Locked      Sum
	LockedUntil time.Time
	Refused     bool
	Parity      Sum   // parity objects of packs that are deleted now, or were before
	Absent      int64 // packs that index objects list and the store does not have; no snapshot needs them
	Aside       Sum   // objects that repairs have set aside; no prune deletes them

	IndexObjects int64         // now
	IndexMerged  int64         // of these are written anew, in fewer
	InFlight     int           // backups
	Blocking     []gc.InFlight // of these, those for which packs have to wait that are old enough
	Use          cost.Use      // about what carrying it out asks of the store
	Bill         *Bill         // what that and storing comes to; nil where no prices are known
}

// Bill is what things come to by Options.Prices, in their currency.
type Bill struct {
	Once  float64 // Plan.Use, and what is still billed for what is deleted before its time
	Early float64 // the latter alone
	// Storing is what all packs, their parity and the index cost a month now, Freed how much less it is after this prune, below 0 if more, and
	// Later how much less again when what is condemned has been deleted.
	Storing, Freed, Later float64
}

// Freed returns how many bytes are free when this prune has ended.
func (p *Plan) Freed() int64 {
	free := p.Sweep.Bytes + p.Parity.Bytes - p.Copy
	if p.AtOnce {
		free += p.Condemn.Bytes + p.Rewrite.Bytes
	}
	return free
}

// Later returns how many bytes more are free when what is condemned has been deleted.
func (p *Plan) Later() int64 {
	if p.AtOnce {
		return p.Waiting.Bytes
	}
	return p.Condemn.Bytes + p.Rewrite.Bytes + p.Waiting.Bytes
}

// Doomed returns what this prune deletes, and what it condemns and leaves to a later one.
func (p *Plan) Doomed() (now, later Sum) {
	now, later = p.Sweep, Sum{p.Condemn.Packs + p.Rewrite.Packs, p.Condemn.Bytes + p.Rewrite.Bytes}
	if p.AtOnce {
		now.Packs, now.Bytes, later = now.Packs+later.Packs, now.Bytes+later.Bytes, Sum{}
	}
	return now, later
}

// Kept returns the packs that nothing is done to.
func (p *Plan) Kept() Sum {
	k := p.Stored
	for _, s := range []Sum{p.Sweep, p.Condemn, p.Rewrite, p.Waiting} {
		k.Packs -= s.Packs
		k.Bytes -= s.Bytes
	}
	return k
}

// Nothing reports whether there is nothing to do.
func (p *Plan) Nothing() bool {
	return p.Trash+p.Void+p.Sweep.Packs+p.Condemn.Packs+p.Rewrite.Packs+p.IndexMerged+p.Absent+p.Parity.Packs == 0
}

// plan puts the plan together.
func (p *pass) plan() *Plan {
	l := &Plan{Snapshots: int64(len(p.survey.Live) - len(p.leave)), Trash: int64(len(p.leave)), IndexObjects: int64(len(p.objects)), InFlight: p.survey.InFlight,
		Blocking: p.survey.Waiting, Unused: p.choice.Unused, AtOnce: p.rules.Grace <= 0 && p.survey.InFlight == 0}
	role := map[int]*Sum{}
	for _, i := range p.choice.Sweep {
		role[i] = &l.Sweep
	}
	for _, i := range p.choice.Condemn {
		role[i] = &l.Condemn
	}
	for _, i := range p.choice.Rewrite {
		role[i] = &l.Rewrite
	}
	for _, i := range p.choice.Merge {
		l.Merge.add(p.tally.Packs[i].Size)
	}
	for i := range p.tally.Packs {
		q := &p.tally.Packs[i]
		if !q.Stored {
			if role[i] != nil {
				l.Absent++
			}
			continue
		}
		l.Stored.add(q.Size)
		switch {
		case role[i] != nil:
			role[i].add(q.Size)
			if role[i] == &l.Rewrite {
				l.Copy += q.Size - q.Unused()
			}
		case q.Condemned:
			l.Waiting.add(q.Size)
		case q.Young && q.Needs == 0:
			l.Young.add(q.Size)
		}
	}
	p.trashPlan(l)
	l.Void = int64(len(p.worthlessSnapshots()))
	l.IndexMerged = int64(len(p.toMerge()))
	p.parityPlan(l)
	p.lockedPlan(l)
	if l.Refused {
		l.Waiting.Packs, l.Waiting.Bytes = l.Waiting.Packs+l.Sweep.Packs, l.Waiting.Bytes+l.Sweep.Bytes
		l.Sweep, l.Parity, l.IndexMerged, l.Absent, l.Void = Sum{}, Sum{}, 0, 0, 0
	}
	l.Use = p.use(l)
	p.bill(l)
	return l
}

// trashPlan puts into a plan what stays in the trash.
func (p *pass) trashPlan(l *Plan) {
	for _, t := range p.trashed {
		if p.leave[t.ID] {
			continue
		}
		l.InTrash++
		if until := t.Dropped.Add(p.o.Trash); p.o.Trash > 0 && !t.Dropped.IsZero() && (l.TrashUntil.IsZero() || until.Before(l.TrashUntil)) {
			l.TrashUntil = until
		}
	}
}
