package repo

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/gc"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/storage"
	fault "backup_projeto/internal/storage/faulty"
	"backup_projeto/internal/tree"
)

// addDevice adds a device and opens the repository with its key.
func addDevice(t *testing.T, r *Repo, writeOnly bool, opt Options) (*keys.DeviceKey, *Repo) {
	t.Helper()
	key := keys.NewDeviceKey(r.header.ID)
	_, err := r.AddSlot(t.Context(), key.Secret(), "other", writeOnly)
	must(t, err)
	return key, unlockWith(t, fault.Deaf{Store: r.store}, key.Secret(), opt)
}

// works is one object of each kind that a device signs.
type works struct {
	snapshot, dropped, pinned, session, mark core.UUID
	index                                    core.ID
	chunk                                    core.ID
}

// work has a device sign one of each, by what its ring says that it is.
func work(t *testing.T, r *Repo, victim core.UUID) (w works) {
	t.Helper()
	load(t, r)
	chunks := [][]byte{crypto.NewWriterSecret()}
	m, ids := put(t, r, chunks)
	w.snapshot, w.chunk = m.ID, ids[0]
	for _, l := range r.set.Sources() {
		if packs, by, err := r.readIndex(t.Context(), l); err == nil && by.slot == r.ring.Slot && slices.Contains(packs[0].Footer.Segments[0].IDs, w.chunk) {
			w.index = l
		}
	}
	w.dropped = crypto.NewTimeUUID(time.Now())
	data, err := r.sealSnapshot(&snapshot.Manifest{ID: w.dropped, Root: tree.Entry{Type: tree.Dir}})
	must(t, err)
	must(t, r.store.Put(t.Context(), pairName(trashPrefix, w.dropped, crypto.NewUUID()), data))
	w.pinned = victim
	one := crypto.NewUUID()
	must(t, r.store.Put(t.Context(), pairName(pinPrefix, victim, one), r.sealPin(&Pin{Snapshot: victim}, one)))
	w.session = crypto.NewTimeUUID(time.Now())
	must(t, r.store.Put(t.Context(), sessionName(w.session), r.note(sessionMagic, crypto.KindSession, w.session, (&gc.Session{}).Encode())))
	w.mark, err = r.PutMark(t.Context(), &gc.Mark{Condemned: []core.ID{{7}}})
	must(t, err)
	return w
}

// see is how another device takes what work made.
type sight struct {
	listed, single, live, pins, inFlight, voidSession, indexed, believed, condemns, trusted, restorable bool
}

func see(t *testing.T, r *Repo, w works) (s sight) {
	t.Helper()
	ctx := t.Context()
	all, _, err := r.History(ctx)
	must(t, err)
	s.listed = slices.ContainsFunc(all, func(m *Stored) bool { return m.ID == w.snapshot })
	manifests, _, err := r.Snapshots(ctx)
	must(t, err)
	if slices.ContainsFunc(manifests, func(m *snapshot.Manifest) bool { return m.ID == w.snapshot }) != s.listed {
		t.Error("Snapshots and History do not agree")
	}
	_, err = r.ReadSnapshot(ctx, w.snapshot)
	_, cached := r.Snapshot(ctx, w.snapshot)
	if s.single = err == nil; s.single != (cached == nil) {
		t.Errorf("Snapshot says %v, ReadSnapshot %v", cached, err)
	}
	live, _, err := r.Live(ctx)
	must(t, err)
	s.live = slices.ContainsFunc(live, func(m *snapshot.Manifest) bool { return m.ID == w.snapshot })
	if slices.ContainsFunc(live, func(m *snapshot.Manifest) bool { return m.ID == w.dropped }) != s.live {
		t.Error("what is in the trash is judged otherwise")
	}
	trash, err := r.Trash(ctx)
	must(t, err)
	for _, d := range trash {
		if d.ID == w.dropped {
			_, err := r.TrashedSnapshot(ctx, d)
			s.restorable = err == nil
		}
	}
	pinned, err := r.Pinned(ctx)
	must(t, err)
	s.pins = pinned[w.pinned]
	flying, err := r.InFlight(ctx)
	must(t, err)
	for _, f := range flying {
		if f.ID == w.session {
			s.inFlight, s.voidSession = true, f.Void
		}
	}
	fresh := unlockRing(t, r)
	_, err = fresh.LoadIndex(ctx)
	must(t, err)
	s.indexed, s.believed = fresh.Has(&w.chunk), fresh.Believes(&w.chunk)
	var known gc.Known
	_, err = known.Look(shelf{ctx: ctx, r: fresh})
	must(t, err)
	s.condemns = known.Condemned(&core.ID{7})
	var prunes gc.Known
	_, err = prunes.Look(fresh.Marks(ctx))
	must(t, err)
	for _, m := range prunes.There() {
		s.trusted = s.trusted || m.ID == w.mark && m.Trusted
	}
	return s
}

