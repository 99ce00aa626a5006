//go:build linux && (amd64 || arm64)

package disktest

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// another is another machine with the same keys, as far as home goes, and the same repository.
func (w *world) another(name string) *world {
	w.t.Helper()
	a := *w
	a.home = filepath.Join(w.top, name)
	must(w.t, os.RemoveAll(a.home))
	w.copyTree(filepath.Join(w.base, "home"), a.home)
	must(w.t, os.RemoveAll(filepath.Join(a.home, ".cache"))) // with the journals of who is asleep, whose lock it would not see on another machine
	return &a
}

// age makes the sessions in the repository as old as those of the dead, for the store.
func (w *world) age() {
	w.t.Helper()
	then := time.Now().Add(-100 * time.Hour)
	entries, _ := os.ReadDir(filepath.Join(w.repo, "sessions"))
	for _, e := range entries {
		must(w.t, os.Chtimes(filepath.Join(w.repo, "sessions", e.Name()), then, then))
	}
}

// TestSleep puts a backup to sleep before each change that it makes in the repository, for so long that others take it for dead, condemn
// and delete what it has stored or relies on. When it wakes up it reports a snapshot that restores, or none.
//
//	DISK_FAULTS=all go test -timeout 1h -run TestSleep -v ./internal/disktest
func TestSleep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	// What the project has again was condemned a while ago.
	w.write("dropped", random(3, 200_000))
	must(t, os.RemoveAll(w.base))
	w.copyTree(w.top, w.base)
	naps, saved := 0, 0
	for at := 1; ; at++ {
		w.reset()
		seen := 0
		got := w.supervised(func(c *call) answer {
			if k := c.which(); w.place(k.path(c)) != "repository" || !changes(c) {
				return carryOut
			}
			if seen++; seen == at && (everything() || at%5 == 1) {
				w.age()
				w.nap()
			}
			return carryOut
		}, "backup")
		if seen < at {
			break
		}
		if !everything() && at%5 != 1 {
			continue
		}
		naps++
		if got.code == 0 {
			saved++
			if w.restored(idPattern.FindString(got.out)) != w.state(w.project) {
				t.Errorf("asleep before change %d: it said saved, and is not what is restored", at)
			}
		}
		if w.restored(w.save()) != w.state(w.project) {
			t.Errorf("asleep before change %d: the next backup is not what is restored", at)
		}
		for _, id := range w.saved {
			w.restored(id)
		}
		w.want(0, "verify", "--data=100%")
		if t.Failed() {
			t.Fatalf("asleep before change %d: %v", at, got)
		}
	}
	if naps < 3 || saved == 0 {
		t.Errorf("%d backups slept, and %d went on", naps, saved)
	}
	fmt.Printf("sleep: %d backups slept until they were taken for dead; %d saved what they had to, %d gave up\n", naps, saved, naps-saved)
}

// changes reports whether a call changes something on the disk.
func changes(c *call) bool {
	switch c.nr {
	case unix.SYS_OPENAT:
		return c.args[2]&unix.O_CREAT != 0
	case unix.SYS_MKDIRAT, unix.SYS_UNLINKAT, unix.SYS_LINKAT, unix.SYS_RENAMEAT, unix.SYS_RENAMEAT2:
		return true
	}
	return false
}

// nap is what others do meanwhile: they prune, with hardly a grace, until nothing is left to do.
func (w *world) nap() {
	other := w.another("other")
	for range 3 {
		other.want(0, "prune", "--grace=0", "--max-unused=0%")
	}
}

// fullID finds a snapshot's id in JSON: those of the same millisecond begin alike.
var fullID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)

// TestTwoAtOnce backs one project up several times at once, on one machine and on two, while it is not changed.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	machines := []*world{w, w, w.another("second")}
	for round := range 3 {
		w.write("b", fmt.Append(nil, "round ", round, "\n"))
		w.write(fmt.Sprint("n", round), random(byte(10+round), 80_000))
		results := make([]result, len(machines))
		var wait sync.WaitGroup
		for i, m := range machines {
			wait.Go(func() { results[i] = m.run("backup", "--json") })
		}
		wait.Wait()
		for _, r := range results {
			if r.code != 0 || w.restored(fullID.FindString(r.out)) != w.state(w.project) {
				t.Errorf("round %d: %v", round, r)
			}
		}
	}
	w.want(0, "verify", "--data=100%")
	w.want(0, "prune", "--grace=0", "--max-unused=0%")
	for _, m := range machines {
		if m.restored(m.save()) != w.state(w.project) {
			t.Error("the next backup is not what is restored")
		}
	}
	w.want(0, "verify", "--data=100%")
}

// TestCopies uses two copies of one repository in turn, on one machine that cannot know which of them it sees, then brings what one has into
// the other, and puts one in the place of the other.
func TestCopies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.repo
	second := filepath.Join(w.top, "copy")
	w.copyTree(first, second)
	saved := map[string]map[string]string{first: {}, second: {}}
	save := func() {
		t.Helper()
		id, now := w.save(), w.state(w.project)
		if w.restored(id) != now {
			t.Errorf("what was saved in %s is not what is restored", w.repo)
		}
		saved[w.repo][id] = now
	}
	check := func() {
		t.Helper()
		for id, state := range saved[w.repo] {
			if w.restored(id) != state {
				t.Errorf("%s in %s is not what was saved", id, w.repo)
			}
		}
		w.want(0, "verify", "--data=100%")
	}
	for round := range 4 {
		w.repo = []string{first, second}[round%2]
		w.write(fmt.Sprint("n", round), random(byte(20+round), 80_000))
		save()
		w.repo = []string{second, first}[round%2]
		save() // the same, in the other
		if round == 1 {
			w.want(0, "prune", "--grace=0", "--max-unused=0%")
		}
		check()
	}
	w.repo = first
	check()
	w.write("only second", random(30, 90_000))
	w.repo = second
	save()
	w.repo = first
	must(t, os.CopyFS(first+"-merged", os.DirFS(first)))
	merge(t, second, first+"-merged")
	w.repo = first + "-merged"
	saved[w.repo] = map[string]string{}
	for _, all := range []string{first, second} {
		for id, state := range saved[all] {
			saved[w.repo][id] = state
		}
	}
	check()
	save()
	w.want(0, "prune", "--grace=0", "--max-unused=0%")
	check()
	// The older copy takes the place of the newer, under its name.
	w.repo = second
	must(t, os.RemoveAll(second))
	w.copyTree(first, second)
	saved[second] = saved[first]
	check()
	save()
	check()
}

// merge copies the files that are missing.
func merge(t *testing.T, from, to string) {
	t.Helper()
	must(t, filepath.WalkDir(from, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		at := to + strings.TrimPrefix(path, from)
		if d.IsDir() {
			return os.MkdirAll(at, 0o700)
		}
		if _, err := os.Stat(at); err == nil {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(at, data, 0o600)
	}))
}
