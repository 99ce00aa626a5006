package repo

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/storage"
)

// revokedPrefix begins the names of revocations: "gc/revoked.<slot id>.<revocation id>". A slot may have several, of devices that revoked it
// at once, or of one who first gave it up and then learned that it was stolen.
const revokedPrefix = markPrefix + "revoked."

// Revoked is a slot that was revoked.
type Revoked struct {
	*keys.Revocation
	Time time.Time // when the store got the revocation, by its clock; zero where it does not tell
	// Admitted says that nobody revoked it: see Admit. Of the slot nothing is known but its id.
	Admitted bool
}

// lookRevoked lists gc/ for revocations. Where the slot that opened the repository is revoked the kind is WrongKey, code "revoked".
func (r *Repo) lookRevoked(ctx context.Context) error {
	var infos []storage.Info
	for info, err := range r.store.List(ctx, markPrefix) {
		if err != nil {
			return err
		}
		infos = append(infos, info)
	}
	return r.learnRevoked(ctx, infos)
}

// ensureRevoked is lookRevoked, unless it was done before.
func (r *Repo) ensureRevoked(ctx context.Context) error {
	r.signers.mu.Lock()
	looked := r.signers.looked
	r.signers.mu.Unlock()
	if looked {
		return nil
	}
	return r.lookRevoked(ctx)
}

// learnRevoked takes the revocations from a listing of gc/, and those of the local cache.
func (r *Repo) learnRevoked(ctx context.Context, infos []storage.Info) error {
	r.signers.mu.Lock()
	defer r.signers.mu.Unlock()
	for _, s := range r.signers.revoked {
		s.since = time.Time{} // this listing tells
	}
	for _, info := range infos {
		slot, _, ok := parsePair(revokedPrefix, info.Name)
		if !ok || !strings.HasPrefix(info.Name, revokedPrefix) {
			continue
		}
		if r.signers.records[info.Name] == nil {
			if err := r.readRevocation(ctx, slot, info); err != nil {
				return err
			}
		}
		if s := r.signers.revoked[slot]; s != nil && r.signers.records[info.Name] != nil && (s.since.IsZero() || info.ModTime.Before(s.since)) {
			s.since = info.ModTime
		}
	}
	if !r.signers.looked && r.dir != "" {
		entries, _ := os.ReadDir(filepath.Join(r.dir, "revoked"))
		for _, e := range entries {
			name := revokedPrefix + e.Name()
			slot, _, ok := parsePair(revokedPrefix, name)
			if ok && r.signers.records[name] == nil {
				if v, err := r.openRevocation(slot, r.recallFile("revoked", e.Name())); err == nil {
					r.addRevocation(name, v)
				}
			}
		}
	}
	r.signers.looked = true
	if r.signers.revoked[r.ring.Slot] != nil {
		return &core.Error{Kind: core.WrongKey, Code: codeRevoked, Subject: r.ring.Slot.String()}
	}
	return nil
}

// readRevocation reads one that is listed. The caller holds the signers' mu.
func (r *Repo) readRevocation(ctx context.Context, slot core.UUID, info storage.Info) error {
	file := strings.TrimPrefix(info.Name, revokedPrefix)
	v, err := r.openRevocation(slot, r.recallFile("revoked", file))
	if err != nil {
		var data []byte
		data, err = storage.ReadAll(ctx, r.store, info.Name, core.MaxObject)
		if storage.IsNotFound(err) {
			return nil
		}
		if err == nil {
			if v, err = r.openRevocation(slot, data); err == nil {
				r.keepFile("revoked", file, data)
			}
		}
	}
	if err == nil {
		r.addRevocation(info.Name, v)
		return nil
	}
	if err = damageOf(info.Name, err); core.KindOf(err) != core.Damage {
		return err
	}
	if !slices.ContainsFunc(r.signers.damaged, func(d Damaged) bool { return d.Object == info.Name }) {
		r.signers.damaged = append(r.signers.damaged, Damaged{info.Name, err})
	}
	return nil
}

func (r *Repo) openRevocation(slot core.UUID, data []byte) (*keys.Revocation, error) {
	v, err := keys.DecodeRevocation(data)
	switch {
	case err != nil:
		return nil, err
	case v.Slot != slot || v.Repo != r.header.ID:
		return nil, errMisplaced
	case !v.Certified(r.ring.Admin):
		return nil, crypto.ErrOpen
	}
	return v, nil
}

// addRevocation makes one hold. The caller holds the signers' mu.
func (r *Repo) addRevocation(name string, v *keys.Revocation) {
	if r.signers.revoked == nil {
		r.signers.revoked, r.signers.records = map[core.UUID]*revokedSlot{}, map[string]*keys.Revocation{}
	}
	s := r.signers.revoked[v.Slot]
	if s == nil {
		s = &revokedSlot{}
		r.signers.revoked[v.Slot] = s
	}
	r.signers.records[name] = v
	s.all = append(s.all, v)
}

