package cli

import (
	"context"
	"os"
	"slices"

	"backup_projeto/internal/core"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/storage"
)

// session is an open repository.
type session struct {
	*app
	store  storage.Store
	header *repo.Header
	repo   *repo.Repo
	// read says that a key that can only save will not do.
	read bool
	// hurt says that damaged objects were met and told.
	hurt bool
	// judged says that the command itself tells of damaged packs.
	judged bool
	// own says that this machine has a key that works, though not for this.
	own bool
	// unread are snapshots that cannot be read; doubt is one of them that may be what the person meant.
	unread []core.UUID
	doubt  core.UUID
	// keyless are devices that signed snapshots, and of which the repository has no key.
	keyless []core.UUID
	// disowned are objects that count for nothing, since their device was revoked.
	disowned []string
	// headers are the configurations to try: that of the place or, where that cannot be used, those that the orphan may have had.
	headers []*repo.Header
	orphan  *repo.Orphan
	// mend says that a repair is to put right what opens the repository.
	mend bool
	// broken is what a key of this machine met that does not open its slot; spoilt is that slot.
	broken error
	spoilt core.UUID
	// scratch is the folder of a look at the past; "" for the present.
	scratch string
	// typed says that a person just proved to know the passphrase or the recovery code.
	typed bool
}

// close releases everything.
func (s *session) close() {
	if s.repo != nil {
		_ = s.repo.Close() // only caches
	}
	_ = storage.Close(s.store)
	if s.scratch != "" {
		_ = os.RemoveAll(s.scratch)
	}
}

// open opens the repository of the settings, with a key that can read unless saving is all that is to be done.
func (a *app) open(ctx context.Context, read bool) (*session, error) {
	return a.openAs(ctx, &session{read: read})
}

// openAs is open; with mend a configuration that cannot be used is made anew, and a key whose slot is damaged opens this machine's copy of it.
func (a *app) openAs(ctx context.Context, s *session) (*session, error) {
	store, err := a.openStore(ctx)
	if err != nil {
		return nil, err
	}
	s.app, s.store = a, store
	if err = s.lookBack(ctx); err == nil {
		s.header, err = repo.ReadHeader(ctx, s.store)
	}
	if err == nil {
		s.headers = []*repo.Header{s.header}
		err = s.unlock(ctx)
	}
	if s.mend && err != nil {
		err = s.adopt(ctx, err)
	}
	if err != nil {
		err = s.goneSince(ctx, s.absentThen(err))
		s.close()
		return nil, err
	}
	return s, nil
}

// reading opens the repository with a key that can read, runs a command on it, and closes it.
func (a *app) reading(ctx context.Context, run func(s *session) error) error {
	return a.with(ctx, true, run)
}

// mending is reading for a repair.
func (a *app) mending(ctx context.Context, run func(s *session) error) error {
	s, err := a.openAs(ctx, &session{read: true, mend: true})
	return s.run(err, run)
}

func (a *app) with(ctx context.Context, read bool, run func(s *session) error) error {
	s, err := a.open(ctx, read)
	return s.run(err, run)
}

// run runs a command on what was opened, and closes it.
func (s *session) run(err error, run func(s *session) error) error {
	if err != nil {
		return err
	}
	defer s.close()
	defer s.tellHealed()
	if err := run(s); err != nil {
		return err
	}
	return s.certain()
}

// adopt opens a repository whose configuration cannot be used, for the reason why. Where it cannot either, that is the error.
func (s *session) adopt(ctx context.Context, why error) error {
	orphan, err := repo.FindOrphan(ctx, s.store, why)
	if err != nil {
		return err
	}
	if orphan == nil {
		return why
	}
	s.orphan, s.headers = orphan, orphan.Headers()
	s.header = s.headers[0]
	return s.unlock(ctx)
}

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
		if core.KindOf(err) != core.WrongKey && core.CodeOf(err) != "slot-damaged" {
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
	if refused == nil && gone != nil {
		if !s.interactive() {
			return gone
		}
		s.warn(s.reason(gone))
	}
	if refused != nil && (core.CodeOf(refused) != "write-only" || !s.interactive()) {
		return refused
	}
	return s.unlockTyped(ctx)
}

