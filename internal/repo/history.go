package repo

import (
	"context"
	"os"
	"slices"
	"strings"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/parallel"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/storage"
)

// Stored is a snapshot with what others than its device say of it.
type Stored struct {
	*snapshot.Manifest
	// Signer is the public half of the key that signed it. It tells devices apart whatever a snapshot says of itself: two of one signer
	// were written by one slot, and no other slot could have.
	Signer core.ID
	// Time is when the store got it, by the store's clock; zero where it does not tell.
	Time time.Time
}

// History reads all snapshots, oldest first. Those that cannot be read, and those that do not count for who signed them, are returned as
// damage: see IsVoid and IsUnknown.
func (r *Repo) History(ctx context.Context) ([]*Stored, []Damaged, error) {
	if !r.CanRead() {
		return nil, nil, errWriteOnly()
	}
	if err := r.lookRevoked(ctx); err != nil {
		return nil, nil, err
	}
	var infos []storage.Info
	for info, err := range r.store.List(ctx, snapshotPrefix) {
		if err != nil {
			return nil, nil, err
		}
		infos = append(infos, info)
	}
	var damaged damageList
	all, err := gather(ctx, len(infos), func(ctx context.Context, i int) (*Stored, error) {
		id, err := core.ParseUUID(strings.TrimPrefix(infos[i].Name, snapshotPrefix))
		if err != nil {
			return nil, nil // no snapshot's name
		}
		s, err := r.stored(ctx, id, infos[i])
		if err == nil || storage.IsNotFound(err) { // dropped since the listing
			return s, nil
		}
		return nil, damaged.add(infos[i].Name, damageOf(infos[i].Name, err))
	})
	slices.SortFunc(all, func(a, b *Stored) int { return a.ID.Compare(b.ID) })
	return all, damaged.sorted(), err
}

// stored reads one snapshot and sees who signed it.
func (r *Repo) stored(ctx context.Context, id core.UUID, info storage.Info) (*Stored, error) {
	m, data, err := r.sealedSnapshot(ctx, id)
	if err != nil {
		return nil, err
	}
	s := &Stored{m, verifierOf(data), info.ModTime}
	if err := r.counts(ctx, info.Name, data); err != nil {
		return nil, err
	}
	if s.Time.IsZero() { // not every listing tells
		if info, err = r.store.Stat(ctx, info.Name); err != nil {
			return nil, err
		}
		s.Time = info.ModTime
	}
	return s, nil
}

// verifierOf returns the verifier of an object whose head signed has checked.
func verifierOf(data []byte) core.ID { return core.ID(data[24 : 24+crypto.VerifierSize]) }

// sealedSnapshot is Snapshot, with the object's bytes.
func (r *Repo) sealedSnapshot(ctx context.Context, id core.UUID) (*snapshot.Manifest, []byte, error) {
	if r.dir != "" {
		if data, err := os.ReadFile(r.cachedSnapshot(id)); err == nil {
			if m, err := r.openSnapshot(id, data); err == nil {
				return m, data, nil
			}
		}
	}
	data, err := storage.ReadAll(ctx, r.store, snapshotName(id), maxSnapshot)
	if err != nil {
		return nil, nil, err
	}
	m, err := r.openSnapshot(id, data)
	if err != nil {
		return nil, nil, err
	}
	r.cacheSnapshot(id, data)
	return m, data, nil
}

// Live reads every snapshot whose content must be kept: those in their place and those in the trash, each once, oldest first. What cannot
// be read is returned as damage: then it is not known what it needs. Of what is void (see IsVoid) nothing must be kept; it is returned as
// damage, too. A snapshot of a device of which there is no key is kept: the key may have been lost.
func (r *Repo) Live(ctx context.Context) ([]*snapshot.Manifest, []Damaged, error) {
	all, _, damaged, err := r.LiveAndTrash(ctx)
	return all, damaged, err
}

// LiveAndTrash is Live, and says which of the snapshots are in the trash, those dropped last first.
func (r *Repo) LiveAndTrash(ctx context.Context) ([]*snapshot.Manifest, []Trashed, []Damaged, error) {
	if !r.CanRead() {
		return nil, nil, nil, errWriteOnly()
	}
	if err := r.lookRevoked(ctx); err != nil {
		return nil, nil, nil, err
	}
	ids, err := r.SnapshotIDs(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	copies, err := r.listTrash(ctx) // listed last: what is dropped meanwhile is seen here
	if err != nil {
		return nil, nil, nil, err
	}
	dropped := trashed(copies, ids)
	trash := map[core.UUID][]copyInTrash{}
	for _, c := range copies {
		trash[c.id] = append(trash[c.id], c)
	}
	for id := range trash {
		if i, found := slices.BinarySearchFunc(ids, id, core.UUID.Compare); !found {
			ids = slices.Insert(ids, i, id)
		}
	}
	var damaged damageList
	all, err := gather(ctx, len(ids), func(ctx context.Context, i int) (*snapshot.Manifest, error) {
		copies, name := trash[ids[i]], snapshotName(ids[i])
		m, err := r.liveSnapshot(ctx, ids[i], copies)
		if err == nil {
			return m, nil
		}
		if len(copies) > 0 {
			name = copies[0].name
		}
		return nil, damaged.add(name, err)
	})
	return all, dropped, damaged.sorted(), err
}

// IsLive asks after one snapshot: it is in its place or in the trash.
func (r *Repo) IsLive(ctx context.Context, id core.UUID) (bool, error) {
	_, err := r.store.Stat(ctx, snapshotName(id))
	if err == nil || !storage.IsNotFound(err) {
		return err == nil, err
	}
	copies, err := r.listTrash(ctx) // looked at last, as in Live
	return slices.ContainsFunc(copies, func(c copyInTrash) bool { return c.id == id }), err
}

// gather calls fn for each number below n, several at once, and returns what it gave in their order, without what is nil.
func gather[T any](ctx context.Context, n int, fn func(ctx context.Context, i int) (*T, error)) ([]*T, error) {
	all := make([]*T, n)
	err := parallel.For(ctx, readers, n, func(ctx context.Context, i int) (err error) {
		all[i], err = fn(ctx, i)
		return err
	})
	return slices.DeleteFunc(all, func(v *T) bool { return v == nil }), err
}

// liveSnapshot reads a snapshot from wherever it is: its place, a local copy, the trash.
func (r *Repo) liveSnapshot(ctx context.Context, id core.UUID, copies []copyInTrash) (*snapshot.Manifest, error) {
	m, data, err := r.sealedSnapshot(ctx, id)
	if err = damageOf(snapshotName(id), err); core.KindOf(err) == core.Damage && len(copies) > 0 {
		m, _, data, err = r.openCopies(ctx, copies)
	}
	if err == nil {
		err = r.counts(ctx, snapshotName(id), data)
	}
	if IsUnknown(err) {
		err = nil
	}
	return m, err
}
