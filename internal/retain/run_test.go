package retain

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/storage"
	"backup_projeto/internal/storage/local"
	"backup_projeto/internal/tree"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// open makes a repository in a folder.
func open(t *testing.T) (*local.Store, *repo.Created) {
	t.Helper()
	s, err := local.New(filepath.Join(t.TempDir(), "store"))
	must(t, err)
	must(t, s.Ensure(t.Context()))
	c, err := repo.Create(t.Context(), s, "", "test", repo.Options{})
	must(t, err)
	t.Cleanup(func() {
		c.Repo.Close()
		s.Close()
	})
	return s, c
}

func unlock(t *testing.T, s storage.Store, secret keys.Secret) *repo.Repo {
	t.Helper()
	h, err := repo.ReadHeader(t.Context(), s)
	must(t, err)
	r, err := repo.Unlock(t.Context(), s, h, secret, repo.Options{})
	must(t, err)
	t.Cleanup(func() { r.Close() })
	return r
}

// save stores a snapshot with one file of that content.
func save(t *testing.T, r *repo.Repo, start time.Time, content string, change func(*snapshot.Manifest)) core.UUID {
	t.Helper()
	_, err := r.LoadIndex(t.Context())
	must(t, err)
	ses, err := r.Begin(t.Context())
	must(t, err)
	defer ses.Close()
	h := r.Hasher()
	add := func(kind pack.Kind, data []byte) core.ID {
		id := h.Sum(data)
		f := ses.Filler(kind)
		_, err := f.Add(id, data)
		must(t, errors.Join(err, f.Flush()))
		return id
	}
	file := add(pack.Data, []byte(content))
	dir := add(pack.Tree, tree.Encode([]tree.Entry{{Name: "file", Size: int64(len(content)), Content: tree.Content{IDs: []core.ID{file}}}}))
	must(t, ses.Finish())
	m := &snapshot.Manifest{ID: crypto.NewTimeUUID(start), Start: start.UnixNano(), End: start.UnixNano(), Project: snapshot.Project{ID: core.UUID{1}, Name: "p"},
		Root: tree.Entry{Type: tree.Dir, Content: tree.Content{IDs: []core.ID{dir}}}}
	if change != nil {
		change(m)
	}
	must(t, ses.Commit(m))
	return m.ID
}

// read returns what save stored.
func read(t *testing.T, r *repo.Repo, id core.UUID) string {
	t.Helper()
	_, err := r.LoadIndex(t.Context())
	must(t, err)
	m, err := r.ReadSnapshot(t.Context(), id)
	must(t, err)
	e, err := r.Find(t.Context(), &m.Root, "file")
	must(t, err)
	var out bytes.Buffer
	must(t, r.WriteFile(t.Context(), e, &out))
	return out.String()
}

func ids(t *testing.T, r *repo.Repo) []core.UUID {
	t.Helper()
	out, err := r.SnapshotIDs(t.Context())
	must(t, err)
	return out
}

func trash(t *testing.T, r *repo.Repo) (out []core.UUID) {
	t.Helper()
	all, err := r.Trash(t.Context())
	must(t, err)
	for _, x := range all {
		out = append(out, x.ID)
	}
	return out
}

func ago(hours int) time.Time { return time.Now().Add(-time.Duration(hours) * time.Hour) }

func TestRun(t *testing.T) {
	_, c := open(t)
	var all []core.UUID
	for n := range 6 {
		all = append(all, save(t, c.Repo, ago(6-n), "content "+string(rune('a'+n)), nil))
	}
	o := Options{Policy: Policy{Last: 2}, DryRun: true}
	res, err := Run(t.Context(), c.Repo, o, &report.Discard{})
	if err != nil || res.Keep != 2 || res.Drop != 4 || len(res.Moved) != 0 || len(ids(t, c.Repo)) != 6 || len(res.Snapshots) != 6 {
		t.Fatalf("dry run: %+v, %v", res, err)
	}
	o.DryRun = false
	o.Confirm = func(r *Result) bool { return r.Drop != 4 }
	if res, err = Run(t.Context(), c.Repo, o, &report.Discard{}); err != nil || !res.Declined || len(ids(t, c.Repo)) != 6 {
		t.Fatalf("declined: %+v, %v", res, err)
	}
	_, err = c.Repo.Pin(t.Context(), all[0], 1)
	must(t, err)
	o.Confirm = func(*Result) bool { // somebody pins while the plan is being read
		_, err := c.Repo.Pin(t.Context(), all[1], 1)
		return err == nil
	}
	var d report.Discard
	if res, err = Run(t.Context(), c.Repo, o, &d); err != nil || res.Drop != 3 || len(res.Moved) != 2 || d.Progress().Files.Load() != 2 {
		t.Fatalf("run: %+v, %v", res, err)
	}
	if got, want := ids(t, c.Repo), []core.UUID{all[0], all[1], all[4], all[5]}; !slices.Equal(got, want) {
		t.Errorf("left: %v, want %v", got, want)
	}
	if got := trash(t, c.Repo); len(got) != 2 {
		t.Errorf("the trash has %v", got)
	}
	_, err = c.Repo.Undelete(t.Context(), all[2])
	must(t, err)
	if got := read(t, c.Repo, all[2]); got != "content c" {
		t.Errorf("restored %q", got)
	}
	o.Confirm = func(*Result) bool { t.Error("asked about nothing"); return true }
	o.Policy.Last = 10
	if res, err = Run(t.Context(), c.Repo, o, &report.Discard{}); err != nil || res.Drop != 0 || len(res.Moved) != 0 {
		t.Errorf("nothing to do: %+v, %v", res, err)
	}
}

