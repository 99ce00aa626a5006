// Package keys says who can open a repository: the slots stored in it, and what a device keeps to open its own.
//
// Terms: the keyring is what a slot opens: the writer secret, the read key or its public half, and the slot's own signing key.
// A slot's lock is a passphrase, a recovery code, or a device's random key. A slot with access "write" holds the public half
// only: it backs up and deduplicates and reads nothing back.
//
// Promises: a slot is sealed under its lock and certified by the admin key, which only a holder of the read key has, so that
// a stolen write-only device cannot admit others; parameters read from a store are bounded before they cost anything; no
// secret appears in an error.
package keys

import (
	"errors"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
)

// Lock is what opens a slot.
type Lock uint8

// The locks. The numbers are in the format.
const (
	Passphrase Lock = iota
	Recovery
	Device
)

// Keyring is what an opened slot gives.
type Keyring struct {
	Repo   core.UUID
	Slot   core.UUID           // the slot that was opened
	Writer crypto.WriterSecret // derives the id, chunking, index and manifest keys
	Public *crypto.PublicKey   // to seal packs and snapshots to
	Admin  []byte              // verifies slots' certificates
	Read   *crypto.ReadKey     // nil for a write-only slot
	Signer *crypto.Signer      // the slot's own
}

// NewKeyring makes the secrets of a new repository; it belongs to no slot yet.
func NewKeyring(repo core.UUID) (*Keyring, error) {
	read, err := crypto.NewReadKey()
	if err != nil {
		return nil, err
	}
	return &Keyring{Repo: repo, Writer: crypto.NewWriterSecret(), Public: read.Public(), Admin: read.Admin().Verifier(), Read: read}, nil
}

// Secret is what a person or a device offers to open a slot with.
type Secret struct {
	Lock  Lock
	Value []byte    // the passphrase, the recovery code's bytes, or the device's key
	Slot  core.UUID // for a device: the slot it opens; zero tries every slot of the lock
}

// ErrNoMatch says that a secret does not open a slot.
var ErrNoMatch = errors.New("the secret does not open this slot")

// ErrFormat is wrapped by every error about bytes that are no slot.
var ErrFormat = errors.New("not of the slot format")