// Revoked returns the slots that were revoked, the earliest first.
func (r *Repo) Revoked(ctx context.Context) ([]Revoked, error) {
	if err := r.lookRevoked(ctx); err != nil {
		return nil, err
	}
	r.signers.mu.Lock()
	defer r.signers.mu.Unlock()
	var out []Revoked
	for _, s := range r.signers.revoked {
		out = append(out, s.told())
	}
	slices.SortFunc(out, func(a, b Revoked) int { return byTime(a.Revocation.Revoked, b.Revocation.Revoked, a.Slot, b.Slot) })
	return out, nil
}

// ended returns what is known of a slot that is revoked, as it stands now; nil of another.
func (r *Repo) ended(slot core.UUID) *revokedSlot {
	r.signers.mu.Lock()
	defer r.signers.mu.Unlock()
	s := r.signers.revoked[slot]
	if s == nil {
		return nil
	}
	now := *s // more revocations may come while it is read
	return &now
}

// IsRevoked reports whether a slot is known to be revoked.
func (r *Repo) IsRevoked(slot core.UUID) bool { return r.ended(slot) != nil }

// IsAdmitted reports whether a slot is known to be lost and its device admitted, and nobody has revoked it.
func (r *Repo) IsAdmitted(slot core.UUID) bool {
	s := r.ended(slot)
	return s != nil && s.admitted()
}

// told returns what is to be told of a slot: by who knew it, where somebody did.
func (s *revokedSlot) told() Revoked {
	i := slices.IndexFunc(s.all, func(v *keys.Revocation) bool { return !v.Admission() })
	return Revoked{s.all[max(i, 0)], s.since, i < 0}
}

// revokedSince returns when the store got the first revocation of a slot; zero where it does not tell.
func (r *Repo) revokedSince(slot core.UUID) time.Time {
	if s := r.ended(slot); s != nil {
		return s.since
	}
	return time.Time{}
}

// trustID stands for all revocations that hold: what was made while others did is to be made anew.
func (r *Repo) trustID() core.ID {
	r.signers.mu.Lock()
	defer r.signers.mu.Unlock()
	names := slices.Sorted(maps.Keys(r.signers.records))
	return crypto.Hash([]byte(strings.Join(names, "\n")))
}

// RevokeSlots ends slots. From then on nothing counts that they sign, but for what the store has of them now. Where stolen is false they
// were only given up, and what they said of packs is believed as before. An id that is no slot's is passed over; of one that is revoked
// already the slot is deleted. Where no slot that can read would stay the kind is Usage, code "last-key".
func (r *Repo) RevokeSlots(ctx context.Context, ids []core.UUID, stolen bool) error {
	if !r.CanRead() {
		return errWriteOnly()
	}
	all, _, err := r.Slots(ctx)
	if err != nil || len(ids) == 0 {
		return err
	}
	var ends []*keys.Slot
	stays := false
	for _, s := range all {
		if slices.Contains(ids, s.ID) {
			ends = append(ends, s)
		} else {
			stays = stays || !s.WriteOnly
		}
	}
	for _, id := range append(ids[:len(ids):len(ids)], r.ring.Slot) { // a listing may miss it, or it may have arrived changed
		if r.IsRevoked(id) || slices.ContainsFunc(all, func(s *keys.Slot) bool { return s.ID == id }) {
			continue
		}
		s, lost, err := r.findSlot(ctx, id)
		switch {
		case err != nil:
			return err
		case !slices.Contains(ids, id):
			stays = stays || s != nil
		case s != nil:
			ends = append(ends, s)
		case lost != nil:
			ends = append(ends, lost)
		}
	}
	if !stays {
		return &core.Error{Kind: core.Usage, Code: codeLastKey, Subject: ids[0].String()}
	}
	if err := r.revoke(ctx, ends, !stolen); err != nil {
		return err
	}
	for _, id := range ids { // also what an earlier call, that was cut off, or somebody who put it back, left
		if r.IsRevoked(id) {
			if err := r.store.Delete(ctx, slotName(id)); err != nil {
				return err
			}
		}
	}
	return nil
}

// findSlot reads a slot by its name. One that the store has no more, or not whole, is returned as lost where this machine has met it: who has its key
// may have spoilt it, lest it be revoked. Both are nil where there is none.
func (r *Repo) findSlot(ctx context.Context, id core.UUID) (stored, lost *keys.Slot, err error) {
	data, err := storage.ReadAll(ctx, r.store, slotName(id), maxSlot)
	if err == nil {
		stored, err = r.certified(id, data)
	}
	absent := storage.IsNotFound(err)
	err = damageOf(slotName(id), err)
	if core.KindOf(err) != core.Damage {
		return stored, nil, err
	}
	if met, e := r.certified(id, r.recallFile("slots", id.String())); e == nil {
		return nil, met, nil
	}
	if absent {
		return nil, nil, nil
	}
	return nil, nil, err
}

