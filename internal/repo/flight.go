package repo

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/gc"
	"backup_projeto/internal/storage"
)

// The objects of package gc: sessions of who is in flight, and marks of packs to be deleted. Both are sealed like pins:
//
//	magic 8 ‖ slot id 16 ‖ verifier 32 ‖ signature 64 ‖ sealOnce(manifest key, context, pad(CBOR))
const (
	sessionPrefix = "sessions/"
	markPrefix    = "gc/"
	sessionMagic  = "bp-sess1"
	markMagic     = "bp-mark1"
	maxSession    = 1 << 20 // bytes
	maxKnows      = 10_000  // marks that a session names
)

// Codes of this file's errors.
const (
	codeMarkDamaged core.Code = "mark-damaged"
	codeMarksChange core.Code = "marks-change"
)

func sessionName(id core.UUID) string { return sessionPrefix + id.String() }
func markName(id core.UUID) string    { return markPrefix + id.String() }

// note seals what only devices of the repository are to read.
func (r *Repo) note(magic string, kind crypto.Kind, id core.UUID, text []byte) []byte {
	ctx := r.context(kind, id[:])
	return r.sign(magic, ctx, crypto.SealOnce(r.ring.Writer.ManifestKey(), ctx, crypto.Pad(text)))
}

// openNote reads what note made, and who signed it: the slot, and the public half of the key that did.
func (r *Repo) openNote(magic string, kind crypto.Kind, id core.UUID, data []byte) (text []byte, slot core.UUID, verifier core.ID, err error) {
	ctx := r.context(kind, id[:])
	body, slot, err := signed(magic, ctx, data)
	if err == nil {
		verifier = verifierOf(data)
		body, err = crypto.OpenOnce(r.ring.Writer.ManifestKey(), ctx, body)
	}
	if err == nil {
		text, err = crypto.Unpad(body)
	}
	return text, slot, verifier, err
}

// listNotes lists the objects below a prefix that are named by a UUID, with the times at which the store got them. What else is there is
// returned with all.
func (r *Repo) listNotes(ctx context.Context, prefix string) (out []gc.Listed, all []storage.Info, err error) {
	for info, err := range r.store.List(ctx, prefix) {
		if err != nil {
			return nil, nil, err
		}
		all = append(all, info)
		if id, err := core.ParseUUID(strings.TrimPrefix(info.Name, prefix)); err == nil {
			out = append(out, gc.Listed{ID: id, Time: info.ModTime})
		}
	}
	for i := range out {
		if !out[i].Time.IsZero() { // not every listing tells
			continue
		}
		info, err := r.store.Stat(ctx, prefix+out[i].ID.String())
		if err != nil && !storage.IsNotFound(err) {
			return nil, nil, err
		}
		out[i].Time = info.ModTime
	}
	slices.SortFunc(out, func(a, b gc.Listed) int { return a.ID.Compare(b.ID) })
	return out, all, nil
}

// shelf is the repository's marks, for one operation.
type shelf struct {
	ctx context.Context
	r   *Repo
	// trust is whether it matters who may read.
	trust bool
}

// ListMarks implements gc.Shelf. The listing has the revocations too.
func (s shelf) ListMarks() ([]gc.Listed, error) {
	marks, all, err := s.r.listNotes(s.ctx, markPrefix)
	if err == nil {
		err = s.r.learnRevoked(s.ctx, all)
	}
	return marks, err
}

// ReadMark implements gc.Shelf.
func (s shelf) ReadMark(l gc.Listed) (*gc.Mark, error) {
	name := markName(l.ID)
	if m, err := s.open(l, s.r.recallFile("gc", l.ID.String())); err == nil {
		return m, nil
	}
	data, err := storage.ReadAll(s.ctx, s.r.store, name, core.MaxObject)
	if storage.IsNotFound(err) {
		return nil, nil
	}
	var m *gc.Mark
	if err == nil {
		if m, err = s.open(l, data); err == nil {
			s.r.keepFile("gc", l.ID.String(), data)
			return m, nil
		}
	}
	if err = damageOf(name, err); core.KindOf(err) != core.Damage {
		return nil, err
	}
	return nil, &core.Error{Kind: core.Damage, Code: codeMarkDamaged, Subject: name, Err: err}
}

