//go:build linux || darwin

package e2etest

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"backup_projeto/internal/programtest"
	"backup_projeto/internal/storage/s3/s3test"
	"backup_projeto/internal/treetest"
)

// program is the built program, set by TestMain.
var program string

func TestMain(m *testing.M) {
	programtest.Main(func(built string) int {
		program = built
		return m.Run()
	})
}

// machine is a user's home on some machine.
type machine struct {
	t    *testing.T
	home string
	env  []string
	args []string // the place
}

func newMachine(t *testing.T, place place) *machine {
	return &machine{t: t, home: t.TempDir(), env: place.env, args: place.args}
}

// place is where a repository is.
type place struct {
	args, env []string
}

// places returns a folder and a prefix in a bucket of a real server.
func places(t *testing.T) map[string]place {
	s := s3test.Start(t)
	return map[string]place{
		"local": {args: []string{"--repository=" + filepath.Join(t.TempDir(), "repository")}},
		"s3":    {args: []string{"--estrategia=s3", "--bucket=meu-bucket", "--prefixo=backups-projeto"}, env: s.Env()},
	}
}

// command prepares a run of the program in a folder.
func (m *machine) command(dir string, args ...string) *exec.Cmd {
	words := slices.Concat(args, []string{"--lang=en", "--json", "--yes"}, m.args) // a command comes first
	cmd := exec.Command(program, words...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "HOME="+m.home, "XDG_CONFIG_HOME=", "XDG_CACHE_HOME=", "XDG_DATA_HOME=", "BACKUP_PROJETO_KEYRING=off",
		"AWS_EC2_METADATA_DISABLED=true"), m.env...)
	return cmd
}

// run runs the program, which must succeed, and returns the last JSON object of a type.
func (m *machine) run(dir string, object string, args ...string) map[string]any {
	m.t.Helper()
	cmd := m.command(dir, args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		m.t.Fatalf("%v: %v\n%s%s", args, err, out, stderr.String())
	}
	var last map[string]any
	for line := range strings.Lines(string(out)) {
		var v map[string]any
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			m.t.Fatalf("not JSON: %s", line)
		}
		if v["type"] == object {
			last = v
		}
	}
	if last == nil {
		m.t.Fatalf("%v printed no object %q:\n%s", args, object, out)
	}
	return last
}

// sourceTree copies Go's source tree, so that it can be edited.
func sourceTree(t *testing.T) string {
	t.Helper()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "src")
	out, err := exec.Command("cp", "-a", filepath.Join(strings.TrimSpace(string(root)), "src"), dir).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return dir
}

// edit changes, removes and adds files.
func edit(t *testing.T, dir string) {
	t.Helper()
	for _, name := range []string{"fmt/print.go", "net/http/server.go", "go.mod"} {
		f, err := os.OpenFile(filepath.Join(dir, name), os.O_APPEND|os.O_WRONLY, 0)
		if err == nil {
			_, err = f.WriteString("// edited\n")
		}
		if err = errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	err := errors.Join(os.RemoveAll(filepath.Join(dir, "sort")), os.Rename(filepath.Join(dir, "strings"), filepath.Join(dir, "moved")),
		os.WriteFile(filepath.Join(dir, ".env"), []byte("SECRET=1\n"), 0o600))
	if err != nil {
		t.Fatal(err)
	}
}

func diff(t *testing.T, a, b string) {
	t.Helper()
	if out, err := exec.Command("diff", "-r", "--no-dereference", a, b).CombinedOutput(); err != nil {
		t.Errorf("diff -r: %v\n%.2000s", err, out)
	}
	treetest.Compare(t, a, b)
}

// TestSourceTree saves Go's source tree, restores it on another machine, saves it again after edits, and restores both states.
func TestSourceTree(t *testing.T) {
	for name, place := range places(t) {
		t.Run(name, func(t *testing.T) {
			src := sourceTree(t)
			time.Sleep(50 * time.Millisecond) // so that nothing is too fresh to be believed unchanged
			first := newMachine(t, place)
			created := first.run(src, "created")
			again := first.run(src, "backup")
			counts := again["snapshot"].(map[string]any)
			if counts["unchanged"] != counts["files"] || counts["bytes_read"] != 0.0 {
				t.Errorf("nothing changed, and yet: %v", counts)
			}
			before := sourceTree(t)
			edit(t, src)
			first.run(src, "backup")
			snapshots := first.list(src)
			second := newMachine(t, place)
			second.env = append(second.env, fmt.Sprint("BACKUP_PROJETO_RECOVERY_CODE=", created["recovery_code"]))
			for id, want := range map[string]string{snapshots[0]: before, "latest": src} {
				to := filepath.Join(t.TempDir(), "restored")
				if err := os.Mkdir(to, 0o700); err != nil {
					t.Fatal(err)
				}
				second.run(to, "restore", "--restore", "--snapshot="+id)
				diff(t, want, to)
			}
			second.run(src, "verify", "verify", "--data=100%", "--sample=20")
		})
	}
}

// list returns the ids of all snapshots, oldest first.
func (m *machine) list(dir string) (ids []string) {
	m.t.Helper()
	out, err := m.command(dir, "snapshots", "--all").Output()
	if err != nil {
		m.t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		var v struct{ Type, ID string }
		if err := json.Unmarshal([]byte(line), &v); err == nil && v.Type == "snapshot" {
			ids = append(ids, v.ID)
		}
	}
	return ids
}

// TestKilledBackups kills backups at moments all over their run, with SIGKILL: the repository verifies every time, the next backup
// goes on, and what is said to be saved restores.
func TestKilledBackups(t *testing.T) {
	for name, place := range places(t) {
		t.Run(name, func(t *testing.T) {
			src := sourceTree(t)
			m := newMachine(t, place)
			warm := t.TempDir()
			m.run(warm, "created") // the repository itself, so that kills hit the backup
			kills := 0
			for delay := 30 * time.Millisecond; delay < 3*time.Second; delay = delay * 3 / 2 {
				cmd := m.command(src)
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				timer := time.AfterFunc(delay, func() { cmd.Process.Kill() })
				err := cmd.Wait()
				timer.Stop()
				if err == nil {
					break
				}
				kills++
				m.run(src, "verify", "verify")
			}
			m.run(src, "backup")
			to := filepath.Join(t.TempDir(), "restored")
			if err := os.Mkdir(to, 0o700); err != nil {
				t.Fatal(err)
			}
			m.run(to, "restore", "--restore", "--project=src")
			diff(t, src, to)
			m.run(src, "verify", "verify", "--data=100%")
			if kills == 0 {
				t.Error("no backup was killed")
			}
			t.Logf("%d kills", kills)
		})
	}
}
