// Package measure runs programs and tells what they took.
//
// Terms: a pipeline is one or more processes, each one's output the next one's input; a job is one pipeline from its first start to its last
// end; the launcher is this very program started once more, small and fresh, to start the job's processes and wait for them.
//
// Promises: time is the whole job's, by the monotonic clock; CPU and memory are what the system says of each process when it ends
// (wait4), with all of its own children that it waited for, added up over the pipeline. On a system whose accounting of a new process begins with
// its parent's memory (Linux does so at exec) a process seems never smaller than the launcher: Floor tells that size. When the
// caller's context ends, or the caller itself, the job's processes are killed.
package measure

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Job is a pipeline to be run.
type Job struct {
	Argv   [][]string // each process's program and arguments
	Dir    string     // where they run; "" is here
	Env    []string   // their whole environment, "NAME=value"
	Stdout string     // the file that takes the last one's output, "" drops it
	Stderr string     // the file that takes the error output of all, "" drops it
	OK     []int      // exit codes that are good besides 0
}

// Usage is what a job took.
type Usage struct {
	Wall  time.Duration
	CPU   time.Duration // user and system time of all processes
	Peak  int64         // bytes of memory: the sum of each process's own highest
	Exits []int         // of each process; -1 where a signal ended it
}

// launchVar asks this program to be the launcher.
const launchVar = "BENCH_LAUNCHER"

// order is what the launcher is told on its standard input; the input's end tells it to give up.
type order struct{ Job Job }

// answer is what it says on its standard output.
type answer struct {
	Usage Usage
	Error string
}

// LaunchIfAsked makes this process the launcher and never returns, where Run started it as one. A program that uses Run, and the TestMain
// of a test that does, call it before anything else.
func LaunchIfAsked() {
	if os.Getenv(launchVar) == "" {
		return
	}
	os.Unsetenv(launchVar)
	d := json.NewDecoder(os.Stdin)
	var o order
	if err := d.Decode(&o); err != nil {
		os.Exit(2)
	}
	var a answer
	quit := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(quit)
	}()
	u, err := launch(&o.Job, quit)
	a.Usage = u
	if err != nil {
		a.Error = err.Error()
	}
	if err := json.NewEncoder(os.Stdout).Encode(&a); err != nil {
		os.Exit(2)
	}
	os.Exit(0)
}

// Run runs a job. An error says that it could not be run, or ended with a code that Job.OK does not list; the usage is then what
// is known.
func Run(ctx context.Context, j Job) (Usage, error) {
	self, err := os.Executable()
	if err != nil {
		return Usage{}, err
	}
	said, err := json.Marshal(order{j})
	if err != nil {
		return Usage{}, err
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), launchVar+"=1")
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	in, err := cmd.StdinPipe()
	if err != nil {
		return Usage{}, err
	}
	if err := cmd.Start(); err != nil {
		return Usage{}, err
	}
	stop := context.AfterFunc(ctx, func() { in.Close() })
	_, writeErr := in.Write(append(said, '\n'))
	err = cmd.Wait()
	stop()
	if ctx.Err() != nil {
		return Usage{}, ctx.Err()
	}
	var a answer
	if decodeErr := json.Unmarshal(out.Bytes(), &a); decodeErr != nil {
		return Usage{}, fmt.Errorf("the launcher failed: %w %s", errors.Join(err, writeErr, decodeErr), errOut.Bytes())
	}
	if a.Error != "" {
		return a.Usage, errors.New(a.Error)
	}
	return a.Usage, check(&j, &a.Usage)
}

// RunHere runs a job as Run does, but without the launcher: it starts sooner, and a process's memory seems no smaller than that of this one.
func RunHere(ctx context.Context, j Job) (Usage, error) {
	u, err := launch(&j, ctx.Done())
	if ctx.Err() != nil {
		return Usage{}, ctx.Err()
	}
	if err != nil {
		return u, err
	}
	return u, check(&j, &u)
}

// check finds the process that failed.
func check(j *Job, u *Usage) error {
	for i, code := range u.Exits {
		if good(code, j.OK) {
			continue
		}
		return fmt.Errorf("%q ended with %d%s", strings.Join(j.Argv[i], " "), code, tail(j.Stderr))
	}
	return nil
}

func good(code int, ok []int) bool {
	for _, c := range ok {
		if c == code {
			return true
		}
	}
	return code == 0
}

// tailSize is how many bytes of a failed job's error output are shown.
const tailSize = 600

// tail returns the last of a file's text, after a colon.
func tail(path string) string {
	if path == "" {
		return ""
	}
	b, err := os.ReadFile(path)
	if err != nil || len(bytes.TrimSpace(b)) == 0 {
		return ""
	}
	return ": " + strings.TrimSpace(string(b[max(0, len(b)-tailSize):]))
}

// Floor returns the least memory in bytes that this package can see a process use.
func Floor(ctx context.Context) (int64, error) {
	path, err := exec.LookPath("true")
	if err != nil {
		return 0, err
	}
	u, err := Run(ctx, Job{Argv: [][]string{{path}}})
	return u.Peak, err
}
