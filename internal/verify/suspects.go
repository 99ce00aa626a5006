package verify

import (
	"context"
	"slices"
	"sync"

	"backup_projeto/internal/core"
	"backup_projeto/internal/index"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/snapshot"
)

// suspect is a pack that something is wrong with, and what cannot be had from it.
type suspect struct {
	why error // the first reason

	mu       sync.Mutex
	examined []core.ID           // repo.PackSum of the index entries that it was examined by; guarded by mu
	flaws    map[uint32][]uint32 // by segment, offsets of chunks, nil for all; guarded by mu
}

// examine reads the pack as an index entry says. What a second, different entry says is not read: see lost.
func (s *suspect) examine(ctx context.Context, r *repo.Repo, e *pack.Entry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	sum := repo.PackSum(e)
	if slices.Contains(s.examined, sum) {
		return nil
	}
	if s.examined = append(s.examined, sum); len(s.examined) > 1 {
		return nil
	}
	s.flaws = map[uint32][]uint32{}
	flaws, err := r.Examine(ctx, e)
	for _, f := range flaws {
		s.flaws[f.Number] = f.Offsets
	}
	return err
}

// lost reports whether a reader cannot have a chunk from a place. Of a pack that was not examined, as its index object is gone, nothing can
// be had. Where index objects contradict each other, each is a chance, and trying tells.
func (s *suspect) lost(ctx context.Context, r *repo.Repo, id *core.ID, l *index.Location) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch len(s.examined) {
	case 0:
		return true, nil
	case 1:
		offsets, bad := s.flaws[l.Number]
		return bad && (offsets == nil || slices.Contains(offsets, l.Offset)), nil
	}
	_, err := r.Chunk(ctx, *id)
	if core.KindOf(err) == core.Damage {
		return true, nil
	}
	return false, err
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
	return v.searchAll(ctx, &search{v: v, clean: newSeen()})
}

// searchAll goes through all snapshots, the newest first.
func (v *run) searchAll(ctx context.Context, s *search) error {
	for i := len(v.snaps) - 1; i >= 0; i-- {
		s.bound = snapshot.Bounded(nil, &snapshot.Manifest{Counts: v.snaps[i].counts})
		_, err := s.folder(ctx, v.snaps[i].id, "", v.snaps[i].root)
		if core.CodeOf(err) == snapshot.Overfull {
			object := "snapshots/" + v.snaps[i].id.String()
			err = s.tell(culprits{object: &core.Error{Kind: core.Damage, Code: snapshot.Overfull, Subject: object, Err: err}}, Suffers{v.snaps[i].id, "."}, -1)
		}
		if err != nil {
			return err
		}
	}
	if v.r.LocalIndexDamaged() {
		return &core.Error{Kind: core.Failure, Code: codeCache, Subject: v.r.CacheDir()}
	}
	return nil
}
