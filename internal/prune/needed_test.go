//go:build linux || darwin

package prune

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/gc"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
)

// TestTwice: what two machines stored twice, because neither knew of the other, is freed without rewriting it.
func TestTwice(t *testing.T) {
	p := newPlace(t)
	other := p.open(p.store(), "")
	late, err := other.Begin(t.Context())
	must(t, err)
	in := files{"a": random(1, 300_000)}
	first := p.save(p.main, in)
	f := late.Filler(0)
	data := []byte(in["a"])
	cut := other.Cutter()
	for len(data) > 0 {
		n := cut.Next(data)
		isNew, err := f.Add(other.Hasher().Sum(data[:n]), data[:n])
		if must(t, err); !isNew {
			t.Error("the other machine knew")
		}
		data = data[n:]
	}
	must(t, f.Flush())
	must(t, late.Finish())
	late.Close()
	second := p.save(p.main, files{"b": in["a"]})
	before := p.size()
	res := p.prune(now)
	if res.RewrittenPacks != 0 || p.size() > before-300_000 {
		t.Errorf("%+v; %d bytes became %d", res, before, p.size())
	}
	p.want(first, second)
}

// TestClaims: what a device that may only write says is in its packs frees nothing.
func TestClaims(t *testing.T) {
	p := newPlace(t)
	first := p.save(p.main, files{"a": random(1, 300_000)})
	key := keys.NewDeviceKey(p.main.Header().ID)
	_, err := p.main.AddSlot(t.Context(), key.Secret(), "writer", true)
	must(t, err)
	writer := p.openWith(p.store(), key.Secret(), "")
	all, err := writer.ListIndexes(t.Context())
	must(t, err)
	var claim *repo.IndexObject
	must(t, all.Each(t.Context(), 1, func(o *repo.IndexObject) error { claim = o; return nil }))
	stolen := p.save(writer, files{"b": random(2, 100_000)})
	own, err := writer.ListIndexes(t.Context())
	must(t, err)
	must(t, own.Each(t.Context(), 1, func(o *repo.IndexObject) error {
		if o.Name == claim.Name {
			return nil
		}
		for i := range o.Packs { // its packs have all that the first has, it says
			lie := claim.Packs[i%len(claim.Packs)]
			lie.Name, lie.Size, lie.Key = o.Packs[i].Name, max(lie.Size, o.Packs[i].Size), o.Packs[i].Key
			if _, _, err := writer.PutIndex(t.Context(), append(slices.Clone(o.Packs), lie)); err != nil {
				return err
			}
		}
		return nil
	}))
	p.prune(now)
	r := p.open(p.store(), "")
	_, err = r.LoadIndex(t.Context())
	must(t, err)
	must(t, check(t.Context(), r, first))
	must(t, check(t.Context(), r, stolen))
}

// TestNeeded: what a snapshot needs of condemned packs is copied, and then they go.
func TestNeeded(t *testing.T) {
	p := newPlace(t)
	one, two := p.save(p.main, files{"a": random(1, 100_000)}), p.save(p.main, files{"b": random(2, 100_000), "c": random(3, 100_000)})
	var all []core.ID
	for _, name := range p.names("packs") {
		id, ok := repo.ParsePackName(name)
		if !ok {
			t.Fatal(name)
		}
		all = append(all, id)
	}
	for range 2 { // as if two prunes had condemned everything, each
		_, err := p.main.PutMark(t.Context(), &gc.Mark{Created: 1, Condemned: all})
		must(t, err)
	}
	res := p.prune(now)
	if res.RewrittenPacks != 4 || res.SweptPacks != 4 || res.CondemnedPacks != 0 {
		t.Errorf("%+v", res)
	}
	p.want(one, two)
}

