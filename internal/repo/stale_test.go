package repo

import (
	"testing"

	"backup_projeto/internal/core"
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

// TestLostSlot: a slot that was taken from the store, or spoilt there, is revoked by a machine that has met it. It does not count as a key
// that opens anything.
func TestLostSlot(t *testing.T) {
	for _, spoilt := range []bool{false, true} {
		mem := failing.NewMemory()
		c := create(t, mem, "", Options{Cache: t.TempDir()})
		key, other := addDevice(t, c.Repo, false, Options{})
		load(t, other)
		m, _ := put(t, other, content(1, 2))
		_, err := c.Repo.ReadSnapshot(t.Context(), m.ID)
		must(t, err)
		name := slotName(key.Slot)
		if must(t, mem.Delete(t.Context(), name)); spoilt {
			must(t, mem.Put(t.Context(), name, []byte("spoilt")))
		}
		lost, err := c.Repo.LostSlots(t.Context())
		if err != nil || len(lost) != 1 || lost[0].ID != key.Slot {
			t.Fatalf("lost are %v, %v", lost, err)
		}
		if all, err := c.Repo.AllBelieved(t.Context()); err != nil || all {
			t.Errorf("all are believed: %v", err)
		}
		own := []core.UUID{c.Repo.Keyring().Slot}
		for _, s := range mem.Names(slotPrefix) {
			id, err := core.ParseUUID(s[len(slotPrefix):])
			must(t, err)
			if id != key.Slot && id != own[0] {
				own = append(own, id)
			}
		}
		if err := c.Repo.RevokeSlots(t.Context(), own, false); core.CodeOf(err) != codeLastKey {
			t.Errorf("the last keys were revoked: %v", err)
		}
		must(t, c.Repo.RevokeSlots(t.Context(), []core.UUID{key.Slot}, true))
		if lost, err := c.Repo.LostSlots(t.Context()); err != nil || len(lost) != 0 || !c.Repo.IsRevoked(key.Slot) {
			t.Errorf("after that lost are %v, %v", lost, err)
		}
		if _, err := c.Repo.ReadSnapshot(t.Context(), m.ID); err != nil {
			t.Errorf("what it had saved: %v", err)
		}
	}
}