// unlockRing opens a repository again, without any cache.
func unlockRing(t *testing.T, r *Repo) *Repo {
	t.Helper()
	fresh, err := open(r.store, r.header, r.ring, Options{})
	must(t, err)
	t.Cleanup(func() { fresh.Close() })
	return fresh
}

// TestWhoseSignature: every reader compares the signer with its slot: of snapshots, in their place and in the trash, of index objects, marks,
// sessions and pins.
func TestWhoseSignature(t *testing.T) {
	for name, test := range map[string]struct {
		writeOnly bool
		become    func(ring *keys.Keyring, victim *keys.Keyring)
		want      sight
	}{
		"reader": {false, nil, sight{listed: true, single: true, live: true, pins: true, inFlight: true, indexed: true, believed: true, condemns: true, trusted: true,
			restorable: true}},
		"writer":   {true, nil, sight{listed: true, single: true, live: true, pins: true, inFlight: true, indexed: true, condemns: true, restorable: true}},
		"pretends": {true, func(ring, victim *keys.Keyring) { ring.Slot = victim.Slot }, sight{inFlight: true, voidSession: true}},
		// Whoever knows the writer secret can be a device that nobody knows. So can a device whose slot was lost: nothing is deleted for that.
		"nobody": {true, func(ring, _ *keys.Keyring) { ring.Slot, ring.Signer = crypto.NewUUID(), crypto.RandomSigner() },
			sight{live: true, pins: true, inFlight: true, indexed: true, condemns: true}},
	} {
		t.Run(name, func(t *testing.T) {
			c := create(t, newStore(t), "", Options{Cache: t.TempDir()})
			_, r := addDevice(t, c.Repo, test.writeOnly, Options{})
			_, victim := addDevice(t, c.Repo, false, Options{})
			if test.become != nil {
				ring := *r.ring
				test.become(&ring, victim.ring)
				r.ring = &ring
			}
			w := work(t, r, bare(t, c.Repo))
			if got := see(t, c.Repo, w); got != test.want {
				t.Errorf("%+v, want %+v", got, test.want)
			}
		})
	}
}