// LostSlots returns the slots that this machine has met, that nobody has revoked, and that the store has no more, or not whole. They open nothing;
// but what is signed with them counts here, until they are revoked.
func (r *Repo) LostSlots(ctx context.Context) (lost []*keys.Slot, err error) {
	if err := r.ensureRevoked(ctx); err != nil || r.dir == "" {
		return nil, err
	}
	entries, _ := os.ReadDir(filepath.Join(r.dir, "slots")) // without them none was met
	for _, e := range entries {
		id, err := core.ParseUUID(e.Name())
		if err != nil || r.IsRevoked(id) {
			continue
		}
		_, gone, err := r.findSlot(ctx, id)
		if err != nil && core.KindOf(err) != core.Damage { // damaged here and there, it counts nowhere
			return nil, err
		}
		if gone != nil {
			lost = append(lost, gone)
		}
	}
	return lost, nil
}

// Admit lets what the store has of a device count of which there is no key, since its slot was lost: it is as if it had been revoked now,
// as stolen. Where all of it counts already, as after an earlier call whose answer was lost, nothing is done. Where nothing is there that it signed,
// or all of it is signed by several keys, the kind is Usage, code "no-signer".
func (r *Repo) Admit(ctx context.Context, id core.UUID) error {
	if !r.CanRead() {
		return errWriteOnly()
	}
	if err := r.lookRevoked(ctx); err != nil {
		return err
	}
	s, err := r.slot(ctx, id)
	if err != nil {
		return err
	}
	c := r.newCensus()
	for range 2 {
		if err := c.take(ctx); err != nil {
			return err
		}
	}
	found := c.found()
	if r.admitted(id, found) {
		return nil
	}
	var verifiers []core.ID
	for by := range found {
		if by.slot == id {
			verifiers = append(verifiers, by.verifier)
		}
	}
	if s != nil || r.IsRevoked(id) || len(verifiers) != 1 {
		return &core.Error{Kind: core.Usage, Code: codeNoSigner, Subject: id.String()}
	}
	lost := &keys.Slot{ID: id, Lock: keys.Device, WriteOnly: true, Verifier: verifiers[0][:]}
	return r.putRevocation(ctx, lost, false, found[signature{slot: id, verifier: verifiers[0]}])
}

// admitted reports whether a slot is revoked, and all counts that a census has of it.
func (r *Repo) admitted(id core.UUID, found map[signature][]core.ID) bool {
	gone := r.ended(id)
	if gone == nil {
		return false
	}
	all := found[signature{slot: id, verifier: gone.verifier()}]
	return len(all) > 0 && !slices.ContainsFunc(all, func(object core.ID) bool { return !gone.keeps(object) })
}

// codeNoSigner says that there is nothing of a device to be admitted.
const codeNoSigner core.Code = "no-signer"

// revoke puts the revocations of slots. What came between the first census and the revocation was still believed by who had not seen that,
// and may be needed: a second census finds it, and a second revocation keeps it. Who believes what comes later yet sees the first
// revocation before he reports a snapshot.
func (r *Repo) revoke(ctx context.Context, ends []*keys.Slot, believed bool) error {
	if len(ends) == 0 {
		return nil
	}
	before, c := map[signature][]core.ID{}, r.newCensus()
	for n := range 2 {
		if err := c.take(ctx); err != nil {
			return err
		}
		found := c.found()
		for _, s := range ends {
			by := signature{slot: s.ID, verifier: core.ID(s.Verifier)}
			if n > 0 && len(found[by]) == len(before[by]) {
				continue
			}
			if err := r.putRevocation(ctx, s, believed, found[by]); err != nil {
				return err
			}
		}
		before = found
	}
	return nil
}

func (r *Repo) putRevocation(ctx context.Context, s *keys.Slot, believed bool, kept []core.ID) error {
	v, err := keys.Revoke(r.ring, s, believed, kept, time.Now().UnixNano())
	if err != nil {
		return &core.Error{Kind: core.Failure, Subject: slotName(s.ID), Err: err}
	}
	name, data := pairName(revokedPrefix, s.ID, crypto.NewUUID()), v.Encode()
	if err := r.store.Put(ctx, name, data); err != nil {
		return err
	}
	r.keepFile("revoked", strings.TrimPrefix(name, revokedPrefix), data)
	r.signers.mu.Lock()
	defer r.signers.mu.Unlock()
	r.addRevocation(name, v)
	return nil
}
