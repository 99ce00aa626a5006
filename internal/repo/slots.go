package repo

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/storage"
)

const (
	slotPrefix = "keys/"
	maxSlot    = 16 << 10 // bytes
	maxSlots   = 10_000
)

func slotName(id core.UUID) string { return slotPrefix + id.String() }

// Unlock opens the repository of a header. A secret that opens no slot gives kind WrongKey: code "wrong-key", or "no-slot" where
// no slot has that kind of lock at all (for a device's key: its slot was removed).
// Where it opens none and some are damaged the kind is Damage, code "slot-damaged"; a device's key whose slot was changed in its sealed part cannot
// be told from a wrong one.
func Unlock(ctx context.Context, s storage.Store, h *Header, secret keys.Secret, opt Options) (*Repo, error) {
	ring, slot, err := unlock(ctx, s, h.ID, secret, func() error { return checkHeader(ctx, s, h) })
	if err != nil {
		return nil, err
	}
	if !crypto.Equal(h.sum(ring.Writer), h.mac) {
		return nil, configDamage(crypto.ErrOpen)
	}
	r, err := open(s, h, ring, opt)
	if err == nil {
		r.keepCopies(slot)
	}
	return r, err
}

// unlock opens a slot. One that was changed on its way opens with nothing, as with a wrong key: only what reads the same twice says that a
// key is wrong. same makes sure that the id was not changed on its way.
func unlock(ctx context.Context, s storage.Store, repo core.UUID, secret keys.Secret, same func() error) (*keys.Keyring, *keys.Slot, error) {
	slots, damaged, err := candidates(ctx, s, repo, secret)
	if err != nil {
		return nil, nil, err
	}
	ring, slot, wrong := openSlots(slots, secret, damaged)
	if core.KindOf(wrong) != core.WrongKey {
		return ring, slot, wrong
	}
	if err := same(); err != nil {
		return nil, nil, err
	}
	again, damaged, err := candidates(ctx, s, repo, secret)
	if err != nil {
		return nil, nil, err
	}
	again = slices.DeleteFunc(again, func(x *keys.Slot) bool {
		return slices.ContainsFunc(slots, func(y *keys.Slot) bool { return bytes.Equal(x.Encode(), y.Encode()) })
	})
	if ring, slot, err := openSlots(again, secret, damaged); core.KindOf(err) != core.WrongKey {
		return ring, slot, err
	}
	return nil, nil, wrong
}

// candidates reads the slots that a secret may open: its own where it names one, else all. What is damaged of them comes beside.
func candidates(ctx context.Context, s storage.Store, repo core.UUID, secret keys.Secret) ([]*keys.Slot, []Damaged, error) {
	if secret.Slot.IsZero() {
		return readSlots(ctx, s, repo, nil)
	}
	slot, err := readSlot(ctx, s, repo, secret.Slot)
	if storage.IsNotFound(err) {
		return nil, nil, &core.Error{Kind: core.WrongKey, Code: codeNoSlot, Err: err}
	}
	if err != nil {
		return nil, nil, slotDamage(secret.Slot, err)
	}
	return []*keys.Slot{slot}, nil, nil
}

// slotDamage is an error of reading a slot; where that is damage it has code "slot-damaged".
func slotDamage(id core.UUID, err error) error {
	name := slotName(id)
	if err = damageOf(name, err); core.KindOf(err) == core.Damage {
		err = &core.Error{Kind: core.Damage, Code: codeSlotBad, Subject: name, Err: err}
	}
	return err
}

// openSlots tries the slots of the secret's lock. Where none opens and some could not be read, that is what is reported.
func openSlots(slots []*keys.Slot, secret keys.Secret, damaged []Damaged) (*keys.Keyring, *keys.Slot, error) {
	code := codeNoSlot
	for _, slot := range slots {
		if slot.Lock != secret.Lock {
			continue
		}
		code = codeWrongKey
		ring, err := slot.Open(secret)
		switch {
		case err == nil:
			return ring, slot, nil
		case !errors.Is(err, keys.ErrNoMatch):
			damaged = append(damaged, Damaged{slotName(slot.ID), err})
		}
	}
	if len(damaged) > 0 {
		return nil, nil, &core.Error{Kind: core.Damage, Code: codeSlotBad, Subject: damaged[0].Object, Err: damaged[0].Err}
	}
	return nil, nil, &core.Error{Kind: core.WrongKey, Code: code}
}

