// Package repair makes of a damaged repository the best that can be made, beside running backups and prunes, without locks.
//
// Terms, beside those of packages gc and verify: a pack is gone if an index object lists it and the store does not have it; it is hurt if its
// bytes are not those that its name says; it is false if its bytes are right and what index objects say of it is not. To salvage a pack is
// to copy every chunk that can be read from it, and is nowhere else, into new packs. To set aside is to copy an object below aside/ and,
// once that was read back, to delete it from its place. To put back is to store an object anew of which somebody has a copy.
//
// Map: repair.go runs it; look.go finds out what is wrong and what can be done (plan.go), unlisted.go which packs no index object lists; act.go does
// it, salvage.go copies, try.go only says what would come of it; heal.go takes chunks from a second repository, convert.go brings its folders
// into the form of this one.
//
// Promises: only what is proven to be wrong by its bytes, read twice, is set aside, and nothing else leaves its place; nothing is ever deleted
// that was not copied and read back; no chunk that can be read becomes unreadable, at any moment, whatever fails or is killed, and whatever
// runs beside it; what a pack that is gone or hurt had counts as present for no device's backup any more, since a mark condemns it (see
// package gc), so that who still has the content stores it again; memory is bounded: some 200 bytes for each pack and each object that is
// damaged, and maxWanted ids. The steps add before they take away, and a run that was cut off is ended by the next.
package repair

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/verify"
)

// codeWriteOnly is the code of a key that reads nothing back.
const codeWriteOnly core.Code = "write-only"

// codeMedium is that of an object of which its disk cannot read all; as in package storage.
const codeMedium core.Code = "store-medium"

// codeBadParity is that of a parity object that is not what was written.
const codeBadParity core.Code = "parity-damaged"

// Mender knows how to make a pack again from something else than the pack: parity.
type Mender interface {
	// CanMend reports whether there is something to mend a pack from; it is cheap.
	CanMend(ctx context.Context, name core.ID) (bool, error)
	// Mend returns a pack's bytes as they were. Where too much is lost the error is of kind Damage. Who calls checks the hash.
	Mend(ctx context.Context, name core.ID) ([]byte, error)
}

// Options say what a repair does.
type Options struct {
	// DataPercent, or else DataBytes, is how much of the packs is read to find damage, as in package verify; both 0 means that only what is
	// missing, what has the wrong length, and what earlier verifications of this machine found is repaired. With any, packs that no index object
	// lists are read whole before they are listed.
	DataPercent float64
	DataBytes   int64
	// From is a second repository, opened with a key that can read: what is missing is looked for in its snapshots. nil is none.
	From *repo.Repo
	// Mender makes packs again; nil is none.
	Mender Mender
	DryRun bool // change nothing: the plan is the result, and Lost is what would be lost after it
	// Consent is asked with the plan before anything is changed; nil and true go on, false ends the run without an error.
	Consent func(*Plan) (bool, error)
	// Lost is called for each file that cannot be restored whole in the end, and for snapshots that cannot be read, whose path is "."; nil is
	// not at all.
	Lost     func(verify.Lost) error
	Parallel int // workers; 0 means one for each core
}

// Result says what was done, and what remains.
type Result struct {
	Plan     *Plan
	Declined bool // Consent said no

	Listed               Sum   // packs that are listed again
	Mended               Sum   // packs that were put back as they were
	Salvaged, Unreadable Sum   // chunks of hurt packs that were copied; those that could not be read and are nowhere else
	Healed               Sum   // chunks that came from the second repository; in a dry run, that would
	Condemned            int64 // packs that count no more
	PutBack              int64 // objects of which there was a copy
	Aside                int64 // objects that were set aside
	Left                 int64 // of these, those that are still in their places, as nothing may be deleted there
	LostFiles            int64 // that cannot be restored whole, in all snapshots; a folder or a snapshot that is lost counts once
	LostSnapshots        int64 // that cannot be read

	Damaged  []verify.Damaged // what remains
	Issues   []report.Issue
	Duration time.Duration
}

// Whole reports whether everything that the repository should have can be had. In a dry run: would be.
func (r *Result) Whole() bool { return len(r.Damaged) == 0 && r.LostFiles == 0 && r.LostSnapshots == 0 }

// run is one repair.
type run struct {
	ctx  context.Context
	r    *repo.Repo
	o    Options
	rep  report.Reporter
	res  Result
	plan *Plan
	dir  string        // for what is only needed now; "" until it is made
	s    *repo.Session // while things are changed
}

