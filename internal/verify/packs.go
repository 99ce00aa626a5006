package verify

import (
	"context"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"backup_projeto/internal/core"
	"backup_projeto/internal/gc"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
)

// readers is how many small objects are asked for at once, and indexReaders how many index objects are read: one takes up to 20 MB.
const (
	readers      = 8
	indexReaders = 4
)

// packTable is what index objects that are readable say of packs. After checkIndex it does not change, and is read without a lock.
type packTable struct {
	all map[core.ID]*packState

	mu     sync.Mutex // guards the rest, and all while it is filled
	chunks int64
	twice  []core.ID // packs of which index objects say different things
	// condemned are the packs of marks: true where a device that may read made one. Nobody counts on them, so that one which is gone or
	// damaged is damage only if a snapshot needs it all the same.
	condemned map[core.ID]bool
	// suspects are the packs that something is wrong with.
	suspects map[core.ID]*suspect
}

// packState is one pack.
type packState struct {
	size   int64   // bytes
	sum    core.ID // see repo.PackSum
	absent bool    // the store does not have it

	believed bool // a device that may read lists it, or this one
}

// add takes what an index object says of a pack.
func (t *packTable) add(e *pack.Entry) {
	sum := repo.PackSum(e)
	t.mu.Lock()
	defer t.mu.Unlock()
	switch p := t.all[e.Name]; {
	case p == nil:
		t.all[e.Name] = &packState{size: e.Size, sum: sum, believed: e.Believed}
		t.chunks += int64(e.Footer.Chunks())
	case p.sum == sum:
		p.believed = p.believed || e.Believed
	default:
		t.twice = append(t.twice, e.Name)
	}
}

// has reports whether a readable index object lists a pack, and the store has it.
func (t *packTable) has(name *core.ID) bool {
	p := t.all[*name]
	return p != nil && !p.absent
}

// suspect notes a pack that something is wrong with.
func (v *run) suspect(name core.ID, err error) {
	if core.CodeOf(err) == "" {
		err = &core.Error{Kind: core.Damage, Code: codePackBlocks, Subject: repo.PackName(name), Err: err}
	}
	if !v.packs.condemned[name] {
		v.damage(repo.PackName(name), err)
	}
	v.packs.mu.Lock()
	defer v.packs.mu.Unlock()
	if v.packs.suspects[name] == nil {
		v.packs.suspects[name] = &suspect{why: err}
	}
}

// checkIndex reads all index objects, and compares them with the packs that the store lists.
func (v *run) checkIndex(ctx context.Context) error {
	v.packs.all, v.packs.suspects = map[core.ID]*packState{}, map[core.ID]*suspect{}
	err := v.r.ReadIndexes(ctx, indexReaders, func(object string, packs []pack.Entry, err error) error {
		if repo.IsVoid(err) {
			v.issue(report.Issue{Path: object, Err: err})
			return nil
		}
		if err != nil {
			v.damage(object, err)
			v.mu.Lock()
			v.badIndex = append(v.badIndex, object)
			v.mu.Unlock()
		}
		for i := range packs {
			v.packs.add(&packs[i])
		}
		return nil
	})
	if err != nil {
		return err
	}
	if v.packs.condemned, err = v.condemned(ctx); err != nil {
		return err
	}
	for _, name := range v.packs.twice {
		v.suspect(name, &core.Error{Kind: core.Damage, Code: codePackIndex, Subject: repo.PackName(name)})
	}
	v.res.Chunks = v.packs.chunks
	names, size, err := v.r.Aside(ctx)
	if err != nil {
		return err
	}
	v.res.Aside, v.res.AsideBytes = int64(len(names)), size
	return v.checkStored(ctx)
}

// checkStored looks whether the store has the packs. One that a listing lacks is asked after by name: some services list late.
func (v *run) checkStored(ctx context.Context) error {
	stored, err := v.r.StoredPacks(ctx)
	if err != nil {
		return err
	}
	var checked atomic.Int64
	g, inner := errgroup.WithContext(ctx)
	g.SetLimit(readers)
	for name, p := range v.packs.all {
		size, listed := stored[name]
		delete(stored, name)
		if listed {
			v.checkSize(name, p, size)
			checked.Add(1)
			continue
		}
		g.Go(func() error {
			size, err := v.r.StatPack(inner, name)
			switch {
			case err == nil:
				v.checkSize(name, p, size)
			case core.KindOf(err) != core.Damage:
				return err
			default:
				p.absent = true
				if !v.packs.condemned[name] {
					v.damage(repo.PackName(name), err)
				}
			}
			checked.Add(1)
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	err = v.checkParity(ctx)
	v.res.Packs = checked.Load()
	for name, size := range stored {
		v.res.UnlistedPacks = append(v.res.UnlistedPacks, name)
		v.res.Unlisted++
		v.res.UnlistedBytes += size
	}
	return err
}

// condemned returns the packs that marks condemn.
func (v *run) condemned(ctx context.Context) (map[core.ID]bool, error) {
	var marks gc.Known
	if _, err := marks.Look(v.r.Marks(ctx)); err != nil {
		return nil, err
	}
	out := map[core.ID]bool{}
	for _, m := range marks.There() {
		for _, name := range m.Condemned {
			out[name] = m.Trusted || out[name]
		}
	}
	return out, nil
}

func (v *run) checkSize(name core.ID, p *packState, size int64) {
	if v.o.Doubt[name] {
		v.suspect(name, nil)
	}
	if size != p.size {
		v.suspect(name, core.Errorf(core.Damage, codePackSize, repo.PackName(name), "%d bytes, the index says %d", size, p.size))
	}
}
