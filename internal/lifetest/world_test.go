package lifetest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/cryptotest"
	"testing/synctest"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/prune"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/retain"
	"backup_projeto/internal/snapshot"
)

const day = 24 * time.Hour

// begin is when all lives begin: later than bubbles do, so that a machine's clock may be behind, and long before the time by which the system
// dates files.
var begin = time.Date(2003, 3, 1, 8, 0, 0, 0, time.UTC)

// snap is a snapshot that was reported as saved.
type snap struct {
	id    core.UUID
	desk  *desk
	by    *machine
	files map[string]content
	// dropped is when the store got the last copy in the trash, while there is none in its place; zero while there is.
	dropped time.Time
	gone    bool // it expired, or its loss was told
	pinned  bool
	lost    map[string]bool // files whose loss was told
}

// world is one life.
type world struct {
	t        *testing.T
	rng      *rand.Rand
	dir      string
	now      time.Time // the true time, between operations
	main     *place
	second   *place
	stock    *stock
	machines []*machine // those that are not revoked first
	former   []*machine // revoked
	projects []snapshot.Project
	nas      *machine // the second repository's only device
	snaps    map[core.UUID]*snap
	policy   prune.Options
	keeps    retain.Policy
	idle     int                // each machine saves on one in so many days
	marked   []time.Time        // when somebody pruned or repaired
	expired  []time.Time        // when a snapshot left the trash
	perished map[core.UUID]bool // snapshots that were told to be lost as a whole
	puts     int                // objects that the store was given, ever
	blind    time.Time          // until when snapshots that nobody was told of may need what is lost
	lucky    bool               // no accident happens
	log      []string
	made     int // machines
	n        counts
	growth   []growth
}

// counts are for the summary.
type counts struct {
	days, backups, killed, slept, beside, prunes, refused, verifies, repairs, accidents, struck, mended, healed, losses, restored, retains, dropped,
	undeleted, pins, revoked, caches, images, jumps, judged, taken int
}

// newWorld makes a team with a repository that is empty, and another one beside it.
func newWorld(t *testing.T, seed uint64) *world {
	t.Helper()
	cryptotest.SetGlobalRandom(t, seed)
	w := &world{t: t, rng: rand.New(rand.NewPCG(seed, 1)), dir: folder(t), now: begin, main: newPlace(), second: newPlace(),
		stock: &stock{digests: map[content]digest{}}, snaps: map[core.UUID]*snap{}, perished: map[core.UUID]bool{}, idle: 5 - int(seed%4), keeps: retain.Policy{Last: 3, Daily: 7, Weekly: 4, Monthly: 6, Yearly: 2}}
	if seed%5 == 1 {
		w.keeps = retain.Default()
	}
	for i := range 3 {
		w.projects = append(w.projects, snapshot.Project{ID: core.UUID{0xa0, byte(i)}, Name: fmt.Sprint("project-", i)})
	}
	w.usualPolicy()
	w.nas = &machine{name: "nas", cache: filepath.Join(w.dir, "cache-nas")}
	first := w.newMachine(false, 0, 1)
	w.create(w.second, w.nas)
	w.create(w.main, first)
	for _, projects := range [][]int{{0, 2}, {1}, {2}} {
		w.admit(w.newMachine(len(w.machines) == 2, projects...))
	}
	return w
}

// folder makes a folder for desks and caches, in memory where the system has room for that: caches are flushed to the disk again and again.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "life-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.fail("%v", err)
		w.t.FailNow()
	}
}

// fail tells what is wrong, and the last that happened.
func (w *world) fail(format string, args ...any) {
	w.t.Helper()
	w.t.Errorf("%s: %s\nwhat happened before:\n%s", w.now.Format("2006-01-02 15:04"), fmt.Sprintf(format, args...),
		strings.Join(w.log[max(0, len(w.log)-40):], "\n"))
}

// note keeps what happened.
func (w *world) note(format string, args ...any) {
	w.log = append(w.log, w.now.Format("2006-01-02 15:04 ")+fmt.Sprintf(format, args...))
}

// chance is one in n.
func (w *world) chance(n int) bool { return w.rng.IntN(n) == 0 }

// pick chooses one.
func pick[T any](w *world, of []T) T { return of[w.rng.IntN(len(of))] }

// at lets a machine do something, by its own clock, and brings the model up to date.
func (w *world) at(m *machine, do func(ctx context.Context) error) error {
	w.t.Helper()
	var err error
	synctest.Test(w.t, func(t *testing.T) {
		time.Sleep(time.Until(w.now.Add(m.skew)))
		clock := func() time.Time { return time.Now().Add(-m.skew) }
		w.main.now, w.second.now = clock, clock
		err = do(t.Context())
		w.now = clock().Add(time.Second)
	})
	w.date(m)
	w.puts = len(w.main.first)
	return err
}

// date gives the files that a machine's cache has got the time of its clock, which the system did not know.
func (w *world) date(m *machine) {
	w.must(filepath.WalkDir(m.cache, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return skipAbsent(err)
		}
		info, err := d.Info()
		if err == nil && info.ModTime().Year() >= 2025 {
			err = os.Chtimes(path, time.Time{}, w.now.Add(m.skew))
		}
		return skipAbsent(err)
	}))
}