func readSlot(ctx context.Context, s storage.Store, repo, id core.UUID) (*keys.Slot, error) {
	data, err := storage.ReadAll(ctx, s, slotName(id), maxSlot)
	if err != nil {
		return nil, err
	}
	slot, err := keys.Decode(data)
	if err == nil && (slot.ID != id || slot.Repo != repo) {
		err = errMisplaced
	}
	return slot, err
}

// errMisplaced says that an object stands under another's name, or in another repository.
var errMisplaced = errors.New("the object belongs elsewhere")

// readSlots reads all slots, oldest first; nothing in them is authentic yet. admin verifies their certificates, where it is known.
func readSlots(ctx context.Context, s storage.Store, repo core.UUID, admin []byte) (slots []*keys.Slot, damaged []Damaged, err error) {
	var ids []core.UUID
	for info, err := range storage.Distinct(s).List(ctx, slotPrefix) {
		if err != nil {
			return nil, nil, err
		}
		if id, err := core.ParseUUID(strings.TrimPrefix(info.Name, slotPrefix)); err == nil && len(ids) < maxSlots {
			ids = append(ids, id)
		}
	}
	for _, id := range ids {
		switch slot, err := readSlot(ctx, s, repo, id); {
		case err == nil:
			slots = append(slots, slot)
		case errors.Is(err, errMisplaced) && slot != nil && slot.Repo != repo && !wasOf(slot, repo, admin): // a creation that lost against another
		case storage.IsNotFound(err): // removed since the listing
		case core.KindOf(damageOf(slotName(id), err)) == core.Damage:
			damaged = append(damaged, Damaged{slotName(id), err})
		default:
			return nil, nil, err
		}
	}
	slices.SortFunc(slots, func(a, b *keys.Slot) int { return byTime(a.Created, b.Created, a.ID, b.ID) })
	return slots, damaged, nil
}

// wasOf reports whether a slot that says it is of another repository is of this one, and was changed.
func wasOf(slot *keys.Slot, repo core.UUID, admin []byte) bool {
	was := *slot
	was.Repo = repo
	return admin != nil && was.Certified(admin)
}

// byTime orders what was created at times a and b, and at one time by id.
func byTime(a, b int64, x, y core.UUID) int {
	return cmp.Or(cmp.Compare(a, b), x.Compare(y))
}

// Slots reads all key slots that are not revoked, oldest first. Those that the admin key did not certify are left out and returned as
// damage, as are revocations that cannot be read.
func (r *Repo) Slots(ctx context.Context) (slots []*keys.Slot, damaged []Damaged, err error) {
	if err := r.lookRevoked(ctx); err != nil {
		return nil, nil, err
	}
	all, damaged, err := readSlots(ctx, r.store, r.header.ID, r.ring.Admin)
	r.signers.mu.Lock()
	defer r.signers.mu.Unlock()
	damaged = append(damaged, r.signers.damaged...)
	for _, s := range all {
		switch {
		case !s.Certified(r.ring.Admin):
			damaged = append(damaged, Damaged{slotName(s.ID), crypto.ErrOpen})
		case r.signers.revoked[s.ID] == nil: // who has a copy of a revoked one could put it back
			slots = append(slots, s)
			if r.CanRead() { // who can read can put it back
				r.keepCopy(slotCopies, s.ID.String(), s.Encode())
			}
		}
	}
	return slots, damaged, err
}

// AddSlot adds a slot; it needs the read key.
func (r *Repo) AddSlot(ctx context.Context, secret keys.Secret, label string, writeOnly bool) (*keys.Slot, error) {
	if !r.CanRead() {
		return nil, errWriteOnly()
	}
	slot, _, err := keys.New(r.ring, secret, label, writeOnly, time.Now().UnixNano())
	if err != nil {
		return nil, err
	}
	data := slot.Encode()
	if err := r.store.Put(ctx, slotName(slot.ID), data); err != nil {
		return slot, err
	}
	r.keepFile(slotCopies, slot.ID.String(), data)
	return slot, nil
}

func errWriteOnly() error { return &core.Error{Kind: core.WrongKey, Code: codeWriteOnly} }
