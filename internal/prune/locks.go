package prune

import (
	"context"
	"sync"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/repo"
)

// locked is what locks have to do with a sweep.
type locked struct {
	sum   Sum // packs to be deleted that are locked
	until time.Time
	hides bool // deleting hides them; otherwise it is refused
	mu    sync.Mutex
}

// inspect looks at everything, and at the locks of what would be deleted.
func (p *pass) inspect() error {
	before := p.r.Used()
	defer func() { p.looked = p.r.Used().Minus(before) }()
	if err := p.look(); err != nil {
		return err
	}
	return p.seeLocks()
}

// seeLocks asks, where the store has locks, for those of everything that the sweep would delete. Where deleting is refused, one lock puts the
// whole sweep off: an index object that cannot be replaced must not list packs that are gone, and to write it anew in each run would pile
// up copies. Where deleting hides, which is all that buckets with versions do, the sweep goes on, and the store keeps the bytes.
func (p *pass) seeLocks() error {
	if len(p.choice.Sweep) == 0 && len(p.toMerge()) == 0 {
		return nil
	}
	locks, err := p.r.SeesLocks(p.ctx)
	if err != nil || locks == nil {
		return err
	}
	p.locked.hides = locks.Hides
	var packs, indexes []core.ID
	for _, i := range p.choice.Sweep {
		if p.tally.Packs[i].Stored {
			packs = append(packs, p.names[i])
		}
	}
	err = p.each(packs, func(ctx context.Context, name core.ID) error {
		until, err := locks.PackUntil(ctx, name)
		p.locked.note(until, locks.Now(), p.stored[name].Size)
		return unlessDenied(err)
	})
	if err != nil || locks.Hides {
		return err
	}
	for _, o := range p.toMerge() {
		indexes = append(indexes, o.name)
	}
	return p.each(indexes, func(ctx context.Context, name core.ID) error {
		until, err := locks.IndexUntil(ctx, name)
		p.locked.note(until, locks.Now(), -1)
		return unlessDenied(err)
	})
}

// unlessDenied lets a prune go on whose credentials may delete and not see locks.
func unlessDenied(err error) error {
	if repo.IsDenied(err) {
		return nil
	}
	return err
}

// note takes the lock of an object; bytes below 0 are not counted as a pack's.
func (l *locked) note(until, now time.Time, bytes int64) {
	if !until.After(now) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if bytes >= 0 {
		l.sum.add(bytes)
	}
	if until.After(l.until) {
		l.until = until
	}
}

// refused reports whether nothing can be swept yet.
func (l *locked) refused() bool { return !l.hides && !l.until.IsZero() }

// lockedPlan puts into a plan what locks have to do with it.
func (p *pass) lockedPlan(l *Plan) {
	l.Locked, l.LockedUntil, l.Refused = p.locked.sum, p.locked.until, p.locked.refused()
}
