package cli

import (
	"context"
	"strings"

	"backup_projeto/internal/cost"
	"backup_projeto/internal/i18n"
	"backup_projeto/internal/prune"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/storage"
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

// jsonBill is what a prune and storing cost.
type jsonBill struct {
	Currency string  `json:"currency"`
	AsOf     string  `json:"prices_of,omitempty"`
	Once     float64 `json:"once"`
	Early    float64 `json:"early"`
	Storing  float64 `json:"storage_month"`
	Freed    float64 `json:"freed_month"`
	Later    float64 `json:"freed_later_month"`
}

// jsonPacks is a number of packs and their bytes.
type jsonPacks struct {
	Packs int64 `json:"packs"`
	Bytes int64 `json:"bytes"`
}

func runPrune(ctx context.Context, a *app, _ []string) error {
	return a.reading(ctx, func(s *session) error {
		c := s.cfg.Prune
		o := prune.Options{MaxUnused: prune.Amount{Share: c.MaxUnused.Percent / 100, Bytes: c.MaxUnused.Bytes}, MaxRewrite: c.MaxRewrite,
			Grace: c.Grace.Duration(), Trash: repo.Grace, DryRun: s.cfg.DryRun, Parallel: s.cfg.Parallel}
		if o.Grace == 0 {
			o.Grace = -1 // none at all
		}
		o.Prices = s.prices()
		var refused error
		o.Consent = func(p *prune.Plan) (bool, error) {
			s.showPrune(ctx, p)
			if p.Nothing() {
				return true, nil
			}
			refused = s.must(ctx, s.askPrune(p))
			return refused == nil, nil
		}
		meter := s.newMeter()
		res, err := prune.Run(ctx, s.repo, o, meter)
		meter.end()
		switch {
		case refused != nil:
			return refused
		case err != nil || res.Plan == nil:
			return err
		case o.DryRun:
			s.showPrune(ctx, res.Plan)
		}
		s.pruned(res)
		s.tellOfVersions(ctx, res)
		return nil
	})
}

// sum says how many things there are and how large they are; "" where there are none.
func (s *session) sum(things i18n.Plural, n, bytes int64) string {
	if n == 0 {
		return ""
	}
	return f(s.text.Prune.Sum, s.lang.Count(things, n), s.lang.Bytes(bytes))
}

// askPrune is the question whether to go on.
func (s *session) askPrune(p *prune.Plan) string {
	now, later := p.Sweep.Bytes, p.Condemn.Bytes+p.Rewrite.Bytes
	if p.AtOnce {
		return f(s.text.Prune.AskNow, s.lang.Bytes(now+later))
	}
	return f(s.text.Prune.Ask, s.lang.Bytes(now), s.lang.Bytes(later))
}

// inTrash says what stays in the trash, and for how long; "" where nothing does.
func (s *session) inTrash(p *prune.Plan) string {
	switch {
	case p.InTrash == 0:
		return ""
	case p.TrashUntil.IsZero():
		return s.lang.Count(s.text.Browse.Snapshots, p.InTrash)
	}
	return f(s.lang.Count(s.text.Prune.InTrashLine, p.InTrash), s.lang.Date(p.TrashUntil.Local()))
}

// showPrune tells what is going to be done.
func (s *session) showPrune(ctx context.Context, p *prune.Plan) {
	t, l := s.text.Prune, s.lang
	sum := func(x prune.Sum) string { return s.sum(s.text.Verify.Packs, x.Packs, x.Bytes) }
	trash := ""
	if p.Trash > 0 {
		trash = l.Count(s.text.Browse.Snapshots, p.Trash)
	}
	void := ""
	if p.Void > 0 {
		void = l.Count(t.VoidLine, p.Void)
	}
	aside := ""
	if p.Aside.Packs > 0 {
		aside = f(l.Count(s.text.Verify.AsideLine, p.Aside.Packs), l.Bytes(p.Aside.Bytes))
	}
	condemn, rewrite := t.Condemn, t.Rewrite
	if p.AtOnce {
		condemn, rewrite = t.CondemnNow, t.RewriteNow
	}
	s.rows([2]string{t.Stored, sum(p.Stored)}, [2]string{t.Trash, trash}, [2]string{t.Void, void}, [2]string{t.InTrash, s.inTrash(p)}, [2]string{t.Sweep, sum(p.Sweep)},
		[2]string{condemn, sum(p.Condemn)}, [2]string{rewrite, sum(p.Rewrite)}, [2]string{t.Merge, sum(p.Merge)}, [2]string{t.Waiting, sum(p.Waiting)}, [2]string{t.Young, sum(p.Young)},
		[2]string{s.text.Parity.Prune, s.sum(s.text.Parity.Objects, p.Parity.Packs, p.Parity.Bytes)}, [2]string{t.Unused, l.Bytes(p.Unused)}, [2]string{t.Locked, s.lockedPacks(p)}, [2]string{s.text.Verify.Aside, aside}, [2]string{t.Requests, l.Int(p.Use.Requests())},
		[2]string{t.Cost, s.once(p.Bill)}, [2]string{t.Monthly, s.monthly(ctx, p)})
}

// lockedPacks says what locks keep, and until when; "" where they keep nothing.
func (s *session) lockedPacks(p *prune.Plan) string {
	t, l := s.text.Prune, s.lang
	if p.LockedUntil.IsZero() {
		return ""
	}
	line := t.Hidden
	if p.Refused {
		line = t.Refused
	}
	return f(l.Count(line, p.Locked.Packs), l.Bytes(p.Locked.Bytes), l.Date(p.LockedUntil.Local()))
}

// prices returns what the place bills: as a person gave it, or as it is known; nil where it is not.
func (s *session) prices() *cost.Prices {
	if p := s.cfg.Prune.Prices; p != nil {
		return p
	}
	if b, ok := storage.As[storage.Biller](s.store); ok {
		if p, ok := cost.Find(b.Service()); ok {
			return p
		}
	}
	return nil
}

// once says what a prune costs; "" where that is not known.
func (s *session) once(b *prune.Bill) string {
	if b == nil {
		return ""
	}
	t, l, p := s.text.Prune, s.lang, s.prices()
	line := f(t.OnceGiven, l.Money(p.Currency, b.Once))
	if p.AsOf != "" {
		line = f(t.Once, l.Money(p.Currency, b.Once), p.AsOf)
	}
	if b.Early > 0 {
		line += "; " + f(t.Early, l.Money(p.Currency, b.Early), l.Int(int64(p.MinDays)))
	}
	return line
}

// monthly says what storing costs; "" where that is not known.
func (s *session) monthly(ctx context.Context, p *prune.Plan) string {
	b := p.Bill
	if b == nil {
		return ""
	}
	t := s.text.Prune
	money := func(line string, amount float64) string { return f(line, s.lang.Money(s.prices().Currency, amount)) }
	parts := []string{money(t.MonthlyNow, b.Storing)}
	if b.Freed+b.Later > 0 && s.keepsVersions(ctx) {
		return parts[0] + "; " + t.MonthlyKept
	}
	if b.Freed > 0 {
		parts = append(parts, money(t.MonthlyLess, b.Freed))
	}
	if b.Freed < 0 {
		parts = append(parts, money(t.MonthlyMore, -b.Freed))
	}
	if b.Later > 0 {
		parts = append(parts, money(t.MonthlyLater, b.Later))
	}
	return strings.Join(parts, ", ")
}

// keepsVersions reports whether the place is a bucket that keeps versions. That it cannot be asked is no matter here.
func (s *session) keepsVersions(ctx context.Context) bool {
	h, ok := storage.As[storage.Historian](s.store)
	if !ok {
		return false
	}
	keeps, err := h.Versioned(ctx)
	return err == nil && keeps
}

// tellOfVersions says that a bucket which keeps versions keeps what was deleted, too.
func (s *session) tellOfVersions(ctx context.Context, res *prune.Result) {
	if res.SweptPacks > 0 && s.keepsVersions(ctx) {
		s.tell(f(s.text.Prune.Versions, s.typeThis("stats")))
	}
}

// pruned tells how a prune ended.
func (s *session) pruned(res *prune.Result) {
	t, l, p := s.text.Prune, s.lang, res.Plan
	packs := func(x prune.Sum) jsonPacks { return jsonPacks{x.Packs, x.Bytes} }
	o := jsonPrune{Type: "prune", DryRun: s.cfg.DryRun, Place: s.cfg.Place.URL(), Stored: packs(p.Stored), Trash: res.Expired, Void: res.Void, InTrash: p.InTrash,
		Swept: jsonPacks{res.SweptPacks, res.SweptBytes}, Condemned: jsonPacks{res.CondemnedPacks, res.CondemnedBytes},
		Rewritten: jsonPacks{res.RewrittenPacks, res.RewrittenBytes}, Waiting: packs(p.Waiting),
		Parity: jsonPacks{res.SweptParity, res.SweptParityBytes}, Copied: res.CopiedBytes, Unused: p.Unused,
		Merged: packs(p.Merge), Locked: packs(p.Locked), Aside: p.Aside.Packs, Requests: p.Use.Requests(), Seconds: seconds(res.Duration)}
	if b := p.Bill; b != nil {
		prices := s.prices()
		o.Cost = &jsonBill{prices.Currency, prices.AsOf, b.Once, b.Early, b.Storing, b.Freed, b.Later}
	}
	if !p.LockedUntil.IsZero() {
		o.Until = jsonTime(p.LockedUntil.UnixNano())
	}
	if !p.TrashUntil.IsZero() {
		o.Leaves = jsonTime(p.TrashUntil.UnixNano())
	}
	if s.cfg.DryRun {
		now, later := p.Doomed()
		o.Void = p.Void
		o.Trash, o.Swept, o.Condemned, o.Rewritten, o.Copied = p.Trash, packs(now), packs(later), packs(p.Rewrite), p.Copy
	}
	s.object(o)
	switch {
	case s.cfg.DryRun:
		s.say(t.DryRun)
	case p.Nothing():
		s.say(t.Nothing)
	case res.CondemnedPacks == 0:
		s.say(f(t.DoneNow, l.Bytes(res.SweptBytes), l.Duration(res.Duration)))
	default:
		s.say(f(t.Done, l.Bytes(res.SweptBytes), l.Bytes(res.CondemnedBytes), l.Duration(res.Duration)))
	}
	if res.SweptPacks > 0 && p.Locked.Packs > 0 {
		s.tell(t.Locked + ": " + s.lockedPacks(p))
	}
	s.warnIssues(res.Issues, s.text.Verify.Object)
	if p.Void == 0 { // else the plan says it
		s.warnDisowned(s.text.Verify.Disowned)
	}
	if res.CondemnedPacks > 0 && !s.cfg.DryRun {
		s.tell(f(t.Later, s.typeThis("prune")))
	}
}
