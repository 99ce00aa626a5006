package repair

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/parallel"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/verify"
)

// An index object that is written lists packs with footers of about newIndex bytes, and newPacks packs at most.
const (
	newIndex = 4 << 20
	newPacks = 1 << 14
)

// unlisted is a pack that the store has and no index object lists, whose footer opens.
type unlisted struct {
	name   core.ID
	size   int64
	proven bool // it was read whole
}

// lookAtUnlisted finds packs that no index object lists. Those of backups in flight are left to these, and what marks condemn to prunes; but
// where a part of the index is lost all are listed: it does no harm, since a pack that a mark condemns counts for nothing all the same.
func (p *run) lookAtUnlisted(res *verify.Result) error {
	damagedIndex := p.plan.blocks
	for _, d := range res.Damaged {
		damagedIndex = damagedIndex || strings.HasPrefix(d.Object, "index/")
	}
	var oldest time.Time               // since when a backup is in flight
	flying, err := p.r.InFlight(p.ctx) // before the packs: who ends in between has listed its own
	if err != nil {
		return err
	}
	for _, f := range flying {
		if oldest.IsZero() || f.Time.Before(oldest) {
			oldest = f.Time
		}
	}
	stored, err := p.r.PackTimes(p.ctx)
	if err != nil {
		return err
	}
	var found []unlisted
	for _, name := range res.UnlistedPacks { // by index objects that can be read now, whatever is cached
		s, there := stored[name]
		if !there {
			continue
		}
		young := len(flying) > 0 && (s.Time.IsZero() || !s.Time.Before(oldest))
		if _, condemned := p.plan.condemned[name]; (young || condemned) && !damagedIndex {
			continue
		}
		found = append(found, unlisted{name: name, size: s.Size})
	}
	slices.SortFunc(found, func(a, b unlisted) int { return a.name.Compare(b.name) })
	if p.plan.plain, err = p.honest(res); err != nil {
		return err
	}
	return p.readUnlisted(found)
}

// readUnlisted reads the footers, or the packs whole.
func (p *run) readUnlisted(found []unlisted) error {
	good := make([]bool, len(found))
	var mu sync.Mutex
	err := parallel.For(p.ctx, readers, len(found), func(_ context.Context, i int) error {
		u := &found[i]
		err := p.opens(p.r, u)
		if good[i] = err == nil; good[i] {
			return nil
		}
		if core.KindOf(err) != core.Damage {
			return err
		}
		bad, err := p.r.IsDamaged(p.ctx, repo.PackName(u.name))
		if err != nil || !bad { // it is gone by now, or not of this repository
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		p.plan.Hurt.add(u.size)
		p.plan.hurt = append(p.plan.hurt, u.name)
		p.plan.condemn[u.name], p.plan.unseen[u.name] = true, true
		p.plan.Unreadable = append(p.plan.Unreadable, repo.PackName(u.name))
		return p.lookForParity(u.name)
	})
	if err != nil {
		return err
	}
	for i := range found {
		if good[i] {
			p.plan.unlisted = append(p.plan.unlisted, found[i])
			p.plan.List.add(found[i].size)
			if !found[i].proven {
				p.plan.Unproven++
			}
		}
	}
	return nil
}

// honest reports whether every device that the repository has had may read and is believed: then what a pack's footer says is believed like
// what an index object says. Another, even if it was revoked since, could have put a pack there that says what is not so.
func (p *run) honest(res *verify.Result) (bool, error) {
	if slices.ContainsFunc(res.Damaged, func(d verify.Damaged) bool { return repo.IsUnknown(d.Err) }) {
		return false, nil
	}
	return p.r.AllBelieved(p.ctx)
}

// opens reads the footer of a pack, or all of it, and notes whether it is proven.
func (p *run) opens(r *repo.Repo, u *unlisted) error {
	e, err := r.PackEntry(p.ctx, u.name, u.size)
	if err != nil {
		return err
	}
	whole := p.o.DataPercent > 0 || p.o.DataBytes > 0
	u.proven = whole || p.plan.plain
	if !whole {
		return nil
	}
	data, err := r.FetchPack(p.ctx, e.Name, e.Size, nil)
	if err != nil {
		return err
	}
	return r.NewProver().Prove(e.Name, data, repo.PackSum(e))
}

// relistMended lets a pack that is what it was again be listed, if no index object lists it.
func (p *run) relistMended(r *repo.Repo, name core.ID, size int64) error {
	if !p.plan.unseen[name] {
		return nil
	}
	u := unlisted{name: name, size: size}
	err := p.opens(r, &u)
	if err == nil {
		p.plan.unlisted = append(p.plan.unlisted, u)
	} else if core.KindOf(err) == core.Damage { // it is not of this repository, or arrived damaged: the next run sees
		err = nil
	}
	return err
}

// listAgain stores index objects of the unlisted packs.
func (p *run) listAgain(r *repo.Repo) error {
	var pending []pack.Entry
	size := 0
	put := func() error {
		if len(pending) == 0 {
			return nil
		}
		_, _, err := r.PutIndex(p.ctx, pending)
		if err == nil {
			for i := range pending {
				p.res.Listed.add(pending[i].Size)
			}
		}
		pending, size = nil, 0
		return err
	}
	for some := range slices.Chunk(p.plan.unlisted, 8*readers) {
		entries := make([]*pack.Entry, len(some))
		err := parallel.For(p.ctx, readers, len(some), func(ctx context.Context, i int) error {
			e, err := r.PackEntry(ctx, some[i].name, some[i].size)
			if core.KindOf(err) == core.Damage { // gone since, or arrives damaged now: the next run sees
				return nil
			}
			entries[i] = e
			return err
		})
		if err != nil {
			return err
		}
		for i, e := range entries {
			if e == nil {
				continue
			}
			if e.Origin = r.Keyring().Slot; !some[i].proven {
				e.Origin = repo.NoOrigin
			}
			pending = append(pending, *e)
			if size += e.Footer.Chunks()*(core.IDSize+4) + 2048; size >= newIndex || len(pending) >= newPacks {
				if err := put(); err != nil {
					return err
				}
			}
		}
	}
	return put()
}
