package repo

import (
	"context"
	"os"
	"path/filepath"
	"slices"

	"backup_projeto/internal/core"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/storage"
)

// Finish ends the making of a repository that this machine began and that was cut off, where why is the error that only keys are there: it has the id, the
// slots and the configuration that it would have had. key returns this machine's key of a repository, or nil. Where this machine has no such key, or
// knows by its cache that the repository was whole once, it returns nil: then all that it held is lost, which is for a repair to tell. passphrase, label
// and opt are those of Create.
func Finish(ctx context.Context, s storage.Store, why error, key func(core.UUID) *keys.DeviceKey, passphrase, label string, opt Options) (*Created, error) {
	if core.CodeOf(why) != codeKeysAlone {
		return nil, nil
	}
	o, err := FindOrphan(ctx, s, why)
	if err != nil || o == nil {
		return nil, err
	}
	for _, h := range o.Headers() {
		k := key(h.ID)
		if k == nil || wasWhole(opt.Cache, h.ID) {
			continue
		}
		bare := opt
		bare.Cache = "" // which shall not say that it was whole
		r, err := o.Unlock(ctx, h, k.Secret(), bare)
		if core.KindOf(err) == core.WrongKey || core.CodeOf(err) == codeSlotBad {
			continue
		}
		if err != nil {
			return nil, err
		}
		c := &Created{Device: k}
		c.Code, err = r.finish(ctx, passphrase, label)
		if err == nil {
			err = r.Close()
		}
		if err != nil {
			return nil, err
		}
		if h, err = ReadHeader(ctx, s); err == nil {
			c.Repo, err = Unlock(ctx, s, h, k.Secret(), opt)
		}
		return c, err
	}
	return nil, nil
}

// wasWhole reports whether this machine has seen a configuration of a repository.
func wasWhole(cache string, id core.UUID) bool {
	if cache == "" {
		return false
	}
	_, err := os.Stat(filepath.Join(cache, id.String(), configName))
	return err == nil
}

// finish stores what is missing of what a creation stores, and returns the recovery code, if there is one.
func (r *Repo) finish(ctx context.Context, passphrase, label string) (code []byte, err error) {
	slots, _, err := r.Slots(ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(slots, func(s *keys.Slot) bool { return s.Lock != keys.Device })
	switch {
	case i >= 0 && slots[i].Lock == keys.Recovery:
		if code, err = slots[i].Code(r.ring); err != nil {
			return nil, damage(slotName(slots[i].ID), err)
		}
	case i < 0:
		second := keys.Secret{Lock: keys.Passphrase, Value: []byte(passphrase)}
		if passphrase == "" {
			code = keys.NewCode()
			second = keys.Secret{Lock: keys.Recovery, Value: code}
		}
		if _, err := r.AddSlot(ctx, second, label, false); err != nil {
			return nil, err
		}
	}
	if name, err := firstOf(ctx, r.store, settingsPrefix, isUUID); err != nil {
		return nil, err
	} else if name == "" && r.opt.Parity > 0 {
		if err := r.SetParity(ctx, r.opt.Parity); err != nil {
			return nil, err
		}
	}
	_, err = r.putBackConfig(ctx)
	return code, err
}
