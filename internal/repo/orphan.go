package repo

import (
	"cmp"
	"context"
	"encoding/binary"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"backup_projeto/internal/chunk"
	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/storage"
)

// A configuration stands in the store once. What is in it can be had otherwise: the id from the slots, each of which opens and is certified under
// that id only; the sizes of chunks, which are constants of this format version; the moment of creation, which is that of the first slot; and
// the MAC, which is made with a secret that a slot holds. So nothing of what stands there is believed unless a MAC says that it is authentic,
// and a store that damages the configuration on purpose gets no other than the one that was there.

// maxIDs is how many repositories' slots are looked at in one place: one, and those of creations that lost against it.
const maxIDs = 16

// Orphan is a repository whose configuration is missing, or is not what was written.
type Orphan struct {
	store storage.Store
	why   error
	data  []byte // what stands there; nil where there is nothing, or too much
	ids   []core.UUID
}

// FindOrphan looks for slots, where why is an error of ReadHeader or Unlock that is about the configuration. It returns nil where it is not, and
// where there are no slots. An error is of the store.
func FindOrphan(ctx context.Context, s storage.Store, why error) (*Orphan, error) {
	switch core.CodeOf(why) {
	case codeConfigGone, codeConfigBad, codeKeysAlone, codeNewerFormat:
	default:
		return nil, nil
	}
	data, err := storage.ReadAll(ctx, s, configName, maxConfig)
	if err != nil && core.KindOf(damageOf(configName, err)) != core.Damage {
		return nil, err
	}
	ids, err := slotsOf(ctx, s)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	return &Orphan{s, why, data, ids}, nil
}

// slotsOf returns the ids of repositories that slots name, the one with the most slots first.
func slotsOf(ctx context.Context, s storage.Store) ([]core.UUID, error) {
	count := map[core.UUID]int{}
	read := 0
	for info, err := range s.List(ctx, slotPrefix) {
		if err != nil {
			return nil, err
		}
		id, err := core.ParseUUID(strings.TrimPrefix(info.Name, slotPrefix))
		if err != nil || read == maxSlots {
			continue
		}
		read++
		data, err := storage.ReadAll(ctx, s, info.Name, maxSlot)
		if err != nil && core.KindOf(damageOf(info.Name, err)) != core.Damage {
			return nil, err
		}
		if slot, err := keys.Decode(data); err == nil && slot.ID == id {
			count[slot.Repo]++
		}
	}
	ids := slices.SortedFunc(maps.Keys(count), func(a, b core.UUID) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), a.Compare(b))
	})
	return ids[:min(len(ids), maxIDs)], nil
}

// CheckSlots makes sure that the store has slots of the header's repository where it has any: an id that none has was not always that of the
// configuration. Then the kind is Damage, code "config-damaged".
func CheckSlots(ctx context.Context, s storage.Store, h *Header) error {
	ids, err := slotsOf(ctx, s)
	if err != nil || len(ids) == 0 || slices.Contains(ids, h.ID) {
		return err
	}
	return configDamage(errMisplaced)
}

// WasEnded reports whether there is an object by whose name a slot was revoked or removed. Nothing of it is read: it serves to tell why a key opens
// nothing.
func WasEnded(ctx context.Context, s storage.Store, slot core.UUID) (bool, error) {
	for info, err := range s.List(ctx, markPrefix) {
		if err != nil {
			return false, err
		}
		if id, _, ok := parsePair(revokedPrefix, info.Name); ok && strings.HasPrefix(info.Name, revokedPrefix) && id == slot {
			return true, nil
		}
	}
	return false, nil
}

// Headers returns a configuration for each repository that it may be, the most likely first. They are for Unlock, and nothing but the id counts.
func (o *Orphan) Headers() []*Header {
	var out []*Header
	for _, id := range o.ids {
		out = append(out, &Header{ID: id, Chunking: chunk.Default})
	}
	return out
}

// Unlock opens the repository of one of its headers as the functions Unlock and UnlockKept do, with a configuration that is made anew and not stored: PutBack
// stores it. Where one of a newer format stands there, which nothing proves to be a damaged one of this, the code is "newer-format".
func (o *Orphan) Unlock(ctx context.Context, h *Header, secret keys.Secret, opt Options) (*Repo, error) {
	ring, slot, err := unlock(ctx, o.store, h.ID, secret, func() error { return nil })
	if core.KindOf(err) == core.WrongKey || core.CodeOf(err) == codeSlotBad {
		if ring = keptSlot(opt.Cache, h.ID, secret); ring != nil {
			err = nil
		}
	}
	if err != nil {
		return nil, err
	}
	was := o.salvage(h.ID, ring.Writer)
	if was == nil && core.CodeOf(o.why) == codeNewerFormat {
		return nil, o.why
	}
	if was == nil {
		was = keptHeader(opt.Cache, h.ID, ring.Writer)
	}
	now := was
	if was == nil {
		now = &Header{ID: h.ID, Chunking: chunk.Default}
	}
	r, err := open(o.store, now, ring, opt)
	if err == nil {
		err = r.lookRevoked(ctx)
	}
	if err == nil && was == nil {
		err = r.dateHeader(ctx)
	}
	if err != nil {
		return nil, err
	}
	if slot != nil {
		r.keepCopies(slot)
	}
	return r, nil
}

// dateHeader says when the repository was made, as its slots say it, and those that ended: those of its creation have that very moment.
func (r *Repo) dateHeader(ctx context.Context) error {
	slots, _, err := r.Slots(ctx)
	if err != nil {
		return err
	}
	ended, err := r.Revoked(ctx)
	if err != nil {
		return err
	}
	for _, s := range slots {
		r.header.madeBy(s.Created)
	}
	for _, v := range ended {
		r.header.madeBy(v.Created)
	}
	r.header.mac = r.header.sum(r.ring.Writer)
	return nil
}

// madeBy notes that the repository was there at a moment; one that was admitted has none.
func (h *Header) madeBy(moment int64) {
	if moment > 0 && (h.Created == 0 || moment < h.Created) {
		h.Created = moment
	}
}

// createdAt is where the moment of creation stands in a configuration of which it takes 8 bytes, as it has since 1970-01-01 00:00:05.
const createdAt = 23

// salvage returns the configuration that stands there but for some bytes that were changed; nil where its MAC does not say so, with the id and the
// constants put right.
func (o *Orphan) salvage(id core.UUID, w crypto.WriterSecret) *Header {
	h := &Header{ID: id, Created: 1 << 60, Chunking: chunk.Default, mac: make([]byte, core.IDSize)}
	if len(o.data) != len(h.encode()) {
		return nil
	}
	h.Created = int64(binary.BigEndian.Uint64(o.data[createdAt:]))
	h.mac = slices.Clone(o.data[len(o.data)-core.IDSize:])
	if h.Created < 0 || !crypto.Equal(h.sum(w), h.mac) {
		return nil
	}
	return h
}

// keptHeader returns the configuration from this machine's cache where that is authentic; nil otherwise.
func keptHeader(cache string, id core.UUID, w crypto.WriterSecret) *Header {
	if cache == "" {
		return nil
	}
	data, err := os.ReadFile(filepath.Join(cache, id.String(), configName))
	if err != nil {
		return nil
	}
	h, err := decodeHeader(data)
	if err != nil || h.ID != id || !crypto.Equal(h.sum(w), h.mac) {
		return nil
	}
	return h
}
