package lifetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"backup_projeto/internal/core"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/restore"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/tree"
	"backup_projeto/internal/treetest"
	"backup_projeto/internal/verify"
)

// judge compares every snapshot that is promised with what was saved, on a machine that has heard of nothing, and verifies everything.
func (w *world) judge() {
	w.n.judged++
	judge := &machine{name: "judge", key: w.readers()[0].key}
	err := w.at(judge, func(ctx context.Context) error {
		r, err := judge.open(ctx, w.line(), judge.key, "")
		if err != nil {
			return err
		}
		defer r.Close()
		if damaged, err := r.LoadIndex(ctx); err != nil || len(damaged) > 0 {
			return fmt.Errorf("the index: %v, %v", damaged, err)
		}
		trash, err := r.Trash(ctx)
		if err != nil {
			return err
		}
		dropped := map[core.UUID]repo.Trashed{}
		for _, t := range trash {
			dropped[t.ID] = t
		}
		j := &judging{w: w, r: r, known: map[string]digest{}}
		for _, s := range w.all() {
			if s.dropped.IsZero() {
				j.one(ctx, s, func() (*snapshot.Manifest, error) { return r.ReadSnapshot(ctx, s.id) })
			} else if w.now.Before(s.dropped.Add(repo.Grace)) {
				j.one(ctx, s, func() (*snapshot.Manifest, error) { return r.TrashedSnapshot(ctx, dropped[s.id]) })
			}
		}
		return j.restoreOne(ctx)
	})
	w.must(err)
	w.verify(verify.Options{DataPercent: 100})
	if len(w.main.broken)+len(w.second.broken) > 0 {
		w.fail("written anew with other content: %v %v", w.main.broken, w.second.broken)
	}
}

// judging is one judgement: what was read once is not read again.
type judging struct {
	w     *world
	r     *repo.Repo
	known map[string]digest
}

// one compares a snapshot. A file whose loss was told may be missing, and none may be wrong.
func (j *judging) one(ctx context.Context, s *snap, read func() (*snapshot.Manifest, error)) {
	m, err := read()
	if err != nil {
		j.w.fail("snapshot %s of %s, dropped %v: %v", s.id, s.by.name, s.dropped, err)
		return
	}
	left := maps.Clone(s.files)
	err = treetest.Walk(ctx, j.r, &m.Root, func(path string, e *tree.Entry, err error) error {
		if err != nil {
			if s.isLost(path) {
				j.w.n.taken++
				maps.DeleteFunc(left, func(name string, _ content) bool { return path == "" || strings.HasPrefix(name, path+"/") })
				return nil
			}
			return fmt.Errorf("%s: %w", path, err)
		}
		if e.Type == tree.Dir {
			return nil
		}
		c, wanted := left[path]
		if !wanted {
			return fmt.Errorf("%s should not be there", path)
		}
		delete(left, path)
		got, err := j.read(ctx, e)
		if err != nil && core.KindOf(err) == core.Damage && s.isLost(path) {
			j.w.n.taken++
			return nil
		}
		if err == nil && got != j.w.stock.digest(c) {
			err = errors.New("the bytes are others")
		}
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		return nil
	})
	if err == nil && len(left) > 0 {
		err = fmt.Errorf("missing: %v", left)
	}
	if err != nil {
		j.w.fail("snapshot %s of %s at %s, dropped %v, lost %v: %v", s.id, s.by.name, s.desk.project.Name, s.dropped, s.lost, err)
	}
	j.w.n.restored++
}

// isLost reports whether a path's loss was told, or that of a folder above it.
func (s *snap) isLost(path string) bool {
	for lost := range s.lost {
		if lost == "." || lost == path || strings.HasPrefix(path, lost+"/") {
			return true
		}
	}
	return false
}

// read returns the digest of a file's content.
func (j *judging) read(ctx context.Context, e *tree.Entry) (digest, error) {
	var key bytes.Buffer
	fmt.Fprint(&key, e.Content.Depth, e.Size)
	for i := range e.Content.IDs {
		key.Write(e.Content.IDs[i][:])
	}
	if d, known := j.known[key.String()]; known {
		return d, nil
	}
	h := sha256.New()
	if err := j.r.WriteFile(ctx, e, h); err != nil {
		return digest{}, err
	}
	d := digest(h.Sum(nil))
	j.known[key.String()] = d
	return d, nil
}

// restoreOne restores a snapshot into a folder, as people do.
func (j *judging) restoreOne(ctx context.Context) error {
	all := j.w.kept(true)
	if len(all) == 0 {
		return nil
	}
	s := pick(j.w, all)
	if len(s.lost) > 0 {
		return nil
	}
	m, err := j.r.ReadSnapshot(ctx, s.id)
	if err != nil {
		return err
	}
	target := filepath.Join(j.w.dir, "restored")
	defer os.RemoveAll(target)
	if _, err := restore.Run(ctx, j.r, m, restore.Options{Target: target, Parallel: 2}, quiet()); err != nil {
		return err
	}
	return compare(target, s.files)
}
