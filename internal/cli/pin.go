package cli

import (
	"context"
	"time"

	"backup_projeto/internal/cli/term"
	"backup_projeto/internal/snapshot"
)

// jsonPin is the object of a snapshot that is pinned, or is not any more.
type jsonPin struct {
	Type     string `json:"type"`
	Snapshot string `json:"snapshot"`
	Project  string `json:"project,omitempty"`
	Start    string `json:"start,omitempty"`
	Pinned   bool   `json:"pinned"`
	Since    string `json:"since,omitempty"`
	Changed  bool   `json:"changed"`
}

func newJSONPin(m *snapshot.Manifest, pinned, changed bool) jsonPin {
	return jsonPin{Type: "pin", Snapshot: m.ID.String(), Project: m.Project.Name, Start: jsonTime(m.Start), Pinned: pinned, Changed: changed}
}

func runPin(ctx context.Context, a *app, args []string) error {
	return a.reading(ctx, func(s *session) error {
		h, err := s.history(ctx)
		if err != nil {
			return err
		}
		if len(args) == 0 {
			return s.listPins(ctx, h)
		}
		return s.eachPicked(ctx, h, args, func(m *snapshot.Manifest) error {
			done, err := s.repo.Pin(ctx, m.ID, time.Now().UnixNano())
			if err == nil {
				s.pinChanged(m, true, done, s.text.Retain.Pinned, s.text.Retain.Already)
			}
			return err
		})
	})
}

func runUnpin(ctx context.Context, a *app, args []string) error {
	return a.reading(ctx, func(s *session) error {
		h, err := s.history(ctx)
		if err != nil {
			return err
		}
		return s.eachPicked(ctx, h, args, func(m *snapshot.Manifest) error {
			done, err := s.repo.Unpin(ctx, m.ID)
			if err == nil {
				s.pinChanged(m, false, done, s.text.Retain.Unpinned, s.text.Retain.Not)
			}
			return err
		})
	})
}

// eachPicked finds the snapshots that are meant, all of them first, and then does something with each.
func (s *session) eachPicked(ctx context.Context, h history, args []string, do func(*snapshot.Manifest) error) error {
	var all []*snapshot.Manifest
	for _, arg := range args {
		m, err := s.pickRef(ctx, h, arg)
		if err != nil {
			return err
		}
		all = append(all, m)
	}
	for _, m := range all {
		if err := do(m); err != nil {
			return err
		}
	}
	return nil
}

// pinChanged tells what became of a pin: done, or it was so already.
func (s *session) pinChanged(m *snapshot.Manifest, pinned, changed bool, done, already string) {
	s.object(newJSONPin(m, pinned, changed))
	if !changed {
		done = already
	}
	s.say(f(done, shortID(m.ID), term.Escape(m.Project.Name)))
}

// listPins lists what is pinned, in the order of pinning.
func (s *session) listPins(ctx context.Context, h history) error {
	pins, damaged, err := s.repo.Pins(ctx)
	s.warnDamaged(damaged)
	if err != nil {
		return err
	}
	text, b := s.text.Retain, s.text.Browse
	if len(pins) == 0 {
		s.tell(text.NoPins)
		return s.whole()
	}
	rows := [][]string{{b.ColumnID, b.ColumnDate, b.ColumnProject, text.ColumnPinned}}
	for _, p := range pins {
		o := jsonPin{Type: "pin", Snapshot: p.Snapshot.String(), Pinned: true}
		row := []string{shortID(p.Snapshot), text.Gone, "", ""}
		if m, err := h.byID(p.Snapshot.String()); err == nil {
			o = newJSONPin(m, true, false)
			row[1], row[2] = s.lang.Date(when(m)), term.Escape(m.Project.Name)
		}
		o.Since, row[3] = jsonTime(p.Created), s.lang.Date(time.Unix(0, p.Created))
		s.object(o)
		rows = append(rows, row)
	}
	s.table(rows)
	return s.whole()
}