func skipAbsent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// with lets a machine open the repository and do something with it.
func (w *world) with(m *machine, l *line, do func(ctx context.Context, r *repo.Repo) error) error {
	w.t.Helper()
	return w.at(m, func(ctx context.Context) error { return on(ctx, m, l, do) })
}

// on opens the repository, does something, and closes it.
func on(ctx context.Context, m *machine, l *line, do func(ctx context.Context, r *repo.Repo) error) error {
	r, err := m.open(ctx, l, m.key, m.cache)
	if err != nil {
		return err
	}
	err = do(ctx, r)
	return errors.Join(err, r.Close())
}

// line returns a connection without trouble.
func (w *world) line() *line { return &line{p: w.main} }

// create makes a repository with a machine as its first device.
func (w *world) create(p *place, m *machine) {
	w.must(w.at(m, func(ctx context.Context) error {
		c, err := repo.Create(ctx, &line{p: p}, "", m.name, repo.Options{Cache: m.cache, Workers: 1, Parity: 200})
		if err != nil {
			return err
		}
		m.key = c.Device
		return c.Repo.Close()
	}))
}

// newMachine makes a machine with desks, and without a key.
func (w *world) newMachine(writeOnly bool, projects ...int) *machine {
	m := &machine{name: fmt.Sprint("machine-", w.made), writeOnly: writeOnly, cache: filepath.Join(w.dir, fmt.Sprint("cache-", w.made))}
	w.made++
	for _, i := range projects {
		d := &desk{dir: filepath.Join(w.dir, m.name, w.projects[i].Name), project: w.projects[i], files: map[string]content{}}
		w.must(os.MkdirAll(d.dir, 0o755))
		for range 4 {
			w.must(d.change(w.stock, w.rng, w.now))
		}
		m.desks = append(m.desks, d)
	}
	w.machines = append(w.machines, m)
	return m
}

// readers are the machines that can read.
func (w *world) readers() (out []*machine) {
	for _, m := range w.machines {
		if !m.writeOnly {
			out = append(out, m)
		}
	}
	return out
}

// admit gives a machine a key, by one that can read.
func (w *world) admit(m *machine) {
	by := w.readers()[0]
	w.must(w.with(by, w.line(), func(ctx context.Context, r *repo.Repo) error {
		m.key = keys.NewDeviceKey(r.Header().ID)
		_, err := r.AddSlot(ctx, m.key.Secret(), m.name, m.writeOnly)
		return err
	}))
	w.note("%s admits %s", by.name, m.name)
}

// usualPolicy is what the program prunes with where nobody says otherwise.
func (w *world) usualPolicy() {
	w.policy = prune.Options{MaxUnused: prune.Amount{Share: 0.05}, Trash: repo.Grace}
}

// find brings the model up to date: where the snapshots are. may says which may have been dropped meanwhile; it is told of each, and of
// what should not have moved the test fails.
func (w *world) find(may func(*snap) bool) {
	w.t.Helper()
	copies := map[core.UUID]time.Time{}
	for _, name := range w.main.names("trash/") {
		id, err := core.ParseUUID(strings.Split(strings.TrimPrefix(name, "trash/"), ".")[0])
		w.must(err)
		if o, _ := w.main.get(name); o.time.After(copies[id]) {
			copies[id] = o.time
		}
	}
	for _, s := range w.all() {
		_, there := w.main.get("snapshots/" + s.id.String())
		copied, inTrash := copies[s.id]
		switch {
		case s.gone:
		case there:
			s.dropped = time.Time{}
		case inTrash && s.dropped.IsZero():
			w.note("%s of %s is in the trash", s.id, s.by.name)
			if s.dropped = copied; may == nil || !may(s) {
				w.fail("snapshot %s of %s left its place", s.id, s.by.name)
			}
			w.n.dropped++
		case inTrash:
			s.dropped = copied
		case !s.dropped.IsZero() && !w.now.Before(s.dropped.Add(repo.Grace)) && !s.pinned:
			w.note("%s is gone", s.id)
			w.expired = append(w.expired, w.now)
			s.gone = true
		default:
			w.fail("snapshot %s of %s is gone; pinned %v, dropped %v", s.id, s.by.name, s.pinned, s.dropped)
			s.gone = true
		}
	}
}

// hurting reports whether snapshots need what is lost.
func (w *world) hurting() bool {
	return w.now.Before(w.blind) || slices.ContainsFunc(w.all(), func(s *snap) bool { return len(s.lost) > 0 })
}

// all returns the snapshots that are not gone, the oldest first.
func (w *world) all() (out []*snap) {
	for _, id := range slices.SortedFunc(maps.Keys(w.snaps), func(a, b core.UUID) int { return slices.Compare(a[:], b[:]) }) {
		if s := w.snaps[id]; !s.gone {
			out = append(out, s)
		} else {
			delete(w.snaps, id)
		}
	}
	return out
}

// kept returns those in their place, or else those in the trash.
func (w *world) kept(inPlace bool) (out []*snap) {
	for _, s := range w.all() {
		if s.dropped.IsZero() == inPlace {
			out = append(out, s)
		}
	}
	return out
}

func quiet() report.Reporter { return &report.Discard{} }
