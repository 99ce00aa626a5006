//go:build linux || darwin

package repair

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

	"backup_projeto/internal/backup"
	"backup_projeto/internal/core"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/storage"
	"backup_projeto/internal/storage/faulty"
	"backup_projeto/internal/tree"
	"backup_projeto/internal/treetest"
	"backup_projeto/internal/verify"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// files are a project's, by slash path.
type files map[string]string

// random returns content that neither repeats nor compresses.
func random(seed uint64, n int) string {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), 7})
	r.Read(b)
	return string(b)
}

// saved is a snapshot, and what was in the project.
type saved struct {
	id core.UUID
	in files
}

// machine is one device: its cache, its key and a folder for each project.
type machine struct {
	t     testing.TB
	mem   *faulty.Memory
	store storage.Store // as this machine sees it
	key   *keys.DeviceKey
	cache string
	dir   string // of its project
	id    core.UUID
	links map[string]string // files that are hard links of others
}

// place makes a repository in memory, and its first machine.
func place(t testing.TB) *machine {
	t.Helper()
	mem := faulty.NewMemory()
	m := &machine{t: t, mem: mem, store: mem, cache: t.TempDir(), dir: t.TempDir(), id: core.UUID{1}}
	c, err := repo.Create(t.Context(), mem, "", "test", repo.Options{Cache: m.cache})
	must(t, err)
	must(t, c.Repo.Close())
	m.key = c.Device
	return m
}

// another returns a second machine of the repository, that has heard of nothing.
func (m *machine) another() *machine {
	m.t.Helper()
	key := keys.NewDeviceKey(m.open().Header().ID)
	_, err := m.open().AddSlot(m.t.Context(), key.Secret(), "other", false)
	must(m.t, err)
	return &machine{t: m.t, mem: m.mem, store: m.mem, key: key, cache: m.t.TempDir(), dir: m.t.TempDir(), id: core.UUID{2}}
}

// on returns the machine at another store.
func (m *machine) on(mem *faulty.Memory) *machine {
	c := *m
	c.mem, c.store = mem, mem
	return &c
}

func (m *machine) tryOpen(cache string) (*repo.Repo, error) {
	h, err := repo.ReadHeader(m.t.Context(), m.store)
	if err != nil {
		return nil, err
	}
	return repo.Unlock(m.t.Context(), m.store, h, m.key.Secret(), repo.Options{Cache: cache})
}

func (m *machine) open() *repo.Repo {
	m.t.Helper()
	r, err := m.tryOpen(m.cache)
	must(m.t, err)
	m.t.Cleanup(func() { r.Close() })
	return r
}

// save makes the project's folder have these files and saves it.
func (m *machine) save(in files) saved {
	m.t.Helper()
	s, err := m.trySave(in)
	must(m.t, err)
	return s
}

