package repo

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/gc"
	"backup_projeto/internal/index"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/parallel"
	"backup_projeto/internal/storage"
)

// What package prune stands on. In which order it is used package gc says.

// BeginPrune starts the session of a prune. What it is given with a Filler it takes for present only if it stored it itself.
func (r *Repo) BeginPrune(ctx context.Context) (*Session, error) {
	if !r.CanRead() {
		return nil, errWriteOnly()
	}
	s, err := r.begin(ctx, true)
	if err != nil {
		return nil, err
	}
	s.has = func(id *core.ID) bool {
		return r.set.Held(id, func(pack *core.ID, believed bool) bool { return believed && s.part.Relies(pack) })
	}
	return s, nil
}

// ID returns the session's id.
func (s *Session) ID() core.UUID { return s.id }

// Alive reports whether the session still stands in the store. A prune may have taken it for dead.
func (s *Session) Alive(ctx context.Context) (bool, error) {
	_, err := s.r.store.Stat(ctx, sessionName(s.id))
	return err == nil, ignoreAbsent(err)
}

// marks is the shelf of a prune: it says whose marks to trust, those of devices that may read, and passes damaged ones on as marks that nobody
// trusts.
type marks struct{ shelf }

// Marks returns the marks for a prune.
func (r *Repo) Marks(ctx context.Context) gc.Shelf { return marks{shelf{ctx: ctx, r: r, trust: true}} }

// ReadMark implements gc.Shelf.
func (m marks) ReadMark(l gc.Listed) (mark *gc.Mark, err error) {
	for range 2 { // what is damaged only on its way must not be taken for damaged
		if mark, err = m.shelf.ReadMark(l); core.KindOf(err) != core.Damage {
			return mark, err
		}
	}
	return &gc.Mark{ID: l.ID, Time: l.Time}, nil
}

// InFlight lists the sessions in flight. One that cannot be read has none.
func (r *Repo) InFlight(ctx context.Context) ([]gc.InFlight, error) {
	if err := r.ensureRevoked(ctx); err != nil {
		return nil, err
	}
	listed, _, err := r.listNotes(ctx, sessionPrefix)
	if err != nil {
		return nil, err
	}
	found, err := gather(ctx, len(listed), func(ctx context.Context, i int) (*gc.InFlight, error) {
		name := sessionName(listed[i].ID)
		data, err := storage.ReadAll(ctx, r.store, name, maxSession)
		switch {
		case storage.IsNotFound(err): // ended since
			return nil, nil
		case err != nil && core.KindOf(damageOf(name, err)) != core.Damage:
			return nil, err
		}
		f := &gc.InFlight{Listed: listed[i]}
		text, slot, verifier, err := r.openNote(sessionMagic, crypto.KindSession, f.ID, data)
		if err != nil {
			return f, nil
		}
		worth, err := r.standingIf(ctx, slot, verifier, func(*revokedSlot) bool { return false })
		if err != nil {
			return nil, err
		}
		f.Void = worth.void() // what it is about to save will count for nothing
		if f.Session, err = gc.DecodeSession(text); err == nil {
			f.Session.ID, f.Session.Slot = f.ID, slot
		}
		return f, nil
	})
	out := make([]gc.InFlight, len(found))
	for i := range found {
		out[i] = *found[i]
	}
	return out, err
}

// EndSession takes a session that is dead out of the store.
func (r *Repo) EndSession(ctx context.Context, id core.UUID) error {
	return r.store.Delete(ctx, sessionName(id))
}

// HasSnapshot asks after a snapshot by its name.
func (r *Repo) HasSnapshot(ctx context.Context, id core.UUID) (bool, error) {
	_, err := r.store.Stat(ctx, snapshotName(id))
	return err == nil, ignoreAbsent(err)
}

// CachedSnapshots returns the snapshots of which the local cache has a copy: they were in the store once.
func (r *Repo) CachedSnapshots() []core.UUID { return r.cachedIDs(r.cachedSnapshot) }

// ForgetSnapshot drops the local copy of a snapshot that the store does not have any more.
func (r *Repo) ForgetSnapshot(id core.UUID) {
	if r.dir != "" {
		_ = os.Remove(r.cachedSnapshot(id))
	}
}

// PutMark stores a mark and returns its id.
func (r *Repo) PutMark(ctx context.Context, m *gc.Mark) (core.UUID, error) {
	id := crypto.NewTimeUUID(time.Unix(0, m.Created))
	data := r.note(markMagic, crypto.KindMark, id, m.Encode())
	if len(data) > core.MaxObject {
		return id, core.Errorf(core.Failure, "", markName(id), "mark of %d bytes", len(data))
	}
	return id, r.store.Put(ctx, markName(id), data)
}

// DeleteMark deletes a mark.
func (r *Repo) DeleteMark(ctx context.Context, id core.UUID) error {
	return r.store.Delete(ctx, markName(id))
}

