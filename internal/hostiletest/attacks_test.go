//go:build linux

package hostiletest

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// attack is a hostile snapshot, the newest of the project, and what the program makes of it.
type attack struct {
	name string
	make func(v *villain)
	// codes are the exit codes that differ from 6, damage: by the first word of a command, "data" for verify --data.
	codes map[string]int
	// left is what a restore leaves in its target: the names of what is not affected.
	left string
	// loose says that each command may meet it or not, with 6 or 0, and that a restored f is "true" or absent; codes and left are not used.
	loose bool
	check func(t *testing.T, target string)
}

// commandsToTry are run on each attack, in this order. The snapshot has a file f where that is possible.
var commandsToTry = [][]string{{"ls"}, {"find", "f"}, {"diff"}, {"cat", "f"}, {"verify"}, {"data"}, {"prune"}, {"restore"}}

func (a *attack) run(t *testing.T) {
	attacks.Add(1)
	p := newPlace(t)
	a.make(newVillain(p))
	out, source := state(t, p.outside), state(t, p.project)
	target := filepath.Join(p.top, "target")
	for _, words := range commandsToTry {
		want, known := a.codes[words[0]]
		if !known {
			want = 6
		}
		switch words[0] {
		case "data":
			words = []string{"verify", "--data=100%"}
		case "restore":
			words = []string{"restore", "--to=" + target}
		}
		if !a.loose {
			p.want(want, words...)
		} else if got := p.run(nil, words...); got.code != 0 && got.code != 6 {
			t.Errorf("%q ended with %d:\n%s%s", words, got.code, got.out, got.err)
		}
	}
	if got := names(t, target); got != a.left && !a.loose {
		t.Errorf("the restore left %q, want %q", got, a.left)
	}
	if got, err := os.ReadFile(filepath.Join(target, "f")); a.loose && err == nil && string(got) != "true" {
		t.Errorf("the restore made up %.40q", got)
	}
	if a.check != nil {
		a.check(t, target)
	}
	if now := state(t, p.outside); now != out {
		t.Errorf("outside changed from\n%sto\n%s", out, now)
	}
	if now := state(t, p.project); now != source {
		t.Errorf("the project changed from\n%sto\n%s", source, now)
	}
	p.honest()
}

// honest checks that the attack cost nothing of what is saved next, or was saved before.
func (p *place) honest() {
	p.t.Helper()
	must(p.t, os.WriteFile(filepath.Join(p.project, "new"), []byte("saved after the attack"), 0o600))
	saved := p.run(nil, "backup")
	id := idPattern.FindString(saved.out)
	if id == "" || saved.code != 0 && saved.code != 6 {
		p.t.Errorf("the next backup ended with %d:\n%s%s", saved.code, saved.out, saved.err)
		return
	}
	to := filepath.Join(p.top, "honest")
	p.want(0, "restore", "--to="+to, "--snapshot="+id)
	if got := names(p.t, to); got != "d d/g f new" {
		p.t.Errorf("the next backup restores %q", got)
	}
}

func runAll(t *testing.T, all []attack) {
	for i := range all {
		t.Run(all[i].name, func(t *testing.T) {
			t.Parallel()
			all[i].run(t)
		})
	}
}

// except returns the codes of an attack that only some commands meet: those are 6, all others 0.
func except(met ...string) map[string]int {
	codes := map[string]int{}
	for _, words := range commandsToTry {
		if !slices.Contains(met, words[0]) {
			codes[words[0]] = 0
		}
	}
	return codes
}
