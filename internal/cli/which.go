package cli

import (
	"context"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"backup_projeto/internal/cli/term"
	"backup_projeto/internal/config"
	"backup_projeto/internal/core"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/snapshot"
)

// history is a repository's snapshots, oldest first.
type history []*snapshot.Manifest

// history reads all snapshots. Those that cannot be read are told, and left out.
func (s *session) history(ctx context.Context) (history, error) {
	all, damaged, err := s.repo.Snapshots(ctx)
	s.warnDamaged(damaged)
	for _, d := range damaged {
		if id, err := core.ParseUUID(path.Base(d.Object)); err == nil && !repo.IsVoid(d.Err) {
			s.unread = append(s.unread, id)
		}
	}
	if err == nil && len(all) == 0 {
		err = s.whole()
	}
	return all, err
}

// projects lists each project once, in the order of their names, with the name that it had last.
func (h history) projects() []snapshot.Project {
	last := map[core.UUID]snapshot.Project{}
	for _, m := range h {
		last[m.Project.ID] = m.Project
	}
	out := make([]snapshot.Project, 0, len(last))
	for _, p := range last {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b snapshot.Project) int {
		if c := strings.Compare(a.Name, b.Name); c != 0 {
			return c
		}
		return a.ID.Compare(b.ID)
	})
	return out
}

// of returns the snapshots of one project.
func (h history) of(id core.UUID) history {
	var out history
	for _, m := range h {
		if m.Project.ID == id {
			out = append(out, m)
		}
	}
	return out
}

// regular leaves out safety copies that restores made, unless there is nothing else: nobody who asks for the latest means them.
func (h history) regular() history {
	var out history
	for _, m := range h {
		if !m.Safety {
			out = append(out, m)
		}
	}
	if len(out) == 0 {
		return h
	}
	return out
}

// nameProjects names projects for people; where a name serves several, their ids tell them apart.
func nameProjects(all []snapshot.Project) []string {
	count := map[string]int{}
	for _, p := range all {
		count[p.Name]++
	}
	out := make([]string, len(all))
	for i, p := range all {
		out[i] = p.Name
		if count[p.Name] > 1 {
			out[i] += " (" + p.ID.String()[:8] + ")"
		}
	}
	return out
}

// mine returns the snapshots of the project that the person means: the one named, else the current folder's, else the only one.
func (s *session) mine(h history) (history, error) {
	if len(h) == 0 {
		return nil, errKind(core.Failure, "no-snapshots", "")
	}
	if s.cfg.Project != "" {
		return h.named(s.cfg.Project)
	}
	found, err := s.recognize(s.cwd, h)
	if err != nil {
		return nil, err
	}
	if own := h.of(found.Project.ID); found.Known() && len(own) > 0 {
		return own, nil
	}
	all := h.projects()
	if len(all) > 1 {
		return nil, &core.Error{Kind: core.Usage, Code: "choose-project", Err: &moreValues{list: nameProjects(all)}}
	}
	return h, nil
}

// named returns the snapshots of the project with that name, or with an id that begins so.
func (h history) named(name string) (history, error) {
	all := h.projects()
	var fit []snapshot.Project
	for _, p := range all {
		if p.Name == name {
			fit = append(fit, p)
		}
	}
	if len(fit) == 0 && len(name) >= 4 {
		for _, p := range all {
			if strings.HasPrefix(p.ID.String(), strings.ToLower(name)) {
				fit = append(fit, p)
			}
		}
	}
	switch len(fit) {
	case 1:
		return h.of(fit[0].ID), nil
	case 0:
		names := nameProjects(all)
		return nil, &core.Error{Kind: core.Usage, Code: "no-project", Err: &moreValues{value: name, near: config.Near(name, names), list: names}}
	}
	ids := make([]string, len(fit))
	for i, p := range fit {
		ids[i] = p.ID.String()[:8]
	}
	return nil, &core.Error{Kind: core.Usage, Code: "ambiguous-project", Err: &moreValues{value: name, list: ids}}
}

// pick returns the snapshot of --snapshot.
func (s *session) pick(ctx context.Context, h history) (*snapshot.Manifest, error) {
	return s.pickRef(ctx, h, s.cfg.Snapshot)
}

// pickRef returns the snapshot that a text means: one by its id, whatever its project, or the last one of the person's project,
// until a moment if one is given.
func (s *session) pickRef(ctx context.Context, h history, text string) (*snapshot.Manifest, error) {
	ref, err := config.ParseRef(text)
	if err != nil {
		return nil, mistake(config.Problem{Code: "bad-snapshot", Subject: "snapshot", Value: text})
	}
	if ref.Prefix != "" {
		m, err := h.byID(ref.Prefix)
		return m, s.hinted(ctx, ref.Prefix, err)
	}
	own, err := s.mine(h)
	if err != nil {
		return nil, err
	}
	m := own.regular().until(ref.Until)
	if ref.Latest {
		m = own.latest()
	}
	if m == nil {
		return nil, errKind(core.Usage, "no-snapshot", text)
	}
	s.suspect(m, ref)
	return m, nil
}

