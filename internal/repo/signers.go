package repo

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/storage"
)

// Whose a signature is, and what it is worth, everybody who reads a signed object asks here. The signature itself says only that the object
// was made by who has the key beside it, and whoever knows the writer secret can make one with a key of his own. So the key is compared
// with the slot of that id, which the admin key has certified, or with the revocation that stands in its place.
//
// Slots and revocations do not change. They are fetched when they are first met, kept in the local cache, and authenticated each time; what
// was once seen holds on when the store has it no more. Revocations lie in gc/, which every backup lists anyway.

// standing is what a signature is worth.
type standing uint8

const (
	// genuine: by the key of a slot, or of one that was revoked and of what it had signed before.
	genuine standing = iota
	// pretended: in the name of a slot, with another key. Nothing of it counts.
	pretended
	// disowned: by the key of a slot that is revoked, and not of what it had signed before. Nothing of it counts.
	disowned
	// unknown: no slot has that id. It was made up, or the slot was lost with what it had signed: nobody reads it, and nothing is deleted for
	// that.
	unknown
)

// Codes of objects that do not count for who signed them; the kind is Damage.
const (
	codePretended core.Code = "signer-pretended"
	codeDisowned  core.Code = "signer-revoked"
	codeUnknown   core.Code = "signer-unknown"
	codeNoKey     core.Code = "key-missing"
	codeRevoked   core.Code = "revoked" // kind WrongKey: the key that opened the repository
)

// code returns the code of an object that does not count.
func (s standing) code() core.Code {
	return [...]core.Code{genuine: "", pretended: codePretended, disowned: codeDisowned, unknown: codeUnknown}[s]
}

// void reports whether it is certain that nothing signed so counts.
func (s standing) void() bool { return s == pretended || s == disowned }

// IsVoid reports whether damage is of an object that is what was signed, and counts for nothing because of who signed it: nothing of the
// repository is lost by it, and nothing that only it needs is kept.
func IsVoid(err error) bool {
	code := core.CodeOf(err)
	return core.KindOf(err) == core.Damage && (code == codePretended || code == codeDisowned)
}

// signedBy is the cause of damage of an object that does not count.
type signedBy struct{ slot core.UUID }

// Error gives the technical English form.
func (s *signedBy) Error() string { return "signed by " + s.slot.String() }

// SignedBy returns the device, by the id of its slot, that signed an object which does not count for that, or which it pretends to be of;
// zero where damage is another.
func SignedBy(err error) core.UUID {
	var by *signedBy
	if errors.As(err, &by) {
		return by.slot
	}
	return core.UUID{}
}

// IsUnknown reports whether damage is of an object that was signed by a device of which there is no key.
func IsUnknown(err error) bool {
	code := core.CodeOf(err)
	return core.KindOf(err) == core.Damage && (code == codeUnknown || code == codeNoKey)
}

// NoKey turns damage that IsUnknown into what it comes from: the slot of the device that signed is missing, code "key-missing". Nothing is lost by that:
// Admit lets count what is there.
func NoKey(err error) (object string, gone error) {
	object = slotName(SignedBy(err))
	return object, &core.Error{Kind: core.Damage, Code: codeNoKey, Subject: object, Err: err}
}

// signers is what is known of who signs. Its zero value knows nobody.
type signers struct {
	mu      sync.Mutex
	slots   map[core.UUID]*keys.Slot    // certified; nil where nobody has it; guarded by mu
	revoked map[core.UUID]*revokedSlot  // guarded by mu
	records map[string]*keys.Revocation // that are known, by their names; guarded by mu
	damaged []Damaged                   // revocations that cannot be read; guarded by mu
	looked  bool                        // guarded by mu
}

// revokedSlot is all revocations of one slot.
type revokedSlot struct {
	all   []*keys.Revocation
	since time.Time // when the store got the first of those that it has; zero where it does not tell
}

func (s *revokedSlot) keeps(object core.ID) bool {
	return slices.ContainsFunc(s.all, func(v *keys.Revocation) bool { return v.Keeps(object) })
}

func (s *revokedSlot) believed() bool {
	return !slices.ContainsFunc(s.all, func(v *keys.Revocation) bool { return !v.Believed || v.WriteOnly })
}

// admitted reports whether it was never revoked: its slot was lost, and what it had signed counts.
func (s *revokedSlot) admitted() bool {
	return !slices.ContainsFunc(s.all, func(v *keys.Revocation) bool { return !v.Admission() })
}

func (s *revokedSlot) verifier() core.ID { return core.ID(s.all[0].Verifier) }

// signature is who signed an object, and which object it is.
type signature struct {
	slot             core.UUID
	verifier, object core.ID
}

// signatureOf reads the head of an object, which signed has checked.
func signatureOf(data []byte) signature {
	return signature{core.UUID(data[8:24]), verifierOf(data), crypto.Hash(data)}
}

// standing says what a signature is worth. An error is of the store.
func (r *Repo) standing(ctx context.Context, by signature) (standing, error) {
	return r.standingIf(ctx, by.slot, by.verifier, func(s *revokedSlot) bool { return s.keeps(by.object) })
}

