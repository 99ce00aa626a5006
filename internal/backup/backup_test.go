//go:build linux || darwin

package backup

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/storage/local"
	"backup_projeto/internal/tree"
	"backup_projeto/internal/treetest"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// newRepo makes a repository in a new folder.
func newRepo(t *testing.T) *repo.Repo {
	t.Helper()
	s, err := local.New(filepath.Join(t.TempDir(), "store"))
	must(t, err)
	must(t, s.Ensure(t.Context()))
	c, err := repo.Create(t.Context(), s, "", "test", repo.Options{Cache: t.TempDir()})
	must(t, err)
	_, err = c.Repo.LoadIndex(t.Context())
	must(t, err)
	t.Cleanup(func() { c.Repo.Close(); s.Close() })
	return c.Repo
}

func options(root string) Options {
	return Options{Root: root, Project: snapshot.Project{ID: projectID(root), Name: "p"}, Host: "h"}
}

func save(t *testing.T, r *repo.Repo, o Options) *Result {
	t.Helper()
	res, err := Run(t.Context(), r, o, &report.Discard{})
	must(t, err)
	return res
}

// settle waits until nothing that was written is too fresh to be believed unchanged.
func settle() { time.Sleep(50 * time.Millisecond) }

// wantTree compares a snapshot with a folder: names, types, metadata and content.
func wantTree(t *testing.T, r *repo.Repo, m *snapshot.Manifest, root string) {
	t.Helper()
	files, dirs, others := int64(0), int64(0), int64(0)
	must(t, treetest.Walk(t.Context(), r, &m.Root, func(path string, e *tree.Entry, err error) error {
		must(t, err)
		info, err := os.Lstat(filepath.Join(root, path))
		must(t, err)
		switch e.Type {
		case tree.Dir:
			dirs++
			names, err := os.ReadDir(filepath.Join(root, path))
			must(t, err)
			n := 0
			for _, err := range r.Dir(t.Context(), e.Content) {
				must(t, err)
				n++
			}
			if n != len(names) {
				t.Errorf("%q has %d entries, want %d", path, n, len(names))
			}
		case tree.File:
			files++
			want, err := os.ReadFile(filepath.Join(root, path))
			must(t, err)
			var got bytes.Buffer
			must(t, r.WriteFile(t.Context(), e, &got))
			if !bytes.Equal(got.Bytes(), want) || e.Size != info.Size() {
				t.Errorf("%q: content differs", path)
			}
		default:
			others++
		}
		if e.MTime != info.ModTime().UnixNano() && e.Type != tree.Symlink || e.Mode&0o777 != uint32(info.Mode().Perm()) {
			t.Errorf("%q: metadata differs", path)
		}
		return nil
	}))
	if c := m.Counts; c.Files != files || c.Dirs != dirs || c.Others != others {
		t.Errorf("counts %+v, want %d files, %d dirs, %d others", c, files, dirs, others)
	}
}

func TestRandomTrees(t *testing.T) {
	for seed := range uint64(4) {
		r, dir := newRepo(t), t.TempDir()
		b := treetest.Build(t, dir, seed, 300)
		settle()
		for range 4 {
			res := save(t, r, options(dir))
			if res.Snapshot.Partial() {
				t.Errorf("partial: %v", res.Snapshot.Unread)
			}
			wantTree(t, r, res.Snapshot, dir)
			m, err := r.ReadSnapshot(t.Context(), res.Snapshot.ID)
			must(t, err)
			if m.Root.Content.IDs[0] != res.Snapshot.Root.Content.IDs[0] {
				t.Error("another root was stored")
			}
			b.Change(dir)
			settle()
		}
	}
}

