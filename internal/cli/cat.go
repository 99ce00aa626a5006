package cli

import (
	"context"

	"backup_projeto/internal/cli/term"
	"backup_projeto/internal/core"
	"backup_projeto/internal/tree"
)

func runCat(ctx context.Context, a *app, args []string) error {
	return a.reading(ctx, func(s *session) error {
		path, e, err := s.entry(ctx, args[0])
		if err != nil {
			return err
		}
		if e.Type != tree.File {
			return errKind(core.Usage, "not-a-file", term.Escape(path))
		}
		return s.repo.WriteFile(ctx, e, outWriter{s.printer})
	})
}

// outWriter writes to standard output, and says so where that fails.
type outWriter struct{ p *printer }

// Write writes.
func (w outWriter) Write(b []byte) (int, error) {
	w.p.clear()
	n, err := w.p.stdout.Write(b)
	if err != nil {
		err = sourceError("output", "", err)
	}
	return n, err
}
