package repo

import (
	"context"
	"os"
	"slices"
	"time"

	"backup_projeto/internal/core"
)

// maxForgotten is how many copies of snapshots are dropped at once: each is a request.
const maxForgotten = 16

// forgetOld drops copies in the local cache of snapshots that the store does not have any more, so that a machine that saves for years and
// never prunes does not keep one of each. A copy stays while Vanished or PutBack may need it, which is as long as the trash keeps a snapshot;
// and that a listing lacks a snapshot is not believed: it is asked after by its name, since such copies are what a prune doubts listings by.
// listed is in order, and now the store's time at least. A failure costs some room, no more.
func (r *Repo) forgetOld(ctx context.Context, listed []core.UUID, now time.Time) {
	asked := 0
	for _, id := range r.CachedSnapshots() {
		if _, found := slices.BinarySearchFunc(listed, id, core.UUID.Compare); found {
			continue
		}
		info, err := os.Stat(r.cachedSnapshot(id))
		if err != nil {
			continue
		}
		if age := now.Sub(info.ModTime()); age > -vanishSlack && age < Grace+vanishSlack { // one from the future was dated by a wrong clock
			continue
		}
		if asked++; asked > maxForgotten {
			return
		}
		if there, err := r.HasSnapshot(ctx, id); err == nil && !there {
			r.ForgetSnapshot(id)
		}
	}
}
