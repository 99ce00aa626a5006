package repo

import (
	"context"
	"errors"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/storage"
)

// IsDisowned reports whether damage is of an object that is void (see IsVoid) since its device was revoked before it was saved.
func IsDisowned(err error) bool {
	return core.KindOf(err) == core.Damage && core.CodeOf(err) == codeDisowned
}

// VoidSince returns, of the damage of a void object, when the store got the first revocation of its device; zero where it does not tell, or where
// no revocation made it void.
func (r *Repo) VoidSince(err error) time.Time {
	var by *signedBy
	if !IsDisowned(err) || !errors.As(err, &by) {
		return time.Time{}
	}
	return r.revokedSince(by.slot)
}

// DeleteVoid deletes those of the snapshots from their places that are void, and returns how many that were. Whatever made the caller think so,
// revocations are listed anew, and each snapshot is read from the store and judged again: one that counts now, that cannot be read, whose
// device is not known, that the store got before the device was revoked, or of which may says no, stays. may is asked with the damage that
// IsVoid is about. One that the store keeps locked stays too.
func (r *Repo) DeleteVoid(ctx context.Context, ids []core.UUID, may func(error) bool) (deleted int64, err error) {
	if len(ids) == 0 {
		return 0, nil
	}
	if !r.CanRead() {
		return 0, errWriteOnly()
	}
	if err := r.lookRevoked(ctx); err != nil {
		return 0, err
	}
	for _, id := range ids {
		if void, err := r.isVoid(ctx, id, may); err != nil {
			return deleted, err
		} else if !void {
			continue
		}
		switch err := r.store.Delete(ctx, snapshotName(id)); {
		case storage.IsLocked(err):
			continue
		case err != nil:
			return deleted, err
		}
		r.ForgetSnapshot(id)
		deleted++
	}
	return deleted, nil
}

// isVoid reads a snapshot from the store, and reports whether it is void and may be deleted.
func (r *Repo) isVoid(ctx context.Context, id core.UUID, may func(error) bool) (bool, error) {
	data, err := storage.ReadAll(ctx, r.store, snapshotName(id), maxSnapshot)
	if err == nil {
		_, err = r.openSnapshot(id, data)
	}
	if err != nil {
		if core.KindOf(damageOf(snapshotName(id), err)) == core.Damage { // gone, or to be repaired
			return false, nil
		}
		return false, err
	}
	err = r.counts(ctx, snapshotName(id), data)
	if !IsVoid(err) {
		if core.KindOf(err) == core.Damage { // of an unknown device
			err = nil
		}
		return false, err
	}
	if !may(err) {
		return false, nil
	}
	// What was there before its device was revoked is named by a revocation, so one is missing.
	info, e := r.store.Stat(ctx, snapshotName(id))
	since := r.VoidSince(err)
	return e == nil && (since.IsZero() || info.ModTime.IsZero() || !info.ModTime.Before(since)), ignoreAbsent(e)
}
