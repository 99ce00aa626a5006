//go:build linux || darwin

package crowdtest

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/durable"
	"backup_projeto/internal/programtest"
	"backup_projeto/internal/storage/s3/s3test"
)

// program is the built program, set by TestMain.
var program string

func TestMain(m *testing.M) {
	programtest.Main(func(built string) int {
		program = built
		return m.Run()
	})
}

// saved is a snapshot as the test knows it.
type saved struct {
	project string
	files   map[string]content
	kept    bool // by its tag
}

// crowd is all machines and one repository.
type crowd struct {
	t        *testing.T
	seed     uint64
	dir      string // homes, projects and the log
	store    string // the folder that has the repository's objects
	args     []string
	env      []string
	server   string // host:port; "" where the repository is a folder
	hosts    *hosts
	machines []*machine
	until    time.Time
	failed   atomic.Bool
	calm     atomic.Bool

	retaining sync.RWMutex // read by who drops snapshots

	mu      sync.Mutex
	saved   map[string]*saved // by id; guarded by mu
	dropped map[string]bool   // may be; guarded by mu
	logged  *os.File          // guarded by mu

	started, kills, sleeps, partitions, backups, overtaken, prunes, stopped, sweeps, swept, verifies, restored atomic.Int64
}

// log keeps what happened.
func (c *crowd) log(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	fmt.Fprintf(c.logged, format+"\n", args...)
}

// going reports whether there is time left and nothing failed.
func (c *crowd) going() bool { return time.Now().Before(c.until) && !c.failed.Load() }

// sleep waits, unless the crowd ends.
func (c *crowd) sleep(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end) && c.going(); {
		time.Sleep(min(time.Until(end), 20*time.Millisecond))
	}
}

// check fails the test for an error, and ends the crowd.
func (c *crowd) check(err error) {
	if err != nil {
		c.failed.Store(true)
		c.log("FAILED: %v", err)
		c.t.Error(err)
	}
}

func (c *crowd) must(err error) {
	c.t.Helper()
	if c.check(err); err != nil {
		c.t.FailNow()
	}
}

// standing returns the snapshots that are saved and not dropped.
func (c *crowd) standing() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []string
	for id := range c.saved {
		if !c.dropped[id] {
			all = append(all, id)
		}
	}
	slices.Sort(all)
	return all
}

// Eight machines save a project each; two of them have keys that can only write.
const (
	savers    = 8
	writeOnly = 2
	pruners   = 2
)

