// Package verify proves that a repository holds what it should.
//
// Terms: structure is what can be told without reading packs whole: the configuration, the key slots, index objects, snapshots, pins, marks, copies
// in the trash, the folders of all snapshots, those in the trash too, and that the packs are there; a proof is that a pack was read to its last byte and found right; a round is the runs in
// which every pack is read once; a suspect is a pack that something is wrong with; what suffers is the files that cannot be restored
// whole because of it.
//
// Map: verify.go runs the steps; trash.go reads the trash; packs.go compares the index with the store; walk.go goes through the folders and blocks.go reads them;
// data.go reads packs, proof.go remembers which and vouch.go vouches for them; sample.go restores files and live.go looks at those of the project; parity.go at
// parity; suspects.go looks into what is wrong, moved.go tells that from what prunes did meanwhile, suffer.go says what suffers from it, and
// lost.go passes that on; options.go is what is asked for and found; seen.go is a set of ids in bounded memory.
//
// Promises: nothing in the store is changed, but that packs which were found right are listed once more, where Options.Vouch says so. Damage is never an error of Run, and an error of the store is never taken for damage; what a
// listing misses is asked after by name before it is called missing. Everything is read from the store, whatever is cached locally.
// Memory is bounded: some 300 bytes for each pack, 150 more where it has parity, 128 MiB for the folders seen, the widest folder, for each of six
// packs more than workers two segments and a quarter MiB, 50 MB for footers and 16 MB for parity, or those of one pack, and four packs while damaged
// ones are mended.
// An index object that someone deleted whole leaves no trace here but the blocks that others miss then, and a snapshot one for a month: see
// repo.Vanished. What a mark condemns is damage only where a snapshot needs it.
package verify

import (
	"context"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/parallel"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/tree"
)

// Codes of this package.
const (
	codeWriteOnly   core.Code = "write-only"
	codeSlot        core.Code = "slot-uncertified"  // the repository's keys did not make this slot
	codeSlotLost    core.Code = "slot-missing"      // a slot is gone that nobody has revoked
	codeObject      core.Code = "object-damaged"    // an object that cannot be read, and no more is known
	codeBlocks      core.Code = "blocks-missing"    // snapshots need blocks that no index lists
	codeFolder      core.Code = "folder-damaged"    // a folder's list is not one
	codeLength      core.Code = "file-length"       // a file's blocks are not as long as the file
	codeSample      core.Code = "sample-differs"    // a restored file is not what its snapshot says
	codeLive        core.Code = "live-differs"      // a file is not what was saved, though size and date are the same
	codeSampleSpace core.Code = "sample-space"      // the temporary folder failed
	codeProof       core.Code = "proof-file"        // which packs were read cannot be remembered
	codeVanished    core.Code = "snapshot-vanished" // a snapshot was deleted by other means than this program's
	codeNothing     core.Code = "verify-nothing"    // there are packs and no snapshot
	codeCache       core.Code = "index-cache"       // the local copy of the index goes on being damaged
	codePackBlocks  core.Code = "pack-blocks"       // as in package repo
	codePackIndex   core.Code = "pack-index"
	codePackSize    core.Code = "pack-size"
	codeAbsent      core.Code = "store-not-found" // as in package storage
	codeMedium      core.Code = "store-medium"
)

// run is one verification.
type run struct {
	r      *repo.Repo
	o      Options
	rep    report.Reporter
	res    Result
	packs  packTable
	parity map[core.ID][]repo.ParityObject
	proof  *proof
	snaps  []snap // those in the trash first, then the others, each oldest first
	// children are the snapshots that name one as their parent which the listing lacks; guarded by mu while they are read.
	children map[core.UUID][]core.UUID

	chosen []core.ID // packs that are read whole

	vouching sync.Mutex
	voucher  voucher // guarded by vouching

	mu       sync.Mutex
	damaged  map[string]*Damaged // by object; guarded by mu
	badIndex []string            // index objects that cannot be read; guarded by mu
	files    int                 // that Damaged names, in all; guarded by mu
	hurt     bool                // some block is not where a file or folder needs it; guarded by mu
}

