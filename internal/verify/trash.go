package verify

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"backup_projeto/internal/core"
)

// readTrash adds the snapshots in the trash to those whose folders are walked: who brings one back wants it whole, and prunes keep what they
// need. That a copy is damaged is found by checkSmall.
func (v *run) readTrash(ctx context.Context) error {
	trash, err := v.r.Trash(ctx)
	if err != nil {
		return err
	}
	all := make([]snap, len(trash))
	g, inner := errgroup.WithContext(ctx)
	g.SetLimit(readers)
	for i := range trash {
		g.Go(func() error {
			m, err := v.r.TrashedSnapshot(inner, trash[i])
			switch {
			case err == nil:
				all[i] = snap{id: m.ID, root: m.Root.Content, trash: true, counts: m.Counts}
			case core.KindOf(err) != core.Damage:
				return err
			}
			return nil
		})
	}
	err = g.Wait()
	all = slices.DeleteFunc(all, func(s snap) bool {
		return s.id.IsZero() || slices.ContainsFunc(v.snaps, func(other snap) bool { return other.id == s.id })
	})
	slices.SortFunc(all, func(a, b snap) int { return slices.Compare(a.id[:], b.id[:]) })
	v.snaps = append(all, v.snaps...) // those in their places come first when it is said what suffers
	return err
}

// dropDeleted leaves out snapshots that were deleted meanwhile: nobody misses what only they need.
func (v *run) dropDeleted(ctx context.Context) error {
	trash, err := v.r.Trash(ctx)
	if err != nil {
		return err
	}
	ids, err := v.r.SnapshotIDs(ctx)
	for i := range trash {
		ids = append(ids, trash[i].ID)
	}
	v.snaps = slices.DeleteFunc(v.snaps, func(s snap) bool { return !slices.Contains(ids, s.id) })
	return err
}
