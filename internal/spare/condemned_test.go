package spare

import (
	"os"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/parity"
	"backup_projeto/internal/repair"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
)

// TestHealedElsewhere: a pack that was lost is told of as long as a snapshot needs what it had, and no longer, though its parity, its mark and the
// index still know of it; whether the pack is gone, or stands in its place as it could not be taken away.
func TestHealedElsewhere(t *testing.T) {
	for what, lose := range map[string]func(p *place, object string){
		"gone": func(p *place, object string) { must(t, os.Remove(p.path(object))) },
		"bad":  func(p *place, object string) { b := p.read(object); clear(b); p.write(object, b) },
	} {
		t.Run(what, func(t *testing.T) {
			p := newPlace(t, 200, 700_000)
			name := p.largest()
			object := repo.PackName(name)
			bad := p.read(object)
			lose(p, object)
			r := p.open()
			_, err := repair.Run(t.Context(), r, repair.Options{DataPercent: 100, Mender: r}, &report.Discard{})
			must(t, err)
			if what == "bad" {
				clear(bad)
				p.write(object, bad) // as where nothing may be deleted
			}
			res := p.run(Options{Check: true})
			if res.Lost != 1 || len(res.Issues) != 1 || core.CodeOf(res.Issues[0].Err) != "parity-beyond" {
				t.Errorf("while it is missed: %+v", res)
			}
			p.save(p.open())
			if len(p.has()[name]) == 0 {
				t.Fatal("its parity is gone, and so nothing is tried")
			}
			if res := p.run(Options{Check: true}); res.Lost != 0 || len(res.Issues) != 0 {
				t.Errorf("when nothing is missed any more: %+v", res)
			}
			if res := p.run(Options{Set: share(parity.Whole)}); res.Lost != 0 || len(res.Issues) != 0 {
				t.Errorf("when the share is raised then: %+v", res)
			}
			p.restored()
		})
	}
}
