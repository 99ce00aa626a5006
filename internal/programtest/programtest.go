// Package programtest builds the program for tests that run it as a process of its own.
package programtest

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// Main is the TestMain of such tests: it builds the program into a folder of its own, calls run with its path, and ends the process with the
// code that run returns.
func Main(run func(program string) (code int)) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "backup_projeto-test")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		program, err := build(dir)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return run(program)
	}())
}

// build builds the program into a folder and returns its path. Tests call it from a package two folders below the module's root. It
// looks at every source folder, which tells Go's test cache what the program was built from: else the results of a test would be taken for
// those of the program as it is now.
func build(dir string) (string, error) {
	for _, source := range []string{"cmd", "internal"} {
		_ = filepath.WalkDir(filepath.Join("..", "..", source), func(string, fs.DirEntry, error) error { return nil })
	}
	program := filepath.Join(dir, "backup_projeto")
	out, err := exec.Command("go", "build", "-o", program, "backup_projeto/cmd/backup_projeto").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return program, nil
}