// TestNothingChanged checks that then nothing is read and nothing but the snapshot is stored, and the tree is the same.
func TestNothingChanged(t *testing.T) {
	r, dir := newRepo(t), t.TempDir()
	treetest.Build(t, dir, 9, 300)
	settle()
	first := save(t, r, options(dir))
	for range 2 {
		second := save(t, r, options(dir))
		c := second.Snapshot.Counts
		if c.BytesRead != 0 || c.BytesNew != 0 || c.BytesStored != 0 || c.New != 0 || c.Changed != 0 || c.Removed != 0 || c.Unchanged != c.Files {
			t.Errorf("%+v", c)
		}
		if second.Snapshot.Root.Content.IDs[0] != first.Snapshot.Root.Content.IDs[0] || second.Snapshot.Parent.IsZero() {
			t.Error("the tree differs")
		}
		if c.BytesSeen != first.Snapshot.Counts.BytesSeen || c.Dirs != first.Snapshot.Counts.Dirs {
			t.Errorf("%+v, first %+v", c, first.Snapshot.Counts)
		}
	}
}

// TestStateIsACache damages, swaps and deletes the local state: the snapshot is right every time.
func TestStateIsACache(t *testing.T) {
	r, dir := newRepo(t), t.TempDir()
	b := treetest.Build(t, dir, 10, 120)
	settle()
	save(t, r, options(dir))
	files, err := filepath.Glob(filepath.Join(r.CacheDir(), "state", "*"))
	must(t, err)
	if len(files) != 2 {
		t.Fatalf("state files: %v", files)
	}
	for i := range 40 {
		files, err := filepath.Glob(filepath.Join(r.CacheDir(), "state", "*"))
		must(t, err)
		for _, f := range files {
			data, err := os.ReadFile(f)
			must(t, err)
			data[(i*7919)%len(data)] ^= 0xff
			if i%5 == 0 {
				data = data[:len(data)/2]
			}
			must(t, os.WriteFile(f, data, 0o600))
		}
		if i == 20 {
			b.Change(dir)
			settle()
		}
		wantTree(t, r, save(t, r, options(dir)).Snapshot, dir)
	}
}

// TestDeletedSnapshotIsNotTrusted removes the snapshot that the state belongs to, and all content: the next backup stores it again.
func TestDeletedSnapshotIsNotTrusted(t *testing.T) {
	r, dir := newRepo(t), t.TempDir()
	treetest.Build(t, dir, 11, 60)
	settle()
	first := save(t, r, options(dir))
	must(t, r.Store().Delete(t.Context(), "snapshots/"+first.Snapshot.ID.String()))
	second := save(t, r, options(dir))
	if !second.Snapshot.Parent.IsZero() || second.Snapshot.Counts.BytesRead == 0 {
		t.Errorf("%+v", second.Snapshot.Counts)
	}
}

func TestDryRunStoresNothing(t *testing.T) {
	r, dir := newRepo(t), t.TempDir()
	treetest.Build(t, dir, 12, 60)
	o := options(dir)
	o.DryRun = true
	res := save(t, r, o)
	if res.Snapshot.Counts.BytesNew == 0 || res.Snapshot.Counts.Files == 0 {
		t.Errorf("%+v", res.Snapshot.Counts)
	}
	packs, err := r.StoredPacks(t.Context())
	must(t, err)
	ids, err := r.SnapshotIDs(t.Context())
	must(t, err)
	if len(packs)+len(ids) > 0 {
		t.Errorf("%d packs and %d snapshots were stored", len(packs), len(ids))
	}
}

func TestMissingFolderIsASourceError(t *testing.T) {
	r := newRepo(t)
	if _, err := Run(t.Context(), r, options(filepath.Join(t.TempDir(), "absent")), &report.Discard{}); core.KindOf(err) != core.Source {
		t.Errorf("got %v", err)
	}
}

// projectID gives each folder a project of its own.
func projectID(root string) (id core.UUID) {
	h := crypto.Hash([]byte(root))
	copy(id[:], h[:])
	return id
}

// contextAfter returns a context that is cancelled, not timed out, after a time.
func contextAfter(t *testing.T, d time.Duration) (context.Context, func()) {
	ctx, cancel := context.WithCancel(t.Context())
	timer := time.AfterFunc(d, cancel)
	return ctx, func() { timer.Stop(); cancel() }
}
