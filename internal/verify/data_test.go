package verify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/storage"
)

// spy is a store that sees which packs are read whole, and may interfere.
type spy struct {
	storage.Store
	get  func(name string) error                                           // before a Get; may be nil
	hide func(name string) bool                                            // from listings; may be nil
	body func(name string, length int64, body io.ReadCloser) io.ReadCloser // what a Get gives instead; may be nil

	mu   sync.Mutex
	read []string // guarded by mu
}

func (s *spy) Unwrap() storage.Store { return s.Store }

func (s *spy) Get(ctx context.Context, name string, offset, length int64) (io.ReadCloser, error) {
	if s.get != nil {
		if err := s.get(name); err != nil {
			return nil, err
		}
	}
	if info, err := s.Store.Stat(ctx, name); strings.HasPrefix(name, "packs/") && err == nil && length == info.Size { // walking a tree reads no whole packs
		s.mu.Lock()
		s.read = append(s.read, name)
		s.mu.Unlock()
	}
	body, err := s.Store.Get(ctx, name, offset, length)
	if err == nil && s.body != nil {
		body = s.body(name, length, body)
	}
	return body, err
}

func (s *spy) List(ctx context.Context, prefix string) iter.Seq2[storage.Info, error] {
	return func(yield func(storage.Info, error) bool) {
		for info, err := range s.Store.List(ctx, prefix) {
			if err == nil && s.hide != nil && s.hide(info.Name) {
				continue
			}
			if !yield(info, err) {
				return
			}
		}
	}
}

// spied opens the repository without a cache through a spy.
func (p *place) spied() (*repo.Repo, *spy) {
	p.t.Helper()
	s := &spy{Store: p.store()}
	h, err := repo.ReadHeader(p.t.Context(), s)
	must(p.t, err)
	r, err := repo.Unlock(p.t.Context(), s, h, p.made.Device.Secret(), repo.Options{})
	must(p.t, err)
	p.t.Cleanup(func() { r.Close() })
	return r, s
}

// saveMany saves n snapshots, with a pack of data and one of folders each.
func (p *place) saveMany(n int) {
	for i := range n {
		p.save(fmt.Sprint(i), files{fmt.Sprintf("dir%d/f", i): random(uint64(i), 30_000+i*3000)})
	}
}

// TestRounds: runs that read a part each read every pack once before they read one twice, also when the last run of a round reaches into the
// next one. New packs come first.
func TestRounds(t *testing.T) {
	p := newPlace(t)
	p.saveMany(4)
	for _, o := range []Options{{DataBytes: 1}, {DataBytes: 50_000}, {DataPercent: 23}, {DataBytes: 1 << 40}, {DataPercent: 250}} {
		o.ProofFile = filepath.Join(t.TempDir(), "sub", "proof")
		counts := map[string]int{}
		for run := range 10 {
			r, s := p.spied()
			res, err := Run(t.Context(), r, o, &report.Discard{})
			must(t, err)
			p.want(res)
			if int(res.PacksRead) != len(s.read) || res.PacksRead == 0 || res.PacksTotal != 8 || o.DataBytes == 1 && res.PacksRead != 1 {
				t.Fatalf("%v: %d read, %+v", o, len(s.read), res)
			}
			for _, name := range s.read {
				counts[name]++
			}
			all := slices.Collect(maps.Values(counts))
			if len(all) < 8 {
				all = append(all, 0)
			}
			if slices.Max(all)-slices.Min(all) > 1 || res.PacksProven != int64(len(counts)) {
				t.Fatalf("%v, run %d: %v, %d proven", o, run, counts, res.PacksProven)
			}
		}
	}
	file := filepath.Join(t.TempDir(), "proof")
	_, err := Run(t.Context(), p.open(""), Options{DataPercent: 100, ProofFile: file}, &report.Discard{})
	must(t, err)
	p.save("new", files{"new": random(99, 1000)})
	res, err := Run(t.Context(), p.open(""), Options{DataBytes: 1, ProofFile: file}, &report.Discard{})
	must(t, err)
	if res.PacksRead != 1 || res.PacksProven != 9 || res.PacksTotal != 10 {
		t.Errorf("%+v", res)
	}
}

