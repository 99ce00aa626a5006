package main

import (
	"context"
	"fmt"

	"backup_projeto/tools/bench/internal/report"
)

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
