// Package lock lengthens the locks of what snapshots need, before they end.
//
// Terms: a lock is the store's promise that an object stays, whoever wants to delete it, until a moment (storage.Locker). What is put is
// locked for a set length of time. Deduplication lets a new snapshot rely on packs that were put long before, whose locks end long
// before its own: those have to be lengthened. A lock is due when it ends within the window, half of that length unless told otherwise, and
// when its mode is weaker than the one that the store was opened with: that is made firmer, if the credentials may, and otherwise only lengthened.
//
// Map: lock.go finds out which locks are due, parity.go which parity is still wanted, and set.go sets them.
//
// Promises: what is needed is what package prune finds needed, snapshots in the trash included, and the parity of that; where that cannot be told, since something is
// damaged or a prune is under way, everything is taken for needed. No lock is weakened: one that ends later, or is firmer, stays so. What a run lengthened stays so when it is cut
// off, and the next one goes on with the rest. How many requests it takes is told before.
package lock

import (
	"context"
	"sync"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/parallel"
	"backup_projeto/internal/prune"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
)

// codeNoLength says that it was not told for how long to lock.
const codeNoLength core.Code = "lock-length"

// DefaultParallel is how many requests run at once where Options do not say: each is short and waits for the service.
const DefaultParallel = 16

// Options say what a run does.
type Options struct {
	Within   time.Duration // the window; 0 is half of the length that the store was opened with
	DryRun   bool          // look and tell only
	Parallel int           // requests at once; 0 is DefaultParallel
	// Looking is told how many requests it takes to see the locks, before they are made; nil is not told.
	Looking func(requests int64)
	// Consent is asked with the plan before a lock is lengthened; nil and true go on.
	Consent func(*Plan) (bool, error)
}

// Plan is what a run is going to do.
type Plan struct {
	Objects  int64         // that are needed
	Bytes    int64         // what they take
	Unlocked int64         // of them without a lock
	Due      int64         // of them with a lock that is due, or without one
	Weaker   int64         // of those due, with a lock whose mode is weaker than Mode
	Firmer   int64         // with a lock whose mode is firmer than Mode
	Next     time.Time     // when the first of the locks ends; zero where there is none
	NextName string        // of the object with that lock
	Until    time.Time     // when those locks will end that are lengthened
	Mode     repo.LockMode // that locks shall have
	Looked   int64         // requests that were needed to see the locks
	All      bool          // what snapshots need could not be told, so it is everything
}

// Requests is how many requests carrying the plan out takes, at most: to make a lock firmer, where the service refuses that at first, three.
func (p *Plan) Requests() int64 { return p.Due + 2*p.Weaker }

// Result says what was done; after an error, until then.
type Result struct {
	Plan       *Plan
	Declined   bool  // Consent said no
	Lengthened int64 // or made firmer, or both
	Raised     int64 // of these, those that were made firmer
	Unraised   int64 // those whose mode stays weaker than it was to be
	Refused    error // the first of the reasons for that
	Issues     []report.Issue
	Duration   time.Duration
}

// run is one run.
type run struct {
	r     *repo.Repo
	o     Options
	rep   report.Reporter
	locks *repo.Locks
	res   Result

	mu   sync.Mutex // guards the rest, and the result and the plan's counts, while several goroutines add to them
	due  []due
	rest time.Time // when the first of the locks ends that are not due; zero where there is none
}

// due is an object with a lock to be lengthened or made firmer.
type due struct {
	name  string
	lock  repo.Lock
	ends  bool // it ends too soon
	firms bool // its mode is too weak
}

// Run lengthens locks of a repository that a reading key has opened; with another the kind is WrongKey. Where the store cannot lock the
// code is "store-no-lock", and where it was opened without a length "lock-length".
func Run(ctx context.Context, r *repo.Repo, o Options, rep report.Reporter) (*Result, error) {
	begun := time.Now()
	l := &run{r: r, o: o, rep: rep}
	err := l.all(ctx)
	l.res.Duration = time.Since(begun)
	return &l.res, err
}

