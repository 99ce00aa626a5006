package measure

import (
	"errors"
	"os"
	"os/exec"
	"slices"
	"sync"
	"time"
)

// launch starts a job's processes, waits for them and adds up what they took. When quit is closed they are killed.
func launch(j *Job, quit <-chan struct{}) (Usage, error) {
	cmds, files, err := prepare(j)
	defer func() {
		for _, f := range files {
			f.Close()
		}
	}()
	if err != nil {
		return Usage{}, err
	}
	var all processes
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		select {
		case <-quit:
			all.kill()
		case <-ended:
		}
	}()
	begun := time.Now()
	for _, c := range cmds {
		if err := all.start(c); err != nil {
			all.kill()
			all.wait()
			return Usage{}, err
		}
		closeOwn(c) // or the next one would never see the end of its input
	}
	all.wait()
	u := Usage{Wall: time.Since(begun)}
	for _, c := range cmds {
		add(&u, c.ProcessState)
	}
	return u, nil
}

// prepare makes the pipeline's commands, and the files that are to be closed when it ended.
func prepare(j *Job) (cmds []*exec.Cmd, files []*os.File, err error) {
	if len(j.Argv) == 0 {
		return nil, nil, errors.New("no command")
	}
	open := func(name string) (*os.File, error) {
		if name == "" {
			name = os.DevNull
		}
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err == nil {
			files = append(files, f)
		}
		return f, err
	}
	last, err := open(j.Stdout)
	if err != nil {
		return nil, files, err
	}
	errOut, err := open(j.Stderr)
	if err != nil {
		return nil, files, err
	}
	var in *os.File
	for i, argv := range j.Argv {
		c := exec.Command(argv[0], argv[1:]...)
		c.Dir, c.Env, c.Stderr, c.Stdout = j.Dir, j.Env, errOut, last
		if in != nil {
			c.Stdin = in
		}
		if i < len(j.Argv)-1 {
			r, w, err := os.Pipe()
			if err != nil {
				return nil, files, err
			}
			files = append(files, r, w)
			c.Stdout, in = w, r
		}
		cmds = append(cmds, c)
	}
	return cmds, files, nil
}

// closeOwn closes this process's ends of the pipes that a started process now has.
func closeOwn(c *exec.Cmd) {
	if in, ok := c.Stdin.(*os.File); ok {
		in.Close()
	}
	if out, ok := c.Stdout.(*os.File); ok {
		out.Close()
	}
}

// processes are those started and not yet known to have ended.
type processes struct {
	mu      sync.Mutex
	running []*exec.Cmd // guarded by mu
	quit    bool        // guarded by mu
}

var errQuit = errors.New("asked to quit")

func (p *processes) start(c *exec.Cmd) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.quit {
		return errQuit
	}
	if err := c.Start(); err != nil {
		return err
	}
	p.running = append(p.running, c)
	return nil
}

func (p *processes) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.quit = true
	for _, c := range p.running {
		_ = c.Process.Kill()
	}
}

// wait waits for all; how each ended is in its ProcessState.
func (p *processes) wait() {
	p.mu.Lock()
	running := slices.Clone(p.running) // start is not called any more
	p.mu.Unlock()
	for _, c := range running {
		_ = c.Wait()
	}
}

// add adds what one process took.
func add(u *Usage, s *os.ProcessState) {
	u.CPU += s.UserTime() + s.SystemTime()
	u.Peak += peak(s)
	u.Exits = append(u.Exits, s.ExitCode())
}
