package retain

import (
	"context"
	"sync"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/parallel"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/snapshot"
)

const (
	codeWriteOnly core.Code = "write-only"
	codeEmpty     core.Code = "policy-empty"
)

// movers is how many snapshots are moved at once.
const movers = 8

// Options say what is decided on.
type Options struct {
	Policy  Policy
	Now     time.Time // the moment and the calendar; zero means now, here
	Project core.UUID // only this project's snapshots; zero means all
	Own     bool      // only those that the open key signed
	DryRun  bool      // decide, and move nothing
	// Confirm is asked before anything is moved, if there is anything to move; nil agrees.
	Confirm func(*Result) bool
}

// Result says what was decided and done.
type Result struct {
	Decisions []Decision
	Snapshots map[core.UUID]*snapshot.Manifest // those decided on
	Keep      int                              // decisions to keep
	Drop      int
	Moved     []core.UUID    // to the trash, in no order
	Declined  bool           // Confirm said no
	Damaged   []repo.Damaged // snapshots that cannot be read or are not whose they say: they are left alone
	Duration  time.Duration
}

// Run decides on a repository's snapshots and moves to the trash those that are to be dropped. It needs a key that can read; with
// another the error's kind is WrongKey, its code "write-only". A policy that would keep nothing gives kind Usage, code "policy-empty".
// Where the store fails in the middle the error's kind is Destination, and the result says what was moved.
func Run(ctx context.Context, r *repo.Repo, o Options, rep report.Reporter) (*Result, error) {
	begun := time.Now()
	if !r.CanRead() {
		return nil, &core.Error{Kind: core.WrongKey, Code: codeWriteOnly}
	}
	if o.Policy.Empty() {
		return nil, &core.Error{Kind: core.Usage, Code: codeEmpty}
	}
	if o.Now.IsZero() {
		o.Now = begun
	}
	res, err := decide(ctx, r, o)
	if err != nil {
		return nil, err
	}
	switch {
	case o.DryRun || res.Drop == 0:
	case o.Confirm != nil && !o.Confirm(res):
		res.Declined = true
	default:
		err = res.move(ctx, r, rep)
	}
	res.Duration = time.Since(begun)
	return res, err
}

// decide reads the snapshots and plans.
func decide(ctx context.Context, r *repo.Repo, o Options) (*Result, error) {
	all, damaged, err := r.History(ctx)
	if err != nil {
		return nil, err
	}
	pinned, err := r.Pinned(ctx)
	if err != nil {
		return nil, err
	}
	res := &Result{Snapshots: map[core.UUID]*snapshot.Manifest{}, Damaged: damaged}
	own := core.ID(r.Keyring().Signer.Verifier())
	var items []Item
	for _, s := range all {
		if !o.Project.IsZero() && s.Project.ID != o.Project || o.Own && s.Signer != own {
			continue
		}
		res.Snapshots[s.ID] = s.Manifest
		items = append(items, Item{ID: s.ID, Project: s.Project.ID, Signer: s.Signer, Start: time.Unix(0, s.Start), Stored: s.Time,
			Partial: s.Partial(), Safety: s.Safety, Pinned: pinned[s.ID], Tags: s.Tags})
	}
	res.Decisions = Plan(items, o.Policy, o.Now)
	for _, d := range res.Decisions {
		if d.Keep {
			res.Keep++
		} else {
			res.Drop++
		}
	}
	return res, nil
}

// move drops what is to be dropped, in the order of the plan, but for what was pinned since it was decided on. The first goes alone: where
// nothing may be deleted, one copy is left in the trash and not many.
func (res *Result) move(ctx context.Context, r *repo.Repo, rep report.Reporter) error {
	pinned, err := r.Pinned(ctx)
	if err != nil {
		return err
	}
	var drop []core.UUID
	for _, d := range res.Decisions {
		if !d.Keep && !pinned[d.ID] {
			drop = append(drop, d.ID)
		}
	}
	rep.Progress().TotalFiles.Add(int64(len(drop)))
	var mu sync.Mutex
	one := func(ctx context.Context, id core.UUID) error {
		err := r.Drop(ctx, id)
		if err != nil && core.KindOf(err) != core.Damage {
			return err
		}
		rep.Progress().Files.Add(1)
		mu.Lock()
		defer mu.Unlock()
		if err != nil { // it stays where it is, and the others need not
			res.Damaged = append(res.Damaged, repo.Damaged{Object: "snapshots/" + id.String(), Err: err})
			return nil
		}
		res.Moved = append(res.Moved, id)
		return nil
	}
	if len(drop) > 0 {
		if err := one(ctx, drop[0]); err != nil {
			return err
		}
		drop = drop[1:]
	}
	return parallel.Each(ctx, movers, drop, one)
}
