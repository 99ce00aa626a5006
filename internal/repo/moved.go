package repo

import (
	"context"
	"slices"

	"backup_projeto/internal/core"
	"backup_projeto/internal/index"
)

// A prune moves what is needed of a pack into another one, lists that, and deletes the pack a grace later. Who loaded the index before and
// reads after that, as a long restore may, finds the pack gone: the index is loaded anew then, and says where the chunk is.

// maxLost bounds the packs that are remembered to be lost.
const maxLost = 100_000

// settled waits until a loading of the index that is under way has ended, during which parts of it are not found. It is always true.
func (r *Repo) settled() bool {
	r.mending.Lock()
	defer r.mending.Unlock()
	return true
}

// Places is Lookup where a chunk must have a place. Without one the error's kind is Damage, unless the index could not be loaded anew: then
// it is that error. All places have one length: where index objects contradict one another the chunk is read, and the places of those are
// left out that lie.
func (r *Repo) Places(ctx context.Context, id *core.ID) ([]index.Location, error) {
	places, err := r.someplace(ctx, id)
	if err != nil || !slices.ContainsFunc(places, func(l index.Location) bool { return l.Length != places[0].Length }) {
		return places, err
	}
	data, err := r.Chunk(ctx, *id)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(places, func(l index.Location) bool { return int(l.Length) != len(data) }), nil
}

// someplace is Places, whatever lengths they have.
func (r *Repo) someplace(ctx context.Context, id *core.ID) ([]index.Location, error) {
	places := r.Lookup(id)
	if len(places) > 0 {
		return places, nil
	}
	if err := r.complete(ctx); err != nil {
		return nil, err
	}
	if places = r.Lookup(id); len(places) == 0 {
		return nil, damage("block "+id.Short(), errAbsent)
	}
	return places, nil
}

// complete loads the index again if that failed the last time.
func (r *Repo) complete(ctx context.Context) error {
	r.mending.Lock()
	defer r.mending.Unlock()
	if r.partial == nil {
		return nil
	}
	_, err := r.load(ctx)
	return err
}

// Moved is to be called where a chunk was looked for in a pack that the store does not have, and reports whether the index says so no
// more: it is loaded anew unless it does not, and Lookup may give another place. Where the pack is listed and lost it is false, each time
// at the cost of a look-up but the first.
func (r *Repo) Moved(ctx context.Context, id *core.ID, pack core.ID) (bool, error) {
	r.mending.Lock()
	defer r.mending.Unlock()
	if !r.placed(id, pack) {
		return true, nil
	}
	if _, known := r.lost[pack]; known {
		return false, nil
	}
	if _, err := r.load(ctx); err != nil {
		return false, err
	}
	if !r.placed(id, pack) {
		return true, nil
	}
	if r.lost == nil || len(r.lost) >= maxLost {
		r.lost = map[core.ID]struct{}{}
	}
	r.lost[pack] = struct{}{}
	return false, nil
}

// placed reports whether the index says that a chunk is in a pack.
func (r *Repo) placed(id *core.ID, pack core.ID) bool {
	return slices.ContainsFunc(r.set.Lookup(id), func(l index.Location) bool { return l.Pack.Name == pack })
}

// IndexNames lists the store's index objects, in the order of their names.
func (r *Repo) IndexNames(ctx context.Context) ([]core.ID, error) {
	listed, err := r.listIndex(ctx)
	names := make([]core.ID, len(listed))
	for i := range listed {
		names[i] = listed[i].name
	}
	slices.SortFunc(names, core.ID.Compare)
	return names, err
}
