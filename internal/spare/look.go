package spare

import (
	"context"
	"slices"
	"sync"

	"backup_projeto/internal/core"
	"backup_projeto/internal/gc"
	"backup_projeto/internal/parity"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
)

// run is one run.
type run struct {
	r    *repo.Repo
	o    Options
	rep  report.Reporter
	jobs []job
	idle []repo.ParityObject // deleted in the end

	condemned map[core.ID]bool // packs on which a mark lets nobody count any more

	mu    sync.Mutex // guards the rest while there are workers
	res   Result
	right []core.ID // packs that were mended
	// doubtful are the condemned packs that cannot be mended, by object, and why.
	doubtful map[string]error
}

// job is one pack that is read.
type job struct {
	name core.ID
	size int64
	all  []repo.ParityObject // what parity it has
	has  []repo.ParityObject // of that, what the share asks for, which it keeps
	old  []repo.ParityObject // superseded: deleted when what the share asks for is proven to be there
	due  bool                // what the share asks for is to be written

	written *repo.ParityObject // by this run; nil where it is not due, or not yet
}

// sort tells what of its parity a pack of size bytes keeps, and whether more is due.
func (j *job) sort(size int, share parity.Share) (parity.Shape, error) {
	j.has, j.old, j.due = nil, nil, true
	shape, err := parity.Fit(size, share)
	if err != nil {
		return shape, &core.Error{Kind: core.Failure, Subject: repo.PackName(j.name), Err: err}
	}
	for _, o := range j.all {
		if o.K == shape.K {
			j.has, j.due = append(j.has, o), false
		} else {
			j.old = append(j.old, o)
		}
	}
	return shape, nil
}

// look sees what packs and parity there are, and makes the plan. Packs are listed last: what has parity had its pack before.
func (s *run) look(ctx context.Context) error {
	before, damaged, err := s.r.Parity(ctx)
	if err != nil {
		return err
	}
	p := &Plan{Before: before, After: before}
	s.res.Plan = p
	if s.o.Set != nil {
		p.After = *s.o.Set
	}
	for _, d := range damaged {
		s.issue(d.Object, d.Err)
	}
	has, err := s.r.ParityObjects(ctx)
	if err != nil {
		return err
	}
	packs, err := s.r.StoredPacks(ctx)
	if err != nil {
		return err
	}
	missing, err := s.missing(ctx, packs)
	if err != nil {
		return err
	}
	if err := s.lookAtMarks(ctx); err != nil {
		return err
	}
	for _, list := range has {
		for _, o := range list {
			p.Parity.add(o.Size)
		}
	}
	for name, size := range packs {
		if err := s.plan(job{name: name, size: size, all: has[name]}); err != nil {
			return err
		}
	}
	if s.o.Check {
		s.absent(missing, has)
	}
	slices.SortFunc(s.jobs, func(a, b job) int { return a.name.Compare(b.name) })
	p.Requests = 2*p.Read.Objects + p.Write.Objects + p.Delete.Objects
	if p.Before != p.After {
		p.Requests += 3
	}
	return nil
}

// lookAtMarks sees which packs are condemned.
func (s *run) lookAtMarks(ctx context.Context) error {
	s.condemned, s.doubtful = map[core.ID]bool{}, map[string]error{}
	var marks gc.Known
	if _, err := marks.Look(s.r.Marks(ctx)); err != nil {
		return err
	}
	for _, m := range marks.There() {
		for _, name := range m.Condemned {
			s.condemned[name] = s.condemned[name] || m.Trusted
		}
	}
	return nil
}

// plan says what is to be done about one pack.
func (s *run) plan(j job) error {
	p := s.res.Plan
	p.Packs.add(j.size)
	if p.After > 0 && j.size > 0 && j.size <= core.MaxPack {
		shape, err := j.sort(int(j.size), p.After)
		if err != nil {
			return err
		}
		if j.due {
			p.Write.add(int64(shape.Bytes()))
		} else {
			p.Protected.add(j.size)
		}
		for _, o := range j.old {
			p.Delete.add(o.Size)
		}
	} else {
		s.drop(j.all)
	}
	if j.due || len(j.old) > 0 || s.o.Check {
		s.jobs = append(s.jobs, j)
		p.Read.add(j.size)
	}
	return nil
}

// drop lets parity that is not wanted any more be deleted in the end.
func (s *run) drop(list []repo.ParityObject) {
	for _, o := range list {
		s.idle = append(s.idle, o)
		s.res.Plan.Delete.add(o.Size)
	}
}

// missing returns the packs that the index lists and the store does not have. Those that only the listing lacked, as it was short, are added to it.
func (s *run) missing(ctx context.Context, packs map[core.ID]int64) (names []core.ID, err error) {
	damaged, err := s.r.LoadIndex(ctx)
	if err != nil {
		return nil, err
	}
	for _, d := range damaged {
		if s.o.Check {
			s.issue(d.Object, d.Err)
		}
	}
	for p := range s.r.Packs() {
		if _, listed := packs[p.Name]; listed {
			continue
		}
		switch size, err := s.r.StatPack(ctx, p.Name); {
		case err == nil:
			packs[p.Name] = size
		case core.KindOf(err) == core.Damage:
			names = append(names, p.Name)
		default:
			return nil, err
		}
	}
	return names, nil
}

// absent adds, to be checked, packs that the store does not have, and that have parity: some can be made of it alone.
func (s *run) absent(missing []core.ID, has map[core.ID][]repo.ParityObject) {
	for _, name := range missing {
		if has[name] != nil {
			s.jobs = append(s.jobs, job{name: name, all: has[name]})
			s.res.Plan.Read.add(0)
		}
	}
}

// issue tells of something that does not end the run.
func (s *run) issue(object string, err error) {
	i := report.Issue{Path: object, Err: err}
	s.rep.Issue(i)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.res.Issues = append(s.res.Issues, i)
}
