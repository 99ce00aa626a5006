package verify

import (
	"context"
	"slices"
	"sync"

	"backup_projeto/internal/core"
	"backup_projeto/internal/index"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/repo"
)

// suspect is a pack that something is wrong with, and what cannot be had from it.
type suspect struct {
	mu       sync.Mutex
	examined []core.ID           // repo.PackSum of the index entries that it was examined by; guarded by mu
	flaws    map[uint32][]uint32 // by segment, offsets of chunks, nil for all; guarded by mu
}

// examine reads the pack as an index entry says. Index objects that say different things are different chances to read it: what one of
// them gives is not lost.
func (s *suspect) examine(ctx context.Context, r *repo.Repo, e *pack.Entry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	sum := repo.PackSum(e)
	if slices.Contains(s.examined, sum) {
		return nil
	}
	found, err := r.Examine(ctx, e)
	if err != nil {
		return err
	}
	flaws := map[uint32][]uint32{}
	for _, f := range found {
		old, also := s.flaws[f.Number]
		switch {
		case len(s.examined) == 0 || also && old == nil:
			flaws[f.Number] = f.Offsets
		case also && f.Offsets == nil:
			flaws[f.Number] = old
		case also:
			both := slices.DeleteFunc(f.Offsets, func(o uint32) bool { return !slices.Contains(old, o) })
			if len(both) > 0 {
				flaws[f.Number] = both
			}
		}
	}
	s.flaws, s.examined = flaws, append(s.examined, sum)
	return nil
}

// lost reports whether a reader cannot have a chunk. Of a pack that was not examined, as its index object is gone, nothing can be had.
func (s *suspect) lost(l *index.Location) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.examined) == 0 {
		return true
	}
	offsets, bad := s.flaws[l.Number]
	return bad && (offsets == nil || slices.Contains(offsets, l.Offset))
}

// explain finds out what is lost and who suffers from it, once it is known that something is wrong.
func (v *run) explain(ctx context.Context) error {
	if len(v.packs.suspects) > 0 {
		err := v.r.ReadIndexes(ctx, indexReaders, func(_ string, packs []pack.Entry, _ error) error {
			for i := range packs {
				if s := v.packs.suspects[packs[i].Name]; s != nil {
					if err := s.examine(ctx, v.r, &packs[i]); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if err := v.dropDeleted(ctx); err != nil {
		return err
	}
	s := &search{v: v, clean: newSeen()}
	for i := len(v.snaps) - 1; i >= 0; i-- {
		if _, err := s.folder(ctx, v.snaps[i].id, "", v.snaps[i].root); err != nil {
			return err
		}
	}
	if v.r.LocalIndexDamaged() {
		return &core.Error{Kind: core.Failure, Code: codeCache, Subject: v.r.CacheDir()}
	}
	return nil
}

// dropDeleted leaves out snapshots that were deleted meanwhile: nobody misses what only they need.
func (v *run) dropDeleted(ctx context.Context) error {
	ids, err := v.r.SnapshotIDs(ctx)
	v.snaps = slices.DeleteFunc(v.snaps, func(s snap) bool { return !slices.Contains(ids, s.id) })
	return err
}
