package restore

import (
	"context"
	"slices"
	"strings"
	"time"

	"backup_projeto/internal/report"
)

// Action is what a plan does with one entry.
type Action uint8

// The actions of a plan.
const (
	Create    Action = iota // nothing is there
	Overwrite               // something else is there and is replaced
	Keep                    // it is there already, identical
	Metadata                // content is identical, metadata differs and is set; this asks for no consent, but is saved first
)

// Options say what is written and where.
type Options struct {
	Target   string   // the folder to write into; made if absent
	Paths    []string // slash paths within the snapshot, with what is below them; none means all
	Patterns []string // gitignore patterns that choose entries; none means all
	Parallel int      // workers; 0 means one for each core, and at least 4
	DryRun   bool     // plan only
	// Overwrite allows replacing what differs. Without it such entries make Run return code "restore-would-overwrite",
	// with nothing written, unless Confirm agrees.
	Overwrite bool
	// Confirm is asked, with the plan, before anything existing is replaced; nil means no.
	Confirm func(*Plan) bool
	// Safety is called before anything existing is replaced, or given other metadata, folders aside, and saves the target's present
	// state; nil where there is nothing to save.
	Safety func(context.Context) error
	// Keep names folders that nothing is written in and that nothing replaces, whatever the snapshot has in their place: the repository.
	Keep []string
}

// Item is one line of a plan. Its path is put together when it is asked for: a plan may have many entries of one long path.
type Item struct {
	In     *Place // the folder that the entry is in; nil for the target itself
	Name   string
	Action Action
	Size   int64 // bytes of content to be written

	serial int64 // the place in the walk
}

// Place is a folder below the target.
type Place struct {
	In   *Place // nil for the target itself
	Name string
}

// Path returns the entry's slash path relative to the target.
func (i *Item) Path() string { return i.In.path(i.Name) }

func (p *Place) path(name string) string {
	parts := []string{name}
	for ; p != nil; p = p.In {
		parts = append(parts, p.Name)
	}
	slices.Reverse(parts)
	return strings.TrimSuffix(strings.Join(parts, "/"), "/")
}

// Plan is what a restore would do. The counts are of entries of all types, the target folder itself left out. Items lists at most
// MaxItems entries that are not Keep, overwritten ones first, else in the order of the walk: by names, a folder before what is in it.
type Plan struct {
	Items                             []Item
	Create, Overwrite, Keep, Metadata int64
	Bytes                             int64 // content to be written

	touched int64 // entries that exist and change, folders' metadata aside
}

// MaxItems is how many lines a plan keeps.
const MaxItems = 10000

// Result says what a restore did.
type Result struct {
	Plan     Plan
	Files    int64 // files written
	Bytes    int64 // content written
	Fetched  int64 // bytes that came from the store
	Verified int64 // files read back and found right
	Issues   []report.Issue
	Duration time.Duration
}
