package prune

import (
	"context"
	"sync/atomic"

	"backup_projeto/internal/core"
	"backup_projeto/internal/repo"
)

// The parity of a pack goes after the pack. It is listed before the packs are: what is put meanwhile is put after its pack, so that parity
// which is listed and has no pack in the later listing has lost it. That is asked once more, by the pack's name, before it is deleted.

// orphaned reports whether parity is of a pack that nobody lists and the store does not: one that was deleted, and not its parity.
func (p *pass) orphaned(name core.ID) bool {
	_, stored := p.stored[name]
	return !stored && p.listed[name] == nil
}

// idleParity returns the packs whose parity is of no use.
func (p *pass) idleParity() (names []core.ID) {
	for name := range p.parity {
		if p.swept[name] || p.orphaned(name) {
			names = append(names, name)
		}
	}
	return names
}

// parityPlan puts into a plan which parity is deleted.
func (p *pass) parityPlan(l *Plan) {
	for _, name := range p.idleParity() {
		for _, o := range p.parity[name] {
			l.Parity.add(o.Size)
		}
	}
}

// deleteParity deletes it, after the packs.
func (p *pass) deleteParity() error {
	var objects, bytes atomic.Int64
	err := p.each(p.idleParity(), func(ctx context.Context, name core.ID) error {
		if !p.swept[name] {
			switch _, err := p.r.StatPack(ctx, name); {
			case err == nil: // the listing lacked it
				return nil
			case !repo.IsAbsent(err):
				return err
			}
		}
		for _, o := range p.parity[name] {
			if err := p.r.DeleteParity(ctx, o); err != nil {
				return err
			}
			objects.Add(1)
			bytes.Add(o.Size)
		}
		return nil
	})
	p.res.SweptParity += objects.Load()
	p.res.SweptParityBytes += bytes.Load()
	return err
}
