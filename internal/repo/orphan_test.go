package repo

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"backup_projeto/internal/chunk"
	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/storage"
)

// adopt opens a repository whose configuration cannot be used.
func adopt(t *testing.T, s storage.Store, secret keys.Secret, opt Options) (*Repo, error) {
	t.Helper()
	h, why := ReadHeader(t.Context(), s)
	if why == nil {
		var r *Repo
		if r, why = Unlock(t.Context(), s, h, secret, opt); why == nil {
			_ = r.Close()
			t.Fatal("the configuration is right")
		}
	}
	if core.KindOf(why) == core.WrongKey || core.CodeOf(why) == codeSlotBad {
		if err := CheckSlots(t.Context(), s, h); err != nil {
			why = err
		}
	}
	o, err := FindOrphan(t.Context(), s, why)
	must(t, err)
	if o == nil {
		return nil, why
	}
	for _, h := range o.Headers() {
		r, e := o.Unlock(t.Context(), h, secret, opt)
		if e == nil {
			t.Cleanup(func() { r.Close() })
			return r, nil
		}
		if err = e; core.KindOf(e) != core.WrongKey {
			return nil, e
		}
	}
	return nil, err
}

// TestConfigAnew changes each byte of a configuration, cuts it, and takes it away: what is put back is to the last byte what was there, on the machine that
// made the repository and on one that never saw it; what was there is aside.
func TestConfigAnew(t *testing.T) {
	s, cache := newStore(t), t.TempDir()
	made := create(t, s, "", Options{Cache: cache})
	load(t, made.Repo)
	m, _ := put(t, made.Repo, content(7, 3))
	right, err := storage.ReadAll(t.Context(), s, configName, maxConfig)
	must(t, err)
	secrets := []keys.Secret{made.Device.Secret(), {Lock: keys.Recovery, Value: made.Code}}
	bad := [][]byte{nil, {}, right[:len(right)-1], bytes.Repeat([]byte{7}, 5000)}
	for i := range right {
		for _, x := range []byte{1, 0x80} {
			b := bytes.Clone(right)
			b[i] ^= x
			bad = append(bad, b)
		}
	}
	for i, b := range bad {
		must(t, s.Delete(t.Context(), configName))
		if b != nil {
			must(t, s.Put(t.Context(), configName, b))
		}
		opt := Options{}
		if i%2 == 0 {
			opt.Cache = cache
		}
		r, err := adopt(t, s, secrets[i/2%2], opt)
		if err != nil {
			t.Fatalf("%x: %v", b, err)
		}
		if done, err := r.PutBack(t.Context(), configName); !done || err != nil {
			t.Fatalf("%x: %v, %v", b, done, err)
		}
		if now, err := storage.ReadAll(t.Context(), s, configName, maxConfig); !bytes.Equal(now, right) {
			t.Fatalf("%x became %x, %v; it was %x", b, now, err, right)
		}
		if done, err := r.PutBack(t.Context(), configName); done || err != nil {
			t.Errorf("what is right was put back again: %v, %v", done, err)
		}
	}
	if names, _, err := made.Repo.Aside(t.Context()); len(names) != len(bad)-1 || err != nil {
		t.Errorf("%d are aside of %d, %v", len(names), len(bad)-1, err)
	}
	if _, err := unlockWith(t, s, made.Device.Secret(), Options{}).Snapshot(t.Context(), m.ID); err != nil {
		t.Error(err)
	}
}

