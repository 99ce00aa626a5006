package main

import (
	"context"
	"path/filepath"
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
	measure  func(ctx context.Context, j measure.Job) (measure.Usage, error)
	noDisk   bool                            // there are no disks for single runs
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
	disk     *disk           // what the present run restores to; nil: an ordinary folder
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

// scene sets a program's stage.
func (r *series) scene(p *program) *scene {
	name := strings.ReplaceAll(p.name, "|", "-")
	return &scene{
		p: p, place: r.place, state: filepath.Join(r.root, "live", name), source: r.source, target: filepath.Join(r.root, "disk", "target"),
		file: r.file, output: filepath.Join(r.root, name+".out"),
	}
}
