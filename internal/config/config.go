// Package config turns what a person wrote, as flags and as BACKUP_PROJETO_* variables, into settings that the rest of the
// program can rely on, or into the list of everything that is wrong with it.
//
// Terms: a setting has an English and a Portuguese flag, its twins, which mean the same; its variables are the flags' names in
// capitals behind BACKUP_PROJETO_. A scope is a group of settings that some commands take. The place is where a repository is.
//
// Map: table.go lists every setting; input.go holds what was typed; resolve.go picks flag, variable or default; check.go judges
// all of it together; place.go reads the place, s3.go one in a bucket; ref.go reads which snapshot is meant; value.go reads sizes, shares and booleans,
// and read.go all of them in turn; near.go guesses what was meant;
// paths.go knows each system's folders.
//
// Promise: a Config without error can be used as it is; a problem names the flag or variable as it was typed; nothing here
// touches the network, the disk or the terminal, and nothing here is text for people.
package config

import (
	"strings"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/cost"
	"backup_projeto/internal/i18n"
)

// Config is every setting, resolved and checked. Settings outside the command's scopes have their zero value.
type Config struct {
	Lang i18n.Lang

	JSON, Quiet, Verbose, Yes bool

	Place Place
	From  Place     // a second repository, for repair; without Strategy there is none
	AsOf  time.Time // the repository as it was then, by the store's clock; zero for the present

	Project  string // the project's name, "" for the folder's own
	Parallel int    // 0 means one for each core
	DryRun   bool

	Exclude, Include []string
	OneFileSystem    bool
	MaxSize          int64
	Compression      string // of package pack's Levels
	Tags             []string

	Restore   bool // --restore was given
	Snapshot  string
	To        string
	Overwrite bool

	All   bool // snapshots of every project
	Share Share
	// Sample is how many files to restore on trial.
	Sample int

	Retain bool // after a backup: --retain=auto
	Keep   Keep

	Prune Prune

	// Parity is how much of each pack of a new repository may be lost, SetParity of this one's, in hundredths of a percent: 0 is no parity,
	// nil that nothing was said.
	Parity, SetParity *int
	Check             bool // read all packs and their parity

	WriteOnly bool
	Label     string

	Version bool // --version was given
}

// Share is how much of the stored data to read: a percentage or a number of bytes.
type Share struct {
	Percent float64
	Bytes   int64
}

// Span is a length of time by the calendar.
type Span struct{ Years, Months, Days, Hours int }

// Keep says which snapshots are kept.
type Keep struct {
	Last, Hourly, Daily, Weekly, Monthly, Yearly int

	Within Span
	Tags   []string
	Safety Span // snapshots that restores take
}

// Prune says what is freed.
type Prune struct {
	MaxUnused  Share // dead data that may stay in packs that are partly used
	MaxRewrite int64 // bytes of packs to rewrite; 0 is without limit
	Grace      Span  // how long what is condemned stays

	Prices *cost.Prices // that a person gave; nil leaves it to what is known of the place
}

// Duration returns the length of time, a month taken as 30 days and a year as 365.
func (s Span) Duration() time.Duration {
	return time.Duration(24*(365*s.Years+30*s.Months+s.Days)+s.Hours) * time.Hour
}

// nothing reports whether no regular snapshot would be kept for its date or its tags.
func (k *Keep) nothing() bool {
	return k.Last+k.Hourly+k.Daily+k.Weekly+k.Monthly+k.Yearly == 0 && k.Within == Span{} && len(k.Tags) == 0
}

// Problem is one thing wrong with the settings. Subject is the flag or variable as it was typed.
type Problem struct {
	Code    core.Code
	Subject string
	Value   string
	Near    string
	List    []string
	Other   string
}

// Error gives the technical form.
func (p Problem) Error() string {
	s := string(p.Code)
	if p.Subject != "" {
		s += " " + p.Subject
	}
	if p.Value != "" {
		s += "=" + p.Value
	}
	return s
}

// Problems is everything wrong at once; it is the cause of the usage error that Resolve returns.
type Problems []Problem

// Error joins the technical forms.
func (ps Problems) Error() string {
	parts := make([]string, len(ps))
	for i, p := range ps {
		parts[i] = p.Error()
	}
	return strings.Join(parts, "; ")
}

// Err wraps the problems as a usage error, or returns nil when there is none.
func (ps Problems) Err() error {
	if len(ps) == 0 {
		return nil
	}
	return &core.Error{Kind: core.Usage, Code: "usage", Err: ps}
}