// TestRevoked: what a device signed before it was revoked stays, and what it signs afterwards counts for nothing, also if it puts its slot
// back. What it had said of packs is believed only if it was given up, and could read.
func TestRevoked(t *testing.T) {
	for name, test := range map[string]struct{ writeOnly, stolen, believed bool }{
		"given up": {false, false, true}, "stolen": {false, true, false}, "write-only": {true, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			cache := t.TempDir()
			s := newStore(t)
			c := create(t, s, "", Options{Cache: cache})
			key, r := addDevice(t, c.Repo, test.writeOnly, Options{})
			victim, second := bare(t, c.Repo), bare(t, c.Repo)
			before := work(t, r, victim)
			slot, err := storage.ReadAll(t.Context(), s, slotName(key.Slot), maxSlot)
			must(t, err)

			must(t, c.Repo.RevokeSlots(t.Context(), []core.UUID{key.Slot}, test.stolen))
			time.Sleep(20 * time.Millisecond) // by the store's clock the next mark comes later
			after := work(t, r, second)
			must(t, s.Put(t.Context(), slotName(key.Slot), slot))

			want := sight{listed: true, single: true, live: true, pins: true, inFlight: true, voidSession: true, indexed: true, believed: test.believed,
				condemns: true, trusted: !test.writeOnly, restorable: true}
			check := func(who string, other *Repo) {
				t.Helper()
				if got := see(t, other, before); got != want {
					t.Errorf("%s, before: %+v, want %+v", who, got, want)
				}
				// The mark from before condemns; whether the later one does too is looked at below.
				if got := see(t, other, after); got != (sight{inFlight: true, voidSession: true, condemns: true}) {
					t.Errorf("%s, after: %+v", who, got)
				}
				if slots, _, err := other.Slots(t.Context()); err != nil || len(slots) != 2 {
					t.Errorf("%s: %d slots, %v", who, len(slots), err)
				}
			}
			check("the device that revoked", c.Repo)
			check("another one", unlockWith(t, s, keys.Secret{Lock: keys.Recovery, Value: c.Code}, Options{Cache: t.TempDir()}))
			must(t, s.Delete(t.Context(), markName(before.mark)))
			if see(t, c.Repo, after).condemns {
				t.Error("a mark of a device that was revoked before condemns")
			}
			// The device itself is told.
			h, err := ReadHeader(t.Context(), s)
			must(t, err)
			own, err := Unlock(t.Context(), s, h, key.Secret(), Options{})
			must(t, err)
			defer own.Close()
			if _, err := own.LoadIndex(t.Context()); core.KindOf(err) != core.WrongKey || core.CodeOf(err) != codeRevoked {
				t.Errorf("the device is told %v", err)
			}
			// Who saw the revocation once goes by it, though somebody deletes it.
			must(t, deleteAll(t.Context(), s, revokedPrefix))
			if again := unlockWith(t, s, c.Device.Secret(), Options{Cache: cache}); see(t, again, after).listed {
				t.Error("a revocation that was deleted is forgotten")
			}
		})
	}
}

func deleteAll(ctx context.Context, s storage.Store, prefix string) error {
	for info, err := range s.List(ctx, prefix[:strings.LastIndexByte(prefix, '/')+1]) {
		if err != nil {
			return err
		}
		if strings.HasPrefix(info.Name, prefix) {
			if err := s.Delete(ctx, info.Name); err != nil {
				return err
			}
		}
	}
	return nil
}

