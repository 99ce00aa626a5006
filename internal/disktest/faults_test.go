//go:build linux && (amd64 || arm64)

package disktest

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// place says which part of the world a path belongs to.
func (w *world) place(path string) string {
	path = strings.TrimSuffix(path, " (deleted)")
	for name, dir := range map[string]string{"home": w.home, "project": w.project, "repository": w.repo, "target": w.target} {
		if path == dir || strings.HasPrefix(path, dir+"/") {
			return name
		}
	}
	return ""
}

// point is one call, counted by its name and what part of the world it is about, that fails once.
type point struct {
	call, place string
	n           int // from 1
	err         unix.Errno
}

func (p point) String() string {
	return fmt.Sprintf("%s %s #%d %s", p.call, p.place, p.n, errorName(p.err))
}

// operation is a command with what must hold after it, however it ended.
type operation struct {
	name string
	args []string
	// codes are the exit codes allowed besides 0, by the place that failed.
	codes map[string][]int
	check func(w *world, r result)
	// prepare makes something of the world before; nil is nothing.
	prepare func(w *world)
}

// everything reports whether all points are to be tried.
func everything() bool { return os.Getenv("DISK_FAULTS") == "all" }

// points runs the command without a fault and lists the points to be tried: everywhere and with each error, or else one in the middle for each
// third of the calls and places, each time with another error.
func (w *world) points(op *operation) (all []point) {
	w.t.Helper()
	w.ready(op)
	counts := map[[2]string]int{}
	if got := w.supervised(func(c *call) answer {
		k := c.which()
		if place := w.place(k.path(c)); place != "" {
			counts[[2]string{k.name, place}]++
		}
		return carryOut
	}, op.args...); got.code != 0 {
		w.t.Fatalf("without a fault: %v", got)
	}
	kinds := len(op.name) // so that each command has others
	for i := range calls {
		k := &calls[i]
		for _, place := range []string{"home", "project", "repository", "target"} {
			n := counts[[2]string{k.name, place}]
			if k.name == "unlinkat" && place == "repository" && n > 0 && !everything() { // the end of the session
				all = append(all, point{k.name, place, n, unix.EACCES})
			}
			if kinds++; !everything() && (n == 0 || kinds%3 != 0) {
				continue
			}
			for at := 1; at <= n; at++ {
				for e, errno := range k.errors {
					if everything() || at == 1+n/2 && e == kinds/3%len(k.errors) {
						all = append(all, point{k.name, place, at, errno})
					}
				}
			}
		}
	}
	return all
}

// ready puts the world into the state that an operation begins in.
func (w *world) ready(op *operation) {
	w.t.Helper()
	w.reset()
	if op.prepare != nil {
		op.prepare(w)
	}
}

// fail runs the command with a fault; false if it did not come to that.
func (w *world) fail(op *operation, p point) (result, bool) {
	w.t.Helper()
	n := 0
	got := w.supervised(func(c *call) answer {
		k := c.which()
		if k.name != p.call || w.place(k.path(c)) != p.place {
			return carryOut
		}
		if n++; n != p.n {
			return carryOut
		}
		if p.err == short {
			return c.half()
		}
		return answer{errno: p.err}
	}, op.args...)
	return got, n >= p.n
}

// try has one call fail, and judges.
func (w *world) try(op *operation, p point) bool {
	w.t.Helper()
	w.ready(op)
	project := w.state(w.project)
	got, reached := w.fail(op, p)
	if !reached {
		return false
	}
	if allowed := op.codes[p.place]; got.code != 0 && !got.crashed() && !slices.Contains(allowed, got.code) {
		w.t.Errorf("allowed are 0 and %v", allowed)
	}
	if p.err == unix.EINTR && got.code != 0 {
		w.t.Errorf("an interrupted call ended the command")
	}
	if now := w.state(w.project); now != project {
		w.t.Errorf("the project changed from\n%sto\n%s", project, now)
	}
	op.check(w, got)
	w.want(0, "verify", "--data=100%")
	if w.t.Failed() {
		w.t.Fatalf("%s, %s: %v", op.name, p, got)
	}
	return true
}

