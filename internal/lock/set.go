package lock

import (
	"context"

	"backup_projeto/internal/parallel"
	"backup_projeto/internal/repo"
)

// lengthen does what the plan says. That one object is gone meanwhile, or refuses, is told, and the rest goes on; that the credentials may
// not do this, or the service cannot be reached, ends it.
func (l *run) lengthen(ctx context.Context) error {
	l.rep.Progress().TotalFiles.Add(int64(len(l.due)))
	return parallel.Each(ctx, l.o.Parallel, l.due, func(ctx context.Context, d due) error {
		err := l.set(ctx, d)
		if repo.IsAbsent(err) || repo.IsLocked(err) {
			l.issue(d.name, err)
			err = nil
		}
		if err == nil {
			l.rep.Progress().Files.Add(1)
		}
		return err
	})
}

// set lengthens a lock, and makes it firmer where it is weaker than it should be. Who may lengthen may not always do that: then it is
// lengthened as it is, and the others are not tried.
func (l *run) set(ctx context.Context, d due) error {
	want := repo.Lock{Until: l.res.Plan.Until, Mode: l.res.Plan.Mode}
	if !d.firms {
		return l.put(ctx, d, want)
	}
	l.mu.Lock()
	refused := l.res.Refused
	l.mu.Unlock()
	if refused == nil {
		err := l.put(ctx, d, want)
		if !repo.IsDenied(err) {
			return err
		}
		refused = err
	}
	l.mu.Lock()
	l.res.Unraised++
	if l.res.Refused == nil {
		l.res.Refused = refused
	}
	l.mu.Unlock()
	if !d.ends {
		return nil
	}
	want.Mode = d.lock.Mode
	return l.put(ctx, d, want)
}

// put sets a lock that is in no way weaker than the one that is there, and counts it.
func (l *run) put(ctx context.Context, d due, want repo.Lock) error {
	err := l.locks.Set(ctx, d.name, d.lock.Firmer(want))
	if err == nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.res.Lengthened++
		if d.firms && want.Mode == l.res.Plan.Mode {
			l.res.Raised++
		}
	}
	return err
}
