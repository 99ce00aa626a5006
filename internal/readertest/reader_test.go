//go:build linux || darwin

package readertest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	project = "../.."
	// patience is how long one call of node or npm may take.
	patience = 2 * time.Minute
)

// reader is tools/reader in a folder of its own, with what it imports.
type reader struct{ dir string }

// newReader lays the reader out as it stands in the project. The modules are fetched once for each package-lock.json, into .cache.
func newReader(t *testing.T) *reader {
	t.Helper()
	if _, err := exec.LookPath("npm"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("the reader needs node and npm:", err)
		}
		t.Skip("the reader needs node and npm:", err)
	}
	r := &reader{filepath.Join(t.TempDir(), "tools", "reader")}
	copyTree(t, filepath.Join(project, "tools/reader"), r.dir)
	copyTree(t, filepath.Join(project, "doc"), filepath.Join(r.dir, "../../doc"))
	if err := os.Symlink(modules(t), filepath.Join(r.dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	return r
}

// modules returns a folder with the reader's node_modules.
func modules(t *testing.T) string {
	t.Helper()
	cache, err := filepath.Abs(filepath.Join(project, ".cache"))
	if err != nil {
		t.Fatal(err)
	}
	lock, err := os.ReadFile(filepath.Join(project, "tools/reader/package-lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(lock)
	final := filepath.Join(cache, "reader-"+hex.EncodeToString(sum[:8]))
	if _, err := os.Stat(final); err == nil {
		return filepath.Join(final, "node_modules")
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		t.Fatal(err)
	}
	temp, err := os.MkdirTemp(cache, "reader-tmp-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(temp)
	for _, name := range []string{"package.json", "package-lock.json"} {
		copyFile(t, filepath.Join(project, "tools/reader", name), filepath.Join(temp, name))
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
	cmd.Dir = temp
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v\n%s", err, out)
	}
	// Another test process may have been faster; its folder is as good.
	if err := os.Rename(temp, final); err != nil && !errors.Is(err, fs.ErrExist) {
		if _, gone := os.Stat(final); gone != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(final, "node_modules")
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, data, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// copyTree copies a folder of regular files, without node_modules.
func copyTree(t *testing.T, from, to string) {
	t.Helper()
	entries, err := os.ReadDir(from)
	if err == nil {
		err = os.MkdirAll(to, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		switch {
		case e.Name() == "node_modules":
		case e.IsDir():
			copyTree(t, filepath.Join(from, e.Name()), filepath.Join(to, e.Name()))
		default:
			copyFile(t, filepath.Join(from, e.Name()), filepath.Join(to, e.Name()))
		}
	}
}

// run calls node with one variable set ("" for none) and returns what it printed and its exit code.
func (r *reader) run(t *testing.T, variable string, args ...string) (output string, exit int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", args...)
	cmd.Dir = r.dir
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "BACKUP_PROJETO_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, variable)
	out, err := cmd.CombinedOutput()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

func TestVectors(t *testing.T) {
	if out, exit := newReader(t).run(t, "", "--test", "test/"); exit != 0 {
		t.Errorf("exit %d\n%s", exit, out)
	}
}
