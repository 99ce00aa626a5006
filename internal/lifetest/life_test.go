package lifetest

import (
	"cmp"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"backup_projeto/internal/verify"
)

// TestLife lives nine months of one team to which no accident happens. LIFE_YEARS and LIFE_SEEDS say how long and how many, LIFE_SEED which is the first;
// with LIFE_YEARS there are accidents, too. Keys are random, so two lives of one seed are not quite the same. LIFE_LOG names a file for all that happened:
//
//	LIFE_SEEDS=20 LIFE_YEARS=10 go test -v -timeout 5h -run TestLife ./internal/lifetest
func TestLife(t *testing.T) {
	number := func(name, preset string) int {
		n, err := strconv.Atoi(cmp.Or(os.Getenv(name), preset))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	days, first := number("LIFE_YEARS", "0")*365, number("LIFE_SEED", "0")
	for seed := first; seed < first+number("LIFE_SEEDS", "1"); seed++ {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			began := time.Now()
			w := newWorld(t, uint64(seed))
			if name := os.Getenv("LIFE_LOG"); name != "" {
				defer func() { _ = os.WriteFile(name, []byte(strings.Join(w.log, "\n")+"\n"), 0o600) }()
			}
			w.lucky = days == 0
			w.live(cmp.Or(days, usual))
			t.Logf("%s; %v", w.summary(), time.Since(began).Round(time.Second))
		})
	}
}

// live lives so many days.
func (w *world) live(days int) {
	for n := 1; n <= days && !w.t.Failed(); n++ {
		morning := begin.AddDate(0, 0, n)
		if w.now.Before(morning) {
			w.now = morning
		}
		w.n.days = n
		w.workday(n)
		w.rarely()
		if n%7 == 0 {
			w.weekend(n)
		}
		if n%30 == 0 || n == days {
			w.month(n)
		}
	}
}

// workday: some machines save, not all of them to the end, and at night something is verified.
func (w *world) workday(n int) {
	for _, m := range w.machines {
		w.now = w.now.Add(time.Duration(w.rng.IntN(150)) * time.Minute)
		switch {
		case !w.chance(w.idle): // it is not used
		case w.chance(8):
			w.backup(m, w.trouble(25))
		case w.chance(80) && m.skew == 0:
			w.sleeper(m)
		default:
			w.backup(m, w.line())
		}
	}
	if w.chance(15 * w.idle) {
		w.beside()
	}
	if n%5 == 0 {
		w.verify(verify.Options{DataBytes: 300_000})
	}
}

// rarely: what does not happen every day.
func (w *world) rarely() {
	for _, x := range []struct {
		days int
		do   func()
	}{{9, w.pins}, {20, w.dropSome}, {25, w.undelete}, {200, w.revoke}, {25, w.cacheTrouble}, {20, w.jump}, {60, w.change}, {30, w.mayStrike}} {
		if w.chance(x.days) {
			x.do()
		}
	}
}

func (w *world) dropSome() {
	var some []*snap
	for _, s := range w.kept(true) {
		if !s.pinned && w.chance(12) {
			some = append(some, s)
		}
	}
	l := w.line()
	if w.chance(4) {
		l = w.trouble(6)
	}
	w.drop(l, some...)
}

// weekend: the policy is applied and somebody prunes, not always to the end.
func (w *world) weekend(n int) {
	w.retain(w.line())
	if w.chance(5) {
		w.prune(w.trouble(150))
	}
	if !w.chance(6) {
		w.prune(w.line())
	}
	if n%14 == 0 {
		w.copy(n%28 == 0)
	}
}

// month: old machines' snapshots go, and all is judged after two prunes, between which a grace passes.
func (w *world) month(n int) {
	w.bury()
	kept := w.policy
	w.usualPolicy()
	w.now = w.now.Add(4 * day) // whoever was killed counts for dead, and nothing is young
	w.prune(w.line())
	w.now = w.now.Add(25 * time.Hour)
	res := w.prune(w.line())
	w.judge()
	switch {
	case w.hurting():
	case res == nil:
		w.fail("nothing is in flight, and a prune is refused")
	default:
		w.weigh(res)
	}
	w.policy = kept
}