// TestRoundOrder is TestRounds for the order alone, with sizes and shares that do not fit.
func TestRoundOrder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "proof")
	names := make([]core.ID, 7)
	for i := range names {
		names[i][0] = byte(50 - i)
	}
	counts := map[core.ID]int{}
	for run := range 60 {
		p := readProof(file, core.UUID{7}, func(*core.ID) bool { return true })
		bad, others := p.split(append([]core.ID(nil), names...))
		if len(bad) != 0 || len(others) != 7 {
			t.Fatal(bad, others)
		}
		n := run%5 + 1
		first := p.begin(n)
		for i, name := range others[:n] {
			p.add(&name, reading{number: first + uint64(i)})
			counts[name]++
			least := counts[name]
			for _, other := range names {
				least = min(least, counts[other])
			}
			if counts[name] > least+1 {
				t.Fatalf("run %d reads %v a %d. time, another only %d times", run, name.Short(), counts[name], least)
			}
		}
		must(t, p.save())
	}
}

func TestProofFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "proof")
	p := readProof(file, core.UUID{7}, nil)
	for i := range 30 {
		p.add(&core.ID{byte(i)}, reading{p.begin(1) | uint64(i%2)<<63, 1_700_000_000 + int64(i)})
	}
	must(t, p.save())
	everything := func(*core.ID) bool { return true }
	again := func(id core.UUID, listed func(*core.ID) bool) int {
		p := readProof(file, id, listed)
		if len(p.read) == 0 && p.last != 0 {
			t.Errorf("last %d of none", p.last)
		}
		for name, r := range p.read {
			if r != (reading{uint64(name[0]) + 1 | uint64(name[0]%2)<<63, 1_700_000_000 + int64(name[0])}) {
				t.Errorf("%v: %+v", name, r)
			}
		}
		return len(p.read)
	}
	if n := again(core.UUID{7}, everything); n != 30 {
		t.Error(n)
	}
	if n := again(core.UUID{7}, func(id *core.ID) bool { return id[0] < 10 }); n != 10 {
		t.Error("what is listed no more stays:", n)
	}
	if n := again(core.UUID{8}, everything); n != 0 {
		t.Error("another repository's is believed:", n)
	}
	whole, err := os.ReadFile(file)
	must(t, err)
	for at := range whole {
		b := append([]byte(nil), whole...)
		b[at] ^= 0x10
		must(t, os.WriteFile(file, b, 0o600))
		if n := again(core.UUID{7}, everything); n != 0 {
			t.Fatalf("byte %d damaged, %d packs believed", at, n)
		}
	}
	for n := range len(whole) {
		must(t, os.WriteFile(file, whole[:n], 0o600))
		if n := again(core.UUID{7}, everything); n != 0 {
			t.Fatalf("cut, %d packs believed", n)
		}
	}
}

// TestProofCannotBeKept: that is told, and is no error.
func TestProofCannotBeKept(t *testing.T) {
	p := newPlace(t)
	p.saveMany(1)
	o := all
	o.ProofFile = filepath.Join(t.TempDir(), "file", "proof")
	must(t, os.WriteFile(filepath.Dir(o.ProofFile), nil, 0o600))
	res, err := Run(t.Context(), p.open(""), o, &report.Discard{})
	must(t, err)
	if len(res.Issues) != 1 || core.CodeOf(res.Issues[0].Err) != "proof-file" || res.PacksProven != 2 {
		t.Errorf("%+v", res)
	}
}

// TestDamageIsNotForgotten: a pack that was found damaged is read in every run, beside the share, until it is right again.
func TestDamageIsNotForgotten(t *testing.T) {
	p := newPlace(t)
	p.saveMany(4)
	o := Options{DataBytes: 1}
	proof := func() *Result {
		t.Helper()
		res, err := Run(t.Context(), p.open(p.cache), o, &report.Discard{})
		must(t, err)
		return res
	}
	victim := p.packs(p.open(""), pack.Data, nil)[0]
	flip(t, p.path(victim.Name), victim.Size-1)
	for range 8 {
		proof()
	}
	res := proof()
	p.want(res, "packs pack-hash")
	if res.PacksProven != 7 || res.PacksTotal != 8 || res.PacksRead != 1 {
		t.Errorf("%+v", res)
	}
	o = Options{}
	p.want(proof(), "packs pack-hash")
	flip(t, p.path(victim.Name), victim.Size-1)
	if res := proof(); len(res.Damaged) != 0 || res.PacksRead != 1 || res.PacksProven != 8 {
		t.Errorf("%+v", res)
	}
	if res := proof(); res.PacksRead != 0 || res.PacksProven != 8 {
		t.Errorf("%+v", res)
	}
}

