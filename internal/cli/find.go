package cli

import (
	"context"

	"backup_projeto/internal/cli/browse"
	"backup_projeto/internal/cli/term"
	"backup_projeto/internal/config"
	"backup_projeto/internal/core"
	"backup_projeto/internal/scan/ignore"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/tree"
)

// jsonMatch is the object of one version of a path that was found.
type jsonMatch struct {
	Type string `json:"type"`
	jsonPath
	Project   string   `json:"project"`
	Kind      string   `json:"kind"`
	Size      int64    `json:"size"`
	MTime     string   `json:"mtime"`
	Snapshots []string `json:"snapshots"` // oldest first
}

func runFind(ctx context.Context, a *app, args []string) error {
	match, err := ignore.Select(args)
	if err != nil {
		return err
	}
	return a.reading(ctx, func(s *session) error {
		all, err := s.history(ctx)
		if err != nil {
			return err
		}
		groups, err := s.searched(ctx, all)
		if err != nil {
			return err
		}
		if err := s.loadIndex(ctx); err != nil {
			return err
		}
		n := 0
		for _, h := range groups {
			found, err := s.search(ctx, h, match)
			if err != nil {
				return err
			}
			s.showMatches(h, found, len(groups) > 1)
			n += len(found)
		}
		if n == 0 {
			s.tell(s.text.Browse.NoMatch)
		}
		return s.whole()
	})
}

// searched returns what to look through, by project: every snapshot of the person's project, of all, or one.
func (s *session) searched(ctx context.Context, all history) ([]history, error) {
	if s.input.Has("snapshot") || s.proc.Getenv(config.Variable("snapshot")) != "" {
		m, err := s.pick(ctx, all)
		return []history{{m}}, err
	}
	if !s.cfg.All {
		h, err := s.mine(all)
		return []history{h}, err
	}
	if len(all) == 0 {
		return nil, errKind(core.Failure, "no-snapshots", "")
	}
	var groups []history
	for _, p := range all.projects() {
		groups = append(groups, all.of(p.ID))
	}
	return groups, nil
}

func (s *session) search(ctx context.Context, h history, match *ignore.Matcher) ([]*browse.Version, error) {
	searcher := browse.NewSearcher(snapshot.Bounded(s.repo.Dir, h...), match)
	for i, m := range h {
		if err := searcher.Search(ctx, &m.Root, i); err != nil {
			return nil, err
		}
	}
	return searcher.Found(), nil
}

// showMatches writes each path once, and below it its versions with the snapshots that have them.
func (s *session) showMatches(h history, found []*browse.Version, project bool) {
	last := ""
	var rows [][]string
	flush := func() {
		for _, line := range term.Table(rows, 0) {
			s.say("  " + line)
		}
		rows = nil
	}
	for i, v := range found {
		s.object(newJSONMatch(h, v))
		if i == 0 || v.Path != last {
			flush()
			name := term.Escape(v.Path)
			if v.Entry.Type == tree.Dir {
				name += "/"
			}
			if project {
				name = term.Escape(h[0].Project.Name) + ": " + name
			}
			s.say(name)
		}
		last = v.Path
		rows = append(rows, []string{s.sizeText(v.Entry), s.lang.Date(mtime(v.Entry)), s.span(h, v.In)})
	}
	flush()
}

func newJSONMatch(h history, v *browse.Version) jsonMatch {
	ids := make([]string, len(v.In))
	for i, n := range v.In {
		ids[i] = h[n].ID.String()
	}
	return jsonMatch{"match", pathJSON(v.Path), h[0].Project.Name, kindWord(v.Entry.Type), v.Entry.Size, jsonTime(v.Entry.MTime), ids}
}

// span names the snapshots of a version: one, or the first and the last and how many.
func (s *session) span(h history, in []int) string {
	first, last := h[in[0]], h[in[len(in)-1]]
	if first == last {
		return shortID(first.ID)
	}
	return shortID(first.ID) + " … " + shortID(last.ID) + " (" + s.lang.Count(s.text.Browse.Snapshots, int64(len(in))) + ")"
}
