package cli

import (
	"context"
	"sync"

	"backup_projeto/internal/cost"
	"backup_projeto/internal/prune"
	"backup_projeto/internal/repo"
)

// jsonPrune is the object of a prune, or of what one would do.
type jsonPrune struct {
	Type      string    `json:"type"`
	DryRun    bool      `json:"dry_run"`
	Place     string    `json:"place"`
	Stored    jsonPacks `json:"stored"`
	Trash     int64     `json:"trash"`
	InTrash   int64     `json:"in_trash"`
	Leaves    string    `json:"trash_until,omitempty"`
	Void      int64     `json:"void"`
	Swept     jsonPacks `json:"swept"`
	Condemned jsonPacks `json:"condemned"`
	Rewritten jsonPacks `json:"rewritten"`
	Merged    jsonPacks `json:"merged"`
	Waiting   jsonPacks `json:"waiting"`
	Parity    jsonPacks `json:"parity"` // objects of parity that are deleted
	Copied    int64     `json:"copied_bytes"`
	Unused    int64     `json:"unused_bytes"`
	Locked    jsonPacks `json:"locked"`
	Until     string    `json:"locked_until,omitempty"`
	Aside     int64     `json:"aside"`
	Requests  int64     `json:"requests"`
	Cost      *jsonBill `json:"cost,omitempty"`
	Seconds   float64   `json:"seconds"`
}

// jsonPacks is a number of packs and their bytes.
type jsonPacks struct {
	Packs int64 `json:"packs"`
	Bytes int64 `json:"bytes"`
}

// pruning is one prune.
type pruning struct {
	*session
	prices *cost.Prices // nil where they are not known
	// versions reports whether the place is a bucket that keeps versions. It asks once.
	versions func() bool
}

func runPrune(ctx context.Context, a *app, _ []string) error {
	return a.reading(ctx, func(s *session) error {
		c := s.cfg.Prune
		o := prune.Options{MaxUnused: prune.Amount{Share: c.MaxUnused.Percent / 100, Bytes: c.MaxUnused.Bytes}, MaxRewrite: c.MaxRewrite,
			Grace: c.Grace.Duration(), Trash: repo.Grace, DryRun: s.cfg.DryRun, Parallel: s.cfg.Parallel}
		if o.Grace == 0 {
			o.Grace = -1 // none at all
		}
		p := &pruning{session: s, prices: s.prices(), versions: sync.OnceValue(func() bool { return s.keepsVersions(ctx) })}
		o.Prices = p.prices
		o.Consent = func(plan *prune.Plan) (bool, error) {
			p.show(plan)
			if plan.Nothing() {
				return true, nil
			}
			return true, s.must(ctx, p.question(plan))
		}
		meter := s.newMeter()
		res, err := prune.Run(ctx, s.repo, o, meter)
		meter.end()
		if err != nil || res.Plan == nil {
			return err
		}
		if o.DryRun {
			p.show(res.Plan)
		}
		p.end(res)
		return nil
	})
}

// question is whether to go on.
func (p *pruning) question(plan *prune.Plan) string {
	now, later := plan.Sweep.Bytes, plan.Condemn.Bytes+plan.Rewrite.Bytes
	if plan.AtOnce {
		return f(p.text.Prune.AskNow, p.lang.Bytes(now+later))
	}
	return f(p.text.Prune.Ask, p.lang.Bytes(now), p.lang.Bytes(later))
}

// inTrash says what stays in the trash, and for how long; "" where nothing does.
func (p *pruning) inTrash(plan *prune.Plan) string {
	switch {
	case plan.InTrash == 0:
		return ""
	case plan.TrashUntil.IsZero():
		return p.lang.Count(p.text.Browse.Snapshots, plan.InTrash)
	}
	return f(p.lang.Count(p.text.Prune.InTrashLine, plan.InTrash), p.lang.Date(plan.TrashUntil.Local()))
}

