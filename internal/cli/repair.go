package cli

import (
	"context"
	"slices"
	"strings"

	"backup_projeto/internal/cli/term"
	"backup_projeto/internal/core"
	"backup_projeto/internal/repair"
	"backup_projeto/internal/verify"
)

// jsonRepair is the object of a repair, or of what one would do.
type jsonRepair struct {
	Type          string  `json:"type"`
	DryRun        bool    `json:"dry_run"`
	Place         string  `json:"place"`
	Listed        jsonSum `json:"listed"`
	Mended        jsonSum `json:"mended"`
	Gone          int64   `json:"packs_gone"`
	Hurt          jsonSum `json:"packs_hurt"`
	Salvaged      jsonSum `json:"salvaged"`
	Unreadable    jsonSum `json:"unreadable"`
	Healed        jsonSum `json:"healed"`
	Condemned     int64   `json:"condemned"`
	PutBack       int64   `json:"put_back"`
	Aside         int64   `json:"aside"`
	Left          int64   `json:"left"`
	Kept          jsonSum `json:"kept"`
	LostFiles     int64   `json:"lost_files"`
	LostSnapshots int64   `json:"lost_snapshots"`
	Damaged       int     `json:"damaged"`
	Whole         bool    `json:"whole"`
	Seconds       float64 `json:"seconds"`
}

// jsonSum is a number of things and their bytes.
type jsonSum struct {
	Count int64 `json:"count"`
	Bytes int64 `json:"bytes"`
}

// jsonLost is the object of one file that cannot be restored whole.
type jsonLost struct {
	Type     string `json:"type"`
	Snapshot string `json:"snapshot"`
	jsonPath
	Object string `json:"object"`
	Reason string `json:"reason"`
}

func runRepair(ctx context.Context, a *app, _ []string) error {
	return a.mending(ctx, func(s *session) error {
		from, err := s.second(ctx)
		if err != nil {
			return err
		}
		o := repair.Options{DataPercent: s.cfg.Share.Percent, DataBytes: s.cfg.Share.Bytes, Mender: s.repo, DryRun: s.cfg.DryRun,
			Parallel: s.cfg.Parallel}
		if from != nil {
			defer from.close()
			o.From = from.repo
		}
		s.tell(f(s.text.Repair.Start, s.place()))
		s.judged = true
		o.Consent = func(p *repair.Plan) (bool, error) {
			s.showRepair(p, repair.Sum{})
			return true, s.must(ctx, s.text.Repair.Ask)
		}
		told := 0
		o.Lost = func(l verify.Lost) error {
			s.showLost(l, told)
			told++
			return nil
		}
		meter := s.newMeter()
		res, err := repair.Run(ctx, s.repo, o, meter)
		meter.end()
		if err != nil {
			return err
		}
		if rest := told - s.shown(told); rest > 0 {
			s.note(f(s.text.Verify.SuffersMore, s.lang.Int(int64(rest))) + "\n")
		}
		if o.DryRun {
			s.showRepair(res.Plan, res.Healed)
		}
		return s.repaired(ctx, res)
	})
}

// second opens the repository of --from; nil where there is none.
func (s *session) second(ctx context.Context) (*session, error) {
	if s.cfg.From.Strategy == "" {
		return nil, nil
	}
	other, cfg := *s.app, *s.cfg
	cfg.Place = s.cfg.From
	other.cfg = &cfg
	from, err := other.open(ctx, true)
	if err != nil {
		return nil, s.secondFails(err)
	}
	if from.header.ID == s.header.ID {
		from.close()
		return nil, errKind(core.Usage, "same-repository", s.cfg.From.URL())
	}
	return from, nil
}

// secondFails says of an error that it is the second repository's.
func (s *session) secondFails(err error) error {
	kind, url := core.KindOf(err), s.cfg.From.URL()
	if kind == core.NoRepository && core.CodeOf(err) == "no-repository" {
		return errKind(kind, "from-none", url)
	}
	return &core.Error{Kind: kind, Code: "from-fails", Subject: url, Err: &moreValues{value: s.reason(err)}}
}

// showRepair tells what was found and is going to be done; healed is what a dry run found in the second repository.
func (s *session) showRepair(p *repair.Plan, healed repair.Sum) {
	t, l := s.text.Repair, s.lang
	for _, d := range p.Damaged {
		s.tell(f(s.text.Verify.Object, term.Escape(d.Object), s.reason(d.Err)))
	}
	sum := func(x repair.Sum) string { return s.sum(s.text.Verify.Packs, x.Count, x.Bytes) }
	number := func(n int64) string { return some(n, l.Int(n)) }
	s.rows([2]string{t.List, sum(p.List)}, [2]string{t.Unproven, number(p.Unproven)}, [2]string{t.Gone, number(p.Gone)}, [2]string{t.Hurt, sum(p.Hurt)},
		[2]string{t.False, number(p.False)}, [2]string{t.Mendable, number(p.Mendable)}, [2]string{t.Condemn, number(p.Condemn)},
		[2]string{t.PutBack, number(int64(len(p.PutBack)))}, [2]string{t.Aside, number(int64(len(p.Unreadable)))}, [2]string{t.Healed, s.sum(s.text.Verify.Chunks, healed.Count, healed.Bytes)})
}

