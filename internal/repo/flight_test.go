package repo

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/gc"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/storage"
	"backup_projeto/internal/tree"
)

// condemn marks packs as a prune does.
func condemn(t *testing.T, r *Repo, packs ...core.ID) core.UUID {
	t.Helper()
	id, err := r.PutMark(t.Context(), &gc.Mark{Created: time.Now().UnixNano(), Condemned: packs})
	must(t, err)
	return id
}

func indexes(t *testing.T, r *Repo) *Indexes {
	t.Helper()
	x, err := r.ListIndexes(t.Context())
	must(t, err)
	return x
}

// packsOf returns the packs that a chunk is in.
func packsOf(r *Repo, id core.ID) (out []core.ID) {
	for _, l := range r.Lookup(&id) {
		out = append(out, l.Pack.Name)
	}
	return out
}

// small returns a manifest of one folder, and that folder's chunk.
func small(r *Repo, size int, ids ...core.ID) (*snapshot.Manifest, []byte) {
	dir := tree.Encode([]tree.Entry{{Name: "file", Size: int64(size), Content: tree.Content{IDs: ids}}})
	return &snapshot.Manifest{ID: crypto.NewTimeUUID(time.Now()), Root: tree.Entry{Type: tree.Dir,
		Content: tree.Content{IDs: []core.ID{r.Hasher().Sum(dir)}}}}, dir
}

// add puts one chunk into a session and says whether it was new.
func add(t *testing.T, s *Session, kind pack.Kind, data []byte) bool {
	t.Helper()
	f := s.Filler(kind)
	isNew, err := f.Add(s.r.Hasher().Sum(data), data)
	must(t, err)
	must(t, f.Flush())
	return isNew
}

func TestSessionStands(t *testing.T) {
	s := newStore(t)
	c := create(t, s, "", Options{Cache: t.TempDir()})
	ses, err := c.Repo.Begin(t.Context())
	must(t, err)
	other := unlockWith(t, s, c.Device.Secret(), Options{})
	flying, err := other.InFlight(t.Context())
	must(t, err)
	if len(flying) != 1 || flying[0].ID != ses.ID() || flying[0].Session == nil || flying[0].Session.Prune || flying[0].Time.IsZero() ||
		flying[0].Session.Slot != c.Repo.ring.Slot {
		t.Fatalf("in flight: %+v", flying)
	}
	alive, err := ses.Alive(t.Context())
	if !alive || err != nil {
		t.Errorf("alive: %v, %v", alive, err)
	}
	must(t, s.Put(t.Context(), sessionName(core.UUID{9}), []byte("not a session")))
	prune, err := other.BeginPrune(t.Context())
	must(t, err)
	flying, err = other.InFlight(t.Context())
	must(t, err)
	if len(flying) != 3 {
		t.Errorf("in flight: %+v", flying)
	}
	for _, f := range flying {
		if (f.Session == nil) != (f.ID == core.UUID{9}) || f.Session != nil && f.Session.Prune != (f.ID == prune.ID()) {
			t.Errorf("in flight: %+v", f)
		}
	}
	prune.Close()
	ses.Close()
	if alive, err := ses.Alive(t.Context()); alive || err != nil {
		t.Errorf("after its end alive: %v, %v", alive, err)
	}
	if left := objects(t, s, sessionPrefix); len(left) != 1 {
		t.Errorf("sessions left: %v", left)
	}
}

// TestDeadSession: the next session of a machine ends those that died there, and no other.
func TestDeadSession(t *testing.T) {
	s, cache := newStore(t), t.TempDir()
	c := create(t, s, "", Options{Cache: cache})
	dead, err := c.Repo.Begin(t.Context())
	must(t, err)
	dead.pack.journal.file.Close() // as the system does
	second := unlockWith(t, s, c.Device.Secret(), Options{Cache: cache})
	live, err := second.Begin(t.Context())
	must(t, err)
	defer live.Close()
	third := unlockWith(t, s, c.Device.Secret(), Options{Cache: cache})
	last, err := third.Begin(t.Context())
	must(t, err)
	defer last.Close()
	elsewhere := unlockWith(t, s, c.Device.Secret(), Options{Cache: t.TempDir()})
	far, err := elsewhere.Begin(t.Context())
	must(t, err)
	defer far.Close()
	for _, x := range []struct {
		s    *Session
		want bool
	}{{dead, false}, {live, true}, {last, true}, {far, true}} {
		if alive, err := x.s.Alive(t.Context()); alive != x.want || err != nil {
			t.Errorf("alive: %v, %v, want %v", alive, err, x.want)
		}
	}
}

