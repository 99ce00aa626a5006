package verify

import (
	"context"
	"slices"
	"strings"

	"backup_projeto/internal/core"
	"backup_projeto/internal/repo"
)

// A prune may move blocks, merge index objects and delete packs while all this goes on. So, before anything is said to be missing, index, marks
// and packs are looked at anew: what is found then was moved, and what marks condemn and nothing needs was deleted rightly.

// maxLooks is how often that is done because the index goes on changing.
const maxLooks = 3

// findOut finds out what is damaged and who suffers from it, once it is known that something is wrong. A pack that is condemned and could not be taken from
// its place may be all that has what a snapshot needs.
func (v *run) findOut(ctx context.Context) error {
	v.unmask()
	for look := 1; v.hurt || len(v.damaged)+len(v.packs.suspects) > 0; look++ {
		before, err := v.r.IndexNames(ctx)
		if err != nil {
			return err
		}
		missing := v.missing()
		if missing {
			if err := v.lookAgain(ctx); err != nil {
				return err
			}
		}
		if err := v.explain(ctx); err != nil || !missing || len(v.damaged) == 0 || look == maxLooks {
			return err
		}
		after, err := v.r.IndexNames(ctx)
		if err != nil || slices.Equal(before, after) {
			return err
		}
	}
	return nil
}

// missing reports whether something was not found, and may be elsewhere by now.
func (v *run) missing() bool {
	for _, d := range v.damaged {
		if repo.IsAbsent(d.Err) {
			return true
		}
	}
	return v.hurt
}

// lookAgain forgets what was missing and who suffered, and looks at index, marks and packs as they are now.
func (v *run) lookAgain(ctx context.Context) error {
	if _, err := v.r.LoadIndex(ctx); err != nil {
		return err
	}
	v.files = 0
	for object, d := range v.damaged {
		switch {
		case strings.HasPrefix(object, "index"), strings.HasPrefix(object, "packs/") && repo.IsAbsent(d.Err):
			delete(v.damaged, object)
		case strings.HasPrefix(object, "snapshots/"):
			v.files += len(d.Files)
		default:
			d.Files, d.Total = nil, 0
		}
	}
	suspects, all := v.packs.suspects, v.packs.all
	v.badIndex, v.packs = nil, packTable{}
	v.res.Unlisted, v.res.UnlistedBytes, v.res.UnlistedPacks = 0, 0, nil
	if err := v.checkIndex(ctx); err != nil {
		return err
	}
	if err := v.suspectAgain(ctx, suspects); err != nil {
		return err
	}
	return v.proveMore(ctx, all)
}

// proveMore reads, of packs that are new, as large a share as of the others. Some may not be new: a listing of the index was short, or an object
// of it arrived damaged.
func (v *run) proveMore(ctx context.Context, before map[core.ID]*packState) error {
	for name := range v.packs.all {
		if before[name] == nil {
			v.proof.recall(name)
		}
	}
	more := v.pick(before)
	v.chosen = append(v.chosen, more...)
	return v.proveData(ctx, more)
}

// suspectAgain takes over the packs that were found damaged, but for those that a prune deleted since.
func (v *run) suspectAgain(ctx context.Context, before map[core.ID]*suspect) error {
	condemned, err := v.condemned(ctx)
	if err != nil {
		return err
	}
	for name, s := range before {
		switch p := v.packs.all[name]; {
		case p != nil && !p.absent:
			s.examined, s.flaws = nil, nil
			v.packs.suspects[name] = s
		case condemned[name]:
			delete(v.damaged, repo.PackName(name))
		}
	}
	return nil
}