func (s shelf) open(l gc.Listed, data []byte) (*gc.Mark, error) {
	text, slot, verifier, err := s.r.openNote(markMagic, crypto.KindMark, l.ID, data)
	if err != nil {
		return nil, err
	}
	m, err := gc.DecodeMark(text)
	if err != nil {
		return nil, err
	}
	m.ID, m.Slot, m.Time = l.ID, slot, l.Time
	return m, s.judge(m, verifier)
}

// judge sees whether a mark counts. One that is void condemns nothing. One of a device that was revoked is honoured if the store may have got
// it before: a prune that looked then may be about to sweep it.
func (s shelf) judge(m *gc.Mark, verifier core.ID) error {
	worth, err := s.r.standingIf(s.ctx, m.Slot, verifier, func(gone *revokedSlot) bool {
		return m.Time.IsZero() || gone.since.IsZero() || !m.Time.After(gone.since)
	})
	if err != nil {
		return err
	}
	if worth.void() {
		m.Condemned, m.Rewritten, m.Snapshots = nil, nil, nil
		return nil
	}
	if s.trust && worth == genuine {
		m.Trusted, err = s.r.mayRead(s.ctx, m.Slot)
	}
	return err
}

// markFile is where the local cache keeps a mark.
func (r *Repo) markFile(id core.UUID) string { return filepath.Join(r.dir, "gc", id.String()) }

// recall adds the marks in the cache to what is known.
func (r *Repo) recall(ctx context.Context, k *gc.Known) {
	for _, id := range r.cachedMarks() {
		if m, err := (shelf{ctx: ctx, r: r}).open(gc.Listed{ID: id}, r.recallFile("gc", id.String())); err == nil {
			k.Add(m)
		}
	}
}

func (r *Repo) cachedMarks() []core.UUID { return r.cachedIDs(r.markFile) }

// forgetMarks drops from the cache what the store has no more.
func (r *Repo) forgetMarks(k *gc.Known) {
	there := map[core.UUID]bool{}
	for _, m := range k.There() {
		there[m.ID] = true
	}
	for _, id := range r.cachedMarks() {
		if !there[id] {
			_ = os.Remove(r.markFile(id))
		}
	}
}

// protocolError gives an error of package gc its code.
func protocolError(err error) error {
	if errors.Is(err, gc.ErrUnsettled) {
		return &core.Error{Kind: core.Destination, Code: codeMarksChange, Err: err}
	}
	return err
}

// author is a session as package gc sees it.
type author struct {
	gc.Shelf
	s    *Session
	name string // of the snapshot
	data []byte
}

// author returns the session as package gc sees it. A prune goes on beside damaged marks, and takes them away.
func (s *Session) author(prune bool) *author {
	if prune {
		return &author{Shelf: s.r.Marks(s.ctx), s: s}
	}
	return &author{Shelf: shelf{ctx: s.ctx, r: s.r}, s: s}
}

// PutSession implements gc.Author.
func (a *author) PutSession(n *gc.Session) error {
	if len(n.Knows) > maxKnows {
		n.Knows = n.Knows[len(n.Knows)-maxKnows:] // the newest
	}
	err := a.s.r.store.Put(a.s.ctx, sessionName(a.s.id), a.s.r.note(sessionMagic, crypto.KindSession, a.s.id, n.Encode()))
	a.s.unsure = err != nil
	return err
}

// LoadIndex implements gc.Author.
func (a *author) LoadIndex() (err error) {
	a.s.trust = a.s.r.trustID()
	a.s.damaged, err = a.s.r.loadIndexes(a.s.ctx) // the marks were looked at before, and the revocations with them
	return err
}

// PutSnapshot implements gc.Author.
func (a *author) PutSnapshot() error {
	// Put, not Create: the name is random, and a Create whose answer was lost would find its own object and call it taken.
	return a.s.r.store.Put(a.s.ctx, a.name, a.data)
}

// TakeBack implements gc.Author. Where this device may not delete anything the snapshot stays, though nobody is told of it.
func (a *author) TakeBack() error {
	err := a.s.r.store.Delete(a.s.ctx, a.name)
	if storage.IsDenied(err) || storage.IsLocked(err) {
		return nil
	}
	return err
}
