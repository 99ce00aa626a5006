package cli

import (
	"context"
	"slices"
	"strings"
	"time"

	"backup_projeto/internal/cli/term"
	"backup_projeto/internal/core"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/repo"
)

// jsonKey is the object of a key.
type jsonKey struct {
	Type        string `json:"type"`
	ID          string `json:"id"`
	Kind        string `json:"kind"` // passphrase, recovery, device; unknown where there is no key
	Label       string `json:"label"`
	WriteOnly   bool   `json:"write_only"`
	Created     string `json:"created,omitempty"`
	Used        bool   `json:"used"` // the repository was opened with it now
	LastBackup  string `json:"last_backup,omitempty"`
	LastProject string `json:"last_project,omitempty"`
	Revoked     string `json:"revoked,omitempty"`
	Stolen      bool   `json:"stolen,omitempty"`
	Admitted    string `json:"admitted,omitempty"` // when what its device had saved was let count, without its key
	Missing     bool   `json:"missing,omitempty"`  // this machine has met it, and the repository has it no more
	Change      string `json:"change,omitempty"`   // added, removed, revoked, admitted
}

func (s *session) newJSONKey(slot *keys.Slot, change string) jsonKey {
	return jsonKey{Type: "key", ID: slot.ID.String(), Kind: lockWord(slot.Lock), Label: slot.Label, WriteOnly: slot.WriteOnly, Created: jsonTime(slot.Created),
		Used: slot.ID == s.repo.Keyring().Slot, Change: change}
}

// kindUnknown is the kind in JSON of a key of which the repository has not even what it was.
const kindUnknown = "unknown"

// unknownKey is the object of such a key.
func unknownKey(id core.UUID) jsonKey {
	return jsonKey{Type: "key", ID: id.String(), Kind: kindUnknown}
}

// lastBackup is when a key was last saved with, by the store's clock, and what.
type lastBackup struct {
	at      time.Time
	project string
}

