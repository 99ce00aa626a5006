package main

import (
	"context"
	"os"
	"path/filepath"
	"strconv"

	"backup_projeto/tools/bench/internal/dataset"
	"backup_projeto/tools/bench/internal/measure"
	"backup_projeto/tools/bench/internal/report"
)

// saved is where a program's state of a number is kept.
func (r *series) saved(s *scene, n int) string {
	return filepath.Join(r.root, "saved", filepath.Base(s.state)+"-"+strconv.Itoa(n))
}

// create makes a program's state 0: an empty repository, for those that want it made.
func (r *series) create(ctx context.Context, p *program) error {
	if !p.remote && r.place.server != nil {
		return nil
	}
	s := r.scene(p)
	r.forget(s)
	defer r.forget(s)
	if err := r.empty(ctx, s); err != nil {
		r.broken[p.name] = true
		r.note(p, report.First, report.Run{}, err)
		return ctx.Err()
	}
	return r.save(ctx, s, 0)
}

func (r *series) empty(ctx context.Context, s *scene) error {
	dirs := []string{filepath.Join(s.state, "home")}
	if s.p.floor {
		dirs = append(dirs, s.repo())
	}
	for _, d := range dirs {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return err
		}
	}
	if s.p.create == nil {
		return nil
	}
	if s.place.server != nil {
		if err := s.place.server.Start(ctx, s.state); err != nil {
			return err
		}
		defer s.place.server.Stop()
	}
	for _, argv := range s.p.create(s) {
		if _, err := measure.RunHere(ctx, s.job(in(s.source, argv...))); err != nil {
			return err
		}
	}
	return nil
}

// save keeps a program's folder as a state.
func (r *series) save(ctx context.Context, s *scene, n int) error {
	to := r.saved(s, n)
	if err := dataset.Remove(to); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	return dataset.Copy(ctx, s.state, to)
}

// recall makes a program's folder what it was in a state.
func (r *series) recall(ctx context.Context, s *scene, n int) error {
	r.forget(s)
	if err := os.MkdirAll(filepath.Dir(s.state), 0o700); err != nil {
		return err
	}
	return dataset.Copy(ctx, r.saved(s, n), s.state)
}

// forget removes a program's folder and what was restored.
func (r *series) forget(s *scene) {
	if r.disk != nil {
		r.disk.drop()
		r.disk = nil
	}
	for _, d := range []string{s.state, s.target} {
		if err := dataset.Remove(d); err != nil {
			r.say("%v", err)
		}
	}
}

// clear removes all that a series made.
func (r *series) clear() {
	for _, d := range []string{"live", "saved", "disk", "source"} {
		if err := dataset.Remove(filepath.Join(r.root, d)); err != nil {
			r.say("%v", err)
		}
	}
}
