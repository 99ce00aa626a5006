package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"backup_projeto/tools/bench/internal/dataset"
	"backup_projeto/tools/bench/internal/measure"
	"backup_projeto/tools/bench/internal/report"
)

// bench is one run of the benchmark.
type bench struct {
	rounds   int
	jobs     map[string]bool // those that are measured
	programs []*program
	root     string        // for all that is made while it runs
	limit    time.Duration // of one command
	results  *report.Results
	say      func(format string, args ...any)
	settle   func(ctx context.Context) error // before each run: has the system write to disk what it still keeps
}

// series measures one set at one place: the jobs one after the other, and in each job the programs in turn, so that what the machine does besides
// meets all of them.
//
// Each program has three saved states, copies of its folder: 0 with an empty repository, 1 after the first backup, 2 after the one of the changed
// set. Each run starts from a fresh copy of one, at always the same path.
type series struct {
	*bench
	set      *dataset.Set
	pristine string // the set's folder, never changed
	place    *place
	source   string          // the copy of it that is saved
	file     string          // the one file that is restored
	broken   map[string]bool // programs that failed to save, by name
}

// startsFrom says which state a job needs.
func startsFrom(job string) int {
	switch job {
	case report.First:
		return 0
	case report.Unchanged, report.Changed:
		return 1
	}
	return 2
}

// run measures all jobs of a set that is no story.
func (r *series) run(ctx context.Context) error {
	defer r.clear()
	if err := r.fresh(ctx); err != nil {
		return err
	}
	for _, p := range r.programs {
		if err := r.create(ctx, p); err != nil {
			return err
		}
	}
	last := 0
	for i, job := range report.Jobs {
		if r.jobs[job] && job != report.Story {
			last = i
		}
	}
	for _, job := range report.Jobs[:last+1] {
		if job == report.Changed {
			if err := r.change(ctx); err != nil {
				return err
			}
		}
		if err := r.turns(ctx, job); err != nil {
			return err
		}
	}
	return nil
}

// turns measures one job. The jobs that make a state are run once for that where they are not measured.
func (r *series) turns(ctx context.Context, job string) error {
	keep, rounds := 0, r.rounds
	switch job {
	case report.First:
		keep = 1
	case report.Changed:
		keep = 2
	}
	if !r.jobs[job] {
		if keep == 0 {
			return nil
		}
		rounds = 1
	}
	for round := range rounds {
		for _, p := range r.programs {
			if !r.can(p, job) {
				continue
			}
			run, err := r.once(ctx, p, job, round == 0, keep)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			r.note(p, job, run, err)
			if err != nil && keep > 0 {
				r.broken[p.name] = true
			}
		}
	}
	return nil
}

// can reports whether a program does a job here; floors make no states, so they do only what is measured.
func (r *series) can(p *program, job string) bool {
	if c := r.results.Find(r.key(p, job)); c != nil && c.Failed != "" {
		return false
	}
	return p.jobs[job] != nil && (p.remote || r.place.server == nil) && !r.broken[p.name] && (!p.floor || r.jobs[job])
}

func (r *series) key(p *program, job string) report.Key {
	return report.Key{Set: r.set.Name, Place: r.place.name, Job: job, Program: p.name}
}

// note records a run, or why there is none.
func (r *series) note(p *program, job string, run report.Run, err error) {
	if err != nil {
		r.say("%s %s %s %s: FAILED: %v", r.set.Name, r.place.name, job, p.name, err)
	} else {
		r.say("%s %s %s %s: %.2f s", r.set.Name, r.place.name, job, p.name, run.Seconds)
	}
	if !r.jobs[job] && err == nil {
		return
	}
	c := r.results.Cell(r.key(p, job))
	if err != nil {
		c.Failed = reason(err, r.root)
		return
	}
	c.Runs = append(c.Runs, run)
}

// reason is an error in words that say nothing of where the benchmark ran, and not too many.
func reason(err error, root string) string {
	const most = 300
	text := strings.ReplaceAll(err.Error(), root, "…")
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most/2]) + " … " + string(runes[len(runes)-most/2:])
	}
	return text
}

// once runs one job of one program, from a fresh copy of its state, which is kept as another one if asked for.
func (r *series) once(ctx context.Context, p *program, job string, first bool, keep int) (report.Run, error) {
	s := r.scene(p)
	from := startsFrom(job)
	if p.floor {
		from = 0
	}
	s.last, s.snapshot = from, from+1
	if err := r.recall(ctx, s, from); err != nil {
		return report.Run{}, err
	}
	defer r.forget(s)
	if err := r.aim(ctx, s, job); err != nil {
		return report.Run{}, err
	}
	run, err := r.timed(ctx, s, job)
	if err == nil && first && keep > 0 && !p.floor {
		err = r.save(ctx, s, keep)
	}
	return run, err
}

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
	u, err := measure.Run(ctx, s.job(s.p.jobs[job](s)))
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

// scene sets a program's stage.
func (r *series) scene(p *program) *scene {
	name := strings.ReplaceAll(p.name, "|", "-")
	return &scene{
		p: p, place: r.place, state: filepath.Join(r.root, "live", name), source: r.source, target: filepath.Join(r.root, "target"),
		file: r.file, output: filepath.Join(r.root, name+".out"),
	}
}

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
	case report.Restore, report.One:
		return os.MkdirAll(s.target, 0o755)
	case report.Over:
		return dataset.Copy(ctx, r.pristine, s.target)
	}
	return nil
}

// story measures a set that changes again and again: each round is the whole story, and in each of its steps the programs take turns. The
// figures are those of all steps together; the memory is the most that one took.
func (r *series) story(ctx context.Context) error {
	defer r.clear()
	for range r.rounds {
		if err := r.fresh(ctx); err != nil {
			return err
		}
		for _, p := range r.programs {
			if err := r.create(ctx, p); err != nil {
				return err
			}
		}
		if err := r.tell(ctx); err != nil {
			return err
		}
	}
	return nil
}

// tell runs the steps of a story once.
func (r *series) tell(ctx context.Context) error {
	sums := map[string]*report.Run{}
	for step := 1; step <= r.set.Steps; step++ {
		if step > 1 {
			if err := r.set.Edit(ctx, r.source, step-1); err != nil {
				return err
			}
		}
		for _, p := range r.programs {
			if !p.saves() || !r.can(p, report.Changed) {
				continue
			}
			s := r.scene(p)
			s.snapshot = step
			if step == 1 {
				if err := r.recall(ctx, s, 0); err != nil {
					return err
				}
				sums[p.name] = &report.Run{}
			}
			run, err := r.timed(ctx, s, report.Changed)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				r.broken[p.name] = true
				r.note(p, report.Story, run, fmt.Errorf("step %d: %w", step, err))
				continue
			}
			addRun(sums[p.name], &run)
		}
	}
	for _, p := range r.programs {
		if sum := sums[p.name]; sum != nil && !r.broken[p.name] {
			r.note(p, report.Story, *sum, nil)
		}
	}
	return nil
}

// addRun adds a step to the sum of a story.
func addRun(sum, run *report.Run) {
	add := func(to **int64, n *int64) {
		if n == nil {
			return
		}
		total := *n
		if *to != nil {
			total += **to
		}
		*to = &total
	}
	sum.Seconds += run.Seconds
	sum.CPU += run.CPU
	sum.Peak = max(sum.Peak, run.Peak)
	add(&sum.Stored, run.Stored)
	add(&sum.Requests, run.Requests)
}
