package cli

import (
	"context"
	"slices"

	"backup_projeto/internal/cli/term"
	"backup_projeto/internal/core"
	"backup_projeto/internal/snapshot"
)

// jsonDrop is the object of a snapshot that was moved to the trash.
type jsonDrop struct {
	Type     string `json:"type"`
	Snapshot string `json:"snapshot"`
	Project  string `json:"project"`
	Start    string `json:"start"`
}

// runDrop moves snapshots to the trash that a person names, whatever the policy says of them.
func runDrop(ctx context.Context, a *app, args []string) error {
	return a.reading(ctx, func(s *session) error {
		h, err := s.history(ctx)
		if err != nil {
			return err
		}
		var all []*snapshot.Manifest
		err = s.eachPicked(ctx, h, args, func(m *snapshot.Manifest) error {
			if !slices.Contains(all, m) {
				all = append(all, m)
			}
			return nil
		})
		if err != nil {
			return err
		}
		if err := s.unpinned(ctx, all); err != nil { // before the person is asked for nothing
			return err
		}
		s.showPicked(all)
		if err := s.must(ctx, s.lang.Count(s.text.Retain.Ask, int64(len(all)))); err != nil {
			return err
		}
		return s.drop(ctx, all)
	})
}

// unpinned returns an error if one of the snapshots is pinned.
func (s *session) unpinned(ctx context.Context, all []*snapshot.Manifest) error {
	pinned, err := s.repo.Pinned(ctx)
	if err != nil {
		return err
	}
	for _, m := range all {
		if pinned[m.ID] {
			return errKind(core.Usage, "snapshot-pinned", shortID(m.ID))
		}
	}
	return nil
}

// drop moves snapshots to the trash, none of which may be pinned; that is looked at last, as another machine may have pinned one meanwhile.
func (s *session) drop(ctx context.Context, all []*snapshot.Manifest) error {
	if err := s.unpinned(ctx, all); err != nil {
		return err
	}
	for _, m := range all {
		if err := s.repo.Drop(ctx, m.ID); err != nil {
			return err
		}
		s.object(jsonDrop{"drop", m.ID.String(), m.Project.Name, jsonTime(m.Start)})
	}
	s.say(s.lang.Count(s.text.Retain.Moved, int64(len(all))))
	s.tell(f(s.text.Retain.Back, s.typeThis("undelete")))
	return nil
}

// showPicked lists the snapshots that are meant.
func (s *session) showPicked(all []*snapshot.Manifest) {
	b := s.text.Browse
	rows := [][]string{{b.ColumnID, b.ColumnDate, b.ColumnHost, b.ColumnProject}}
	for _, m := range all {
		rows = append(rows, []string{shortID(m.ID), s.lang.Date(when(m)), term.Escape(m.Host), term.Escape(m.Project.Name)})
	}
	for _, row := range term.Table(rows) {
		s.tell(row)
	}
}
