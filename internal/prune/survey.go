package prune

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/gc"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/snapshot"
)

// now returns the store's clock, from the time at which it got this prune's session. In a dry run, which stores nothing, this machine's.
func (p *run) now() (time.Time, error) {
	if p.s == nil {
		return time.Now(), nil
	}
	flying, err := p.r.InFlight(p.ctx)
	for _, f := range flying {
		if f.ID == p.s.ID() {
			return f.Time, nil
		}
	}
	return time.Time{}, err
}

// store is the store as package gc asks it.
type store struct {
	gc.Shelf
	p         *pass
	manifests []*snapshot.Manifest
	void      map[core.UUID]bool // snapshots that are there and count for nothing
}

// look looks at everything, finds what is live, and decides.
func (p *pass) look() error {
	s := &store{Shelf: p.r.Marks(p.ctx), p: p}
	var self core.UUID
	if p.s != nil {
		self = p.s.ID()
	}
	var err error
	if p.survey, err = gc.Look(s, self, p.rules); err != nil {
		return err
	}
	if len(s.manifests) == 0 && len(p.stored) > 0 && !p.o.AllowEmpty {
		return &core.Error{Kind: core.Failure, Code: codeEmpty}
	}
	p.judgePacks()
	if err := p.findLive(s.manifests); err != nil {
		return err
	}
	if err := p.count(); err != nil {
		return err
	}
	p.choice = p.tally.Choose(p.limits())
	p.swept = map[core.ID]bool{}
	for _, i := range p.choice.Sweep {
		p.swept[p.names[i]] = true
	}
	return nil
}

// ownWaits is how long a listing may take to show this prune's session: services that list late show what they show of others no sooner.
var ownWaits = [...]time.Duration{0, time.Second, 2 * time.Second, 4 * time.Second}

// ListSessions implements gc.Prune.
func (s *store) ListSessions() (out []gc.InFlight, err error) {
	if s.p.s == nil { // a dry run has none in the store
		out, err = s.p.r.InFlight(s.p.ctx)
		return append(out, gc.InFlight{Listed: gc.Listed{Time: time.Now()}}), err
	}
	for _, wait := range ownWaits {
		select {
		case <-time.After(wait):
		case <-s.p.ctx.Done():
			return nil, s.p.ctx.Err()
		}
		if out, err = s.p.r.InFlight(s.p.ctx); err != nil {
			return nil, err
		}
		for _, f := range out {
			if f.ID == s.p.s.ID() {
				return out, nil
			}
		}
		if alive, err := s.p.s.Alive(s.p.ctx); err != nil {
			return nil, err
		} else if !alive {
			return nil, &core.Error{Kind: core.Failure, Code: codeDead}
		}
	}
	return out, nil
}

// Expire implements gc.Prune.
func (s *store) Expire(id core.UUID) error {
	if s.p.o.DryRun {
		return nil
	}
	return s.p.r.EndSession(s.p.ctx, id)
}

// ListLive implements gc.Prune. What this run saw before, and what the local cache remembers, of snapshots serves to doubt the listing.
func (s *store) ListLive() ([]core.UUID, error) {
	all, err := s.readLive()
	if err != nil {
		return nil, err
	}
	s.manifests = slices.DeleteFunc(slices.Clone(all), func(m *snapshot.Manifest) bool { return s.p.leave[m.ID] })
	ids, have := make([]core.UUID, len(all)), map[core.UUID]bool{}
	for i, m := range all {
		ids[i], have[m.ID] = m.ID, true
	}
	for id := range s.void {
		have[id] = true
	}
	for _, id := range append(s.p.seen, s.p.r.CachedSnapshots()...) {
		if have[id] {
			continue
		}
		have[id] = true // asked after once
		there, err := s.p.r.HasSnapshot(s.p.ctx, id)
		if err != nil {
			return nil, err
		}
		if there {
			return nil, gc.ErrShort
		}
		s.p.r.ForgetSnapshot(id)
	}
	s.p.seen = ids
	return ids, nil
}

// maxReads is how often the snapshots are listed anew because some move into the trash and out of it.
const maxReads = 5

// readLive reads all snapshots that are live.
func (s *store) readLive() ([]*snapshot.Manifest, error) {
	for range maxReads {
		s.p.void = nil
		all, trashed, damaged, err := s.p.r.LiveAndTrash(s.p.ctx)
		s.p.trashed = trashed
		moved := false
		for i := 0; i < len(damaged) && err == nil; i++ {
			if repo.IsVoid(damaged[i].Err) {
				s.p.void = append(s.p.void, damaged[i])
				continue
			}
			var live bool
			live, err = s.stillLive(&damaged[i])
			moved = moved || live
		}
		if err != nil || !moved {
			s.void = ignored(s.p.void)
			for _, d := range s.p.void {
				s.p.issue(d.Object, d.Err)
			}
			return all, err
		}
	}
	return nil, gc.ErrUnsettled
}

