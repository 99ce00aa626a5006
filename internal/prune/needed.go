package prune

import (
	"context"

	"backup_projeto/internal/core"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
)

// Busy is the code of Run's and Needed's error where another prune is in flight.
const Busy = codeRunning

// Needed returns the packs that snapshots need, those in the trash included, and those too young for anybody to say: what a prune now would
// neither condemn nor delete. Nothing is changed. parallel is how many packs are read at once; 0 means 4. Errors are those of Run, but that
// there is no snapshot is none.
func Needed(ctx context.Context, r *repo.Repo, parallel int, rep report.Reporter) (map[core.ID]bool, error) {
	o := Options{DryRun: true, AllowEmpty: true, Parallel: parallel}
	if o.Parallel <= 0 {
		o.Parallel = 4
	}
	if !r.CanRead() {
		_, _, err := r.Live(ctx)
		return nil, err
	}
	p := &pass{run: &run{ctx: ctx, r: r, o: o, rules: o.rules(), rep: rep}}
	defer p.close()
	if err := p.look(); err != nil {
		return nil, p.explain(err)
	}
	needed := map[core.ID]bool{}
	for i := range p.tally.Packs {
		if q := &p.tally.Packs[i]; q.Stored && (q.Needs > 0 || q.Young && !q.Condemned) {
			needed[p.names[i]] = true
		}
	}
	return needed, nil
}
