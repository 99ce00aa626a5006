package s3test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// program is the server's package, within the module of its own that keeps its many dependencies out of the product's go.mod.
const program = "github.com/versity/versitygw/cmd/versitygw"

// binary returns the path of the server's program, built if it is not there yet.
func binary(t testing.TB) string {
	t.Helper()
	root, err := moduleRoot()
	if err != nil {
		t.Fatalf("s3test: %v", err)
	}
	source := filepath.Join(root, "tools", "s3server")
	pins, err := os.ReadFile(filepath.Join(source, "go.mod"))
	if err != nil {
		t.Fatalf("s3test: %v", err)
	}
	sum := sha256.Sum256(append(pins, runtime.Version()...))
	cache := filepath.Join(root, ".cache", "s3server")
	path := filepath.Join(cache, "versitygw-"+hex.EncodeToString(sum[:8]))
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	if err := build(source, cache, path); err != nil {
		t.Fatalf("s3test: %v", err)
	}
	return path
}

// build makes the program at path unless it is there. Packages are tested at once, each in a process of its own: the first builds, and
// the others wait for it.
func build(source, cache, path string) error {
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return err
	}
	unlock, err := lockedfile.MutexAt(filepath.Join(cache, "lock")).Lock()
	if err != nil {
		return err
	}
	defer unlock()
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	part := path + ".part" // guarded by the lock; the name is only given to what was built whole
	cmd := exec.Command("go", "build", "-buildvcs=false", "-ldflags=-s -w", "-o", part, program)
	cmd.Dir = source
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=readonly")
	if out, err := cmd.CombinedOutput(); err != nil {
		return errors.New("building versitygw: " + err.Error() + "\n" + strings.TrimSpace(string(out)))
	}
	return os.Rename(part, path)
}

// moduleRoot finds the folder of this module above the one that the test runs in.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, statErr := os.Stat(filepath.Join(dir, "tools", "s3server", "go.mod")); statErr == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("no tools/s3server above the working folder")
		}
		dir = up
	}
	return "", err
}
