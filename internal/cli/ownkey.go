package cli

import (
	"context"

	"backup_projeto/internal/core"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/storage"
)

// keyGone says why a device's key, from a variable or this machine's own, opens nothing any more: its slot is not there.
func (s *session) keyGone(ctx context.Context, secret keys.Secret, origin string) (gone, err error) {
	ended, err := repo.WasEnded(ctx, s.store, secret.Slot)
	if err != nil && !storage.IsDenied(err) { // who may not list that was told to go away, most likely
		return nil, err
	}
	if ended || err != nil {
		return errKind(core.WrongKey, "key-ended", origin), nil
	}
	if secret.Slot == s.spoilt && s.orphan == nil {
		if r, err := repo.UnlockKept(ctx, s.store, s.header, secret, s.repoOptions()); err == nil {
			_ = r.Close()
			return errKind(core.Damage, "slot-missing", slotName(secret.Slot)), nil
		}
	}
	return errKind(core.WrongKey, "key-lost", origin), nil
}

// noteBroken remembers that a secret opened nothing because a slot is damaged. What names its slot and does not fit it can only be that.
func (s *session) noteBroken(secret keys.Secret, err error) {
	code := core.CodeOf(err)
	own := secret.Lock == keys.Device && !secret.Slot.IsZero()
	if own && shutOut(code) {
		s.spoilt = secret.Slot
	}
	switch {
	case code == "slot-damaged":
		s.broken = err
	case own && code == "wrong-key":
		s.broken = &core.Error{Kind: core.Damage, Code: "slot-damaged", Subject: slotName(secret.Slot), Err: err}
	}
}

// shutOut reports whether a code says that a device's key does not open the slot that it names.
func shutOut(code core.Code) bool {
	return code == "slot-damaged" || code == "wrong-key" || code == "no-slot"
}

// slotName is the name of a key's slot in the store.
func slotName(id core.UUID) string { return "keys/" + id.String() }

// opened is what follows when another secret opened the repository than the key that this machine has. A key of its own whose slot is damaged, or can be
// put back, stays: a repair sees to it, and until then this machine gets no other.
func (s *session) opened(ctx context.Context, join bool) {
	if !s.spoilt.IsZero() {
		name := slotName(s.spoilt)
		bad, err := s.repo.IsDamaged(ctx, name)
		if err == nil && !bad {
			bad, err = s.repo.HasCopy(ctx, name)
		}
		if err == nil && bad {
			s.warn(f(s.text.Keys.SlotDamaged, name, s.typeThis("repair")))
			return
		}
	}
	if join {
		s.joinMachine(ctx)
	}
}

// joinMachine gives this machine a key of its own, so that it is not asked again. That it cannot have one is no reason to fail.
func (s *session) joinMachine(ctx context.Context) {
	if s.cfg.DryRun || s.scratch != "" || !s.repo.CanRead() || s.own {
		return
	}
	key := keys.NewDeviceKey(s.header.ID)
	path, err := s.keepDevice(key)
	if err == nil {
		if _, err = s.repo.AddSlot(ctx, key.Secret(), hostname(), false); err != nil {
			s.forgetDevice(s.header.ID)
		}
	}
	if err != nil {
		s.warn(f(s.text.Keys.NotJoined, s.reason(err)))
		return
	}
	s.tell(f(s.text.Keys.Joined, s.tilde(path)))
	s.object(jsonJoined{"joined", s.header.ID.String(), path})
}

// jsonJoined is the object that says that this machine got a key of its own.
type jsonJoined struct {
	Type       string `json:"type"`
	Repository string `json:"repository"`
	DeviceKey  string `json:"device_key"` // the file
}
