package backup

import (
	"time"

	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/snapshot"
)

// Options say what is saved and how.
type Options struct {
	Root    string           // the project's folder
	Project snapshot.Project // its identity
	Host    string           // this machine's name
	Version string           // of the program
	Tags    []string
	Safety  bool // the snapshot is a restore's safety copy

	Exclude       []string // gitignore patterns, relative to Root, later ones win
	Include       []string // patterns that win over every exclude
	OneFileSystem bool
	MaxSize       int64    // bytes; larger files are left out; 0 means no limit
	SkipPaths     []string // folders never entered, nor saved from within: the repository itself, local state

	Parallel int  // files read at once; 0 means two for each core
	Estimate bool // count beside the backup what there is, where no earlier snapshot tells: for someone who watches
	DryRun   bool // scan, compare and read, but store nothing
}

// Result says what a backup did. In a dry run Snapshot is what would have been saved.
type Result struct {
	Snapshot *snapshot.Manifest
	Issues   []report.Issue // at most snapshot.MaxUnread
	Grown    []string       // files that became longer while they were read, and were saved as they were before; as many at most
	Damaged  []repo.Damaged // index objects that could not be read: what only they list was stored again
	Duration time.Duration
}
