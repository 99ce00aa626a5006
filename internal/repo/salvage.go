package repo

import (
	"context"
	"slices"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/index"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/storage"
)

// What package repair stands on, besides what aside.go and putback.go do.

// PutPack puts a pack back of which somebody has the bytes: they must have the hash that is its name. What stood there is copied aside first.
func (r *Repo) PutPack(ctx context.Context, name core.ID, data []byte) error {
	if crypto.Hash(data) != name {
		return packDamage(codePackHash, name, nil)
	}
	if out, err := r.SetAside(ctx, PackName(name), false); err != nil {
		return err
	} else if out == AsideLarge {
		return packDamage(codePackSize, name, nil)
	}
	if err := r.store.Put(ctx, PackName(name), data); err != nil {
		return err
	}
	r.heals.forget(name)
	back, err := storage.ReadAll(ctx, r.store, PackName(name), core.MaxObject)
	if err == nil && crypto.Hash(back) != name {
		err = storage.Errf(storage.Corrupt, PackName(name), errHash)
	}
	return err
}

// EntriesOf calls fn with what index objects that can be read say of the packs that want chooses, from several goroutines.
func (r *Repo) EntriesOf(ctx context.Context, workers int, want func(*core.ID) bool, fn func(*pack.Entry) error) error {
	return r.ReadIndexes(ctx, workers, func(_ string, packs []pack.Entry, _ error) error {
		for i := range packs {
			if want(&packs[i].Name) {
				if err := fn(&packs[i]); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// ChunkOutside is Chunk, in packs that bad does not name.
func (r *Repo) ChunkOutside(ctx context.Context, id core.ID, bad func(*core.ID) bool) ([]byte, error) {
	err := damage("block "+id.Short(), errAbsent)
	for _, l := range r.Lookup(&id) {
		if bad(&l.Pack.Name) {
			continue
		}
		var data []byte
		if data, err = r.chunkAt(ctx, &l, id); err == nil {
			return data, nil
		}
		if core.KindOf(err) != core.Damage {
			return nil, err
		}
	}
	return nil, err
}

// Salvaged is what came of a damaged pack.
type Salvaged struct {
	Saved, SavedBytes int64 // chunks that were copied
	Lost, LostBytes   int64 // chunks that could neither be read there, nor are elsewhere
}

// Salvage copies into the session every chunk of a pack, as an entry describes it, that can be read there and has its id; elsewhere says of
// a chunk that it need not be copied. The fillers' kinds are the pack's.
func (s *Session) Salvage(ctx context.Context, e *pack.Entry, elsewhere func(*core.ID) (bool, error)) (out Salvaged, err error) {
	r := s.r
	if !r.CanRead() {
		return out, errWriteOnly()
	}
	places := make([]Segment, len(e.Footer.Segments))
	for i, offset := range e.Footer.Offsets() {
		g := &e.Footer.Segments[i]
		places[i] = Segment{Pack: index.PackInfo{Name: e.Name, Size: e.Size, Key: e.Key, Kind: e.Footer.Kind}, Number: uint32(i),
			Segment: index.SegmentInfo{Offset: offset, Stored: uint32(g.Stored), Raw: uint32(g.Raw), Compression: g.Compression}}
	}
	c := &salvage{s: s, h: r.Hasher(), fill: s.Filler(e.Footer.Kind), elsewhere: elsewhere, out: &out}
	read := func(i int, raw []byte, err error) error {
		if err != nil {
			raw = nil
		}
		return c.segment(&e.Footer.Segments[i], raw)
	}
	key, err := r.ring.Read.OpenObjectKey(r.header.ID, crypto.KindPack, nil, e.Key)
	if err != nil {
		err = failAll(places, 0, err, read)
	} else {
		err = r.readSegments(ctx, key, places, noTurn, read)
	}
	if err == nil {
		err = c.fill.Flush()
	}
	return out, err
}

type salvage struct {
	s         *Session
	h         *crypto.IDHasher
	fill      *Filler
	elsewhere func(*core.ID) (bool, error)
	out       *Salvaged
}

// segment copies the chunks of a segment; raw is nil where it does not open.
func (c *salvage) segment(g *pack.Segment, raw []byte) error {
	at := 0
	raw = slices.Clone(raw) // elsewhere may read, and so use the buffer
	for i, n := range g.Lengths {
		id := &g.IDs[i]
		right := raw != nil && c.h.Sum(raw[at:at+n]) == *id
		have, err := c.elsewhere(id)
		if err != nil {
			return err
		}
		switch {
		case have:
		case right:
			fresh, err := c.fill.Add(*id, raw[at:at+n])
			if err != nil {
				return err
			}
			if fresh {
				c.out.Saved++
				c.out.SavedBytes += int64(n)
			}
		default:
			c.out.Lost++
			c.out.LostBytes += int64(n)
		}
		at += n
	}
	return nil
}