// TestUnlisted: packs that no index object lists are left alone for long, and then go.
func TestUnlisted(t *testing.T) {
	p := newPlace(t)
	keep, lost := p.save(p.main, files{"a": random(1, 100_000)}), p.save(p.main, files{"b": random(2, 100_000)})
	p.drop(lost)
	for _, name := range p.names("index") { // of the one of the second snapshot
		if data, err := os.ReadFile(filepath.Join(p.dir, name)); err == nil {
			must(t, os.Remove(filepath.Join(p.dir, name)))
			r := p.open(p.store(), "")
			_, err := r.LoadIndex(t.Context())
			must(t, err)
			if check(t.Context(), r, keep) == nil {
				break
			}
			must(t, os.WriteFile(filepath.Join(p.dir, name), data, 0o600))
		}
	}
	p.age("packs", 25*time.Hour)
	if res := p.prune(Options{Grace: -1}); !res.Plan.Nothing() || res.Plan.Young.Packs != 2 {
		t.Errorf("%+v", res.Plan)
	}
	p.age("packs", DefaultExpire)
	if res := p.prune(Options{Grace: -1}); res.SweptPacks != 2 {
		t.Errorf("%+v", res.Plan)
	}
	p.want(keep)
}

// TestAbsent: index entries of packs that are gone, and that nothing needs, go too.
func TestAbsent(t *testing.T) {
	p := newPlace(t)
	keep := p.save(p.main, files{"a": random(1, 100_000)})
	before := p.names("packs")
	gone := p.save(p.main, files{"b": random(2, 100_000)})
	p.drop(gone)
	for _, name := range p.names("packs") {
		if !slices.Contains(before, name) {
			must(t, os.Remove(filepath.Join(p.dir, name)))
		}
	}
	if res := p.prune(now); res.Plan.Absent != 2 {
		t.Errorf("%+v", res.Plan)
	}
	if len(p.names("index")) != 1 {
		t.Errorf("index objects: %v", p.names("index"))
	}
	p.want(keep, p.save(p.main, gone.in))
}

// TestInFlight: what a backup in flight put is left alone, and what it may rely on is not deleted.
func TestInFlight(t *testing.T) {
	p := newPlace(t)
	keep, gone := p.save(p.main, files{"a": random(1, 100_000)}), p.save(p.main, files{"b": random(2, 100_000)})
	p.drop(gone)
	other := p.open(p.store(), "")
	flight, err := other.Begin(t.Context()) // it does not know of a mark
	must(t, err)
	f := flight.Filler(0)
	data := []byte(random(9, 50_000))
	_, err = f.Add(other.Hasher().Sum(data), data)
	must(t, err)
	must(t, f.Flush())
	must(t, flight.Finish())
	prune := func(o Options) *Result {
		t.Helper()
		res, err := Run(t.Context(), p.main, o, &report.Discard{})
		must(t, err)
		return res
	}
	res := prune(now)
	if res.CondemnedPacks != 2 || res.SweptPacks != 0 || res.Plan.InFlight != 1 {
		t.Errorf("%+v", res)
	}
	res = prune(now)
	if res.SweptPacks != 0 || res.Plan.Waiting.Packs != 2 || len(res.Plan.Blocking) != 1 || res.Plan.Blocking[0].ID != flight.ID() {
		t.Errorf("%+v", res.Plan)
	}
	second, err := other.Begin(t.Context()) // it has seen the mark, but has no cache to remember it before it began
	must(t, err)
	second.Close()
	flight.Close()
	knows := p.open(p.store(), t.TempDir())
	p.save(knows, keep.in)
	third, err := knows.Begin(t.Context())
	must(t, err)
	if res := prune(now); res.SweptPacks != 2 { // a session that knows the mark is not waited for
		t.Errorf("%+v", res.Plan)
	}
	third.Close()
	p.want(keep)
}

// TestPruneInFlight: there is one prune at a time, until one is dead for long.
func TestPruneInFlight(t *testing.T) {
	p := newPlace(t)
	keep, gone := p.save(p.main, files{"a": random(1, 100_000)}), p.save(p.main, files{"b": random(2, 100_000)})
	p.drop(gone)
	other := p.open(p.store(), "")
	_, err := other.BeginPrune(t.Context()) // and it dies
	must(t, err)
	before := p.names("packs")
	_, err = Run(t.Context(), p.main, now, &report.Discard{})
	if core.CodeOf(err) != codeRunning || !slices.Equal(before, p.names("packs")) {
		t.Errorf("%v", err)
	}
	p.age("sessions", DefaultExpire)
	if res := p.prune(now); res.SweptPacks != 2 {
		t.Errorf("%+v", res)
	}
	p.want(keep)
}