// temporary begins the names of files that are not finished.
const temporary = ".backup_projeto-tmp-"

// left reports whether such a file is there: a later restore removes it, when it is a day old.
func left(state string) bool { return strings.Contains(state, temporary) }

var operations = []operation{
	{"backup", []string{"backup"}, map[string][]int{"repository": {8}, "project": {3, 7}, "home": {1, 5, 7}}, func(w *world, r result) {
		project := w.state(w.project)
		if id := idPattern.FindString(r.out); r.code == 0 && w.restored(id) != project {
			w.t.Errorf("it said saved, and is not what is restored")
		}
		if w.restored(w.save()) != project {
			w.t.Errorf("the next backup is not what is restored")
		}
	}, nil},
	{"restore", []string{"restore", "--to=../target"}, map[string][]int{"repository": {8}, "project": {7}, "target": {7}, "home": {1, 5, 7}}, func(w *world, r result) {
		whole := w.restored("latest")
		content := w.content(filepath.Join(w.top, "restored"))
		for name, hash := range w.content(w.target) {
			if !strings.HasPrefix(filepath.Base(name), temporary) && hash != content[name] {
				w.t.Errorf("it left %s, which is not what was saved", name)
			}
		}
		switch warned := strings.Contains(r.err, "restored as it should be"); { // permissions and dates cost a warning
		case r.code != 0:
		case !maps.Equal(w.content(w.target), content):
			w.t.Errorf("it said restored, and left %v", w.content(w.target))
		case !warned && w.state(w.target) != whole:
			w.t.Errorf("it did not say what is missing of\n%s", w.state(w.target))
		}
		w.want(0, "restore", "--to=../target", "--overwrite")
		if got := w.state(w.target); !left(got) && got != whole {
			w.t.Errorf("the next restore left\n%s", got)
		}
	}, nil},
	{"prune", []string{"prune", "--grace=0", "--max-unused=0%"}, map[string][]int{"repository": {8}, "project": {7}, "home": {1, 5, 7}}, func(w *world, r result) {
		for _, id := range w.saved {
			w.restored(id)
		}
		w.want(0, "prune", "--grace=0", "--max-unused=0%")
		for _, id := range w.saved {
			w.restored(id)
		}
	}, nil},
	{"verify", []string{"verify", "--data=100%"}, map[string][]int{"repository": {8}, "project": {7}, "home": {1, 5, 7}}, func(*world, result) {}, nil},
	{"repair", []string{"repair"}, map[string][]int{"repository": {8}, "project": {7}, "home": {1, 5, 7}}, func(w *world, r result) {
		if r.code == 0 {
			w.whole()
		}
		w.want(0, "repair")
		w.whole()
	}, unlisted},
}

// unlisted loses the index.
func unlisted(w *world) {
	w.t.Helper()
	files, err := filepath.Glob(filepath.Join(w.repo, "index", "*"))
	must(w.t, err)
	for _, file := range files {
		must(w.t, os.Remove(file))
	}
}

// whole restores everything.
func (w *world) whole() {
	w.t.Helper()
	for _, id := range w.saved {
		w.restored(id)
	}
}

// TestFaults has system calls fail once, some of them by default, and with DISK_FAULTS=all every call with every error:
//
//	DISK_FAULTS=all go test -timeout 4h -run TestFaults ./internal/disktest
func TestFaults(t *testing.T) {
	t.Parallel()
	total := 0
	t.Cleanup(func() { fmt.Printf("local disk: %d failing system calls survived\n", total) })
	for i := range operations {
		op := &operations[i]
		t.Run(op.name, func(t *testing.T) {
			w := newWorld(t)
			failed, tried := 0, 0
			for _, p := range w.points(op) {
				t.Run(strings.ReplaceAll(p.String(), " ", "-"), func(t *testing.T) {
					w.t = t
					tried++
					if w.try(op, p) {
						failed++
					}
				})
			}
			if failed < tried*8/10 { // how often some calls are made is a matter of chance
				t.Errorf("only %d of %d faults were met", failed, tried)
			}
			total += failed
		})
	}
}
