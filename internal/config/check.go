package config

import "strings"

// together judges the settings that depend on each other.
func (r *resolver) together(c *Config) {
	if c.Quiet && c.Verbose {
		r.problem(Problem{Code: "flags-conflict", Subject: r.name("quiet"), Other: r.name("verbose")})
	}
	if r.scopes&Switch != 0 {
		r.switched(c.Restore)
	}
	if r.scopes&Retaining != 0 && r.scopes&Saving != 0 && !c.Restore && strings.EqualFold(r.text("retain"), "off") {
		r.unretained()
	}
	if r.scopes&Listing != 0 && c.All && c.Project != "" {
		r.oneOrAll(c)
	}
	if c.Snapshot != "" {
		if _, err := ParseRef(c.Snapshot); err != nil {
			r.bad("snapshot", Problem{Code: "bad-snapshot"})
		}
	}
	if r.scopes&Retaining != 0 && (r.scopes&Saving == 0 || c.Retain) && c.Keep.nothing() {
		r.problem(Problem{Code: "policy-empty"})
	}
	if strings.ContainsAny(c.Project, "\x00\n") {
		r.bad("project", Problem{Code: "value-text"})
	}
	for _, t := range c.Tags {
		if strings.ContainsFunc(t, func(x rune) bool { return x < ' ' || x == ',' || x == 0x7f }) {
			r.problem(Problem{Code: "value-text", Subject: r.name("tag"), Value: t})
		}
	}
}

// oneOrAll judges a command line that names one project, and all: a flag wins over a variable, and two of a kind say nothing.
func (r *resolver) oneOrAll(c *Config) {
	project, all := r.found["project"].source == fromFlag, r.found["all"].source == fromFlag
	switch {
	case project && !all:
		c.All = false
	case all && !project:
		c.Project = ""
	default:
		r.problem(Problem{Code: "flags-conflict", Subject: r.name("project"), Other: r.name("all")})
	}
}

// switched judges the contract's form, where one command saves or restores: a flag of the other job was not meant.
func (r *resolver) switched(restore bool) {
	for i := range Settings {
		s := &Settings[i]
		if r.found[s.Name].source != fromFlag {
			continue
		}
		saves := s.Scope&(Saving|Retaining) != 0 && s.Scope&Selecting == 0
		restores := s.Scope&(Picking|Writing|Past) != 0
		switch {
		case restore && saves:
			r.problem(Problem{Code: "flags-conflict", Subject: r.name(s.Name), Other: r.name("restore")})
		case !restore && restores:
			r.problem(Problem{Code: "flag-needs", Subject: r.name(s.Name), Other: r.name("restore")})
		}
	}
}

// unretained judges a backup that drops nothing: what is to be kept was not meant for it.
func (r *resolver) unretained() {
	for i := range Settings {
		if s := &Settings[i]; s.Scope&Retaining != 0 && r.found[s.Name].source == fromFlag {
			r.problem(Problem{Code: "flag-needs", Subject: r.name(s.Name), Other: "--" + r.sys.Lang.Pick("retain", "reter") + "=auto"})
		}
	}
}
