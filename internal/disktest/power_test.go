//go:build linux && (amd64 || arm64)

package disktest

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// powerCut is a command during which the power goes.
type powerCut struct {
	name    string
	args    []string
	prepare func(w *world)
	// after is called for each state of the disk; done says that the command had said that it succeeded.
	after func(w *world, r result, done bool)
}

var powerCuts = []powerCut{
	{"create", []string{"backup"}, func(w *world) {
		must(w.t, os.RemoveAll(w.repo))
		must(w.t, os.RemoveAll(w.home))
		must(w.t, os.Mkdir(w.home, 0o700))
		w.saved = nil
	}, afterBackup},
	{"backup", []string{"backup"}, func(*world) {}, afterBackup},
	{"prune", []string{"prune", "--grace=0", "--max-unused=0%"}, func(*world) {}, func(w *world, _ result, _ bool) {
		w.want(0, "prune", "--grace=0", "--max-unused=0%")
	}},
	{"restore", []string{"restore", "--to=../target"}, func(*world) {}, func(w *world, _ result, done bool) {
		whole := w.restored("latest")
		if done && w.state(w.target) != whole {
			w.t.Errorf("it said restored, and the disk has\n%s", w.state(w.target))
		}
		w.want(0, "restore", "--to=../target", "--overwrite")
		if got := w.state(w.target); !left(got) && got != whole {
			w.t.Errorf("the next restore left\n%s", got)
		}
	}},
}

func afterBackup(w *world, r result, done bool) {
	if done && w.restored(idPattern.FindString(r.out)) != w.state(w.project) {
		w.t.Error("it said saved, and is not what is restored")
	}
	if w.restored(w.save()) != w.state(w.project) {
		w.t.Error("the next backup is not what is restored")
	}
}

// TestPowerCuts takes the power away before each change that a command makes on the disk, and at its end, with everything lost that was not
// flushed, or only content, or only names, or some of it. By default some of these, with DISK_FAULTS=all each:
//
//	DISK_FAULTS=all go test -timeout 2h -run TestPowerCuts ./internal/disktest
func TestPowerCuts(t *testing.T) {
	t.Parallel()
	cuts := 0
	t.Cleanup(func() { fmt.Printf("power cuts: %d states of the disk survived\n", cuts) })
	for i := range powerCuts {
		p := &powerCuts[i]
		t.Run(p.name, func(t *testing.T) {
			w := newWorld(t)
			p.prepare(w)
			must(t, os.RemoveAll(w.base))
			w.copyTree(w.top, w.base)
			cuts += w.cutPower(p)
		})
	}
}

// every is that only each so manieth change is a moment at which the power goes, if not everything is tried.
const every = 30

// cutPower returns how many states of the disk were looked at.
func (w *world) cutPower(p *powerCut) (n int) {
	t := w.t
	want := map[string]string{}
	for _, id := range w.saved {
		want[id] = w.restored(id)
	}
	w.reset()
	states := filepath.Join(filepath.Dir(w.top), "states")
	must(t, os.Mkdir(states, 0o700))
	var j *journal
	cut := func(step int) {
		for i := range losses {
			if everything() || (step+i)%every == 0 {
				j.cut(t, filepath.Join(states, fmt.Sprintf("%d %s", step, losses[i].name)), &losses[i], step)
			}
		}
	}
	j = newJournal(w, cut)
	got := w.supervised(j.decide, p.args...)
	if got.code != 0 {
		t.Fatal(got)
	}
	end := j.steps
	for i := range losses {
		if !everything() && i%3 != 0 {
			continue
		}
		j.cut(t, filepath.Join(states, fmt.Sprintf("%d %s", end, losses[i].name)), &losses[i], end)
	}
	for step := range end + 1 {
		for i := range losses {
			name := fmt.Sprintf("%d %s", step, losses[i].name)
			if _, err := os.Stat(filepath.Join(states, name)); err != nil {
				continue
			}
			n++
			t.Run(strconv.Itoa(step)+"-"+losses[i].name, func(t *testing.T) {
				w.t = t
				must(t, os.RemoveAll(w.top))
				must(t, os.Rename(filepath.Join(states, name), w.top))
				w.judgeCut(p, got, want, step == end)
			})
			w.t = t
		}
	}
	return n
}

// judgeCut looks at a state of the disk.
func (w *world) judgeCut(p *powerCut, r result, want map[string]string, done bool) {
	got := map[string]string{}
	for id := range want {
		got[id] = w.restored(id)
	}
	if !maps.Equal(got, want) {
		w.t.Errorf("what was saved before is not what is restored")
	}
	if len(want) > 0 || done {
		w.want(0, "verify", "--data=100%")
	}
	p.after(w, r, done)
	w.want(0, "verify", "--data=100%")
	for id := range want {
		if w.restored(id) != want[id] {
			w.t.Errorf("what was saved before is not what is restored in the end")
		}
	}
}
