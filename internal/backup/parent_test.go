//go:build linux || darwin

package backup

import (
	"testing"

	"backup_projeto/internal/repo"
	"backup_projeto/internal/treetest"
)

// TestLostIndex deletes index objects, one and then all: what only they listed is stored again, though nothing changed, and the snapshot is
// whole.
func TestLostIndex(t *testing.T) {
	r, dir := newRepo(t), t.TempDir()
	b := treetest.Build(t, dir, 21, 120)
	settle()
	save(t, r, options(dir))
	b.Change(dir)
	settle()
	save(t, r, options(dir))
	for _, most := range []int{1, 1, 100} {
		for i, name := range indexNames(t, r) {
			if i < most {
				must(t, r.Store().Delete(t.Context(), name))
			}
		}
		res := save(t, r, options(dir))
		wantTree(t, r, res.Snapshot, dir)
		if res.Snapshot.Counts.BytesStored == 0 {
			t.Error("nothing was stored again")
		}
		again := save(t, r, options(dir)).Snapshot.Counts
		if again.BytesRead != 0 || again.BytesStored != 0 {
			t.Errorf("the next time: %+v", again)
		}
	}
}

func indexNames(t *testing.T, r *repo.Repo) (names []string) {
	for info, err := range r.Store().List(t.Context(), "index/") {
		must(t, err)
		names = append(names, info.Name)
	}
	return names
}
