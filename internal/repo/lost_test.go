package repo

import (
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/keys"
	fault "backup_projeto/internal/storage/faulty"
)

// TestChangedOnItsWay: a slot or a configuration that arrives changed is no wrong key. What is asked for again, and arrives whole, opens.
func TestChangedOnItsWay(t *testing.T) {
	s := newStore(t)
	c := create(t, s, "", Options{})
	code := keys.Secret{Lock: keys.Recovery, Value: c.Code}
	for _, secret := range []keys.Secret{c.Device.Secret(), code} {
		for n := range 300 { // bits all over the object
			f := fault.New(s, fault.At(fault.Class{Method: fault.Get, Folder: "keys"}, 1+n%2, fault.Flipped))
			for range n { // another call, another bit
				_, _ = f.Stat(t.Context(), "config")
			}
			h, err := ReadHeader(t.Context(), f)
			must(t, err)
			r, err := Unlock(t.Context(), f, h, secret, Options{})
			switch {
			case err == nil:
				must(t, r.Close())
			case core.KindOf(err) != core.Damage:
				t.Fatalf("bit %d: %v", n, err)
			}
		}
	}
	for n := range 300 {
		f := fault.New(s, fault.At(fault.Class{Method: fault.Get, Folder: "config"}, 1, fault.Flipped))
		for range n {
			_, _ = f.Stat(t.Context(), "config")
		}
		h, err := ReadHeader(t.Context(), f)
		if err == nil {
			_, err = Unlock(t.Context(), f, h, code, Options{})
		}
		if core.KindOf(err) != core.Damage && core.CodeOf(err) != codeNewerFormat {
			t.Fatalf("bit %d of the configuration: %v", n, err)
		}
	}
}

// TestCreateAnswerLost: a repository that was made is made, though the answer was lost; and what arrives changed on its way is not taken for
// another's repository, whose slots the new one's would only disturb.
func TestCreateAnswerLost(t *testing.T) {
	config := func(m fault.Method) fault.Class { return fault.Class{Method: m, Folder: "config"} }
	s := fault.NewMemory()
	c, err := Create(t.Context(), fault.New(s, fault.At(config(fault.Put), 1, fault.Persisted)), "", "test", Options{})
	must(t, err)
	must(t, c.Repo.Close())
	r := unlockWith(t, s, keys.Secret{Lock: keys.Recovery, Value: c.Code}, Options{})
	must(t, r.Close())
	for _, lost := range []fault.Fault{fault.Lost, fault.Late} {
		s := fault.NewMemory()
		f := fault.New(s, fault.At(config(fault.Put), 1, lost))
		if _, err := Create(t.Context(), f, "", "test", Options{}); core.CodeOf(err) != "store-network" {
			t.Errorf("%s: %v", lost, err)
		}
	}
	for n := range 300 { // bits of the id, and others
		s := fault.NewMemory()
		f := fault.New(s, fault.At(config(fault.Get), 1, fault.FlippedID))
		for range n {
			_, _ = f.Stat(t.Context(), "config")
		}
		var key *keys.DeviceKey
		_, err := Create(t.Context(), f, "", "test", Options{Keep: func(k *keys.DeviceKey) { key = k }})
		if err != nil && core.KindOf(err) != core.Damage && core.CodeOf(err) != codeNewerFormat {
			t.Fatalf("bit %d: %v", n, err)
		}
		r := unlockWith(t, s, key.Secret(), Options{})
		must(t, r.Close())
	}
}

// TestSessionArrivesLate: a session whose putting failed, and which stands in the store all the same, later than its deletion, is ended by
// the next one of the machine: otherwise no prune could run until it counts as dead.
func TestSessionArrivesLate(t *testing.T) {
	s := fault.NewMemory()
	cache := t.TempDir()
	c, err := Create(t.Context(), s, "", "test", Options{Cache: cache})
	must(t, err)
	must(t, c.Repo.Close())
	f := fault.New(s, fault.At(fault.Class{Method: fault.Put, Folder: "sessions"}, 1, fault.Late))
	r := unlockWith(t, f, c.Device.Secret(), Options{Cache: cache})
	if _, err := r.BeginPrune(t.Context()); core.KindOf(err) != core.Destination {
		t.Fatal(err)
	}
	f.Settle()
	if left := s.Names("sessions/"); len(left) != 1 {
		t.Fatalf("sessions: %v", left)
	}
	next, err := r.BeginPrune(t.Context())
	must(t, err)
	if left := s.Names("sessions/"); len(left) != 1 || left[0] != sessionName(next.ID()) {
		t.Errorf("sessions: %v", left)
	}
	next.Close()
	if left := s.Names("sessions/"); len(left) != 0 {
		t.Errorf("sessions: %v", left)
	}
}

// TestSlotOfNoOther: a slot that says, by a changed byte, that it is of another repository is damaged, and not left over by a creation that lost.
func TestSlotOfNoOther(t *testing.T) {
	s := fault.NewMemory()
	c, err := Create(t.Context(), s, "", "test", Options{})
	must(t, err)
	defer c.Repo.Close()
	slots, damaged, err := c.Repo.Slots(t.Context())
	if err != nil || len(slots) != 2 || len(damaged) != 0 {
		t.Fatalf("%d slots, %v, %v", len(slots), damaged, err)
	}
	left := *slots[1] // of the other repository in the same place
	left.ID, left.Repo = core.UUID{9}, core.UUID{8}
	must(t, s.Put(t.Context(), slotName(left.ID), left.Encode()))
	changed := *slots[0]
	changed.Repo[3] ^= 1
	must(t, s.Put(t.Context(), slotName(changed.ID), changed.Encode()))
	slots, damaged, err = c.Repo.Slots(t.Context())
	if err != nil || len(slots) != 1 || len(damaged) != 1 || damaged[0].Object != slotName(changed.ID) {
		t.Errorf("%d slots, %v, %v", len(slots), damaged, err)
	}
}
