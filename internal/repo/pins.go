package repo

import (
	"context"
	"errors"
	"slices"
	"sync"

	"backup_projeto/internal/cbor"
	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/parallel"
	"backup_projeto/internal/storage"
)

// A pin keeps a snapshot from being dropped: "pins/<snapshot id>.<pin id>". Each pin is an object of its own and unpinning
// deletes those that are listed, so that two devices that pin and unpin at once cannot undo each other unawares. It is sealed like
// an index object, under the manifest key:
//
//	magic 8 ‖ slot id 16 ‖ verifier 32 ‖ signature 64 ‖ sealOnce(manifest key, context, pad(CBOR))
const (
	pinPrefix = "pins/"
	pinMagic  = "bp-pins1"
	maxPin    = 16 << 10 // bytes
)

// errPin says that bytes are authentic but no pin.
var errPin = errors.New("not of the format of pins")

// Pin says that a snapshot is kept.
type Pin struct {
	Snapshot core.UUID
	Slot     core.UUID // that signed it
	Created  int64     // nanoseconds since 1970 UTC, the device's clock
}

func (p *Pin) encode() []byte {
	b := cbor.AppendMap(nil, 2)
	b = cbor.AppendBytes(cbor.AppendUint(b, 1), p.Snapshot[:])
	return cbor.AppendInt(cbor.AppendUint(b, 2), p.Created)
}

func decodePin(data []byte) (*Pin, error) {
	p := &Pin{}
	err := cbor.DecodeMap(data, 2, func(d *cbor.Decoder, key uint64) bool {
		switch key {
		case 1:
			d.Fixed(p.Snapshot[:])
		case 2:
			p.Created = d.Int()
		default:
			return false
		}
		return true
	}, p.encode)
	if err != nil {
		return nil, errPin
	}
	return p, nil
}

func (r *Repo) pinContext(snapshot, pin core.UUID) []byte {
	return r.context(crypto.KindPin, append(snapshot[:], pin[:]...))
}

// sealPin returns the object of a pin.
func (r *Repo) sealPin(p *Pin, pin core.UUID) []byte {
	ctx := r.pinContext(p.Snapshot, pin)
	return r.sign(pinMagic, ctx, crypto.SealOnce(r.ring.Writer.ManifestKey(), ctx, crypto.Pad(p.encode())))
}

// openPin reads the object of a pin.
func (r *Repo) openPin(snapshot, pin core.UUID, data []byte) (*Pin, error) {
	ctx := r.pinContext(snapshot, pin)
	body, slot, err := signed(pinMagic, ctx, data)
	if err == nil {
		body, err = crypto.OpenOnce(r.ring.Writer.ManifestKey(), ctx, body)
	}
	if err == nil {
		body, err = crypto.Unpad(body)
	}
	if err != nil {
		return nil, err
	}
	p, err := decodePin(body)
	if err != nil {
		return nil, err
	}
	if p.Snapshot != snapshot {
		return nil, errMisplaced
	}
	p.Slot = slot
	return p, nil
}

// readPin reads a pin; nil where it is gone. One that is void (see IsVoid) is an error of kind Damage.
func (r *Repo) readPin(ctx context.Context, ref pinRef) (*Pin, error) {
	name := pairName(pinPrefix, ref.snapshot, ref.pin)
	data, err := storage.ReadAll(ctx, r.store, name, maxPin)
	if storage.IsNotFound(err) { // unpinned since the listing
		return nil, nil
	}
	var p *Pin
	if err == nil {
		p, err = r.openPin(ref.snapshot, ref.pin, data)
	}
	if err == nil {
		err = r.counts(ctx, name, data)
	}
	if err != nil && !IsUnknown(err) { // the key may have been lost: what is pinned stays
		return nil, damageOf(name, err)
	}
	return p, nil
}

// Pin keeps a snapshot from being dropped, from created on, nanoseconds since 1970 UTC. It reports false, and does nothing, where it is
// pinned already.
func (r *Repo) Pin(ctx context.Context, id core.UUID, created int64) (bool, error) {
	pinned, err := r.Pinned(ctx)
	if err != nil || pinned[id] {
		return false, err
	}
	one := crypto.NewUUID()
	return true, r.store.Put(ctx, pairName(pinPrefix, id, one), r.sealPin(&Pin{Snapshot: id, Created: created}, one))
}

// Unpin lets a snapshot be dropped again. It reports whether it was pinned. What a pin is called nobody knows but by a listing, which may
// miss the newest: so two in a row must have none left.
func (r *Repo) Unpin(ctx context.Context, id core.UUID) (bool, error) {
	gone := map[pinRef]bool{}
	for quiet := 0; quiet < 2; quiet++ {
		names, err := r.listPins(ctx)
		if err != nil {
			return len(gone) > 0, err
		}
		for _, p := range names {
			if p.snapshot != id || gone[p] {
				continue
			}
			if err := r.store.Delete(ctx, pairName(pinPrefix, id, p.pin)); err != nil {
				return true, err
			}
			gone[p], quiet = true, -1
		}
	}
	return len(gone) > 0, nil
}

type pinRef struct{ snapshot, pin core.UUID }

func (r *Repo) listPins(ctx context.Context) ([]pinRef, error) {
	var out []pinRef
	for info, err := range r.store.List(ctx, pinPrefix) {
		if err != nil {
			return nil, err
		}
		if id, pin, ok := parsePair(pinPrefix, info.Name); ok {
			out = append(out, pinRef{id, pin})
		}
	}
	return out, nil
}

// Pinned returns the snapshots that are pinned. A pin that is damaged keeps its snapshot too; one that is void does not.
func (r *Repo) Pinned(ctx context.Context) (map[core.UUID]bool, error) {
	list, err := r.listPins(ctx)
	if err != nil || len(list) == 0 {
		return map[core.UUID]bool{}, err
	}
	if err := r.ensureRevoked(ctx); err != nil {
		return nil, err
	}
	out := map[core.UUID]bool{}
	var mu sync.Mutex
	err = parallel.Each(ctx, readers, list, func(ctx context.Context, ref pinRef) error {
		p, err := r.readPin(ctx, ref)
		if err != nil && core.KindOf(err) != core.Damage {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		if p != nil || err != nil && !IsVoid(err) {
			out[ref.snapshot] = true
		}
		return nil
	})
	return out, err
}

// Pins reads all pins, oldest first; those that cannot be read, or are void, are returned as damage.
func (r *Repo) Pins(ctx context.Context) ([]*Pin, []Damaged, error) {
	list, err := r.listPins(ctx)
	if err != nil {
		return nil, nil, err
	}
	if err := r.ensureRevoked(ctx); err != nil {
		return nil, nil, err
	}
	var damaged damageList
	pins, err := gather(ctx, len(list), func(ctx context.Context, i int) (*Pin, error) {
		p, err := r.readPin(ctx, list[i])
		if err != nil {
			return nil, damaged.add(pairName(pinPrefix, list[i].snapshot, list[i].pin), err)
		}
		return p, nil
	})
	slices.SortFunc(pins, func(a, b *Pin) int { return byTime(a.Created, b.Created, a.Snapshot, b.Snapshot) })
	return pins, damaged.sorted(), err
}
