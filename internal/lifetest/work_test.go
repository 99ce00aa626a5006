package lifetest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"backup_projeto/internal/backup"
	"backup_projeto/internal/core"
	"backup_projeto/internal/prune"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/retain"
	"backup_projeto/internal/verify"
)

// options are those of a backup of a desk.
func options(d *desk, by string) backup.Options {
	return backup.Options{Root: d.dir, Project: d.project, Host: by, Version: "life", Parallel: 1}
}

// trouble gives a line that goes dead in the middle of about so many calls.
func (w *world) trouble(about int) *line {
	l := w.line()
	l.kill, l.done = 1+w.rng.IntN(about), w.chance(2)
	w.n.killed++
	return l
}

// saved is what a backup gives.
type saved struct {
	id    core.UUID
	moved []core.UUID
}

// save saves a desk and, if its key may read, applies the policy to what it has saved, as the program does by itself.
func (w *world) save(ctx context.Context, r *repo.Repo, m *machine, d *desk) (out saved, err error) {
	res, err := backup.Run(ctx, r, options(d, m.name), quiet())
	if err != nil {
		return out, err
	}
	if out.id = res.Snapshot.ID; res.Snapshot.Partial() {
		return out, errors.New("the snapshot is partial")
	}
	if !r.CanRead() {
		return out, nil
	}
	kept, err := retain.Run(ctx, r, retain.Options{Policy: w.keeps, Project: d.project.ID, Own: true}, quiet())
	if kept != nil {
		out.moved = kept.Moved
	}
	return out, err
}

// keep promises a snapshot that was reported.
func (w *world) keep(m *machine, d *desk, id core.UUID) {
	if !id.IsZero() {
		w.snaps[id] = &snap{id: id, desk: d, by: m, files: maps.Clone(d.files), lost: map[string]bool{}}
		w.n.backups++
	}
}

// backup saves one of a machine's desks over a line that may be troubled.
func (w *world) backup(m *machine, l *line) {
	d := pick(w, m.desks)
	if !w.chance(6) { // else nothing has changed
		w.must(d.change(w.stock, w.rng, w.now.Add(m.skew)))
	}
	bound := w.backupBound(m)
	var out saved
	err := w.with(m, l, func(ctx context.Context, r *repo.Repo) (err error) {
		out, err = w.save(ctx, r, m, d)
		return err
	})
	w.keep(m, d, out.id)
	w.note("%s saves %s: %s, %d dropped, %d calls %v, %v", m.name, d.project.Name, out.id, len(out.moved), l.calls, l.seen, err)
	w.blame(l, err)
	if l.kill == 0 && l.calls > bound {
		w.fail("a backup took %d requests, more than %d", l.calls, bound)
	}
	if err == nil {
		m.met = w.puts
	}
	w.find(func(s *snap) bool { return s.by == m && s.desk == d && !s.pinned })
}

// blame fails for an error that its line does not explain.
func (w *world) blame(l *line, err error) {
	w.t.Helper()
	if err != nil && !(l.kill > 0 && l.calls >= l.kill) {
		w.fail("without a reason: %v", err)
	}
}

// sleeper is a machine that is put to sleep for days in the middle of a backup; others prune meanwhile.
func (w *world) sleeper(m *machine) {
	l := w.line()
	nap := time.Duration(1+w.rng.IntN(6)) * day
	l.nap, l.napAt = nap, 2+w.rng.IntN(20)
	others := slices.DeleteFunc(w.readers(), func(o *machine) bool { return o == m })
	pruner, d := pick(w, others), pick(w, m.desks)
	pruner.skew = m.skew // they share a bubble
	w.must(d.change(w.stock, w.rng, w.now.Add(m.skew)))
	var out saved
	var pruned []error
	err := w.at(m, func(ctx context.Context) error {
		ended := make(chan error, 1)
		go func() {
			ended <- on(ctx, m, l, func(ctx context.Context, r *repo.Repo) (err error) {
				out, err = w.save(ctx, r, m, d)
				return err
			})
		}()
		for {
			select {
			case err := <-ended:
				return err
			case <-time.After(26 * time.Hour):
				pruned = append(pruned, on(ctx, pruner, w.line(), func(ctx context.Context, r *repo.Repo) error {
					_, err := prune.Run(ctx, r, w.policy, quiet())
					return err
				}))
			}
		}
	})
	pruner.skew = 0
	w.date(pruner)
	w.keep(m, d, out.id)
	w.n.slept++
	w.note("%s sleeps for %v at call %d of saving %s: %s, %v; prunes of %s: %v", m.name, nap, l.napAt, d.project.Name, out.id, err, pruner.name, pruned)
	if err != nil {
		w.fail("after a sleep: %v", err)
	}
	for _, err := range pruned {
		w.judgePrune(w.line(), err)
	}
	w.find(func(s *snap) bool { return s.by == m && s.desk == d && !s.pinned })
}

