package repo

import (
	"bytes"
	"context"
	"os"
	"path/filepath"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/storage"
)

// Of what opens the repository each machine keeps copies in its cache, in the form of the store: of the configuration and of its own slot, and who can read
// of all slots. They are authentic or of no use, and what they hold the store has, too.

// slotCopies is the folder of the cache with slots.
const slotCopies = "slots"

// keepCopies keeps the configuration and the slot that opened the repository.
func (r *Repo) keepCopies(own *keys.Slot) {
	r.keepCopy("", configName, r.header.encode())
	r.keepCopy(slotCopies, own.ID.String(), own.Encode())
}

// keepCopy writes a file of the cache unless it is right.
func (r *Repo) keepCopy(folder, name string, data []byte) {
	if !bytes.Equal(r.recallFile(folder, name), data) {
		r.keepFile(folder, name, data)
	}
}

// UnlockKept opens the repository with this machine's copy of the slot that a device's key names, which the store has no more, or not whole: so that a repair
// can put it back. Where there is no copy, or the key does not open it, the kind is WrongKey, code "no-slot"; where the slot was revoked, code
// "revoked".
func UnlockKept(ctx context.Context, s storage.Store, h *Header, secret keys.Secret, opt Options) (*Repo, error) {
	ring := keptSlot(opt.Cache, h.ID, secret)
	if ring == nil {
		return nil, &core.Error{Kind: core.WrongKey, Code: codeNoSlot}
	}
	if !crypto.Equal(h.sum(ring.Writer), h.mac) {
		return nil, configDamage(crypto.ErrOpen)
	}
	r, err := open(s, h, ring, opt)
	if err != nil {
		return nil, err
	}
	if err := r.lookRevoked(ctx); err != nil {
		_ = r.Close()
		return nil, err
	}
	return r, nil
}

// keptSlot opens the copy of the slot that a secret names; nil where there is none.
func keptSlot(cache string, repo core.UUID, secret keys.Secret) *keys.Keyring {
	if cache == "" || secret.Slot.IsZero() {
		return nil
	}
	data, err := os.ReadFile(filepath.Join(cache, repo.String(), slotCopies, secret.Slot.String()))
	if err != nil {
		return nil
	}
	slot, err := keys.Decode(data)
	if err != nil || slot.Repo != repo || slot.ID != secret.Slot {
		return nil
	}
	ring, err := slot.Open(secret)
	if err != nil {
		return nil
	}
	return ring
}

// judgeConfig returns why bytes are no configuration of this repository, or nil.
func (r *Repo) judgeConfig(data []byte) error {
	h, err := decodeHeader(data)
	switch {
	case err != nil:
		return err
	case h.ID != r.header.ID:
		return errMisplaced
	case !crypto.Equal(h.sum(r.ring.Writer), h.mac):
		return crypto.ErrOpen
	}
	return nil
}

// replace stores an object where there is none, or sets aside a copy of what stands there and is wrong, and overwrites it. false says that it was put
// right by somebody else, or cannot be replaced.
func (r *Repo) replace(ctx context.Context, name string, data []byte) (bool, error) {
	out, err := r.SetAside(ctx, name, false)
	switch {
	case err != nil || out == AsideLarge:
		return false, err
	case out == AsideNot: // it is right, or gone
		err = storage.Create(ctx, r.store, name, data)
	default:
		err = r.store.Put(ctx, name, data)
	}
	if storage.IsExists(err) {
		return false, nil
	}
	return err == nil, err
}

// putBackConfig stores the configuration where there is none, or sets aside what stands there and replaces it. false says that it was put right by
// somebody else, or cannot be replaced.
func (r *Repo) putBackConfig(ctx context.Context) (bool, error) {
	if done, err := r.replace(ctx, configName, r.header.encode()); err != nil || !done {
		return false, err
	}
	return true, checkHeader(ctx, r.store, r.header)
}

// copyOfSlot returns a slot that this machine has met and that nobody has revoked; nil of another. Whoever ends a slot stores a revocation before
// it deletes the slot, so a slot that is missing without one was lost.
func (r *Repo) copyOfSlot(ctx context.Context, id core.UUID) ([]byte, error) {
	if err := r.lookRevoked(ctx); err != nil || r.IsRevoked(id) {
		return nil, err
	}
	data := r.recallFile(slotCopies, id.String())
	if _, err := r.certified(id, data); err != nil {
		return nil, nil
	}
	return data, nil
}

// putBackSlot stores a slot anew that is missing or damaged. Who revokes it meanwhile has stored the revocation by the time that he deletes the slot, and
// may have deleted it before it came back: then it is deleted again, though it would open nothing.
func (r *Repo) putBackSlot(ctx context.Context, name string, data []byte) (bool, error) {
	if done, err := r.replace(ctx, name, data); err != nil || !done {
		return false, err
	}
	slot, err := keys.Decode(data)
	if err != nil {
		return false, damage(name, err)
	}
	if err := r.lookRevoked(ctx); err != nil {
		return false, err
	}
	if r.IsRevoked(slot.ID) {
		return false, r.store.Delete(ctx, name)
	}
	r.forgetSigner(slot.ID)
	bad, err := r.IsDamaged(ctx, name)
	return !bad, err
}

// forgetSigner lets a slot be looked for again that was not to be had.
func (r *Repo) forgetSigner(id core.UUID) {
	r.signers.mu.Lock()
	defer r.signers.mu.Unlock()
	if r.signers.slots[id] == nil {
		delete(r.signers.slots, id)
	}
}
