package cli

import (
	"strings"
	"testing"

	"backup_projeto/internal/config"
	"backup_projeto/internal/core"
	"backup_projeto/internal/i18n"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/snapshot"
)

// TestLatest has clocks that were wrong: what was saved last is the latest, whatever time it bears.
func TestLatest(t *testing.T) {
	made := func(id, parent byte, safety bool) *snapshot.Manifest {
		return &snapshot.Manifest{ID: core.UUID{id}, Parent: core.UUID{parent}, Safety: safety}
	}
	for name, c := range map[string]struct {
		h    history // in the order of the ids, which is that of the times
		want byte
	}{
		"in order":                 {history{made(1, 0, false), made(2, 1, false), made(3, 2, false)}, 3},
		"clock ahead once":         {history{made(1, 0, false), made(2, 9, false), made(3, 2, false), made(9, 1, false)}, 3},
		"clock at zero now":        {history{made(1, 6, false), made(5, 0, false), made(6, 5, false)}, 1},
		"two machines":             {history{made(1, 0, false), made(2, 0, false), made(3, 1, false)}, 3},
		"a safety copy is no news": {history{made(1, 0, false), made(2, 1, true)}, 1},
		"saved after a safety copy, clock set back": {history{made(1, 8, false), made(7, 0, false), made(8, 7, true)}, 1},
		"safety copies only":                        {history{made(1, 0, true), made(2, 1, true)}, 2},
		"parents in a ring":                         {history{made(1, 2, false), made(2, 1, false)}, 2},
		"parent gone":                               {history{made(3, 2, false), made(5, 4, false)}, 5},
	} {
		if got := c.h.latest(); got.ID != (core.UUID{c.want}) {
			t.Errorf("%s: %d, want %d", name, got.ID[0], c.want)
		}
	}
}

// TestByID: snapshots of one millisecond, which are called the same for short, are told apart by their whole ids.
func TestByID(t *testing.T) {
	one, two, other := core.UUID{1, 2, 3, 4, 5, 6, 0x70, 1}, core.UUID{1, 2, 3, 4, 5, 6, 0x70, 2}, core.UUID{1, 2, 9}
	h := history{{ID: one}, {ID: two}, {ID: other}}
	if shortID(one) != shortID(two) {
		t.Fatal("they are not called the same")
	}
	for prefix, want := range map[string]core.UUID{one.String(): one, two.String(): two, one.String()[:18]: one, "010209": other} {
		if m, err := h.byID(prefix); err != nil || m.ID != want {
			t.Errorf("%s: %v, %v", prefix, m, err)
		}
	}
	trash := []repo.Trashed{{ID: one}, {ID: two}, {ID: other}}
	for _, prefix := range []string{shortID(one), "0102"} {
		_, err := h.byID(prefix)
		_, errTrash := findTrashed(trash, prefix)
		for code, err := range map[core.Code]error{"ambiguous-snapshot": err, "trash-ambiguous": errTrash} {
			if core.KindOf(err) != core.Usage || core.CodeOf(err) != code {
				t.Fatalf("%s: %v", prefix, err)
			}
			for _, l := range i18n.Langs() {
				a := &app{lang: l, text: i18n.For(l), cfg: &config.Config{}}
				if text := a.reason(err); !strings.Contains(text, one.String()) || !strings.Contains(text, two.String()) {
					t.Errorf("%v: %q does not list both", l, text)
				}
			}
		}
	}
	if _, err := h.byID("ffff"); core.CodeOf(err) != "no-snapshot" {
		t.Error(err)
	}
	many := make([]core.UUID, 100)
	if err := ambiguous("ambiguous-snapshot", "0", many); strings.Count(err.Error(), "-") > 100 {
		t.Errorf("too long: %v", err)
	}
}