// TestAdmit: a slot that is lost makes its snapshots unreadable, and not deleted; who can read can let them count again, and those alone.
func TestAdmit(t *testing.T) {
	s := newStore(t)
	c := create(t, s, "", Options{})
	key, r := addDevice(t, c.Repo, true, Options{})
	w := work(t, r, bare(t, c.Repo))
	slot, err := readSlot(t.Context(), s, c.Repo.header.ID, key.Slot)
	must(t, err)
	must(t, s.Delete(t.Context(), slotName(key.Slot)))
	if got := see(t, c.Repo, w); got.listed || !got.live || !got.indexed {
		t.Fatalf("%+v", got)
	}
	if err := c.Repo.Admit(t.Context(), c.Device.Slot); core.CodeOf(err) != codeNoSigner {
		t.Errorf("a device that exists was admitted: %v", err)
	}
	if err := c.Repo.Admit(t.Context(), crypto.NewUUID()); core.CodeOf(err) != codeNoSigner {
		t.Errorf("nobody was admitted: %v", err)
	}
	must(t, c.Repo.Admit(t.Context(), key.Slot))
	if got := see(t, c.Repo, w); !got.listed || !got.single || !got.live || got.believed {
		t.Errorf("%+v", got)
	}
	must(t, c.Repo.Admit(t.Context(), key.Slot)) // the answer might have been lost
	if n := len(listed(t, s, revokedPrefix)); n != 1 {
		t.Errorf("admitted again, it is revoked %d times", n)
	}
	if later := work(t, r, bare(t, c.Repo)); see(t, c.Repo, later).listed {
		t.Error("what came later counts too")
	}
	if err := c.Repo.Admit(t.Context(), key.Slot); core.CodeOf(err) != codeNoSigner || len(listed(t, s, revokedPrefix)) != 1 {
		t.Errorf("a device that went on was admitted again: %v", err)
	}
	told := func(admitted bool, label string) {
		t.Helper()
		all, err := c.Repo.Revoked(t.Context())
		if err != nil || len(all) != 1 || all[0].Admitted != admitted || all[0].Label != label || c.Repo.IsAdmitted(key.Slot) != admitted || !c.Repo.IsRevoked(key.Slot) {
			t.Errorf("%+v, %v", all, err)
		}
	}
	told(true, "")
	must(t, c.Repo.putRevocation(t.Context(), slot, false, nil)) // by who had met it
	told(false, slot.Label)
	if got := see(t, c.Repo, w); !got.listed {
		t.Error("what was admitted counts no more")
	}
}

// TestRevokedWhileDamaged ends a device while the store has its snapshot damaged or not at all: put back later, it counts for everybody if the machine that
// ended the device had a copy. What the device signs afterwards counts for nothing, though that machine has a copy of it.
func TestRevokedWhileDamaged(t *testing.T) {
	for name, harm := range map[string]func(data []byte) []byte{
		"tail":    func(data []byte) []byte { data[len(data)-1] ^= 1; return data },
		"who":     func(data []byte) []byte { data[8] ^= 1; return data },
		"head":    func(data []byte) []byte { data[0] ^= 1; return data },
		"cut":     func(data []byte) []byte { return data[:20] },
		"missing": func([]byte) []byte { return nil },
	} {
		for _, copied := range []bool{true, false} {
			s := newStore(t)
			made := create(t, s, "", Options{Cache: t.TempDir()})
			key, r := addDevice(t, made.Repo, false, Options{})
			w := work(t, r, bare(t, made.Repo))
			object := snapshotName(w.snapshot)
			right, err := storage.ReadAll(t.Context(), s, object, maxSnapshot)
			must(t, err)
			if copied {
				_, err := made.Repo.Snapshot(t.Context(), w.snapshot)
				must(t, err)
			}
			must(t, s.Delete(t.Context(), object))
			if bad := harm(bytes.Clone(right)); bad != nil {
				must(t, s.Put(t.Context(), object, bad))
			}
			must(t, made.Repo.RevokeSlots(t.Context(), []core.UUID{key.Slot}, true))
			_ = s.Delete(t.Context(), object)
			must(t, s.Put(t.Context(), object, right))
			if _, err := unlockRing(t, made.Repo).Snapshot(t.Context(), w.snapshot); (err == nil) != copied {
				t.Errorf("%s, copied %v: %v", name, copied, err)
			}
			later := work(t, r, bare(t, made.Repo))
			if _, err := made.Repo.ReadSnapshot(t.Context(), later.snapshot); !IsVoid(err) {
				t.Errorf("%s: what came later: %v", name, err)
			}
			must(t, made.Repo.RevokeSlots(t.Context(), []core.UUID{key.Slot}, true))
			if _, err := unlockRing(t, made.Repo).Snapshot(t.Context(), later.snapshot); !IsVoid(err) {
				t.Errorf("%s: what came later, after another revocation: %v", name, err)
			}
		}
	}
}

// listed returns the names of a store's marks that begin so.
func listed(t *testing.T, s storage.Store, begin string) (names []string) {
	t.Helper()
	for info, err := range s.List(t.Context(), markPrefix) {
		must(t, err)
		if strings.HasPrefix(info.Name, begin) {
			names = append(names, info.Name)
		}
	}
	return names
}

