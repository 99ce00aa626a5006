//go:build linux && (amd64 || arm64)

package disktest

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// skewed is a clock that is wrong by so much.
func skewed(by time.Duration) func() time.Time { return func() time.Time { return time.Now().Add(by) } }

// jumping is a clock that jumps by a year, to and fro, each time one looks at it.
func jumping() func() time.Time {
	var looks atomic.Int64
	return func() time.Time { return time.Now().Add(time.Duration(1-2*(looks.Add(1)%2)) * year) }
}

const year = 365 * 24 * time.Hour

var clocks = map[string]func() time.Time{"ahead": skewed(10 * year), "behind": skewed(-10 * year), "an hour ahead": skewed(time.Hour),
	"jumping": jumping()}

// TestClocks runs commands on machines whose clocks are wrong, or jump while one looks: what is saved is what is there, the latest is the latest,
// and nothing is taken for old that the store has not had for long.
func TestClocks(t *testing.T) {
	for name, clock := range clocks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.clock = clock
			wrong := w.save()
			if w.restored(wrong) != w.state(w.project) {
				t.Error("what was saved then is not what is there")
			}
			w.clock = nil
			must(t, os.WriteFile(filepath.Join(w.project, "b"), []byte("TEXT that is not saved yet\n"), 0o644)) // as long as before
			right := w.save()
			if w.restored(right) != w.state(w.project) || w.restored("latest") != w.state(w.project) {
				t.Error("what was saved afterwards is not what is there")
			}
			packs := w.content(filepath.Join(w.repo, "packs"))
			before := time.Now().Add(-48 * time.Hour)
			must(t, filepath.WalkDir(w.repo, func(path string, _ os.DirEntry, err error) error {
				return errors.Join(err, os.Chtimes(path, before, before)) // what is younger than the grace is not condemned
			}))
			w.want(0, "prune") // condemns what only the dropped snapshot needed
			if count(t, filepath.Join(w.repo, "gc")) == 0 {
				t.Error("nothing was condemned")
			}
			w.clock = clock
			for _, words := range [][]string{{"prune"}, {"retain", "--keep-last=0", "--keep-hourly=0", "--keep-daily=0", "--keep-weekly=0", "--keep-monthly=0",
				"--keep-yearly=0", "--keep-within=30d"}, {"prune"}, {"verify", "--data=100%"}} {
				w.want(0, words...)
			}
			now := w.content(filepath.Join(w.repo, "packs"))
			for name := range packs {
				if now[name] == "" {
					t.Errorf("%s was deleted before the grace is over", name)
				}
			}
			if n := count(t, filepath.Join(w.repo, "snapshots")); n != 4 {
				t.Errorf("%d snapshots are left of 4 that are younger than 30 days", n)
			}
			w.clock = nil
			for _, id := range append(w.saved, wrong, right) {
				w.restored(id)
			}
		})
	}
}

// TestClockIsSupervised checks that the program believes it.
func TestClockIsSupervised(t *testing.T) {
	w := newWorld(t)
	w.clock = func() time.Time { return time.Date(2040, 5, 6, 7, 8, 9, 0, time.UTC) }
	id := w.save()
	w.clock = nil
	if got := w.want(0, "snapshots"); !strings.Contains(got.out, id+"  2040-05-06") {
		t.Error(got)
	}
}

// count counts the files below a folder.
func count(t *testing.T, dir string) (n int) {
	t.Helper()
	must(t, filepath.WalkDir(dir, func(_ string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			n++
		}
		return err
	}))
	return n
}
