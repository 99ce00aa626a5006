package main

import (
	"context"
	"os"

	"backup_projeto/tools/bench/internal/dataset"
	"backup_projeto/tools/bench/internal/report"
)

// timed runs a job of a scene that is ready.
func (r *series) timed(ctx context.Context, s *scene, job string) (run report.Run, err error) {
	ctx, cancel := context.WithTimeout(ctx, r.limit)
	defer cancel()
	if s.place.server != nil {
		if err := s.place.server.Start(ctx, s.state); err != nil {
			return run, err
		}
		defer s.place.server.Stop()
	}
	if prepare := s.p.prepare[job]; prepare != nil {
		if err := prepare(ctx, s); err != nil {
			return run, err
		}
	}
	if _, err := dataset.Look(s.source); err != nil { // borg has the system forget what it read, and who comes next would wait for the disk
		return run, err
	}
	before, err := dataset.Size(s.stored())
	if err != nil {
		return run, err
	}
	if err := r.settle(ctx); err != nil {
		return run, err
	}
	if err := r.recount(ctx, s, job); err != nil {
		return run, err
	}
	u, err := r.measure(ctx, s.job(s.p.jobs[job](s)))
	if err != nil {
		return run, err
	}
	run = report.Run{Seconds: u.Wall.Seconds(), CPU: u.CPU.Seconds(), Peak: u.Peak}
	return run, r.after(s, job, before, &run)
}

// recount starts the server's count anew where preparing made requests.
func (r *series) recount(ctx context.Context, s *scene, job string) error {
	if s.place.server == nil || s.p.prepare[job] == nil {
		return nil
	}
	s.place.server.Stop()
	return s.place.server.Start(ctx, s.state)
}

// after finds out what a job stored and asked for, and whether it restored what it should.
func (r *series) after(s *scene, job string, before int64, run *report.Run) error {
	if s.place.server != nil {
		s.place.server.Stop()
		n, err := s.place.server.Requests()
		if err != nil {
			return err
		}
		run.Requests = &n
	} else if s.p.counted != nil {
		out, err := os.ReadFile(s.output)
		if err != nil {
			return err
		}
		run.Requests = s.p.counted(string(out))
	}
	switch job {
	case report.First, report.Unchanged, report.Changed:
		now, err := dataset.Size(s.stored())
		if err != nil {
			return err
		}
		if grown := now - before; s.p.name != "find" {
			run.Stored = &grown
		}
	}
	return s.restored(job)
}