// TestCondemned: chunks of condemned packs do not count as present, for any device that may write.
func TestCondemned(t *testing.T) {
	s := newStore(t)
	c := create(t, s, "", Options{Cache: t.TempDir()})
	chunks := content(21, 10)
	_, ids := put(t, c.Repo, chunks)
	key := keys.NewDeviceKey(c.Repo.header.ID)
	_, err := c.Repo.AddSlot(t.Context(), key.Secret(), "writer", true)
	must(t, err)
	writer := unlockWith(t, s, key.Secret(), Options{Cache: t.TempDir()})
	fresh := func(r *Repo) bool {
		ses, err := r.Begin(t.Context())
		must(t, err)
		defer ses.Close()
		return !ses.Holds(&ids[3])
	}
	if fresh(writer) {
		t.Error("a chunk that is there does not count as present")
	}
	condemn(t, c.Repo, packsOf(c.Repo, ids[3])...)
	if !fresh(writer) || !fresh(c.Repo) {
		t.Error("a chunk of a condemned pack counts as present")
	}
	// The mark is remembered, and named by sessions from then on.
	counted := &lister{Store: s}
	again, err := Unlock(t.Context(), counted, c.Repo.header, key.Secret(), writer.opt)
	must(t, err)
	defer again.Close()
	ses, err := again.Begin(t.Context())
	must(t, err)
	defer ses.Close()
	if !ses.Wary() || ses.Holds(&ids[3]) {
		t.Error("a remembered mark is not honoured")
	}
	if n := counted.marks.Load(); n != 0 {
		t.Errorf("%d marks were fetched again", n)
	}
	flying, err := again.InFlight(t.Context())
	must(t, err)
	if len(flying) != 1 || len(flying[0].Session.Knows) != 1 {
		t.Errorf("in flight: %+v", flying)
	}
}

// lister counts what is read of gc/, and lists what it is told to, once.
type lister struct {
	storage.Store
	marks atomic.Int64
	stale []storage.Info // the first listing of the index
	lists atomic.Int64   // of the index
}

func (l *lister) List(ctx context.Context, prefix string) iter.Seq2[storage.Info, error] {
	if prefix == indexPrefix && l.lists.Add(1) == 1 && l.stale != nil {
		return func(yield func(storage.Info, error) bool) {
			for _, i := range l.stale {
				if !yield(i, nil) {
					return
				}
			}
		}
	}
	return l.Store.List(ctx, prefix)
}

func (l *lister) Get(ctx context.Context, name string, offset, length int64) (io.ReadCloser, error) {
	if strings.HasPrefix(name, markPrefix) {
		l.marks.Add(1)
	}
	return l.Store.Get(ctx, name, offset, length)
}

// TestOvertaken: a prune that condemns what a backup relies on, before its snapshot is put, makes it upload that again.
func TestOvertaken(t *testing.T) {
	s := newStore(t)
	c := create(t, s, "", Options{Cache: t.TempDir()})
	chunks := content(22, 10)
	_, ids := put(t, c.Repo, chunks)
	other := unlockWith(t, s, c.Device.Secret(), Options{Cache: t.TempDir()})
	ses, err := other.Begin(t.Context())
	must(t, err)
	defer ses.Close()
	walk := func(wantNew bool) *snapshot.Manifest {
		t.Helper()
		if isNew := add(t, ses, pack.Data, chunks[3]); isNew != wantNew {
			t.Errorf("the chunk is new: %v, want %v", isNew, wantNew)
		}
		m, dir := small(other, len(chunks[3]), ids[3])
		add(t, ses, pack.Tree, dir)
		must(t, ses.Finish())
		return m
	}
	first := walk(false)
	condemn(t, c.Repo, core.ID{1}) // nothing of ours
	condemn(t, c.Repo, packsOf(c.Repo, ids[3])...)
	if err := ses.Commit(first); !errors.Is(err, gc.ErrCondemned) {
		t.Fatalf("committed: %v", err)
	}
	if there, err := other.HasSnapshot(t.Context(), first.ID); there || err != nil {
		t.Errorf("the snapshot stays: %v, %v", there, err)
	}
	ses.Again()
	second := walk(true)
	must(t, ses.Commit(second))
	ses.Close()
	for _, name := range packsOf(c.Repo, ids[3]) {
		must(t, c.Repo.DeletePack(t.Context(), name))
	}
	r := unlockWith(t, s, c.Device.Secret(), Options{})
	load(t, r)
	wantContent(t, r, second.ID, chunks[3:4])
}

