package repo

import (
	"testing"

	failing "backup_projeto/internal/storage/faulty"
)

// TestStaleListings: what one listing misses of pins and of the trash is found by another before it is said to be not there.
func TestStaleListings(t *testing.T) {
	for _, f := range []failing.Fault{failing.Stale, failing.Short} {
		for pins := 1; pins <= 2; pins++ {
			for nth := 1; nth <= 3; nth++ {
				mem := failing.NewMemory()
				c := create(t, mem, "", Options{})
				id := bare(t, c.Repo)
				for n := range pins { // of two devices that pinned it at once
					one := pinRef{id, [16]byte{byte(n + 1)}}
					must(t, mem.Put(t.Context(), pairName(pinPrefix, id, one.pin), c.Repo.sealPin(&Pin{Snapshot: id}, one.pin)))
				}
				r := unlockWith(t, failing.New(mem, failing.At(failing.Class{Method: failing.List, Folder: "pins"}, nth, f)), c.Device.Secret(), Options{})
				if was, err := r.Unpin(t.Context(), id); err != nil || !was || len(mem.Names(pinPrefix)) != 0 {
					t.Errorf("%s %d: it was pinned: %v, %v; left: %v", f, nth, was, err, mem.Names(pinPrefix))
				}
			}
		}
		mem := failing.NewMemory()
		c := create(t, mem, "", Options{})
		id := bare(t, c.Repo)
		must(t, c.Repo.Drop(t.Context(), id))
		r := unlockWith(t, failing.New(mem, failing.At(failing.Class{Method: failing.List, Folder: "trash"}, 1, f)), c.Device.Secret(), Options{})
		if _, err := r.Undelete(t.Context(), id); err != nil {
			t.Errorf("%s: %v", f, err)
		}
	}
}
