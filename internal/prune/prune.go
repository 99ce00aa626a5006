// Package prune frees the space of what no snapshot needs, beside running backups and other prunes, without locks.
//
// Terms, beside those of package gc, which is the protocol: dead data is what no snapshot in its place or in the trash needs; a pack is
// unused if all of it is dead; to merge packs is to rewrite them for being small and many; to rewrite a pack is to copy what is live in it into new packs and to condemn it; the grace is how long
// packs stay condemned before they are deleted.
//
// A run first deletes what earlier runs condemned, as far as that is allowed by now, and then condemns what it finds dead. So space is freed
// one grace after the run that found it. Without a grace a run does both, if no backup is in flight. Where snapshots leave the trash a
// rehearsal comes first: a survey as if they had left, whose plan is consented to. Then they leave, and all is looked at anew, since one of
// them may have been brought back meanwhile.
//
// What a lock of the store keeps (storage.Locker) is hidden by a bucket with versions, and left alone by a store that refuses; the plan says
// until when.
//
// Map: prune.go runs it; survey.go looks at the store, index.go at the index, live.go finds what is live; plan.go decides with package gc
// and tells, bill.go what it takes and costs; locks.go sees what cannot be deleted yet; needed.go serves package lock; sweep.go deletes, parity.go what goes with it and void.go what counts for nothing, merge.go writes index objects anew, rewrite.go copies and condemns.
//
// Promises: nothing is deleted that a snapshot needs, whatever else runs, is killed, or fails at any request; nothing is deleted where
// anything that must be read cannot be, or where a listing lacks what is known to be there; what is copied is checked against its id;
// memory is bounded: 250 bytes a pack, 150 more where it has parity, and 5 bits a chunk. The local cache is not relied on for what is listed: index objects are read anew.
package prune

import (
	"context"
	"errors"
	"slices"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/cost"
	"backup_projeto/internal/gc"
	"backup_projeto/internal/index"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
)

// Codes of this package's errors.
const (
	codeRunning core.Code = "prune-running" // another prune is in flight
	codeListing core.Code = "prune-listing" // a listing is not whole
	codeDead    core.Code = "prune-dead"    // this prune was taken for dead
	codeDamage  core.Code = "prune-damage"  // what must be read cannot be
	codeLost    core.Code = "prune-lost"    // a pack that snapshots need is not in the store; the subject
	codeEmpty   core.Code = "prune-empty"   // there is no snapshot at all
)

// codeRevokedSigner is that of package repo.
const codeRevokedSigner core.Code = "signer-revoked"

// What holds where Options say nothing.
const (
	DefaultGrace  = 24 * time.Hour
	DefaultExpire = 72 * time.Hour
	DefaultForget = 90 * 24 * time.Hour
)

// Amount is a number of bytes or, where Share is above 0, that share of all packs that stay: 0.05 is 5 %.
type Amount struct {
	Share float64
	Bytes int64
}

// Options say what a prune does.
type Options struct {
	MaxUnused  Amount // dead data that may stay in packs that are partly used
	MaxRewrite int64  // bytes of packs to rewrite in this run; 0 is without limit, below 0 none are
	// Grace is how long what is condemned stays, and how old what is condemned must be; Expire after what time a session is taken for
	// dead; Forget how long tombstones stay. All by the store's clock. 0 means the default, below 0 none at all.
	Grace, Expire, Forget time.Duration
	// Trash takes snapshots out of the trash that have been there for so long, after consent; 0 leaves the trash alone.
	Trash      time.Duration
	AllowEmpty bool // go on where there is no snapshot at all: everything is deleted
	DryRun     bool // change nothing: the plan is the result
	// Consent is asked with the plan before anything is changed; nil and true go on, false ends the run without an error.
	Consent  func(*Plan) (bool, error)
	Parallel int // packs read or deleted at once; 0 means 4
	// Prices are those of the store, for the plan's Bill; nil where they are not known.
	Prices *cost.Prices
	many   int // small packs that are merged; 0 is manyPacks
}

