package lock

import (
	"context"
	"slices"

	"backup_projeto/internal/core"
	"backup_projeto/internal/parity"
	"backup_projeto/internal/repo"
)

// parity returns which objects are locked any longer where they are parity, and true of all others: the parity that the settings ask for, or all that a pack
// has while it has none of that. What was superseded and could not be deleted for its lock is to be deleted when that ends.
func (l *run) parity(ctx context.Context, objects []repo.LastingObject) (func(*repo.LastingObject) bool, error) {
	share, damaged, err := l.r.Parity(ctx)
	if err == nil && share == 0 && slices.ContainsFunc(objects, func(o repo.LastingObject) bool { return o.K > 0 }) {
		share, damaged, err = l.r.Parity(ctx) // the listing of the settings may have been short
	}
	if err != nil {
		return nil, err
	}
	if len(damaged) > 0 { // nobody knows what they asked for
		return func(*repo.LastingObject) bool { return true }, nil
	}
	asked := map[core.ID]int{} // K, by pack
	if share > 0 {
		for _, o := range objects {
			if shape, err := parity.Fit(int(o.Size), share); o.Pack && err == nil {
				asked[o.ID] = shape.K
			}
		}
	}
	has := map[core.ID]bool{} // packs that have what is asked for
	for _, o := range objects {
		if o.K > 0 && o.K == asked[o.ID] {
			has[o.ID] = true
		}
	}
	return func(o *repo.LastingObject) bool {
		return o.K == 0 || share > 0 && (!has[o.ID] || o.K == asked[o.ID])
	}, nil
}
