// Package verify proves that a repository holds what it should.
package verify

import (
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/report"
)

// Options say how much is proven.
type Options struct {
	// DataPercent, or else DataBytes, is how much of the stored packs is read and authenticated; both 0 means structure only.
	DataPercent float64
	DataBytes   int64
	Sample      int    // files to restore into a temporary folder and compare by hash
	Live        string // folder to compare sampled files with where they are unchanged; "" means none
	ProofFile   string // where it is remembered which packs were read, so that repeated runs cover everything; "" means none
	Parallel    int
}

// Damaged is one object that is missing or wrong, with what suffers from it.
type Damaged struct {
	Object string // its name in the store
	Err    error
	Files  []Suffers // at most 100
	Total  int64     // all of them
}

// Suffers names a file of a snapshot that cannot be restored whole.
type Suffers struct {
	Snapshot core.UUID
	Path     string
}

// Result says what was proven.
type Result struct {
	Snapshots, Trees, Chunks, Packs int64 // checked in structure
	PacksRead, BytesRead            int64 // read and authenticated in this run
	PacksProven, PacksTotal         int64 // read in this or earlier runs
	Sampled, SampledLive            int64 // files restored and compared; compared with the live file too
	Damaged                         []Damaged
	Issues                          []report.Issue
	Duration                        time.Duration
}
