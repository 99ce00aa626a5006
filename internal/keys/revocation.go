package keys

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"backup_projeto/internal/cbor"
	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
)

// maxKept bounds the objects that a revocation names: 32 MiB.
const maxKept = 1 << 20

// Revocation says that what a slot signs counts no more, but for what it had signed, which is named by its bytes: nobody's clock is asked,
// and what is moved, or copied to another store, stays what it is. It stands in place of the slot, which is deleted, and tells what is to be
// known of it to check those signatures.
type Revocation struct {
	Repo      core.UUID
	Slot      core.UUID
	Lock      Lock
	WriteOnly bool
	Label     string
	Created   int64  // the slot, nanoseconds since 1970 UTC
	Verifier  []byte // of the slot's signer
	Revoked   int64  // nanoseconds since 1970 UTC, the clock of who revoked it
	// Believed says that what the slot had said of packs is believed as before: it was given up, and nobody else had it.
	Believed bool
	Kept     []core.ID // hashes of the objects that count, ascending, each once
	Cert     []byte    // the admin key's signature of all of the above
}

// Revoke makes the revocation of a slot, which need not exist any more. k must be able to read. More objects than a revocation has room
// for, a million, are an error.
func Revoke(k *Keyring, s *Slot, believed bool, kept []core.ID, revoked int64) (*Revocation, error) {
	if len(kept) > maxKept {
		return nil, fmt.Errorf("%w: %d objects in a revocation", ErrFormat, len(kept))
	}
	v := &Revocation{Repo: k.Repo, Slot: s.ID, Lock: s.Lock, WriteOnly: s.WriteOnly, Label: s.Label, Created: s.Created,
		Verifier: bytes.Clone(s.Verifier), Revoked: revoked, Believed: believed, Kept: slices.Clone(kept)}
	slices.SortFunc(v.Kept, core.ID.Compare)
	v.Kept = slices.Compact(v.Kept)
	v.Cert = k.Read.Admin().Sign(v.context(), v.body())
	return v, nil
}

// Admission reports whether it lets count what a device had signed whose slot nobody had any more: then only the slot's id and verifier are known,
// and it says that the slot was created in 1970, which none was.
func (v *Revocation) Admission() bool { return v.Created == 0 }

// Keeps reports whether an object, by the hash of its bytes, is one of those that count.
func (v *Revocation) Keeps(object core.ID) bool {
	_, found := slices.BinarySearchFunc(v.Kept, object, core.ID.Compare)
	return found
}

// Certified reports whether the admin key made this revocation.
func (v *Revocation) Certified(admin []byte) bool {
	return crypto.Verify(admin, v.context(), v.body(), v.Cert)
}

func (v *Revocation) context() []byte { return crypto.Context(v.Repo, crypto.KindRevoked, v.Slot[:]) }

// body is what the certificate signs: the map without it.
func (v *Revocation) body() []byte { return v.appendFields(cbor.AppendMap(nil, 11)) }

func (v *Revocation) appendFields(b []byte) []byte {
	b = cbor.AppendUint(cbor.AppendUint(b, 1), version)
	b = cbor.AppendBytes(cbor.AppendUint(b, 2), v.Repo[:])
	b = cbor.AppendBytes(cbor.AppendUint(b, 3), v.Slot[:])
	b = cbor.AppendUint(cbor.AppendUint(b, 4), uint64(v.Lock))
	b = cbor.AppendBool(cbor.AppendUint(b, 5), v.WriteOnly)
	b = cbor.AppendText(cbor.AppendUint(b, 6), v.Label)
	b = cbor.AppendInt(cbor.AppendUint(b, 7), v.Created)
	b = cbor.AppendBytes(cbor.AppendUint(b, 8), v.Verifier)
	b = cbor.AppendInt(cbor.AppendUint(b, 9), v.Revoked)
	b = cbor.AppendBool(cbor.AppendUint(b, 10), v.Believed)
	kept := make([]byte, 0, len(v.Kept)*core.IDSize)
	for i := range v.Kept {
		kept = append(kept, v.Kept[i][:]...)
	}
	return cbor.AppendBytes(cbor.AppendUint(b, 11), kept)
}

// Encode returns the revocation's deterministic CBOR.
func (v *Revocation) Encode() []byte {
	b := v.appendFields(cbor.AppendMap(nil, 12))
	return cbor.AppendBytes(cbor.AppendUint(b, 12), v.Cert)
}

// DecodeRevocation reads what Encode wrote. Nothing of it is authentic before Certified.
func DecodeRevocation(data []byte) (*Revocation, error) {
	v := &Revocation{}
	if err := cbor.DecodeMap(data, 12, v.decodeField, v.Encode); err != nil {
		return nil, fmt.Errorf("%w: revocation: %w", ErrFormat, err)
	}
	for i := 1; i < len(v.Kept); i++ {
		if v.Kept[i-1].Compare(v.Kept[i]) >= 0 {
			return nil, fmt.Errorf("%w: revocation: hashes are not ascending", ErrFormat)
		}
	}
	return v, nil
}

func (v *Revocation) decodeField(d *cbor.Decoder, key uint64) bool {
	switch key {
	case 1:
		if n := d.Uint(255); d.Err() == nil && n != version {
			d.Fail("version %d", n)
		}
	case 2:
		d.Fixed(v.Repo[:])
	case 3:
		d.Fixed(v.Slot[:])
	case 4:
		v.Lock = Lock(d.Uint(uint64(Device)))
	case 5:
		v.WriteOnly = d.Bool()
	case 6:
		v.Label = strings.Clone(d.Text(maxLabel))
	case 7:
		v.Created = d.Int()
	case 8:
		v.Verifier = make([]byte, crypto.VerifierSize)
		d.Fixed(v.Verifier)
	case 9:
		v.Revoked = d.Int()
	case 10:
		v.Believed = d.Bool()
	case 11:
		kept := d.Bytes(maxKept * core.IDSize)
		if len(kept)%core.IDSize != 0 {
			d.Fail("%d bytes of hashes", len(kept))
			return true
		}
		v.Kept = make([]core.ID, 0, len(kept)/core.IDSize)
		for ; len(kept) > 0; kept = kept[core.IDSize:] {
			v.Kept = append(v.Kept, core.ID(kept))
		}
	case 12:
		v.Cert = bytes.Clone(d.Bytes(crypto.SignatureSize))
	default:
		return false
	}
	return true
}
