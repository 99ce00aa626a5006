// Package crypto is the only package that touches a cryptographic primitive. It offers the few operations that the
// repository format is made of, each bound to its repository and place, so that no other package can combine them wrongly.
//
// Terms: the read key is an HPKE key pair; the writer secret is 32 random bytes from which the symmetric keys are derived; an
// object key is a random AES-256 key used for one pack or snapshot and sealed to the read key; a context is the additional
// data that binds a ciphertext to its repository, kind and place.
//
// Promises: standard library and golang.org/x/crypto only; no key is ever formatted into an error; opening authenticates
// before it returns a byte. The constructions are specified in doc/format.md.
package crypto

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"hash"
	"time"

	"backup_projeto/internal/core"
)

// KeySize is the length in bytes of every symmetric key and of the seeds of asymmetric ones.
const KeySize = 32

// Overhead is how many bytes longer a segment is sealed than open.
const Overhead = 16

// ErrOpen says that a ciphertext is not what was sealed, or that the key is not the one it was sealed under.
var ErrOpen = errors.New("authentication failed")

// ErrPadding says that a text is authentic but was not padded as the format says.
var ErrPadding = errors.New("not padded")

// Kind is what a ciphertext or signature is for; it is part of its context.
type Kind string

// The kinds of the format.
const (
	KindPack     Kind = "pack"    // the sealed object key of a pack
	KindSegment  Kind = "segment" // place: segment number
	KindFooter   Kind = "footer"
	KindIndex    Kind = "index"
	KindSnapshot Kind = "snapshot" // place: snapshot id
	KindSession  Kind = "session"  // place: session id
	KindMark     Kind = "gc"       // place: mark id
	KindSlot     Kind = "slot"     // place: slot id
	KindRecovery Kind = "recovery" // the recovery code kept for its owner; place: slot id
	KindRevoked  Kind = "revoked"  // place: slot id
	KindSettings Kind = "settings" // place: settings id
	KindConfig   Kind = "config"
	KindPin      Kind = "pin" // place: snapshot id, pin id
)

// Context returns the additional data that binds something of a kind to its repository and place within it.
func Context(repo core.UUID, kind Kind, place []byte) []byte {
	b := make([]byte, 0, 64+len(place))
	b = append(b, "backup_projeto 1 "...)
	b = append(b, kind...)
	b = append(b, 0)
	b = append(b, repo[:]...)
	return append(b, place...)
}

// Random fills b with random bytes.
func Random(b []byte) { rand.Read(b) } // never fails since Go 1.24

// NewUUID returns a random (version 4) identifier.
func NewUUID() core.UUID {
	var u core.UUID
	Random(u[:])
	u[6], u[8] = u[6]&0x0f|0x40, u[8]&0x3f|0x80
	return u
}

// NewTimeUUID returns a version 7 identifier (RFC 9562): it sorts by t in milliseconds.
func NewTimeUUID(t time.Time) core.UUID {
	var u core.UUID
	Random(u[:])
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(max(t.UnixMilli(), 0)))
	copy(u[:6], ms[2:])
	u[6], u[8] = u[6]&0x0f|0x70, u[8]&0x3f|0x80
	return u
}

// Hash returns the SHA-256 of stored bytes: the name of a pack or an index object.
func Hash(data []byte) core.ID { return sha256.Sum256(data) }

// NewHash returns a streaming SHA-256.
func NewHash() hash.Hash { return sha256.New() }

// IDHasher computes chunk ids. It is not safe for use by several goroutines at once; each makes its own.
type IDHasher struct{ mac hash.Hash }

// NewIDHasher returns a hasher under the id key.
func NewIDHasher(key []byte) *IDHasher { return &IDHasher{hmac.New(sha256.New, key)} }

// Sum returns HMAC-SHA-256(id key, data).
func (h *IDHasher) Sum(data []byte) (id core.ID) {
	h.mac.Reset()
	h.mac.Write(data)
	h.mac.Sum(id[:0])
	return id
}

// Equal compares two secrets in constant time.
func Equal(a, b []byte) bool { return subtle.ConstantTimeCompare(a, b) == 1 }

// derive returns n bytes of HKDF-SHA-256 of secret for a purpose.
func derive(secret, salt []byte, purpose string, n int) []byte {
	key, err := hkdf.Key(sha256.New, secret, salt, "backup_projeto 1 "+purpose, n)
	if err != nil {
		panic(err) // only for lengths that no caller asks for
	}
	return key
}

// newGCM returns AES-256-GCM under key.
func newGCM(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // only for a key of another length
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return aead
}

// SealOnce seals plaintext under a key derived from key and a fresh 32-byte salt, which comes first in the result. A key may
// seal any number of texts.
func SealOnce(key, context, plaintext []byte) []byte {
	out := make([]byte, KeySize, KeySize+len(plaintext)+Overhead)
	Random(out)
	return newGCM(derive(key, out, "once", KeySize)).Seal(out, make([]byte, 12), plaintext, context)
}

// OpenOnce opens what SealOnce returned.
func OpenOnce(key, context, sealed []byte) ([]byte, error) {
	if len(sealed) < KeySize+Overhead {
		return nil, ErrOpen
	}
	salt, text := sealed[:KeySize], sealed[KeySize:]
	plain, err := newGCM(derive(key, salt, "once", KeySize)).Open(nil, make([]byte, 12), text, context)
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}
