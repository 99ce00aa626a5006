package verify

import (
	"os"
	"testing"

	"backup_projeto/internal/pack"
	"backup_projeto/internal/report"
)

// TestTrash: what a snapshot in the trash has lost is told, since it can be brought back and prunes keep what it needs; nobody misses it once the
// copy is gone, and no sample is drawn of it.
func TestTrash(t *testing.T) {
	p := newPlace(t)
	m := p.save("1", files{"a": random(1, 1000), "b/c": random(2, 1000)})
	e := p.onlyPack(pack.Data)
	p.save("2", files{"d": random(3, 1000)})
	must(t, p.open("").Drop(t.Context(), m.ID))
	res := p.verify(Options{DataPercent: 100, Sample: 100})
	p.want(res)
	if res.Snapshots != 1 || res.Trees != 3 || res.Sampled != 1 {
		t.Errorf("%+v", res)
	}
	must(t, os.Remove(p.path(e.Name)))
	p.want(p.verify(Options{}), "packs store-not-found 1:a 1:b/c")
	lost := map[string]bool{}
	_, err := Run(t.Context(), p.open(""), Options{Lost: func(l Lost) error {
		if l.Snapshot == m.ID {
			lost[l.Path] = true
		}
		return nil
	}}, &report.Discard{})
	must(t, err)
	if len(lost) != 2 || !lost["a"] || !lost["b/c"] {
		t.Errorf("lost: %v", lost)
	}
	r, s := p.spied()
	copies := p.objects("trash")
	s.get = func(name string) error { // it expires while folders are read
		if len(copies) > 0 && name[:5] == "packs" {
			_ = os.Remove(copies[0])
		}
		return nil
	}
	res, err = Run(t.Context(), r, all, &report.Discard{})
	must(t, err)
	p.want(res, "packs store-not-found")
}
