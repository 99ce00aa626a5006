package formattest

import (
	"slices"
	"testing"

	"backup_projeto/internal/cbor"
	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/keys"
)

// revokedFields is the pairs 1 to 11 of a revocation after the head of a map, as the document has them.
func revokedFields(pairs int, slot core.UUID, verifier, kept []byte) []byte {
	b := cbor.AppendUint(cbor.AppendUint(cbor.AppendMap(nil, pairs), 1), 1)
	b = cbor.AppendBytes(cbor.AppendUint(b, 2), repository[:])
	b = cbor.AppendBytes(cbor.AppendUint(b, 3), slot[:])
	b = cbor.AppendUint(cbor.AppendUint(b, 4), 2)
	b = cbor.AppendBool(cbor.AppendUint(b, 5), true)
	b = cbor.AppendText(cbor.AppendUint(b, 6), "vetores")
	b = cbor.AppendInt(cbor.AppendUint(b, 7), created)
	b = cbor.AppendBytes(cbor.AppendUint(b, 8), verifier)
	b = cbor.AppendInt(cbor.AppendUint(b, 9), created+1e9)
	b = cbor.AppendBool(cbor.AppendUint(b, 10), false)
	return cbor.AppendBytes(cbor.AppendUint(b, 11), kept)
}

// revokedVector is a revocation of a stolen device that could only write, and had signed two objects: "hello" and "".
func revokedVector(t *testing.T, v *vector) {
	signer := crypto.NewSigner(count(0x40, 32))
	k := readKey(t)
	ring := &keys.Keyring{Repo: repository, Writer: writer(), Public: k.Public(), Admin: k.Admin().Verifier(), Read: k}
	slot := &keys.Slot{Repo: repository, ID: core.UUID(count(0xc0, 16)), Lock: keys.Device, WriteOnly: true, Label: "vetores", Created: created,
		Verifier: signer.Verifier()}
	hashes := []core.ID{crypto.Hash([]byte("hello")), crypto.Hash(nil)}
	r, err := keys.Revoke(ring, slot, false, hashes, created+1e9)
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(hashes, core.ID.Compare)
	kept := slices.Concat(hashes[0][:], hashes[1][:])
	signed := revokedFields(11, slot.ID, slot.Verifier, kept)
	cert := k.Admin().Sign(crypto.Context(repository, "revoked", slot.ID[:]), signed)
	object := cbor.AppendBytes(cbor.AppendUint(revokedFields(12, slot.ID, slot.Verifier, kept), 12), cert)
	if err := same(r.Encode(), object, nil); err != nil {
		t.Error(err)
	}
	if got, err := keys.DecodeRevocation(object); err != nil || !got.Certified(ring.Admin) || !got.Keeps(hashes[0]) || got.Keeps(core.ID{}) {
		t.Errorf("%+v, %v", got, err)
	}
	v.add("slot id", slot.ID.String())
	v.hex("object", object)
	v.hex("signed", signed)
	v.hex("certificate", cert)
}
