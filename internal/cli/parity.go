package cli

import (
	"context"
	"math"
	"strings"

	"backup_projeto/internal/core"
	"backup_projeto/internal/parity"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/spare"
	"backup_projeto/internal/verify"
)

// jsonParity is the object of parity, or of what it would do.
type jsonParity struct {
	Type      string  `json:"type"`
	DryRun    bool    `json:"dry_run"`
	Place     string  `json:"place"`
	Before    float64 `json:"percent_before"`
	Percent   float64 `json:"percent"`
	Packs     jsonSum `json:"packs"`
	Protected jsonSum `json:"protected"`
	Parity    jsonSum `json:"parity"`
	Read      jsonSum `json:"read"`
	Written   jsonSum `json:"written"`
	Deleted   jsonSum `json:"deleted"`
	Mended    jsonSum `json:"mended"`
	Lost      int64   `json:"lost"`
	Requests  int64   `json:"requests"`
	Seconds   float64 `json:"seconds"`
}

func runParity(ctx context.Context, a *app, _ []string) error {
	return a.reading(ctx, func(s *session) error {
		o := spare.Options{Set: shareOf(s.cfg.SetParity), Check: s.cfg.Check, DryRun: s.cfg.DryRun, Parallel: s.cfg.Parallel}
		o.Consent = func(p *spare.Plan) (bool, error) {
			s.showParity(p)
			if p.Nothing() {
				return true, nil
			}
			return true, s.must(ctx, f(s.text.Parity.Ask, s.lang.Bytes(p.Read.Bytes), s.lang.Bytes(p.Write.Bytes), s.lang.Bytes(p.Delete.Bytes)))
		}
		meter := s.newMeter()
		res, err := spare.Run(ctx, s.repo, o, meter)
		meter.end()
		if err != nil {
			return err
		}
		if o.DryRun {
			s.showParity(res.Plan)
		}
		s.spared(res)
		if res.Lost > 0 {
			return errKind(core.Damage, "parity-left", "")
		}
		return nil
	})
}

// shareOf turns a setting into a share; nil stays.
func shareOf(hundredths *int) *parity.Share {
	if hundredths == nil {
		return nil
	}
	s := parity.Share(*hundredths)
	return &s
}

// percent writes a share.
func (a *app) percent(s parity.Share) string {
	if s == 0 {
		return a.text.Parity.None
	}
	digits := 0
	for n := float64(s) / 100; digits < 2 && n != math.Trunc(n); n *= 10 {
		digits++
	}
	return a.lang.Decimal(float64(s)/100, digits) + "%"
}

// showParity tells what there is, and what is going to be done.
func (s *session) showParity(p *spare.Plan) {
	t, l := s.text.Parity, s.lang
	packs := func(x spare.Sum) string { return s.sum(s.text.Verify.Packs, x.Objects, x.Bytes) }
	objects := func(x spare.Sum) string { return s.sum(t.Objects, x.Objects, x.Bytes) }
	setting := s.percent(p.After)
	if p.Before != p.After {
		setting = f(t.SettingLine, s.percent(p.Before), setting)
	}
	s.rows([2]string{t.Setting, setting}, [2]string{t.Packs, packs(p.Packs)}, [2]string{t.Protected, packs(p.Protected)},
		[2]string{t.Stored, objects(p.Parity)}, [2]string{t.Read, packs(p.Read)}, [2]string{t.Write, objects(p.Write)},
		[2]string{t.Delete, objects(p.Delete)}, [2]string{t.Requests, l.Int(p.Requests)})
}

// spared tells how it ended.
func (s *session) spared(res *spare.Result) {
	t, l, p := s.text.Parity, s.lang, res.Plan
	sum := func(x spare.Sum) jsonSum { return jsonSum{x.Objects, x.Bytes} }
	o := jsonParity{Type: "parity", DryRun: s.cfg.DryRun, Place: s.cfg.Place.URL(), Before: float64(p.Before) / 100, Percent: float64(p.After) / 100,
		Packs: sum(p.Packs), Protected: sum(p.Protected), Parity: sum(p.Parity), Read: sum(res.Read), Written: sum(res.Written),
		Deleted: sum(res.Deleted), Mended: sum(res.Mended), Lost: res.Lost, Requests: p.Requests, Seconds: seconds(res.Duration)}
	if s.cfg.DryRun {
		o.Read, o.Written, o.Deleted = sum(p.Read), sum(p.Write), sum(p.Delete)
	}
	s.object(o)
	s.warnIssues(res.Issues, s.text.Verify.Object)
	switch {
	case p.Nothing():
		s.say(t.Nothing)
	case s.cfg.DryRun:
		s.say(t.DryRun)
	default:
		s.say(f(t.Done, l.Count(t.Written, res.Written.Objects), l.Count(t.Deleted, res.Deleted.Objects),
			l.Count(t.Mended, res.Mended.Objects), l.Duration(res.Duration)))
	}
}

// compareParity tells where a repository has other parity than was asked for: --parity makes new ones.
func (s *session) compareParity(ctx context.Context) {
	want := shareOf(s.cfg.Parity)
	if want == nil || s.cfg.DryRun {
		return
	}
	share, _, err := s.repo.Parity(ctx)
	if err != nil || share == *want { // a place that fails will be told of by what follows
		return
	}
	value := strings.ReplaceAll(s.percent(*want), ",", ".")
	if *want == 0 {
		value = "off"
	}
	s.warn(f(s.text.Parity.Differs, s.percent(share), s.percent(*want), s.typeThis("parity")+" --"+s.lang.Pick("set", "definir")+" "+value))
}

// jsonHealed is the object of a damaged pack that was read with the help of its parity, or of one that a disk could not read.
type jsonHealed struct {
	Type   string `json:"type"`
	Object string `json:"object"`
}

// tellHealed tells of damaged packs that were read with the help of their parity, and of those that a disk could not read.
func (s *session) tellHealed() {
	if s.repo == nil || s.judged {
		return
	}
	whole := " --" + s.lang.Pick("data", "dados") + "=100%"
	s.tellPacks(s.repo.Refused(), "refused", s.text.Parity.Refused, s.typeThis("verify")+whole)
	s.tellPacks(s.repo.Healed(), "healed", s.text.Parity.Healed, s.typeThis("repair")+whole)
}

func (s *session) tellPacks(all []core.ID, kind, text, command string) {
	n := s.shown(len(all))
	for _, name := range all[:n] {
		object := repo.PackName(name)
		s.object(jsonHealed{kind, object})
		s.warn(f(text, object, command))
	}
	if rest := len(all) - n; rest > 0 && !s.printer.json {
		s.note("  " + s.lang.Count(s.text.General.MoreLines, int64(rest)) + "\n")
	}
}

// parityLine says, for verify, how many packs lack parity; "" where none is wanted.
func (s *session) parityLine(res *verify.Result) string {
	t, l := s.text.Parity, s.lang
	switch {
	case res.Parity == 0:
		return ""
	case res.WithoutParity > 0:
		return f(t.Without, s.percent(res.Parity), l.Count(s.text.Verify.Packs, res.WithoutParity), s.typeThis("parity"))
	}
	return f(t.All, s.percent(res.Parity))
}
