package restore

import (
	"path"
	"strings"

	"backup_projeto/internal/core"
	"backup_projeto/internal/scan/ignore"
)

// choice says what is restored of a folder's entries, and becomes another choice on the way down. An entry is chosen if it is in
// one of the paths and matches the patterns, as far as there are any.
type choice struct {
	chosen bool // the folder itself is restored, with its metadata
	inside bool // the folder is in one of the paths
	paths  []pathRest
	match  *ignore.Matcher // nil where everything matches
}

// pathRest is the part of a path that is below the folder that a choice is about.
type pathRest struct {
	parts []string
	found *bool
}

// newChoice reads the options; found says for each path whether the snapshot had it, once the walk is done.
func newChoice(o *Options) (c choice, found []bool, err error) {
	if len(o.Patterns) > 0 {
		if c.match, err = ignore.Select(o.Patterns); err != nil {
			return c, nil, err
		}
	}
	c.inside = len(o.Paths) == 0
	found = make([]bool, len(o.Paths))
	for i, p := range o.Paths {
		clean := path.Clean(strings.TrimSuffix(p, "/"))
		switch {
		case clean == ".":
			c.inside, found[i] = true, true
			continue
		case strings.HasPrefix(clean, "/"), clean == "..", strings.HasPrefix(clean, "../"):
			return c, nil, noPath(p)
		}
		c.paths = append(c.paths, pathRest{strings.Split(clean, "/"), &found[i]})
	}
	c.chosen = c.inside && c.match == nil
	return c, found, nil
}

func noPath(p string) error { return &core.Error{Kind: core.Usage, Code: "no-path", Subject: p} }

// below returns the choice for an entry of the folder, and whether anything of it may be restored.
func (c *choice) below(name string, dir bool) (choice, bool) {
	next := choice{inside: c.inside}
	for _, p := range c.paths {
		switch {
		case p.parts[0] != name:
		case len(p.parts) == 1:
			*p.found = true
			next.inside = true
		case dir:
			next.paths = append(next.paths, pathRest{p.parts[1:], p.found})
		}
	}
	if !next.inside && len(next.paths) == 0 {
		return next, false
	}
	next.chosen = next.inside
	if c.match == nil {
		return next, true
	}
	var v ignore.Verdict
	if dir {
		next.match, v, _ = c.match.Dir(name)
	} else {
		v, _ = c.match.File(name)
	}
	if v == ignore.Skip {
		for _, p := range next.paths {
			*p.found = true // or not: nothing of it would be restored
		}
		return next, false
	}
	next.chosen = next.inside && v == ignore.Chosen
	return next, dir || next.chosen
}
