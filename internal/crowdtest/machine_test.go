//go:build linux || darwin

package crowdtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"backup_projeto/internal/core"
)

// machine is a host with a home of its own. What it does is for one goroutine, but for start.
type machine struct {
	c     *crowd
	name  string
	home  string
	host  *host
	relay *relay // nil where the repository is a folder
	rng   *rand.Rand
	env   []string

	mu    sync.Mutex
	usual map[string]time.Duration // how long commands take that nothing troubles; guarded by mu
}

// newMachine makes a machine, without a key yet.
func (c *crowd) newMachine(name string) (*machine, error) {
	m := &machine{c: c, name: name, home: filepath.Join(c.dir, "homes", name), usual: map[string]time.Duration{},
		rng: rand.New(rand.NewPCG(c.seed, uint64(len(c.machines))))}
	if err := os.MkdirAll(m.home, 0o700); err != nil {
		return nil, err
	}
	if c.server != "" {
		var err error
		if m.host, err = c.hosts.host(); err != nil {
			return nil, err
		}
		at := "127.0.0.1:0"
		if m.host != nil {
			at = m.host.addr + ":0"
		}
		if m.relay, err = newRelay(at, c.server); err != nil {
			return nil, err
		}
		c.t.Cleanup(m.relay.close)
		m.env = append(m.env, "AWS_ENDPOINT_URL=http://"+m.relay.addr())
	}
	c.machines = append(c.machines, m)
	return m, nil
}

// outcome is how a process ended.
type outcome struct {
	exit    core.Kind // -1 if it was killed
	code    string    // of the error object
	objects map[string][]map[string]any
	where   string // in the log
	lines   string // what it said, the last of it
}

func (o *outcome) killed() bool { return o.exit < 0 }

// is reports how the process ended, by the kind and the code of its error.
func (o *outcome) is(kind core.Kind, code string) bool { return o.exit == kind && o.code == code }

func (o *outcome) String() string {
	return fmt.Sprintf("process %s ended with %d %q:\n%s", o.where, o.exit, o.code, o.lines)
}

// run runs the program in a folder until it ends, with trouble unless the crowd is calm.
func (m *machine) run(dir string, args ...string) (*outcome, error) {
	c := m.c
	number := c.started.Add(1)
	words := m.host.command(slices.Concat([]string{program}, args, []string{"--lang=en", "--json", "--yes"}, c.args))
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Dir = dir
	cmd.Env = slices.Concat(os.Environ(), []string{"HOME=" + m.home, "XDG_CONFIG_HOME=", "XDG_CACHE_HOME=", "XDG_DATA_HOME=", "CI=",
		"BACKUP_PROJETO_KEYRING=off", "AWS_EC2_METADATA_DISABLED=true"}, c.env, m.env)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	trouble := m.trouble(cmd.Process, args[0])
	err := cmd.Wait()
	trouble.end()
	o := &outcome{where: fmt.Sprint(number), objects: map[string][]map[string]any{}}
	switch status := cmd.ProcessState.Sys().(syscall.WaitStatus); {
	case status.Signaled() && status.Signal() == syscall.SIGKILL:
		o.exit = -1
		c.kills.Add(1)
	case status.Signaled():
		return nil, fmt.Errorf("process %d: %v", number, err)
	default:
		o.exit = core.Kind(status.ExitStatus())
	}
	c.log("%s %d %v %v: exit %d after %v, begun %s\n%s%s", m.name, number, dir, args, o.exit, time.Since(begun).Round(time.Millisecond),
		begun.Format("15:04:05.000"), &stdout, &stderr)
	if !trouble.any {
		m.took(args[0], time.Since(begun))
	}
	o.lines = tail(stdout.String()) + tail(stderr.String())
	return o, o.read(stdout.String())
}

// read reads the objects that the program printed. One that was killed may have left half a line.
func (o *outcome) read(out string) error {
	for line := range strings.Lines(out) {
		var v map[string]any
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			if o.killed() {
				continue
			}
			return fmt.Errorf("process %s wrote what is not JSON: %s", o.where, line)
		}
		kind, _ := v["type"].(string)
		o.objects[kind] = append(o.objects[kind], v)
		if kind == "error" {
			o.code, _ = v["code"].(string)
		}
	}
	return nil
}

func tail(s string) string { return s[max(0, len(s)-4000):] }

// troubling is what happens to one process.
type troubling struct {
	any   bool
	ended chan struct{}
}

// trouble kills every fourth process, at a moment anywhere in its usual length and somewhat after, and puts others to sleep: prunes most of
// all, since what they decided on before is what they do after.
func (m *machine) trouble(p *os.Process, command string) *troubling {
	t := &troubling{ended: make(chan struct{})}
	go t.hang(p)
	if m.c.calm.Load() {
		return t
	}
	m.mu.Lock()
	usual := m.usual[command]
	kind, when, nap := m.rng.IntN(12), m.rng.Float64(), time.Duration(1+m.rng.IntN(3000))*time.Millisecond
	m.mu.Unlock()
	if usual == 0 {
		usual = time.Second
	}
	at := time.Duration(1.2 * when * float64(usual))
	switch {
	case kind < 3:
		t.any = true
		go func() {
			if t.wait(at) {
				_ = p.Kill()
			}
		}()
	case kind == 3, kind < 9 && command == "prune":
		t.any = true
		go func() {
			if t.wait(at) && p.Signal(syscall.SIGSTOP) == nil {
				m.c.sleeps.Add(1)
				t.wait(nap)
				_ = p.Signal(syscall.SIGCONT)
			}
		}()
	}
	return t
}

// patience is how long a process may take, whatever its network does.
const patience = 4 * time.Minute

// hang ends a process that takes longer, with a dump of what it was doing. Nothing explains that.
func (t *troubling) hang(p *os.Process) {
	if t.wait(patience) {
		_ = p.Signal(syscall.SIGQUIT)
	}
	if t.wait(10 * time.Second) {
		_ = p.Kill()
	}
}

// wait reports whether the process is still there after a while.
func (t *troubling) wait(d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-t.ended:
		return false
	}
}

func (t *troubling) end() { close(t.ended) }

// took takes note of how long a command takes.
func (m *machine) took(command string, length time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.usual[command] == 0 {
		m.usual[command] = length
	}
	m.usual[command] = (3*m.usual[command] + length) / 4
}

// disturb troubles the machines' network until the crowd ends.
func (c *crowd) disturb(rng *rand.Rand) {
	for c.going() {
		m := c.machines[rng.IntN(len(c.machines))]
		length := time.Duration(50+rng.IntN(2500)) * time.Millisecond
		switch rng.IntN(5) {
		case 0: // a slow link
			m.relay.set(false, false, time.Duration(1+rng.IntN(20))*time.Millisecond)
			c.sleep(length)
		case 1: // nothing arrives on either side
			c.partitions.Add(1)
			m.relay.set(true, true, 0)
			c.sleep(length)
			m.relay.cut()
		case 2: // answers do not arrive: what was asked for is done, and nobody hears of it
			c.partitions.Add(1)
			m.relay.set(false, true, 0)
			c.sleep(length)
			m.relay.cut()
		case 3: // all connections break
			c.partitions.Add(1)
			m.relay.cut()
		case 4:
			if m.host == nil {
				continue
			}
			c.partitions.Add(1)
			m.host.up(false)
			c.sleep(length)
			m.host.up(true)
		}
		m.relay.set(false, false, 0)
		c.sleep(time.Duration(rng.IntN(400)) * time.Millisecond)
	}
}
