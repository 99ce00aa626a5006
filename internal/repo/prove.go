package repo

import (
	"context"
	"encoding/binary"
	"io"
	"slices"
	"strings"
	"sync"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/index"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/parallel"
	"backup_projeto/internal/storage"
)

// What package verify stands on: reading objects whole and anew, whatever is cached.

// Codes of what is wrong with a pack; the kind is Damage.
const (
	codePackSize   core.Code = "pack-size"   // it is not as long as the index says
	codePackHash   core.Code = "pack-hash"   // its bytes do not have the hash that its name is
	codePackFooter core.Code = "pack-footer" // its trailer or footer does not open
	codePackIndex  core.Code = "pack-index"  // its footer is not what the index says
	codePackBlocks core.Code = "pack-blocks" // a segment does not open, or a chunk does not have its id
)

// packDamage is an error about a pack.
func packDamage(code core.Code, name core.ID, err error) error {
	return &core.Error{Kind: core.Damage, Code: code, Subject: PackName(name), Err: err}
}

// CheckConfig reads the configuration again: damage unless it is what was opened, which is authentic.
func (r *Repo) CheckConfig(ctx context.Context) error { return checkHeader(ctx, r.store, r.header) }

// ReadIndexes reads every index object from the store, whatever the local index knows, workers at once, and calls fn for each, from
// several goroutines, with what it lists or with why it cannot be read (kind Damage). Other errors, and those of fn, end it. One that is
// gone when it is read was merged by a prune: what stands for it is in a newer listing.
func (r *Repo) ReadIndexes(ctx context.Context, workers int, fn func(object string, packs []pack.Entry, err error) error) error {
	read := map[core.ID]bool{}
	for try := 1; ; try++ {
		listed, err := r.listIndex(ctx)
		if err != nil {
			return err
		}
		listed = slices.DeleteFunc(listed, func(l listedIndex) bool { return read[l.name] })
		var mu sync.Mutex // guards read
		gone := false     // guarded by mu
		err = parallel.Each(ctx, workers, listed, func(ctx context.Context, l listedIndex) error {
			packs, by, err := r.readIndex(ctx, l.name)
			if err == nil {
				err = r.believe(ctx, packs, by)
			}
			if err != nil && core.KindOf(err) != core.Damage {
				return err
			}
			again := try < maxLists && IsAbsent(err)
			mu.Lock()
			gone = gone || again
			read[l.name] = !again
			mu.Unlock()
			if again {
				return nil
			}
			return fn(indexName(l.name), packs, err)
		})
		if err != nil || !gone {
			return err
		}
	}
}

// LocalIndexDamaged reports whether the local copy of the index was found damaged since LoadIndex: a chunk that was not found may be
// there after another LoadIndex.
func (r *Repo) LocalIndexDamaged() bool { return r.set.Damaged() }

// StatPack returns a pack's size in the store; an absent one is damage.
func (r *Repo) StatPack(ctx context.Context, name core.ID) (int64, error) {
	info, err := r.store.Stat(ctx, PackName(name))
	return info.Size, damageOf(PackName(name), err)
}

// FetchPack reads a whole pack of size bytes into buf, which is replaced where it is too small. An absent or shorter one is damage.
func (r *Repo) FetchPack(ctx context.Context, name core.ID, size int64, buf []byte) ([]byte, error) {
	if size > core.MaxPack {
		return buf, packDamage(codePackSize, name, nil)
	}
	if int64(cap(buf)) < size {
		buf = make([]byte, size)
	}
	buf = buf[:size]
	err := storage.ReadRange(ctx, r.store, PackName(name), 0, buf)
	if err == io.ErrUnexpectedEOF {
		err = packDamage(codePackSize, name, err)
	}
	return buf, damageOf(PackName(name), err)
}

// PackSum is a hash of all that an index says of a pack but its name, so that a prover need not keep it.
func PackSum(e *pack.Entry) core.ID {
	h := crypto.NewHash()
	h.Write(e.Key)
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(e.Size)))
	h.Write(e.Footer.Encode())
	return core.ID(h.Sum(nil))
}

// footer opens what stands at the end of a pack: data has that to its last byte.
func (p *Prover) footer(data []byte) (*pack.Entry, *crypto.ObjectKey, error) {
	end := len(data) - pack.TrailerSize
	if end < 0 {
		return nil, nil, pack.ErrFormat
	}
	sealed, n, err := pack.Trailer(data[end:])
	if err != nil || n > end {
		return nil, nil, pack.ErrFormat
	}
	key, err := p.r.ring.Read.OpenObjectKey(p.r.header.ID, crypto.KindPack, nil, sealed)
	if err != nil {
		return nil, nil, err
	}
	f, err := pack.OpenFooter(key, data[end-n:end])
	return &pack.Entry{Size: int64(len(data)), Key: sealed, Footer: f}, key, err
}

// wrongChunks returns where in a segment's raw bytes the chunks stand that do not have their ids.
func wrongChunks(h *crypto.IDHasher, s *pack.Segment, raw []byte) (wrong []uint32) {
	at := 0
	for i, n := range s.Lengths {
		if h.Sum(raw[at:at+n]) != s.IDs[i] {
			wrong = append(wrong, uint32(at))
		}
		at += n
	}
	return wrong
}

// Flaw is a place in a pack where a reader does not get what the index promises.
type Flaw struct {
	Number  uint32   // of the segment
	Offsets []uint32 // of the chunks, ascending, in its raw bytes; nil means all
}

// Examine reads all segments of a pack as one who goes by an index entry does, and says which chunks cannot be had. It is for packs that
// Prove refuses: where only padding or the footer is damaged, nothing is lost.
func (r *Repo) Examine(ctx context.Context, e *pack.Entry) (flaws []Flaw, err error) {
	if !r.CanRead() {
		return nil, errWriteOnly()
	}
	segments := e.Footer.Segments
	places := make([]Segment, len(segments))
	for i, offset := range e.Footer.Offsets() {
		s := &segments[i]
		places[i] = Segment{Pack: index.PackInfo{Name: e.Name, Size: e.Size, Key: e.Key, Kind: e.Footer.Kind}, Number: uint32(i),
			Segment: index.SegmentInfo{Offset: offset, Stored: uint32(s.Stored), Raw: uint32(s.Raw), Compression: s.Compression}}
	}
	key, err := r.ring.Read.OpenObjectKey(r.header.ID, crypto.KindPack, nil, e.Key)
	if err != nil {
		for i := range segments {
			flaws = append(flaws, Flaw{Number: uint32(i)})
		}
		return flaws, nil
	}
	h := r.Hasher()
	err = r.readSegments(ctx, key, places, noTurn, func(i int, raw []byte, err error) error {
		if err != nil {
			flaws = append(flaws, Flaw{Number: uint32(i)})
		} else if wrong := wrongChunks(h, &segments[i], raw); len(wrong) > 0 {
			flaws = append(flaws, Flaw{uint32(i), wrong})
		}
		return nil
	})
	return flaws, err
}

// IsAbsent reports whether an error of reading an object says that the store does not have it.
func IsAbsent(err error) bool { return storage.IsNotFound(err) }

// IsLocked reports whether an error says that a lock of the store forbids it.
func IsLocked(err error) bool { return storage.IsLocked(err) }

// ParsePackName returns the pack that an object's name, or the subject of an error, is of.
func ParsePackName(object string) (core.ID, bool) {
	id, err := core.ParseID(object[strings.LastIndexByte(object, '/')+1:])
	return id, err == nil && PackName(id) == object
}
