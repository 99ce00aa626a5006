//go:build linux || darwin

package restore

import (
	"testing"
	"time"

	"backup_projeto/internal/backup"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/report"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/treetest"
)

// TestRoundTrips saves random folders with every kind of entry, changes them, saves again, and restores each state: into an empty
// folder, and over the state before and after.
func TestRoundTrips(t *testing.T) {
	for seed := range uint64(3) {
		w, project := newWorld(t), tempDir(t)
		b := treetest.Build(t, project, seed, 200)
		target := tempDir(t)
		states := []string{}
		var snapshots []*snapshot.Manifest
		for range 3 {
			time.Sleep(50 * time.Millisecond) // so that nothing is too fresh to be believed unchanged
			res, err := backup.Run(t.Context(), w.r, backup.Options{Root: project, Project: snapshot.Project{ID: crypto.NewUUID(), Name: "p"}}, &report.Discard{})
			must(t, err)
			state := tempDir(t)
			w.restore(res.Snapshot, Options{Target: state})
			treetest.Compare(t, project, state)
			w.restore(res.Snapshot, Options{Target: target, Overwrite: true})
			removeOthers(t, target, state)
			w.restore(res.Snapshot, Options{Target: target}) // removing changed the folders' times
			treetest.Compare(t, state, target)
			states, snapshots = append(states, state), append(snapshots, res.Snapshot)
			b.Change(project)
		}
		for i := len(states) - 1; i >= 0; i-- { // and back
			w.restore(snapshots[i], Options{Target: target, Overwrite: true})
			removeOthers(t, target, states[i])
			w.restore(snapshots[i], Options{Target: target})
			treetest.Compare(t, states[i], target)
		}
	}
}