// stillLive reports whether a snapshot that was listed and not found is live all the same: it was dropped, or brought back, in between. If it is
// not, its backup took it back, or its time in the trash was over. Any other damage is an error.
func (s *store) stillLive(d *repo.Damaged) (bool, error) {
	_, name, _ := strings.Cut(d.Object, "/")
	name, _, _ = strings.Cut(name, ".") // in the trash two ids make a name
	id, err := core.ParseUUID(name)
	if err != nil || !repo.IsAbsent(d.Err) {
		return false, unreadable(d.Object, d.Err)
	}
	return s.p.r.IsLive(s.p.ctx, id)
}

// HasSnapshot implements gc.Prune. One that counts for nothing is none.
func (s *store) HasSnapshot(id core.UUID) (bool, error) {
	if s.void[id] {
		return false, nil
	}
	return s.p.r.HasSnapshot(s.p.ctx, id)
}

// ListPacks implements gc.Prune. A pack that is listed by an index object and not by the store is asked after by its name: if it is there,
// the store's listing is not whole, and what it lacks besides nobody knows.
func (s *store) ListPacks() (err error) {
	p := s.p
	if p.parity, err = p.r.ParityObjects(p.ctx); err != nil {
		return err
	}
	if p.stored, err = p.r.PackTimes(p.ctx); err != nil {
		return err
	}
	missing := slices.DeleteFunc(slices.Clone(p.view.Packs()), func(name core.ID) bool {
		_, listed := p.stored[name]
		return listed
	})
	err = p.each(missing, func(ctx context.Context, name core.ID) error {
		if _, err := p.r.StatPack(ctx, name); !repo.IsAbsent(err) {
			return cmp.Or(err, gc.ErrShort)
		}
		return nil
	})
	if err != nil {
		return err
	}
	p.names = slices.Clone(p.view.Packs())
	for name := range p.stored {
		if _, ok := p.view.Pack(&name); !ok {
			p.names = append(p.names, name)
		}
	}
	return nil
}

// judgePacks says of each pack what the survey knows of it.
func (p *pass) judgePacks() {
	ripe := map[core.ID]bool{}
	for _, m := range p.survey.Ripe {
		for _, id := range m.Condemned {
			ripe[id] = true
		}
	}
	bad := p.r.Distrusted()
	p.tally.Packs = make([]gc.Pack, len(p.names))
	for i := range p.names {
		name, q := &p.names[i], &p.tally.Packs[i]
		stored, ok := p.stored[*name]
		l := p.listed[*name]
		q.Stored, q.Listed, q.Size = ok, l != nil, stored.Size
		q.Trusted = l != nil && l.trusted && !l.contradicted && !bad[*name]
		if l != nil {
			q.Kind = uint8(l.kind)
		}
		if !stored.Time.IsZero() {
			q.Put = stored.Time.UnixNano()
		}
		q.Condemned, q.Ripe = p.survey.Marks.Condemned(name), ripe[*name]
		q.Young = ok && p.survey.Young(stored.Time, q.Listed, p.rules)
	}
}

// Packs of one kind that are smaller than a full one by smallShare are merged when there are manyPacks of them. Each costs a request or two
// wherever it is read, and whole ones are few.
const (
	smallShare = 8
	manyPacks  = 64
)

// limits returns what may stay and what may be rewritten.
func (p *pass) limits() gc.Limits {
	l := gc.Limits{Unused: p.o.MaxUnused.Bytes, Rewrite: p.o.MaxRewrite, Many: manyPacks}
	for kind := pack.Data; kind <= pack.Tree; kind++ {
		l.Small = append(l.Small, repo.FullPack(kind)/smallShare)
	}
	if p.o.many > 0 {
		l.Many = p.o.many
	}
	switch {
	case l.Rewrite == 0:
		l.Rewrite = -1
	case l.Rewrite < 0:
		l.Rewrite = 0
	}
	if p.o.MaxUnused.Share > 0 {
		var kept int64
		for i := range p.tally.Packs {
			if q := &p.tally.Packs[i]; q.Stored && !q.Condemned && q.Needs > 0 {
				kept += q.Size
			}
		}
		l.Unused = int64(float64(kept) * p.o.MaxUnused.Share)
	}
	return l
}

// unreadable is an error about what must be read and cannot be.
func unreadable(object string, err error) error {
	return &core.Error{Kind: core.Damage, Code: codeDamage, Subject: object, Err: err}
}

var (
	errMissing = errors.New("no pack that is stored has blocks that snapshots need")
	errContent = errors.New("the content does not match its id")
)
