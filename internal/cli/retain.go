package cli

import (
	"context"
	"fmt"
	"slices"
	"time"

	"backup_projeto/internal/cli/term"
	"backup_projeto/internal/core"
	"backup_projeto/internal/report"
	"backup_projeto/internal/retain"
)

// jsonDecision is the object of what is to be done with one snapshot.
type jsonDecision struct {
	Type      string        `json:"type"`
	Snapshot  string        `json:"snapshot"`
	Project   string        `json:"project"`
	ProjectID string        `json:"project_id"`
	Device    string        `json:"device"`
	Start     string        `json:"start"`
	Stored    string        `json:"stored,omitempty"`
	Keep      bool          `json:"keep"`
	Rules     []retain.Rule `json:"rules"`
	Partial   bool          `json:"partial"`
	Safety    bool          `json:"safety"`
	Doubtful  bool          `json:"doubtful"`
}

// jsonRetain is the object of a finished retain.
type jsonRetain struct {
	Type    string  `json:"type"`
	DryRun  bool    `json:"dry_run"`
	Place   string  `json:"place"`
	Keep    int     `json:"keep"`
	Drop    int     `json:"drop"`
	Moved   int     `json:"moved"`
	Damaged int     `json:"damaged"`
	Seconds float64 `json:"seconds"`
}

// policy is that of the settings.
func (a *app) policy() retain.Policy {
	k := a.cfg.Keep
	return retain.Policy{Last: k.Last, Hourly: k.Hourly, Daily: k.Daily, Weekly: k.Weekly, Monthly: k.Monthly, Yearly: k.Yearly,
		Within: retain.Span(k.Within), Tags: k.Tags, Safety: retain.Span(k.Safety)}
}

func runRetain(ctx context.Context, a *app, _ []string) error {
	return a.reading(ctx, func(s *session) error {
		o := retain.Options{Policy: s.policy(), DryRun: s.cfg.DryRun}
		if !s.cfg.All {
			all, _, err := s.repo.Snapshots(ctx) // what is damaged is in the result
			if err != nil {
				return err
			}
			own, err := s.mine(all)
			if err != nil {
				return err
			}
			o.Project = own[0].Project.ID
		}
		var refused error
		o.Confirm = func(res *retain.Result) bool {
			s.showDecisions(res)
			refused = s.must(ctx, s.lang.Count(s.text.Retain.Ask, int64(res.Drop)))
			return refused == nil
		}
		meter := s.newMeter()
		res, err := retain.Run(ctx, s.repo, o, meter)
		meter.end()
		if res == nil {
			return err
		}
		if o.DryRun || res.Drop == 0 {
			s.showDecisions(res)
		}
		if refused != nil {
			return refused
		}
		s.retained(res, true)
		if err == nil {
			err = s.whole()
		}
		return err
	})
}

// retained tells how a retain ended.
func (s *session) retained(res *retain.Result, asked bool) {
	text, l := s.text.Retain, s.lang
	s.warnDamaged(res.Damaged)
	s.object(jsonRetain{"retain", s.cfg.DryRun, s.cfg.Place.URL(), res.Keep, res.Drop, len(res.Moved), len(res.Damaged), seconds(res.Duration)})
	switch {
	case s.cfg.DryRun && res.Drop > 0:
		s.say(text.DryRun)
	case len(res.Moved) > 0:
		s.say(l.Count(text.Moved, int64(len(res.Moved))))
		if asked {
			s.tell(f(text.Back, s.typeThis("undelete")))
		}
	case res.Drop == 0 && asked:
		s.say(text.Nothing)
	}
}

// retainAfterBackup drops what the policy drops of this project's and this device's snapshots. The backup is saved: whatever fails here is
// told, and does not make it a failure.
func (s *session) retainAfterBackup(ctx context.Context, project core.UUID) {
	res, err := retain.Run(ctx, s.repo, retain.Options{Policy: s.policy(), Project: project, Own: true}, &report.Discard{})
	if res != nil {
		s.retained(res, false)
	}
	if err != nil && ctx.Err() == nil {
		s.warn(f(s.text.Retain.NotApplied, s.reason(err)))
	}
}

// showDecisions tells what is kept and why, and what is dropped, group by group.
func (s *session) showDecisions(res *retain.Result) {
	for _, d := range res.Decisions {
		s.object(s.newJSONDecision(res, d))
	}
	if s.printer.json {
		return
	}
	line := s.tell
	if s.cfg.DryRun { // then the plan is the result
		line = s.say
	}
	for rest := res.Decisions; len(rest) > 0; {
		n := slices.IndexFunc(rest, func(d retain.Decision) bool { return d.Project != rest[0].Project || d.Signer != rest[0].Signer })
		if n < 0 {
			n = len(rest)
		}
		newest := res.Snapshots[rest[n-1].ID]
		line(f(s.text.Retain.Group, term.Escape(newest.Project.Name), term.Escape(newest.Host)))
		for _, row := range term.Table(s.decisionRows(res, rest[:n])) {
			line("  " + row)
		}
		rest = rest[n:]
	}
	line(f(s.text.Retain.Plan, s.lang.Count(s.text.Browse.Snapshots, int64(res.Keep)), s.lang.Int(int64(res.Drop))))
}

// fewDropped is how many dropped snapshots in a row have lines of their own, without --verbose.
const fewDropped = 5

// decisionRows are the lines of one group, the oldest first.
func (s *session) decisionRows(res *retain.Result, group []retain.Decision) [][]string {
	text := s.text.Retain
	var rows [][]string
	for i := 0; i < len(group); {
		n := 0
		for i+n < len(group) && !group[i+n].Keep {
			n++
		}
		if n > fewDropped && !s.verbose {
			first, last := res.Snapshots[group[i].ID], res.Snapshots[group[i+n-1].ID]
			rows = append(rows, []string{"…", s.lang.Date(when(first)) + " – " + s.lang.Date(when(last)), text.Dropped, s.lang.Count(text.Run, int64(n))})
			i += n
			continue
		}
		for end := i + max(n, 1); i < end; i++ {
			rows = append(rows, s.decisionRow(res, group[i]))
		}
	}
	return rows
}

func (s *session) decisionRow(res *retain.Result, d retain.Decision) []string {
	text, m := s.text.Retain, res.Snapshots[d.ID]
	word, why := text.Dropped, ""
	if d.Keep {
		word = text.Kept
	}
	for i, r := range d.Rules {
		if i > 0 {
			why += ", "
		}
		why += text.Rules[string(r)]
	}
	notes := s.notes(m)
	if d.Doubtful {
		if notes != "" {
			notes += "; "
		}
		notes += text.Doubtful
	}
	if notes != "" {
		notes = fmt.Sprintf("(%s)", notes)
	}
	return []string{shortID(d.ID), s.lang.Date(when(m)), word, why, notes}
}

func (s *session) newJSONDecision(res *retain.Result, d retain.Decision) jsonDecision {
	m := res.Snapshots[d.ID]
	o := jsonDecision{Type: "decision", Snapshot: d.ID.String(), Project: m.Project.Name, ProjectID: m.Project.ID.String(), Device: m.Host,
		Start: jsonTime(m.Start), Keep: d.Keep, Rules: append([]retain.Rule{}, d.Rules...), Partial: d.Partial, Safety: d.Safety, Doubtful: d.Doubtful}
	if !d.Stored.IsZero() {
		o.Stored = d.Stored.UTC().Format(time.RFC3339Nano)
	}
	return o
}
