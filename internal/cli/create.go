package cli

import (
	"context"
	"os"
	"path/filepath"

	"backup_projeto/internal/config"
	"backup_projeto/internal/core"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/meta"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/storage"
)

// openOrCreate opens the repository of the settings, or makes it where there is none. A dry run on none makes one that is thrown
// away, so that it runs the same code; forget then removes it.
func (a *app) openOrCreate(ctx context.Context) (s *session, forget func(), err error) {
	s, err = a.open(ctx, false)
	if core.CodeOf(err) == "keys-alone" && !a.cfg.DryRun {
		s, err = a.finishMaking(ctx, err)
	}
	if core.KindOf(err) != core.NoRepository || core.CodeOf(err) == codePast || core.CodeOf(err) == codePastConfig { // a new one would hide the old one
		return s, func() {}, err
	}
	if p := a.cfg.Place; p.Strategy == "local" && meta.FindPlaces(a.cwd, []string{p.Path}).Within() { // it could save nothing from here
		return nil, nil, errKind(core.Usage, "inside-repository", a.tilde(a.cwd))
	}
	if a.cfg.DryRun {
		return a.pretend(ctx)
	}
	store, err := a.openStore(ctx)
	if err != nil {
		return nil, nil, err
	}
	s = &session{app: a, store: store}
	if err = s.ensurePlace(ctx); err == nil {
		err = s.create(ctx)
	}
	if err != nil {
		s.close()
		if storage.IsExists(err) { // another device made it meanwhile
			s, err = a.open(ctx, false)
		}
	}
	return s, func() {}, err
}

// pretend opens a new repository in a temporary folder.
func (a *app) pretend(ctx context.Context) (*session, func(), error) {
	dir, err := os.MkdirTemp("", Program)
	if err != nil {
		return nil, nil, sourceError("", os.TempDir(), err)
	}
	forget := func() { os.RemoveAll(dir) }
	b := *a
	b.cfg = &config.Config{Place: config.Place{Strategy: "local", Path: filepath.Join(dir, "repository")}}
	b.dirs.Cache = filepath.Join(dir, "cache")
	store, err := b.openStore(ctx)
	if err != nil {
		forget()
		return nil, nil, err
	}
	s := &session{app: a, store: store, made: true}
	if e, ok := storage.As[storage.Ensurer](store); ok {
		err = e.Ensure(ctx)
	}
	if err == nil {
		var made *repo.Created
		if made, err = repo.Create(ctx, store, "", hostname(), b.repoOptions()); err == nil {
			h := made.Repo.Header()
			s.repo, s.header = made.Repo, &h
		}
	}
	if err != nil {
		s.close()
		forget()
		return nil, nil, err
	}
	return s, forget, nil
}

