package cli

import (
	"context"
	"slices"
	"strings"
	"time"

	"backup_projeto/internal/cli/term"
	"backup_projeto/internal/config"
	"backup_projeto/internal/core"
	"backup_projeto/internal/repo"
)

// jsonTrashed is the object of a snapshot in the trash.
type jsonTrashed struct {
	Type     string `json:"type"`
	Snapshot string `json:"snapshot"`
	Project  string `json:"project"`
	Device   string `json:"device"`
	Start    string `json:"start"`
	Dropped  string `json:"dropped,omitempty"`
	Until    string `json:"until,omitempty"`
}

// jsonUndelete is the object of a snapshot that was brought back.
type jsonUndelete struct {
	Type     string `json:"type"`
	Snapshot string `json:"snapshot"`
	Project  string `json:"project"`
	Start    string `json:"start"`
}

func runUndelete(ctx context.Context, a *app, args []string) error {
	return a.reading(ctx, func(s *session) error {
		trash, err := s.repo.Trash(ctx)
		if err != nil {
			return err
		}
		if len(args) == 0 {
			return s.listTrash(ctx, trash)
		}
		var ids []core.UUID
		for _, arg := range args {
			t, err := findTrashed(trash, arg)
			if core.CodeOf(err) == "not-in-trash" { // a listing may miss what was dropped a moment ago
				if trash, err = s.repo.Trash(ctx); err == nil {
					t, err = findTrashed(trash, arg)
				}
			}
			if err != nil {
				return err
			}
			ids = append(ids, t.ID)
		}
		for _, id := range ids {
			m, err := s.repo.Undelete(ctx, id)
			if err != nil {
				return err
			}
			s.object(jsonUndelete{"undelete", id.String(), m.Project.Name, jsonTime(m.Start)})
			s.say(f(s.text.Retain.Undeleted, shortID(id), term.Escape(m.Project.Name)))
		}
		return nil
	})
}

// findTrashed returns the snapshot in the trash whose id begins so.
func findTrashed(trash []repo.Trashed, text string) (*repo.Trashed, error) {
	ref, err := config.ParseRef(text)
	if err != nil || ref.Prefix == "" {
		return nil, errKind(core.Usage, "not-in-trash", text)
	}
	var found []*repo.Trashed
	var ids []core.UUID
	for i := range trash {
		if hasPrefix(trash[i].ID, ref.Prefix) {
			found, ids = append(found, &trash[i]), append(ids, trash[i].ID)
		}
	}
	switch len(found) {
	case 0:
		return nil, errKind(core.Usage, "not-in-trash", text)
	case 1:
		return found[0], nil
	}
	return nil, ambiguous("trash-ambiguous", text, ids)
}

// hinted turns the error that no snapshot has an id into one that says that it is in the trash, where it is.
func (s *session) hinted(ctx context.Context, prefix string, err error) error {
	if core.CodeOf(err) != "no-snapshot" {
		return err
	}
	trash, failed := s.repo.Trash(ctx)
	if failed != nil {
		return err // the error that is there says enough
	}
	for _, t := range trash {
		if hasPrefix(t.ID, prefix) {
			return errKind(core.Usage, "snapshot-in-trash", prefix)
		}
	}
	return err
}

// hasPrefix compares an id with its first digits, with hyphens or without.
func hasPrefix(id core.UUID, prefix string) bool {
	plain := func(s string) string { return strings.ReplaceAll(s, "-", "") }
	return strings.HasPrefix(plain(id.String()), plain(prefix))
}

// listTrash lists what can be brought back, oldest first.
func (s *session) listTrash(ctx context.Context, trash []repo.Trashed) error {
	text, b := s.text.Retain, s.text.Browse
	if len(trash) == 0 {
		s.tell(text.NoTrash)
		return nil
	}
	rows := [][]string{{b.ColumnID, b.ColumnDate, b.ColumnHost, b.ColumnProject, text.ColumnDropped, text.ColumnUntil}}
	slices.SortFunc(trash, func(a, b repo.Trashed) int { return a.ID.Compare(b.ID) })
	for _, t := range trash {
		m, err := s.repo.TrashedSnapshot(ctx, t)
		switch {
		case core.KindOf(err) == core.Damage:
			s.warn(f(text.Unreadable, shortID(t.ID), s.reason(err)))
			s.hurt = true
			continue
		case err != nil:
			return err
		}
		o := jsonTrashed{Type: "trashed", Snapshot: t.ID.String(), Project: m.Project.Name, Device: m.Host, Start: jsonTime(m.Start)}
		row := []string{shortID(t.ID), s.lang.Date(when(m)), term.Escape(m.Host), term.Escape(m.Project.Name), "", ""}
		if !t.Dropped.IsZero() {
			until := t.Dropped.Add(repo.Grace)
			o.Dropped, o.Until = t.Dropped.UTC().Format(time.RFC3339Nano), until.UTC().Format(time.RFC3339Nano)
			row[4], row[5] = s.lang.Date(t.Dropped.Local()), s.lang.Date(until.Local())
		}
		s.object(o)
		rows = append(rows, row)
	}
	s.table(rows)
	return s.whole()
}
