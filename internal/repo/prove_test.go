package repo

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/storage"
)

// provable returns a repository with a pack of data, its entry as the index has it, and its bytes.
func provable(t *testing.T) (*Repo, storage.Store, pack.Entry, []byte) {
	t.Helper()
	s := newStore(t)
	r := create(t, s, "", Options{}).Repo
	load(t, r)
	put(t, r, content(7, 150))
	var e pack.Entry
	must(t, r.ReadIndexes(t.Context(), 2, func(_ string, packs []pack.Entry, err error) error {
		for _, p := range packs {
			if p.Footer.Kind == pack.Data {
				e = p
			}
		}
		return err
	}))
	data, err := r.FetchPack(t.Context(), e.Name, e.Size, nil)
	must(t, err)
	if len(e.Footer.Segments) < 3 {
		t.Fatalf("%d segments", len(e.Footer.Segments))
	}
	return r, s, e, data
}

func TestProve(t *testing.T) {
	r, _, e, data := provable(t)
	p, sum := r.NewProver(), PackSum(&e)
	prove := func(want core.Code, name core.ID, data []byte, sum core.ID) {
		t.Helper()
		err := p.Prove(name, data, sum)
		if want == "" && err == nil {
			return
		}
		if core.KindOf(err) != core.Damage || core.CodeOf(err) != want {
			t.Errorf("%v, want %q", err, want)
		}
	}
	prove("", e.Name, bytes.Clone(data), sum)
	prove("pack-hash", core.ID{1}, bytes.Clone(data), sum)
	prove("pack-index", e.Name, bytes.Clone(data), core.ID{1})
	prove("pack-hash", crypto.Hash(nil), []byte("x"), sum)
	prove("pack-footer", crypto.Hash(nil), nil, sum)
	footer := len(data) - pack.TrailerSize - 1
	for at, want := range map[int]core.Code{
		0: "pack-footer", len(pack.Magic): "pack-blocks", footer: "pack-footer", footer + 5: "pack-footer",
		len(data) - len(pack.Magic) - 1: "pack-footer", len(data) - 1: "pack-footer",
	} {
		b := bytes.Clone(data)
		b[at] ^= 1
		prove("pack-hash", e.Name, bytes.Clone(b), sum)
		prove(want, crypto.Hash(b), b, sum) // a writer's fault, not the store's
	}
	for n := range 2000 { // hostile, and short
		prove("pack-footer", crypto.Hash(data[:n]), bytes.Clone(data[:n]), sum)
	}
}

func TestPackSum(t *testing.T) {
	_, _, e, _ := provable(t)
	sums := []core.ID{PackSum(&e)}
	other := e
	other.Size++
	sums = append(sums, PackSum(&other))
	other = e
	other.Key = bytes.Clone(e.Key)
	other.Key[9] ^= 1
	sums = append(sums, PackSum(&other))
	f := *e.Footer
	f.Segments = slices.Clone(f.Segments)
	f.Segments[0].Raw++
	other = e
	other.Footer = &f
	sums = append(sums, PackSum(&other))
	for i := range sums {
		if slices.Index(sums, sums[i]) != i {
			t.Error("two different entries have one sum")
		}
	}
}

// TestExamine: exactly what cannot be had is a flaw.
func TestExamine(t *testing.T) {
	r, s, e, data := provable(t)
	at := e.Footer.Offsets()
	examine := func(b []byte, e pack.Entry) []Flaw {
		t.Helper()
		must(t, s.Put(t.Context(), PackName(e.Name), b))
		flaws, err := r.Examine(t.Context(), &e)
		must(t, err)
		return flaws
	}
	if flaws := examine(data, e); len(flaws) != 0 {
		t.Error(flaws)
	}
	b := bytes.Clone(data)
	b[at[1]+3] ^= 1
	b[len(b)-1] ^= 1
	if flaws := examine(b, e); len(flaws) != 1 || flaws[0].Number != 1 || flaws[0].Offsets != nil {
		t.Error(flaws)
	}
	all := uint32(len(at))
	for _, cut := range []int64{at[1], at[1] + 1, at[2] - 1, 0, 5} {
		flaws := examine(data[:cut], e)
		first := uint32(0)
		if cut >= at[1] {
			first = 1
		}
		if len(flaws) != int(all-first) || flaws[0].Number != first || flaws[len(flaws)-1].Number != all-1 {
			t.Errorf("cut at %d: %v", cut, flaws)
		}
	}
	wrong := e
	f := *e.Footer
	f.Segments = slices.Clone(f.Segments)
	ids := slices.Clone(f.Segments[1].IDs)
	ids[2][0] ^= 1
	f.Segments[1].IDs = ids
	wrong.Footer = &f
	flaws := examine(data, wrong)
	if want := uint32(f.Segments[1].Lengths[0] + f.Segments[1].Lengths[1]); len(flaws) != 1 || !slices.Equal(flaws[0].Offsets, []uint32{want}) {
		t.Errorf("%v, want offset %d", flaws, want)
	}
	locked := e
	locked.Key = bytes.Repeat([]byte{3}, len(e.Key))
	if flaws := examine(data, locked); len(flaws) != int(all) {
		t.Error(flaws)
	}
	must(t, s.Delete(t.Context(), PackName(e.Name)))
	flaws, err := r.Examine(t.Context(), &e)
	if err != nil || len(flaws) != int(all) {
		t.Error(flaws, err)
	}
}

