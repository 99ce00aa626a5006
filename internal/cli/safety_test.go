package cli

import (
	"slices"
	"strings"
	"testing"

	"backup_projeto/internal/restore"
	"backup_projeto/internal/snapshot"
)

// TestSafetyOfLongPlans has plans that replace more than they name: then all is saved, and nothing may be unreadable.
func TestSafetyOfLongPlans(t *testing.T) {
	plan := &restore.Plan{Overwrite: 2, Items: []restore.Item{{Name: "a [1]", Action: restore.Overwrite}, {Name: "b*", Action: restore.Overwrite},
		{Name: "c", Action: restore.Create}}}
	unread := func(total int64, paths ...string) *snapshot.Manifest {
		m := &snapshot.Manifest{UnreadTotal: total}
		for _, p := range paths {
			m.Unread = append(m.Unread, snapshot.Unread{Path: p})
		}
		return m
	}
	if got := replaced(plan); !slices.Equal(got, []string{`/a \[1]`, `/b\*`}) {
		t.Errorf("%q", got)
	}
	r := &restoring{plan: plan}
	for _, c := range []struct {
		m    *snapshot.Manifest
		want string
	}{{unread(0), ""}, {unread(1, "c"), ""}, {unread(2, "c", "b*/deep"), "b*/deep"}, {unread(1, "a [1]"), "a [1]"}, {unread(2, "c"), "c"}} {
		if got := r.unsaved(c.m); got != c.want {
			t.Errorf("%v: %q, want %q", c.m.Unread, got, c.want)
		}
	}
	plan.Overwrite = 3
	if got := replaced(plan); !slices.Equal(got, []string{"*"}) {
		t.Errorf("%q", got)
	}
	if got := r.unsaved(unread(1, "c")); got != "c" {
		t.Errorf("%q", got)
	}
	deep := &restore.Place{Name: strings.Repeat("x", maxPatterns/4)}
	for _, c := range []struct {
		n     int64
		every bool
	}{{3, false}, {4, true}} { // four are longer than patterns may be
		plan = &restore.Plan{Overwrite: c.n}
		for range c.n {
			plan.Items = append(plan.Items, restore.Item{In: deep, Name: "f", Action: restore.Overwrite})
		}
		if got := replaced(plan); slices.Equal(got, []string{"*"}) != c.every {
			t.Errorf("%d long paths: %d patterns", c.n, len(got))
		}
	}
}
