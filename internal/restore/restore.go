// Package restore writes a snapshot, or a part of it, into a folder.
//
// Terms: the target is the folder written into; a plan says for each chosen entry what will be done; an older copy is what stands
// in the target under an entry's name; a batch is entries whose content is fetched together; content is a file's bytes without its
// holes.
//
// Map: plan.go walks the snapshot beside the target, compare.go decides and verdict.go takes note; write.go walks again and fills
// batches (content.go, batch.go), which fetch.go reads pack by pack into files (file.go) of folders (made.go); local.go takes from older copies
// what they still have; links.go and special.go make everything else; folder.go keeps handles of the target's folders, layout.go knows
// the holes of files, issue.go tells what failed, options.go what is asked for and done. walk.go and choice.go serve both walks.
//
// Promises:
//   - nothing is written before the plan is complete and, where something existing would be replaced, agreed to;
//   - what exists and is identical, content compared by chunk ids, is not written; what is not in the snapshot is not touched, but
//     for a folder that stands where the snapshot has something else, which counts as replaced;
//   - every name is used relative to the open handle of its folder, so no link, whether it was there or appears meanwhile, leads
//     out of the target, and paths may be longer than the system allows;
//   - a file appears under its name whole, checked and with its metadata, or not at all, and the older copy stays until then;
//   - a damaged chunk costs the files that contain it and nothing else, and the result is an error all the same.
//
// Memory: the plan holds a byte for each entry of those folders that the target has already and some 80 bytes for each such folder,
// and nothing for what is new; its 10,000 lines hold a name each, and those of the folders that lead to them, but no paths. While it is made, also the names in those folders of the target that lead to the one it has come
// to. Writing holds three batches of at most 10,000 entries and 16,000 chunks, about 30 MB, a segment for each worker, and 200 bytes
// for each inode with several names. At most 2 × 128 unfinished files are open, their folders, and 256 folders besides. Where packs are damaged and have
// parity, two that were mended are held, and two more while one is.
package restore

import (
	"context"
	"iter"
	"os"
	"runtime"
	"time"

	"backup_projeto/internal/chunk"
	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/index"
	"backup_projeto/internal/meta"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/tree"
)

// source is what a restore needs of a repository; its index is loaded. Repo documents the methods.
type source interface {
	Dir(context.Context, tree.Content) iter.Seq2[*tree.Entry, error]
	ContentIDs(context.Context, tree.Content) iter.Seq2[core.ID, error]
	Lookup(*core.ID) []index.Location
	Places(context.Context, *core.ID) ([]index.Location, error)
	Moved(ctx context.Context, id *core.ID, pack core.ID) (bool, error)
	ReadSegmentsInTurn(ctx context.Context, s []repo.Segment, turn func() error, fn func(i int, raw []byte, err error) error) error
	CheckID(core.ID, []byte) bool
	Hasher() *crypto.IDHasher
	Cutter() *chunk.Cutter
}

// Run restores the snapshot m of r, whose index is loaded. A result is returned with an error too, as far as there is one. The
// errors: "restore-would-overwrite", "inside-repository" and "no-path" (kind Usage) before anything was written; kind Damage, code
// "restore-damaged", if stored data is damaged and everything that is whole was restored; kind Source, code "restore-incomplete",
// if some entries could not be written; any other error ended the work: of the target kind Source, of the store Destination. The
// issues name the entries. Metadata that could not be set, and special files that this system or user cannot make, are issues only.
func Run(ctx context.Context, r *repo.Repo, m *snapshot.Manifest, o Options, rep report.Reporter) (*Result, error) {
	j := newJob(r, m, o, rep)
	return j.res, j.run(ctx)
}

func newJob(src source, m *snapshot.Manifest, o Options, rep report.Reporter) *job {
	j := &job{src: src, o: o, rep: rep, m: m, root: &m.Root, workers: workers(o.Parallel), limits: usual, now: time.Now(), res: &Result{}, reported: map[core.ID]bool{},
		places: new(meta.Places)}
	j.apply = &meta.Apply{Names: &meta.Names{}, Owner: os.Geteuid() == 0}
	return j
}

// minWorkers is how many workers there are on a machine with fewer cores: they wait for the store much of the time.
const minWorkers = 4

func workers(n int) int {
	if n > 0 {
		return n
	}
	return max(runtime.GOMAXPROCS(0), minWorkers)
}

// job is one call of Run.
type job struct {
	src     source
	o       Options
	rep     report.Reporter
	m       *snapshot.Manifest
	root    *tree.Entry // of m
	apply   *meta.Apply
	workers int
	limits  limits
	now     time.Time // when it began
	res     *Result
	issues  issues

	places   *meta.Places     // those of Options.Keep
	rootDue  bool             // the target itself gets the root's metadata even if nothing is written in it
	reported map[core.ID]bool // hashes of the paths of folders whose damage the plan reported
}

// bounded reads the snapshot's folders, for one walk through them.
func (j *job) bounded() *snapshot.Bound { return snapshot.Bounded(j.src.Dir, j.m) }

func (j *job) run(ctx context.Context) error {
	defer func() { j.res.Duration = time.Since(j.now) }()
	if j.places = meta.FindPlaces(j.o.Target, j.o.Keep); j.places.Within() {
		return &core.Error{Kind: core.Usage, Code: codeInside, Subject: j.o.Target}
	}
	target, err := openExisting(j.o.Target)
	if err != nil {
		return err
	}
	if target != nil {
		defer target.Close()
	}
	top, err := j.plan(ctx, target)
	if err != nil || j.o.DryRun {
		return j.end(err)
	}
	if err := j.agree(ctx); err != nil {
		return j.end(err)
	}
	if target == nil {
		if target, err = makeTarget(j.o.Target); err != nil {
			return j.end(err)
		}
		defer target.Close()
	}
	return j.end(j.write(ctx, target, top))
}

// agree asks before something that exists is replaced, and has it saved.
func (j *job) agree(ctx context.Context) error {
	if j.res.Plan.touched == 0 {
		return nil
	}
	if j.res.Plan.Overwrite > 0 && !j.o.Overwrite && (j.o.Confirm == nil || !j.o.Confirm(&j.res.Plan)) {
		return &core.Error{Kind: core.Usage, Code: "restore-would-overwrite", Subject: j.o.Target}
	}
	if j.o.Safety != nil {
		if err := j.o.Safety(ctx); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// end turns what was lost on the way into an error, unless there is one.
func (j *job) end(err error) error {
	j.res.Issues = j.issues.list()
	if err != nil {
		return err
	}
	return j.issues.verdict()
}

// openExisting opens the target; nil if there is none.
func openExisting(path string) (*meta.Target, error) {
	if _, err := os.Stat(path); os.IsNotExist(err) {
		return nil, nil
	}
	return meta.OpenTarget(path)
}

func makeTarget(path string) (*meta.Target, error) {
	if err := os.MkdirAll(path, 0o755); err != nil {
		return nil, &core.Error{Kind: core.Source, Subject: path, Err: err}
	}
	return meta.OpenTarget(path)
}