// TestOnlyOnesOwn: what another device or another project wrote is looked at only when it is asked for; and of a stolen device that
// claims other dates nothing is dropped but its own.
func TestOnlyOnesOwn(t *testing.T) {
	s, c := open(t)
	device := keys.NewDeviceKey(c.Repo.Header().ID)
	_, err := c.Repo.AddSlot(t.Context(), device.Secret(), "stolen", false)
	must(t, err)
	stolen := unlock(t, s, device.Secret())
	good := []core.UUID{save(t, c.Repo, ago(20), "1", nil), save(t, c.Repo, ago(10), "2", nil)}
	other := []core.UUID{save(t, c.Repo, ago(9), "3", func(m *snapshot.Manifest) { m.Project.ID = core.UUID{2} }),
		save(t, c.Repo, ago(8), "4", func(m *snapshot.Manifest) { m.Project.ID = core.UUID{2} })}
	for n := range 5 {
		save(t, stolen, time.Now().AddDate(n, 0, 0), "forged", nil)
	}
	res, err := Run(t.Context(), c.Repo, Options{Policy: Policy{Yearly: 2}, Project: core.UUID{1}, DryRun: true}, &report.Discard{})
	if err != nil || len(res.Decisions) != 7 {
		t.Fatalf("%+v, %v", res, err)
	}
	for _, d := range res.Decisions {
		if d.ID == good[1] && !d.Keep {
			t.Error("forged dates pushed a good snapshot out")
		}
		if slices.Contains(other, d.ID) {
			t.Error("another project's snapshot was looked at")
		}
	}
	res, err = Run(t.Context(), c.Repo, Options{Policy: Policy{Last: 1}, Own: true}, &report.Discard{})
	if err != nil || len(res.Decisions) != 4 || len(res.Moved) != 2 {
		t.Fatalf("%+v, %v", res, err)
	}
	if got := trash(t, c.Repo); len(got) != 2 || !slices.Contains(got, good[0]) || !slices.Contains(got, other[0]) {
		t.Errorf("the trash has %v", got)
	}
}

func TestRefused(t *testing.T) {
	s, c := open(t)
	save(t, c.Repo, ago(1), "x", nil)
	device := keys.NewDeviceKey(c.Repo.Header().ID)
	_, err := c.Repo.AddSlot(t.Context(), device.Secret(), "ci", true)
	must(t, err)
	_, err = Run(t.Context(), unlock(t, s, device.Secret()), Options{Policy: Default()}, &report.Discard{})
	if core.KindOf(err) != core.WrongKey || core.CodeOf(err) != codeWriteOnly {
		t.Errorf("write-only: %v", err)
	}
	_, err = Run(t.Context(), c.Repo, Options{Policy: Policy{Safety: Span{Days: 1}}}, &report.Discard{})
	if core.KindOf(err) != core.Usage || core.CodeOf(err) != codeEmpty {
		t.Errorf("an empty policy: %v", err)
	}
}

// TestDamagedAreLeft: what cannot be read is told and not moved.
func TestDamagedAreLeft(t *testing.T) {
	s, c := open(t)
	bad, old := save(t, c.Repo, ago(3), "1", nil), save(t, c.Repo, ago(2), "2", nil)
	save(t, c.Repo, ago(1), "3", nil)
	must(t, s.Put(t.Context(), "snapshots/"+bad.String(), []byte("something else")))
	res, err := Run(t.Context(), c.Repo, Options{Policy: Policy{Last: 1}}, &report.Discard{})
	if err != nil || len(res.Damaged) != 1 || !slices.Equal(res.Moved, []core.UUID{old}) || !slices.Contains(ids(t, c.Repo), bad) {
		t.Errorf("%+v, %v", res, err)
	}
}

// keeping is a store that lets nobody delete.
type keeping struct{ storage.Store }

