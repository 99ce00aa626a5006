package cli

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/storage"
	"backup_projeto/internal/storage/observe"
)

// scratchPrefix begins the names of folders in the cache that serve one look at the past.
const scratchPrefix = "as-of-"

// staleScratch is how old such a folder is when whoever made it is taken to be gone.
const staleScratch = 24 * time.Hour

// lookBack turns the session to the moment of --as-of. The caches of the present are neither read, since they may know what was not there
// then, nor written: the view has a folder of its own for as long as it lasts.
func (s *session) lookBack(ctx context.Context) error {
	moment := s.cfg.AsOf
	if moment.IsZero() {
		return nil
	}
	h, ok := storage.As[storage.Historian](s.store)
	if !ok {
		return errKind(core.Usage, "as-of-unsupported", s.place())
	}
	view, err := h.AsOf(ctx, moment)
	if err != nil {
		return err
	}
	s.store = observe.New(view)
	if s.scratch, err = newScratch(s.dirs.Cache); err != nil {
		return sourceError("", s.dirs.Cache, err)
	}
	s.tell(f(s.text.Browse.AsOf, s.place(), s.lang.Date(moment)))
	return nil
}

// newScratch makes a folder for a view, and clears away those of views that were killed.
func newScratch(cache string) (string, error) {
	entries, _ := os.ReadDir(cache)
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && e.IsDir() && strings.HasPrefix(e.Name(), scratchPrefix) && time.Since(info.ModTime()) > staleScratch {
			_ = os.RemoveAll(filepath.Join(cache, e.Name()))
		}
	}
	if err := os.MkdirAll(cache, 0o700); err != nil {
		return "", err
	}
	return os.MkdirTemp(cache, scratchPrefix)
}

// absentThen explains that there is no repository: at that moment there was none.
func (s *session) absentThen(err error) error {
	if s.cfg.AsOf.IsZero() || core.KindOf(err) != core.NoRepository {
		return err
	}
	return &core.Error{Kind: core.NoRepository, Code: "as-of-empty", Subject: s.place(), Err: err}
}

// configObject is what makes a place a repository's.
const configObject = "config"

// These say that a repository, or only its configuration, is not there any more, and that its versions are.
const (
	codePast       core.Code = "repository-past"
	codePastConfig core.Code = "config-past"
)

// mostEnds is how many moments are tried: a configuration is written once, but for repairs and attacks.
const mostEnds = 10

// goneSince explains that a repository cannot be opened: in a bucket that keeps versions it was deleted or overwritten, and the last moment at
// which it was there is known, to the second, as people write moments. Whoever may not list versions gets the error as it is.
func (s *session) goneSince(ctx context.Context, err error) error {
	kind := core.KindOf(err)
	if s.header != nil || !s.cfg.AsOf.IsZero() || kind != core.NoRepository && kind != core.Damage {
		return err
	}
	h, ok := storage.As[storage.Historian](s.store)
	if !ok {
		return err
	}
	ends, e := h.Ends(ctx, configObject)
	if e != nil {
		return err
	}
	for _, end := range ends[:min(len(ends), mostEnds)] {
		before := end.Truncate(time.Second)
		view, e := h.AsOf(ctx, before.Add(-1))
		if e == nil {
			_, e = view.Stat(ctx, configObject)
		}
		if e == nil {
			_, e = repo.ReadHeader(ctx, view)
		}
		if e == nil {
			code := codePastConfig
			if core.CodeOf(err) == "no-repository" {
				code = codePast
			}
			return &core.Error{Kind: kind, Code: code, Subject: s.place(), Err: &moreValues{value: before.Add(-time.Second).UTC().Format(time.RFC3339)}}
		}
	}
	return err
}

// present opens the repository as it is now, for what has to be saved while the past is read.
func (s *session) present(ctx context.Context) (*session, func(), error) {
	if s.cfg.AsOf.IsZero() {
		return s, func() {}, nil
	}
	a, cfg := *s.app, *s.cfg
	cfg.AsOf = time.Time{}
	a.cfg = &cfg
	now, err := a.open(ctx, false)
	if err != nil {
		return nil, nil, &core.Error{Kind: core.KindOf(err), Code: "as-of-safety", Subject: s.place(), Err: err}
	}
	return now, now.close, nil
}