// until returns the last snapshot until a moment, or nil.
func (h history) until(moment time.Time) *snapshot.Manifest {
	for _, m := range slices.Backward(h) {
		if !time.Unix(0, m.Start).After(moment) {
			return m
		}
	}
	return nil
}

// latest returns the last regular snapshot. One that another goes back to is not the last, even if a clock was wrong when it was made and
// it bears a later time: otherwise it would be taken for the latest state until that time has come.
func (h history) latest() *snapshot.Manifest {
	parents, old := map[core.UUID]core.UUID{}, map[core.UUID]bool{}
	for _, m := range h {
		parents[m.ID] = m.Parent
	}
	for _, m := range h {
		for id := m.Parent; !m.Safety && !id.IsZero() && !old[id] && id != m.ID; id = parents[id] {
			old[id] = true
		}
	}
	all := h.regular()
	for _, m := range slices.Backward(all) {
		if !old[m.ID] {
			return m
		}
	}
	return all[len(all)-1]
}

// suspect remembers a snapshot that cannot be read and that, for all that is known, may be the one that was meant instead of m.
func (s *session) suspect(m *snapshot.Manifest, ref config.Ref) {
	for _, id := range s.unread {
		newer := id.Compare(m.ID) > 0
		if newer && (ref.Latest || !madeAt(id).After(ref.Until)) {
			s.doubt = id
		}
	}
}

// certain is the end of a command that chose a snapshot by its time: it may have been another one, if that is damaged.
func (s *session) certain() error {
	if s.doubt.IsZero() {
		return nil
	}
	return errKind(core.Damage, "newer-damaged", shortID(s.doubt))
}

// madeAt is the moment in a snapshot's id, whose first 48 bits are the millisecond of its making.
func madeAt(id core.UUID) time.Time {
	ms := int64(0)
	for _, b := range id[:6] {
		ms = ms<<8 | int64(b)
	}
	return time.UnixMilli(ms)
}

// byID returns the snapshot whose id begins so, with hyphens or without.
func (h history) byID(prefix string) (*snapshot.Manifest, error) {
	var found []*snapshot.Manifest
	for _, m := range h {
		if hasPrefix(m.ID, prefix) {
			found = append(found, m)
		}
	}
	switch len(found) {
	case 0:
		return nil, errKind(core.Usage, "no-snapshot", prefix)
	case 1:
		return found[0], nil
	}
	ids := make([]core.UUID, len(found))
	for i, m := range found {
		ids[i] = m.ID
	}
	return nil, ambiguous("ambiguous-snapshot", prefix, ids)
}

// mostIDs is how many ids an error lists.
const mostIDs = 8

// ambiguous is the error that several ids begin so. It has them whole: those that were made in one millisecond are called the same for short.
func ambiguous(code core.Code, prefix string, ids []core.UUID) error {
	more := &moreValues{}
	for _, id := range ids[:min(len(ids), mostIDs)] {
		more.list = append(more.list, id.String())
	}
	if len(ids) > mostIDs {
		more.list = append(more.list, "…")
	}
	return &core.Error{Kind: core.Usage, Code: code, Subject: prefix, Err: more}
}

// shortID is how a snapshot is called for people: its first 48 bits are the millisecond of its making.
func shortID(id core.UUID) string { return id.String()[:13] }

// when is a snapshot's moment, in this machine's time zone.
func when(m *snapshot.Manifest) time.Time { return time.Unix(0, m.Start) }

// inSnapshot turns a path that a person typed into a slash path within a snapshot: relative to the project's root; an
// absolute one must lead into the folder that was saved.
func (s *session) inSnapshot(m *snapshot.Manifest, name string) (string, error) {
	name = filepath.ToSlash(name)
	if path.IsAbs(name) || filepath.IsAbs(name) {
		rest, ok := below(filepath.ToSlash(m.Path), path.Clean(name))
		if !ok {
			return "", &core.Error{Kind: core.Usage, Code: "no-path", Subject: term.Escape(name)}
		}
		return rest, nil
	}
	clean := path.Clean(name)
	if clean == "." {
		return "", nil
	}
	if clean == ".." || strings.HasPrefix(clean, "../") {
		return "", &core.Error{Kind: core.Usage, Code: "no-path", Subject: term.Escape(name)}
	}
	return clean, nil
}

// below returns what follows dir in a clean slash path.
func below(dir, name string) (string, bool) {
	if name == dir {
		return "", true
	}
	return strings.CutPrefix(name, strings.TrimSuffix(dir, "/")+"/")
}
