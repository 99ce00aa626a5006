package gc

import (
	"slices"
	"unicode/utf8"

	"backup_projeto/internal/cbor"
	"backup_projeto/internal/core"
)

// Session says that a backup or a prune is in flight.
type Session struct {
	Prune   bool
	Created int64       // nanoseconds since 1970 UTC, the device's clock; for people
	Host    string      // for people
	Knows   []core.UUID // the marks that it knew when it began, and honours

	// What follows is set on reading and is no part of the session's bytes.
	ID   core.UUID
	Slot core.UUID // that signed it
}

// maxHost is how many bytes of a host's name are kept.
const maxHost = 256

// Encode returns the session's deterministic CBOR.
func (s *Session) Encode() []byte {
	host := s.Host
	for len(cbor.AppendText(nil, host)) > maxHost {
		_, size := utf8.DecodeLastRuneInString(host)
		host = host[:len(host)-size]
	}
	b := cbor.AppendMap(nil, 4)
	b = cbor.AppendBool(cbor.AppendUint(b, 1), s.Prune)
	b = cbor.AppendInt(cbor.AppendUint(b, 2), s.Created)
	b = cbor.AppendText(cbor.AppendUint(b, 3), host)
	return appendUUIDs(cbor.AppendUint(b, 4), s.Knows)
}

// DecodeSession reads what Encode wrote.
func DecodeSession(data []byte) (*Session, error) {
	s := &Session{}
	err := decode(data, 4, func(d *cbor.Decoder, key uint64) bool {
		switch key {
		case 1:
			s.Prune = d.Bool()
		case 2:
			s.Created = d.Int()
		case 3:
			s.Host = d.Text(maxHost)
		case 4:
			s.Knows = readUUIDs(d)
		default:
			return false
		}
		return true
	}, s.Encode)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// knows reports whether the session said that it honours a mark.
func (s *Session) knows(mark core.UUID) bool { return slices.Contains(s.Knows, mark) }