// TestCrowd runs for some seconds, or for as long as CROWD says. CROWD_SEED repeats the choices of a run, though not its timing.
//
//	CROWD=5m go test -run Crowd -timeout 30m ./internal/crowdtest
func TestCrowd(t *testing.T) {
	length, seed := 9*time.Second, rand.Uint64()
	var err error
	if s := os.Getenv("CROWD"); s != "" {
		if length, err = time.ParseDuration(s); err != nil {
			t.Fatal(err)
		}
	}
	if s := os.Getenv("CROWD_SEED"); s != "" {
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	for _, place := range []string{"local", "s3"} {
		t.Run(place, func(t *testing.T) {
			t.Parallel()
			c := newCrowd(t, place, seed)
			t.Logf("CROWD=%v CROWD_SEED=%d", length, seed)
			projects := c.gather()
			c.run(projects, length)
			c.judge(projects)
			t.Logf("%d processes, %d kills, %d sleeps, %d partitions; %d backups reported saved, %d overtaken; %d snapshots restored; "+
				"%d prunes, %d stopped, %d that deleted packs (%d); %d verifies", c.started.Load(), c.kills.Load(), c.sleeps.Load(), c.partitions.Load(),
				c.backups.Load(), c.overtaken.Load(), c.restored.Load(), c.prunes.Load(), c.stopped.Load(), c.sweeps.Load(), c.swept.Load(),
				c.verifies.Load())
			if c.backups.Load() < savers || length >= time.Minute && (c.sweeps.Load() == 0 || c.kills.Load() == 0) {
				t.Error("too little happened")
			}
		})
	}
}

// newCrowd makes an empty place. Its folder is kept if the test fails.
func newCrowd(t *testing.T, place string, seed uint64) *crowd {
	dir, err := os.MkdirTemp("", "crowd-")
	if err != nil {
		t.Fatal(err)
	}
	c := &crowd{t: t, seed: seed, dir: dir, saved: map[string]*saved{}, dropped: map[string]bool{}}
	if c.logged, err = os.Create(filepath.Join(dir, "log")); err != nil {
		t.Fatal(err)
	}
	c.calm.Store(true)
	if place == "local" {
		c.store = filepath.Join(dir, "repository")
		c.args = []string{"--repository=" + c.store}
	} else {
		s := s3test.Start(t)
		c.store = filepath.Join(s.Bucket("bucket"), "prefix")
		c.server = strings.TrimPrefix(s.Endpoint, "http://")
		c.args = []string{"--strategy=s3", "--bucket=bucket", "--prefix=prefix"}
		c.env = s.Env()
		c.hosts = newHosts(t)
	}
	t.Cleanup(c.leave)
	return c
}

// leave takes everything away, or keeps it as evidence.
func (c *crowd) leave() {
	c.logged.Close()
	if !c.t.Failed() {
		os.RemoveAll(c.dir)
		return
	}
	if c.server != "" {
		_ = exec.Command("cp", "-a", c.store, filepath.Join(c.dir, "repository")).Run()
	}
	c.t.Logf("the evidence is in %s", c.dir)
}

// gather makes the machines, their keys and projects, and the repository.
func (c *crowd) gather() []*project {
	stock := &stock{begun: time.Now()}
	var projects []*project
	names := []string{}
	for i := range savers {
		names = append(names, fmt.Sprint("saver", i))
	}
	for i := range pruners {
		names = append(names, fmt.Sprint("pruner", i))
	}
	for i, name := range append(names, "verifier", "restorer", "judge") {
		m, err := c.newMachine(name)
		c.must(err)
		if i < savers {
			p, err := newProject(filepath.Join(c.dir, "projects", fmt.Sprint("project", i)), stock, m.rng)
			c.must(err)
			projects = append(projects, p)
		}
		if i == 0 {
			c.must(c.save(m, projects[0], 1, []string{"backup"})) // which makes the repository
			continue
		}
		key := filepath.Join(c.dir, name+".key")
		args := []string{"key", "add", "device", key}
		if i >= savers-writeOnly && i < savers {
			args = append(args, "--write-only")
		}
		o, err := c.machines[0].run(c.dir, args...)
		c.must(err)
		if o.exit != 0 {
			c.must(fmt.Errorf("key: %v", o))
		}
		m.env = append(m.env, "BACKUP_PROJETO_DEVICE_KEY_FILE="+key)
	}
	return projects
}

// run lets everybody work, and troubles them.
func (c *crowd) run(projects []*project, length time.Duration) {
	c.until = time.Now().Add(length)
	c.calm.Store(false)
	var wg sync.WaitGroup
	for i, m := range c.machines[:len(c.machines)-1] {
		wg.Go(func() {
			switch {
			case i < savers:
				c.check(c.saver(m, projects[i]))
			case i < savers+pruners:
				c.check(c.pruner(m))
			case i == savers+pruners:
				c.check(c.verifier(m))
			default:
				c.check(c.restorer(m))
			}
		})
	}
	if c.server != "" {
		wg.Go(func() { c.disturb(rand.New(rand.NewPCG(c.seed, 1000))) })
	}
	wg.Go(c.calendar)
	wg.Wait()
	c.calm.Store(true)
}

// calendar makes what is in the trash old by the store's clock, so that the next prune takes it out.
func (c *crowd) calendar() {
	for c.going() {
		c.sleep(200 * time.Millisecond)
		_ = filepath.WalkDir(filepath.Join(c.store, "trash"), func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && !durable.IsTemp(d.Name()) { // a temporary file that is old is taken for left over
				old := time.Now().Add(-31 * 24 * time.Hour)
				_ = os.Chtimes(path, old, old) // it may be gone
			}
			return nil
		})
	}
}

// judge lets everybody end in peace, and looks at what is there.
func (c *crowd) judge(projects []*project) {
	if c.failed.Load() {
		return
	}
	for i, p := range projects {
		c.must(c.save(c.machines[i], p, 1, []string{"backup"}))
	}
	for i := range 2 * pruners { // the second time in vain, or one stood behind what the other had left when it was killed
		o, err := c.prune(c.machines[savers+i%pruners], []string{"prune", "--grace=0", "--max-unused=0"})
		c.must(err)
		if i >= pruners && o.exit != core.Success {
			c.check(fmt.Errorf("the last prune: %v", o))
		}
	}
	if left := c.sessions(); len(left) > 0 {
		c.check(fmt.Errorf("sessions left: %v", left))
	}
	judge := c.machines[len(c.machines)-1]
	c.must(c.verify(judge, "verify", "--data=100%"))
	all := c.standing()
	if len(all) < savers {
		c.check(fmt.Errorf("only %d snapshots stand", len(all)))
	}
	var wg sync.WaitGroup
	next := make(chan string)
	for _, m := range c.machines[savers+pruners:] { // those that restored before, too: their caches are old
		wg.Go(func() {
			for id := range next {
				c.check(c.restore(m, id))
			}
		})
	}
	for _, id := range all {
		next <- id
	}
	close(next)
	wg.Wait()
}

// sessions lists those that stand in the store.
func (c *crowd) sessions() (all []string) {
	entries, _ := os.ReadDir(filepath.Join(c.store, "sessions"))
	for _, e := range entries {
		if !durable.IsTemp(e.Name()) { // left by who was killed, and taken away when it is a day old
			all = append(all, e.Name())
		}
	}
	return all
}