// Run repairs a repository that a reading key has opened; with another the kind is WrongKey. What cannot be repaired is in the result and
// no error. A store that fails gives kind Destination; whatever was done until then helps, and the next run goes on.
func Run(ctx context.Context, r *repo.Repo, o Options, rep report.Reporter) (*Result, error) {
	begun := time.Now()
	if !r.CanRead() || o.From != nil && !o.From.CanRead() {
		return nil, &core.Error{Kind: core.WrongKey, Code: codeWriteOnly}
	}
	p := &run{ctx: ctx, r: r, o: o, rep: rep}
	defer func() {
		if p.dir != "" {
			_ = os.RemoveAll(p.dir)
		}
	}()
	err := p.all()
	p.res.Duration = time.Since(begun)
	return &p.res, err
}

func (p *run) all() error {
	if err := p.look(); err != nil {
		return err
	}
	if p.o.DryRun {
		return p.tryOut()
	}
	if p.plan.Nothing() {
		return p.judge(p.r)
	}
	if p.o.Consent != nil {
		if ok, err := p.o.Consent(p.plan); !ok || err != nil {
			p.res.Declined = err == nil
			return err
		}
	}
	if err := p.act(); err != nil {
		return err
	}
	return p.judge(p.r)
}

// judge finds out what remains, and who suffers.
func (p *run) judge(r *repo.Repo) error {
	p.res.LostFiles, p.res.LostSnapshots = 0, 0
	res, err := verify.Run(p.ctx, r, verify.Options{Parallel: p.o.Parallel, ProofFile: p.proofFile(), Lost: p.lost}, p.rep)
	if err != nil {
		return err
	}
	p.res.Damaged, p.res.Issues = res.Damaged, append(p.res.Issues, res.Issues...)
	p.parityRemains()
	return p.lostSnapshots()
}

// parityRemains adds damaged parity to what remains: whoever only looks at what there is does not read it, and it is for package spare.
func (p *run) parityRemains() {
	for _, d := range p.plan.Damaged {
		same := func(other verify.Damaged) bool { return other.Object == d.Object }
		if core.CodeOf(d.Err) == codeBadParity && !slices.ContainsFunc(p.res.Damaged, same) {
			p.res.Damaged = append(p.res.Damaged, d)
		}
	}
}

// lost counts a lost file and passes it on.
func (p *run) lost(l verify.Lost) error {
	if p.plan.unread[l.Object] || p.o.DryRun && slices.Contains(p.plan.PutBack, l.Object) { // the former are told below, set aside or not
		return nil
	}
	p.res.LostFiles++
	if p.o.Lost == nil {
		return nil
	}
	return p.o.Lost(l)
}

// lostSnapshots tells of the snapshots that could not be read, nor be put back.
func (p *run) lostSnapshots() error {
	told := map[core.UUID]bool{} // of one there may be several copies in the trash
	for _, name := range p.plan.Unreadable {
		id, ok := snapshotOf(name)
		if !ok || !p.plan.unread[name] || told[id] {
			continue
		}
		told[id] = true
		p.res.LostSnapshots++
		if p.o.Lost != nil {
			err := &core.Error{Kind: core.Damage, Code: "object-damaged", Subject: name}
			if err := p.o.Lost(verify.Lost{Suffers: verify.Suffers{Snapshot: id, Path: "."}, Size: -1, Object: name, Err: err}); err != nil {
				return err
			}
		}
	}
	return nil
}

// scratch makes a folder of this run.
func (p *run) scratch() (string, error) {
	if p.dir != "" {
		return p.dir, nil
	}
	dir := p.r.CacheDir()
	made, err := os.MkdirTemp(dir, "repair-") // where there is no cache, the system's temporary folder
	if err != nil && dir != "" {
		made, err = os.MkdirTemp("", "backup_projeto-repair-")
	}
	if err != nil {
		return "", &core.Error{Kind: core.Failure, Err: err}
	}
	p.dir = made
	return made, nil
}

// proofFile is where the verifications of this run remember which packs are damaged.
func (p *run) proofFile() string {
	if dir := p.r.CacheDir(); dir != "" {
		return filepath.Join(dir, "proof")
	}
	dir, err := p.scratch()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "proof")
}

// issue tells of something that does not end the run.
func (p *run) issue(object string, err error) {
	i := report.Issue{Path: object, Err: err}
	p.rep.Issue(i)
	p.res.Issues = append(p.res.Issues, i)
}
