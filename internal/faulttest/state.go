//go:build linux || darwin

package faulttest

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"backup_projeto/internal/backup"
	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/restore"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/storage/faulty"
	"backup_projeto/internal/treetest"
)

// state is what an operation finds.
type state struct {
	mem    *faulty.Memory
	owner  *keys.DeviceKey // a device that may read, which judges
	device *keys.DeviceKey // the machine's
	other  *keys.DeviceKey // of another device, where there is one
	cache  string          // the machine's, copied for each run; "" is a machine without
	folder string          // the project's, which no operation changes
	saved  []saved         // the snapshots that were reported, oldest first
	dark   core.UUID       // of these, one that cannot be restored while something is missing
	beside *state          // another repository, which never fails; nil where there is none
}

// saved is a snapshot that was reported as saved.
type saved struct {
	id   core.UUID
	like string // a folder that is what was saved
}

// cheap makes passphrases cost nothing in tests.
var cheap = sync.OnceFunc(func() { crypto.DefaultArgon = crypto.Argon{Time: 1, Memory: 64, Threads: 1} })

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// builder makes a state.
type builder struct {
	state
	t *testing.T
	r *repo.Repo
}

// build makes an empty repository, lets prepare go on from there, and returns the state.
func build(t *testing.T, prepare func(*builder)) *state {
	t.Helper()
	cheap()
	b := &builder{t: t, state: state{mem: faulty.NewMemory(), cache: t.TempDir(), folder: filepath.Join(t.TempDir(), "project")}}
	must(t, os.Mkdir(b.folder, 0o755))
	if prepare == nil {
		return &b.state
	}
	c, err := repo.Create(t.Context(), b.mem, "", "test", repo.Options{Cache: b.cache, Parity: 200})
	must(t, err)
	b.owner, b.device, b.r = c.Device, c.Device, c.Repo
	prepare(b)
	must(t, b.r.Close())
	return &b.state
}

// random returns content that neither repeats nor compresses.
func random(seed uint64, n int) string {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), 1}).Read(b)
	return string(b)
}

// write changes files of the project, and makes their folders; "" removes.
func (b *builder) write(files map[string]string) {
	b.t.Helper()
	for name, content := range files {
		path := filepath.Join(b.folder, name)
		if content == "" {
			must(b.t, os.RemoveAll(path))
			continue
		}
		must(b.t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(b.t, os.WriteFile(path, []byte(content), 0o640))
	}
}

// first fills the project: files of one chunk and of several, in folders, links, and what is empty.
func (b *builder) first() {
	b.t.Helper()
	b.write(map[string]string{"a.txt": "the first words", "sub/b.txt": "others", "sub/deep/c.txt": random(1, 3000), "big": random(2, 900_000)})
	at := func(name string) string { return filepath.Join(b.folder, name) }
	must(b.t, os.WriteFile(at("empty"), nil, 0o600))
	must(b.t, os.Symlink("a.txt", at("link")))
	must(b.t, os.Link(at("a.txt"), at("sub/hard")))
	must(b.t, os.Mkdir(at("bare"), 0o750))
}

// second changes the project: a small file, the middle of the large one, and something new.
func (b *builder) second() {
	b.t.Helper()
	big := random(2, 900_000)
	b.write(map[string]string{"sub/b.txt": "other words", "big": big[:500_000] + "inserted" + big[500_000:], "new/d.txt": random(3, 20_000)})
}

// settle is how old a change must be to be relied on: younger ones are read again in any case.
const settle = 25 * time.Millisecond

// save backs the project up, and keeps what it is.
func (b *builder) save() saved {
	b.t.Helper()
	return b.saveBy(b.r)
}

// saveWith is save with another device's key, on a machine of its own.
func (b *builder) saveWith(key *keys.DeviceKey) saved {
	b.t.Helper()
	with, err := unlock(b.t.Context(), b.mem, key.Secret(), "")
	must(b.t, err)
	defer with.Close()
	return b.saveBy(with)
}

func (b *builder) saveBy(r *repo.Repo) saved {
	b.t.Helper()
	time.Sleep(settle)
	res, err := backup.Run(b.t.Context(), r, options(b.folder), &report.Discard{})
	must(b.t, err)
	man := res.Snapshot
	if r != b.r {
		_, err = b.r.LoadIndex(b.t.Context())
		must(b.t, err)
		man, err = b.r.ReadSnapshot(b.t.Context(), man.ID)
		must(b.t, err)
	}
	one := saved{man.ID, b.t.TempDir()}
	_, err = restore.Run(b.t.Context(), b.r, man, restore.Options{Target: one.like}, &report.Discard{})
	must(b.t, err)
	treetest.Compare(b.t, b.folder, one.like)
	b.saved = append(b.saved, one)
	return one
}

// lose deletes a snapshot for good.
func (b *builder) lose(s saved) {
	b.t.Helper()
	must(b.t, b.mem.Delete(b.t.Context(), "snapshots/"+s.id.String()))
	b.forget(s)
	b.r.ForgetSnapshot(s.id)
}

// forget takes a snapshot from those that must be restored.
func (b *builder) forget(s saved) {
	for i := range b.saved {
		if b.saved[i].id == s.id {
			b.saved = append(b.saved[:i:i], b.saved[i+1:]...)
			return
		}
	}
}

// options are those of a backup of a folder.
func options(folder string) backup.Options {
	return backup.Options{Root: folder, Project: snapshot.Project{ID: core.UUID{1}, Name: "project"}, Host: "host", Parallel: 2}
}
