package repo

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/storage"
)

// The trash holds snapshots that were dropped, each as "trash/<snapshot id>.<drop id>" with the very bytes that it had: a snapshot
// is put there before it is deleted from its place, and put back without being taken out again, so that whatever is cut off or happens at
// once it stands in one of both. The drop id, new each time, is what makes that hold: who takes an old copy away (Expire) can never
// hit the one that another device just made. What is in the trash is live, its packs are kept, until Expire takes it away.
const trashPrefix = "trash/"

// Grace is how long a dropped snapshot can be brought back, by the store's clock.
const Grace = 30 * 24 * time.Hour

// Codes of this file's errors.
const (
	codeNotInTrash   core.Code = "not-in-trash"
	codeUndeleteLate core.Code = "undelete-late"
)

// Trashed is a snapshot that can be brought back.
type Trashed struct {
	ID      core.UUID
	Dropped time.Time // last, by the store's clock; zero where it does not tell
	copies  []copyInTrash
}

// pairName is the name of one of several objects about a snapshot.
func pairName(prefix string, id, one core.UUID) string {
	return prefix + id.String() + "." + one.String()
}

// parsePair reads what pairName wrote.
func parsePair(prefix, name string) (id, one core.UUID, ok bool) {
	first, second, ok := strings.Cut(strings.TrimPrefix(name, prefix), ".")
	if !ok {
		return id, one, false
	}
	id, err := core.ParseUUID(first)
	if err == nil {
		one, err = core.ParseUUID(second)
	}
	return id, one, err == nil
}

// copyInTrash is one object of the trash.
type copyInTrash struct {
	id   core.UUID
	name string
	time time.Time
}

// listTrash lists the objects of the trash, those dropped last first.
func (r *Repo) listTrash(ctx context.Context) ([]copyInTrash, error) {
	var out []copyInTrash
	for info, err := range r.store.List(ctx, trashPrefix) {
		if err != nil {
			return nil, err
		}
		if id, _, ok := parsePair(trashPrefix, info.Name); ok {
			out = append(out, copyInTrash{id, info.Name, info.ModTime})
		}
	}
	for i := range out {
		if out[i].time.IsZero() { // not every listing tells
			info, err := r.store.Stat(ctx, out[i].name)
			if err != nil && !storage.IsNotFound(err) {
				return nil, err
			}
			out[i].time = info.ModTime
		}
	}
	slices.SortFunc(out, func(a, b copyInTrash) int {
		if c := b.time.Compare(a.time); c != 0 {
			return c
		}
		return strings.Compare(a.name, b.name)
	})
	return out, nil
}

// Trash lists the snapshots that can be brought back, those dropped last first.
func (r *Repo) Trash(ctx context.Context) ([]Trashed, error) {
	copies, err := r.listTrash(ctx)
	if err != nil {
		return nil, err
	}
	ids, err := r.SnapshotIDs(ctx) // listed last: what is brought back meanwhile is not told
	if err != nil {
		return nil, err
	}
	return trashed(copies, ids), nil
}

// trashed puts together what copies in the trash, those dropped last first, are of snapshots that are not in their place.
func trashed(copies []copyInTrash, inPlace []core.UUID) (out []Trashed) {
	at := map[core.UUID]int{}
	for _, id := range inPlace {
		at[id] = -1
	}
	for _, c := range copies {
		i, ok := at[c.id]
		if !ok {
			i = len(out)
			at[c.id], out = i, append(out, Trashed{ID: c.id, Dropped: c.time})
		}
		if i >= 0 {
			out[i].copies = append(out[i].copies, c)
		}
	}
	return out
}

// Drop moves a snapshot to the trash; one that is gone already is success. One that is damaged stays where it is.
func (r *Repo) Drop(ctx context.Context, id core.UUID) error {
	if !r.CanRead() {
		return errWriteOnly()
	}
	name := snapshotName(id)
	data, err := storage.ReadAll(ctx, r.store, name, maxSnapshot)
	if storage.IsNotFound(err) {
		return nil
	}
	if err == nil {
		_, err = r.openSnapshot(id, data)
	}
	if err == nil {
		err = r.snapshotCounts(ctx, id, data)
	}
	if err != nil {
		return damageOf(name, err)
	}
	copied := pairName(trashPrefix, id, crypto.NewUUID())
	if err := r.store.Put(ctx, copied, data); err != nil {
		return err
	}
	err = r.store.Delete(ctx, name)
	if storage.IsLocked(err) { // it stays where it is; a copy for each attempt would only pile up
		_ = r.store.Delete(ctx, copied)
	}
	return err
}