func (k keeping) Delete(_ context.Context, name string) error {
	return storage.Errf(storage.Denied, name, nil)
}

// TestMayNotDelete: with credentials that cannot delete nothing is dropped, and little is written in vain.
func TestMayNotDelete(t *testing.T) {
	s, c := open(t)
	for n := range 12 {
		save(t, c.Repo, ago(12-n), "content", nil)
	}
	r := unlock(t, keeping{s}, c.Device.Secret())
	res, err := Run(t.Context(), r, Options{Policy: Policy{Last: 1}}, &report.Discard{})
	if core.CodeOf(err) != storage.Denied || len(res.Moved) != 0 || len(ids(t, c.Repo)) != 12 {
		t.Errorf("%+v, %v", res, err)
	}
	copies := 0
	for _, err := range s.List(t.Context(), "trash/") {
		must(t, err)
		copies++
	}
	if copies != 1 {
		t.Errorf("%d copies", copies)
	}
}

// faulty makes the nth call fail: before it does anything, or after it did it.
type faulty struct {
	storage.Store
	calls, failAt int64
	persist       bool
}

func (f *faulty) strike(do func() error) error {
	if atomic.AddInt64(&f.calls, 1) != f.failAt {
		return do()
	}
	if f.persist {
		if err := do(); err != nil {
			return err
		}
	}
	return storage.Errf(storage.Network, "", errors.New("injected"))
}

func (f *faulty) Put(ctx context.Context, name string, data []byte) error {
	return f.strike(func() error { return f.Store.Put(ctx, name, data) })
}

func (f *faulty) Get(ctx context.Context, name string, offset, length int64) (r io.ReadCloser, err error) {
	err = f.strike(func() error { r, err = f.Store.Get(ctx, name, offset, length); return err })
	return r, err
}

func (f *faulty) Stat(ctx context.Context, name string) (info storage.Info, err error) {
	err = f.strike(func() error { info, err = f.Store.Stat(ctx, name); return err })
	return info, err
}

func (f *faulty) Delete(ctx context.Context, name string) error {
	return f.strike(func() error { return f.Store.Delete(ctx, name) })
}

// List fails at its end, after it yielded what there is, or a part.
func (f *faulty) List(ctx context.Context, prefix string) iter.Seq2[storage.Info, error] {
	return func(yield func(storage.Info, error) bool) {
		err := f.strike(func() error { return nil })
		for info, e := range f.Store.List(ctx, prefix) {
			if err != nil && !f.persist {
				break
			}
			if !yield(info, e) {
				return
			}
		}
		if err != nil {
			yield(storage.Info{}, err)
		}
	}
}

// TestEachCallFails fails the nth call to the store for each n, lost or persisted: every snapshot is in its place or in the trash, what
// is said to be moved is, what is to be kept is kept, and the next run does the rest.
func TestEachCallFails(t *testing.T) {
	points := 0
	for _, persist := range []bool{false, true} {
		for n := int64(1); ; n++ {
			s, c := open(t)
			var all []core.UUID
			for k := range 4 {
				all = append(all, save(t, c.Repo, ago(4-k), "content", nil))
			}
			f := &faulty{Store: s, persist: persist}
			r := unlock(t, f, c.Device.Secret())
			f.calls, f.failAt = 0, n
			res, err := Run(t.Context(), r, Options{Policy: Policy{Last: 2}}, &report.Discard{})
			if err != nil && core.KindOf(err) != core.Destination {
				t.Errorf("call %d: %v", n, err)
			}
			here, dropped := ids(t, c.Repo), trash(t, c.Repo)
			for k, id := range all {
				if in := slices.Contains(here, id); k >= 2 && !in || k < 2 && !in && !slices.Contains(dropped, id) {
					t.Fatalf("call %d, persisted %v: snapshot %d is lost", n, persist, k)
				}
			}
			if res != nil {
				for _, id := range res.Moved {
					if slices.Contains(here, id) || !slices.Contains(dropped, id) {
						t.Errorf("call %d: said to be moved, and is not", n)
					}
				}
			}
			if f.calls < n {
				break
			}
			points++
			if _, err := Run(t.Context(), c.Repo, Options{Policy: Policy{Last: 2}}, &report.Discard{}); err != nil || len(ids(t, c.Repo)) != 2 {
				t.Errorf("call %d: the next run: %v", n, err)
			}
			for _, id := range all[:2] {
				_, err := c.Repo.Undelete(t.Context(), id)
				must(t, err)
				if read(t, c.Repo, id) != "content" {
					t.Error("content differs")
				}
			}
		}
	}
	if points < 25 {
		t.Errorf("only %d calls failed", points)
	}
	t.Logf("%d points", points)
}
