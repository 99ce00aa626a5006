package config

import (
	"slices"
	"strings"

	"backup_projeto/internal/i18n"
)

// System is what resolving needs to know of the machine.
type System struct {
	Lang   i18n.Lang // the language that problems will be told in
	GOOS   string
	Home   string
	Cwd    string
	Getenv func(string) string
}

// resolver collects the values, and the problems on the way.
type resolver struct {
	sys      System
	input    *Input
	scopes   Scope
	problems Problems
	found    map[string]found
}

// Resolve reads the settings of those scopes from flags, then variables, then defaults, and judges all of them together. The error
// is of kind Usage and its cause is Problems.
func Resolve(input *Input, scopes Scope, sys System) (*Config, error) {
	r := &resolver{sys: sys, input: input, scopes: scopes, found: map[string]found{}}
	for i := range Settings {
		if s := &Settings[i]; s.Scope&scopes != 0 {
			r.found[s.Name] = r.find(s)
		}
	}
	c := r.build()
	return c, r.problems.Err()
}

func (r *resolver) problem(p Problem) { r.problems = append(r.problems, p) }

// find picks the strongest source of a setting. Twins that disagree within one source are a problem.
func (r *resolver) find(s *Setting) found {
	if f := r.fromFlags(s); f.source != fromDefault {
		return f
	}
	var best found
	for i, name := range s.Variables() {
		v := r.sys.Getenv(name)
		if v == "" {
			continue
		}
		src := fromVariable
		if i >= len(s.Names()) {
			src = fromForeign
		}
		switch {
		case best.source == fromDefault:
			best = found{[]string{v}, name, src}
			if s.Kind == List {
				best.values = splitList(v)
			}
		case src == fromVariable && v != strings.Join(best.values, ",") && s.Kind != List && v != best.text():
			r.problem(Problem{Code: "twins-differ", Subject: best.origin, Other: name})
		}
	}
	return best
}

func (r *resolver) fromFlags(s *Setting) found {
	var f found
	first := ""
	for _, o := range r.input.given {
		if o.setting != s.Name {
			continue
		}
		if first != "" && o.origin != first && s.Kind != List && o.value != f.text() {
			r.problem(Problem{Code: "twins-differ", Subject: first, Other: o.origin})
		}
		if first == "" {
			first = o.origin
		}
		f = found{append(f.values, o.value), o.origin, fromFlag}
	}
	return f
}

// text returns a setting's value, or its default.
func (r *resolver) text(name string) string {
	f, ok := r.found[name]
	if !ok {
		return ""
	}
	if f.source == fromDefault {
		return Find(name).Default
	}
	return f.text()
}

// name returns how to speak of a setting: as it was typed, else by its flag in the person's language.
func (r *resolver) name(setting string) string {
	if f := r.found[setting]; f.source != fromDefault {
		return f.origin
	}
	return "--" + r.sys.Lang.Pick(Find(setting).Name, Find(setting).PT)
}

// bad reports a value that cannot be used.
func (r *resolver) bad(setting string, p Problem) {
	p.Subject, p.Value = r.name(setting), r.text(setting)
	r.problem(p)
}

func (r *resolver) build() *Config {
	c := &Config{Lang: r.sys.Lang}
	c.JSON, c.Quiet, c.Verbose, c.Yes = r.truth("json"), r.truth("quiet"), r.truth("verbose"), r.truth("yes")
	c.Restore, c.Version = r.truth("restore"), r.truth("version")
	c.Place, c.From = r.place(), r.from()
	if r.scopes&Switch == 0 || c.Restore { // a backup is of now
		c.AsOf = r.moment("as-of")
	}
	c.Project, c.All = r.text("project"), r.truth("all")
	c.Snapshot, c.To, c.Overwrite = r.text("snapshot"), r.path(r.text("to")), r.truth("overwrite")
	c.Exclude, c.Include, c.Tags = r.list("exclude"), r.list("include"), r.list("tag")
	c.OneFileSystem, c.MaxSize = r.truth("one-file-system"), r.size("max-size")
	c.Compression = r.choice("compression")
	c.Share, c.Sample = r.share("data"), r.count("sample", 1_000_000)
	c.Retain, c.Keep = r.choice("retain") == "auto", r.keep()
	c.Prune = r.prune()
	c.Parity, c.SetParity, c.Check = r.parity("parity"), r.parity("set"), r.truth("check")
	c.WriteOnly, c.Label = r.truth("write-only"), r.text("label")
	c.DryRun, c.Parallel = r.truth("dry-run"), r.count("parallel", 256)
	r.lang(c)
	r.filled()
	r.together(c)
	return c
}

// filled reports flags that are given and empty, as where a script's variable is not set: they would mean another place, project or amount
// than the one that was meant. Of words, those that name a part of a place may be empty, since that says there is none.
func (r *resolver) filled() {
	never := []string{"to", "project", "strategy", "as-of", "parity", "set", "prices", "max-unused", "retain", "lock-mode", "compression", "lang"}
	for i := range Settings {
		s := &Settings[i]
		if (s.Kind == Text || s.Kind == Folder) && !slices.Contains(never, s.Name) || s.Kind == List {
			continue
		}
		if r.found[s.Name].source == fromFlag && strings.TrimSpace(r.text(s.Name)) == "" {
			r.problem(Problem{Code: "value-empty", Subject: r.name(s.Name)})
		}
	}
}

func (r *resolver) lang(c *Config) {
	v := r.text("lang")
	if v == "" {
		return
	}
	l, ok := i18n.ParseLang(v)
	if !ok {
		r.bad("lang", Problem{Code: "unknown-lang", List: Find("lang").Values})
		return
	}
	c.Lang = l
}

func (r *resolver) list(setting string) []string {
	values := r.found[setting].values
	if slices.ContainsFunc(values, func(v string) bool { return strings.TrimSpace(v) == "" }) {
		r.problem(Problem{Code: "value-empty", Subject: r.name(setting)})
	}
	return values
}