// ensurePlace makes the bucket or the folder, after asking where it might be a mistake: a bucket costs money, a folder whose parent is
// missing is perhaps on a disk that is not there, and where other things are, a part of the place's name was perhaps left out.
func (s *session) ensurePlace(ctx context.Context) error {
	e, ok := storage.As[storage.Ensurer](s.store)
	if !ok {
		return nil
	}
	there, err := e.Exists(ctx)
	if err != nil {
		return err
	}
	p := s.cfg.Place
	if there {
		if p.Strategy == "local" && !p.Embedded && !isEmpty(p.Path) {
			return s.must(ctx, f(s.text.Keys.AskNotEmpty, s.place()))
		}
		if p.Strategy == "local" {
			return nil
		}
		others, err := repo.HasOthers(ctx, s.store)
		if err == nil && others {
			err = s.must(ctx, f(s.text.Keys.AskUsed, s.place()))
		}
		return err
	}
	switch {
	case p.Strategy != "local":
		err = s.must(ctx, f(s.text.Keys.AskBucket, p.Bucket))
	case !p.Embedded && !exists(filepath.Dir(p.Path)):
		err = s.must(ctx, f(s.text.Keys.AskFolder, s.place()))
	}
	if err != nil {
		return err
	}
	return e.Ensure(ctx)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// isEmpty reports whether a folder has nothing in it; one that cannot be read has not.
func isEmpty(dir string) bool {
	d, err := os.Open(dir)
	if err != nil {
		return false
	}
	defer d.Close()
	names, _ := d.Readdirnames(1)
	return len(names) == 0
}

// create makes the repository, keeps this machine's key, and shows the recovery code, once.
func (s *session) create(ctx context.Context) error {
	pass, opt, err := s.forNew(ctx)
	if err != nil {
		return err
	}
	var path string
	var errKeep error
	opt.Keep = func(key *keys.DeviceKey) {
		path, errKeep = s.keepDevice(key)
	}
	opt.Forget = s.forgetDevice
	made, err := repo.Create(ctx, s.store, pass, hostname(), opt)
	if err != nil {
		return err
	}
	s.began(made, path)
	if errKeep != nil {
		s.warn(f(s.text.Keys.NotJoined, s.reason(errKeep)))
	}
	return nil
}

// finishMaking ends the making of a repository that this machine began and that was cut off, for the reason why; else that is the error.
func (a *app) finishMaking(ctx context.Context, why error) (*session, error) {
	store, err := a.openStore(ctx)
	if err != nil {
		return nil, err
	}
	s := &session{app: a, store: store}
	pass, opt, err := s.forNew(ctx)
	var made *repo.Created
	if err == nil {
		made, err = repo.Finish(ctx, store, why, a.deviceKey, pass, hostname(), opt)
	}
	if err == nil && made == nil {
		err = why
	}
	if err != nil {
		s.close()
		return nil, err
	}
	s.began(made, a.devicePath(made.Device.Repo))
	return s, nil
}

// forNew returns the passphrase of a new repository, "" for a recovery code, and how it is to be.
func (s *session) forNew(ctx context.Context) (pass string, opt repo.Options, err error) {
	given, err := s.app.secret(ctx, passphraseSource)
	if err == nil && given.origin != "" {
		err = checkPassphrase(given.text, given.origin)
	}
	opt = s.repoOptions()
	if share := shareOf(s.cfg.Parity); share != nil {
		opt.Parity = *share
	}
	return given.text, opt, err
}

// began is what follows when a repository was made; the file at path has this machine's key.
func (s *session) began(made *repo.Created, path string) {
	h := made.Repo.Header()
	s.repo, s.header, s.made = made.Repo, &h, true
	s.announce(made.Code, path)
}

// jsonCreated is the object of a new repository. The code is there only, and only if no passphrase was given.
type jsonCreated struct {
	Type         string `json:"type"`
	Repository   string `json:"repository"`
	Place        string `json:"place"`
	DeviceKey    string `json:"device_key"` // the file
	RecoveryCode string `json:"recovery_code,omitempty"`
}

// announce tells of a new repository. The code is shown even with --quiet: there is no other moment for it.
func (s *session) announce(code []byte, path string) {
	k, place := s.text.Keys, s.cfg.Place.URL()
	shown := ""
	if code != nil {
		shown = keys.FormatCode(code)
	}
	s.object(jsonCreated{"created", s.header.ID.String(), place, path, shown})
	s.tell(f(k.Created, s.place()))
	switch {
	case s.printer.json:
	case code == nil:
		s.tell(k.PassphraseIntro)
	default:
		s.note("\n" + k.CodeIntro + "\n\n    " + shown + "\n\n")
		s.note(s.wrapped(k.CodeAdvice) + "\n\n    " + s.typeThis("key recovery") + "\n\n")
	}
	s.tell(f(k.DeviceKey, s.tilde(path)))
}

// typeAnywhere returns a command to type on any machine: with the whole place, however it was given here.
func (a *app) typeAnywhere(words string) string {
	p := a.cfg.Place
	line := Program + " " + a.localWords(words) + " --" + a.lang.Pick("repository", "repositorio") + "=" + config.Quote(p.URL())
	if p.Endpoint != "" {
		line += " --endpoint=" + config.Quote(p.Endpoint)
	}
	if p.Region != "" {
		line += " --" + a.lang.Pick("region", "regiao") + "=" + config.Quote(p.Region)
	}
	return line
}

// typeThis returns a command to type, in the person's language, with the flags of this place.
func (a *app) typeThis(words string) string {
	return Program + " " + a.localWords(words) + a.cfg.Place.Flags
}
