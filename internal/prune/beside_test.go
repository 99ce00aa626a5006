//go:build linux || darwin

package prune

import (
	"context"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/gc"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/restore"
	"backup_projeto/internal/storage"
	"backup_projeto/internal/verify"
)

// beside is a store on which something else happens before a certain request.
type beside struct {
	storage.Store
	do func()
	at int

	mu    sync.Mutex
	calls int // guarded by mu
}

func (b *beside) call() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.calls++; b.calls == b.at {
		b.do()
	}
}

func (b *beside) Get(ctx context.Context, name string, offset, length int64) (io.ReadCloser, error) {
	b.call()
	return b.Store.Get(ctx, name, offset, length)
}

func (b *beside) Stat(ctx context.Context, name string) (storage.Info, error) {
	b.call()
	return b.Store.Stat(ctx, name)
}

func (b *beside) List(ctx context.Context, prefix string) iter.Seq2[storage.Info, error] {
	b.call()
	return b.Store.List(ctx, prefix)
}

// TestReadersBeside lets a prune move, merge and delete before a request of a reader: a restore gets everything, and a verify finds no damage,
// though it began before the prune. It tries every fifth request, or all with
//
//	PRUNE_FAULTS=all go test -run ReadersBeside ./internal/prune
func TestReadersBeside(t *testing.T) {
	t.Parallel()
	readers := map[string]func(t *testing.T, r *repo.Repo, s saved) error{
		"verify":  verifyBeside(verify.Options{}),
		"data":    verifyBeside(verify.Options{DataPercent: 100, Sample: 3}),
		"restore": restoreBeside,
		"chunks":  func(t *testing.T, r *repo.Repo, s saved) error { return check(t.Context(), r, s) },
	}
	step := 5
	if os.Getenv("PRUNE_FAULTS") == "all" {
		step = 1
	}
	template, last := partlyDead(t)
	for name, read := range readers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for at := 1; ; at += step {
				if calls := readBeside(t, template.copy(t), last, at, read); t.Failed() {
					t.Fatalf("the prune came before request %d", at)
				} else if calls < at {
					return
				}
			}
		})
	}
}

// partlyDead is a repository of which all packs are partly dead, and there are enough index objects to be merged: each snapshot but the
// one that is left shared a file of its own with that.
func partlyDead(t *testing.T) (*place, saved) {
	p := newPlace(t)
	var olds []saved
	in := files{}
	for i := range uint64(manySmall) {
		name := string(rune('a' + i))
		in[name] = random(i, 1000)
		olds = append(olds, p.save(p.main, files{name: in[name], "other": random(100+i, 1000)}))
	}
	last := p.save(p.main, in)
	for _, one := range olds {
		p.drop(one)
	}
	return p, last
}

// copy is the same repository in another folder.
func (p *place) copy(t *testing.T) *place {
	c := &place{t: t, dir: filepath.Join(t.TempDir(), "store"), device: p.device}
	must(t, os.CopyFS(c.dir, os.DirFS(p.dir)))
	c.main = c.open(c.store(), t.TempDir())
	return c
}

// readBeside reads with a prune before one request, and returns how many there were.
func readBeside(t *testing.T, p *place, last saved, at int, read func(*testing.T, *repo.Repo, saved) error) int {
	b := &beside{Store: p.store()}
	b.do = func() {
		if res := p.prune(now); res.SweptPacks == 0 || res.RewrittenPacks == 0 || res.IndexBefore == 0 {
			t.Errorf("the prune did too little: %+v", res)
		}
	}
	r := p.open(b, "")
	b.at, b.calls = at, 0
	if damaged, err := r.LoadIndex(t.Context()); err != nil || len(damaged) > 0 {
		t.Error(damaged, err)
	}
	if err := read(t, r, last); err != nil {
		t.Error(err)
	}
	return b.calls
}

func verifyBeside(o verify.Options) func(*testing.T, *repo.Repo, saved) error {
	return func(t *testing.T, r *repo.Repo, _ saved) error {
		o := o
		o.Parallel = 1
		res, err := verify.Run(t.Context(), r, o, &report.Discard{})
		if err != nil {
			return err
		}
		for _, d := range res.Damaged {
			t.Errorf("%s: %v, of %d files", d.Object, d.Err, d.Total)
		}
		return nil
	}
}

func restoreBeside(t *testing.T, r *repo.Repo, s saved) error {
	m, err := r.ReadSnapshot(t.Context(), s.id)
	if err != nil {
		return err
	}
	to := t.TempDir()
	if _, err := restore.Run(t.Context(), r, m, restore.Options{Target: to, Parallel: 1}, &report.Discard{}); err != nil {
		return err
	}
	for name, want := range s.in {
		if got, err := os.ReadFile(filepath.Join(to, name)); err != nil || string(got) != want {
			t.Errorf("%s has %d bytes: %v", name, len(got), err)
		}
	}
	return nil
}

// TestTrashBeside drops a snapshot, brings one back, and takes one out of the trash for good, before each request of a prune: the prune goes
// on, and nothing is lost of what can be had.
func TestTrashBeside(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	one, two := p.save(p.main, files{"a": random(1, 30_000)}), p.save(p.main, files{"b": random(2, 30_000)})
	back, gone := p.save(p.main, files{"c": random(3, 30_000)}), p.save(p.main, files{"d": random(4, 30_000)})
	must(t, p.main.Drop(t.Context(), back.id))
	must(t, p.main.Drop(t.Context(), gone.id))
	var all []core.ID
	for _, name := range p.names("packs") {
		id, _ := repo.ParsePackName(name)
		all = append(all, id)
	}
	// What is condemned and needed is deleted at once where a snapshot is overlooked.
	_, err := p.main.PutMark(t.Context(), &gc.Mark{Created: 1, Condemned: all})
	must(t, err)
	for at := 1; ; at++ {
		c := p.copy(t)
		b := &beside{Store: c.store()}
		r := c.open(b, "")
		b.at, b.calls = at, 0
		b.do = func() {
			must(t, c.main.Drop(t.Context(), one.id))
			_, err := c.main.Undelete(t.Context(), back.id)
			must(t, err)
			must(t, os.Remove(filepath.Join(c.dir, c.named("trash", gone.id))))
		}
		if _, err := Run(t.Context(), r, now, &report.Discard{}); err != nil {
			t.Fatalf("before request %d: %v", at, err)
		}
		if b.calls < at {
			t.Logf("%d requests", b.calls)
			return
		}
		_, err := c.main.Undelete(t.Context(), one.id)
		must(t, err)
		if c.want(one, two, back); t.Failed() {
			t.Fatalf("before request %d", at)
		}
	}
}

// named returns the object in a folder that is named by a snapshot.
func (p *place) named(folder string, id core.UUID) string {
	for _, name := range p.names(folder) {
		if strings.Contains(name, id.String()) {
			return name
		}
	}
	p.t.Fatalf("nothing in %s is of %s", folder, id)
	return ""
}