// showLost tells of one lost file; before is how many were told.
func (s *session) showLost(lost verify.Lost, before int) {
	reason := s.reason(lost.Err)
	if s.printer.json {
		s.object(jsonLost{"lost", lost.Snapshot.String(), pathJSON(lost.Path), lost.Object, reason})
		return
	}
	if s.shown(before+1) <= before {
		return
	}
	name := term.Escape(lost.Path)
	if lost.Path == "." {
		name = s.text.Verify.Everything
	}
	s.note(f(s.text.Repair.Lost, f(s.text.Verify.Suffers, name, shortID(lost.Snapshot)), term.Escape(lost.Object), reason) + "\n")
}

// repaired tells how a repair ended; what is not whole is an error.
func (s *session) repaired(ctx context.Context, res *repair.Result) error {
	t, l := s.text.Repair, s.lang
	s.warnIssues(res.Issues, s.text.Verify.Object)
	sum := func(x repair.Sum) jsonSum { return jsonSum(x) }
	p := res.Plan
	var kept repair.Sum
	if names, size, err := s.repo.Aside(ctx); err == nil { // a place that fails now was good until here
		kept = repair.Sum{Count: int64(len(names)), Bytes: size}
	}
	s.object(jsonRepair{Type: "repair", DryRun: s.cfg.DryRun, Place: s.cfg.Place.URL(), Listed: sum(res.Listed), Mended: sum(res.Mended), Gone: p.Gone,
		Hurt: sum(p.Hurt), Salvaged: sum(res.Salvaged), Unreadable: sum(res.Unreadable), Healed: sum(res.Healed), Condemned: res.Condemned,
		PutBack: res.PutBack, Aside: res.Aside, Left: res.Left, Kept: sum(kept), LostFiles: res.LostFiles, LostSnapshots: res.LostSnapshots,
		Damaged: len(res.Damaged), Whole: res.Whole(), Seconds: seconds(res.Duration)})
	switch {
	case p.Nothing():
		s.say(t.Nothing)
	case s.cfg.DryRun:
		s.say(t.DryRun)
	default:
		s.say(f(t.Done, l.Int(res.Listed.Count), l.Int(res.Mended.Count), l.Int(res.PutBack), l.Int(res.Salvaged.Count+res.Healed.Count),
			l.Int(res.Aside), l.Duration(res.Duration)))
	}
	if res.Left > 0 {
		s.warn(l.Count(t.Left, res.Left))
	}
	s.tellOfSettings(ctx, res)
	if kept.Count > 0 && !s.cfg.DryRun {
		aside := f(l.Count(s.text.Verify.AsideLine, kept.Count), l.Bytes(kept.Bytes))
		s.say(f(t.Kept, aside, s.typeThis("verify")+" --"+l.Pick("data", "dados")+"=100%"))
	}
	switch {
	case !res.Whole() && res.LostFiles == 0 && res.LostSnapshots > 0:
		return errKind(core.Damage, "repair-lost-snapshots", "")
	case !res.Whole() && res.LostFiles+res.LostSnapshots > 0:
		return errKind(core.Damage, "repair-lost", "")
	case !res.Whole():
		for _, d := range res.Damaged {
			s.note(f(s.text.Repair.Remains, term.Escape(d.Object), s.reason(d.Err)) + "\n")
		}
		return s.damaged(res.Damaged, "repair-left")
	case s.cfg.DryRun && len(p.Damaged) > 0:
		return errKind(core.Damage, "repair-needed", "")
	}
	return nil
}

// tellOfSettings says that what was set for all devices is lost, and what holds instead.
func (s *session) tellOfSettings(ctx context.Context, res *repair.Result) {
	if s.cfg.DryRun || res.Aside == 0 || !slices.ContainsFunc(res.Plan.Unreadable, func(name string) bool { return strings.HasPrefix(name, "settings/") }) {
		return
	}
	if share, _, err := s.repo.Parity(ctx); err == nil {
		s.warn(f(s.text.Repair.Settings, s.percent(share), s.typeThis("parity")+" --"+s.lang.Pick("set", "definir")+" 2%"))
	}
}
