//go:build linux || darwin

package prune

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"backup_projeto/internal/backup"
	"backup_projeto/internal/core"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/storage"
	"backup_projeto/internal/storage/local"
	"backup_projeto/internal/tree"
	"backup_projeto/internal/verify"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// files are a project's: paths without folders, and content.
type files map[string]string

// random returns content that neither repeats nor compresses.
func random(seed uint64, n int) string {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16)})
	r.Read(b)
	return string(b)
}

// place is a repository in a folder, as tests see it.
type place struct {
	t      testing.TB
	dir    string
	device *keys.DeviceKey
	main   *repo.Repo
}

func newPlace(t testing.TB) *place {
	t.Helper()
	p := &place{t: t, dir: filepath.Join(t.TempDir(), "store")}
	s := p.store()
	must(t, s.Ensure(t.Context()))
	c, err := repo.Create(t.Context(), s, "", "test", repo.Options{Cache: t.TempDir()})
	must(t, err)
	t.Cleanup(func() { c.Repo.Close() })
	p.device, p.main = c.Device, c.Repo
	return p
}

func (p *place) store() *local.Store {
	p.t.Helper()
	s, err := local.New(p.dir)
	must(p.t, err)
	p.t.Cleanup(func() { s.Close() })
	return s
}

// open opens the repository once more; with a cache of "" like a machine that has heard of nothing.
func (p *place) open(s storage.Store, cache string) *repo.Repo {
	p.t.Helper()
	return p.openWith(s, p.device.Secret(), cache)
}

func (p *place) openWith(s storage.Store, secret keys.Secret, cache string) *repo.Repo {
	p.t.Helper()
	h, err := repo.ReadHeader(p.t.Context(), s)
	must(p.t, err)
	r, err := repo.Unlock(p.t.Context(), s, h, secret, repo.Options{Cache: cache})
	must(p.t, err)
	p.t.Cleanup(func() { r.Close() })
	return r
}

// saved is a snapshot, and what was in the project.
type saved struct {
	id core.UUID
	in files
}

// save backs a project of these files up.
func (p *place) save(r *repo.Repo, in files) saved {
	p.t.Helper()
	s, err := trySave(p.t.Context(), r, p.t.TempDir(), in)
	must(p.t, err)
	return s
}

func trySave(ctx context.Context, r *repo.Repo, dir string, in files) (saved, error) {
	for name, content := range in {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			return saved{}, err
		}
	}
	res, err := backup.Run(ctx, r, backup.Options{Root: dir, Project: snapshot.Project{ID: core.UUID{1}, Name: "p"}, Host: "h"}, &report.Discard{})
	if err != nil {
		return saved{}, err
	}
	return saved{res.Snapshot.ID, in}, nil
}

// drop deletes a snapshot for good.
func (p *place) drop(s saved) {
	p.t.Helper()
	must(p.t, os.Remove(filepath.Join(p.dir, "snapshots", s.id.String())))
}

// check restores a snapshot and compares it.
func check(ctx context.Context, r *repo.Repo, s saved) error {
	m, err := r.ReadSnapshot(ctx, s.id)
	if err != nil {
		return err
	}
	got := files{}
	for e, err := range r.Dir(ctx, m.Root.Content) {
		if err != nil {
			return err
		}
		if e.Type != tree.File {
			continue
		}
		var b strings.Builder
		if err := r.WriteFile(ctx, e, &b); err != nil {
			return fmt.Errorf("%s: %w", e.Name, err)
		}
		got[e.Name] = b.String()
	}
	if !maps.Equal(got, s.in) {
		return errors.New("the content differs")
	}
	return nil
}

// want restores snapshots on a machine that has heard of nothing, and verifies the whole repository.
func (p *place) want(all ...saved) {
	p.t.Helper()
	r := p.open(p.store(), "")
	damaged, err := r.LoadIndex(p.t.Context())
	if err != nil || len(damaged) > 0 {
		p.t.Fatal(damaged, err)
	}
	for _, s := range all {
		if err := check(p.t.Context(), r, s); err != nil {
			p.t.Errorf("snapshot %s: %v", s.id, err)
		}
	}
	res, err := verify.Run(p.t.Context(), r, verify.Options{}, &report.Discard{})
	must(p.t, err)
	for _, d := range res.Damaged {
		p.t.Errorf("verify: %s: %v", d.Object, d.Err)
	}
}

// now is a prune without a grace, that tolerates no dead data.
var now = Options{Grace: -1}

func (p *place) prune(o Options) *Result {
	p.t.Helper()
	res, err := Run(p.t.Context(), p.main, o, &report.Discard{})
	must(p.t, err)
	if len(res.Issues) > 0 {
		p.t.Errorf("issues: %v", res.Issues)
	}
	if left := p.names("sessions"); len(left) > 0 {
		p.t.Errorf("sessions left: %v", left)
	}
	return res
}

// names lists the objects below a folder.
func (p *place) names(folder string) (out []string) {
	p.t.Helper()
	must(p.t, filepath.WalkDir(filepath.Join(p.dir, folder), func(path string, e os.DirEntry, err error) error {
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err == nil && e.Type().IsRegular() {
			path, err = filepath.Rel(p.dir, path)
			out = append(out, path)
		}
		return err
	}))
	return out
}

// size returns how many bytes the packs take.
func (p *place) size() (n int64) {
	p.t.Helper()
	for _, name := range p.names("packs") {
		info, err := os.Stat(filepath.Join(p.dir, name))
		must(p.t, err)
		n += info.Size()
	}
	return n
}

// age makes all objects below a folder older.
func (p *place) age(folder string, by time.Duration) {
	p.t.Helper()
	for _, name := range p.names(folder) {
		path := filepath.Join(p.dir, name)
		info, err := os.Stat(path)
		must(p.t, err)
		must(p.t, os.Chtimes(path, time.Time{}, info.ModTime().Add(-by)))
	}
}

func sorted(names []string) []string { return slices.Sorted(slices.Values(names)) }
