package spare

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"backup_projeto/internal/backup"
	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/parity"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/restore"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/storage"
	"backup_projeto/internal/storage/faulty"
	"backup_projeto/internal/storage/local"
	"backup_projeto/internal/verify"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// place is a repository in a folder, and a project that is saved in it.
type place struct {
	t    *testing.T
	dir  string
	made *repo.Created
	src  string
	snap *snapshot.Manifest
	disk *faulty.Sectors // what opened repositories see of the folder; nil where it is a good disk
}

// newPlace saves a project of so many random bytes in a repository of that share.
func newPlace(t *testing.T, share parity.Share, size int) *place {
	t.Helper()
	p := &place{t: t, dir: filepath.Join(t.TempDir(), "store"), src: t.TempDir()}
	s := p.store()
	must(t, s.Ensure(t.Context()))
	var err error
	p.made, err = repo.Create(t.Context(), s, "", "test", repo.Options{Cache: t.TempDir(), Parity: share})
	must(t, err)
	t.Cleanup(func() { p.made.Repo.Close() })
	r := rand.NewChaCha8([32]byte{1})
	for n := 0; size > 0; n++ {
		b := make([]byte, min(size, 300_000))
		r.Read(b)
		must(t, os.WriteFile(filepath.Join(p.src, fmt.Sprintf("file%03d", n)), b, 0o600))
		size -= len(b)
	}
	p.save(p.made.Repo)
	return p
}

func (p *place) store() *local.Store {
	p.t.Helper()
	s, err := local.New(p.dir)
	must(p.t, err)
	p.t.Cleanup(func() { s.Close() })
	return s
}

// open opens the repository as a machine that has never seen it.
func (p *place) open() *repo.Repo {
	p.t.Helper()
	var s storage.Store = p.store()
	if p.disk != nil {
		s = p.disk
	}
	h, err := repo.ReadHeader(p.t.Context(), s)
	must(p.t, err)
	r, err := repo.Unlock(p.t.Context(), s, h, p.made.Device.Secret(), repo.Options{})
	must(p.t, err)
	p.t.Cleanup(func() { r.Close() })
	return r
}

func (p *place) save(r *repo.Repo) {
	p.t.Helper()
	res, err := backup.Run(p.t.Context(), r, backup.Options{Root: p.src, Project: snapshot.Project{ID: core.UUID{1}, Name: "p"}, Host: "h"}, &report.Discard{})
	must(p.t, err)
	p.snap = res.Snapshot
}

func (p *place) path(object string) string { return filepath.Join(p.dir, filepath.FromSlash(object)) }

func (p *place) read(object string) []byte {
	p.t.Helper()
	b, err := os.ReadFile(p.path(object))
	must(p.t, err)
	return b
}

func (p *place) write(object string, b []byte) {
	p.t.Helper()
	must(p.t, os.WriteFile(p.path(object), b, 0o600))
}

// run runs with a fresh Repo.
func (p *place) run(o Options) *Result {
	p.t.Helper()
	res, err := Run(p.t.Context(), p.open(), o, &report.Discard{})
	must(p.t, err)
	return res
}

// has lists the parity.
func (p *place) has() map[core.ID][]repo.ParityObject {
	p.t.Helper()
	all, err := p.made.Repo.ParityObjects(p.t.Context())
	must(p.t, err)
	return all
}

// restored restores everything, wants it as it was, and returns the packs that were mended for it.
func (p *place) restored() []core.ID {
	p.t.Helper()
	r := p.open()
	_, err := r.LoadIndex(p.t.Context())
	must(p.t, err)
	to := filepath.Join(p.t.TempDir(), "to")
	res, err := restore.Run(p.t.Context(), r, p.snap, restore.Options{Target: to}, &report.Discard{})
	if err != nil || len(res.Issues) > 0 {
		p.t.Fatal(res.Issues, err)
	}
	entries, err := os.ReadDir(p.src)
	must(p.t, err)
	for _, e := range entries {
		want, err := os.ReadFile(filepath.Join(p.src, e.Name()))
		must(p.t, err)
		got, err := os.ReadFile(filepath.Join(to, e.Name()))
		must(p.t, err)
		if !bytes.Equal(want, got) {
			p.t.Fatalf("%s is not as it was", e.Name())
		}
	}
	must(p.t, os.RemoveAll(to))
	return r.Healed()
}

func share(s parity.Share) *parity.Share { return &s }