// show tells what is going to be done.
func (p *pruning) show(plan *prune.Plan) {
	t, l := p.text.Prune, p.lang
	sum := func(x prune.Sum) string { return p.sum(p.text.Verify.Packs, x.Packs, x.Bytes) }
	condemn, rewrite := t.Condemn, t.Rewrite
	if plan.AtOnce {
		condemn, rewrite = t.CondemnNow, t.RewriteNow
	}
	p.rows(
		[2]string{t.Stored, sum(plan.Stored)},
		[2]string{t.Trash, some(plan.Trash, l.Count(p.text.Browse.Snapshots, plan.Trash))},
		[2]string{t.Void, some(plan.Void, l.Count(t.VoidLine, plan.Void))},
		[2]string{t.InTrash, p.inTrash(plan)},
		[2]string{t.Sweep, sum(plan.Sweep)},
		[2]string{condemn, sum(plan.Condemn)},
		[2]string{rewrite, sum(plan.Rewrite)},
		[2]string{t.Merge, sum(plan.Merge)},
		[2]string{t.Waiting, sum(plan.Waiting)},
		[2]string{t.Young, sum(plan.Young)},
		[2]string{p.text.Parity.Prune, p.sum(p.text.Parity.Objects, plan.Parity.Packs, plan.Parity.Bytes)},
		[2]string{t.Unused, l.Bytes(plan.Unused)},
		[2]string{t.Locked, p.lockedPacks(plan)},
		[2]string{p.text.Verify.Aside, some(plan.Aside.Packs, f(l.Count(p.text.Verify.AsideLine, plan.Aside.Packs), l.Bytes(plan.Aside.Bytes)))},
		[2]string{t.Requests, l.Int(plan.Use.Requests())},
		[2]string{t.Cost, p.once(plan.Bill)},
		[2]string{t.Monthly, p.monthly(plan.Bill)})
}

// lockedPacks says what locks keep, and until when; "" where they keep nothing.
func (p *pruning) lockedPacks(plan *prune.Plan) string {
	t, l := p.text.Prune, p.lang
	if plan.LockedUntil.IsZero() {
		return ""
	}
	line := t.Hidden
	if plan.Refused {
		line = t.Refused
	}
	return f(l.Count(line, plan.Locked.Packs), l.Bytes(plan.Locked.Bytes), l.Date(plan.LockedUntil.Local()))
}

// end tells how the prune ended.
func (p *pruning) end(res *prune.Result) {
	t, l, plan := p.text.Prune, p.lang, res.Plan
	packs := func(x prune.Sum) jsonPacks { return jsonPacks{x.Packs, x.Bytes} }
	o := jsonPrune{Type: "prune", DryRun: p.cfg.DryRun, Place: p.cfg.Place.URL(), Stored: packs(plan.Stored), Trash: res.Expired, Void: res.Void, InTrash: plan.InTrash,
		Swept: jsonPacks{res.SweptPacks, res.SweptBytes}, Condemned: jsonPacks{res.CondemnedPacks, res.CondemnedBytes},
		Rewritten: jsonPacks{res.RewrittenPacks, res.RewrittenBytes}, Waiting: packs(plan.Waiting),
		Parity: jsonPacks{res.SweptParity, res.SweptParityBytes}, Copied: res.CopiedBytes, Unused: plan.Unused,
		Merged: packs(plan.Merge), Locked: packs(plan.Locked), Aside: plan.Aside.Packs, Requests: plan.Use.Requests(), Seconds: seconds(res.Duration)}
	if b := plan.Bill; b != nil {
		o.Cost = &jsonBill{p.prices.Currency, p.prices.AsOf, b.Once, b.Early, b.Storing, b.Freed, b.Later}
	}
	if !plan.LockedUntil.IsZero() {
		o.Until = jsonTime(plan.LockedUntil.UnixNano())
	}
	if !plan.TrashUntil.IsZero() {
		o.Leaves = jsonTime(plan.TrashUntil.UnixNano())
	}
	if p.cfg.DryRun {
		now, later := plan.Doomed()
		o.Void = plan.Void
		o.Trash, o.Swept, o.Condemned, o.Rewritten, o.Copied = plan.Trash, packs(now), packs(later), packs(plan.Rewrite), plan.Copy
	}
	p.object(o)
	switch {
	case plan.Nothing():
		p.say(t.Nothing)
	case p.cfg.DryRun:
		p.say(t.DryRun)
	case res.CondemnedPacks == 0:
		p.say(f(t.DoneNow, l.Bytes(res.SweptBytes), l.Duration(res.Duration)))
	default:
		p.say(f(t.Done, l.Bytes(res.SweptBytes), l.Bytes(res.CondemnedBytes), l.Duration(res.Duration)))
	}
	if res.SweptPacks > 0 && plan.Locked.Packs > 0 {
		p.tell(t.Locked + ": " + p.lockedPacks(plan))
	}
	p.warnIssues(res.Issues, p.text.Verify.Object)
	if plan.Void == 0 { // else the plan says it
		p.warnDisowned(p.text.Verify.Disowned)
	}
	if res.CondemnedPacks > 0 && !p.cfg.DryRun {
		p.tell(f(t.Later, p.typeThis("prune")))
	}
	if res.SweptPacks > 0 && p.versions() {
		p.tell(f(t.Versions, p.typeThis("stats")))
	}
}