// TestConfigOfOthers has a store lie: with the configuration of another repository, with other sizes of chunks, with one of a newer format. No
// machine takes them over, and nothing that is not proven damaged is overwritten.
func TestConfigOfOthers(t *testing.T) {
	s := newStore(t)
	made := create(t, s, "", Options{})
	load(t, made.Repo)
	put(t, made.Repo, content(7, 3))
	h := made.Repo.Header()
	right := h.encode()

	other := newStore(t)
	create(t, other, "", Options{})
	foreign, err := storage.ReadAll(t.Context(), other, configName, maxConfig)
	must(t, err)
	small := h
	small.Chunking.Min, small.Chunking.Avg, small.Chunking.Max = 1024, 2048, 4096
	for _, lie := range [][]byte{foreign, small.encode()} {
		must(t, s.Delete(t.Context(), configName))
		must(t, s.Put(t.Context(), configName, lie))
		r, err := adopt(t, s, made.Device.Secret(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if now := r.Header(); !bytes.Equal(now.encode(), right) {
			t.Errorf("%x was taken over from %x", now.encode(), lie)
		}
	}
	if _, err := adopt(t, s, keys.Secret{Lock: keys.Recovery, Value: keys.NewCode()}, Options{}); core.KindOf(err) != core.WrongKey {
		t.Errorf("a wrong code: %v", err)
	}

	newer := []byte("\xa2\x01\x02\x18\x63\x18\x63")
	must(t, s.Delete(t.Context(), configName))
	must(t, s.Put(t.Context(), configName, newer))
	if _, err := adopt(t, s, made.Device.Secret(), Options{}); core.CodeOf(err) != codeNewerFormat {
		t.Errorf("a newer format: %v", err)
	}
}

// TestConfigMadeOnce lets two repair at once, and one after another device.
func TestConfigMadeOnce(t *testing.T) {
	s := newStore(t)
	made := create(t, s, "", Options{})
	load(t, made.Repo)
	put(t, made.Repo, content(7, 3))
	must(t, s.Delete(t.Context(), configName))
	one, err := adopt(t, s, made.Device.Secret(), Options{})
	must(t, err)
	two, err := adopt(t, s, made.Device.Secret(), Options{})
	must(t, err)
	if done, err := one.PutBack(t.Context(), configName); !done || err != nil {
		t.Error(done, err)
	}
	if done, err := two.PutBack(t.Context(), configName); done || err != nil {
		t.Error(done, err)
	}
}

// TestSlotPutBack changes each byte of a slot and takes it away: a machine that has met it puts it back.
func TestSlotPutBack(t *testing.T) {
	s, cache := newStore(t), t.TempDir()
	made := create(t, s, "", Options{Cache: cache})
	must(t, made.Repo.Close())
	name := slotName(made.Device.Slot)
	right, err := storage.ReadAll(t.Context(), s, name, maxSlot)
	must(t, err)
	r := unlockWith(t, s, keys.Secret{Lock: keys.Recovery, Value: made.Code}, Options{Cache: cache})
	for i := -1; i < len(right); i++ {
		must(t, s.Delete(t.Context(), name))
		if i >= 0 {
			b := bytes.Clone(right)
			b[i] ^= 1
			must(t, s.Put(t.Context(), name, b))
			told, err := r.IsDamaged(t.Context(), name)
			_, damaged, e := r.Slots(t.Context())
			if !told || err != nil || e != nil || len(damaged) != 1 || damaged[0].Object != name {
				t.Fatalf("byte %d: damaged %v, %v; listed as %v, %v", i, told, err, damaged, e)
			}
			h, err := ReadHeader(t.Context(), s)
			must(t, err)
			if _, err := Unlock(t.Context(), s, h, made.Device.Secret(), Options{}); core.CodeOf(err) != codeSlotBad && core.CodeOf(err) != codeWrongKey {
				t.Errorf("byte %d: %v", i, err)
			}
		}
		if lost, err := r.LostSlots(t.Context()); err != nil || len(lost) != 1 || lost[0].ID != made.Device.Slot {
			t.Fatalf("byte %d: lost are %v, %v", i, lost, err)
		}
		if done, err := r.PutBack(t.Context(), name); !done || err != nil {
			t.Fatalf("byte %d: %v, %v", i, done, err)
		}
		if now, err := storage.ReadAll(t.Context(), s, name, maxSlot); !bytes.Equal(now, right) {
			t.Fatalf("byte %d: %x, %v", i, now, err)
		}
	}
	if names, _, err := r.Aside(t.Context()); len(names) != len(right) || err != nil || strings.Trim(names[0], "/") != name {
		t.Errorf("aside: %v, %v", names, err)
	}
}

// TestRevokedStaysAway removes a slot, here and on another machine: none that has met it puts it back, though its revocation came later than what the machine
// knows, or the slot was spoilt before.
func TestRevokedStaysAway(t *testing.T) {
	s := newStore(t)
	made := create(t, s, "", Options{Cache: t.TempDir()})
	key := keys.NewDeviceKey(made.Repo.Header().ID)
	_, err := made.Repo.AddSlot(t.Context(), key.Secret(), "casa", false)
	must(t, err)
	name := slotName(key.Slot)
	met := unlockWith(t, s, made.Device.Secret(), Options{Cache: filepath.Join(t.TempDir(), "other")})
	if _, _, err := met.Slots(t.Context()); err != nil {
		t.Fatal(err)
	}
	if can, err := met.HasCopy(t.Context(), name); !can || err != nil {
		t.Fatal("it was not met", err)
	}
	must(t, made.Repo.RevokeSlots(t.Context(), []core.UUID{key.Slot}, false))
	for _, r := range []*Repo{met, made.Repo} {
		can, err := r.HasCopy(t.Context(), name)
		done, e := r.PutBack(t.Context(), name)
		if can || done || err != nil || e != nil {
			t.Errorf("a slot that was removed: %v, %v, %v, %v", can, done, err, e)
		}
	}
	if _, err := s.Stat(t.Context(), name); !storage.IsNotFound(err) {
		t.Errorf("it is there again: %v", err)
	}
}

// TestRevokedMeanwhilePutBack ends a slot in the very moment in which another machine puts it back.
func TestRevokedMeanwhilePutBack(t *testing.T) {
	s := newStore(t)
	made := create(t, s, "", Options{Cache: t.TempDir()})
	key := keys.NewDeviceKey(made.Repo.Header().ID)
	_, err := made.Repo.AddSlot(t.Context(), key.Secret(), "casa", false)
	must(t, err)
	name := slotName(key.Slot)
	data, err := made.Repo.copyOf(t.Context(), name)
	must(t, err)
	other := unlockWith(t, s, keys.Secret{Lock: keys.Recovery, Value: made.Code}, Options{})
	must(t, other.RevokeSlots(t.Context(), []core.UUID{key.Slot}, false))
	if done, err := made.Repo.putBackSlot(t.Context(), name, data); done || err != nil {
		t.Error(done, err)
	}
	if _, err := s.Stat(t.Context(), name); !storage.IsNotFound(err) {
		t.Errorf("it is there again: %v", err)
	}
}

func FuzzSalvageConfig(f *testing.F) {
	all, err := keys.NewKeyring(crypto.NewUUID())
	if err != nil {
		f.Fatal(err)
	}
	h, w := &Header{ID: all.Repo, Created: 1 << 60, Chunking: chunk.Default}, all.Writer
	h.mac = h.sum(w)
	right := h.encode()
	f.Add(right)
	f.Add(right[1:])
	f.Fuzz(func(t *testing.T, data []byte) {
		o := &Orphan{data: data}
		if got := o.salvage(h.ID, w); got != nil && !bytes.Equal(got.encode(), right) {
			t.Errorf("%x was believed", data)
		}
	})
}
