//go:build linux || darwin

package faulttest

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/restore"
	"backup_projeto/internal/storage"
	"backup_projeto/internal/storage/faulty"
)

// operation is one thing that a command does.
type operation struct {
	name    string
	prepare func(*builder) // nil leaves no repository at all
	setup   func(*machine) // on a store that works; may be nil
	// run does it. What it reports as done it notes in the machine.
	run func(ctx context.Context, m *machine) error
	// done checks on a store that works, as one who has heard of nothing, what run said by giving no error; may be nil.
	done func(m *machine, r *repo.Repo)
	// ever checks likewise what holds whether or not run gave an error; may be nil.
	ever func(m *machine, r *repo.Repo)
	// target says that run restores into the machine's target.
	target bool
	// reads says that run changes nothing in the store.
	reads bool
	// mends says that something is missing until run has succeeded, stays that it is missing after that, too. With whole snapshots can be restored
	// all the while, but for the one that is dark.
	mends, stays, whole bool
	// notices says of what folders run reports each object that arrives changed, but for so many that it reads again in any case.
	notices map[string]int
}

// machine is one run of an operation: a machine with its cache and a folder of its own, on a copy of the state's store.
type machine struct {
	*state
	t      *testing.T
	store  storage.Store     // as the operation sees it
	dir    string            // its own
	fresh  []saved           // snapshots that it reported as saved
	secret keys.Secret       // what it made a slot for
	moved  []core.UUID       // snapshots that it reported as moved to the trash
	tries  int               // how often it restored
	damage bool              // it reported that something is damaged
	doubts bool              // it reported that it could not do all of it
	plan   string            // that it made
	fault  faulty.Fault      // that befalls it now
	struck bool              // a fault befell it before, or does now
	before map[string]string // the target's files before
}

// newMachine copies the state. The store is the caller's to set.
func newMachine(t *testing.T, s *state) *machine {
	t.Helper()
	m := &machine{state: s, t: t, dir: t.TempDir()}
	own := *s
	own.mem = s.mem.Clone()
	if s.cache != "" {
		own.cache = filepath.Join(m.dir, "cache")
		must(t, os.CopyFS(own.cache, os.DirFS(s.cache)))
	}
	if s.beside != nil {
		own.beside = newMachine(t, s.beside).state
	}
	m.state = &own
	return m
}

// target is the folder that it restores into.
func (m *machine) target() string { return filepath.Join(m.dir, "target") }

// open opens the repository with the machine's key.
func (m *machine) open(ctx context.Context) (*repo.Repo, error) {
	return unlock(ctx, m.store, m.device.Secret(), m.cache)
}

func unlock(ctx context.Context, s storage.Store, secret keys.Secret, cache string) (*repo.Repo, error) {
	h, err := repo.ReadHeader(ctx, s)
	if err != nil {
		return nil, err
	}
	return repo.Unlock(ctx, s, h, secret, repo.Options{Cache: cache, Workers: 1})
}

// with opens the repository, does something, and closes it.
func (m *machine) with(ctx context.Context, do func(*repo.Repo) error) error {
	r, err := m.open(ctx)
	if err != nil {
		return err
	}
	defer r.Close()
	return do(r)
}

// restoring opens the repository as restores do, with the index loaded, and reads the newest snapshot.
func (m *machine) restoring(ctx context.Context, options func(*repo.Repo) restore.Options) error {
	return m.with(ctx, func(r *repo.Repo) error {
		ids, err := r.SnapshotIDs(ctx)
		if err != nil {
			return err
		}
		if !slices.Contains(ids, m.newest().id) { // a command takes what is listed, and says which
			return core.Errorf(core.Destination, "", "", "the listing lacks the newest snapshot")
		}
		man, err := r.Snapshot(ctx, m.newest().id)
		if err != nil {
			return err
		}
		damaged, err := r.LoadIndex(ctx)
		if err != nil {
			return err
		}
		m.damage = len(damaged) > 0
		o := options(r)
		o.Target, o.Parallel, o.Overwrite = m.target(), 2, true
		_, err = restore.Run(ctx, r, man, o, &report.Discard{})
		return err
	})
}

func (s *state) newest() saved { return s.saved[len(s.saved)-1] }
