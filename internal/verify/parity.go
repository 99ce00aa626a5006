package verify

import (
	"context"

	"backup_projeto/internal/core"
	"backup_projeto/internal/repo"
)

// checkParity counts the packs of the index that have no parity, where settings say that packs have some. A pack without has lost nothing. Parity
// is stored after the pack and before any index object lists it, so it is listed after the index was read.
func (v *run) checkParity(ctx context.Context) error {
	share, damaged, err := v.r.Parity(ctx)
	if err != nil {
		return err
	}
	for _, d := range damaged {
		v.damage(d.Object, d.Err)
	}
	if v.parity, err = v.r.ParityObjects(ctx); err != nil {
		return err
	}
	v.res.Parity, v.res.WithoutParity = share, 0
	for name, p := range v.packs.all {
		if share > 0 && !p.absent && v.parity[name] == nil {
			v.res.WithoutParity++
		}
	}
	return nil
}

// parityBytes is how much memory comparing the parity of a pack takes.
func (v *run) parityBytes(name core.ID) (n int64) {
	for _, o := range v.parity[name] {
		n += o.Size
	}
	return n
}

// parityChecks starts to compare the parity of a pack, which is read then.
func (v *run) parityChecks(name core.ID, size int64) (out []*repo.ParityCheck) {
	for _, o := range v.parity[name] {
		out = append(out, v.r.NewParityCheck(o, size))
	}
	return out
}

// compareParity reads the parity of a pack that was found right, and tells what is damaged of it.
func (v *run) compareParity(ctx context.Context, checks []*repo.ParityCheck) error {
	for _, c := range checks {
		v.rep.Progress().Stored.Add(c.Size)
		err := c.Compare(ctx)
		if err != nil && core.KindOf(err) != core.Damage {
			return err
		}
		if err != nil {
			v.damage(subject(err), err)
		}
	}
	return nil
}

// mends reports whether a pack that something is wrong with can be had with its parity.
func (v *run) mends(ctx context.Context, name core.ID) (bool, error) {
	if v.parity[name] == nil {
		return false, nil
	}
	_, err := v.r.Mended(ctx, name)
	if core.KindOf(err) == core.Damage {
		return false, nil
	}
	return err == nil, err
}

// unmask suspects the packs that were read with the help of their parity, or of which a disk did not give some bytes that nobody needed: whoever read
// them found nothing wrong.
func (v *run) unmask() {
	for _, name := range v.r.Refused() {
		if v.packs.has(&name) {
			v.suspect(name, &core.Error{Kind: core.Damage, Code: codeMedium, Subject: repo.PackName(name)})
		}
	}
	for _, name := range v.r.Healed() {
		if v.packs.has(&name) {
			v.suspect(name, nil)
		}
	}
}

// seeMendable says of each damaged pack whether its parity mends it.
func (v *run) seeMendable(ctx context.Context) error {
	for object, d := range v.damaged {
		name, ok := repo.ParsePackName(object)
		if !ok {
			continue
		}
		var err error
		if d.Mendable, err = v.mends(ctx, name); err != nil {
			return err
		}
	}
	return nil
}