// rules returns the times that hold.
func (o *Options) rules() gc.Rules {
	or := func(d, preset time.Duration) time.Duration {
		if d == 0 {
			return preset
		}
		return max(d, 0)
	}
	return gc.Rules{Grace: or(o.Grace, DefaultGrace), Expire: or(o.Expire, DefaultExpire), Forget: or(o.Forget, DefaultForget)}
}

// Result says what was done. After an error it says what was done until then.
type Result struct {
	Plan     *Plan // of the first pass; nil if it did not come to one
	Declined bool  // Consent said no

	Expired                        int64 // snapshots that left the trash for good
	Void                           int64 // snapshots that counted for nothing, and were deleted
	SweptPacks, SweptBytes         int64 // deleted
	SweptParity, SweptParityBytes  int64 // parity objects that were deleted after their packs
	CondemnedPacks, CondemnedBytes int64 // and still there, to be deleted by a later prune
	RewrittenPacks, RewrittenBytes int64 // condemned, after what is used of them was copied; deleted or not
	CopiedBytes                    int64 // stored in new packs and index objects
	IndexBefore, IndexAfter        int64 // index objects that were written anew, and what became of them
	Issues                         []report.Issue
	Duration                       time.Duration
}

// run is one prune.
type run struct {
	ctx   context.Context
	r     *repo.Repo
	o     Options
	rules gc.Rules
	rep   report.Reporter
	s     *repo.Session // nil in a dry run
	res   Result
	pass  *pass
	seen  []core.UUID        // snapshots that the pass before listed
	leave map[core.UUID]bool // in a rehearsal, snapshots that will have left the trash
	// condemned are the packs that this run condemned, and has not deleted.
	condemned map[core.ID]bool
}

// Run prunes a repository that a reading key has opened; with another the kind is WrongKey. Errors about the state of the repository, after
// which nothing was deleted, have kind Damage, code "prune-damage", where something cannot be read, and "prune-lost" where a pack is missing; kind Destination, code
// "prune-listing", where a listing is not whole; kind Failure, code "prune-running", where another prune is in flight, "prune-empty" where
// there are no snapshots, and "prune-dead" where others have taken this prune for dead.
func Run(ctx context.Context, r *repo.Repo, o Options, rep report.Reporter) (*Result, error) {
	begun := time.Now()
	if o.Parallel <= 0 {
		o.Parallel = 4
	}
	p := &run{ctx: ctx, r: r, o: o, rules: o.rules(), rep: rep, condemned: map[core.ID]bool{}}
	err := p.all()
	p.res.Duration = time.Since(begun)
	return &p.res, p.explain(err)
}

func (p *run) all() (err error) {
	if !p.o.DryRun {
		if p.s, err = p.r.BeginPrune(p.ctx); err != nil {
			return err
		}
		defer p.s.Close()
	}
	if ok, err := p.trash(); !ok || err != nil {
		return err
	}
	// Without a grace, what the first pass condemns a second one sweeps.
	for n := range 2 {
		more, err := p.once(n > 0)
		if err != nil || more == 0 || p.rules.Grace > 0 {
			return err
		}
	}
	return nil
}

// once surveys, sweeps and, unless only that is wanted, condemns; it returns how many packs can be deleted for what it did.
func (p *run) once(onlySweep bool) (more int64, err error) {
	p.pass = &pass{run: p}
	defer p.pass.close()
	if err := p.pass.inspect(); err != nil {
		return 0, err
	}
	if p.res.Plan == nil {
		if ok, err := p.propose(); !ok || err != nil {
			return 0, err
		}
	}
	p.pass.lockedPlan(p.res.Plan)
	if !p.pass.locked.refused() {
		if err := p.pass.sweep(); err != nil {
			return 0, err
		}
		if err := p.pass.sweepVoid(); err != nil {
			return 0, err
		}
	}
	if onlySweep {
		return 0, nil
	}
	err = p.pass.condemn()
	return p.res.CondemnedPacks + p.res.RewrittenPacks, err
}

