package repo

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/tree"
)

func TestPins(t *testing.T) {
	s := newStore(t)
	c := create(t, s, "", Options{})
	a, b := bare(t, c.Repo), bare(t, c.Repo)
	for i, want := range []bool{true, false} { // the second time it is pinned already
		if done, err := c.Repo.Pin(t.Context(), a, int64(1+i)); err != nil || done != want {
			t.Fatalf("%v, %v", done, err)
		}
	}
	pins, damaged, err := c.Repo.Pins(t.Context())
	if err != nil || len(damaged) > 0 || len(pins) != 1 || *pins[0] != (Pin{a, c.Repo.ring.Slot, 1}) {
		t.Fatalf("%v, %v, %v", pins, damaged, err)
	}
	if done, err := c.Repo.Unpin(t.Context(), b); err != nil || done {
		t.Errorf("%v, %v", done, err)
	}
	if done, err := c.Repo.Unpin(t.Context(), a); err != nil || !done {
		t.Errorf("%v, %v", done, err)
	}
	if pinned, err := c.Repo.Pinned(t.Context()); err != nil || len(pinned) != 0 {
		t.Errorf("%v, %v", pinned, err)
	}
	if done, err := c.Repo.Pin(t.Context(), a, 3); err != nil || !done {
		t.Errorf("pinned again: %v, %v", done, err)
	}
}

// TestUnreadablePinPins: a pin that was changed, or that was put beside another snapshot, is damage, and its snapshot is kept.
func TestUnreadablePinPins(t *testing.T) {
	s := newStore(t)
	c := create(t, s, "", Options{})
	id := bare(t, c.Repo)
	_, err := c.Repo.Pin(t.Context(), id, 1)
	must(t, err)
	name := objects(t, s, pinPrefix)[0]
	file := filepath.Join(s.LocalPath(), filepath.FromSlash(name))
	good, err := os.ReadFile(file)
	must(t, err)
	for at := 0; at < len(good); at += 1 + len(good)/60 {
		bad := bytes.Clone(good)
		bad[at] ^= 1
		must(t, os.WriteFile(file, bad, 0o600))
		pins, damaged, err := c.Repo.Pins(t.Context())
		if err != nil || len(pins) != 0 || len(damaged) != 1 || damaged[0].Object != name {
			t.Errorf("byte %d: %v, %v, %v", at, pins, damaged, err)
		}
		if pinned, err := c.Repo.Pinned(t.Context()); err != nil || !pinned[id] {
			t.Errorf("byte %d: not pinned, %v", at, err)
		}
	}
	must(t, os.Remove(file))
	other := pairName(pinPrefix, core.UUID{7}, crypto.NewUUID())
	must(t, s.Put(t.Context(), other, good))
	if pins, damaged, err := c.Repo.Pins(t.Context()); err != nil || len(pins) != 0 || len(damaged) != 1 {
		t.Errorf("a pin was taken elsewhere: %v, %v, %v", pins, damaged, err)
	}
}

// TestHistoryTellsDevicesApart: two slots are two signers; a snapshot in another's name counts for nothing, and neither does one in the name
// of nobody.
func TestHistoryTellsDevicesApart(t *testing.T) {
	s := newStore(t)
	c := create(t, s, "", Options{Cache: t.TempDir()})
	device := keys.NewDeviceKey(c.Repo.header.ID)
	_, err := c.Repo.AddSlot(t.Context(), device.Secret(), "stolen", true)
	must(t, err)
	thief := unlockWith(t, s, device.Secret(), Options{})
	mine, theirs := bare(t, c.Repo), bare(t, thief)

	pretends := &snapshot.Manifest{ID: crypto.NewUUID(), Root: tree.Entry{Type: tree.Dir}}
	ring := *thief.ring
	ring.Slot = c.Repo.ring.Slot
	thief.ring = &ring
	data, err := thief.sealSnapshot(pretends)
	must(t, err)
	must(t, s.Put(t.Context(), snapshotName(pretends.ID), data))
	if m, err := c.Repo.openSnapshot(pretends.ID, data); err != nil || m.Device != c.Repo.ring.Slot {
		t.Fatalf("the attack is not one: %v", err)
	}
	ring.Slot, ring.Signer = crypto.NewUUID(), crypto.RandomSigner()
	nobody := bare(t, thief)

	for range 2 { // the second time from the cache
		all, damaged, err := c.Repo.History(t.Context())
		if err != nil || len(all) != 2 || len(damaged) != 2 {
			t.Fatalf("%v, %v, %v", all, damaged, err)
		}
		for _, d := range damaged {
			if want := d.Object == snapshotName(pretends.ID); IsVoid(d.Err) != want || IsUnknown(d.Err) != (d.Object == snapshotName(nobody)) {
				t.Errorf("%v", d)
			}
		}
		signers := map[core.UUID]core.ID{}
		for _, s := range all {
			signers[s.ID] = s.Signer
			if s.Time.IsZero() {
				t.Error("no time")
			}
		}
		own := core.ID(c.Repo.ring.Signer.Verifier())
		if signers[mine] != own || signers[theirs] == own {
			t.Errorf("signers: %v", signers)
		}
	}
}

func FuzzPin(f *testing.F) {
	f.Add((&Pin{Snapshot: core.UUID{1}, Created: -5}).encode())
	f.Fuzz(func(t *testing.T, data []byte) {
		if p, err := decodePin(data); err == nil && !bytes.Equal(p.encode(), data) {
			t.Error("what was read is not written the same")
		}
	})
}
