package keys

import (
	"bytes"
	"fmt"
	"strings"

	"backup_projeto/internal/cbor"
	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
)

// saltSize is the length in bytes of a slot's salt.
const saltSize = 32

// Slot is one stored way to open a repository. All fields but Sealed are readable without a key.
type Slot struct {
	Repo      core.UUID
	ID        core.UUID
	Lock      Lock
	WriteOnly bool
	Label     string // for people: a host's name
	Created   int64  // nanoseconds since 1970 UTC
	Argon     crypto.Argon
	Salt      []byte
	Verifier  []byte // of the slot's signer
	Sealed    []byte // the keyring under the lock
	Escrow    []byte // a recovery code sealed to the read key, so that its owner can see it again
	Cert      []byte // the admin key's signature of all of the above
}

// New makes a slot of the keyring, which must be able to read, under a secret; the result is certified and can be stored.
func New(k *Keyring, secret Secret, label string, writeOnly bool, created int64) (*Slot, *Keyring, error) {
	signer := crypto.RandomSigner()
	s := &Slot{Repo: k.Repo, ID: crypto.NewUUID(), Lock: secret.Lock, WriteOnly: writeOnly, Label: clip(label), Created: created,
		Salt: make([]byte, saltSize), Verifier: signer.Verifier()}
	if secret.Lock == Device && !secret.Slot.IsZero() {
		s.ID = secret.Slot
	}
	crypto.Random(s.Salt)
	if s.Lock == Passphrase {
		s.Argon = crypto.DefaultArgon
	}
	mine := *k
	mine.Slot, mine.Signer = s.ID, signer
	if writeOnly {
		mine.Read = nil
	}
	if s.Lock == Recovery {
		var err error
		if s.Escrow, err = k.Public.Seal(s.context(crypto.KindRecovery), secret.Value); err != nil {
			return nil, nil, err
		}
	}
	s.Sealed = crypto.SealOnce(s.lockKey(secret), s.context(crypto.KindSlot), mine.encode())
	s.Cert = k.Read.Admin().Sign(s.context(crypto.KindSlot), s.body())
	return s, &mine, nil
}

// clip makes a label valid UTF-8 of at most maxLabel bytes.
func clip(s string) string {
	s = strings.ToValidUTF8(s, "")
	return strings.ToValidUTF8(s[:min(len(s), maxLabel)], "")
}

func (s *Slot) context(kind crypto.Kind) []byte { return crypto.Context(s.Repo, kind, s.ID[:]) }

func (s *Slot) lockKey(secret Secret) []byte {
	if s.Lock == Passphrase {
		return crypto.PassphraseKey(string(secret.Value), s.Salt, s.Argon)
	}
	return crypto.CodeKey(secret.Value, s.Salt)
}

// Open opens the slot with a secret; a secret that does not fit gives ErrNoMatch. The slot's certificate is checked against
// the admin key that the slot itself seals: what its owner once made holds for its owner.
func (s *Slot) Open(secret Secret) (*Keyring, error) {
	if secret.Lock != s.Lock || !secret.Slot.IsZero() && secret.Slot != s.ID {
		return nil, ErrNoMatch
	}
	plain, err := crypto.OpenOnce(s.lockKey(secret), s.context(crypto.KindSlot), s.Sealed)
	if err != nil {
		return nil, ErrNoMatch
	}
	k, err := s.decodeKeyring(plain)
	if err != nil {
		return nil, err
	}
	if !s.Certified(k.Admin) || !bytes.Equal(k.Signer.Verifier(), s.Verifier) {
		return nil, fmt.Errorf("%w: certificate", ErrFormat)
	}
	return k, nil
}

// Certified reports whether the admin key made this slot.
func (s *Slot) Certified(admin []byte) bool {
	return crypto.Verify(admin, s.context(crypto.KindSlot), s.body(), s.Cert)
}

// Code returns the recovery code of a recovery slot, which needs the read key.
func (s *Slot) Code(k *Keyring) ([]byte, error) {
	if k.Read == nil || s.Lock != Recovery {
		return nil, ErrNoMatch
	}
	return k.Read.Open(s.context(crypto.KindRecovery), s.Escrow)
}

// The keys of a keyring's map: writer secret, signer's seed, and the read key's seed or its public half with the admin key.
func (k *Keyring) encode() []byte {
	n := 3
	if k.Read == nil {
		n = 4
	}
	b := cbor.AppendMap(nil, n)
	b = cbor.AppendBytes(cbor.AppendUint(b, 1), []byte(k.Writer))
	b = cbor.AppendBytes(cbor.AppendUint(b, 2), k.Signer.Seed())
	if k.Read != nil {
		return cbor.AppendBytes(cbor.AppendUint(b, 3), k.Read.Seed())
	}
	b = cbor.AppendBytes(cbor.AppendUint(b, 4), k.Public.Bytes())
	return cbor.AppendBytes(cbor.AppendUint(b, 5), k.Admin)
}

func (s *Slot) decodeKeyring(plain []byte) (*Keyring, error) {
	writer, signer := make([]byte, crypto.KeySize), make([]byte, crypto.KeySize)
	var seed, public, admin []byte
	d := cbor.NewDecoder(plain)
	d.Map(4, func(key uint64) bool {
		switch key {
		case 1:
			d.Fixed(writer)
		case 2:
			d.Fixed(signer)
		case 3:
			seed = d.Bytes(crypto.KeySize)
		case 4:
			public = d.Bytes(crypto.PublicKeySize)
		case 5:
			admin = d.Bytes(crypto.VerifierSize)
		default:
			return false
		}
		return true
	})
	if err := d.Finish(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	k := &Keyring{Repo: s.Repo, Slot: s.ID, Writer: bytes.Clone(writer), Signer: crypto.NewSigner(signer)}
	var err error
	if s.WriteOnly {
		k.Admin = bytes.Clone(admin)
		k.Public, err = crypto.ParsePublicKey(public)
	} else if k.Read, err = crypto.ParseReadKey(seed); err == nil {
		k.Public, k.Admin = k.Read.Public(), k.Read.Admin().Verifier()
	}
	if err != nil {
		return nil, fmt.Errorf("%w: keys", ErrFormat)
	}
	return k, nil
}