// TestChange switches parity on, up, down and off in a repository that has packs already.
func TestChange(t *testing.T) {
	p := newPlace(t, 0, 700_000)
	packs := int64(len(p.packs()))
	dry := p.run(Options{Set: share(200), DryRun: true})
	if dry.Plan.Write.Objects != packs || dry.Plan.Read.Objects != packs || len(p.has()) > 0 || dry.Plan.Nothing() {
		t.Fatalf("the plan: %+v", dry.Plan)
	}
	no := p.run(Options{Set: share(200), Consent: func(*Plan) (bool, error) { return false, nil }})
	if now, _, _ := p.made.Repo.Parity(t.Context()); !no.Declined || now != 0 || len(p.has()) > 0 {
		t.Fatalf("declined, and done: %+v", no)
	}
	on := p.run(Options{Set: share(200)})
	if on.Written != dry.Plan.Write || on.Read != dry.Plan.Read || on.Plan.Requests <= 0 {
		t.Errorf("planned %+v, done %+v", dry.Plan, on)
	}
	p.wantParity(200)
	if again := p.run(Options{}); !again.Plan.Nothing() || again.Plan.Protected.Objects != packs || again.Read.Objects > 0 {
		t.Errorf("nothing is missing, and still %+v", again.Plan)
	}
	up := p.run(Options{Set: share(parity.Whole)})
	if up.Written.Objects != packs || up.Deleted.Objects != packs {
		t.Errorf("up: %+v", up)
	}
	p.wantParity(parity.Whole)
	down := p.run(Options{Set: share(100)})
	if down.Written.Objects != packs || down.Deleted.Objects != packs || down.Deleted != up.Written {
		t.Errorf("down: %+v", down)
	}
	p.wantParity(100)
	off := p.run(Options{Set: share(0)})
	if off.Deleted.Objects != packs || len(p.has()) > 0 || off.Read.Objects > 0 {
		t.Errorf("off: %+v", off)
	}
	p.restored()
}

// packs lists the packs.
func (p *place) packs() []core.ID {
	p.t.Helper()
	all, err := p.made.Repo.StoredPacks(p.t.Context())
	must(p.t, err)
	var names []core.ID
	for name := range all {
		names = append(names, name)
	}
	slices.SortFunc(names, core.ID.Compare)
	return names
}

// wantParity wants each pack to have parity of a share, once, and right.
func (p *place) wantParity(want parity.Share) {
	p.t.Helper()
	has := p.has()
	for _, name := range p.packs() {
		data := p.read(repo.PackName(name))
		shape, err := parity.Fit(len(data), want)
		must(p.t, err)
		if list := has[name]; len(list) != 1 || list[0].K != shape.K {
			p.t.Errorf("pack of %d bytes at %d: %+v", len(data), want, list)
		} else if err := p.made.Repo.CheckParity(p.t.Context(), list[0], data); err != nil {
			p.t.Error(err)
		}
	}
}

// TestCutOff: a run that is cut off has done what it has done; the next does the rest.
func TestCutOff(t *testing.T) {
	p := newPlace(t, 0, 700_000)
	must(t, p.made.Repo.SetParity(t.Context(), 200))
	ctx, cancel := context.WithCancel(t.Context())
	r := p.open()
	s := &run{r: r, o: Options{Parallel: 1}, rep: &report.Discard{}}
	must(t, s.look(ctx))
	w := worker{run: s}
	must(t, w.do(ctx, &s.jobs[0]))
	cancel()
	if err := s.work(ctx); core.KindOf(err) != core.Interrupted {
		t.Fatal(err)
	}
	if rest := p.run(Options{}); rest.Written.Objects != int64(len(p.packs())-1) {
		t.Errorf("%+v", rest)
	}
	p.wantParity(200)
}

// TestDamagedParity: parity that is damaged is written anew by a check, and made of nothing but a pack that is whole.
func TestDamagedParity(t *testing.T) {
	p := newPlace(t, 200, 700_000)
	var names []string
	for _, list := range p.has() {
		names = append(names, list[0].Name())
	}
	right := p.read(names[0])
	torn := bytes.Clone(right)
	clear(torn[100:])
	p.write(names[0], torn)
	if res := p.run(Options{}); !res.Plan.Nothing() {
		t.Errorf("without reading, nothing is known: %+v", res.Plan)
	}
	res := p.run(Options{Check: true})
	if res.Written.Objects != 1 || len(res.Issues) != 1 || core.CodeOf(res.Issues[0].Err) != "parity-damaged" || res.Lost > 0 {
		t.Errorf("%+v", res)
	}
	if !bytes.Equal(p.read(names[0]), right) {
		t.Error("it is not what it was")
	}
	p.wantParity(200)
}

