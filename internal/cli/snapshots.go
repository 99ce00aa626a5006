package cli

import (
	"context"
	"strings"
	"time"

	"backup_projeto/internal/cli/term"
	"backup_projeto/internal/core"
	"backup_projeto/internal/snapshot"
)

// jsonSnapshot is the object of a snapshot.
type jsonSnapshot struct {
	Type        string   `json:"type,omitempty"`
	ID          string   `json:"id"`
	Project     string   `json:"project"`
	ProjectID   string   `json:"project_id"`
	Parent      string   `json:"parent,omitempty"`
	Device      string   `json:"device"`
	User        string   `json:"user"`
	OS          string   `json:"os"`
	Folder      string   `json:"folder"`
	Start       string   `json:"start"`
	End         string   `json:"end"`
	Version     string   `json:"version"`
	Files       int64    `json:"files"`
	Dirs        int64    `json:"dirs"`
	Others      int64    `json:"others"`
	New         int64    `json:"new"`
	Changed     int64    `json:"changed"`
	Removed     int64    `json:"removed"`
	Unchanged   int64    `json:"unchanged"`
	BytesSeen   int64    `json:"bytes_seen"`
	BytesRead   int64    `json:"bytes_read"`
	BytesNew    int64    `json:"bytes_new"`
	BytesStored int64    `json:"bytes_stored"`
	Partial     bool     `json:"partial"`
	Unread      int64    `json:"unread"`
	Safety      bool     `json:"safety"`
	Pinned      bool     `json:"pinned,omitempty"`
	Revoked     bool     `json:"device_revoked,omitempty"`
	Tags        []string `json:"tags"`
	GitHead     string   `json:"git_head,omitempty"`
	GitBranch   string   `json:"git_branch,omitempty"`
	GitRemote   string   `json:"git_remote,omitempty"`
}

func newJSONSnapshot(m *snapshot.Manifest) jsonSnapshot {
	c := m.Counts
	o := jsonSnapshot{ID: m.ID.String(), Project: m.Project.Name, ProjectID: m.Project.ID.String(), Device: m.Host, User: m.User, OS: m.OS,
		Folder: strings.ToValidUTF8(m.Path, "\ufffd"), Start: jsonTime(m.Start), End: jsonTime(m.End), Version: m.Version,
		Files: c.Files, Dirs: c.Dirs, Others: c.Others, New: c.New, Changed: c.Changed, Removed: c.Removed, Unchanged: c.Unchanged,
		BytesSeen: c.BytesSeen, BytesRead: c.BytesRead, BytesNew: c.BytesNew, BytesStored: c.BytesStored,
		Partial: m.Partial(), Unread: m.UnreadTotal, Safety: m.Safety, Tags: append([]string{}, m.Tags...)}
	if !m.Parent.IsZero() {
		o.Parent = m.Parent.String()
	}
	if g := m.Git; g != nil {
		o.GitHead, o.GitBranch, o.GitRemote = g.Head, g.Branch, g.Remote
	}
	return o
}

// jsonTime writes nanoseconds since 1970 as RFC 3339 in UTC.
func jsonTime(ns int64) string { return time.Unix(0, ns).UTC().Format(time.RFC3339Nano) }

func runSnapshots(ctx context.Context, a *app, _ []string) error {
	return a.reading(ctx, func(s *session) error {
		all, err := s.history(ctx)
		if err != nil {
			return err
		}
		h, own, err := s.listed(all)
		if err != nil {
			return err
		}
		if len(h) == 0 {
			s.tell(s.text.Browse.NoSnapshots)
			s.warnDisowned(s.text.Browse.Disowned)
			return nil
		}
		if !own && !s.cfg.All {
			s.tell(s.text.Browse.OtherProjects)
		}
		pinned, err := s.repo.Pinned(ctx)
		if err != nil {
			return err
		}
		for _, m := range h {
			o := newJSONSnapshot(m)
			o.Type, o.Pinned, o.Revoked = "snapshot", pinned[m.ID], s.ofRevoked(m)
			s.object(o)
		}
		s.table(s.snapshotRows(h, pinned, !own), 3, 4)
		s.warnDisowned(s.text.Browse.Disowned)
		return s.whole()
	})
}

// listed returns what to list: the snapshots of the project named, or of the current folder's, else (own is false) all.
func (s *session) listed(all history) (h history, own bool, err error) {
	if s.cfg.Project != "" {
		h, err = all.named(s.cfg.Project)
		return h, true, err
	}
	if s.cfg.All {
		return all, false, nil
	}
	if found, err := s.recognize(s.cwd, all); err == nil && found.Known() { // elsewhere, all are listed
		h = all.of(found.Project.ID)
	}
	if len(h) == 0 {
		return all, len(all) == 0, nil
	}
	return h, true, nil
}

// snapshotRows are the lines of the table, with the project's column where there are several.
func (s *session) snapshotRows(h history, pinned map[core.UUID]bool, projects bool) [][]string {
	b := s.text.Browse
	rows := [][]string{{b.ColumnID, b.ColumnDate, b.ColumnHost, b.ColumnFiles, b.ColumnSize, b.ColumnTags}}
	for _, m := range h {
		notes := s.notes(m)
		if pinned[m.ID] {
			notes = strings.TrimSuffix(s.text.Retain.Rules["pinned"]+", "+notes, ", ")
		}
		rows = append(rows, []string{shortID(m.ID), s.lang.Date(when(m)), term.Escape(m.Host), s.lang.Int(m.Counts.Files),
			s.lang.Bytes(m.Counts.BytesSeen), notes})
	}
	if !projects {
		return rows
	}
	for i := range rows {
		name := b.ColumnProject
		if i > 0 {
			name = term.Escape(h[i-1].Project.Name)
		}
		rows[i] = append(rows[i], "")
		copy(rows[i][6:], rows[i][5:6]) // the project stands before the notes
		rows[i][5] = name
	}
	return rows
}

// ofRevoked reports whether a snapshot's device was revoked or removed since. One that was admitted only lost its key.
func (s *session) ofRevoked(m *snapshot.Manifest) bool {
	return s.repo.IsRevoked(m.Device) && !s.repo.IsAdmitted(m.Device)
}

// notes are what else is to be said of a snapshot.
func (s *session) notes(m *snapshot.Manifest) string {
	var notes []string
	if m.Partial() {
		notes = append(notes, s.text.Browse.Partial)
	}
	if m.Safety {
		notes = append(notes, s.text.Browse.Safety)
	}
	if s.ofRevoked(m) {
		notes = append(notes, s.text.Browse.Revoked)
	}
	for _, t := range m.Tags {
		notes = append(notes, term.Escape(t))
	}
	return strings.Join(notes, ", ")
}
