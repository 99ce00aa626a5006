package report

import (
	"fmt"
	"time"
)

// Program names that goals speak of. Own is the program that is built here.
const (
	Own    = "backup_projeto"
	Restic = "restic"
)

// The jobs.
const (
	First     = "first"
	Unchanged = "unchanged"
	Changed   = "changed"
	Open      = "open"
	List      = "list"
	Diff      = "diff"
	Verify    = "verify"
	Restore   = "restore"
	Over      = "over"
	One       = "one"
	Story     = "story"
)

// Jobs lists the jobs in the order in which they are measured and shown.
var Jobs = []string{First, Unchanged, Changed, Open, List, Diff, Verify, Restore, Over, One, Story}

// The places.
const (
	Local = "local"
	S3    = "s3"
	FarS3 = "far"
)

// titles are the words for jobs and places.
var titles = map[string]string{
	First: "first backup", Unchanged: "nothing changed", Changed: "1 % changed", Open: "list snapshots", List: "list a folder",
	Diff: "compare two snapshots", Verify: "verify all data", Restore: "restore all", Over: "restore over an older copy",
	One: "restore one file", Story: "all snapshots of a story", S3: "S3", FarS3: "S3, 40 ms away",
}

// Title returns a job's or a place's words.
func Title(name string) string {
	if t, ok := titles[name]; ok {
		return t
	}
	return name
}

// FarTrip is the round trip of FarS3.
const FarTrip = 40 * time.Millisecond

// goal is one line of what is to be reached.
type goal struct {
	text    string
	at      Key    // Program is Own
	metric  Metric // "" for trips
	against string // the program whose figure is the measure; "" for a number
	place   string // where the other figure is from, if not the same place
	limit   float64
}

// trips is the metric of how many round trips a job waits for, one after the other: what the delay added to its time.
const trips Metric = "round trips"

// goals are those of the issue that asked for this benchmark, for 2 cores and the full sets.
var goals = []goal{
	{"first backup of many small files, against tar | zstd", at("a", Local, First), Seconds, "tar|zstd", "", 0.8},
	{"first backup of many small files, against restic", at("a", Local, First), Seconds, Restic, "", 0.4},
	{"nothing changed, against find", at("a", Local, Unchanged), Seconds, "find", "", 1.5},
	{"nothing changed, against restic", at("a", Local, Unchanged), Seconds, Restic, "", 0.15},
	{"1 % changed, against restic", at("a", Local, Changed), Seconds, Restic, "", 0.25},
	{"restore all, against tar", at("a", Local, Restore), Seconds, "tar", "", 0.8},
	{"restore all, against restic", at("a", Local, Restore), Seconds, Restic, "", 0.7},
	{"stored of many small files, against restic", at("a", Local, First), Stored, Restic, "", 0.85},
	{"stored of source code, against restic", at("b", Local, First), Stored, Restic, "", 0.78},
	{"verify all data, against restic", at("a", Local, Verify), Seconds, Restic, "", 0.7},
	{"first backup to far S3, against restic", at("a", FarS3, First), Seconds, Restic, "", 0.5},
	{"first backup to far S3, against the local one", at("a", FarS3, First), Seconds, Own, Local, 1.1},
	{"restore from far S3, against restic", at("a", FarS3, Restore), Seconds, Restic, "", 0.5},
	{"one file from far S3, round trips after opening", at("a", FarS3, One), trips, "", "", 6},
	{"peak memory of a first backup, many files, MB", at("a", Local, First), Peak, "", "", 120},
	{"peak memory of a first backup, large files, MB", at("c", Local, First), Peak, "", "", 120},
	{"stored of a changed database, against restic", at("c", Local, Changed), Stored, Restic, "", 1},
}

func at(set, place, job string) Key { return Key{set, place, job, Own} }

// Verdict says whether a goal is reached.
type Verdict struct {
	Goal    string   `json:"goal"`
	Limit   float64  `json:"limit"`             // at most
	Is      *float64 `json:"is,omitempty"`      // nil where it was not measured
	Reached bool     `json:"reached,omitempty"` // false where it was not measured
}

// megabyte is the unit of goals for memory.
const megabyte = 1e6

// Judge compares the figures with the goals.
func (r *Results) Judge() {
	r.Verdicts = nil
	for i := range goals {
		g := &goals[i]
		v := Verdict{Goal: g.text, Limit: g.limit}
		if is, ok := r.figure(g); ok {
			v.Is, v.Reached = &is, is <= g.limit
		}
		r.Verdicts = append(r.Verdicts, v)
	}
}

// figure returns what a goal is about.
func (r *Results) figure(g *goal) (float64, bool) {
	if g.metric == trips {
		return r.tripsAfterOpening(g.at)
	}
	mine, ok := r.Find(g.at).Value(g.metric)
	if !ok {
		return 0, false
	}
	if g.against == "" {
		if g.metric == Peak {
			mine /= megabyte
		}
		return mine, true
	}
	other := g.at
	other.Program = g.against
	if g.place != "" {
		other.Place = g.place
	}
	theirs, ok := r.Find(other).Value(g.metric)
	if !ok || theirs == 0 {
		return 0, false
	}
	return mine / theirs, true
}

// tripsAfterOpening says for how many round trips a job waits more than the job Open, which does nothing but open the repository and read
// its snapshots. The difference between a place near and the same place far away is only waiting.
func (r *Results) tripsAfterOpening(k Key) (float64, bool) {
	waits := func(job string) (float64, bool) {
		near, far := k, k
		near.Job, far.Job, near.Place = job, job, S3
		a, ok1 := r.Find(near).Value(Seconds)
		b, ok2 := r.Find(far).Value(Seconds)
		return (b - a) / FarTrip.Seconds(), ok1 && ok2
	}
	all, ok1 := waits(k.Job)
	opening, ok2 := waits(Open)
	return max(0, all-opening), ok1 && ok2
}

// String is a verdict in words.
func (v *Verdict) String() string {
	switch {
	case v.Is == nil:
		return "not measured"
	case v.Reached:
		return fmt.Sprintf("reached (%s)", short(*v.Is))
	}
	return fmt.Sprintf("missed (%s)", short(*v.Is))
}