// TestDamagedPackUnprotected: no parity is made of a damaged pack, and old parity that does not suffice is kept.
func TestDamagedPackUnprotected(t *testing.T) {
	p := newPlace(t, 200, 700_000)
	name := p.packs()[0]
	object := repo.PackName(name)
	bad := p.read(object)
	clear(bad)
	p.write(object, bad)
	res := p.run(Options{Set: share(parity.Whole)})
	if res.Lost != 1 || len(res.Issues) != 1 || core.CodeOf(res.Issues[0].Err) != "parity-beyond" {
		t.Errorf("%+v", res)
	}
	shape, _ := parity.Fit(len(bad), 200)
	if list := p.has()[name]; len(list) != 1 || list[0].K != shape.K {
		t.Errorf("parity of the damaged pack: %+v", list)
	}
	if !bytes.Equal(p.read(object), bad) {
		t.Error("the damaged pack was changed")
	}
}

// TestLostPack: parity as large as the packs makes up for a pack that is gone.
func TestLostPack(t *testing.T) {
	p := newPlace(t, parity.Whole, 700_000)
	for _, name := range p.packs() {
		must(t, os.Remove(p.path(repo.PackName(name))))
	}
	if healed := p.restored(); len(healed) == 0 {
		t.Error("nothing was mended")
	}
	res := p.run(Options{Check: true})
	if res.Mended.Objects == 0 || res.Lost > 0 {
		t.Errorf("%+v", res)
	}
	for _, name := range p.packs() {
		if crypto.Hash(p.read(repo.PackName(name))) != name {
			t.Errorf("%s is not what it was", name.Short())
		}
	}
	found, err := verify.Run(t.Context(), p.open(), verify.Options{DataPercent: 100}, &report.Discard{})
	if err != nil || len(found.Damaged) > 0 {
		t.Error(found, err)
	}
}

// TestSuperseded: what a run that was cut off left beside the new parity goes when the new is proven to be there, and is made anew where it is not
// what it should be.
func TestSuperseded(t *testing.T) {
	p := newPlace(t, 200, 700_000)
	for i, spoil := range []func([]byte) []byte{func(b []byte) []byte { return b }, func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
		func(b []byte) []byte { return b[:100] }} {
		for _, name := range p.packs() {
			data := p.read(repo.PackName(name))
			_, _, err := p.made.Repo.PutParity(t.Context(), name, data, nil, parity.Whole)
			must(t, err)
			shape, err := parity.Fit(len(data), 200)
			must(t, err)
			kept := repo.ParityObject{Pack: name, K: shape.K}
			p.write(kept.Name(), spoil(p.read(kept.Name())))
		}
		packs := int64(len(p.packs()))
		if res := p.run(Options{}); res.Deleted.Objects != packs || i == 0 && res.Written.Objects > 0 || i > 0 && res.Written.Objects != packs || res.Lost > 0 {
			t.Errorf("%d: %+v", i, res)
		}
		p.wantParity(200)
	}
}

// TestUnproven: nothing is deleted for parity that does not come back as it was written.
func TestUnproven(t *testing.T) {
	p := newPlace(t, parity.Whole, 700_000)
	mem := faulty.NewMemory()
	for info, err := range p.store().List(t.Context(), "") {
		must(t, err)
		must(t, mem.Put(t.Context(), info.Name, p.read(info.Name)))
	}
	before := mem.Names("parity/")
	lying := faulty.New(mem, func(c faulty.Call) faulty.Fault {
		if c.Method == faulty.Get && c.Folder == "parity" {
			return faulty.Flipped
		}
		return faulty.None
	})
	h, err := repo.ReadHeader(t.Context(), lying)
	must(t, err)
	r, err := repo.Unlock(t.Context(), lying, h, p.made.Device.Secret(), repo.Options{})
	must(t, err)
	defer r.Close()
	res, err := Run(t.Context(), r, Options{Set: share(200)}, &report.Discard{})
	must(t, err)
	if res.Deleted.Objects > 0 || res.Written.Objects != int64(len(p.packs())) {
		t.Errorf("%+v", res)
	}
	for _, name := range before {
		if !slices.Contains(mem.Names("parity/"), name) {
			t.Errorf("%s is gone", name)
		}
	}
}
