package cli

import (
	"context"
	"os"

	"backup_projeto/internal/core"
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
	// made says that the repository is new.
	made bool
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
