//go:build linux || darwin

package faulttest

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"backup_projeto/internal/backup"
	"backup_projeto/internal/core"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/restore"
	"backup_projeto/internal/retain"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/storage"
	"backup_projeto/internal/treetest"
	"backup_projeto/internal/verify"
)

// operations are all that commands do, but for prunes and keys, which have files of their own.
var operations = []operation{
	{name: "create", run: create, done: opens},
	{name: "backup-first", prepare: (*builder).first, run: save},
	{name: "backup-next", prepare: func(b *builder) { b.first(); b.save(); b.second() }, run: save},
	{name: "backup-removed", prepare: removed, run: save},
	{name: "backup-elsewhere", prepare: func(b *builder) { b.first(); b.save(); b.second(); b.cache = "" }, run: save},
	{name: "backup-write-only", prepare: writeOnly, run: save},
	{name: "backup-beside-mark", prepare: marked, run: save},
	{name: "restore-all", prepare: twice, run: restoreAll, done: restored, target: true, reads: true},
	{name: "restore-over", prepare: twice, setup: older, run: restoreOver, done: restored, target: true},
	{name: "restore-one", prepare: twice, run: restoreOne, done: restoredOne, target: true, reads: true},
	{name: "verify", prepare: twice, run: check(verify.Options{}), reads: true, notices: everything},
	{name: "verify-data", prepare: twice, run: check(verify.Options{DataPercent: 100, Sample: 3}), reads: true, notices: everything},
	{name: "browse", prepare: trashed, run: browse, reads: true},
	{name: "retain", prepare: twice, run: drop, done: dropped},
	{name: "undelete", prepare: trashed, run: undelete, done: undeleted},
	{name: "pin", prepare: twice, run: pin, done: pinned(true)},
	{name: "unpin", prepare: func(b *builder) {
		twice(b)
		_, err := b.r.Pin(b.t.Context(), b.newest().id, 1)
		must(b.t, err)
	}, run: unpin, done: pinned(false)},
}

// everything is what a verification proves. Of two index objects it needs the local index, and then reads them anew; a slot that does not open
// is read again.
var everything = map[string]int{"config": 0, "keys": 1, "index": 2, "snapshots": 0, "packs": 0}

// twice saves the project, and saves it again when it has changed.
func twice(b *builder) {
	b.first()
	b.save()
	b.second()
	b.save()
}

func removed(b *builder) {
	twice(b)
	b.write(map[string]string{"a.txt": "", "sub/deep": "", "big": ""})
}

// trashed leaves the older snapshot in the trash, and in none of both places what was dropped and deleted.
func trashed(b *builder) {
	twice(b)
	must(b.t, b.r.Drop(b.t.Context(), b.saved[0].id))
}

// create makes a repository. Where one is there already it must be the one that this machine has kept a key of when it was told that
// it failed.
func create(ctx context.Context, m *machine) error {
	before := m.device
	opt := repo.Options{Cache: m.cache, Workers: 1, Keep: func(k *keys.DeviceKey) { m.device = k }}
	c, err := repo.Create(ctx, m.store, "", "test", opt)
	if core.CodeOf(err) == "keys-alone" && before != nil {
		c, err = repo.Finish(ctx, m.store, err, func(core.UUID) *keys.DeviceKey { return before }, "", "test", opt)
	}
	if storage.IsExists(err) && before != nil {
		m.device, m.owner = before, before
		return m.with(ctx, func(*repo.Repo) error { return nil })
	}
	m.owner = m.device
	if err != nil {
		return err
	}
	m.secret = keys.Secret{Lock: keys.Recovery, Value: c.Code}
	return c.Repo.Close()
}

// opens checks that the secret which the machine made opens the repository.
func opens(m *machine, r *repo.Repo) {
	if m.secret.Value == nil {
		return
	}
	with, err := unlock(m.t.Context(), r.Store(), m.secret, "")
	if err != nil {
		m.t.Errorf("what was made does not open the repository: %v", err)
		return
	}
	must(m.t, with.Close())
}

func save(ctx context.Context, m *machine) error {
	return m.with(ctx, func(r *repo.Repo) error { return m.back(ctx, r, options(m.folder), m.folder) })
}

// back backs up, and notes the snapshot, of a folder that is like another.
func (m *machine) back(ctx context.Context, r *repo.Repo, o backup.Options, like string) error {
	res, err := backup.Run(ctx, r, o, &report.Discard{})
	if err != nil {
		return err
	}
	m.damage = m.damage || len(res.Damaged) > 0
	if res.Snapshot.Partial() {
		m.t.Errorf("the store's failure was taken for the project's: %v", res.Issues)
	}
	m.fresh = append(m.fresh, saved{res.Snapshot.ID, like})
	return nil
}

func restoreAll(ctx context.Context, m *machine) error {
	return m.restoring(ctx, func(*repo.Repo) restore.Options { return restore.Options{} })
}

func restored(m *machine, _ *repo.Repo) { treetest.Compare(m.t, m.newest().like, m.target()) }

