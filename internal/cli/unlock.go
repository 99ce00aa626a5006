package cli

import (
	"context"
	"slices"

	"backup_projeto/internal/core"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/repo"
)

// way is one secret to try.
type way struct {
	secret func(ctx context.Context) (secret keys.Secret, origin string, ok bool, err error)
	// join says that this machine shall have a key of its own after it: the secret was for once. A passphrase in a variable is
	// there the next time too, and a machine that is made anew for each run must not leave a slot behind each time.
	join bool
}

// ways are the secrets to try, in order: keys of the machine, then what variables say.
func (s *session) ways() []way {
	return []way{
		{secret: s.givenDevice},
		{secret: func(context.Context) (secret keys.Secret, _ string, ok bool, _ error) {
			for _, h := range s.headers {
				if key := s.deviceKey(h.ID); key != nil {
					return key.Secret(), "", true, nil
				}
			}
			return secret, "", false, nil
		}},
		{secret: func(ctx context.Context) (keys.Secret, string, bool, error) {
			g, err := s.secret(ctx, passphraseSource)
			return keys.Secret{Lock: keys.Passphrase, Value: []byte(g.text)}, g.origin, g.origin != "", err
		}},
		{secret: s.givenCode, join: s.proc.Getenv("CI") == ""},
	}
}

// givenDevice reads a device's key from its variable.
func (s *session) givenDevice(ctx context.Context) (secret keys.Secret, origin string, ok bool, err error) {
	g, err := s.app.secret(ctx, deviceSource)
	if err != nil || g.origin == "" {
		return secret, g.origin, false, err
	}
	key, err := keys.ParseDeviceKey([]byte(g.text))
	if err != nil {
		return secret, g.origin, false, &core.Error{Kind: core.Usage, Code: "device-key", Subject: g.origin, Err: err}
	}
	ours := slices.ContainsFunc(s.headers, func(h *repo.Header) bool { return h.ID == key.Repo })
	return key.Secret(), g.origin, ours, nil
}

// givenCode reads a recovery code from its variable.
func (s *session) givenCode(ctx context.Context) (secret keys.Secret, origin string, ok bool, err error) {
	g, err := s.app.secret(ctx, codeSource)
	if err != nil || g.origin == "" {
		return secret, g.origin, false, err
	}
	code, err := keys.ParseCode(g.text)
	if err != nil {
		return secret, g.origin, false, &core.Error{Kind: core.WrongKey, Code: "recovery-code", Subject: g.origin, Err: err}
	}
	return keys.Secret{Lock: keys.Recovery, Value: code}, g.origin, true, nil
}

// unlock opens the repository with what this machine has, what variables say, or what the person types.
func (s *session) unlock(ctx context.Context) error {
	var refused, gone error
	for _, w := range s.ways() {
		secret, origin, ok, err := w.secret(ctx)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		err = s.try(ctx, secret)
		if err == nil {
			s.typed = origin != "" && secret.Lock != keys.Device
			s.opened(ctx, w.join)
			return nil
		}
		s.noteBroken(secret, err)
		if secret.Lock == keys.Device && core.CodeOf(err) == "no-slot" && s.scratch == "" {
			if gone, err = s.keyGone(ctx, secret, origin); err != nil {
				return err
			}
			continue
		}
		if core.CodeOf(err) == "write-only" {
			refused = err
			s.own = s.own || secret.Lock == keys.Device
			continue
		}
		if final(err) {
			return err
		}
		if origin != "" {
			refused = &core.Error{Kind: core.WrongKey, Code: "wrong-key", Subject: origin, Err: err}
		}
	}
	if s.orphan == nil {
		if err := repo.CheckSlots(ctx, s.store, s.header); err != nil {
			return err
		}
	}
	if s.broken != nil && !s.interactive() {
		return s.broken
	}
	if refused == nil && gone != nil && !s.interactive() {
		return gone
	}
	if refused != nil && (core.CodeOf(refused) != "write-only" || !s.interactive()) {
		return refused
	}
	s.tellWhy(refused, gone)
	return s.unlockTyped(ctx)
}

// tellWhy says why a person is asked for a secret: a key of this machine was refused or is gone, or there is none. That one is broken is told
// afterwards, with what to do about it.
func (s *session) tellWhy(refused, gone error) {
	switch {
	case refused != nil:
		s.warn(s.reason(refused))
	case gone != nil:
		s.warn(s.reason(gone))
	case s.broken == nil && s.interactive():
		s.tell(f(s.text.Keys.NoneHere, s.place()))
	}
}

// try opens the repository with a secret, unless its key can only save and that will not do.
func (s *session) try(ctx context.Context, secret keys.Secret) error {
	var err error
	for _, s.header = range s.headers {
		if err = s.tryOne(ctx, secret); err == nil || final(err) {
			return err
		}
	}
	return err
}

// final reports whether opening failed for another reason than the secret: no other one helps.
func final(err error) bool {
	return core.KindOf(err) != core.WrongKey && core.CodeOf(err) != "slot-damaged"
}

func (s *session) tryOne(ctx context.Context, secret keys.Secret) error {
	open := func(secret keys.Secret, o repo.Options) (*repo.Repo, error) {
		return repo.Unlock(ctx, s.store, s.header, secret, o)
	}
	if s.orphan != nil {
		open = func(secret keys.Secret, o repo.Options) (*repo.Repo, error) {
			return s.orphan.Unlock(ctx, s.header, secret, o)
		}
	}
	options := s.repoOptions()
	if s.scratch != "" {
		options.Cache = s.scratch
	}
	r, err := open(secret, options)
	for _, other := range otherForms(secret) {
		if core.CodeOf(err) != "wrong-key" {
			break
		}
		r, err = open(other, options)
	}
	if s.mend && s.orphan == nil && secret.Lock == keys.Device && shutOut(core.CodeOf(err)) {
		if kept, e := repo.UnlockKept(ctx, s.store, s.header, secret, options); e == nil {
			r, err = kept, nil
		}
	}
	if err != nil {
		return err
	}
	if s.read && !r.CanRead() {
		_ = r.Close()
		return errKind(core.WrongKey, "write-only", "")
	}
	s.repo = r
	return nil
}

// tries is how often a person may mistype.
const tries = 3

// unlockTyped asks for the recovery code or the passphrase.
func (s *session) unlockTyped(ctx context.Context) error {
	for i := 1; ; i++ {
		text, err := s.askSecret(ctx, s.text.Keys.AskSecret)
		if err != nil {
			return err
		}
		if text == "" {
			return errKind(core.WrongKey, "secret-needed", "")
		}
		secret := parseSecret(text)
		err = s.try(ctx, secret)
		if err == nil {
			s.typed = true
			s.opened(ctx, true)
			return nil
		}
		s.noteBroken(secret, err)
		if final(err) {
			return err
		}
		if i == tries && s.broken != nil {
			return s.broken
		}
		if i == tries {
			return errKind(core.WrongKey, "wrong-key", "")
		}
		s.note(s.text.Keys.TryAgain + "\n")
	}
}
