// Package gc is the protocol by which backups and prunes of many devices share one store without locks: what each may count on, what it
// may delete, and in which order it asks the store. There is no I/O here: operations bring a store as one of the small interfaces below,
// and the model checker in this package's tests brings one that tries every interleaving.
//
// Terms: a session is an object in sessions/ that stands there while a backup or a prune is in flight; a mark is an object in gc/ that
// condemns packs; to sweep a mark is to delete what it condemns and nothing needs; a tombstone is the mark that stays when that is done.
// A pack is listed if an index object names it, and stored if the store has it. A chunk is live if a snapshot that is kept needs it.
// What a backup relies on is the packs whose chunks it did not upload, since they were there.
//
// The rules, each with what breaks without it in doc/adr/0004-prune-protocol.md:
//
//   - A backup puts its session, then looks at the marks, then at the index; it counts no chunk of a condemned pack as present, honours
//     every mark that it once saw, and looks at the marks again after its snapshot is stored: only if no new one condemns what it relied
//     on is the snapshot reported. Its session goes last.
//   - What is condemned stays condemned. A mark is never taken back; what is needed of a condemned pack is copied.
//   - A prune looks at marks, sessions, snapshots, index and packs, in this order, and sweeps only marks of which every session in flight
//     says that it knows them. It writes the new index before it deletes the old, deletes packs after both, and the mark last, when a
//     tombstone stands for it.
//   - A listing that fails, or that lacks what is known to be there, ends a prune.
//
// Map: mark.go and session.go are the objects, known.go what is known of marks, backup.go the backup's part; survey.go, tally.go,
// choose.go and sweep.go are what a prune looks at, judges, condemns and deletes.
package gc

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"backup_projeto/internal/cbor"
	"backup_projeto/internal/core"
)

// ErrFormat is wrapped by every error about bytes that are no mark or session.
var ErrFormat = errors.New("not of the format of marks and sessions")

// ErrCondemned says that a prune has condemned what a backup relied on: it has to see anew what is present.
var ErrCondemned = errors.New("a prune condemned packs that this backup relied on")

// ErrUnsettled says that marks come and go faster than they can be read.
var ErrUnsettled = errors.New("the marks change while they are read")

// ErrShort says that a listing lacks what is there.
var ErrShort = errors.New("a listing is not whole")

// Running says that another prune is in flight.
type Running struct{ InFlight }

// Error gives the technical English form.
func (e *Running) Error() string { return "prune " + e.ID.String() + " is in flight" }

// Listed is an object that a listing names.
type Listed struct {
	ID   core.UUID
	Time time.Time // the store's clock; zero where it does not tell
}

// once returns a listing without what it repeats, since one may name an object more than once. Package repo asks through storage.Distinct, too,
// for all that it lists; what is here keeps the protocol, as the model checker tries it, from resting on that.
func once[T any](list []T, id func(*T) core.UUID) []T {
	seen := make(map[core.UUID]struct{}, len(list))
	out := make([]T, 0, len(list))
	for i := range list {
		if _, again := seen[id(&list[i])]; !again {
			seen[id(&list[i])] = struct{}{}
			out = append(out, list[i])
		}
	}
	return out
}

// maxIDs bounds the ids in one field of a mark.
const maxIDs = 1 << 20

// anID is an id of either kind.
type anID[T any] interface {
	comparable
	Compare(T) int
}

// appendSet appends ids, which are sorted here, as one byte string.
func appendSet[T anID[T]](b []byte, ids []T, raw func(*T) []byte) []byte {
	sorted := slices.Clone(ids)
	slices.SortFunc(sorted, T.Compare)
	sorted = slices.Compact(sorted)
	var all []byte
	for i := range sorted {
		all = append(all, raw(&sorted[i])...)
	}
	return cbor.AppendBytes(b, all)
}

func appendIDs(b []byte, ids []core.ID) []byte {
	return appendSet(b, ids, func(id *core.ID) []byte { return id[:] })
}

func appendUUIDs(b []byte, ids []core.UUID) []byte {
	return appendSet(b, ids, func(id *core.UUID) []byte { return id[:] })
}

// readSet reads what appendSet wrote: concatenated ids of size bytes, ascending. Comparing the encoding shows the rest.
func readSet[T any](d *cbor.Decoder, size int, make func([]byte) T) (out []T) {
	raw := d.Bytes(maxIDs * size)
	if len(raw)%size != 0 {
		d.Fail("%d bytes of ids", len(raw))
		return nil
	}
	for ; len(raw) > 0; raw = raw[size:] {
		out = append(out, make(raw[:size]))
	}
	return out
}

func readIDs(d *cbor.Decoder) []core.ID {
	return readSet(d, core.IDSize, func(b []byte) core.ID { return core.ID(b) })
}

func readUUIDs(d *cbor.Decoder) []core.UUID {
	return readSet(d, len(core.UUID{}), func(b []byte) core.UUID { return core.UUID(b) })
}

// decode is cbor.DecodeMap with ErrFormat.
func decode(data []byte, n int, field func(d *cbor.Decoder, key uint64) bool, encode func() []byte) error {
	if err := cbor.DecodeMap(data, n, field, encode); err != nil {
		return fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return nil
}