// TestCancel: the error is the context's, and what was proven until then is remembered.
func TestCancel(t *testing.T) {
	p := newPlace(t)
	p.saveMany(6)
	r, _ := p.spied()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, r, all, &report.Discard{}); core.KindOf(err) != core.Interrupted {
		t.Error(err)
	}
	for after := 1; after < 12; after += 3 {
		o := Options{DataPercent: 100, Sample: 5, Parallel: 1, ProofFile: filepath.Join(t.TempDir(), "proof")}
		r, s := p.spied()
		ctx, cancel := context.WithCancel(t.Context())
		rep := &report.Discard{}
		s.get = func(name string) error {
			if pr := rep.Progress(); pr.TotalBytes.Load() > 0 && strings.HasPrefix(name, "packs/") && pr.Bytes.Load() > int64(after)*10_000 {
				cancel()
			}
			return nil
		}
		res, err := Run(ctx, r, o, rep)
		if core.KindOf(err) != core.Interrupted || res != nil {
			t.Fatal(res, err)
		}
		pr := readProof(o.ProofFile, r.Header().ID, func(*core.ID) bool { return true })
		if len(pr.read) == 0 || len(pr.read) == 12 {
			t.Errorf("%d packs are remembered", len(pr.read))
		}
		cancel()
	}
}

// TestStoreFails: that is an error of the destination, not damage.
func TestStoreFails(t *testing.T) {
	p := newPlace(t)
	p.saveMany(2)
	for _, prefix := range []string{"config", "keys/", "index/", "snapshots/", "packs/"} {
		r, s := p.spied()
		s.get = func(name string) error {
			if strings.HasPrefix(name, prefix) {
				return storage.Errf(storage.Network, name, errors.New("no route"))
			}
			return nil
		}
		if res, err := Run(t.Context(), r, all, &report.Discard{}); core.KindOf(err) != core.Destination || res != nil {
			t.Error(prefix, res, err)
		}
	}
}

// TestShortListing: what a listing lacks is asked after by name.
func TestShortListing(t *testing.T) {
	p := newPlace(t)
	p.saveMany(2)
	r, s := p.spied()
	hidden := 0
	s.hide = func(name string) bool {
		if strings.HasPrefix(name, "packs/") {
			hidden++
			return true
		}
		return false
	}
	res, err := Run(t.Context(), r, all, &report.Discard{})
	must(t, err)
	p.want(res)
	if hidden != 4 || res.PacksRead != 4 {
		t.Errorf("%d hidden, %+v", hidden, res)
	}
}

// TestLocalIndexDamaged: a damaged cache is not a damaged repository.
func TestLocalIndexDamaged(t *testing.T) {
	p := newPlace(t)
	src := files{}
	for i := range 400 {
		src[fmt.Sprintf("d%d/f%d", i%20, i)] = fmt.Append(nil, "content ", i)
	}
	p.save("1", src)
	r := p.open(p.cache)
	p.load(r)
	cache := r.CacheDir()
	must(t, r.Close())
	var tables []string
	must(t, filepath.WalkDir(filepath.Join(cache, "index"), func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			tables = append(tables, path)
		}
		return err
	}))
	if len(tables) != 1 {
		t.Fatal(tables)
	}
	whole, err := os.ReadFile(tables[0])
	must(t, err)
	for from := 0; from < len(whole); from += 4096 {
		b := slices.Clone(whole)
		for at := from + 100; at < min(from+4096, len(b)); at += 500 {
			b[at] ^= 0x40
		}
		must(t, os.WriteFile(tables[0], b, 0o600))
		res, err := Run(t.Context(), p.open(p.cache), Options{}, &report.Discard{})
		must(t, err)
		p.want(res)
		if res.Trees != 21 {
			t.Errorf("%+v", res)
		}
	}
}
