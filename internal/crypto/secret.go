package crypto

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"

	"golang.org/x/crypto/argon2"
)

// WriterSecret is what every device that writes to a repository knows: 32 bytes.
type WriterSecret []byte

// NewWriterSecret returns a fresh one.
func NewWriterSecret() WriterSecret {
	s := make([]byte, KeySize)
	Random(s)
	return s
}

// IDKey returns the key of chunk ids.
func (s WriterSecret) IDKey() []byte { return derive(s, nil, "id", KeySize) }

// ChunkKey returns the secret from which the chunker's table is made.
func (s WriterSecret) ChunkKey() []byte { return derive(s, nil, "chunking", KeySize) }

// IndexKey returns the key of index objects.
func (s WriterSecret) IndexKey() []byte { return derive(s, nil, "index", KeySize) }

// ManifestKey returns the key of sessions and marks.
func (s WriterSecret) ManifestKey() []byte { return derive(s, nil, "manifest", KeySize) }

// ConfigKey returns the key that authenticates the repository's configuration.
func (s WriterSecret) ConfigKey() []byte { return derive(s, nil, "config", KeySize) }

// MAC returns HMAC-SHA-256(key, context, data).
func MAC(key, context, data []byte) []byte {
	m := hmac.New(sha256.New, key)
	m.Write(context)
	m.Write(data)
	return m.Sum(nil)
}

// Stream fills b with pseudo-random bytes that depend on the key and the purpose only: HKDF-SHA-256 with an empty salt, at most
// 8160 bytes.
func Stream(key []byte, purpose string, b []byte) {
	copy(b, derive(key, nil, purpose, len(b)))
}

// SignatureSize and VerifierSize are lengths in bytes (Ed25519, RFC 8032).
const (
	SignatureSize = ed25519.SignatureSize
	VerifierSize  = ed25519.PublicKeySize
)

// Signer is a device's Ed25519 key.
type Signer struct{ k ed25519.PrivateKey }

// NewSigner returns the signer of a 32-byte seed.
func NewSigner(seed []byte) *Signer { return &Signer{ed25519.NewKeyFromSeed(seed)} }

// RandomSigner returns a fresh one.
func RandomSigner() *Signer {
	seed := make([]byte, KeySize)
	Random(seed)
	return NewSigner(seed)
}

// Seed returns the 32 bytes that NewSigner takes.
func (s *Signer) Seed() []byte { return s.k.Seed() }

// Verifier returns the public half, VerifierSize bytes.
func (s *Signer) Verifier() []byte { return []byte(s.k.Public().(ed25519.PublicKey)) }

// Sign returns the signature of data in its context: Ed25519 over context ‖ SHA-256(data).
func (s *Signer) Sign(context, data []byte) []byte {
	h := sha256.Sum256(data)
	return ed25519.Sign(s.k, append(context[:len(context):len(context)], h[:]...))
}

// Verify reports whether sig is the signature of data in its context under the verifier.
func Verify(verifier, context, data, sig []byte) bool {
	if len(verifier) != VerifierSize {
		return false
	}
	h := sha256.Sum256(data)
	return ed25519.Verify(verifier, append(context[:len(context):len(context)], h[:]...), sig)
}

// Argon says how expensive a passphrase is to guess. The fields are stored in the slot.
type Argon struct {
	Time    uint32 // passes
	Memory  uint32 // KiB
	Threads uint8
}

// DefaultArgon is the second recommendation of RFC 9106, section 4.
var DefaultArgon = Argon{Time: 3, Memory: 64 << 10, Threads: 4}

// Valid bounds what a stored slot may ask of this machine: at most 1 GiB, and 16 GiB of memory traffic.
func (a Argon) Valid() bool {
	return a.Time >= 1 && a.Threads >= 1 && a.Memory >= 8*uint32(a.Threads) &&
		a.Memory <= 1<<20 && uint64(a.Time)*uint64(a.Memory) <= 16<<20
}

// PassphraseKey returns the Argon2id key of a passphrase; the parameters must be Valid.
func PassphraseKey(passphrase string, salt []byte, a Argon) []byte {
	return argon2.IDKey([]byte(passphrase), salt, a.Time, a.Memory, a.Threads, KeySize)
}

// CodeKey returns the key of a secret that is random already: a recovery code or a device's key.
func CodeKey(secret, salt []byte) []byte { return derive(secret, salt, "code", KeySize) }
