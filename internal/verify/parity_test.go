package verify

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
)

// protect switches parity on.
func (p *place) protect() {
	p.t.Helper()
	r := p.open("")
	must(p.t, r.SetParity(p.t.Context(), 200))
	must(p.t, r.Close())
}

// harm changes a stored object.
func (p *place) harm(path string, change func(b []byte) []byte) {
	p.t.Helper()
	b, err := os.ReadFile(path)
	must(p.t, err)
	must(p.t, os.WriteFile(path, change(b), 0o600))
}

func TestWithoutParity(t *testing.T) {
	p := newPlace(t)
	p.save("first", files{"a": bytes.Repeat([]byte("a"), 1000)})
	if res := p.verify(Options{}); res.Parity != 0 || res.WithoutParity != 0 {
		t.Errorf("nobody asked for parity: %d, %d without", res.Parity, res.WithoutParity)
	}
	p.protect()
	p.save("second", files{"b": bytes.Repeat([]byte("b"), 1000)})
	if res := p.verify(Options{}); res.Parity != 200 || res.WithoutParity != 2 || len(res.Damaged) > 0 {
		t.Errorf("%d, %d of %d packs without, damaged %v", res.Parity, res.WithoutParity, res.PacksTotal, p.told(res))
	}
}

// TestMendable: a pack that parity mends is damage all the same, which is found also where only its folders are read, but nothing
// suffers from it.
func TestMendable(t *testing.T) {
	for _, o := range []Options{{}, {DataPercent: 100}} {
		p := newPlace(t)
		p.protect()
		p.save("s", files{"dir/a": bytes.Repeat([]byte("a"), 1000)})
		for _, path := range p.objects("packs") {
			p.harm(path, func(b []byte) []byte { b[20] ^= 1; return b }) // in the first segment
		}
		res := p.verify(o)
		want := []string{"packs pack-blocks"} // of the folders'; nothing else is read
		if o.DataPercent > 0 {
			want = []string{"packs pack-hash", "packs pack-hash"}
		}
		p.want(res, want...)
		for _, d := range res.Damaged {
			if !d.Mendable {
				t.Errorf("%s is not said to be mendable", d.Object)
			}
		}
	}
}

// TestBeyondParity: what parity does not mend suffers as ever.
func TestBeyondParity(t *testing.T) {
	p := newPlace(t)
	p.protect()
	p.save("s", files{"a": bytes.Repeat([]byte("a"), 1000)})
	for _, path := range p.objects("packs") {
		p.harm(path, func(b []byte) []byte { clear(b); return b })
	}
	res := p.verify(Options{DataPercent: 100})
	if len(res.Damaged) != 2 || res.Damaged[0].Mendable || res.Damaged[1].Mendable || res.Damaged[0].Total+res.Damaged[1].Total == 0 {
		t.Errorf("%v", p.told(res))
	}
}

// TestDamagedParity: parity that is not what was written is found where its pack is read, and nothing suffers.
func TestDamagedParity(t *testing.T) {
	p := newPlace(t)
	p.protect()
	p.save("s", files{"a": bytes.Repeat([]byte("a"), 1000)})
	p.harm(p.objects("parity")[0], func(b []byte) []byte { b[len(b)/2] ^= 1; return b })
	p.want(p.verify(Options{}))
	p.want(p.verify(Options{DataPercent: 100}), "parity parity-damaged")
}

// TestDamagedSettings: settings that nobody certified are told.
func TestDamagedSettings(t *testing.T) {
	p := newPlace(t)
	p.protect()
	p.harm(p.objects("settings")[0], func(b []byte) []byte { b[len(b)-1] ^= 1; return b })
	p.want(p.verify(Options{}), "settings object-damaged")
}

// TestLostPackWithParity: a pack that is gone is made again from parity as large as it is.
func TestLostPackWithParity(t *testing.T) {
	p := newPlace(t)
	r := p.open("")
	must(t, r.SetParity(t.Context(), 10_000))
	p.load(r)
	p.saveIn(r, "s", files{"a": bytes.Repeat([]byte("a"), 1000)})
	for _, path := range p.objects("packs") {
		must(t, os.Remove(path))
	}
	res, err := Run(t.Context(), p.open(""), Options{}, &report.Discard{})
	must(t, err)
	p.want(res, "packs store-not-found", "packs store-not-found")
	for _, d := range res.Damaged {
		if !d.Mendable || !repo.IsAbsent(d.Err) || core.KindOf(d.Err) != core.Damage {
			t.Errorf("%s: %v", filepath.Base(d.Object), d.Err)
		}
	}
}