// TestTakenOver: what is taken over from a parent unseen does not stand when a mark appears, whatever it condemns.
func TestTakenOver(t *testing.T) {
	s := newStore(t)
	c := create(t, s, "", Options{})
	ses, err := c.Repo.Begin(t.Context())
	must(t, err)
	defer ses.Close()
	ses.TakeOver()
	must(t, ses.Finish())
	m, _ := small(c.Repo, 0)
	condemn(t, c.Repo, core.ID{1})
	if err := ses.Commit(m); !errors.Is(err, gc.ErrCondemned) || !ses.Wary() {
		t.Errorf("committed: %v; wary: %v", err, ses.Wary())
	}
}

// TestOwnCondemned: a session that was taken for dead may find its own packs condemned.
func TestOwnCondemned(t *testing.T) {
	s := newStore(t)
	c := create(t, s, "", Options{})
	ses, err := c.Repo.Begin(t.Context())
	must(t, err)
	defer ses.Close()
	data := []byte("content")
	m, dir := small(c.Repo, len(data), c.Repo.Hasher().Sum(data))
	for _, wantCondemned := range []bool{true, false} {
		if !add(t, ses, pack.Data, data) || !add(t, ses, pack.Tree, dir) {
			t.Error("it is present already")
		}
		must(t, ses.Finish())
		if wantCondemned {
			stored, err := c.Repo.StoredPacks(t.Context())
			must(t, err)
			for name := range stored {
				condemn(t, c.Repo, name)
			}
		}
		if err := ses.Commit(m); errors.Is(err, gc.ErrCondemned) != wantCondemned {
			t.Fatal(err)
		}
		ses.Again()
		m, _ = small(c.Repo, len(data), c.Repo.Hasher().Sum(data))
	}
}

// TestIndexReplaced: who lists an index object that a prune has replaced meanwhile lists again.
func TestIndexReplaced(t *testing.T) {
	s := newStore(t)
	c := create(t, s, "", Options{})
	chunks := content(23, 5)
	m, _ := put(t, c.Repo, chunks)
	var stale []storage.Info
	for info, err := range s.List(t.Context(), indexPrefix) {
		must(t, err)
		stale = append(stale, info)
	}
	must(t, indexes(t, c.Repo).Each(t.Context(), 1, func(o *IndexObject) error {
		if _, _, err := c.Repo.PutIndex(t.Context(), o.Packs); err != nil {
			return err
		}
		return c.Repo.DeleteIndex(t.Context(), o.Name)
	}))
	l := &lister{Store: s, stale: stale}
	r := unlockWith(t, l, c.Device.Secret(), Options{})
	load(t, r)
	wantContent(t, r, m.ID, chunks)
	if l.lists.Load() != 2 {
		t.Errorf("listed %d times", l.lists.Load())
	}
	must(t, s.Delete(t.Context(), indexName(c.Repo.set.Sources()[0]))) // an absent one that every listing has is damage
	gone := &lister{Store: &always{s, stale}}
	lost := unlockWith(t, gone, c.Device.Secret(), Options{})
	if damaged, err := lost.LoadIndex(t.Context()); len(damaged) != 1 || err != nil || gone.lists.Load() != maxLists {
		t.Errorf("%v, %v after %d listings", damaged, err, gone.lists.Load())
	}
}

// always lists the same index.
type always struct {
	storage.Store
	index []storage.Info
}

func (a *always) List(ctx context.Context, prefix string) iter.Seq2[storage.Info, error] {
	return (&lister{Store: a.Store, stale: a.index}).List(ctx, prefix)
}

// TestDamagedMark: a backup cannot know what a damaged mark condemns; a prune takes it for one that nobody trusts.
func TestDamagedMark(t *testing.T) {
	s := newStore(t)
	c := create(t, s, "", Options{})
	id := condemn(t, c.Repo, core.ID{1})
	data, err := storage.ReadAll(t.Context(), s, markName(id), core.MaxObject)
	must(t, err)
	for at := range data {
		if at%37 != 0 && at != len(data)-1 {
			continue
		}
		bad := bytes.Clone(data)
		bad[at] ^= 1
		must(t, s.Delete(t.Context(), markName(id)))
		must(t, s.Put(t.Context(), markName(id), bad))
		if _, err := c.Repo.Begin(t.Context()); core.CodeOf(err) != codeMarkDamaged || core.KindOf(err) != core.Damage {
			t.Fatalf("byte %d: %v", at, err)
		}
		var k gc.Known
		if fresh, err := k.Look(c.Repo.Marks(t.Context())); err != nil || len(fresh) != 1 || fresh[0].Trusted || len(fresh[0].Condemned) != 0 {
			t.Fatalf("byte %d: %v, %v", at, fresh, err)
		}
	}
	if left := objects(t, s, sessionPrefix); len(left) != 0 {
		t.Errorf("sessions left: %v", left)
	}
}

