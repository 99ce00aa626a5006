package cli

import (
	"testing"

	"backup_projeto/internal/core"
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