// StoredPack is what a listing says of a pack.
type StoredPack struct {
	Size int64     // bytes
	Time time.Time // when the store got it; zero where it does not tell
}

// PackTimes lists the packs that the store has.
func (r *Repo) PackTimes(ctx context.Context) (map[core.ID]StoredPack, error) {
	out := map[core.ID]StoredPack{}
	for info, err := range r.store.List(ctx, packPrefix) {
		if err != nil {
			return nil, err
		}
		if id, ok := ParsePackName(info.Name); ok {
			out[id] = StoredPack{info.Size, info.ModTime}
		}
	}
	return out, nil
}

// DeletePack deletes a pack.
func (r *Repo) DeletePack(ctx context.Context, name core.ID) error {
	return r.store.Delete(ctx, PackName(name))
}

// IndexObject is one of the store's, read whole.
type IndexObject struct {
	Name    core.ID
	Size    int64        // bytes
	Packs   []pack.Entry // with an Origin each; none where it is void
	Trusted []bool       // beside Packs: whether the device that first listed it may read, and is believed
	Void    error        // why it counts for nothing (see IsVoid), or nil
	Since   time.Time    // since when, where it is void for a revocation; zero where the store does not tell, or nothing made it so
}

// NoOrigin is the origin of a pack entry of which nobody says that it is true: such as one that was read from the pack's own footer, and not
// compared with what is in the pack.
var NoOrigin = core.UUID{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

// Indexes are the store's index objects as one listing has them.
type Indexes struct {
	r      *Repo
	listed []listedIndex
}

// ListIndexes lists the index objects.
func (r *Repo) ListIndexes(ctx context.Context) (*Indexes, error) {
	if err := r.ensureRevoked(ctx); err != nil {
		return nil, err
	}
	listed, err := r.listIndex(ctx)
	return &Indexes{r: r, listed: listed}, err
}

// Each reads all of them, workers at once, and calls fn for each, from several goroutines. The first that cannot be read ends it, with kind
// Damage.
func (x *Indexes) Each(ctx context.Context, workers int, fn func(*IndexObject) error) error {
	return parallel.Each(ctx, workers, x.listed, func(ctx context.Context, l listedIndex) error {
		o, err := x.read(ctx, l)
		if err != nil {
			return err
		}
		return fn(o)
	})
}

// Read reads one of them by its name.
func (x *Indexes) Read(ctx context.Context, name core.ID) (*IndexObject, error) {
	return x.read(ctx, listedIndex{name: name})
}

// read says of each pack who listed it first: who signed the object or, where that is a device that may read and merges what others
// listed, whom it names.
func (x *Indexes) read(ctx context.Context, l listedIndex) (*IndexObject, error) {
	packs, by, err := x.r.readIndex(ctx, l.name)
	o := &IndexObject{Name: l.name, Size: l.size}
	if IsVoid(err) {
		o.Void = err
		if core.CodeOf(err) == codeDisowned {
			o.Since = x.r.revokedSince(by.slot)
		}
		return o, nil
	}
	if err != nil {
		return nil, err
	}
	trusts, err := x.r.trusts(ctx, by)
	if err != nil {
		return nil, err
	}
	o.Packs, o.Trusted = packs, make([]bool, len(packs))
	for i := range packs {
		if packs[i].Origin, o.Trusted[i], err = trusts.origin(ctx, packs[i].Origin); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// PutIndex stores an index object of packs, each with its Origin, and returns its name and size. What is about to be stored is opened again
// and compared first: entries that a merge loses are data lost.
func (r *Repo) PutIndex(ctx context.Context, packs []pack.Entry) (core.ID, int64, error) {
	own := slices.Clone(packs)
	for i := range own {
		if own[i].Origin == r.ring.Slot {
			own[i].Origin = core.UUID{}
		}
	}
	name, data := r.sealIndex(own)
	back, err := r.openIndex(data)
	if err == nil && !samePacks(own, back) {
		err = fmt.Errorf("%w: an index object is not what was sealed", index.ErrFormat)
	}
	if err == nil && len(data) > core.MaxObject {
		err = fmt.Errorf("index object of %d bytes", len(data))
	}
	if err != nil {
		return name, 0, &core.Error{Kind: core.Failure, Subject: indexName(name), Err: err}
	}
	return name, int64(len(data)), r.store.Put(ctx, indexName(name), data)
}

func samePacks(a, b []pack.Entry) bool {
	return slices.EqualFunc(a, b, func(x, y pack.Entry) bool {
		return x.Name == y.Name && x.Origin == y.Origin && PackSum(&x) == PackSum(&y)
	})
}

// DeleteIndex deletes an index object.
func (r *Repo) DeleteIndex(ctx context.Context, name core.ID) error {
	return r.store.Delete(ctx, indexName(name))
}

// Stored returns the packs that the session has stored, in no order.
func (s *Session) Stored() []core.ID { return s.part.Relied() }
