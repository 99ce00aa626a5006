package gc

import (
	"maps"
	"slices"
	"sync"

	"backup_projeto/internal/core"
)

// Author is what a backup asks of its store.
type Author interface {
	Shelf
	// PutSession stores the session's object.
	PutSession(*Session) error
	// LoadIndex brings what is known of the index up to date.
	LoadIndex() error
	// PutSnapshot stores the snapshot, whose chunks are all listed.
	PutSnapshot() error
	// TakeBack deletes the snapshot again.
	TakeBack() error
}

// Backup is a backup's part in the protocol. Known is what it honours; before Begin that is what the device remembers.
type Backup struct {
	Known Known

	wary bool // content that is taken over from a parent must be looked up

	mu     sync.RWMutex
	relies map[core.ID]struct{} // packs; guarded by mu
	blind  bool                 // content was taken over without being looked up; guarded by mu
}

// Begin puts the session and brings marks and index up to date. The session is put before the marks are looked at: whoever sweeps a mark
// that this look misses, sees the session.
func (b *Backup) Begin(a Author, s *Session) error {
	s.Knows = b.Known.IDs()
	if err := a.PutSession(s); err != nil {
		return err
	}
	if _, err := b.Known.Look(a); err != nil {
		return err
	}
	b.wary = b.Known.unswept()
	// The index comes after the marks: what was swept, and its mark taken away, before that look is not in the index any more.
	return a.LoadIndex()
}

// Count reports whether a chunk in that pack may count as present, and then relies on the pack.
func (b *Backup) Count(pack *core.ID) bool {
	if b.Known.Condemned(pack) {
		return false
	}
	b.Rely(pack)
	return true
}

// Rely notes that the snapshot will need that pack. A backup relies on what it uploads, too: a prune that takes its session for dead may
// condemn that.
func (b *Backup) Rely(pack *core.ID) {
	if b.Relies(pack) { // most often, so that nobody waits
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.relies == nil {
		b.relies = map[core.ID]struct{}{}
	}
	b.relies[*pack] = struct{}{}
}

// Relies reports whether the pack was counted on, or put by this session.
func (b *Backup) Relies(pack *core.ID) bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	_, ok := b.relies[*pack]
	return ok
}

// Wary reports whether content that is taken over from a parent must be looked up chunk by chunk. While no mark waits to be swept it need
// not be: the parent is whole, and what it needs can only be taken away after a new mark.
func (b *Backup) Wary() bool { return b.wary }

// TakeOver notes that content was taken over from a parent without being looked up. The parent must have been listed after Begin.
func (b *Backup) TakeOver() {
	b.mu.RLock()
	blind := b.blind
	b.mu.RUnlock()
	if blind {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.blind = true
}

// Commit puts the snapshot and then looks at the marks again. ErrCondemned says that a new one condemns what the snapshot relies on. It is
// taken back then; the backup has to look up all its chunks once more, upload what is missing, and commit a new snapshot.
//
// The look that counts is the one after the snapshot is stored, since a machine may sleep between any two requests: what is condemned
// after that look is swept by someone who sees the snapshot. Looking before, too, only spares to take a snapshot back; it is worth its
// request after a long backup.
func (b *Backup) Commit(a Author, lookBefore bool) error {
	if lookBefore {
		if err := b.look(a); err != nil {
			return err
		}
	}
	if err := a.PutSnapshot(); err != nil {
		return err
	}
	err := b.look(a)
	if err == ErrCondemned {
		if e := a.TakeBack(); e != nil {
			return e
		}
	}
	return err
}

// Doubt makes the backup look everything up once more, as a mark would: whom it believed is not believed any more.
func (b *Backup) Doubt() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.wary, b.blind = true, false
}

func (b *Backup) look(a Author) error {
	fresh, err := b.Known.Look(a)
	if err != nil || b.stands(fresh) {
		return err
	}
	b.Doubt()
	return ErrCondemned
}

// stands reports whether new marks leave alone what the backup relies on.
func (b *Backup) stands(fresh []*Mark) bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for _, m := range fresh {
		if b.blind && len(m.Condemned) > 0 {
			return false
		}
		for i := range m.Condemned {
			if _, ok := b.relies[m.Condemned[i]]; ok {
				return false
			}
		}
	}
	return true
}

// Relied returns all packs that are relied on, in no order.
func (b *Backup) Relied() []core.ID {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return slices.Collect(maps.Keys(b.relies))
}
