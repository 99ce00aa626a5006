package keys

import (
	"bytes"
	"fmt"
	"strings"

	"backup_projeto/internal/cbor"
	"backup_projeto/internal/crypto"
)

// Bounds of a slot's fields in bytes.
const (
	maxLabel  = 256
	maxSealed = 4096
)

// version is the slot format's.
const version = 1

// body is what the certificate signs: the slot's map without it.
func (s *Slot) body() []byte { return s.appendFields(cbor.AppendMap(nil, 12)) }

func (s *Slot) appendFields(b []byte) []byte {
	key := func(k int) { b = cbor.AppendUint(b, uint64(k)) }
	key(1)
	b = cbor.AppendUint(b, version)
	key(2)
	b = cbor.AppendBytes(b, s.Repo[:])
	key(3)
	b = cbor.AppendBytes(b, s.ID[:])
	key(4)
	b = cbor.AppendUint(b, uint64(s.Lock))
	key(5)
	b = cbor.AppendBool(b, s.WriteOnly)
	key(6)
	b = cbor.AppendText(b, s.Label)
	key(7)
	b = cbor.AppendInt(b, s.Created)
	key(8)
	b = cbor.AppendArray(b, 3)
	b = cbor.AppendUint(b, uint64(s.Argon.Time))
	b = cbor.AppendUint(b, uint64(s.Argon.Memory))
	b = cbor.AppendUint(b, uint64(s.Argon.Threads))
	key(9)
	b = cbor.AppendBytes(b, s.Salt)
	key(10)
	b = cbor.AppendBytes(b, s.Verifier)
	key(11)
	b = cbor.AppendBytes(b, s.Sealed)
	key(12)
	return cbor.AppendBytes(b, s.Escrow)
}

// Encode returns the slot's deterministic CBOR.
func (s *Slot) Encode() []byte {
	b := s.appendFields(cbor.AppendMap(nil, 13))
	return cbor.AppendBytes(cbor.AppendUint(b, 13), s.Cert)
}

// Decode reads what Encode wrote. Nothing of it is authentic before Open or Certified.
func Decode(data []byte) (*Slot, error) {
	s := &Slot{}
	if err := cbor.DecodeMap(data, 13, s.decodeField, s.Encode); err != nil {
		return nil, fmt.Errorf("%w: slot: %w", ErrFormat, err)
	}
	if s.Lock == Passphrase && !s.Argon.Valid() || s.Lock != Passphrase && s.Argon != (crypto.Argon{}) {
		return nil, fmt.Errorf("%w: Argon2 parameters out of bounds", ErrFormat)
	}
	return s, nil
}

func (s *Slot) decodeField(d *cbor.Decoder, key uint64) bool {
	switch key {
	case 1:
		if v := d.Uint(255); d.Err() == nil && v != version {
			d.Fail("version %d", v)
		}
	case 2:
		d.Fixed(s.Repo[:])
	case 3:
		d.Fixed(s.ID[:])
	case 4:
		s.Lock = Lock(d.Uint(uint64(Device)))
	case 5:
		s.WriteOnly = d.Bool()
	case 6:
		s.Label = strings.Clone(d.Text(maxLabel))
	case 7:
		s.Created = d.Int()
	case 8:
		if d.Array(3) != 3 {
			d.Fail("Argon2 parameters")
		}
		s.Argon = crypto.Argon{Time: uint32(d.Uint(1<<32 - 1)), Memory: uint32(d.Uint(1<<32 - 1)), Threads: uint8(d.Uint(255))}
	case 9:
		s.Salt = bytes.Clone(d.Bytes(saltSize))
	case 10:
		s.Verifier = bytes.Clone(d.Bytes(crypto.VerifierSize))
	case 11:
		s.Sealed = bytes.Clone(d.Bytes(maxSealed))
	case 12:
		s.Escrow = bytes.Clone(d.Bytes(maxSealed))
	case 13:
		s.Cert = bytes.Clone(d.Bytes(crypto.SignatureSize))
	default:
		return false
	}
	return true
}
