package repo

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/parity"
	"backup_projeto/internal/storage"
)

// What holds for all devices and may be changed stands in "settings/<id>", certified by the admin key. Names are never written twice, so a
// change is a new object, with a greater id; the old ones are deleted after it. Where there are several the one with the greatest id holds.
const (
	settingsPrefix = "settings/"
	maxSettings    = 1 << 10 // bytes
)

func settingsName(id core.UUID) string { return settingsPrefix + id.String() }

// Parity returns how much of a new pack may be lost: 0 where nothing was set. Settings that cannot be read, or that nobody certified who
// may, are passed over, and returned as damage. It takes one request where nothing was ever set, else two.
func (r *Repo) Parity(ctx context.Context) (parity.Share, []Damaged, error) {
	s, _, damaged, err := r.settings(ctx)
	if s == nil {
		return 0, damaged, err
	}
	return parity.Share(s.Parity), damaged, err
}

// SetParity sets it. It needs the read key.
func (r *Repo) SetParity(ctx context.Context, share parity.Share) error {
	if !r.CanRead() {
		return errWriteOnly()
	}
	if !share.Valid() {
		return core.Errorf(core.Usage, "", settingsPrefix, "share of %d", share)
	}
	last, listed, _, err := r.settings(ctx)
	if err != nil {
		return err
	}
	now := time.Now()
	next := &keys.Settings{ID: crypto.NewTimeUUID(now), Created: now.UnixNano(), Parity: int(share)}
	if last != nil && next.ID.Compare(last.ID) <= 0 { // a clock that is behind
		next.ID = crypto.NewTimeUUID(timeOf(last.ID).Add(time.Millisecond))
	}
	next.Certify(r.ring)
	if err := r.store.Put(ctx, settingsName(next.ID), next.Encode()); err != nil {
		return err
	}
	for _, id := range listed {
		if err := r.store.Delete(ctx, settingsName(id)); err != nil && !storage.IsDenied(err) && !storage.IsLocked(err) {
			return err
		}
	}
	return nil
}

// timeOf returns the time in a UUID of version 7.
func timeOf(id core.UUID) time.Time {
	ms := int64(0)
	for _, b := range id[:6] {
		ms = ms<<8 | int64(b)
	}
	return time.UnixMilli(ms)
}

// settings returns those that hold, nil where there are none, and the ids of all that are listed, the greatest first.
func (r *Repo) settings(ctx context.Context) (s *keys.Settings, listed []core.UUID, damaged []Damaged, err error) {
	for range maxLists {
		if listed, err = r.listSettings(ctx); err != nil {
			return nil, nil, nil, err
		}
		var gone bool
		if s, gone, damaged, err = r.firstSettings(ctx, listed); err != nil || !gone {
			break
		}
	}
	return s, listed, damaged, err
}

func (r *Repo) listSettings(ctx context.Context) (out []core.UUID, err error) {
	for info, err := range r.store.List(ctx, settingsPrefix) {
		if err != nil {
			return nil, err
		}
		if id, err := core.ParseUUID(strings.TrimPrefix(info.Name, settingsPrefix)); err == nil {
			out = append(out, id)
		}
	}
	slices.SortFunc(out, func(a, b core.UUID) int { return b.Compare(a) })
	return out, nil
}

// firstSettings reads the first that are what they should be. gone says that some were changed since the listing.
func (r *Repo) firstSettings(ctx context.Context, listed []core.UUID) (s *keys.Settings, gone bool, damaged []Damaged, err error) {
	for _, id := range listed {
		name := settingsName(id)
		data, err := storage.ReadAll(ctx, r.store, name, maxSettings)
		if storage.IsNotFound(err) {
			gone = true
			continue
		}
		if err == nil {
			s, err = r.openSettings(id, data)
		}
		if err == nil {
			return s, gone, damaged, nil
		}
		if errors.Is(err, errForeign) {
			continue
		}
		if err = damageOf(name, err); core.KindOf(err) != core.Damage {
			return nil, false, nil, err
		}
		damaged = append(damaged, Damaged{name, err})
	}
	return nil, gone, damaged, nil
}

// errForeign says that settings are of a repository whose creation lost against this one's.
var errForeign = errors.New("another repository's settings")

func (r *Repo) openSettings(id core.UUID, data []byte) (*keys.Settings, error) {
	s, err := keys.DecodeSettings(data)
	if err != nil {
		return nil, err
	}
	was := *s
	was.Repo = r.header.ID
	switch {
	case s.ID != id:
		return nil, errMisplaced
	case s.Repo != r.header.ID && !was.Certified(r.ring.Admin):
		return nil, errForeign
	case s.Repo != r.header.ID, !s.Certified(r.ring.Admin):
		return nil, crypto.ErrOpen
	}
	return s, nil
}
