//go:build linux && (amd64 || arm64)

package disktest

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	_ "backup_projeto/internal/cli" // so that a result in the test cache is not taken for that of a program that was changed
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/programtest"
)

var program string // the built program, set by TestMain

func TestMain(m *testing.M) {
	if numbers, ok := os.LookupEnv(launchVariable); ok {
		os.Unsetenv(launchVariable)
		launch(numbers)
	}
	if program = os.Getenv(inside); program != "" {
		os.Exit(m.Run())
	}
	programtest.Main(func(built string) int {
		program = built
		return m.Run()
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// world is a machine with a project and a repository. Its paths stay the same when it is put back to an earlier state.
type world struct {
	t                           *testing.T
	top                         string // all of it
	home, project, repo, target string
	base                        string // a copy of top
	saved                       []string
	env                         []string
	clock                       func() time.Time // what the machine believes; nil where it is right
}

func random(seed byte, n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{seed}).Read(b)
	return b
}

// newWorld makes a world of three snapshots, one of which is dropped for good, and a project that has changed since.
func newWorld(t *testing.T) *world {
	t.Helper()
	dir := t.TempDir()
	top := filepath.Join(dir, "world")
	w := &world{t: t, top: top, home: filepath.Join(top, "home"), project: filepath.Join(top, "project"), repo: filepath.Join(top, "repository"),
		target: filepath.Join(top, "target"), base: filepath.Join(dir, "base")}
	must(t, os.MkdirAll(w.home, 0o700))
	w.write("a", random(1, 20_000))
	w.write("b", []byte("some text\n"))
	w.write("d/c", random(2, 300_000))
	w.write("d/e/f", bytes.Repeat([]byte("many words "), 3000))
	w.write("empty", nil)
	must(t, os.Symlink("d/c", filepath.Join(w.project, "link")))
	must(t, os.Link(filepath.Join(w.project, "a"), filepath.Join(w.project, "d/a again")))
	first := w.save()
	w.write("dropped", random(3, 200_000))
	dropped := w.save()
	must(t, os.Remove(filepath.Join(w.project, "dropped")))
	w.write("b", []byte("other text\n"))
	w.saved = []string{first, w.save()}
	must(t, os.Remove(w.find(filepath.Join(w.repo, "snapshots"), dropped)))
	if cached := w.find(w.home, dropped); cached != "" {
		must(t, os.Remove(cached))
	}
	w.write("b", []byte("text that is not saved yet\n"))
	w.write("new", random(4, 50_000))
	w.copyTree(w.top, w.base)
	return w
}

func (w *world) write(name string, data []byte) {
	w.t.Helper()
	path := filepath.Join(w.project, name)
	must(w.t, os.MkdirAll(filepath.Dir(path), 0o755))
	must(w.t, os.WriteFile(path, data, 0o644))
	old := time.Now().Add(-time.Hour) // so that it is believed to be unchanged next time
	must(w.t, os.Chtimes(path, old, old))
}

// find returns the file below a folder whose name begins so.
func (w *world) find(dir, begin string) (found string) {
	must(w.t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasPrefix(d.Name(), begin) {
			found = path
		}
		return err
	}))
	return found
}

func (w *world) copyTree(from, to string) {
	w.t.Helper()
	if out, err := exec.Command("cp", "-a", from, to).CombinedOutput(); err != nil {
		w.t.Fatalf("cp: %v: %s", err, out)
	}
}

// reset puts the world back to its base.
func (w *world) reset() {
	w.t.Helper()
	must(w.t, os.RemoveAll(w.top))
	w.copyTree(w.base, w.top)
}

// command prepares a run in the project's folder.
func (w *world) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, append(args, "--yes", "--lang=en", "--repository="+w.repo)...)
	cmd.Dir = w.project
	cmd.Env = append([]string{"HOME=" + w.home, "PATH=" + os.Getenv("PATH"), "BACKUP_PROJETO_KEYRING=off", "TMPDIR=" + w.top}, w.env...)
	return cmd
}

// result is how a command ended.
type result struct {
	code     int
	out, err string
}

func (r result) String() string {
	return fmt.Sprintf("exit code %d\n%.1500s%.1500s", r.code, r.out, r.err)
}

// crashed reports whether Go's runtime gave up, as it does where its own calls fail, or the process was killed.
func (r result) crashed() bool {
	return r.code == -1 || strings.Contains(r.err, "fatal error: ") || strings.Contains(r.err, "runtime: ")
}

// maxTime is what no command takes.
const maxTime = 2 * time.Minute

func (w *world) run(args ...string) result {
	w.t.Helper()
	return w.supervised(nil, args...)
}

// supervised runs a command under supervision, unless decide is nil.
func (w *world) supervised(decide func(*call) answer, args ...string) result {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), maxTime)
	defer cancel()
	cmd := w.command(ctx, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	var err error
	if w.clock != nil {
		err = supervise(cmd, nil, true, func(c *call) answer { return c.tell(w.clock()) })
	} else if decide == nil {
		err = cmd.Run()
	} else if err = supervise(cmd, numbers(), false, decide); err == errNoSupervision {
		w.t.Skip(err)
	}
	if cmd.ProcessState == nil {
		w.t.Fatal(err)
	}
	if ctx.Err() != nil {
		w.t.Errorf("%q did not end in %v", args, maxTime)
	}
	return result{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
}

func (w *world) want(code int, args ...string) result {
	w.t.Helper()
	got := w.run(args...)
	if got.code != code {
		w.t.Errorf("%q: want exit code %d, got %v", args, code, got)
	}
	return got
}

var idPattern = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}`)

// save backs up and returns the snapshot's id.
func (w *world) save() string {
	w.t.Helper()
	return idPattern.FindString(w.want(0, "backup").out)
}

// state describes all files below a folder: names, types, permissions, dates and content; "" if there is no such folder.
func (w *world) state(dir string) string {
	w.t.Helper()
	var b strings.Builder
	content := w.content(dir)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		info, err := d.Info()
		if err != nil {
			return err
		}
		fmt.Fprintln(&b, rel, info.Mode(), content[rel], info.ModTime().UnixNano())
		return nil
	})
	if os.IsNotExist(err) {
		return ""
	}
	must(w.t, err)
	return b.String()
}

// content is a hash of what each file and link below a folder holds, by relative path.
func (w *world) content(dir string) map[string]string {
	w.t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		switch {
		case d.Type().IsRegular():
			data, err := os.ReadFile(path)
			all[rel] = crypto.Hash(data).Short()
			return err
		case d.Type()&fs.ModeSymlink != 0:
			to, err := os.Readlink(path)
			all[rel] = to
			return err
		}
		return nil
	})
	if !os.IsNotExist(err) {
		must(w.t, err)
	}
	return all
}

// restored restores a snapshot into a new folder and returns its state.
func (w *world) restored(id string) string {
	w.t.Helper()
	to := filepath.Join(w.top, "restored")
	must(w.t, os.RemoveAll(to))
	w.want(0, "restore", "--to="+to, "--snapshot="+id)
	return w.state(to)
}
