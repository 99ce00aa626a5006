// Package programtest builds the program for tests that run it as a process of its own.
package programtest

import (
	"fmt"
	"io/fs"
	"os/exec"
	"path/filepath"
)

// Build builds the program into a folder and returns its path. Tests call it from a package two folders below the module's root. It
// looks at every source folder, which tells Go's test cache what the program was built from: else the results of a test would be taken for
// those of the program as it is now.
func Build(dir string) (string, error) {
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
