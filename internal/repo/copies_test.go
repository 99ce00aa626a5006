package repo

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/storage"
	fault "backup_projeto/internal/storage/faulty"
)

// shut is a repository of which one object that opens it is damaged or gone.
type shut struct {
	name string
	bad  []byte // what stands there; nil for nothing
}

// mend does what a repair does about it, with another key than that which is damaged.
func (x *shut) mend(ctx context.Context, s storage.Store, secret keys.Secret, cache string) error {
	h, err := ReadHeader(ctx, s)
	var r *Repo
	if err == nil {
		r, err = Unlock(ctx, s, h, secret, Options{Cache: cache})
	}
	if core.KindOf(err) == core.WrongKey {
		if e := CheckSlots(ctx, s, h); e != nil {
			err = e
		}
	}
	if err != nil {
		o, e := FindOrphan(ctx, s, err)
		if o == nil || e != nil {
			return fmt.Errorf("%w, %w", err, e)
		}
		if r, err = o.Unlock(ctx, o.Headers()[0], secret, Options{Cache: cache}); err != nil {
			return err
		}
	}
	defer r.Close()
	_, err = r.PutBack(ctx, x.name)
	return err
}

// TestPutBackFaults lets each call fail in each way while a configuration and a slot are put back: at every moment what stands there is what was there or what
// should be; what was there is not lost; and the next run ends it. What is right stays, whatever arrives.
func TestPutBackFaults(t *testing.T) {
	mem, cache := fault.NewMemory(), t.TempDir()
	c, err := Create(t.Context(), mem, "", "test", Options{Cache: cache})
	must(t, err)
	load(t, c.Repo)
	put(t, c.Repo, content(7, 3))
	must(t, c.Repo.Close())
	objects := map[string][]byte{}
	for _, name := range mem.Names("") {
		objects[name], err = storage.ReadAll(t.Context(), mem, name, core.MaxObject)
		must(t, err)
	}
	slot, code := slotName(c.Device.Slot), keys.Secret{Lock: keys.Recovery, Value: c.Code}
	points := 0
	for _, x := range []shut{{configName, nil}, {configName, spoilt(objects[configName], 9)}, {configName, spoilt(objects[configName], 60)},
		{configName, objects[configName]}, {slot, nil}, {slot, spoilt(objects[slot], 20)}, {slot, spoilt(objects[slot], 200)}, {slot, objects[slot]}} {
		for _, f := range []fault.Fault{fault.Lost, fault.Persisted, fault.Late, fault.Cut, fault.Short, fault.Flipped, fault.FlippedID, fault.Stale, fault.Twice} {
			for n := 1; ; n++ {
				m := fault.NewMemory()
				for name, data := range objects {
					if name != x.name {
						must(t, m.Put(t.Context(), name, data))
					}
				}
				if x.bad != nil {
					must(t, m.Put(t.Context(), x.name, x.bad))
				}
				own := t.TempDir()
				must(t, os.CopyFS(own, os.DirFS(cache)))
				if x.name == configName {
					must(t, os.Remove(filepath.Join(own, c.Device.Repo.String(), configName)))
				}
				last := 0
				w := fault.New(m, func(c fault.Call) fault.Fault {
					if last = c.N; c.N == n {
						return f
					}
					return fault.None
				})
				_ = x.mend(t.Context(), w, code, own)
				w.Settle()
				where := fmt.Sprintf("%s, %d bytes, call %d %s", x.name, len(x.bad), n, f)
				x.check(t, m, objects[x.name], where)
				if err := x.mend(t.Context(), m, code, own); err != nil {
					t.Errorf("%s: then %v", where, err)
				}
				if now, err := storage.ReadAll(t.Context(), m, x.name, maxSlot); !bytes.Equal(now, objects[x.name]) {
					t.Errorf("%s: then %x, %v", where, now, err)
				}
				if last < n {
					break
				}
				points++
			}
		}
	}
	t.Logf("%d points", points)
}

// spoilt is data with another bit.
func spoilt(data []byte, at int) []byte {
	data = bytes.Clone(data)
	data[at] ^= 4
	return data
}