// beside lets two machines save and a third one prune, all at once.
func (w *world) beside() {
	order := w.rng.Perm(len(w.machines))
	pruner := pick(w, w.readers())
	type work struct {
		m   *machine
		d   *desk
		out saved
		err error
	}
	var all []*work
	for _, i := range order {
		if m := w.machines[i]; m != pruner && m.skew == 0 && len(all) < 2 {
			all = append(all, &work{m: m, d: pick(w, m.desks)})
		}
	}
	for _, x := range all {
		w.must(x.d.change(w.stock, w.rng, w.now))
	}
	skew := pruner.skew
	pruner.skew = 0
	var pruned error
	w.must(w.at(pruner, func(ctx context.Context) error {
		done := make(chan bool)
		for _, x := range all {
			go func() {
				x.err = on(ctx, x.m, w.line(), func(ctx context.Context, r *repo.Repo) (err error) {
					x.out, err = w.save(ctx, r, x.m, x.d)
					return err
				})
				done <- true
			}()
		}
		pruned = on(ctx, pruner, w.line(), func(ctx context.Context, r *repo.Repo) error {
			_, err := prune.Run(ctx, r, w.policy, quiet())
			return err
		})
		for range all {
			<-done
		}
		return nil
	}))
	pruner.skew = skew
	w.n.beside++
	for _, x := range all {
		w.date(x.m)
		w.keep(x.m, x.d, x.out.id)
		w.note("%s saves %s beside a prune of %s: %s, %v", x.m.name, x.d.project.Name, pruner.name, x.out.id, x.err)
		if x.err != nil {
			w.fail("beside a prune: %v", x.err)
		}
	}
	w.judgePrune(w.line(), pruned)
	w.find(func(s *snap) bool {
		return !s.pinned && slices.ContainsFunc(all, func(x *work) bool { return s.by == x.m && s.desk == x.d })
	})
}

// prune prunes by some machine.
func (w *world) prune(l *line) *prune.Result {
	m := pick(w, w.readers())
	bound := w.pruneBound()
	var res *prune.Result
	err := w.with(m, l, func(ctx context.Context, r *repo.Repo) (err error) {
		res, err = prune.Run(ctx, r, w.policy, quiet())
		return err
	})
	w.note("%s prunes in %d calls, %v: %+v", m.name, l.calls, err, res)
	w.judgePrune(l, err)
	if l.kill == 0 && l.calls > bound {
		w.fail("a prune took %d requests, more than %d", l.calls, bound)
	}
	w.find(nil)
	if err != nil {
		return nil
	}
	return res
}

// judgePrune says whether a prune may have ended so.
func (w *world) judgePrune(l *line, err error) {
	w.t.Helper()
	w.n.prunes++
	w.marked = append(w.marked, w.now)
	switch code := core.CodeOf(err); {
	case err == nil:
	case code == prune.Busy: // another one was killed, and counts for 72 hours
		w.n.refused++
	case (code == "prune-lost" || code == "prune-damage") && w.hurting():
		w.n.refused++
	default:
		w.blame(l, err)
	}
}

// verify reads a share of the data by some machine. Nothing is damaged but what was told.
func (w *world) verify(o verify.Options) {
	m := pick(w, w.readers())
	o.Parallel, o.Vouch = 2, true
	var res *verify.Result
	err := w.with(m, w.line(), func(ctx context.Context, r *repo.Repo) (err error) {
		res, err = verify.Run(ctx, r, o, quiet())
		return err
	})
	w.n.verifies++
	if err != nil {
		w.fail("verify by %s: %v", m.name, err)
		return
	}
	w.note("%s verifies: %d damaged, %d of %d packs proven", m.name, len(res.Damaged), res.PacksProven, res.PacksTotal)
	for _, d := range res.Damaged {
		if !w.hurting() {
			w.fail("%s verifies, and nothing should be wrong: %s: %v", m.name, d.Object, d.Err)
		}
	}
	for _, i := range res.Issues {
		if id, err := core.ParseUUID(strings.TrimPrefix(i.Path, "snapshots/")); err == nil && w.perished[id] {
			continue // nothing but an accident has taken it away, which verify cannot know
		}
		w.fail("%s verifies, and nothing should be said: %s: %v", m.name, i.Path, i.Err)
	}
}

// retain applies the policy to everything, as is needed for what machines saved that may not read or are no more.
func (w *world) retain(l *line) {
	m := pick(w, w.readers())
	err := w.with(m, l, func(ctx context.Context, r *repo.Repo) error {
		_, err := retain.Run(ctx, r, retain.Options{Policy: w.keeps}, quiet())
		return err
	})
	w.n.retains++
	w.note("%s applies the policy, %v", m.name, err)
	w.blame(l, err)
	w.find(func(s *snap) bool { return !s.pinned })
}

// copy saves all desks into the second repository, thins that out, and now and then prunes it.
func (w *world) copy(pruned bool) {
	w.must(w.at(w.nas, func(ctx context.Context) error {
		r, err := w.nas.open(ctx, &line{p: w.second}, w.nas.key, w.nas.cache)
		if err != nil {
			return err
		}
		for _, m := range w.machines {
			for _, d := range m.desks {
				if _, err := backup.Run(ctx, r, options(d, w.nas.name), quiet()); err != nil {
					return err
				}
			}
		}
		if _, err = retain.Run(ctx, r, retain.Options{Policy: w.keeps}, quiet()); err == nil && pruned {
			_, err = prune.Run(ctx, r, prune.Options{Trash: repo.Grace}, quiet())
		}
		return errors.Join(err, r.Close())
	}))
}
