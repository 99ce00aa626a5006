package cli

import (
	"context"

	"backup_projeto/internal/cli/browse"
	"backup_projeto/internal/cli/term"
	"backup_projeto/internal/core"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/tree"
)

// jsonDiff is the object that ends a comparison.
type jsonDiff struct {
	Type     string `json:"type"`
	From     string `json:"from"`
	To       string `json:"to"`
	Added    int64  `json:"added"`
	Removed  int64  `json:"removed"`
	Modified int64  `json:"modified"`
	Retyped  int64  `json:"retyped"`
	Metadata int64  `json:"metadata"`
}

// jsonChange is the object of one difference.
type jsonChange struct {
	Type string `json:"type"`
	jsonPath
	Change  string `json:"change"`
	Kind    string `json:"kind"`
	OldSize int64  `json:"old_size"`
	NewSize int64  `json:"new_size"`
}

// changeWords are a change in JSON, and the letter for people.
var changeWords = map[browse.Kind]struct{ word, letter string }{
	browse.Added: {"added", "+"}, browse.Removed: {"removed", "-"}, browse.Modified: {"modified", "M"}, browse.Retyped: {"retyped", "T"},
	browse.Metadata: {"metadata", "m"},
}

func runDiff(ctx context.Context, a *app, args []string) error {
	return a.reading(ctx, func(s *session) error {
		h, err := s.history(ctx)
		if err != nil {
			return err
		}
		from, to, err := s.pair(ctx, h, args)
		if err != nil {
			return err
		}
		if err := s.loadIndex(ctx); err != nil {
			return err
		}
		s.tell(f(s.text.Browse.DiffHead, s.title(from), s.title(to)))
		counts := map[browse.Kind]int64{}
		err = browse.Compare(ctx, snapshot.Bounded(s.repo.Dir, from, to), &from.Root, &to.Root, func(c browse.Change) error {
			counts[c.Kind]++
			s.showChange(c)
			return ctx.Err()
		})
		if err != nil {
			return err
		}
		s.object(jsonDiff{"diff", from.ID.String(), to.ID.String(), counts[browse.Added], counts[browse.Removed], counts[browse.Modified],
			counts[browse.Retyped], counts[browse.Metadata]})
		s.diffEnd(counts)
		return nil
	})
}

// pair chooses the two snapshots to compare: those named, the one named and the latest, or the last two.
func (s *session) pair(ctx context.Context, h history, args []string) (from, to *snapshot.Manifest, err error) {
	if len(args) == 0 {
		own, err := s.mine(h)
		if err != nil {
			return nil, nil, err
		}
		if own = own.regular(); len(own) < 2 {
			return nil, nil, errKind(core.Usage, "one-snapshot", "")
		}
		return own[len(own)-2], own[len(own)-1], nil
	}
	if from, err = s.pickRef(ctx, h, args[0]); err != nil {
		return nil, nil, err
	}
	second := "latest"
	if len(args) > 1 {
		second = args[1]
	} else if s.cfg.Project == "" {
		h = h.of(from.Project.ID) // the latest of the same project, wherever the person is
	}
	to, err = s.pickRef(ctx, h, second)
	return from, to, err
}

// title names a snapshot with its moment.
func (s *session) title(m *snapshot.Manifest) string {
	return shortID(m.ID) + " (" + s.lang.Date(when(m)) + ")"
}

func (s *session) showChange(c browse.Change) {
	old, now := c.Old, c.New
	size := func(e *tree.Entry) int64 {
		if e == nil {
			return 0
		}
		return e.Size
	}
	e := now
	if e == nil {
		e = old
	}
	word := changeWords[c.Kind]
	s.object(jsonChange{"change", pathJSON(c.Path), word.word, kindWord(e.Type), size(old), size(now)})
	if c.Kind == browse.Metadata && !s.verbose {
		return
	}
	name := term.Escape(c.Path)
	if e.Type == tree.Dir {
		name += "/"
	}
	if c.Kind == browse.Modified && e.Type == tree.File {
		name += "  " + s.lang.Bytes(old.Size) + " → " + s.lang.Bytes(now.Size)
	}
	s.say(word.letter + " " + name)
}

// diffEnd sums up.
func (s *session) diffEnd(n map[browse.Kind]int64) {
	b, l := s.text.Browse, s.lang
	if n[browse.Added]+n[browse.Removed]+n[browse.Modified]+n[browse.Retyped]+n[browse.Metadata] == 0 {
		s.tell(b.NoDifference)
		return
	}
	line := l.Count(b.Added, n[browse.Added]) + ", " + l.Count(b.Removed, n[browse.Removed]) + ", " +
		l.Count(b.Modified, n[browse.Modified]+n[browse.Retyped])
	if n[browse.Metadata] > 0 {
		line += ", " + l.Count(b.Metadata, n[browse.Metadata])
	}
	s.tell(line)
}