func TestFetchPack(t *testing.T) {
	r, s, e, data := provable(t)
	buf := make([]byte, 0, len(data)+100)
	got, err := r.FetchPack(t.Context(), e.Name, e.Size, buf)
	if err != nil || !bytes.Equal(got, data) || &got[0] != &buf[:1][0] {
		t.Error("the buffer is not used, or the bytes differ", err)
	}
	if _, err := r.FetchPack(t.Context(), e.Name, e.Size+1, nil); core.KindOf(err) != core.Damage || core.CodeOf(err) != "pack-size" {
		t.Error(err)
	}
	if _, err := r.FetchPack(t.Context(), e.Name, 1<<40, nil); core.CodeOf(err) != "pack-size" {
		t.Error(err)
	}
	size, err := r.StatPack(t.Context(), e.Name)
	if size != e.Size || err != nil {
		t.Error(size, err)
	}
	must(t, s.Delete(t.Context(), PackName(e.Name)))
	if _, err := r.FetchPack(t.Context(), e.Name, e.Size, nil); core.KindOf(err) != core.Damage || !IsAbsent(err) {
		t.Error(err)
	}
	if _, err := r.StatPack(t.Context(), e.Name); core.KindOf(err) != core.Damage || !IsAbsent(err) {
		t.Error(err)
	}
}

// TestReadIndexes: what cannot be read is handed on, the rest is read, and fn ends it.
func TestReadIndexes(t *testing.T) {
	s := newStore(t)
	r := create(t, s, "", Options{Cache: t.TempDir()}).Repo
	load(t, r)
	for seed := range uint64(3) {
		put(t, r, content(seed, 5))
	}
	names, err := filepath.Glob(filepath.Join(s.LocalPath(), "index", "*"))
	if err != nil || len(names) != 3 {
		t.Fatal(names, err)
	}
	must(t, os.Truncate(names[1], 200))
	var mu sync.Mutex
	good, bad := 0, ""
	must(t, r.ReadIndexes(t.Context(), 3, func(object string, packs []pack.Entry, err error) error {
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			bad = object
			return nil
		}
		good += len(packs)
		return nil
	}))
	if good != 4 || bad != "index/"+filepath.Base(names[1]) {
		t.Error(good, bad)
	}
	stop := errors.New("stop")
	if err := r.ReadIndexes(t.Context(), 1, func(string, []pack.Entry, error) error { return stop }); !errors.Is(err, stop) {
		t.Error(err)
	}
}

func TestCheckConfig(t *testing.T) {
	s := newStore(t)
	r := create(t, s, "", Options{}).Repo
	must(t, r.CheckConfig(t.Context()))
	config := filepath.Join(s.LocalPath(), "config")
	b, err := os.ReadFile(config)
	must(t, err)
	for at := range b {
		b[at] ^= 4
		must(t, os.WriteFile(config, b, 0o600))
		if err := r.CheckConfig(t.Context()); core.KindOf(err) != core.Damage {
			t.Fatal(at, err)
		}
		b[at] ^= 4
	}
	must(t, os.Remove(config))
	if err := r.CheckConfig(t.Context()); core.KindOf(err) != core.Damage || !IsAbsent(err) {
		t.Error(err)
	}
	must(t, os.RemoveAll(s.LocalPath()))
	if err := r.CheckConfig(t.Context()); core.KindOf(err) != core.Destination {
		t.Error(err)
	}
}

func TestParsePackName(t *testing.T) {
	id := crypto.Hash([]byte("x"))
	if got, ok := ParsePackName(PackName(id)); !ok || got != id {
		t.Error(got, ok)
	}
	for _, bad := range []string{"", "x", "block 1234", "index/" + id.String(), id.String(), "packs/00/" + id.String(), PackName(id) + "0"} {
		if _, ok := ParsePackName(bad); ok {
			t.Error(bad)
		}
	}
}
