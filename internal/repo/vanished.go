package repo

import (
	"context"
	"os"
	"slices"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/storage"
)

// vanishSlack is how much less than Grace is relied on: by so much this machine's clock may differ from the store's.
const vanishSlack = 24 * time.Hour

// Vanished returns snapshots that were in the store within the last 29 days, and now are neither in their place nor in the trash: whoever
// drops one leaves it in the trash for 30 days, so these were deleted by other means, or are withheld. Two things tell that one was there:
// a snapshot that names it as its parent and was saved since, and a copy in this machine's cache. children has, for each parent that is not
// among the snapshots that a listing has, the snapshots that name it. What went longer ago cannot be told from what was dropped and expired,
// nor can anything be told by a machine whose clock is more than a day behind the store's. One whose clock was some days ahead when it made
// a copy takes that for so much younger, and may miss what has just expired.
//
// A snapshot that its own backup took back, as a prune had overtaken it, may have been read by others in that moment. The one that the same
// backup saved instead began in the same millisecond; only where that was cut off there is an innocent reason left.
func (r *Repo) Vanished(ctx context.Context, children map[core.UUID][]core.UUID) ([]core.UUID, error) {
	ids, listed, now, err := r.wereThere(ctx, children)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	if err := r.ensureRevoked(ctx); err != nil {
		return nil, err
	}
	recent := func(t time.Time) bool { return !t.IsZero() && now.Sub(t) < Grace-vanishSlack }
	var out []core.UUID
	for id, last := range ids {
		if !recent(last) {
			continue
		}
		if live, err := r.IsLive(ctx, id); err != nil {
			return nil, err
		} else if void, err := r.wasVoid(ctx, id); err != nil {
			return nil, err
		} else if again, err := r.savedAgain(ctx, id, listed); err != nil {
			return nil, err
		} else if !live && !void && !again {
			out = append(out, id)
		}
	}
	slices.SortFunc(out, core.UUID.Compare)
	return out, nil
}

// savedAgain reports whether there is a snapshot of the same moment: then their backup has taken this one back, and saved that instead.
func (r *Repo) savedAgain(ctx context.Context, id core.UUID, listed map[core.UUID]time.Time) (bool, error) {
	same := func(other core.UUID) bool { return other != id && timeOf(other).Equal(timeOf(id)) }
	for other := range listed {
		if same(other) {
			return true, nil
		}
	}
	copies, err := r.listTrash(ctx)
	return slices.ContainsFunc(copies, func(c copyInTrash) bool { return same(c.id) }), err
}

// wasVoid reports whether a snapshot that is gone counted for nothing, by this machine's copy of it: prunes delete those.
func (r *Repo) wasVoid(ctx context.Context, id core.UUID) (bool, error) {
	if r.dir == "" {
		return false, nil
	}
	data, err := os.ReadFile(r.cachedSnapshot(id))
	if err != nil {
		return false, nil
	}
	if _, err := r.openSnapshot(id, data); err != nil {
		return false, nil
	}
	err = r.counts(ctx, snapshotName(id), data)
	if err != nil && core.KindOf(err) != core.Damage {
		return false, err
	}
	return IsVoid(err), nil
}

// wereThere returns snapshots that are not listed, each with the last time at which it was there, those that are, and the time that it is
// at least, by the store's clock; none where this machine's clock is behind.
func (r *Repo) wereThere(ctx context.Context, children map[core.UUID][]core.UUID) (gone, listed map[core.UUID]time.Time, now time.Time, err error) {
	gone, listed, now = map[core.UUID]time.Time{}, map[core.UUID]time.Time{}, time.Now()
	for info, err := range r.store.List(ctx, snapshotPrefix) {
		if err != nil {
			return nil, nil, now, err
		}
		if id, err := core.ParseUUID(info.Name[len(snapshotPrefix):]); err == nil {
			listed[id] = info.ModTime
		}
		if info.ModTime.After(now.Add(vanishSlack)) {
			return nil, nil, now, nil
		}
	}
	add := func(id core.UUID, at time.Time) {
		if _, there := listed[id]; !there && at.After(gone[id]) {
			gone[id] = at
		}
	}
	for parent, all := range children {
		for _, id := range all {
			at, there := listed[id]
			if there && at.IsZero() { // not every listing tells
				info, err := r.store.Stat(ctx, snapshotName(id))
				if err != nil && !storage.IsNotFound(err) {
					return nil, nil, now, err
				}
				if at = info.ModTime; at.After(now) {
					now = at
				}
			}
			begun := timeOf(id)
			if begun.After(at.Add(vanishSlack)) { // by a clock that was ahead: nobody knows when it was saved
				continue
			}
			if begun.Before(at) { // what was brought back, or copied from another place, was put long after it was saved
				at = begun
			}
			add(parent, at)
		}
	}
	for _, id := range r.CachedSnapshots() {
		if info, err := os.Stat(r.cachedSnapshot(id)); err == nil && now.Sub(info.ModTime()) > -vanishSlack {
			add(id, info.ModTime())
		}
	}
	return gone, listed, now, nil
}
