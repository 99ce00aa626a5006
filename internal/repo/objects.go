package repo

import (
	"context"
	"fmt"
	"slices"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/index"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/storage"
)

// Index and snapshot objects begin with who wrote them:
//
//	magic 8 ‖ slot id 16 ‖ verifier 32 ‖ signature 64 ‖ body
//
// The signature is the slot's, over the body, in the object's context followed by the slot id. Whose the verifier is that stands beside it
// signers.go says.
const (
	indexMagic    = "bp-indx1"
	snapshotMagic = "bp-snap1"
	signedHead    = 8 + 16 + crypto.VerifierSize + crypto.SignatureSize
)

const (
	packPrefix     = "packs/"
	indexPrefix    = "index/"
	snapshotPrefix = "snapshots/"
	maxSnapshot    = 16 << 20 // bytes of a snapshot object
)

// PackName returns a pack's name in the store.
func PackName(id core.ID) string {
	s := id.String()
	return packPrefix + s[:2] + "/" + s
}

func indexName(id core.ID) string      { return indexPrefix + id.String() }
func snapshotName(id core.UUID) string { return snapshotPrefix + id.String() }
func (r *Repo) context(kind crypto.Kind, place []byte) []byte {
	return crypto.Context(r.header.ID, kind, place)
}

// sign puts the head before a body.
func (r *Repo) sign(magic string, context, body []byte) []byte {
	b := make([]byte, 0, signedHead+len(body))
	b = append(b, magic...)
	b = append(b, r.ring.Slot[:]...)
	b = append(b, r.ring.Signer.Verifier()...)
	b = append(b, r.ring.Signer.Sign(slices.Concat(context, r.ring.Slot[:]), body)...)
	return append(b, body...)
}

// signed checks an object's head and returns its body and the slot that signed it.
func signed(magic string, context, data []byte) (body []byte, slot core.UUID, err error) {
	if len(data) < signedHead || string(data[:8]) != magic {
		return nil, slot, fmt.Errorf("%w: head", index.ErrFormat)
	}
	copy(slot[:], data[8:24])
	verifier, sig, body := data[24:56], data[56:signedHead], data[signedHead:]
	if !crypto.Verify(verifier, slices.Concat(context, slot[:]), body, sig) {
		return nil, slot, crypto.ErrOpen
	}
	return body, slot, nil
}

// sealIndex returns an index object of packs, and its name.
func (r *Repo) sealIndex(packs []pack.Entry) (core.ID, []byte) {
	ctx := r.context(crypto.KindIndex, nil)
	body := crypto.SealOnce(r.ring.Writer.IndexKey(), ctx, crypto.Pad(index.Encode(packs)))
	data := r.sign(indexMagic, ctx, body)
	return crypto.Hash(data), data
}

// readIndex reads one index object, and who signed it. One that is void (see IsVoid) is an error of kind Damage; one of a device of which
// there is no key is read, since what it says is checked by who uses it, and is not trusted.
func (r *Repo) readIndex(ctx context.Context, id core.ID) (packs []pack.Entry, by signature, err error) {
	name := indexName(id)
	data, err := storage.ReadAll(ctx, r.store, name, core.MaxObject)
	if err == nil && crypto.Hash(data) != id {
		err = errHash
	}
	if err == nil {
		packs, err = r.openIndex(data)
	}
	if err == nil {
		by = signatureOf(data)
		if err = r.counts(ctx, name, data); IsUnknown(err) {
			err = nil
		}
	}
	if err != nil {
		return nil, by, damageOf(name, err)
	}
	return packs, by, nil
}

// openIndex opens an index object.
func (r *Repo) openIndex(data []byte) (packs []pack.Entry, err error) {
	c := r.context(crypto.KindIndex, nil)
	body, _, err := signed(indexMagic, c, data)
	if err != nil {
		return nil, err
	}
	if body, err = crypto.OpenOnce(r.ring.Writer.IndexKey(), c, body); err == nil {
		body, err = crypto.Unpad(body)
	}
	if err == nil {
		packs, err = index.Decode(body)
	}
	return packs, err
}

// errHash says that an object's bytes do not have the hash that its name is.
var errHash = fmt.Errorf("the stored bytes do not match the object's name")

// sealSnapshot returns the object of a manifest.
func (r *Repo) sealSnapshot(m *snapshot.Manifest) ([]byte, error) {
	key, sealed, err := crypto.NewObjectKey(r.ring.Public, r.header.ID, crypto.KindSnapshot, m.ID[:])
	if err != nil {
		return nil, err
	}
	body := key.Seal(sealed, crypto.KindSnapshot, 0, crypto.Pad(m.Encode()))
	return r.sign(snapshotMagic, r.context(crypto.KindSnapshot, m.ID[:]), body), nil
}

// openSnapshot reads the object of a manifest.
func (r *Repo) openSnapshot(id core.UUID, data []byte) (*snapshot.Manifest, error) {
	body, slot, err := signed(snapshotMagic, r.context(crypto.KindSnapshot, id[:]), data)
	if err != nil {
		return nil, err
	}
	if len(body) < crypto.SealedKeySize {
		return nil, fmt.Errorf("%w: too short", snapshot.ErrFormat)
	}
	key, err := r.ring.Read.OpenObjectKey(r.header.ID, crypto.KindSnapshot, id[:], body[:crypto.SealedKeySize])
	if err != nil {
		return nil, err
	}
	plain, err := key.Open(nil, crypto.KindSnapshot, 0, body[crypto.SealedKeySize:])
	if err != nil {
		return nil, err
	}
	if plain, err = crypto.Unpad(plain); err != nil {
		return nil, err
	}
	m, err := snapshot.Decode(plain)
	if err != nil {
		return nil, err
	}
	if m.ID != id {
		return nil, errMisplaced
	}
	m.Device = slot
	return m, nil
}