// Undelete brings a snapshot back from the trash. Where there is none of that id the code is "not-in-trash". Its copy there stays
// until it expires: a device that drops the snapshot again right now may count on nothing else.
func (r *Repo) Undelete(ctx context.Context, id core.UUID) (*snapshot.Manifest, error) {
	copies, err := r.copiesOf(ctx, id)
	if err != nil {
		return nil, err
	}
	m, name, data, err := r.readCopies(ctx, copies)
	if err != nil {
		return nil, err
	}
	if err := r.store.Put(ctx, snapshotName(id), data); err != nil {
		return nil, err
	}
	r.cacheSnapshot(id, data)
	// Where it expired while it was read, what it needs may have been deleted before it was back.
	if _, err := r.store.Stat(ctx, name); storage.IsNotFound(err) {
		return m, &core.Error{Kind: core.Failure, Code: codeUndeleteLate, Subject: id.String(), Err: err}
	} else if err != nil {
		return m, err
	}
	return m, nil
}

// TrashedSnapshot returns the manifest of what Trash listed.
func (r *Repo) TrashedSnapshot(ctx context.Context, t Trashed) (*snapshot.Manifest, error) {
	m, _, _, err := r.readCopies(ctx, t.copies)
	return m, err
}

// copiesOf lists the copies of one snapshot. That there is none is said only by two listings in a row: one may miss the newest.
func (r *Repo) copiesOf(ctx context.Context, id core.UUID) ([]copyInTrash, error) {
	for range 2 {
		all, err := r.listTrash(ctx)
		if err != nil {
			return nil, err
		}
		all = slices.DeleteFunc(all, func(c copyInTrash) bool { return c.id != id })
		if len(all) > 0 {
			return all, nil
		}
	}
	return nil, &core.Error{Kind: core.Failure, Code: codeNotInTrash, Subject: id.String()}
}

// readCopies opens the first copy, all of one snapshot, that is not damaged. One that does not count for who signed it is damage.
func (r *Repo) readCopies(ctx context.Context, copies []copyInTrash) (m *snapshot.Manifest, name string, data []byte, err error) {
	m, name, data, err = r.openCopies(ctx, copies)
	if err == nil {
		err = r.snapshotCounts(ctx, m.ID, data)
	}
	if err != nil {
		return nil, "", nil, err
	}
	return m, name, data, nil
}

// openCopies is readCopies, whoever signed them.
func (r *Repo) openCopies(ctx context.Context, copies []copyInTrash) (m *snapshot.Manifest, name string, data []byte, err error) {
	if !r.CanRead() {
		return nil, "", nil, errWriteOnly()
	}
	var first error
	for _, c := range copies {
		data, err := storage.ReadAll(ctx, r.store, c.name, maxSnapshot)
		if err == nil {
			m, err = r.openSnapshot(c.id, data)
		}
		if err == nil {
			return m, c.name, data, nil
		}
		if err = damageOf(c.name, err); core.KindOf(err) != core.Damage {
			return nil, "", nil, err
		}
		first = errors.Join(first, err)
	}
	return nil, "", nil, first
}

// Expiring returns the snapshots that Expire would return, but for those in their place.
func (r *Repo) Expiring(ctx context.Context, before time.Time) ([]core.UUID, error) {
	all, err := r.Trash(ctx)
	if err != nil {
		return nil, err
	}
	pinned, err := r.Pinned(ctx)
	if err != nil {
		return nil, err
	}
	var out []core.UUID
	for _, t := range all {
		stays := func(c copyInTrash) bool { return c.time.IsZero() || !c.time.Before(before) }
		if !pinned[t.ID] && !slices.ContainsFunc(t.copies, stays) {
			out = append(out, t.ID)
		}
	}
	return out, nil
}

// Expire takes the copies out of the trash that the store got before that moment of its clock, and returns the snapshots of whom
// there is none left. Pinned ones stay, and those of which the store does not tell when it got them.
func (r *Repo) Expire(ctx context.Context, before time.Time) ([]core.UUID, error) {
	copies, err := r.listTrash(ctx)
	if err != nil {
		return nil, err
	}
	pinned, err := r.Pinned(ctx) // listed last: a pin that is set meanwhile counts
	if err != nil {
		return nil, err
	}
	left := map[core.UUID]int{}
	for _, c := range copies {
		left[c.id]++
	}
	var gone []core.UUID
	for _, c := range copies {
		if pinned[c.id] || c.time.IsZero() || !c.time.Before(before) {
			continue
		}
		if err := r.store.Delete(ctx, c.name); err != nil {
			return gone, err
		}
		if left[c.id]--; left[c.id] == 0 {
			gone = append(gone, c.id)
		}
	}
	return gone, nil
}
