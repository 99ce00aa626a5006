package cli

import (
	"context"
	"strings"
	"time"

	"backup_projeto/internal/cli/term"
	"backup_projeto/internal/core"
	"backup_projeto/internal/restore"
	"backup_projeto/internal/snapshot"
)

// restoring is one restore.
type restoring struct {
	*session
	m      *snapshot.Manifest
	target string
	plan   *restore.Plan // once it is known
	asked  bool          // and the person said no
	waited time.Duration // for an answer
	safety *snapshot.Manifest
}

func runRestore(ctx context.Context, a *app, args []string) error {
	start := time.Now()
	return a.reading(ctx, func(s *session) error {
		h, err := s.history(ctx)
		if err != nil {
			return err
		}
		m, err := s.pick(ctx, h)
		if err != nil {
			return err
		}
		if err := s.loadIndex(ctx); err != nil {
			return err
		}
		r := &restoring{session: s, m: m, target: s.cwd}
		if s.cfg.To != "" {
			r.target = s.cfg.To
		}
		o, err := r.options(ctx, args)
		if err != nil {
			return err
		}
		s.tell(f(s.text.Restore.Start, shortID(m.ID), term.Escape(m.Project.Name), s.lang.Date(when(m)), s.tilde(r.target)))
		meter := s.newMeter()
		res, err := s.restore(ctx, m, o, meter)
		meter.end()
		return r.end(o, res, err, start)
	})
}

// end tells how the restore went, and returns what of it is the command's error.
func (r *restoring) end(o restore.Options, res *restore.Result, err error, start time.Time) error {
	if res == nil {
		return err
	}
	r.listIssues(res.Issues)
	switch code := core.CodeOf(err); {
	case err == nil, code == "restore-incomplete", code == "restore-damaged": // done, as far as could be
	case code == "restore-would-overwrite" && r.asked:
		return errKind(core.Failure, "declined", "")
	default:
		return err
	}
	p := res.Plan
	if len(o.Patterns) > 0 && p.Create+p.Overwrite+p.Keep+p.Metadata == 0 && err == nil {
		return errKind(core.Usage, "no-path", term.Escape(strings.Join(o.Patterns, " ")))
	}
	res.Duration = time.Since(start) - r.waited
	r.summary(res, err == nil)
	if r.cfg.DryRun || err != nil {
		return err
	}
	r.adopt(o)
	return r.incomplete()
}

// options are what the settings and the paths typed ask for. A word with a wildcard is a pattern, unless the snapshot has that name;
// where there is one, paths become patterns too, since options take what both choose.
func (r *restoring) options(ctx context.Context, args []string) (restore.Options, error) {
	o := restore.Options{Target: r.target, Parallel: r.cfg.Parallel, DryRun: r.cfg.DryRun, Safety: r.save,
		Keep: r.repositoryFolder()}
	o.Confirm = func(p *restore.Plan) bool { return r.confirm(ctx, p) }
	var patterns []string
	for _, arg := range args {
		if arg == "" { // a script's variable that is not set must not mean everything
			return o, &core.Error{Kind: core.Usage, Code: "no-path"}
		}
		p, err := r.inSnapshot(r.m, arg)
		if err != nil {
			return o, err
		}
		if p == "" { // the root is everything
			o.Paths, patterns = nil, nil
			break
		}
		if _, err := r.repo.Find(ctx, &r.m.Root, p); core.CodeOf(err) == "no-path" && strings.ContainsAny(arg, "*?[") {
			patterns = append(patterns, arg)
		} else if err != nil {
			return o, err
		} else {
			o.Paths = append(o.Paths, p)
		}
	}
	if len(patterns) > 0 {
		for _, p := range o.Paths {
			patterns = append(patterns, literally(p))
		}
		o.Paths = nil
	}
	o.Patterns = append(patterns, r.cfg.Include...)
	return o, nil
}

// confirm shows the plan and asks, unless the person agreed beforehand.
func (r *restoring) confirm(ctx context.Context, plan *restore.Plan) bool {
	r.plan = plan
	r.showPlan(plan)
	if r.cfg.Overwrite {
		return true
	}
	begun := time.Now()
	yes, err := r.ask(ctx, r.lang.Count(r.text.Restore.Ask, plan.Overwrite))
	r.waited = time.Since(begun)
	r.asked = err == nil && !yes
	return yes
}
