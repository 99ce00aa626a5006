//go:build linux || darwin

package faulttest

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/restore"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/storage/faulty"
	"backup_projeto/internal/treetest"
	"backup_projeto/internal/verify"
)

// patience is how long one run of an operation may take before it counts as hanging.
const patience = 2 * time.Minute

// tally is one run of a suite, and counts what it does.
type tally struct {
	*Suite
	operations atomic.Int64
	points     atomic.Int64
	missed     atomic.Int64 // points whose call did not come
	failed     atomic.Int64 // points at which the operation gave an error
	restored   atomic.Int64 // snapshots

	mu    sync.Mutex
	kinds map[faulty.Fault]bool // that were injected; guarded by mu
}

// try runs an operation with one fault, judges, and runs it again without.
func (y *tally) try(t *testing.T, o *operation, m *machine, place Place, p Point) {
	t.Helper()
	m.store = place.Healthy
	if o.setup != nil {
		o.setup(m)
	}
	m.before = contents(t, m.target())
	m.store, m.fault, m.struck = place.Struck, p.Fault, true
	err := m.interruptible(o, place.Hung)
	if place.Settle != nil {
		place.Settle()
	}
	if place.Hits() == 0 {
		y.missed.Add(1)
		return
	}
	y.points.Add(1)
	y.kind(p.Fault)
	if err != nil {
		y.failed.Add(1)
	}
	if !y.Fits(p, err) {
		t.Errorf("the error does not fit: kind %d, %v", core.KindOf(err), err)
	}
	if again, all := o.notices[p.Folder]; all && p.Nth > again && err == nil && !m.damage && (p.Fault == faulty.Flipped || p.Fault == faulty.FlippedID) {
		t.Error("nobody noticed what arrived changed")
	}
	m.store = place.Healthy
	y.verdict(o, m, err == nil)
	m.damage, m.doubts, m.fault = false, false, faulty.None
	if err := o.run(t.Context(), m); err != nil || m.damage || m.doubts {
		t.Errorf("the second run: %v, damage: %v", err, m.damage)
		return
	}
	y.verdict(o, m, true)
}

// interruptible runs an operation, which a person interrupts when a call stalls.
func (m *machine) interruptible(o *operation, hung <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(m.t.Context(), patience)
	defer cancel()
	go func() {
		select {
		case <-hung:
			cancel()
		case <-ctx.Done():
		}
	}()
	err := o.run(ctx, m)
	if ctx.Err() == context.DeadlineExceeded {
		m.t.Errorf("it hung: %v", err)
	}
	return err
}

// verdict judges on a store that works what became of the repository. said reports that the operation gave no error.
func (y *tally) verdict(o *operation, m *machine, said bool) {
	m.t.Helper()
	if broken := m.mem.Broken(); len(broken) > 0 {
		m.t.Errorf("objects were changed: %v", broken)
	}
	if o.target {
		m.wholeFiles()
	}
	if _, err := repo.ReadHeader(m.t.Context(), m.store); !said && o.prepare == nil && (core.KindOf(err) == core.NoRepository || core.CodeOf(err) == "keys-alone") {
		return
	}
	r, err := unlock(m.t.Context(), m.store, m.owner.Secret(), "")
	if err != nil {
		m.t.Errorf("the repository does not open: %v", err)
		return
	}
	defer r.Close()
	if o.ever != nil {
		o.ever(m, r)
	}
	if said && o.done != nil {
		o.done(m, r)
	}
	if missing := o.stays || o.mends && (!said || m.damage); missing && !o.whole { // the second run mends it
		return
	} else if missing {
		_, err := r.LoadIndex(m.t.Context())
		must(m.t, err)
		y.holds(m, r, m.dark)
		return
	}
	if damaged, err := r.LoadIndex(m.t.Context()); err != nil || len(damaged) > 0 {
		m.t.Errorf("loading the index: %v, %v", damaged, err)
		return
	}
	y.holds(m, r, core.UUID{})
	res, err := verify.Run(m.t.Context(), r, verify.Options{DataPercent: 100, Parallel: 2}, &report.Discard{})
	if err != nil {
		m.t.Errorf("verify: %v", err)
		return
	}
	for _, d := range res.Damaged {
		m.t.Errorf("verify finds %s: %v", d.Object, d.Err)
	}
}

// holds checks that every snapshot that was reported can be restored, but for one.
func (y *tally) holds(m *machine, r *repo.Repo, but core.UUID) {
	m.t.Helper()
	live, damaged, err := r.Live(m.t.Context())
	if err != nil || len(damaged) > 0 {
		m.t.Errorf("reading the snapshots: %v, %v", damaged, err)
	}
	all := map[core.UUID]*snapshot.Manifest{}
	for _, man := range live {
		all[man.ID] = man
	}
	for _, s := range slices.Concat(m.saved, m.fresh) {
		if man := all[s.id]; s.id == but {
			continue
		} else if man != nil {
			m.restores(r, man, s)
			y.restored.Add(1)
		} else {
			m.t.Errorf("snapshot %s is gone", s.id)
		}
	}
}

// restores checks that a snapshot is what was saved.
func (m *machine) restores(r *repo.Repo, man *snapshot.Manifest, s saved) {
	m.t.Helper()
	into := filepath.Join(m.t.TempDir(), "restored")
	if _, err := restore.Run(m.t.Context(), r, man, restore.Options{Target: into, Parallel: 2}, &report.Discard{}); err != nil {
		m.t.Errorf("restoring snapshot %s: %v", s.id, err)
		return
	}
	treetest.Compare(m.t, s.like, into)
	must(m.t, os.RemoveAll(into))
}

// wholeFiles checks that each file in the target is as it was before, or as the snapshot has it.
func (m *machine) wholeFiles() {
	m.t.Helper()
	now, want := contents(m.t, m.target()), contents(m.t, m.newest().like)
	for name, content := range now {
		if before, ok := m.before[name]; ok && before == content {
			continue
		}
		if new, ok := want[name]; !ok || new != content {
			m.t.Errorf("the target has %q with %d bytes, which is neither what was there nor what was saved", name, len(content))
		}
	}
	for name := range m.before {
		if _, ok := now[name]; !ok {
			m.t.Errorf("the target has lost %q", name)
		}
	}
}

// contents reads the regular files below a folder.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		out[path[len(dir):]] = string(data)
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return out
}