// standingIf is standing, where counts says whether what a slot signed that is revoked counts.
func (r *Repo) standingIf(ctx context.Context, slot core.UUID, verifier core.ID, counts func(*revokedSlot) bool) (standing, error) {
	gone := r.ended(slot)
	switch {
	case gone != nil && gone.verifier() != verifier:
		return pretended, nil
	case gone != nil && !counts(gone):
		return disowned, nil
	case gone != nil:
		return genuine, nil
	}
	s, err := r.slot(ctx, slot)
	switch {
	case err != nil:
		return unknown, err
	case s == nil:
		return unknown, nil
	case core.ID(s.Verifier) != verifier:
		return pretended, nil
	}
	return genuine, nil
}

// counts returns why an object counts for nothing: an error of kind Damage; nil where it counts; or an error of the store.
func (r *Repo) counts(ctx context.Context, name string, data []byte) error {
	by := signatureOf(data)
	worth, err := r.standing(ctx, by)
	if err == nil && worth != genuine {
		err = &core.Error{Kind: core.Damage, Code: worth.code(), Subject: name, Err: &signedBy{by.slot}}
	}
	return err
}

// reads reports whether a slot is of a device that may read, and is believed: its own slot says so, or it was only given up.
func (r *Repo) reads(ctx context.Context, slot core.UUID) (bool, error) {
	gone := r.ended(slot)
	if gone != nil {
		return gone.believed(), nil
	}
	s, err := r.slot(ctx, slot)
	return s != nil && !s.WriteOnly, err
}

// AllBelieved reports whether every device that has, or had, a slot may read and is believed: whoever has put a pack there, what its footer
// says is so. It is false where a slot or a revocation cannot be read. Of devices whose slots were lost it does not know.
func (r *Repo) AllBelieved(ctx context.Context) (bool, error) {
	slots, damaged, err := r.Slots(ctx)
	if err != nil || len(damaged) > 0 || slices.ContainsFunc(slots, func(s *keys.Slot) bool { return s.WriteOnly }) {
		return false, err
	}
	if lost, err := r.LostSlots(ctx); err != nil || len(lost) > 0 {
		return false, err
	}
	r.signers.mu.Lock()
	defer r.signers.mu.Unlock()
	for _, s := range r.signers.revoked {
		if !s.believed() {
			return false, nil
		}
	}
	return true, nil
}

// trust says of whom the entries of one index object are.
type trust struct {
	r      *Repo
	signer core.UUID
	reads  bool // the signer may read, and is believed
}

// trusts begins with who signed the object.
func (r *Repo) trusts(ctx context.Context, by signature) (trust, error) {
	reads, err := r.reads(ctx, by.slot)
	return trust{r, by.slot, reads}, err
}

// origin returns who listed a pack first, and whether that device may read and is believed: who signed the object or, where that is a device
// that may read and merges what others listed, whom it names.
func (t trust) origin(ctx context.Context, named core.UUID) (first core.UUID, believed bool, err error) {
	if named.IsZero() || !t.reads {
		return t.signer, t.reads, nil
	}
	believed, err = t.r.reads(ctx, named)
	return named, believed, err
}

// believe notes of each entry whether a backup counts on it: what this device or one that may read has said. Others, which may only write,
// could say of their packs whatever they like, and nobody but who can read can tell.
func (r *Repo) believe(ctx context.Context, packs []pack.Entry, by signature) error {
	t, err := r.trusts(ctx, by)
	for i := 0; i < len(packs) && err == nil; i++ {
		var first core.UUID
		first, packs[i].Believed, err = t.origin(ctx, packs[i].Origin)
		packs[i].Believed = packs[i].Believed || first == r.ring.Slot
	}
	return err
}

// mayRead reports whether a slot is, or was, of a device that may read.
func (r *Repo) mayRead(ctx context.Context, slot core.UUID) (bool, error) {
	gone := r.ended(slot)
	if gone != nil {
		return !gone.all[0].WriteOnly, nil
	}
	s, err := r.slot(ctx, slot)
	return s != nil && !s.WriteOnly, err
}

// slot returns a slot that the admin key has certified, revoked or not; nil where there is none.
func (r *Repo) slot(ctx context.Context, id core.UUID) (*keys.Slot, error) {
	if id == NoOrigin {
		return nil, nil
	}
	if id == r.ring.Slot { // it is what opened the repository
		return &keys.Slot{Repo: r.header.ID, ID: id, WriteOnly: !r.CanRead(), Verifier: r.ring.Signer.Verifier()}, nil
	}
	r.signers.mu.Lock()
	defer r.signers.mu.Unlock() // who asks meanwhile would ask for the same, most often
	if s, ok := r.signers.slots[id]; ok {
		return s, nil
	}
	name := slotName(id)
	data := r.recallFile("slots", id.String())
	s, err := r.certified(id, data)
	if err != nil {
		if data, err = storage.ReadAll(ctx, r.store, name, maxSlot); err == nil {
			if s, err = r.certified(id, data); err == nil {
				r.keepFile("slots", id.String(), data)
			}
		}
	}
	if err != nil && core.KindOf(damageOf(name, err)) != core.Damage {
		return nil, err
	}
	if r.signers.slots == nil {
		r.signers.slots = map[core.UUID]*keys.Slot{}
	}
	r.signers.slots[id] = s // nil too: a slot is there before anything that it signs
	return s, nil
}

// certified decodes a slot.
func (r *Repo) certified(id core.UUID, data []byte) (*keys.Slot, error) {
	s, err := keys.Decode(data)
	switch {
	case err != nil:
		return nil, err
	case s.ID != id || s.Repo != r.header.ID:
		return nil, errMisplaced
	case !s.Certified(r.ring.Admin):
		return nil, crypto.ErrOpen
	}
	return s, nil
}