// snap is what is kept of a manifest.
type snap struct {
	id   core.UUID
	root tree.Content
	live bool // Options.Live is the same project
	// trash says that it is in the trash.
	trash bool
	// counts say how many entries there should be.
	counts snapshot.Counts
}

// Run verifies a repository that a reading key has opened; with another the error's kind is WrongKey, its code "write-only". Damage is in
// the result. A store that fails gives an error of kind Destination, and a temporary folder that fails, while a sample is restored,
// kind Source; there is a result then too, and it has all damage that was found.
func Run(ctx context.Context, r *repo.Repo, o Options, rep report.Reporter) (*Result, error) {
	begun := time.Now()
	if !r.CanRead() {
		return nil, &core.Error{Kind: core.WrongKey, Code: codeWriteOnly}
	}
	if o.Parallel <= 0 {
		o.Parallel = runtime.GOMAXPROCS(0)
	}
	if dir := r.CacheDir(); o.ProofFile == "" && dir != "" {
		o.ProofFile = filepath.Join(dir, "proof")
	}
	v := &run{r: r, o: o, rep: rep, damaged: map[string]*Damaged{}}
	err := v.steps(ctx)
	if err != nil && core.KindOf(err) != core.Source {
		return nil, err
	}
	for _, d := range v.damaged {
		v.res.Damaged = append(v.res.Damaged, *d)
	}
	v.distrust()
	slices.SortFunc(v.res.Damaged, func(a, b Damaged) int { return strings.Compare(a.Object, b.Object) })
	v.res.Duration = time.Since(begun)
	return &v.res, err
}

// steps does everything. The order of the listings matters while others write: packs are stored before the index objects that list
// them, and those before snapshots, so snapshots are listed first and packs last.
func (v *run) steps(ctx context.Context) error {
	if err := v.checkKeys(ctx); err != nil {
		return err
	}
	ids, err := v.r.SnapshotIDs(ctx)
	if err != nil {
		return err
	}
	if _, err := v.r.LoadIndex(ctx); err != nil { // what cannot be read of it is found below, too
		return err
	}
	if err := v.checkIndex(ctx); err != nil {
		return err
	}
	v.chosen = v.choose()
	if err := v.readSnapshots(ctx, ids); err != nil {
		return err
	}
	if err := v.checkSmall(ctx); err != nil {
		return err
	}
	sample, err := v.walk(ctx)
	if err != nil {
		return err
	}
	if err := v.proveData(ctx, v.chosen); err != nil {
		return err
	}
	failed := v.trySample(ctx, sample)
	if failed != nil && core.KindOf(failed) != core.Source {
		return failed
	}
	if err := v.findOut(ctx); err != nil {
		return err
	}
	if err := v.seeMendable(ctx); err != nil {
		return err
	}
	if err := v.listLost(ctx); err != nil {
		return err
	}
	v.tallyProofs()
	return failed
}

// distrust lets backups of this machine store again what damaged packs had.
func (v *run) distrust() {
	var bad, right []core.ID
	for object := range v.damaged {
		if name, ok := repo.ParsePackName(object); ok {
			bad = append(bad, name)
		}
	}
	for _, name := range v.chosen {
		if v.damaged[repo.PackName(name)] == nil {
			right = append(right, name)
		}
	}
	v.r.Distrust(bad, right)
}

// checkKeys looks at what opens the repository.
func (v *run) checkKeys(ctx context.Context) error {
	if err := v.r.CheckConfig(ctx); err != nil {
		if core.KindOf(err) != core.Damage {
			return err
		}
		v.damage("config", err)
	}
	_, damaged, err := v.r.Slots(ctx)
	for _, d := range damaged {
		v.damage(d.Object, &core.Error{Kind: core.Damage, Code: codeSlot, Subject: d.Object, Err: d.Err})
	}
	if err != nil {
		return err
	}
	lost, err := v.r.LostSlots(ctx) // as far as this machine has met them
	for _, s := range lost {
		object := "keys/" + s.ID.String()
		v.damage(object, &core.Error{Kind: core.Damage, Code: codeSlotLost, Subject: object})
	}
	return err
}

