package gc

import (
	"slices"
	"time"

	"backup_projeto/internal/core"
)

// Prune is what a prune asks of its store to see what is there. The prune's own session is in the store before.
type Prune interface {
	Shelf
	// ListSessions lists sessions/ and reads each. One that is gone when it is read is left out.
	ListSessions() ([]InFlight, error)
	// Expire deletes the session of a backup or prune that is dead.
	Expire(core.UUID) error
	// ListLive returns the snapshots that are kept. All can be read.
	ListLive() ([]core.UUID, error)
	// HasSnapshot asks after one snapshot by its name.
	HasSnapshot(core.UUID) (bool, error)
	// LoadIndex reads what the index objects list.
	LoadIndex() error
	// ListPacks lists the packs that are stored.
	ListPacks() error
}

// InFlight is a session that a listing has.
type InFlight struct {
	Listed
	Session *Session // nil where it cannot be read
	Void    bool     // its device was revoked, or it only pretends to be of that device: nothing waits for it
}

// Rules say how long things stay, by the store's clock.
type Rules struct {
	Grace  time.Duration // a mark, before it is swept
	Expire time.Duration // a session, before it is taken for dead
	Forget time.Duration // a tombstone
}

// Survey is what a prune saw.
type Survey struct {
	Now      time.Time // the store's clock, when the prune's session was put
	Oldest   time.Time // when the oldest session in flight, the prune's own included, was put
	Marks    Known
	Ripe     []*Mark    // marks that may be swept, and tombstones
	Waiting  []InFlight // sessions in flight that keep marks from being swept
	InFlight int        // sessions, but for the prune's own
	Live     []core.UUID
}

// Look looks at everything, in the order that makes it safe to sweep. Marks come before sessions: a session that this listing lacks was put
// after it, and finds every mark in Ripe, or was deleted before it, when its snapshot was stored. So sessions come before snapshots, and
// snapshots before the index, whose chunks they need. Running is returned where another prune is in flight, and ErrShort where a listing
// lacks what is there.
func Look(p Prune, self core.UUID, rules Rules) (*Survey, error) {
	s := &Survey{}
	if _, err := s.Marks.Look(p); err != nil {
		return nil, err
	}
	sessions, err := s.sessions(p, self, rules)
	if err != nil {
		return nil, err
	}
	if s.Live, err = p.ListLive(); err != nil {
		return nil, err
	}
	s.Live = once(s.Live, func(id *core.UUID) core.UUID { return *id })
	if err := s.census(p); err != nil {
		return nil, err
	}
	if err := p.LoadIndex(); err != nil {
		return nil, err
	}
	if err := p.ListPacks(); err != nil {
		return nil, err
	}
	s.ripen(sessions, rules)
	return s, nil
}

// sessions lists the sessions in flight but self. Dead ones are deleted before anything else is looked at: a backup that was taken for
// dead, and is not, finds a mark or a tombstone when it looks, and otherwise its snapshot is listed.
func (s *Survey) sessions(p Prune, self core.UUID, rules Rules) ([]InFlight, error) {
	all, err := p.ListSessions()
	if err != nil {
		return nil, err
	}
	all = once(all, func(f *InFlight) core.UUID { return f.ID })
	own := slices.IndexFunc(all, func(f InFlight) bool { return f.ID == self })
	if own < 0 {
		return nil, ErrShort
	}
	s.Now, s.Oldest = all[own].Time, all[own].Time
	all = slices.Delete(all, own, own+1)
	var left []InFlight
	for _, f := range all {
		if f.Void || old(s.Now, f.Time, rules.Expire) {
			if err := p.Expire(f.ID); err != nil {
				return nil, err
			}
			continue
		}
		if f.Session != nil && f.Session.Prune {
			return nil, &Running{f}
		}
		if f.Time.Before(s.Oldest) {
			s.Oldest = f.Time
		}
		left = append(left, f)
	}
	s.InFlight = len(left)
	return left, nil
}

// old reports whether something that was put at a time is as old as that. Where the store does not tell, nothing is.
func old(now, put time.Time, age time.Duration) bool {
	return age <= 0 || !put.IsZero() && !now.IsZero() && now.Sub(put) >= age
}

// census checks the listing of snapshots against what the marks remember: a snapshot that was there when packs were condemned, and is not
// listed now, must be gone.
func (s *Survey) census(p Prune) error {
	asked := map[core.UUID]bool{}
	for _, id := range s.Live {
		asked[id] = true
	}
	for _, m := range s.Marks.There() {
		if !m.Trusted {
			continue
		}
		for _, id := range m.Snapshots {
			if asked[id] {
				continue
			}
			asked[id] = true
			if there, err := p.HasSnapshot(id); err != nil {
				return err
			} else if there {
				return ErrShort
			}
		}
	}
	return nil
}

// ripen finds the marks that may be swept: made by a device that may read, old enough, and known to every session in flight.
func (s *Survey) ripen(sessions []InFlight, rules Rules) {
	waiting := make([]bool, len(sessions))
	for _, m := range s.Marks.There() {
		if !m.Trusted || !old(s.Now, m.Time, rules.Grace) {
			continue
		}
		blocked := false
		for i, f := range sessions {
			if f.Session == nil || !f.Session.knows(m.ID) {
				blocked = true
				waiting[i] = waiting[i] || !m.Swept
			}
		}
		if !blocked {
			s.Ripe = append(s.Ripe, m)
		}
	}
	for i, f := range sessions {
		if waiting[i] {
			s.Waiting = append(s.Waiting, f)
		}
	}
}

// Young reports whether a pack is to be left alone: a backup in flight may have put it, it is younger than the grace, or no index object
// lists it, and the device that put it may still do so. A backup would notice and put its chunks again: this only spares the work.
func (s *Survey) Young(put time.Time, listed bool, rules Rules) bool {
	if s.InFlight > 0 && (put.IsZero() || !put.Before(s.Oldest)) {
		return true
	}
	return !old(s.Now, put, rules.Grace) || !listed && !old(s.Now, put, rules.Expire)
}
