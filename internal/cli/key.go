package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"backup_projeto/internal/cli/term"
	"backup_projeto/internal/config"
	"backup_projeto/internal/core"
	"backup_projeto/internal/keys"
)

// runKeyHelp is "key" without a word: an error, for nothing was done.
func runKeyHelp(_ context.Context, a *app, _ []string) error {
	return mistake(config.Problem{Code: "missing-command", Subject: " " + a.localWords("key")})
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

// runKeyRemove gives a key up, that nobody else had.
func runKeyRemove(ctx context.Context, a *app, args []string) error {
	return a.reading(ctx, func(s *session) error { return s.endKey(ctx, args[0], false) })
}

// runKeyRevoke ends a key that is in other hands.
func runKeyRevoke(ctx context.Context, a *app, args []string) error {
	return a.reading(ctx, func(s *session) error { return s.endKey(ctx, args[0], true) })
}

// typeVerifyAll is the command that reads everything.
func (s *session) typeVerifyAll() string {
	return s.typeThis("verify") + " --" + s.lang.Pick("data", "dados") + "=100%"
}

// endKey removes or revokes the key that is meant: see findSlot.
func (s *session) endKey(ctx context.Context, meant string, stolen bool) error {
	slots, err := s.slots(ctx)
	if err != nil {
		return err
	}
	lost, err := s.repo.LostSlots(ctx)
	if err != nil {
		return err
	}
	slot, err := findSlot(slices.Concat(slots, lost), meant)
	if err != nil {
		return err
	}
	others := slices.ContainsFunc(slots, func(x *keys.Slot) bool { return x != slot && !x.WriteOnly })
	if !others { // before asking; the repository refuses it too
		return errKind(core.Usage, "last-key", slot.ID.String()[:8])
	}
	mine := s.deviceKey(s.header.ID)
	own := mine != nil && mine.Slot == slot.ID
	k := s.text.Keys
	ask, done, change := k.AskRemove, k.Removed, "removed"
	switch {
	case stolen && own:
		ask, done, change = k.AskRevokeOwn, k.Revoked, "revoked"
	case stolen:
		ask, done, change = k.AskRevoke, k.Revoked, "revoked"
	case own:
		ask = k.AskRemoveOwn
	}
	if err := s.must(ctx, f(ask, slot.ID.String()[:8], s.lockName(slot)+" "+term.Escape(slot.Label))); err != nil {
		return err
	}
	if err := s.repo.RevokeSlots(ctx, []core.UUID{slot.ID}, stolen); err != nil {
		return err
	}
	if own {
		s.forgetDevice(s.header.ID)
	}
	s.object(s.newJSONKey(slot, change))
	s.say(f(done, slot.ID.String()[:8]))
	switch {
	case stolen && slot.WriteOnly:
		s.tell(s.wrapped(f(k.RevokedWriter, s.typeVerifyAll())))
	case stolen:
		s.tell(s.wrapped(k.RevokedReader))
	}
	return nil
}

// findSlot returns the only key whose id begins so, or whose name that is.
func findSlot(slots []*keys.Slot, meant string) (*keys.Slot, error) {
	var found []*keys.Slot
	for _, slot := range slots {
		if strings.HasPrefix(slot.ID.String(), strings.ToLower(meant)) || strings.EqualFold(slot.Label, meant) {
			found = append(found, slot)
		}
	}
	switch {
	case len(found) == 0 || meant == "":
		return nil, errKind(core.Usage, "key-not-found", meant)
	case len(found) > 1:
		var names []string
		for _, slot := range found {
			names = append(names, strings.TrimSpace(slot.ID.String()[:8]+" "+slot.Label))
		}
		return nil, &core.Error{Kind: core.Usage, Code: "key-ambiguous", Subject: meant, Err: &moreValues{list: names}}
	}
	return found[0], nil
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
		slots = slices.DeleteFunc(slots, func(old *keys.Slot) bool { return old.Lock != keys.Passphrase })
		var ids []core.UUID
		for _, old := range slots {
			ids = append(ids, old.ID)
		}
		if err := s.repo.RevokeSlots(ctx, ids, false); err != nil { // at once: this may be opened with one of them
			return err
		}
		for _, old := range slots {
			s.object(s.newJSONKey(old, "removed"))
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
