package keys

import (
	"bytes"
	"fmt"

	"backup_projeto/internal/cbor"
	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
)

// maxParity is the largest share of parity, in hundredths of a percent: all.
const maxParity = 10_000

// Settings are what holds for all devices of a repository and may be changed. They are stored anew each time, under a new id; those with the
// greatest id hold. Only who can read can change them.
type Settings struct {
	Repo    core.UUID
	ID      core.UUID // a UUID of version 7, greater than those of all settings before
	Created int64     // nanoseconds since 1970 UTC, the device's clock
	// Parity is how much of a new pack may be lost, in hundredths of a percent; 0 is none.
	Parity int
	Cert   []byte // the admin key's signature of all of the above
}

// Certify signs settings with a keyring that can read. Repo, and Cert, are set.
func (s *Settings) Certify(k *Keyring) {
	s.Repo = k.Repo
	s.Cert = k.Read.Admin().Sign(s.context(), s.body())
}

// Certified reports whether the admin key made these settings.
func (s *Settings) Certified(admin []byte) bool {
	return crypto.Verify(admin, s.context(), s.body(), s.Cert)
}

func (s *Settings) context() []byte { return crypto.Context(s.Repo, crypto.KindSettings, s.ID[:]) }

// body is what the certificate signs: the map without it.
func (s *Settings) body() []byte { return s.appendFields(cbor.AppendMap(nil, 5)) }

func (s *Settings) appendFields(b []byte) []byte {
	b = cbor.AppendUint(cbor.AppendUint(b, 1), version)
	b = cbor.AppendBytes(cbor.AppendUint(b, 2), s.Repo[:])
	b = cbor.AppendBytes(cbor.AppendUint(b, 3), s.ID[:])
	b = cbor.AppendInt(cbor.AppendUint(b, 4), s.Created)
	return cbor.AppendUint(cbor.AppendUint(b, 5), uint64(s.Parity))
}

// Encode returns the settings' deterministic CBOR.
func (s *Settings) Encode() []byte {
	b := s.appendFields(cbor.AppendMap(nil, 6))
	return cbor.AppendBytes(cbor.AppendUint(b, 6), s.Cert)
}

// DecodeSettings reads what Encode wrote. Nothing of it is authentic before Certified.
func DecodeSettings(data []byte) (*Settings, error) {
	s := &Settings{}
	err := cbor.DecodeMap(data, 6, func(d *cbor.Decoder, key uint64) bool {
		switch key {
		case 1:
			if n := d.Uint(255); d.Err() == nil && n != version {
				d.Fail("version %d", n)
			}
		case 2:
			d.Fixed(s.Repo[:])
		case 3:
			d.Fixed(s.ID[:])
		case 4:
			s.Created = d.Int()
		case 5:
			s.Parity = int(d.Uint(maxParity))
		case 6:
			s.Cert = bytes.Clone(d.Bytes(crypto.SignatureSize))
		default:
			return false
		}
		return true
	}, s.Encode)
	if err != nil {
		return nil, fmt.Errorf("%w: settings: %w", ErrFormat, err)
	}
	return s, nil
}