// propose makes the plan of the pass, and reports whether to go on with it.
func (p *run) propose() (bool, error) {
	p.res.Plan = p.pass.plan()
	names, size, err := p.r.Aside(p.ctx)
	if p.res.Plan.Aside = (Sum{int64(len(names)), size}); err != nil {
		return false, err
	}
	if p.o.DryRun {
		return false, nil
	}
	return p.consent()
}

// consent asks, and then sees whether this prune is still taken for alive: people may take days to answer.
func (p *run) consent() (bool, error) {
	if p.o.Consent != nil {
		if ok, err := p.o.Consent(p.res.Plan); !ok || err != nil {
			p.res.Declined = err == nil
			return false, err
		}
	}
	alive, err := p.s.Alive(p.ctx)
	if err == nil && !alive {
		err = &core.Error{Kind: core.Failure, Code: codeDead}
	}
	return err == nil, err
}

// trash takes out of the trash what has been there for long enough, after a rehearsal, and reports whether to go on.
func (p *run) trash() (bool, error) {
	if p.o.Trash <= 0 {
		return true, nil
	}
	now, err := p.now()
	if err != nil || now.IsZero() {
		return err == nil, err
	}
	before := now.Add(-p.o.Trash)
	leaving, err := p.r.Expiring(p.ctx, before)
	if err != nil || len(leaving) == 0 {
		return err == nil, err
	}
	if ok, err := p.rehearse(leaving); !ok || err != nil {
		return false, err
	}
	gone, err := p.r.Expire(p.ctx, before)
	if err != nil {
		return false, err
	}
	there, err := p.r.SnapshotIDs(p.ctx) // one that was brought back is not gone
	for _, id := range gone {
		if !slices.Contains(there, id) {
			p.res.Expired++
		}
	}
	return err == nil, err
}

// rehearse makes the plan as if snapshots had left the trash, and asks.
func (p *run) rehearse(leaving []core.UUID) (bool, error) {
	p.leave = map[core.UUID]bool{}
	for _, id := range leaving {
		p.leave[id] = true
	}
	p.pass = &pass{run: p}
	defer p.pass.close()
	if err := p.pass.inspect(); err != nil {
		return false, err
	}
	ok, err := p.propose()
	p.leave = nil
	return ok, err
}

// explain gives the errors of package gc their codes.
func (p *run) explain(err error) error {
	var running *gc.Running
	switch {
	case errors.As(err, &running):
		return &core.Error{Kind: core.Failure, Code: codeRunning, Subject: running.ID.String(), Err: err}
	case errors.Is(err, gc.ErrShort), errors.Is(err, gc.ErrUnsettled):
		return &core.Error{Kind: core.Destination, Code: codeListing, Err: err}
	case core.KindOf(err) == core.Damage && core.CodeOf(err) != codeDamage && core.CodeOf(err) != codeLost:
		var e *core.Error
		subject := ""
		if errors.As(err, &e) {
			subject = e.Subject
		}
		return &core.Error{Kind: core.Damage, Code: codeDamage, Subject: subject, Err: err}
	}
	return err
}

// issue tells of something that does not end the run.
func (p *run) issue(object string, err error) {
	i := report.Issue{Path: object, Err: err}
	p.rep.Issue(i)
	p.res.Issues = append(p.res.Issues, i)
}

// pass is one survey of the store and what follows from it.
type pass struct {
	*run
	survey  *gc.Survey
	set     *index.Set // of the index objects, read anew
	dir     string     // where set is; "" in memory
	view    *index.View
	indexes *repo.Indexes
	objects []object                    // index objects
	listed  map[core.ID]*listing        // what they say of packs
	stored  map[core.ID]repo.StoredPack // what the store lists, and what it has besides
	parity  map[core.ID][]repo.ParityObject
	names   []core.ID // of packs: first those of the view, in its order, then those that no index object lists
	tally   gc.Tally  // the packs, in the order of names
	live    liveness
	trashed []repo.Trashed // of the snapshots that are live
	choice  *gc.Choice
	swept   map[core.ID]bool // packs to be deleted, or not listed any more
	void    []repo.Damaged   // snapshots that count for nothing, and why
	locked  locked
	looked  cost.Use // what the survey asked of the store
}
