//go:build linux

package hostiletest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	_ "backup_projeto/internal/cli" // so that a result in the test cache is not taken for that of a program that was changed
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/programtest"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/storage/local"
)

// What any command may take, whatever it is fed. Without an attack they take 60 MB and less than a second.
const (
	maxTime   = time.Minute
	maxMemory = 600 << 20 // bytes of writable memory, resident or not
	maxFile   = 256 << 20 // bytes of a file, as on a disk that is full after so many
)

var (
	program  string // the built program, set by TestMain
	commands atomic.Int64
	attacks  atomic.Int64
)

func TestMain(m *testing.M) {
	programtest.Main(func(built string) int {
		program = built
		code := m.Run()
		fmt.Printf("hostile repository: %d attacks, %d commands ended within %v and %d MiB\n", attacks.Load(), commands.Load(), maxTime, maxMemory>>20)
		return code
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// place is a machine with a project and a repository.
type place struct {
	t                   *testing.T
	top                 string
	home, project, repo string
	outside             string // a file that nothing may touch, beside the folders that are restored into
}

// newPlace makes a project with one snapshot.
func newPlace(t *testing.T) *place {
	t.Helper()
	top := t.TempDir()
	p := &place{t, top, filepath.Join(top, "home"), filepath.Join(top, "project"), filepath.Join(top, "repository"), filepath.Join(top, "outside")}
	for _, dir := range []string{p.home, filepath.Join(p.project, "d"), p.outside} {
		must(t, os.MkdirAll(dir, 0o700))
	}
	for name, content := range map[string]string{"f": "honest", "d/g": "also honest"} {
		must(t, os.WriteFile(filepath.Join(p.project, name), []byte(content), 0o600))
	}
	must(t, os.WriteFile(filepath.Join(p.outside, "precious"), []byte("precious"), 0o600))
	p.want(0, "backup")
	return p
}

// output is what a command printed.
type output struct {
	code     int
	out, err string
}

// run runs the program in the project's folder and checks what holds whatever it is fed. stdout takes what it prints; nil keeps it.
func (p *place) run(stdout io.Writer, args ...string) output {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), maxTime)
	defer cancel()
	limited := fmt.Sprintf(`ulimit -d %d && ulimit -f %d && exec "$0" "$@"`, maxMemory>>10, maxFile/512)
	cmd := exec.CommandContext(ctx, "sh", append(append([]string{"-c", limited, program}, args...), "--yes", "--lang=en", "--repository="+p.repo)...)
	cmd.Dir = p.project
	cmd.Env = []string{"HOME=" + p.home, "PATH=" + os.Getenv("PATH"), "BACKUP_PROJETO_KEYRING=off", "TMPDIR=" + p.top}
	var out, errs beginning
	cmd.Stdout, cmd.Stderr = &out, &errs
	if stdout != nil {
		cmd.Stdout = stdout
	}
	err := cmd.Run()
	commands.Add(1)
	if cmd.ProcessState == nil {
		p.t.Fatal(err)
	}
	if ctx.Err() != nil {
		p.t.Errorf("%q did not end in %v: %.300s", args, maxTime, errs.String())
	}
	if shown := out.String() + errs.String(); args[0] != "cat" && strings.ContainsAny(shown, "\x1b\x07\x00\r\u009b") {
		p.t.Errorf("%q shows control characters: %q", args, shown)
	}
	if strings.Contains(errs.String(), "goroutine ") {
		p.t.Errorf("%q panicked: %.2000s", args, errs.String())
	}
	return output{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
}

func (p *place) want(code int, args ...string) output {
	p.t.Helper()
	got := p.run(nil, args...)
	if got.code != code {
		p.t.Errorf("%q ended with %d, want %d:\n%.1000s\n%.1000s", args, got.code, code, got.out, got.err)
	}
	return got
}

// beginning keeps the first MiB of what is written.
type beginning struct{ bytes.Buffer }

// Write writes.
func (b *beginning) Write(p []byte) (int, error) {
	b.Buffer.Write(p[:min(len(p), max(0, 1<<20-b.Len()))])
	return len(p), nil
}

// state describes all files below a folder.
func state(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		fmt.Fprint(&b, path, " ", info.Mode(), " ", info.Size())
		if d.Type().IsRegular() {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			fmt.Fprint(&b, " ", crypto.Hash(data))
		}
		b.WriteByte('\n')
		return nil
	}))
	return b.String()
}

// names lists what is below a folder, sorted; "" if there is no such folder.
func names(t *testing.T, dir string) string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if rel, _ := filepath.Rel(dir, path); err == nil && rel != "." {
			all = append(all, rel)
		}
		return err
	})
	if os.IsNotExist(err) {
		return ""
	}
	must(t, err)
	return strings.Join(all, " ")
}

// open opens the repository with the machine's own key.
func (p *place) open() *repo.Repo {
	p.t.Helper()
	found, err := filepath.Glob(filepath.Join(p.home, ".config/backup_projeto/devices/*.json"))
	must(p.t, err)
	if len(found) != 1 {
		p.t.Fatalf("keys: %q", found)
	}
	data, err := os.ReadFile(found[0])
	must(p.t, err)
	device, err := keys.ParseDeviceKey(data)
	must(p.t, err)
	store, err := local.New(p.repo)
	must(p.t, err)
	h, err := repo.ReadHeader(p.t.Context(), store)
	must(p.t, err)
	r, err := repo.Unlock(p.t.Context(), store, h, device.Secret(), repo.Options{})
	must(p.t, err)
	p.t.Cleanup(func() { r.Close(); store.Close() })
	return r
}

var idPattern = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}`)