// meddler is a store that does something before the nth request that fits.
type meddler struct {
	storage.Store
	before func(verb, name string)
}

func (m meddler) Put(ctx context.Context, name string, data []byte) error {
	m.before("put", name)
	return m.Store.Put(ctx, name, data)
}

func (m meddler) Get(ctx context.Context, name string, offset, length int64) (io.ReadCloser, error) {
	m.before("get", name)
	return m.Store.Get(ctx, name, offset, length)
}

// TestRevokedMeanwhile: what a device says while it is being revoked, and another believes who has not heard of that, is kept.
func TestRevokedMeanwhile(t *testing.T) {
	s := newStore(t)
	c := create(t, s, "", Options{})
	key, r := addDevice(t, c.Repo, false, Options{})
	otherKey, _ := addDevice(t, c.Repo, false, Options{})
	other := unlockWith(t, s, otherKey.Secret(), Options{})
	chunks := content(7, 5)
	var saved core.UUID
	once := false
	boss := unlockWith(t, meddler{s, func(verb, name string) {
		if verb == "put" && strings.HasPrefix(name, revokedPrefix) && !once {
			once = true
			load(t, r)
			put(t, r, chunks)
			load(t, other)
			m, _ := put(t, other, chunks) // all of it is there
			saved = m.ID
		}
	}}, c.Device.Secret(), Options{})
	must(t, boss.RevokeSlots(t.Context(), []core.UUID{key.Slot}, true))
	if !once {
		t.Fatal("nothing happened meanwhile")
	}
	fresh := unlockRing(t, c.Repo)
	load(t, fresh)
	wantContent(t, fresh, saved, chunks)
}

// TestRevokedBeforeCommit: a backup that counted on what a device said, and then hears that it was revoked, looks everything up again.
func TestRevokedBeforeCommit(t *testing.T) {
	s := newStore(t)
	c := create(t, s, "", Options{Cache: t.TempDir()})
	key, r := addDevice(t, c.Repo, false, Options{})
	load(t, r)
	chunk := []byte("what the stolen device has saved")
	put(t, r, [][]byte{chunk})

	session, err := c.Repo.Begin(t.Context())
	must(t, err)
	defer session.Close()
	id := c.Repo.Hasher().Sum(chunk)
	if !session.Holds(&id) {
		t.Fatal("the block is not counted on")
	}
	must(t, session.Finish())
	_, boss := addDevice(t, c.Repo, false, Options{})
	must(t, boss.RevokeSlots(t.Context(), []core.UUID{key.Slot}, true))
	m := &snapshot.Manifest{ID: crypto.NewTimeUUID(time.Now()), Root: tree.Entry{Type: tree.Dir}}
	if err := session.Commit(m); err != gc.ErrCondemned {
		t.Fatalf("Commit says %v", err)
	}
	if _, err := s.Stat(t.Context(), snapshotName(m.ID)); !storage.IsNotFound(err) {
		t.Errorf("the snapshot stays: %v", err)
	}
	session.Again()
	if session.Holds(&id) || !session.Wary() {
		t.Error("the block is still counted on, or what is unchanged is taken over unseen")
	}
	must(t, session.Finish())
	m.ID = crypto.NewTimeUUID(time.Now())
	must(t, session.Commit(m))
}

// TestRevocationsLast: a revocation is locked as slots are, and parity as packs are, and a mark is not.
func TestRevocationsLast(t *testing.T) {
	for name, want := range map[string]bool{pairName(revokedPrefix, core.UUID{1}, core.UUID{2}): true, slotName(core.UUID{1}): true, markName(core.UUID{1}): false,
		(&ParityObject{K: 1}).Name(): true} {
		if storage.Lasting(name) != want {
			t.Errorf("%s lasts: %v", name, !want)
		}
	}
}
