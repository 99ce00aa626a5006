package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"

	"backup_projeto/tools/bench/internal/dataset"
	"backup_projeto/tools/bench/internal/report"
)

// usable are the names that no program takes for a pattern.
var usable = regexp.MustCompile(`^[A-Za-z0-9@+._/-]+$`)

// choose finds the file that is restored alone: one in the middle of the set.
func choose(source string) (string, error) {
	files, err := dataset.Files(source)
	if err != nil {
		return "", err
	}
	for i := range files {
		rel, err := filepath.Rel(source, files[(len(files)/2+i)%len(files)])
		if err != nil {
			return "", err
		}
		info, err := os.Stat(filepath.Join(source, rel))
		if err != nil {
			return "", err
		}
		if rel = filepath.ToSlash(rel); usable.MatchString(rel) && info.Size() > 0 {
			return rel, nil
		}
	}
	return "", errors.New("no file with a usable name")
}

// fresh makes the source anew from the pristine set and reads it all, so that it is in the page cache for everyone.
func (r *series) fresh(ctx context.Context) error {
	if err := dataset.Remove(r.source); err != nil {
		return err
	}
	if err := dataset.Copy(ctx, r.pristine, r.source); err != nil {
		return err
	}
	_, err := dataset.Look(r.source)
	return err
}

// change edits the source and chooses the file that is restored alone.
func (r *series) change(ctx context.Context) error {
	if err := r.set.Edit(ctx, r.source, 1); err != nil {
		return err
	}
	if _, err := dataset.Look(r.source); err != nil {
		return err
	}
	var err error
	r.file, err = choose(r.source)
	return err
}

// aim prepares the folder that a job restores to.
func (r *series) aim(ctx context.Context, s *scene, job string) error {
	switch job {
	case report.Restore:
		r.clean(ctx, s)
		return os.MkdirAll(s.target, 0o755)
	case report.One:
		return os.MkdirAll(s.target, 0o755)
	case report.Over:
		r.clean(ctx, s)
		if err := os.MkdirAll(filepath.Dir(s.target), 0o755); err != nil {
			return err
		}
		return dataset.Copy(ctx, r.pristine, s.target)
	}
	return nil
}
