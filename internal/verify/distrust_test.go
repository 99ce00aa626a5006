package verify

import (
	"os"
	"testing"

	"backup_projeto/internal/pack"
)

// TestSavedAgain loses packs, or has them damaged: once that was found, the next backup of the same files mends all snapshots.
func TestSavedAgain(t *testing.T) {
	for name, harm := range map[string]func(t *testing.T, path string){
		"lost":    func(t *testing.T, path string) { must(t, os.Remove(path)) },
		"damaged": func(t *testing.T, path string) { flip(t, path, 1000) },
		"cut":     func(t *testing.T, path string) { edit(t, path, func(b []byte) []byte { return b[:len(b)/2] }) },
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			src := files{"a": random(1, 70_000), "x/b": random(2, 70_000)}
			p.save("1", src)
			e := p.onlyPack(pack.Data)
			whole, err := os.ReadFile(p.path(e.Name))
			must(t, err)
			harm(t, p.path(e.Name))
			if res := p.verify(Options{DataPercent: 100}); len(res.Damaged) != 1 || res.Damaged[0].Total != 2 {
				t.Fatal(p.told(res))
			}
			p.save("2", src)
			res := p.verify(Options{DataPercent: 100, Sample: 10})
			if len(res.Damaged) != 1 || res.Damaged[0].Total != 0 || res.Sampled == 0 {
				t.Error(p.told(res))
			}
			p.save("3", src)
			if n := p.verify(Options{}).PacksTotal; n != 3 { // files, folders, and the files again, once
				t.Errorf("%d packs", n)
			}
			must(t, os.WriteFile(p.path(e.Name), whole, 0o600))
			if p.want(p.verify(Options{DataPercent: 100})); p.open(p.cache).Distrusts() {
				t.Error("a pack that is right again is distrusted")
			}
		})
	}
}

// TestDistrustIsACache has files of distrusted packs that cannot be used.
func TestDistrustIsACache(t *testing.T) {
	p := newPlace(t)
	p.save("1", files{"a": random(1, 70_000)})
	e := p.onlyPack(pack.Data)
	must(t, os.Remove(p.path(e.Name)))
	p.verify(Options{})
	r := p.open(p.cache)
	if !r.Distrusts() {
		t.Fatal("the lost pack is trusted")
	}
	file := r.CacheDir() + "/distrusted"
	whole, err := os.ReadFile(file)
	must(t, err)
	for _, b := range [][]byte{{}, whole[:len(whole)-1], append([]byte{1}, whole...), make([]byte, len(whole))} {
		must(t, os.WriteFile(file, b, 0o600))
		if r.Distrusts() {
			t.Errorf("%d bytes are believed", len(b))
		}
	}
}