// TestTrust: whose marks and whose index entries are believed.
func TestTrust(t *testing.T) {
	s := newStore(t)
	c := create(t, s, "", Options{})
	key := keys.NewDeviceKey(c.Repo.header.ID)
	slot, err := c.Repo.AddSlot(t.Context(), key.Secret(), "writer", true)
	must(t, err)
	writer := unlockWith(t, s, key.Secret(), Options{})
	theirs, ours := condemn(t, writer, core.ID{1}), condemn(t, c.Repo, core.ID{2})
	var k gc.Known
	fresh, err := k.Look(c.Repo.Marks(t.Context()))
	must(t, err)
	for _, m := range fresh {
		if m.Trusted != (m.ID == ours) || m.ID != ours && m.ID != theirs {
			t.Errorf("mark by %s is trusted: %v", m.Slot, m.Trusted)
		}
	}
	put(t, writer, content(24, 3))
	put(t, c.Repo, content(25, 3))
	merge := func() (packs []pack.Entry) {
		must(t, indexes(t, c.Repo).Each(t.Context(), 1, func(o *IndexObject) error {
			for i, p := range o.Packs {
				if o.Trusted[i] != (p.Origin == c.Repo.ring.Slot) || p.Origin != slot.ID && p.Origin != c.Repo.ring.Slot {
					t.Errorf("a pack of %s is trusted: %v", p.Origin, o.Trusted[i])
				}
			}
			packs = append(packs, o.Packs...)
			return c.Repo.DeleteIndex(t.Context(), o.Name)
		}))
		_, _, err := c.Repo.PutIndex(t.Context(), packs)
		must(t, err)
		return packs
	}
	before := merge()
	after := merge() // who listed what first survives merging
	if len(before) != 4 || !samePacks(before, after) {
		t.Errorf("%d packs become %d", len(before), len(after))
	}
	// A device that may only write cannot pass its claims off as another's.
	lie := after[0]
	lie.Origin = c.Repo.ring.Slot
	_, data := writer.sealIndex([]pack.Entry{lie})
	name := crypto.Hash(data)
	must(t, s.Put(t.Context(), indexName(name), data))
	must(t, indexes(t, c.Repo).Each(t.Context(), 1, func(o *IndexObject) error {
		if o.Name == name && (o.Trusted[0] || o.Packs[0].Origin != slot.ID) {
			t.Errorf("a lie is trusted: %+v", o)
		}
		return nil
	}))
	// Nor sign in its name.
	writer.ring.Slot = c.Repo.ring.Slot
	_, data = writer.sealIndex(after[1:2])
	name = crypto.Hash(data)
	must(t, s.Put(t.Context(), indexName(name), data))
	forged := 0
	must(t, indexes(t, c.Repo).Each(t.Context(), 1, func(o *IndexObject) error {
		if o.Name == name {
			forged++
			if !IsVoid(o.Void) || len(o.Packs) > 0 {
				t.Errorf("a forgery counts: %+v", o)
			}
		}
		return nil
	}))
	if forged != 1 {
		t.Errorf("the forgery was met %d times", forged)
	}
}

// keeper is a store that deletes nothing.
type keeper struct {
	storage.Store
	code core.Code // what it says
}

func (k keeper) Delete(_ context.Context, name string) error {
	return storage.Errf(k.code, name, nil)
}

// TestNoDelete: a device that may delete nothing backs up, again and again.
func TestNoDelete(t *testing.T) {
	s, cache := newStore(t), t.TempDir()
	c := create(t, s, "", Options{})
	for i, code := range []core.Code{storage.Denied, "s3-denied", storage.Locked} { // the second is what S3 says
		r := unlockWith(t, keeper{s, code}, c.Device.Secret(), Options{Cache: cache})
		chunks := content(30+uint64(i), 5)
		m, _ := put(t, r, chunks)
		wantContent(t, r, m.ID, chunks)
		if left, err := os.ReadDir(r.dir + "/journal"); err != nil || len(left) > 0 {
			t.Errorf("journals left: %v, %v", left, err)
		}
	}
	if left := objects(t, s, sessionPrefix); len(left) != 3 {
		t.Errorf("sessions left: %v", left)
	}
}

// TestNoLocks: where the journal's folder cannot be used a session goes on without one.
func TestNoLocks(t *testing.T) {
	s, cache := newStore(t), t.TempDir()
	c := create(t, s, "", Options{Cache: cache})
	must(t, os.WriteFile(c.Repo.dir+"/journal", nil, 0o600))
	chunks := content(26, 5)
	m, _ := put(t, c.Repo, chunks)
	wantContent(t, c.Repo, m.ID, chunks)
	if left := objects(t, s, sessionPrefix); len(left) != 0 {
		t.Errorf("sessions left: %v", left)
	}
}