// readSnapshots reads the manifests from the store.
func (v *run) readSnapshots(ctx context.Context, ids []core.UUID) error {
	live := newLive(v.o)
	all := make([]snap, len(ids))
	err := parallel.For(ctx, readers, len(ids), func(ctx context.Context, i int) error {
		id := ids[i]
		m, err := v.r.ReadSnapshot(ctx, id)
		switch {
		case err == nil:
			all[i] = snap{id: id, root: m.Root.Content, live: live.fits(m), counts: m.Counts}
			v.parent(ids, m)
		case core.KindOf(err) != core.Damage:
			return err
		case repo.IsAbsent(err): // deleted since the listing
		case repo.IsVoid(err): // nothing is lost
			v.issue(report.Issue{Path: "snapshots/" + id.String(), Err: err})
		case repo.IsUnknown(err): // nor by that
			v.damage(repo.NoKey(err))
		default:
			d := v.damage("snapshots/"+id.String(), err)
			v.suffers(d, Suffers{id, "."})
		}
		return nil
	})
	v.snaps = slices.DeleteFunc(all, func(s snap) bool { return s.id.IsZero() })
	v.res.Snapshots = int64(len(v.snaps))
	if err == nil {
		err = v.vanished(ctx)
	}
	if err == nil {
		err = v.readTrash(ctx)
	}
	return err
}

// parent notes a snapshot whose parent is not listed.
func (v *run) parent(listed []core.UUID, m *snapshot.Manifest) {
	if m.Parent.IsZero() || slices.Contains(listed, m.Parent) {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.children == nil {
		v.children = map[core.UUID][]core.UUID{}
	}
	v.children[m.Parent] = append(v.children[m.Parent], m.ID)
}

// vanished tells of snapshots that were there lately, and that this program did not take away.
func (v *run) vanished(ctx context.Context) error {
	ids, err := v.r.Vanished(ctx, v.children)
	for _, id := range ids {
		object := "snapshots/" + id.String()
		v.issue(report.Issue{Path: object, Err: &core.Error{Kind: core.Damage, Code: codeVanished, Subject: object}})
	}
	return err
}

// checkSmall reads what other operations rely on beside snapshots: pins, marks of prunes, and copies in the trash.
func (v *run) checkSmall(ctx context.Context) error {
	names, err := v.r.Unreadable(ctx)
	if err != nil {
		return err
	}
	for _, name := range names {
		v.damage(name, &core.Error{Kind: core.Damage, Code: codeObject, Subject: name})
	}
	if len(v.snaps) > 0 || len(v.packs.all) == 0 || len(v.damaged) > 0 {
		return nil
	}
	trash, err := v.r.Trash(ctx)
	if err == nil && len(trash) == 0 { // a first backup that was interrupted leaves this too
		v.issue(report.Issue{Path: "snapshots", Err: &core.Error{Kind: core.Failure, Code: codeNothing}})
	}
	return err
}

// damage notes a damaged object; the first reason stays. An error without a code gets one, so that it can be told in words.
func (v *run) damage(object string, err error) *Damaged {
	if core.CodeOf(err) == "" {
		err = &core.Error{Kind: core.Damage, Code: codeObject, Subject: object, Err: err}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	d := v.damaged[object]
	if d == nil {
		d = &Damaged{Object: object, Err: err}
		v.damaged[object] = d
	}
	return d
}

// suffers notes a file that suffers from an object.
func (v *run) suffers(d *Damaged, s Suffers) {
	v.mu.Lock()
	defer v.mu.Unlock()
	d.Total++
	if len(d.Files) < MaxFiles && v.files < maxAllFiles {
		d.Files = append(d.Files, s)
		v.files++
	}
}

// harm notes that something is not to be had: explain will find out what, and who suffers.
func (v *run) harm() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.hurt = true
}

// issue tells of something that is no damage of the repository.
func (v *run) issue(i report.Issue) {
	v.rep.Issue(i)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.res.Issues = append(v.res.Issues, i)
}
