package cli

import (
	"context"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/lock"
	"backup_projeto/internal/repo"
)

// jsonLock is the object of lock, or of what it would do.
type jsonLock struct {
	Type       string  `json:"type"`
	DryRun     bool    `json:"dry_run"`
	Place      string  `json:"place"`
	Objects    int64   `json:"objects"`
	Bytes      int64   `json:"bytes"`
	Everything bool    `json:"everything"`
	Unlocked   int64   `json:"unlocked"`
	Due        int64   `json:"due"`
	Weaker     int64   `json:"weaker"`
	Firmer     int64   `json:"firmer"`
	Lengthened int64   `json:"lengthened"`
	Raised     int64   `json:"raised"`
	Unraised   int64   `json:"unraised"`
	Next       string  `json:"next_end,omitempty"`
	NextObject string  `json:"next_object,omitempty"`
	Until      string  `json:"until"`
	Looked     int64   `json:"requests_to_look"`
	Requests   int64   `json:"requests"`
	Seconds    float64 `json:"seconds"`
}

func runLock(ctx context.Context, a *app, _ []string) error {
	if a.cfg.Place.Strategy != "s3" {
		return errKind(core.Usage, "lock-folder", a.place())
	}
	return a.reading(ctx, func(s *session) error {
		var refused error
		meter := s.newMeter()
		o := lock.Options{DryRun: s.cfg.DryRun, Parallel: s.cfg.Parallel}
		o.Looking = func(n int64) { s.tell(s.lang.Count(s.text.Lock.Looking, n)) }
		o.Consent = func(p *lock.Plan) (bool, error) {
			s.showLocks(p)
			if p.Due == 0 {
				return true, nil
			}
			who := s.text.Lock.Some
			if s.cfg.Place.LockMode == "compliance" {
				who = s.text.Lock.Nobody
			}
			refused = s.must(ctx, f(s.lang.Count(s.text.Lock.Ask, p.Due), s.lang.Date(p.Until.Local()), s.lang.Count(s.text.Lock.Count, p.Requests()), who))
			return refused == nil, nil
		}
		res, err := lock.Run(ctx, s.repo, o, meter)
		meter.end()
		switch {
		case refused != nil:
			return refused
		case res.Plan == nil:
			return err
		case err == nil && o.DryRun:
			s.showLocks(res.Plan)
		}
		s.locked(res)
		switch {
		case err != nil:
			return err
		case len(res.Issues) > 0:
			return errKind(core.Damage, "lock-incomplete", "")
		case res.Unraised > 0:
			return &core.Error{Kind: core.Destination, Code: "lock-unraised", Subject: telling(res.Refused).Subject, Err: res.Refused}
		}
		return nil
	})
}

// showLocks tells what is locked, and what is going to be done.
func (s *session) showLocks(p *lock.Plan) {
	t, l := s.text.Lock, s.lang
	next := ""
	number := func(n int64) string { return some(n, l.Int(n)) }
	if !p.Next.IsZero() {
		next = f(t.NextLine, l.Date(p.Next.Local()), p.NextName)
	}
	s.rows([2]string{t.Needed, f(t.NeededLine, l.Count(s.text.Browse.Objects, p.Objects), l.Bytes(p.Bytes))}, [2]string{t.Unlocked, number(p.Unlocked)},
		[2]string{t.Next, next}, [2]string{t.Due, f(t.DueLine, l.Int(p.Due), l.Date(p.Until.Local()))}, [2]string{t.Weaker, number(p.Weaker)}, [2]string{t.Requests, l.Int(p.Requests())})
}

// locked tells how it ended.
func (s *session) locked(res *lock.Result) {
	t, l, p := s.text.Lock, s.lang, res.Plan
	o := jsonLock{Type: "lock", DryRun: s.cfg.DryRun, Place: s.cfg.Place.URL(), Objects: p.Objects, Bytes: p.Bytes, Everything: p.All,
		Unlocked: p.Unlocked, Due: p.Due, Weaker: p.Weaker, Firmer: p.Firmer, Lengthened: res.Lengthened, Raised: res.Raised, Unraised: res.Unraised, NextObject: p.NextName, Until: jsonTime(p.Until.UnixNano()), Looked: p.Looked,
		Requests: p.Requests(), Seconds: seconds(res.Duration)}
	if !p.Next.IsZero() {
		o.Next = jsonTime(p.Next.UnixNano())
	}
	s.object(o)
	for _, i := range res.Issues {
		if repo.IsDisowned(i.Err) {
			continue
		}
		if i.Path == "" {
			s.warn(f(t.Everything, s.reason(i.Err)))
			continue
		}
		s.warn(f(s.text.Verify.Object, i.Path, s.reason(i.Err)))
	}
	if p.Firmer > 0 {
		s.tell(l.Count(t.Firmer, p.Firmer))
	}
	if res.Unraised > 0 {
		s.warn(l.Count(t.Unraised, res.Unraised))
	}
	switch {
	case p.Due == 0:
		s.say(t.Nothing)
	case s.cfg.DryRun:
		s.say(s.text.Prune.DryRun)
	default:
		s.say(f(l.Count(t.Done, res.Lengthened), l.Date(p.Until.Local()), l.Duration(res.Duration)))
	}
	if res.Raised > 0 {
		s.tell(l.Count(t.Raised, res.Raised))
	}
}

// remindOfLocks tells, after a backup that locks what it stores, when locks of what it relies on end soon: as far as this machine remembers.
// It takes no request.
func (s *session) remindOfLocks() {
	length := s.cfg.Place.Lock
	if length <= 0 || s.cfg.DryRun {
		return
	}
	if first := s.repo.RememberedLocks(length); time.Until(first) < length/4 {
		s.warn(f(s.text.Lock.Remind, s.lang.Date(first.Local()), s.typeThis("lock")))
	}
}
