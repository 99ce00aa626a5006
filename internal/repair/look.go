package repair

import (
	"maps"
	"slices"
	"strings"

	"backup_projeto/internal/core"
	"backup_projeto/internal/gc"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/verify"
)

// readers is how many small objects are asked for at once.
const readers = 8

// look finds out what is wrong, and makes the plan. Nothing is changed.
func (p *run) look() error {
	res, err := verify.Run(p.ctx, p.r, verify.Options{DataPercent: p.o.DataPercent, DataBytes: p.o.DataBytes, Parallel: p.o.Parallel,
		ProofFile: p.proofFile()}, p.rep)
	if err != nil {
		return err
	}
	p.plan = &Plan{Damaged: res.Damaged, condemn: map[core.ID]bool{}, condemned: map[core.ID]bool{}, unread: map[string]bool{},
		unseen: map[core.ID]bool{}}
	p.res.Plan = p.plan
	for _, d := range res.Damaged {
		p.plan.Files += d.Total
	}
	p.plan.heal = p.plan.Files > 0 && p.o.From != nil
	var marks gc.Known
	if _, err := marks.Look(p.r.Marks(p.ctx)); err != nil {
		return err
	}
	for _, m := range marks.There() {
		for _, name := range m.Condemned {
			p.plan.condemned[name] = p.plan.condemned[name] || m.Trusted
		}
	}
	if err := p.lookAtPacks(res); err != nil {
		return err
	}
	if err := p.lookAtObjects(res); err != nil {
		return err
	}
	return p.lookAtUnlisted(res)
}

// lookAtPacks says of each pack that something is wrong with what that is.
func (p *run) lookAtPacks(res *verify.Result) error {
	all := map[core.ID]bool{}
	refused := map[core.ID]bool{}
	for _, d := range res.Damaged {
		name, ok := repo.ParsePackName(d.Object)
		// Of content that a device made wrong the pack knows nothing.
		if code := core.CodeOf(d.Err); ok && code != "folder-damaged" && code != "file-length" {
			all[name], refused[name] = true, code == codeMedium
		}
	}
	for _, name := range res.Suspects {
		all[name] = true
	}
	names := slices.SortedFunc(maps.Keys(all), core.ID.Compare)
	for _, name := range names {
		if err := p.lookAtPack(name, refused[name]); err != nil {
			return err
		}
	}
	return nil
}

// lookAtPack does that for one pack. refused says that its disk could not read some of it: if it can now, nothing is wrong.
func (p *run) lookAtPack(name core.ID, refused bool) error {
	l := p.plan
	size, err := p.r.StatPack(p.ctx, name)
	switch {
	case repo.IsAbsent(err):
		l.Gone++
		l.gone = append(l.gone, name)
	case err != nil:
		return err
	default:
		bad, err := p.r.IsDamaged(p.ctx, repo.PackName(name))
		switch {
		case err != nil:
			return err
		case bad:
			l.Hurt.add(size)
			l.hurt = append(l.hurt, name)
			l.Unreadable = append(l.Unreadable, repo.PackName(name))
		case refused:
			return nil
		case l.condemned[name]: // nobody counts on it, and what is needed of it can be had
			return nil
		default:
			l.False++
			l.untrue = append(l.untrue, name)
		}
	}
	l.condemn[name] = true
	if !l.condemned[name] {
		l.Condemn++
	}
	return p.lookForParity(name)
}

func (p *run) lookForParity(name core.ID) error {
	if p.o.Mender == nil || slices.Contains(p.plan.untrue, name) {
		return nil
	}
	can, err := p.o.Mender.CanMend(p.ctx, name)
	if can {
		p.plan.Mendable++
	}
	return err
}

// lookAtObjects finds what else cannot be read.
func (p *run) lookAtObjects(res *verify.Result) error {
	var names []string
	for _, d := range res.Damaged {
		switch prefix, rest, _ := strings.Cut(d.Object, "/"); prefix {
		case "index":
			p.plan.blocks = p.plan.blocks || rest == ""
			if rest != "" {
				names = append(names, d.Object)
			}
		case "snapshots", "keys", "pins", "gc", "trash", "settings": // of the last the older hold then, or none
			names = append(names, d.Object)
		case "config": // what opened the repository is authentic
			p.plan.PutBack = append(p.plan.PutBack, d.Object)
		}
	}
	for _, name := range names {
		bad, err := p.r.IsDamaged(p.ctx, name)
		if err != nil {
			return err
		}
		if !bad { // it is read by now, or counts for nothing because of who signed it
			continue
		}
		if err := p.lookForCopy(name); err != nil {
			return err
		}
	}
	if err := p.lookForSlots(); err != nil {
		return err
	}
	return p.lookAside()
}

// lookForSlots finds slots that are missing, and of which this machine has a copy.
func (p *run) lookForSlots() error {
	lost, err := p.r.LostSlots(p.ctx)
	for _, s := range lost {
		if name := "keys/" + s.ID.String(); !slices.Contains(p.plan.PutBack, name) {
			p.plan.PutBack = append(p.plan.PutBack, name)
		}
	}
	return err
}

// lookForCopy decides what is done about an object that cannot be read.
func (p *run) lookForCopy(name string) error {
	can, err := p.r.HasCopy(p.ctx, name)
	if err != nil {
		return err
	}
	if can {
		p.plan.PutBack = append(p.plan.PutBack, name)
		if !strings.HasPrefix(name, "pins/") { // in its place there will be the right one
			return nil
		}
	}
	p.plan.Unreadable = append(p.plan.Unreadable, name)
	if _, ok := snapshotOf(name); ok {
		p.plan.unread[name] = true
	}
	return nil
}

// lookAside finds snapshots that were set aside, and of which this machine has a copy.
func (p *run) lookAside() error {
	names, _, err := p.r.Aside(p.ctx)
	if err != nil {
		return err
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		id, ok := snapshotOf(name)
		if !ok || strings.HasPrefix(name, "trash/") { // by now it may have expired
			continue
		}
		live, err := p.r.IsLive(p.ctx, id)
		if err != nil {
			return err
		}
		if live {
			continue
		}
		can, err := p.r.HasCopy(p.ctx, name)
		if err != nil {
			return err
		}
		if can {
			p.plan.PutBack = append(p.plan.PutBack, name)
		}
	}
	return nil
}

// snapshotOf returns the snapshot that an object's name is of, which may be a copy in the trash.
func snapshotOf(name string) (core.UUID, bool) {
	rest, ok := strings.CutPrefix(name, "snapshots/")
	if copied, trash := strings.CutPrefix(name, "trash/"); trash {
		rest, _, ok = strings.Cut(copied, ".")
	}
	id, err := core.ParseUUID(rest)
	return id, ok && err == nil
}