func (l *run) all(ctx context.Context) (err error) {
	if l.locks, err = l.r.Locks(ctx); err != nil {
		return err
	}
	length, mode := l.locks.Length()
	if length <= 0 {
		return &core.Error{Kind: core.Usage, Code: codeNoLength}
	}
	if l.o.Within <= 0 {
		l.o.Within = length / 2
	}
	if l.o.Parallel <= 0 {
		l.o.Parallel = DefaultParallel
	}
	l.res.Plan = &Plan{Until: l.locks.Now().Add(length), Mode: mode}
	objects, err := l.needed(ctx)
	if err != nil {
		return err
	}
	if err := l.look(ctx, objects); err != nil || l.o.DryRun {
		return err
	}
	if l.o.Consent != nil {
		if ok, err := l.o.Consent(l.res.Plan); !ok || err != nil {
			l.res.Declined = err == nil
			return err
		}
	}
	if err := l.lengthen(ctx); err != nil {
		return err
	}
	if len(l.res.Issues) == 0 {
		l.r.RememberLocks(l.first())
	}
	return nil
}

// needed lists what must stay. Listed first: a pack that is stored after that has a new lock.
func (l *run) needed(ctx context.Context) ([]repo.LastingObject, error) {
	objects, err := l.r.LastingObjects(ctx)
	if err != nil {
		return nil, err
	}
	packs, err := prune.Needed(ctx, l.r, 0, l.rep)
	switch kind := core.KindOf(err); {
	case kind == core.Damage, core.CodeOf(err) == prune.Busy:
		l.issue("", err)
		l.res.Plan.All = true
	case err != nil:
		return nil, err
	}
	wanted, err := l.parity(ctx, objects)
	if err != nil {
		return nil, err
	}
	listed := map[core.ID]bool{}
	out := objects[:0]
	for _, o := range objects {
		listed[o.ID] = listed[o.ID] || o.Pack
		if needed := l.res.Plan.All || packs[o.ID] || !o.Pack && o.K == 0; needed && wanted(&o) {
			out = append(out, o)
		}
	}
	for name := range packs {
		if !listed[name] { // the listing was short
			out = append(out, repo.LastingObject{Name: repo.PackName(name), Pack: true, ID: name})
		}
	}
	return out, nil
}

// look sees the locks.
func (l *run) look(ctx context.Context, objects []repo.LastingObject) error {
	p := l.res.Plan
	p.Objects, p.Looked = int64(len(objects)), int64(len(objects))
	if l.o.Looking != nil {
		l.o.Looking(p.Looked)
	}
	l.rep.Progress().TotalFiles.Store(p.Objects)
	limit := l.locks.Now().Add(l.o.Within)
	for _, o := range objects {
		p.Bytes += o.Size
	}
	return parallel.Each(ctx, l.o.Parallel, objects, func(ctx context.Context, o repo.LastingObject) error {
		lock, err := l.locks.Of(ctx, o.Name)
		if err == nil {
			l.seen(o.Name, lock, limit)
			l.rep.Progress().Files.Add(1)
		}
		return err
	})
}

// seen notes a lock.
func (l *run) seen(name string, lock repo.Lock, limit time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p, until := l.res.Plan, lock.Until
	d := due{name: name, lock: lock, ends: until.Before(limit), firms: lock.Mode != repo.Unlocked && lock.Mode < p.Mode}
	switch {
	case until.IsZero():
		p.Unlocked++
	case p.Next.IsZero() || until.Before(p.Next):
		p.Next, p.NextName = until, name
	}
	if d.ends || d.firms {
		p.Due++
		l.due = append(l.due, d)
	}
	if d.firms {
		p.Weaker++
	}
	if lock.Mode > p.Mode {
		p.Firmer++
	}
	if !d.ends && (l.rest.IsZero() || until.Before(l.rest)) {
		l.rest = until
	}
}

// first is when the first lock ends of all that is needed, after everything was lengthened.
func (l *run) first() time.Time {
	if until := l.res.Plan.Until; l.rest.IsZero() || until.Before(l.rest) {
		return until
	}
	return l.rest
}

// issue tells of something that does not end the run.
func (l *run) issue(object string, err error) {
	i := report.Issue{Path: object, Err: err}
	l.rep.Issue(i)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.res.Issues = append(l.res.Issues, i)
}
