package verify

import (
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/parity"
	"backup_projeto/internal/report"
)

// Options say how much is proven.
type Options struct {
	// DataPercent, or else DataBytes, is how much of the stored packs is read and authenticated; both 0 means structure only. Packs
	// are taken whole, those first that were not read for longest, so that repeated runs cover everything.
	DataPercent float64
	DataBytes   int64
	Sample      int // files to restore into a temporary folder and compare by hash
	// Live is a folder to compare sampled files with where they are unchanged; "" means none. Files are looked for in it if their
	// snapshot is of LiveProject or, where that is zero, was taken of that very folder.
	Live        string
	LiveProject core.UUID
	// ProofFile is where it is remembered which packs were read; "" means "proof" in the repository's cache, and no memory where there
	// is no cache.
	ProofFile string
	Parallel  int  // workers; 0 means one for each core
	Proofs    bool // say of each pack when it was last read
	// Doubt has packs that the caller has read and found wrong, so that they need not be read for it.
	Doubt map[core.ID]bool
	// Vouch lists packs that were read and found right in an index object of this device, where only devices do that may write and not read:
	// from then on backups of others count on them.
	Vouch bool
	// Lost is called for each file that cannot be restored whole, the newest snapshots first, from one goroutine; nil where Damaged.Files
	// are enough. It may be called for all files of a repository: what it keeps is its own affair. An error ends the run.
	Lost func(Lost) error
	// Lack is called, likewise, for each block that a snapshot needs and nobody can have, once for each file or folder that needs it.
	Lack func(id core.ID)
}

// Lost is a file that cannot be restored whole, and why.
type Lost struct {
	Suffers
	Size   int64  // bytes of the file; below 0 where it is a folder or a whole snapshot
	Object string // that is missing or damaged; where there are several, the first by name
	Err    error  // what is wrong with it
}

// MaxFiles is how many suffering files a Damaged names, and maxAllFiles how many all of a result's do, so that a lost repository
// does not take as much memory as it had files.
const (
	MaxFiles    = 100
	maxAllFiles = 100_000
)

// Damaged is one object that is missing or wrong, with what suffers from it. Where snapshots need blocks that no index lists, though every
// index object is readable, an index object must be missing whose name nobody knows: its Object is "index".
type Damaged struct {
	Object string // its name in the store
	Err    error
	Files  []Suffers // at most MaxFiles, of the newest snapshots
	Total  int64     // all of them
	// Mendable says that it is a pack which parity mends: nothing suffers from it as long as that holds.
	Mendable bool
}

// Proof says when a pack was last read to its last byte.
type Proof struct {
	Pack string    // its name in the store
	Size int64     // bytes
	Time time.Time // by this machine's clock; zero where it never was, as far as is remembered
	Bad  bool      // it was found damaged then
}

// Suffers names a file of a snapshot that cannot be restored whole. A folder whose list is lost stands for all that is below it, and
// Path "." for the whole snapshot.
type Suffers struct {
	Snapshot core.UUID
	Path     string // slash path of raw bytes
}

// Result says what was proven.
type Result struct {
	Snapshots, Trees, Chunks, Packs int64     // checked in structure: trees that differ, chunks that the index lists
	PacksRead, BytesRead            int64     // read and authenticated in this run
	PacksProven, PacksTotal         int64     // read in this or earlier runs and found right when that was last; packs of the index that are stored
	BytesProven, BytesTotal         int64     // of these
	Oldest                          time.Time // when the one of them was read whose reading is longest ago, by this machine's clock; zero for none
	Proofs                          []Proof   // of all packs, with Options.Proofs, those first that were never read, and then the oldest
	Vouched                         int64     // packs that were vouched for
	Unlisted, UnlistedBytes         int64     // packs in the store that no index lists: an interrupted backup's, no damage
	Aside, AsideBytes               int64     // objects that repairs have set aside
	Parity                          parity.Share
	WithoutParity                   int64 // packs of the index, where Parity is above 0; no damage
	Sampled, SampledLive            int64 // files restored and compared; compared with the live file too
	Damaged                         []Damaged
	UnlistedPacks                   []core.ID // by name
	// Suspects are the packs that something is wrong with, also those that are no damage, as a mark condemns them and nothing needs them.
	Suspects []core.ID
	Issues   []report.Issue
	Duration time.Duration
}
