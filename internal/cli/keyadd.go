package cli

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"backup_projeto/internal/cli/term"
	"backup_projeto/internal/config"
	"backup_projeto/internal/core"
	"backup_projeto/internal/durable"
	"backup_projeto/internal/keys"
)

func runKeyAdd(ctx context.Context, a *app, args []string) error {
	lock, err := a.parseLock(args)
	if err != nil {
		return err
	}
	return a.addKey(ctx, lock, args[1:])
}

// runKeyDeviceAdd is "key add device" with its words in the other order.
func runKeyDeviceAdd(ctx context.Context, a *app, args []string) error {
	return a.addKey(ctx, keys.Device, args)
}

// runKeyDeviceHelp is "key device" without a word.
func runKeyDeviceHelp(_ context.Context, a *app, _ []string) error {
	return mistake(config.Problem{Code: "missing-argument", Subject: " " + a.localWords("key device"), Other: a.text.Commands["key device"].Args})
}

// addKey adds a key; a device's has a file.
func (a *app) addKey(ctx context.Context, lock keys.Lock, file []string) error {
	return a.reading(ctx, func(s *session) error {
		label := s.cfg.Label
		if label == "" && lock != keys.Device {
			label = hostname()
		}
		var slot *keys.Slot
		var err error
		switch lock {
		case keys.Passphrase:
			slot, err = s.addPassphrase(ctx, label)
		case keys.Recovery:
			slot, err = s.addRecovery(ctx, label)
		case keys.Device:
			slot, err = s.addDevice(ctx, label, file[0])
		}
		if err != nil {
			return err
		}
		s.object(s.newJSONKey(slot, "added"))
		s.say(f(s.text.Keys.Added, slot.ID.String()[:8]))
		return nil
	})
}

// parseLock reads the kind of key to add, and sees that a device's has a file and no other has.
func (a *app) parseLock(args []string) (keys.Lock, error) {
	word := strings.ToLower(args[0])
	usage := a.text.Commands["key add"].Args
	for _, l := range locks {
		if word != l.en && !slices.Contains(l.pt, word) {
			continue
		}
		switch {
		case l.lock == keys.Device && len(args) < 2:
			return 0, mistake(config.Problem{Code: "missing-argument", Subject: " " + a.localWords("key add"), Other: usage})
		case l.lock != keys.Device && len(args) > 1:
			return 0, mistake(config.Problem{Code: "extra-argument", Value: args[1], Subject: " " + a.localWords("key add"), Other: usage})
		}
		return l.lock, nil
	}
	words := a.lockWords()
	return 0, mistake(config.Problem{Code: "value-choice", Subject: a.localWords("key add"), Value: args[0], Near: config.Near(word, words), List: words})
}

// jsonCode is the object of a recovery code, where the person asked to see one.
type jsonCode struct {
	Type       string `json:"type"`
	Repository string `json:"repository"`
	Place      string `json:"place"`
	Code       string `json:"recovery_code"`
}

func (s *session) addRecovery(ctx context.Context, label string) (*keys.Slot, error) {
	code := keys.NewCode()
	slot, err := s.repo.AddSlot(ctx, keys.Secret{Lock: keys.Recovery, Value: code}, label, s.cfg.WriteOnly)
	if err == nil {
		s.kit([]string{keys.FormatCode(code)})
	}
	return slot, err
}

// addDevice makes a device's key. Its file is written first: a slot whose key is lost opens nothing and looks as if it did.
func (s *session) addDevice(ctx context.Context, label, file string) (*keys.Slot, error) {
	path, err := filepath.Abs(file)
	if err != nil {
		return nil, sourceError("device-file", file, err)
	}
	if label == "" {
		label = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	}
	key := keys.NewDeviceKey(s.header.ID)
	if exists(path) {
		return nil, errKind(core.Usage, "device-file-exists", path)
	}
	if err := durable.CreateFile(path, key.Encode(), 0o600); err != nil {
		return nil, sourceError("device-file", path, err)
	}
	slot, err := s.repo.AddSlot(ctx, key.Secret(), label, s.cfg.WriteOnly)
	if err != nil {
		os.Remove(path)
		return nil, err
	}
	s.tell(f(s.text.Keys.FileWritten, s.tilde(path)))
	s.tell(s.wrapped(f(s.text.Keys.FileUse, variablePrefix+s.lang.Pick("DEVICE_KEY_FILE", "CHAVE_DISPOSITIVO_ARQUIVO"))))
	return slot, nil
}

// runKeyRecovery shows the codes again to somebody who proves to know the passphrase or a code, or, where the repository has no
// passphrase, says yes on the terminal: whoever can use this machine's key can read everything anyway, but not by looking over a
// shoulder.
func runKeyRecovery(ctx context.Context, a *app, _ []string) error {
	return a.reading(ctx, func(s *session) error {
		slots, err := s.slots(ctx)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(slots, func(x *keys.Slot) bool { return x.Lock == keys.Recovery }) {
			return errKind(core.Failure, "no-code", "")
		}
		if err := s.prove(ctx, slots); err != nil {
			return err
		}
		var codes []string
		for _, slot := range slots {
			if slot.Lock != keys.Recovery {
				continue
			}
			code, err := slot.Code(s.repo.Keyring())
			if err != nil {
				return &core.Error{Kind: core.Damage, Subject: slot.ID.String(), Err: err}
			}
			codes = append(codes, keys.FormatCode(code))
		}
		s.kit(codes)
		return nil
	})
}

// prove asks who is there.
func (s *session) prove(ctx context.Context, slots []*keys.Slot) error {
	if s.typed {
		return nil
	}
	for _, names := range []source{passphraseSource, codeSource} { // given, but this machine's key came first
		g, err := s.app.secret(ctx, names)
		if err != nil {
			return err
		}
		if g.origin != "" {
			return s.provedBy(slots, parseSecret(g.text), g.origin)
		}
	}
	if !s.interactive() {
		return errKind(core.WrongKey, "not-authenticated", "")
	}
	if !slices.ContainsFunc(slots, func(x *keys.Slot) bool { return x.Lock == keys.Passphrase }) {
		return s.must(ctx, s.text.Keys.AskShow)
	}
	text, err := s.askSecret(ctx, s.text.Keys.AskSecret)
	if err != nil {
		return err
	}
	return s.provedBy(slots, parseSecret(text), "")
}

func (s *session) provedBy(slots []*keys.Slot, secret keys.Secret, origin string) error {
	for _, slot := range slots {
		if _, err := slot.Open(secret); err == nil {
			return nil
		}
	}
	return errKind(core.WrongKey, "wrong-key", origin)
}

// kit shows recovery codes and what is needed to use them.
func (s *session) kit(codes []string) {
	k, place := s.text.Keys, s.cfg.Place.URL()
	for _, code := range codes {
		s.object(jsonCode{"recovery_code", s.header.ID.String(), place, code})
	}
	if s.printer.json {
		return
	}
	var b strings.Builder
	b.WriteString(k.KitTitle + "\n\n")
	rows := [][]string{{"  " + k.KitRepository, s.header.ID.String()}, {"  " + k.KitPlace, place}}
	for _, code := range codes {
		rows = append(rows, []string{"  " + k.KitCode, code})
	}
	b.WriteString(strings.Join(term.Table(rows), "\n") + "\n\n")
	b.WriteString(strings.Join(term.Wrap(k.KitUse, min(s.columns(), 100)), "\n") + "\n\n  " + s.typeAnywhere("restore") + "\n")
	s.out(b.String())
}
