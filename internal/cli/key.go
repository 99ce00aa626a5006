package cli

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"backup_projeto/internal/cli/term"
	"backup_projeto/internal/config"
	"backup_projeto/internal/core"
	"backup_projeto/internal/keys"
)

// runKeyHelp is "key" without a word: its help, and an error, for nothing was done.
func runKeyHelp(_ context.Context, a *app, _ []string) error {
	return mistake(config.Problem{Code: "missing-argument", Subject: " " + a.localWords("key"), Other: a.text.Commands["key"].Args})
}

// jsonKey is the object of a key.
type jsonKey struct {
	Type      string `json:"type"`
	ID        string `json:"id"`
	Kind      string `json:"kind"` // passphrase, recovery, device
	Label     string `json:"label"`
	WriteOnly bool   `json:"write_only"`
	Created   string `json:"created"`
	Used      bool   `json:"used"`             // the repository was opened with it now
	Change    string `json:"change,omitempty"` // added, removed
}

func (s *session) newJSONKey(slot *keys.Slot, change string) jsonKey {
	return jsonKey{"key", slot.ID.String(), lockWord(slot.Lock), slot.Label, slot.WriteOnly, jsonTime(slot.Created), slot.ID == s.repo.Keyring().Slot, change}
}

// lockWord is a lock in JSON, and on the command line.
func lockWord(l keys.Lock) string { return [...]string{"passphrase", "recovery", "device"}[l] }

// locks are the words of "key add", in each language; completions come in the person's own.
var locks = []struct {
	lock keys.Lock
	en   string
	pt   []string
}{
	{keys.Passphrase, "passphrase", []string{"senha"}},
	{keys.Recovery, "recovery", []string{"recuperacao", "recuperação"}},
	{keys.Device, "device", []string{"dispositivo"}},
}

func completeLocks(a *app, args []string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	return a.lockWords(), cobra.ShellCompDirectiveNoFileComp
}

func (a *app) lockWords() []string {
	var out []string
	for _, l := range locks {
		out = append(out, a.lang.Pick(l.en, l.pt[0]))
	}
	return out
}

// lockName is a lock for people.
func (s *session) lockName(slot *keys.Slot) string {
	k := s.text.Keys
	name := [...]string{k.LockPassphrase, k.LockRecovery, k.LockDevice}[slot.Lock]
	if slot.WriteOnly {
		name += ", " + k.WriteOnly
	}
	return name
}

// slots reads the keys. Those that are not genuine are told, and left out.
func (s *session) slots(ctx context.Context) ([]*keys.Slot, error) {
	slots, damaged, err := s.repo.Slots(ctx)
	s.warnDamaged(damaged)
	return slots, err
}

func runKeyList(ctx context.Context, a *app, _ []string) error {
	return a.with(ctx, false, func(s *session) error {
		slots, err := s.slots(ctx)
		if err != nil {
			return err
		}
		k := s.text.Keys
		rows := [][]string{{k.ColumnID, k.ColumnLock, k.ColumnLabel, k.ColumnCreated, ""}}
		mine := s.deviceKey(s.header.ID)
		for _, slot := range slots {
			s.object(s.newJSONKey(slot, ""))
			note := ""
			if mine != nil && mine.Slot == slot.ID {
				note = k.ThisDevice
			}
			rows = append(rows, []string{slot.ID.String()[:8], s.lockName(slot), term.Escape(slot.Label), s.lang.Date(time.Unix(0, slot.Created)), note})
		}
		s.table(rows)
		return nil
	})
}

func runKeyRemove(ctx context.Context, a *app, args []string) error {
	return a.reading(ctx, func(s *session) error {
		slots, err := s.slots(ctx)
		if err != nil {
			return err
		}
		slot, err := findSlot(slots, args[0])
		if err != nil {
			return err
		}
		others := slices.ContainsFunc(slots, func(x *keys.Slot) bool { return x != slot && !x.WriteOnly })
		if !others { // before asking; the repository refuses it too
			return errKind(core.Usage, "last-key", slot.ID.String()[:8])
		}
		if err := s.must(ctx, f(s.text.Keys.AskRemove, slot.ID.String()[:8], s.lockName(slot)+" "+term.Escape(slot.Label))); err != nil {
			return err
		}
		if err := s.repo.RemoveSlot(ctx, slot.ID); err != nil {
			return err
		}
		if mine := s.deviceKey(s.header.ID); mine != nil && mine.Slot == slot.ID {
			s.forgetDevice(s.header.ID)
		}
		s.object(s.newJSONKey(slot, "removed"))
		s.say(f(s.text.Keys.Removed, slot.ID.String()[:8]))
		return nil
	})
}

// findSlot returns the key whose id begins so.
func findSlot(slots []*keys.Slot, prefix string) (*keys.Slot, error) {
	var found *keys.Slot
	for _, slot := range slots {
		if !strings.HasPrefix(slot.ID.String(), strings.ToLower(prefix)) {
			continue
		}
		if found != nil {
			return nil, errKind(core.Usage, "key-ambiguous", prefix)
		}
		found = slot
	}
	if found == nil || prefix == "" {
		return nil, errKind(core.Usage, "key-not-found", prefix)
	}
	return found, nil
}

// runKeyPassphrase sets a passphrase in place of every older one. The new one is added first: whatever happens, one of them opens.
func runKeyPassphrase(ctx context.Context, a *app, _ []string) error {
	return a.reading(ctx, func(s *session) error {
		slots, err := s.slots(ctx)
		if err != nil {
			return err
		}
		slot, err := s.addPassphrase(ctx, "")
		if err != nil {
			return err
		}
		for _, old := range slots {
			if old.Lock == keys.Passphrase {
				if err := s.repo.RemoveSlot(ctx, old.ID); err != nil {
					return err
				}
				s.object(s.newJSONKey(old, "removed"))
			}
		}
		s.object(s.newJSONKey(slot, "added"))
		s.say(s.text.Keys.Changed)
		return nil
	})
}

func (s *session) addPassphrase(ctx context.Context, label string) (*keys.Slot, error) {
	text, err := s.newPassphrase(ctx)
	if err != nil {
		return nil, err
	}
	return s.repo.AddSlot(ctx, keys.Secret{Lock: keys.Passphrase, Value: []byte(text)}, label, s.cfg.WriteOnly)
}