// lastBackups looks through the snapshots for each key's newest, and for devices of which there is no key. Only who can read can do that.
func (s *session) lastBackups(ctx context.Context) (last map[core.UUID]lastBackup, unknown []core.UUID, err error) {
	last = map[core.UUID]lastBackup{}
	if !s.repo.CanRead() {
		return last, nil, nil
	}
	all, damaged, err := s.repo.History(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, m := range all {
		at := m.Time
		if at.IsZero() {
			at = time.Unix(0, m.Start)
		}
		if old := last[m.Device]; !at.Before(old.at) {
			last[m.Device] = lastBackup{at, m.Project.Name}
		}
	}
	for _, d := range damaged {
		if by := repo.SignedBy(d.Err); repo.IsUnknown(d.Err) && !slices.Contains(unknown, by) {
			unknown = append(unknown, by)
		}
	}
	return last, unknown, nil
}

// keyList is the table of keys.
type keyList struct {
	s    *session
	last map[core.UUID]lastBackup
	mine *keys.DeviceKey
	rows [][]string
}

// add adds a key, and what is to be said of it besides.
func (l *keyList) add(o jsonKey, slot *keys.Slot, note string) {
	s, k := l.s, l.s.text.Keys
	row := []string{slot.ID.String()[:8], k.LockUnknown, "", "", ""}
	if o.Kind != kindUnknown {
		row = []string{slot.ID.String()[:8], s.lockName(slot), term.Escape(slot.Label), s.lang.Date(time.Unix(0, slot.Created)), ""}
	}
	if last, ok := l.last[slot.ID]; ok {
		o.LastBackup, o.LastProject = last.at.UTC().Format(time.RFC3339Nano), last.project
		row[4] = f(k.LastBackup, s.lang.Date(last.at), term.Escape(last.project))
	}
	if l.mine != nil && l.mine.Slot == slot.ID {
		note = strings.TrimPrefix(note+", "+k.ThisDevice, ", ")
	}
	s.object(o)
	l.rows = append(l.rows, append(row, note))
}

func runKeyList(ctx context.Context, a *app, _ []string) error {
	return a.with(ctx, false, func(s *session) error {
		slots, err := s.slots(ctx)
		if err != nil {
			return err
		}
		last, unknown, err := s.lastBackups(ctx)
		if err != nil {
			return err
		}
		lost, err := s.repo.LostSlots(ctx)
		if err != nil {
			return err
		}
		revoked, err := s.repo.Revoked(ctx)
		if err != nil {
			return err
		}
		k := s.text.Keys
		l := keyList{s: s, last: last, mine: s.deviceKey(s.header.ID)}
		l.rows = [][]string{{k.ColumnID, k.ColumnLock, k.ColumnLabel, k.ColumnCreated, k.ColumnLast, ""}}
		for _, slot := range slots {
			l.add(s.newJSONKey(slot, ""), slot, "")
		}
		for _, slot := range lost {
			o := s.newJSONKey(slot, "")
			o.Missing = true
			l.add(o, slot, k.Missing)
		}
		for _, v := range revoked {
			l.revoked(v)
		}
		for _, id := range unknown {
			l.add(unknownKey(id), &keys.Slot{ID: id}, "")
		}
		s.table(l.rows)
		for _, id := range unknown {
			s.tell(s.admit(id))
		}
		return nil
	})
}

// revoked adds a key that is revoked. One that was only removed, such as a passphrase that was changed, matters if something was saved with it.
func (l *keyList) revoked(v repo.Revoked) {
	if _, saved := l.last[v.Slot]; v.Believed && !saved {
		return
	}
	slot := &keys.Slot{ID: v.Slot, Lock: v.Lock, WriteOnly: v.WriteOnly, Label: v.Label, Created: v.Created}
	o := l.s.newJSONKey(slot, "")
	at := v.Time
	if at.IsZero() {
		at = time.Unix(0, v.Revocation.Revoked)
	}
	if v.Admitted {
		o = unknownKey(v.Slot)
		o.Admitted = at.UTC().Format(time.RFC3339Nano)
		l.add(o, slot, f(l.s.text.Keys.AdmittedOn, l.s.lang.Date(at)))
		return
	}
	o.Revoked, o.Stolen = at.UTC().Format(time.RFC3339Nano), !v.Believed
	text := l.s.text.Keys.RevokedOn
	if v.Believed {
		text = l.s.text.Keys.RemovedOn
	}
	l.add(o, slot, f(text, l.s.lang.Date(at)))
}

// runKeyAdmit lets the snapshots of a device count of which there is no key.
func runKeyAdmit(ctx context.Context, a *app, args []string) error {
	return a.reading(ctx, func(s *session) error {
		_, unknown, err := s.lastBackups(ctx)
		if err != nil {
			return err
		}
		var slots []*keys.Slot
		for _, id := range unknown {
			slots = append(slots, &keys.Slot{ID: id, Lock: keys.Device, WriteOnly: true})
		}
		revoked, err := s.repo.Revoked(ctx) // one that was admitted is among these
		if err != nil {
			return err
		}
		for _, v := range revoked {
			slots = append(slots, &keys.Slot{ID: v.Slot, Lock: v.Lock, WriteOnly: true})
		}
		slot, err := findSlot(slots, args[0])
		if core.CodeOf(err) == "key-not-found" {
			return errKind(core.Usage, "no-signer", args[0])
		}
		if err != nil {
			return err
		}
		if err := s.must(ctx, f(s.text.Keys.AskAdmit, slot.ID.String()[:8])); err != nil {
			return err
		}
		if err := s.repo.Admit(ctx, slot.ID); err != nil {
			return err
		}
		o := unknownKey(slot.ID)
		o.Change = "admitted"
		s.object(o)
		s.say(f(s.text.Keys.Admitted, slot.ID.String()[:8]))
		s.tell(s.wrapped(f(s.text.Keys.AdmittedUnread, s.typeVerifyAll())))
		return nil
	})
}
