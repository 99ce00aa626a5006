package repo

import (
	"context"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/storage"
)

// nascent is a repository that is being made.
type nascent struct {
	s     storage.Store
	h     *Header
	opt   Options
	names []string // what was stored for it, or may have been
}

func (n *nascent) put(ctx context.Context, name string, data []byte) error {
	n.names = append(n.names, name)
	return n.s.Put(ctx, name, data)
}

// putSlots stores a slot for each secret, and returns what the first, this device's, opens.
func (n *nascent) putSlots(ctx context.Context, all *keys.Keyring, label string, secrets ...keys.Secret) (own *keys.Slot, mine *keys.Keyring, err error) {
	for i, secret := range secrets {
		slot, ring, err := keys.New(all, secret, label, false, n.h.Created)
		if err == nil {
			err = n.put(ctx, slotName(slot.ID), slot.Encode())
		}
		if err != nil {
			return nil, nil, err
		}
		if i == 0 {
			own, mine = slot, ring
		}
	}
	return own, mine, nil
}

// putConfig stores the configuration. What stands there afterwards decides: an answer may be lost though the object was taken, and a store that cannot
// create conditionally may take two. Where another device was faster the code is storage.Exists, and nothing is left of this one.
func (n *nascent) putConfig(ctx context.Context) error {
	failed := storage.Create(ctx, n.s, configName, n.h.encode())
	now, err := readHeader(ctx, n.s)
	if failed != nil && !storage.IsExists(failed) && (err != nil || now.ID != n.h.ID) {
		if storage.IsDenied(failed) || core.CodeOf(failed) == storage.Full { // it surely will not come later, either
			n.undo(ctx)
		}
		return failed
	}
	if err != nil || now.ID == n.h.ID {
		return err
	}
	if err := checkHeader(ctx, n.s, now); err != nil { // it is not known whose it is
		return err
	}
	n.undo(ctx) // the other device's repository has no use for it, nor harm from it
	return storage.Errf(storage.Exists, configName, nil)
}

// undoTime is how long taking back what was stored may take, also when the creation was interrupted.
const undoTime = 10 * time.Second

// undo takes back what was stored for a repository that is not to be. Where that fails a part of it stays; then so does the device's key.
func (n *nascent) undo(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTime)
	defer cancel()
	var failed error
	for _, name := range n.names {
		if err := n.s.Delete(ctx, name); err != nil {
			failed = err
		}
	}
	if failed == nil && n.opt.Forget != nil {
		n.opt.Forget(n.h.ID)
	}
}