// keyGone says why a device's key, from a variable or this machine's own, opens nothing any more: its slot is not there.
func (s *session) keyGone(ctx context.Context, secret keys.Secret, origin string) (gone, err error) {
	ended, err := repo.WasEnded(ctx, s.store, secret.Slot)
	if err != nil && !storage.IsDenied(err) { // who may not list that was told to go away, most likely
		return nil, err
	}
	if ended || err != nil {
		return errKind(core.WrongKey, "key-ended", origin), nil
	}
	if secret.Slot == s.spoilt && s.orphan == nil {
		if r, err := repo.UnlockKept(ctx, s.store, s.header, secret, s.repoOptions()); err == nil {
			_ = r.Close()
			return errKind(core.Damage, "slot-missing", slotName(secret.Slot)), nil
		}
	}
	return errKind(core.WrongKey, "key-lost", origin), nil
}

// noteBroken remembers that a secret opened nothing because a slot is damaged. What names its slot and does not fit it can only be that.
func (s *session) noteBroken(secret keys.Secret, err error) {
	code := core.CodeOf(err)
	own := secret.Lock == keys.Device && !secret.Slot.IsZero()
	if own && shutOut(code) {
		s.spoilt = secret.Slot
	}
	switch {
	case code == "slot-damaged":
		s.broken = err
	case own && code == "wrong-key":
		s.broken = &core.Error{Kind: core.Damage, Code: "slot-damaged", Subject: slotName(secret.Slot), Err: err}
	}
}

// shutOut reports whether a code says that a device's key does not open the slot that it names.
func shutOut(code core.Code) bool {
	return code == "slot-damaged" || code == "wrong-key" || code == "no-slot"
}

// slotName is the name of a key's slot in the store.
func slotName(id core.UUID) string { return "keys/" + id.String() }

// opened is what follows when another secret opened the repository than the key that this machine has. A key of its own whose slot is damaged, or can be
// put back, stays: a repair sees to it, and until then this machine gets no other.
func (s *session) opened(ctx context.Context, join bool) {
	if !s.spoilt.IsZero() {
		name := slotName(s.spoilt)
		bad, err := s.repo.IsDamaged(ctx, name)
		if err == nil && !bad {
			bad, err = s.repo.HasCopy(ctx, name)
		}
		if err == nil && bad {
			s.warn(f(s.text.Keys.SlotDamaged, name, s.typeThis("repair")))
			return
		}
	}
	if join {
		s.joinMachine(ctx)
	}
}

// try opens the repository with a secret, unless its key can only save and that will not do.
func (s *session) try(ctx context.Context, secret keys.Secret) error {
	var err error
	for _, s.header = range s.headers {
		if err = s.tryOne(ctx, secret); err == nil || core.KindOf(err) != core.WrongKey && core.CodeOf(err) != "slot-damaged" {
			return err
		}
	}
	return err
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
		if core.KindOf(err) != core.WrongKey && core.CodeOf(err) != "slot-damaged" {
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

// joinMachine gives this machine a key of its own, so that it is not asked again. That it cannot have one is no reason to fail.
func (s *session) joinMachine(ctx context.Context) {
	if s.cfg.DryRun || s.scratch != "" || !s.repo.CanRead() || s.own {
		return
	}
	key := keys.NewDeviceKey(s.header.ID)
	path, err := s.keepDevice(key)
	if err == nil {
		if _, err = s.repo.AddSlot(ctx, key.Secret(), hostname(), false); err != nil {
			s.forgetDevice(s.header.ID)
		}
	}
	if err != nil {
		s.warn(f(s.text.Keys.NotJoined, s.reason(err)))
		return
	}
	s.tell(f(s.text.Keys.Joined, s.tilde(path)))
	s.object(jsonJoined{"joined", s.header.ID.String(), path})
}

// jsonJoined is the object that says that this machine got a key of its own.
type jsonJoined struct {
	Type       string `json:"type"`
	Repository string `json:"repository"`
	DeviceKey  string `json:"device_key"` // the file
}