// check looks at what a run left that may have been cut off.
func (x *shut) check(t *testing.T, m *fault.Memory, right []byte, where string) {
	t.Helper()
	now, err := storage.ReadAll(t.Context(), m, x.name, maxSlot)
	gone := storage.IsNotFound(err)
	if !gone {
		must(t, err)
	}
	same := gone && x.bad == nil || !gone && x.bad != nil && bytes.Equal(now, x.bad)
	if !same && !bytes.Equal(now, right) {
		t.Errorf("%s: it became %x", where, now)
	}
	if same || x.bad == nil {
		return
	}
	for _, name := range m.Names(asidePrefix) {
		data, err := storage.ReadAll(t.Context(), m, name, maxSlot)
		if err == nil && bytes.Equal(data, x.bad) && strings.HasPrefix(name, asidePrefix+x.name+".") {
			return
		}
	}
	t.Errorf("%s: what was there is gone", where)
}

// TestSlotOfAnother: a slot in which its repository's id and more is damaged looks like that of a creation which lost, unless this machine has met it.
func TestSlotOfAnother(t *testing.T) {
	s := newStore(t)
	made := create(t, s, "", Options{})
	key := keys.NewDeviceKey(made.Device.Repo)
	slot, err := made.Repo.AddSlot(t.Context(), key.Secret(), "casa", false)
	must(t, err)
	name := slotName(slot.ID)
	bad := *slot
	bad.Repo[0] ^= 1
	bad.Created++
	must(t, s.Delete(t.Context(), name))
	must(t, s.Put(t.Context(), name, bad.Encode()))
	r := unlockWith(t, s, made.Device.Secret(), Options{Cache: t.TempDir()})
	defer r.Close()
	if damaged, err := r.IsDamaged(t.Context(), name); err != nil || damaged {
		t.Errorf("of a machine that never met it: damaged %v, %v", damaged, err)
	}
	r.keepCopy(slotCopies, slot.ID.String(), slot.Encode())
	if damaged, err := r.IsDamaged(t.Context(), name); err != nil || !damaged {
		t.Errorf("of one that did: damaged %v, %v", damaged, err)
	}
	if done, err := r.PutBack(t.Context(), name); err != nil || !done {
		t.Errorf("put back %v, %v", done, err)
	}
	if damaged, err := r.IsDamaged(t.Context(), name); err != nil || damaged {
		t.Errorf("put back: damaged %v, %v", damaged, err)
	}
}

// TestUnlockKept opens with a machine's copy of its slot: only with the key that it names, and not once it was revoked, whatever a store says.
func TestUnlockKept(t *testing.T) {
	s, cache := newStore(t), t.TempDir()
	made := create(t, s, "", Options{})
	key := keys.NewDeviceKey(made.Device.Repo)
	_, err := made.Repo.AddSlot(t.Context(), key.Secret(), "casa", false)
	must(t, err)
	h, err := ReadHeader(t.Context(), s)
	must(t, err)
	kept := func(secret keys.Secret, cache string) error {
		r, err := UnlockKept(t.Context(), s, h, secret, Options{Cache: cache})
		if err == nil {
			must(t, r.Close())
		}
		return err
	}
	if err := kept(key.Secret(), cache); core.CodeOf(err) != codeNoSlot {
		t.Errorf("without a copy: %v", err)
	}
	must(t, unlockWith(t, s, key.Secret(), Options{Cache: cache}).Close())
	must(t, s.Delete(t.Context(), slotName(key.Slot)))
	must(t, kept(key.Secret(), cache))
	wrong := keys.Secret{Lock: keys.Device, Value: make([]byte, len(key.Key)), Slot: key.Slot}
	for _, secret := range []keys.Secret{wrong, made.Device.Secret(), {Lock: keys.Recovery, Value: made.Code}} {
		if err := kept(secret, cache); core.CodeOf(err) != codeNoSlot {
			t.Errorf("another secret: %v", err)
		}
	}
	copied := filepath.Join(cache, made.Device.Repo.String(), slotCopies, key.Slot.String())
	right, err := os.ReadFile(copied)
	must(t, err)
	for i := range right {
		must(t, os.WriteFile(copied, spoilt(right, i), 0o600))
		if kept(key.Secret(), cache) == nil {
			t.Errorf("byte %d of the copy is changed, and it opens", i)
		}
	}
	must(t, os.WriteFile(copied, right, 0o600))
	must(t, s.Put(t.Context(), slotName(key.Slot), right))
	must(t, made.Repo.RevokeSlots(t.Context(), []core.UUID{key.Slot}, false))
	for range 2 {
		if err := kept(key.Secret(), cache); core.CodeOf(err) != codeRevoked {
			t.Errorf("a slot that was removed: %v", err)
		}
		for _, name := range objects(t, s, markPrefix) { // as a store may that is on the thief's side; this machine has seen it
			must(t, s.Delete(t.Context(), name))
		}
	}
}
