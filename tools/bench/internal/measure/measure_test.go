//go:build unix

package measure

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	LaunchIfAsked()
	if n := os.Getenv("MEASURE_TEST_EAT"); n != "" {
		eat()
	}
	os.Exit(m.Run())
}

// eaten is what eat fills, in bytes.
const eaten = 100 << 20

// eat is the child that uses memory and time.
func eat() {
	b := make([]byte, eaten)
	for start := time.Now(); time.Since(start) < 50*time.Millisecond; {
		for i := 0; i < len(b); i += 512 {
			b[i]++
		}
	}
	runtime.KeepAlive(b)
	os.Exit(0)
}

func TestRun(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	u, err := Run(t.Context(), Job{Argv: [][]string{{self}}, Env: []string{"MEASURE_TEST_EAT=1"}})
	if err != nil {
		t.Fatal(err)
	}
	if u.Peak < eaten || u.Peak > 8*eaten { // the race detector keeps notes of each byte
		t.Errorf("a process that uses %d bytes is said to use %d", eaten, u.Peak)
	}
	if u.CPU < 30*time.Millisecond || u.Wall < 50*time.Millisecond {
		t.Errorf("a process that computes for 50 ms took %v in %v", u.CPU, u.Wall)
	}
	floor, err := Floor(t.Context())
	if err != nil || floor <= 0 || floor > 64<<20 {
		t.Errorf("the least memory is %d, %v", floor, err)
	}
	two, err := Run(t.Context(), Job{Argv: [][]string{{self}, {self}}, Env: []string{"MEASURE_TEST_EAT=1"}})
	if err != nil || two.Peak < 2*eaten || len(two.Exits) != 2 {
		t.Errorf("two in a pipeline use %d, %v", two.Peak, err)
	}
}

// TestPipeline passes bytes through a pipeline of three into a file, and counts the children of a child.
func TestPipeline(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	u, err := Run(t.Context(), Job{
		Argv:   [][]string{{"sh", "-c", "echo $WORD; pwd"}, {"tr", "a-z", "A-Z"}, {"cat"}},
		Dir:    "/",
		Env:    []string{"WORD=hello", "PATH=" + os.Getenv("PATH")},
		Stdout: out,
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(out); string(got) != "HELLO\n/\n" {
		t.Errorf("the pipeline wrote %q", got)
	}
	if len(u.Exits) != 3 {
		t.Errorf("exits %v", u.Exits)
	}
	self, _ := os.Executable()
	u, err = Run(t.Context(), Job{Argv: [][]string{{"sh", "-c", self + "; true"}}, Env: []string{"MEASURE_TEST_EAT=1"}})
	if err != nil || u.Peak < eaten || u.CPU < 30*time.Millisecond {
		t.Errorf("a child of a child used %d bytes and %v: %v", u.Peak, u.CPU, err)
	}
}

func TestFailures(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	env := []string{"PATH=" + os.Getenv("PATH")}
	run := RunHere
	_, err := Run(t.Context(), Job{Argv: [][]string{{"sh", "-c", "echo it broke >&2; exit 3"}}, Env: env, Stderr: log})
	if err == nil || !strings.Contains(err.Error(), "ended with 3: it broke") {
		t.Errorf("a failed process gives %v", err)
	}
	if _, err := run(t.Context(), Job{Argv: [][]string{{"sh", "-c", "exit 3"}}, Env: env, OK: []int{3}}); err != nil {
		t.Errorf("an exit code that is good gives %v", err)
	}
	if _, err := run(t.Context(), Job{Argv: [][]string{{"/no/such/program"}}}); err == nil {
		t.Error("a program that is not there gives no error")
	}
	if _, err := run(t.Context(), Job{Argv: [][]string{{"true"}, {"/no/such/program"}}}); err == nil {
		t.Error("a program that is not there, second in a pipeline, gives no error")
	}
	if _, err := run(t.Context(), Job{}); err == nil {
		t.Error("no program gives no error")
	}
}

// TestCancel ends a job that would run for a minute.
func TestCancel(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	for _, run := range []func(context.Context, Job) (Usage, error){Run, RunHere} {
		if _, err := run(ctx, Job{Argv: [][]string{{"sleep", "60"}}, Env: os.Environ()}); err != context.DeadlineExceeded {
			t.Errorf("a job past its time gives %v", err)
		}
	}
}

func TestMaxRSS(t *testing.T) {
	r := &syscall.Rusage{Maxrss: 2048}
	if got := maxRSS(r, "linux"); got != 2<<20 {
		t.Errorf("on Linux 2048 is %d", got)
	}
	if got := maxRSS(r, "darwin"); got != 2048 {
		t.Errorf("on macOS 2048 is %d", got)
	}
}
