//go:build linux || darwin

package backup

import (
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/gc"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/storage"
	"backup_projeto/internal/storage/local"
	"backup_projeto/internal/treetest"
)

// meddler is a store where something happens before a snapshot is put, and which notes what it is asked.
type meddler struct {
	*local.Store
	before func()

	mu    sync.Mutex
	calls []string // guarded by mu
}

func (m *meddler) note(call, name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	folder, _, _ := strings.Cut(name, "/")
	m.calls = append(m.calls, call+" "+folder)
}

func (m *meddler) Put(ctx context.Context, name string, data []byte) error {
	m.note("put", name)
	if strings.HasPrefix(name, "snapshots/") && m.before != nil {
		m.before()
	}
	return m.Store.Put(ctx, name, data)
}

func (m *meddler) Get(ctx context.Context, name string, offset, length int64) (io.ReadCloser, error) {
	m.note("get", name)
	return m.Store.Get(ctx, name, offset, length)
}

func (m *meddler) List(ctx context.Context, prefix string) iter.Seq2[storage.Info, error] {
	m.note("list", prefix)
	return m.Store.List(ctx, prefix)
}

func (m *meddler) Stat(ctx context.Context, name string) (storage.Info, error) {
	m.note("stat", name)
	return m.Store.Stat(ctx, name)
}

func (m *meddler) Delete(ctx context.Context, name string) error {
	m.note("delete", name)
	return m.Store.Delete(ctx, name)
}

// world is a repository on a meddler.
type world struct {
	t     *testing.T
	store *meddler
	repo  *repo.Repo
}

func newWorld(t *testing.T) *world {
	t.Helper()
	s, err := local.New(filepath.Join(t.TempDir(), "store"))
	must(t, err)
	must(t, s.Ensure(t.Context()))
	m := &meddler{Store: s}
	c, err := repo.Create(t.Context(), m, "", "test", repo.Options{Cache: t.TempDir()})
	must(t, err)
	t.Cleanup(func() { c.Repo.Close(); s.Close() })
	return &world{t, m, c.Repo}
}

// condemnAll marks every pack that is stored, as a prune would if nothing was live, and returns them.
func (w *world) condemnAll() (packs []core.ID) {
	stored, err := w.repo.StoredPacks(w.t.Context())
	must(w.t, err)
	for name := range stored {
		packs = append(packs, name)
	}
	_, err = w.repo.PutMark(w.t.Context(), &gc.Mark{Created: time.Now().UnixNano(), Condemned: packs})
	must(w.t, err)
	return packs
}

// sweep deletes packs with what lists them.
func (w *world) sweep(packs []core.ID) {
	gone := map[core.ID]bool{}
	for _, p := range packs {
		gone[p] = true
		must(w.t, w.repo.DeletePack(w.t.Context(), p))
	}
	all, err := w.repo.ListIndexes(w.t.Context())
	must(w.t, err)
	must(w.t, all.Each(w.t.Context(), 1, func(o *repo.IndexObject) error {
		kept := o.Packs[:0]
		for _, p := range o.Packs {
			if !gone[p.Name] {
				kept = append(kept, p)
			}
		}
		if len(kept) > 0 {
			if _, _, err := w.repo.PutIndex(w.t.Context(), kept); err != nil {
				return err
			}
		}
		return w.repo.DeleteIndex(w.t.Context(), o.Name)
	}))
}

// TestOvertaken has a prune condemn everything just before the snapshot is put: the project is walked again, and all is stored anew.
func TestOvertaken(t *testing.T) {
	w, dir := newWorld(t), t.TempDir()
	b := treetest.Build(t, dir, 3, 200)
	settle()
	save(t, w.repo, options(dir))
	b.Change(dir) // some is taken over from the parent, some is present, some is new
	settle()
	var condemned []core.ID
	w.store.before = func() {
		w.store.before = nil
		condemned = w.condemnAll()
	}
	second := save(t, w.repo, options(dir))
	ids, err := w.repo.SnapshotIDs(t.Context())
	must(t, err)
	if len(ids) != 2 || ids[1] != second.Snapshot.ID {
		t.Errorf("snapshots: %v", ids)
	}
	w.sweep(condemned)
	_, err = w.repo.LoadIndex(t.Context())
	must(t, err)
	wantTree(t, w.repo, second.Snapshot, dir)
	if left, err := os.ReadDir(filepath.Join(w.store.LocalPath(), "sessions")); err != nil || len(left) > 0 {
		t.Errorf("sessions left: %v, %v", left, err)
	}
}

// TestAlwaysOvertaken gives up after some walks, and says so.
func TestAlwaysOvertaken(t *testing.T) {
	w, dir := newWorld(t), t.TempDir()
	treetest.Build(t, dir, 4, 30)
	times := 0
	w.store.before = func() {
		times++
		w.condemnAll()
	}
	_, err := Run(t.Context(), w.repo, options(dir), &report.Discard{})
	if core.CodeOf(err) != codeCondemned || core.KindOf(err) != core.Failure || times != maxWalks {
		t.Errorf("after %d walks: %v", times, err)
	}
	if ids, err := w.repo.SnapshotIDs(t.Context()); err != nil || len(ids) > 0 {
		t.Errorf("snapshots: %v, %v", ids, err)
	}
	w.store.before = nil
	wantTree(t, w.repo, save(t, w.repo, options(dir)).Snapshot, dir)
}

// TestMarkWaits: while a mark waits to be swept, what the parent has is not taken over from condemned packs, nor read again from others.
func TestMarkWaits(t *testing.T) {
	w, dir := newWorld(t), t.TempDir()
	big := make([]byte, 3<<20)
	for i := range big {
		big[i] = byte(i * i >> 7)
	}
	must(t, os.Mkdir(filepath.Join(dir, "sub"), 0o755))
	for i := range 5 {
		must(t, os.WriteFile(filepath.Join(dir, "sub", fmt.Sprint(i)), append([]byte{byte(i)}, big[:i<<18]...), 0o644))
	}
	settle()
	save(t, w.repo, options(dir))
	condemned := w.condemnAll()
	second := save(t, w.repo, options(dir))
	if c := second.Snapshot.Counts; c.BytesNew == 0 || c.BytesStored == 0 {
		t.Errorf("condemned content was taken over: %+v", c)
	}
	third := save(t, w.repo, options(dir)) // the mark still waits, but what the second snapshot has is not condemned
	if c := third.Snapshot.Counts; c.BytesRead != 0 || c.BytesNew != 0 {
		t.Errorf("what is not condemned was read again: %+v", c)
	}
	w.sweep(condemned)
	_, err := w.repo.LoadIndex(t.Context())
	must(t, err)
	wantTree(t, w.repo, second.Snapshot, dir)
	wantTree(t, w.repo, third.Snapshot, dir)
}

// TestRequests: a backup of an unchanged project asks for little.
func TestRequests(t *testing.T) {
	w, dir := newWorld(t), t.TempDir()
	treetest.Build(t, dir, 5, 100)
	settle()
	save(t, w.repo, options(dir))
	w.store.calls = nil
	save(t, w.repo, options(dir))
	want := "put sessions, list gc, list index, list snapshots, put snapshots, list gc, delete sessions"
	if got := strings.Join(w.store.calls, ", "); got != want {
		t.Errorf("requests: %s\nwant %s", got, want)
	}
}
