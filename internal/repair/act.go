package repair

import (
	"maps"
	"slices"
	"strings"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/gc"
	"backup_projeto/internal/repo"
)

// act does what the plan says. The order: what adds comes first, then the mark, which lets nobody count on what is lost any more, and then
// what takes away. Until the mark is there everything is as before, but for copies; from then on what was damaged is missed by nobody.
func (p *run) act() (err error) {
	if p.s, err = p.r.BeginPrune(p.ctx); err != nil {
		return err
	}
	defer p.s.Close()
	for _, step := range []func() error{p.mend, p.putBack, p.relist, p.salvage, p.condemn, p.heal, p.setAside} {
		if err := step(); err != nil {
			return err
		}
	}
	_, err = p.r.LoadIndex(p.ctx)
	return err
}

// mend makes packs again from parity, and puts them back.
func (p *run) mend() error {
	if p.o.Mender == nil || p.plan.Mendable == 0 {
		return nil
	}
	for _, name := range slices.Concat(p.plan.gone, p.plan.hurt) {
		if can, err := p.o.Mender.CanMend(p.ctx, name); err != nil {
			return err
		} else if !can {
			continue
		}
		data, err := p.o.Mender.Mend(p.ctx, name)
		if err == nil {
			err = p.r.PutPack(p.ctx, name, data)
		}
		if core.KindOf(err) == core.Damage {
			p.issue(repo.PackName(name), err)
			continue
		}
		if err != nil {
			return err
		}
		p.res.Mended.add(int64(len(data)))
		p.mended(name)
		if err := p.relistMended(p.r, name, int64(len(data))); err != nil {
			return err
		}
	}
	return nil
}

// mended takes a pack out of those that something is wrong with.
func (p *run) mended(name core.ID) {
	is := func(n core.ID) bool { return n == name }
	p.plan.gone, p.plan.hurt = slices.DeleteFunc(p.plan.gone, is), slices.DeleteFunc(p.plan.hurt, is)
	delete(p.plan.condemn, name)
	p.plan.Unreadable = slices.DeleteFunc(slices.Clone(p.plan.Unreadable), func(n string) bool { return n == repo.PackName(name) })
	p.r.Distrust(nil, []core.ID{name})
}

// putBack stores objects anew of which there is a copy.
func (p *run) putBack() error {
	for _, name := range p.plan.PutBack {
		done, err := p.r.PutBack(p.ctx, name)
		if err != nil {
			return err
		}
		if done {
			p.res.PutBack++
		} else if _, ok := snapshotOf(name); ok {
			p.plan.unread[name] = true
			p.plan.Unreadable = append(p.plan.Unreadable, name)
		}
	}
	return nil
}

// relist lists packs again.
func (p *run) relist() error {
	if err := p.listAgain(p.r); err != nil {
		return err
	}
	_, err := p.r.LoadIndex(p.ctx)
	return err
}

// condemn puts a mark of the packs that are gone, hurt or false. What can be read of them is elsewhere by now.
func (p *run) condemn() error {
	var names []core.ID
	for _, name := range slices.SortedFunc(maps.Keys(p.plan.condemn), core.ID.Compare) {
		if !p.plan.condemned[name] {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	ids, err := p.r.SnapshotIDs(p.ctx)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(names, maxCondemned) {
		m := &gc.Mark{Created: time.Now().UnixNano(), Condemned: some, Rewritten: p.s.Stored(), Snapshots: p.readable(ids)}
		if _, err := p.r.PutMark(p.ctx, m); err != nil {
			return err
		}
		p.res.Condemned += int64(len(some))
	}
	return nil
}

// maxCondemned is how many packs one mark condemns.
const maxCondemned = 1 << 19

// readable leaves out the snapshots that are about to be set aside.
func (p *run) readable(ids []core.UUID) []core.UUID {
	return slices.DeleteFunc(slices.Clone(ids), func(id core.UUID) bool { return p.plan.unread["snapshots/"+id.String()] })
}

// setAside sets aside what cannot be read. Beside another prune or repair nothing leaves its place: a mark that cannot be read may be what
// that prune goes by, and another repair may be putting right what this one takes away. The copies are made all the same.
func (p *run) setAside() error {
	flying, err := p.r.InFlight(p.ctx)
	if err != nil {
		return err
	}
	remove := !slices.ContainsFunc(flying, func(f gc.InFlight) bool {
		return f.ID != p.s.ID() && (f.Session == nil || f.Session.Prune)
	})
	for _, name := range p.plan.Unreadable {
		out, err := p.r.SetAside(p.ctx, name, remove && !p.ownSlot(name))
		if err != nil {
			return err
		}
		switch out {
		case repo.AsideMoved:
			p.res.Aside++
		case repo.AsideCopy, repo.AsideLarge:
			p.res.Aside++
			p.res.Left++
		case repo.AsideMedium:
			p.issue(name, &core.Error{Kind: core.Damage, Code: codeMedium, Subject: name})
		}
	}
	return nil
}

// ownSlot reports whether an object is the slot that opened the repository.
func (p *run) ownSlot(name string) bool {
	id, ok := strings.CutPrefix(name, "keys/")
	return ok && id == p.r.Keyring().Slot.String()
}
