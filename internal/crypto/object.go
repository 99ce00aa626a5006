package crypto

import (
	"crypto/cipher"
	"crypto/hpke"
	"encoding/binary"

	"backup_projeto/internal/core"
)

// PublicKeySize and SealedKeySize are lengths in bytes for the KEM of the format, MLKEM768X25519 (X-Wing).
const (
	PublicKeySize = 1216
	SealedKeySize = 1120 + KeySize + Overhead
)

// PublicKey is the public half of the read key: what a device needs to write.
type PublicKey struct{ k hpke.PublicKey }

// ReadKey is the private half: what a device needs to read.
type ReadKey struct{ k hpke.PrivateKey }

// NewReadKey returns a fresh read key.
func NewReadKey() (*ReadKey, error) {
	k, err := hpke.MLKEM768X25519().GenerateKey()
	if err != nil {
		return nil, err
	}
	return &ReadKey{k}, nil
}

// ParseReadKey returns the read key of a 32-byte seed.
func ParseReadKey(seed []byte) (*ReadKey, error) {
	k, err := hpke.MLKEM768X25519().NewPrivateKey(seed)
	if err != nil {
		return nil, err
	}
	return &ReadKey{k}, nil
}

// Seed returns the 32 bytes that ParseReadKey takes.
func (r *ReadKey) Seed() []byte {
	b, err := r.k.Bytes()
	if err != nil {
		panic(err) // only for keys that are not in memory
	}
	return b
}

// Public returns the public half.
func (r *ReadKey) Public() *PublicKey { return &PublicKey{r.k.PublicKey()} }

// Admin returns the key that certifies slots, derived from the read key: who can read may say who else may.
func (r *ReadKey) Admin() *Signer { return NewSigner(derive(r.Seed(), nil, "admin", KeySize)) }

// ParsePublicKey reads PublicKeySize bytes.
func ParsePublicKey(b []byte) (*PublicKey, error) {
	k, err := hpke.MLKEM768X25519().NewPublicKey(b)
	if err != nil {
		return nil, err
	}
	return &PublicKey{k}, nil
}

// Bytes returns the PublicKeySize bytes that ParsePublicKey takes.
func (p *PublicKey) Bytes() []byte { return p.k.Bytes() }

// Seal seals a short secret to the read key (RFC 9180, base mode; info is the context).
func (p *PublicKey) Seal(context, secret []byte) ([]byte, error) {
	return hpke.Seal(p.k, hpke.HKDFSHA256(), hpke.AES256GCM(), context, secret)
}

// Open opens what PublicKey.Seal returned.
func (r *ReadKey) Open(context, sealed []byte) ([]byte, error) {
	b, err := hpke.Open(r.k, hpke.HKDFSHA256(), hpke.AES256GCM(), context, sealed)
	if err != nil {
		return nil, ErrOpen
	}
	return b, nil
}

// ObjectKey encrypts the parts of one pack or snapshot, numbered from 0 on. It is used for one object only.
type ObjectKey struct {
	repo core.UUID
	aead cipher.AEAD
}

// NewObjectKey returns a fresh key and the SealedKeySize bytes that it is stored as.
func NewObjectKey(p *PublicKey, repo core.UUID, kind Kind, place []byte) (*ObjectKey, []byte, error) {
	key := make([]byte, KeySize)
	Random(key)
	sealed, err := p.Seal(Context(repo, kind, place), key)
	if err != nil {
		return nil, nil, err
	}
	return &ObjectKey{repo, newGCM(key)}, sealed, nil
}

// OpenObjectKey returns the key that was stored as sealed.
func (r *ReadKey) OpenObjectKey(repo core.UUID, kind Kind, place, sealed []byte) (*ObjectKey, error) {
	if len(sealed) != SealedKeySize {
		return nil, ErrOpen
	}
	key, err := r.Open(Context(repo, kind, place), sealed)
	if err != nil || len(key) != KeySize {
		return nil, ErrOpen
	}
	return &ObjectKey{repo, newGCM(key)}, nil
}

// nonce is the part's number, big endian.
func nonce(part uint32) []byte {
	n := make([]byte, 12)
	binary.BigEndian.PutUint32(n[8:], part)
	return n
}

// Seal appends part's sealed bytes to dst. A part number is used once for each key; kind is segment, footer or snapshot.
func (k *ObjectKey) Seal(dst []byte, kind Kind, part uint32, plaintext []byte) []byte {
	return k.aead.Seal(dst, nonce(part), plaintext, k.context(kind, part))
}

// Open appends part's plaintext to dst.
func (k *ObjectKey) Open(dst []byte, kind Kind, part uint32, sealed []byte) ([]byte, error) {
	out, err := k.aead.Open(dst, nonce(part), sealed, k.context(kind, part))
	if err != nil {
		return nil, ErrOpen
	}
	return out, nil
}

func (k *ObjectKey) context(kind Kind, part uint32) []byte {
	return Context(k.repo, kind, binary.BigEndian.AppendUint32(nil, part))
}