// older fills the target with what the snapshot had before, one file of it changed.
func older(m *machine) {
	for _, dir := range []string{m.target(), m.was()} {
		must(m.t, m.with(m.t.Context(), func(r *repo.Repo) error {
			man, err := r.ReadSnapshot(m.t.Context(), m.saved[0].id)
			if err != nil {
				return err
			}
			if _, err := r.LoadIndex(m.t.Context()); err != nil {
				return err
			}
			_, err = restore.Run(m.t.Context(), r, man, restore.Options{Target: dir}, &report.Discard{})
			return err
		}))
		path, when := filepath.Join(dir, "sub/b.txt"), time.Unix(1_700_000_000, 0)
		must(m.t, os.WriteFile(path, []byte("changed by someone"), 0o640))
		must(m.t, os.Chtimes(path, when, when))
	}
}

// was is what the target was before.
func (m *machine) was() string { return filepath.Join(m.dir, "was") }

// restoreOver replaces what the target has, which is saved before.
func restoreOver(ctx context.Context, m *machine) error {
	m.tries++
	return m.restoring(ctx, func(r *repo.Repo) restore.Options {
		return restore.Options{Safety: func(ctx context.Context) error {
			o := options(m.target())
			o.Safety, o.Project = true, snapshot.Project{ID: core.UUID{2}, Name: "target"}
			if m.tries > 1 { // the target is partly new by now
				_, err := backup.Run(ctx, r, o, &report.Discard{})
				return err
			}
			return m.back(ctx, r, o, m.was())
		}}
	})
}

const one = "new/d.txt"

func restoreOne(ctx context.Context, m *machine) error {
	return m.restoring(ctx, func(*repo.Repo) restore.Options { return restore.Options{Paths: []string{one}} })
}

func restoredOne(m *machine, _ *repo.Repo) {
	want, err := os.ReadFile(filepath.Join(m.newest().like, one))
	must(m.t, err)
	got, err := os.ReadFile(filepath.Join(m.target(), one))
	if err != nil || string(got) != string(want) {
		m.t.Errorf("the restored file has %d bytes, %v", len(got), err)
	}
}

// check verifies.
func check(o verify.Options) func(context.Context, *machine) error {
	return func(ctx context.Context, m *machine) error {
		return m.with(ctx, func(r *repo.Repo) error {
			res, err := verify.Run(ctx, r, o, &report.Discard{})
			if err == nil {
				m.damage = len(res.Damaged) > 0
			}
			return err
		})
	}
}

// browse lists everything that there is to list.
func browse(ctx context.Context, m *machine) error {
	return m.with(ctx, func(r *repo.Repo) error {
		_, damaged, err := r.Snapshots(ctx)
		if err != nil {
			return err
		}
		m.damage = len(damaged) > 0
		trash, err := r.Trash(ctx)
		if err != nil {
			return err
		}
		for _, t := range trash {
			if _, err := r.TrashedSnapshot(ctx, t); err != nil {
				return err
			}
		}
		if _, damaged, err = r.Pins(ctx); err != nil {
			return err
		}
		m.damage = m.damage || len(damaged) > 0
		_, damaged, err = r.Slots(ctx)
		m.damage = m.damage || len(damaged) > 0
		return err
	})
}

func drop(ctx context.Context, m *machine) error {
	return m.with(ctx, func(r *repo.Repo) error {
		res, err := retain.Run(ctx, r, retain.Options{Policy: retain.Policy{Last: 1}}, &report.Discard{})
		if res != nil {
			m.moved = append(m.moved, res.Moved...)
			m.damage = len(res.Damaged) > 0
		}
		return err
	})
}

// dropped checks that what was reported as moved to the trash is there, and not in its place.
func dropped(m *machine, r *repo.Repo) {
	ids, err := r.SnapshotIDs(m.t.Context())
	must(m.t, err)
	trash, err := r.Trash(m.t.Context())
	must(m.t, err)
	in := map[core.UUID]bool{}
	for _, t := range trash {
		in[t.ID] = true
	}
	for _, id := range ids {
		delete(in, id)
	}
	for _, id := range m.moved {
		if !in[id] {
			m.t.Errorf("snapshot %s was moved to the trash, and is not there, or not only there", id)
		}
	}
}

func undelete(ctx context.Context, m *machine) error {
	return m.with(ctx, func(r *repo.Repo) error {
		_, err := r.Undelete(ctx, m.saved[0].id)
		return err
	})
}

func undeleted(m *machine, r *repo.Repo) {
	if _, err := r.ReadSnapshot(m.t.Context(), m.saved[0].id); err != nil {
		m.t.Errorf("what was brought back is not there: %v", err)
	}
}

func pin(ctx context.Context, m *machine) error {
	return m.with(ctx, func(r *repo.Repo) error {
		_, err := r.Pin(ctx, m.newest().id, 1)
		return err
	})
}

func unpin(ctx context.Context, m *machine) error {
	return m.with(ctx, func(r *repo.Repo) error {
		_, err := r.Unpin(ctx, m.newest().id)
		return err
	})
}

func pinned(want bool) func(*machine, *repo.Repo) {
	return func(m *machine, r *repo.Repo) {
		all, err := r.Pinned(m.t.Context())
		must(m.t, err)
		if all[m.newest().id] != want {
			m.t.Errorf("the snapshot is pinned: %v", !want)
		}
	}
}
