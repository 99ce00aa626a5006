// Package dataset makes the folders that the benchmark saves, and changes them.
//
// Terms: a set is a recipe for a folder; its pristine copy is made once and kept; an edit is what a day's work does to a copy of it.
//
// Promises: one recipe gives the same files whenever it is followed, as far as the machine has the same Go and the registries still serve what
// is pinned; an edit with one number changes the same files in the same way. A pristine copy appears whole or not at all.
package dataset

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Set is a recipe.
type Set struct {
	Name  string // a letter
	Title string // what it is, in a few words
	Steps int    // how many snapshots its story has; 0 where it is measured job by job
	// Tools are the Debian packages with the programs that make it: program to package.
	Tools map[string]string

	recipe string // changes whenever the files do
	make   func(ctx context.Context, dir string) error
	edit   func(ctx context.Context, dir string, step int) error
}

// Sets returns every set, in full or small.
func Sets(quick bool) []Set {
	pick := func(full, small string) string {
		if quick {
			return small
		}
		return full
	}
	share := func(one float64) func(context.Context, string, int) error {
		return func(_ context.Context, dir string, step int) error { return editFiles(dir, one, uint64(step)) }
	}
	databases := sizesOf(quick)
	steps := 20
	if quick {
		steps = 5
	}
	return []Set{
		{
			Name: "a", Title: "many small files: a Go module cache", recipe: modulesRecipe(quick),
			make: func(ctx context.Context, dir string) error { return makeModules(ctx, dir, quick) },
			edit: share(hundredth),
		},
		{
			Name: "b", Title: "source code: Go's own", recipe: goRecipe(quick),
			make: func(ctx context.Context, dir string) error { return makeGo(ctx, dir, quick) },
			edit: share(hundredth),
		},
		{
			Name: "c", Title: "large files, one a SQLite database", recipe: databases.recipe(),
			Tools: map[string]string{"sqlite3": "sqlite3"},
			make:  databases.make,
			edit:  databases.edit,
		},
		{
			Name: "d", Title: "an npm node_modules", recipe: "npm " + npmDate + " " + strings.Join(npmPackages(quick), " "),
			Tools: map[string]string{"npm": "npm"},
			make:  func(ctx context.Context, dir string) error { return makeNPM(ctx, dir, quick) },
			edit:  share(hundredth),
		},
		{
			Name: "e", Title: pick("20 snapshots of a changing project", "5 snapshots of a changing project"), Steps: steps, recipe: goRecipe(true),
			make: func(ctx context.Context, dir string) error { return makeGo(ctx, dir, true) },
			edit: share(littleShare),
		},
	}
}

// The shares of a set's files that an edit changes: one day's, and one of a story's steps.
const (
	hundredth   = 0.01
	littleShare = 0.003
)

// Make makes the pristine copy below a folder, unless it is there, and returns its path.
func (s *Set) Make(ctx context.Context, below string) (string, error) {
	dir := filepath.Join(below, s.Name+"-"+digest(s.recipe))
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	part := dir + ".part"
	if err := Remove(part); err != nil {
		return "", err
	}
	if err := os.MkdirAll(part, 0o755); err != nil {
		return "", err
	}
	if err := s.make(ctx, part); err != nil {
		return "", fmt.Errorf("making set %s: %w", s.Name, err)
	}
	return dir, os.Rename(part, dir)
}

// Edit changes a copy as a day's work would. Steps count from 1.
func (s *Set) Edit(ctx context.Context, dir string, step int) error { return s.edit(ctx, dir, step) }

// Remove removes a folder with all in it, also where folders in it may not be written to, as in a module cache.
func Remove(dir string) error {
	err := os.RemoveAll(dir)
	if err == nil {
		return nil
	}
	walkErr := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.IsDir() {
			return err
		}
		return os.Chmod(path, 0o700)
	})
	return errors.Join(walkErr, os.RemoveAll(dir))
}

// command runs a program that makes a set and shows its words where it fails.
func command(ctx context.Context, dir string, env []string, argv ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	var words strings.Builder
	cmd.Stderr = &words
	out, err := cmd.Output()
	if err != nil {
		return out, fmt.Errorf("%s: %w\n%s", argv[0], err, strings.TrimSpace(words.String()))
	}
	return out, nil
}
