package gc

import (
	"time"

	"backup_projeto/internal/cbor"
	"backup_projeto/internal/core"
)

// Mark condemns packs. From the time that it is seen no chunk counts as present because it is in one of them, for as long as the mark, or
// a tombstone that has the pack, is in the store.
type Mark struct {
	// Swept makes it a tombstone: its packs were deleted. It stays so that nobody counts on an index object that names one of them and
	// arrives late, from a machine that slept.
	Swept     bool
	Created   int64       // nanoseconds since 1970 UTC, the device's clock; for people
	Condemned []core.ID   // packs
	Rewritten []core.ID   // packs that have copies of what is live in the condemned ones; for people
	Snapshots []core.UUID // those that were kept when the mark was made; none in a tombstone

	// What follows is set on reading and is no part of the mark's bytes.
	ID      core.UUID
	Slot    core.UUID // that signed it
	Trusted bool      // by a device that may read; others cannot know what is live, and their marks are not swept
	Time    time.Time // the store's clock; zero where it does not tell
}

// Encode returns the mark's deterministic CBOR.
func (m *Mark) Encode() []byte {
	b := cbor.AppendMap(nil, 5)
	b = cbor.AppendBool(cbor.AppendUint(b, 1), m.Swept)
	b = cbor.AppendInt(cbor.AppendUint(b, 2), m.Created)
	b = appendIDs(cbor.AppendUint(b, 3), m.Condemned)
	b = appendIDs(cbor.AppendUint(b, 4), m.Rewritten)
	return appendUUIDs(cbor.AppendUint(b, 5), m.Snapshots)
}

// DecodeMark reads what Encode wrote.
func DecodeMark(data []byte) (*Mark, error) {
	m := &Mark{}
	err := decode(data, 5, func(d *cbor.Decoder, key uint64) bool {
		switch key {
		case 1:
			m.Swept = d.Bool()
		case 2:
			m.Created = d.Int()
		case 3:
			m.Condemned = readIDs(d)
		case 4:
			m.Rewritten = readIDs(d)
		case 5:
			m.Snapshots = readUUIDs(d)
		default:
			return false
		}
		return true
	}, m.Encode)
	if err != nil {
		return nil, err
	}
	return m, nil
}