func (m *machine) trySave(in files) (saved, error) {
	m.t.Helper()
	for name, content := range in {
		path := filepath.Join(m.dir, name)
		if old, err := os.ReadFile(path); err == nil && string(old) == content {
			continue
		}
		must(m.t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(m.t, os.WriteFile(path, []byte(content), 0o600))
	}
	for name, of := range m.links {
		must(m.t, os.Remove(filepath.Join(m.dir, name)))
		must(m.t, os.Link(filepath.Join(m.dir, of), filepath.Join(m.dir, name)))
	}
	must(m.t, filepath.WalkDir(m.dir, func(path string, e os.DirEntry, err error) error {
		if name, _ := filepath.Rel(m.dir, path); err == nil && !e.IsDir() {
			if _, ok := in[filepath.ToSlash(name)]; !ok {
				return os.Remove(path)
			}
		}
		return err
	}))
	r, err := m.tryOpen(m.cache)
	if err != nil {
		return saved{}, err
	}
	defer r.Close()
	res, err := backup.Run(m.t.Context(), r, backup.Options{Root: m.dir, Project: snapshot.Project{ID: m.id, Name: "p"}, Host: "h"}, &report.Discard{})
	if err != nil {
		return saved{}, err
	}
	return saved{res.Snapshot.ID, maps.Clone(in)}, nil
}

// result is what a repair said, and what it called lost: "path of snapshot", sorted.
type result struct {
	*Result
	lost []string
}

func (m *machine) repair(o Options) *result {
	m.t.Helper()
	res, err := m.tryRepair(m.t.Context(), o)
	must(m.t, err)
	return res
}

func (m *machine) tryRepair(ctx context.Context, o Options) (*result, error) {
	r, err := m.tryOpen(m.cache)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	out := &result{}
	o.Lost = func(l verify.Lost) error {
		out.lost = append(out.lost, fmt.Sprint(l.Path, " of ", l.Snapshot))
		return nil
	}
	out.Result, err = Run(ctx, r, o, &report.Discard{})
	slices.Sort(out.lost)
	return out, err
}

// restore compares a snapshot, restored on a machine that has heard of nothing, with what was saved. It returns the files that cannot be.
func (m *machine) restore(s saved) (lost []string, err error) {
	r, err := m.tryOpen("")
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if _, err := r.LoadIndex(m.t.Context()); err != nil {
		return nil, err
	}
	man, err := r.ReadSnapshot(m.t.Context(), s.id)
	if err != nil {
		return nil, err
	}
	missing := maps.Clone(s.in)
	err = treetest.Walk(m.t.Context(), r, &man.Root, func(path string, e *tree.Entry, err error) error {
		if err != nil {
			lost = append(lost, path)
			return nil
		}
		if e.Type != tree.File {
			return nil
		}
		var b strings.Builder
		if err := r.WriteFile(m.t.Context(), e, &b); core.KindOf(err) == core.Damage {
			lost = append(lost, path)
			delete(missing, path)
			return nil
		} else if err != nil {
			return err
		}
		if b.String() != s.in[path] {
			return errors.New(path + " has other content")
		}
		delete(missing, path)
		return nil
	})
	if err == nil && len(lost) == 0 && len(missing) > 0 {
		err = fmt.Errorf("%d files are not in it", len(missing))
	}
	return lost, err
}

// want wants all snapshots whole, on a machine that has heard of nothing, and a repository that has nothing wrong.
func (m *machine) want(all ...saved) {
	m.t.Helper()
	if err := m.sound(all...); err != nil {
		m.t.Error(err)
	}
}

func (m *machine) sound(all ...saved) error {
	m.t.Helper()
	for _, s := range all {
		if lost, err := m.restore(s); err != nil || len(lost) > 0 {
			return fmt.Errorf("snapshot %s lacks %v, %w", s.id, lost, err)
		}
	}
	r, err := m.tryOpen("")
	if err != nil {
		return err
	}
	defer r.Close()
	res, err := verify.Run(m.t.Context(), r, verify.Options{DataPercent: 100}, &report.Discard{})
	if err == nil && len(res.Damaged) > 0 {
		err = fmt.Errorf("verify: %s: %w", res.Damaged[0].Object, res.Damaged[0].Err)
	}
	return err
}

// packs returns the stored packs of a kind, with their entries.
func (m *machine) packs(kind pack.Kind) (out []*pack.Entry) {
	m.t.Helper()
	r, err := m.tryOpen("")
	must(m.t, err)
	defer r.Close()
	for _, name := range m.mem.Names("packs/") {
		id, _ := repo.ParsePackName(name)
		info, err := m.mem.Stat(m.t.Context(), name)
		if err != nil { // a repair set it aside
			continue
		}
		if e, err := r.PackEntry(m.t.Context(), id, info.Size); err == nil && e.Footer.Kind == kind {
			out = append(out, e)
		}
	}
	return out
}

func (m *machine) read(name string) []byte {
	m.t.Helper()
	data, err := storage.ReadAll(m.t.Context(), m.mem, name, core.MaxObject)
	must(m.t, err)
	return data
}

// flip changes a bit of an object.
func (m *machine) flip(name string, at int) {
	m.t.Helper()
	data := m.read(name)
	data[at] ^= 4
	must(m.t, m.mem.Put(m.t.Context(), name, data))
}

func (m *machine) remove(names ...string) {
	m.t.Helper()
	for _, name := range names {
		must(m.t, m.mem.Delete(m.t.Context(), name))
	}
}

// project has some files of one chunk each.
func project() files {
	in := files{}
	for i := range 8 {
		in[fmt.Sprintf("f%d", i)] = random(uint64(i), 30_000)
	}
	in["sub/g"] = random(100, 30_000)
	return in
}

// all reads everything.
var all = Options{DataPercent: 100}
