package repo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/storage"
	"backup_projeto/internal/storage/local"
	"backup_projeto/internal/tree"
)

func newStore(t *testing.T) *local.Store {
	t.Helper()
	s, err := local.New(filepath.Join(t.TempDir(), "store"))
	must(t, err)
	must(t, s.Ensure(t.Context()))
	t.Cleanup(func() { s.Close() })
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func create(t *testing.T, s storage.Store, passphrase string, opt Options) *Created {
	t.Helper()
	c, err := Create(t.Context(), s, passphrase, "test", opt)
	must(t, err)
	t.Cleanup(func() { c.Repo.Close() })
	return c
}

func unlockWith(t *testing.T, s storage.Store, secret keys.Secret, opt Options) *Repo {
	t.Helper()
	h, err := ReadHeader(t.Context(), s)
	must(t, err)
	r, err := Unlock(t.Context(), s, h, secret, opt)
	must(t, err)
	t.Cleanup(func() { r.Close() })
	return r
}

func load(t *testing.T, r *Repo) {
	t.Helper()
	damaged, err := r.LoadIndex(t.Context())
	if err != nil || len(damaged) > 0 {
		t.Fatal(damaged, err)
	}
}

// content returns n chunks of sizes that vary, of text that compresses or not.
func content(seed uint64, n int) (out [][]byte) {
	rng := rand.New(rand.NewPCG(seed, 1))
	for i := range n {
		b := make([]byte, rng.IntN(60_000))
		if i%3 == 0 {
			for j := range b {
				b[j] = "abcdefgh"[rng.IntN(8)]
			}
		} else {
			for j := range b {
				b[j] = byte(rng.Uint32())
			}
		}
		out = append(out, b)
	}
	return out
}

// put stores chunks in one session and commits a snapshot with them as one file's content.
func put(t *testing.T, r *Repo, chunks [][]byte) (*snapshot.Manifest, []core.ID) {
	t.Helper()
	s, err := r.Begin(t.Context())
	must(t, err)
	defer s.Close()
	f, h := s.Filler(pack.Data), r.Hasher()
	var ids []core.ID
	size := int64(0)
	for _, c := range chunks {
		id := h.Sum(c)
		_, err := f.Add(id, c)
		must(t, err)
		ids, size = append(ids, id), size+int64(len(c))
	}
	must(t, f.Flush())
	dir := tree.Encode([]tree.Entry{{Name: "file", Size: size, Content: tree.Content{IDs: ids}}})
	d := s.Filler(pack.Tree)
	_, err = d.Add(h.Sum(dir), dir)
	must(t, err)
	must(t, d.Flush())
	must(t, s.Finish())
	m := &snapshot.Manifest{ID: crypto.NewTimeUUID(time.Now()), Project: snapshot.Project{Name: "p"},
		Root: tree.Entry{Type: tree.Dir, Content: tree.Content{IDs: []core.ID{h.Sum(dir)}}}}
	must(t, s.Commit(m))
	return m, ids
}

// wantContent restores the file of a snapshot and compares it.
func wantContent(t *testing.T, r *Repo, id core.UUID, chunks [][]byte) {
	t.Helper()
	m, err := r.ReadSnapshot(t.Context(), id)
	must(t, err)
	e, err := r.Find(t.Context(), &m.Root, "file")
	must(t, err)
	var out bytes.Buffer
	must(t, r.WriteFile(t.Context(), e, &out))
	if !bytes.Equal(out.Bytes(), bytes.Join(chunks, nil)) {
		t.Fatal("the content differs")
	}
}

func TestRoundTrip(t *testing.T) {
	s := newStore(t)
	c := create(t, s, "", Options{Cache: t.TempDir()})
	load(t, c.Repo)
	chunks := content(1, 400)
	m, ids := put(t, c.Repo, chunks)
	wantContent(t, c.Repo, m.ID, chunks)
	for name, secret := range map[string]keys.Secret{"device": c.Device.Secret(), "code": {Lock: keys.Recovery, Value: c.Code}} {
		for _, cache := range []string{"", t.TempDir()} {
			r := unlockWith(t, s, secret, Options{Cache: cache})
			load(t, r)
			wantContent(t, r, m.ID, chunks)
			all, damaged, err := r.Snapshots(t.Context())
			if err != nil || len(damaged) > 0 || len(all) != 1 || all[0].Device != c.Repo.ring.Slot {
				t.Errorf("%s: %v, %v, %v", name, all, damaged, err)
			}
			for _, id := range ids {
				if !r.Has(&id) {
					t.Fatal("a chunk is not in the index")
				}
			}
		}
	}
}

// TestSecondSessionStoresNothing checks deduplication across sessions and devices.
func TestSecondSessionStoresNothing(t *testing.T) {
	s := newStore(t)
	c := create(t, s, "a passphrase", Options{})
	if c.Code != nil {
		t.Error("a repository with a passphrase has a recovery code too")
	}
	load(t, c.Repo)
	chunks := content(2, 200)
	put(t, c.Repo, chunks)
	before, err := c.Repo.StoredPacks(t.Context())
	must(t, err)
	other := unlockWith(t, s, keys.Secret{Lock: keys.Passphrase, Value: []byte("a passphrase")}, Options{})
	load(t, other)
	m, _ := put(t, other, chunks)
	after, err := other.StoredPacks(t.Context())
	must(t, err)
	if len(before) == 0 || len(after) != len(before) {
		t.Errorf("%d packs before, %d after", len(before), len(after))
	}
	wantContent(t, c.Repo, m.ID, chunks)
}

func TestNoRepository(t *testing.T) {
	s, err := local.New(filepath.Join(t.TempDir(), "absent"))
	must(t, err)
	for range 2 {
		if _, err := ReadHeader(t.Context(), s); core.KindOf(err) != core.NoRepository || core.CodeOf(err) != codeNoRepository {
			t.Errorf("got %v", err)
		}
		must(t, s.Ensure(t.Context())) // the second time the place is there, and empty
	}
}

func TestWrongSecrets(t *testing.T) {
	s := newStore(t)
	create(t, s, "right", Options{})
	h, err := ReadHeader(t.Context(), s)
	must(t, err)
	for _, c := range []struct {
		secret keys.Secret
		code   core.Code
	}{
		{keys.Secret{Lock: keys.Passphrase, Value: []byte("wrong")}, codeWrongKey},
		{keys.Secret{Lock: keys.Recovery, Value: keys.NewCode()}, codeNoSlot},
		{keys.NewDeviceKey(h.ID).Secret(), codeNoSlot},
	} {
		if _, err := Unlock(t.Context(), s, h, c.secret, Options{}); core.KindOf(err) != core.WrongKey || core.CodeOf(err) != c.code {
			t.Errorf("got %v, want %s", err, c.code)
		}
	}
}

func TestSlots(t *testing.T) {
	s := newStore(t)
	c := create(t, s, "", Options{})
	load(t, c.Repo)
	m, _ := put(t, c.Repo, content(3, 10))
	device := keys.NewDeviceKey(c.Repo.header.ID)
	_, err := c.Repo.AddSlot(t.Context(), device.Secret(), "ci", true)
	must(t, err)
	w := unlockWith(t, s, device.Secret(), Options{})
	load(t, w)
	if w.CanRead() {
		t.Error("a write-only slot can read")
	}
	chunks := content(4, 10)
	m2, _ := put(t, w, chunks)
	load(t, c.Repo)
	wantContent(t, c.Repo, m2.ID, chunks)
	if _, err := w.ReadSnapshot(t.Context(), m.ID); core.CodeOf(err) != codeWriteOnly {
		t.Errorf("a write-only slot reads a snapshot: %v", err)
	}
	if _, err := w.Chunk(t.Context(), w.Hasher().Sum(chunks[0])); core.CodeOf(err) != codeWriteOnly {
		t.Errorf("a write-only slot reads a block: %v", err)
	}
	if _, err := w.AddSlot(t.Context(), device.Secret(), "x", false); core.CodeOf(err) != codeWriteOnly {
		t.Errorf("a write-only slot adds a slot: %v", err)
	}
	slots, damaged, err := c.Repo.Slots(t.Context())
	if err != nil || len(damaged) > 0 || len(slots) != 3 {
		t.Fatalf("%d slots, %v, %v", len(slots), damaged, err)
	}
	for _, slot := range slots {
		if slot.Lock == keys.Recovery {
			must(t, c.Repo.RevokeSlots(t.Context(), []core.UUID{slot.ID}, false))
		}
	}
	if err := c.Repo.RevokeSlots(t.Context(), []core.UUID{c.Device.Slot}, false); core.CodeOf(err) != codeLastKey {
		t.Errorf("the last key that reads was removed: %v", err)
	}
}

// TestForgedSlot puts a slot into the store that the admin key did not certify: it opens nothing and is reported.
func TestForgedSlot(t *testing.T) {
	s := newStore(t)
	c := create(t, s, "", Options{})
	fake, err := keys.NewKeyring(c.Repo.header.ID)
	must(t, err)
	slot, _, err := keys.New(fake, keys.Secret{Lock: keys.Passphrase, Value: []byte("mine")}, "attacker", false, 1)
	must(t, err)
	must(t, s.Put(t.Context(), slotName(slot.ID), slot.Encode()))
	slots, damaged, err := c.Repo.Slots(t.Context())
	if err != nil || len(slots) != 2 || len(damaged) != 1 || damaged[0].Object != slotName(slot.ID) {
		t.Errorf("%d slots, %v, %v", len(slots), damaged, err)
	}
	h, err := ReadHeader(t.Context(), s)
	must(t, err)
	if _, err := Unlock(t.Context(), s, h, keys.Secret{Lock: keys.Passphrase, Value: []byte("mine")}, Options{}); core.KindOf(err) != core.Damage {
		t.Errorf("a forged slot opens another repository: %v", err)
	}
}

// objects returns the files of the store below a prefix.
func objects(t *testing.T, s *local.Store, prefix string) (names []string) {
	t.Helper()
	for info, err := range s.List(t.Context(), prefix) {
		must(t, err)
		names = append(names, info.Name)
	}
	return names
}

// TestEveryFlippedByteIsDamage flips bytes all over every object: reading gives damage or the right content, never anything else.
func TestEveryFlippedByteIsDamage(t *testing.T) {
	s := newStore(t)
	c := create(t, s, "", Options{})
	load(t, c.Repo)
	chunks := content(5, 30)
	m, _ := put(t, c.Repo, chunks)
	for _, name := range objects(t, s, "") {
		file := filepath.Join(s.LocalPath(), filepath.FromSlash(name))
		good, err := os.ReadFile(file)
		must(t, err)
		step := max(1, len(good)/40)
		for at := 0; at < len(good); at += step {
			bad := bytes.Clone(good)
			bad[at] ^= 1 << (at % 8)
			must(t, os.WriteFile(file, bad, 0o600))
			err := readAll(t, s, c.Device.Secret(), m.ID, chunks)
			if k := core.KindOf(err); err != nil && k != core.Damage && k != core.WrongKey && !(name == configName && k == core.Failure) {
				t.Errorf("%s, byte %d: %v", name, at, err)
			}
			if err == nil && (strings.HasPrefix(name, snapshotPrefix) || strings.HasPrefix(name, indexPrefix) || name == configName) {
				t.Errorf("%s, byte %d: nothing noticed", name, at)
			}
		}
		must(t, os.WriteFile(file, good, 0o600))
	}
}

var errDiffers = errors.New("the content differs")

// readAll opens the repository anew and reads a snapshot's file.
func readAll(t *testing.T, s storage.Store, secret keys.Secret, id core.UUID, chunks [][]byte) error {
	t.Helper()
	h, err := ReadHeader(t.Context(), s)
	if err != nil {
		return err
	}
	r, err := Unlock(t.Context(), s, h, secret, Options{})
	if err != nil {
		return err
	}
	defer r.Close()
	damaged, err := r.LoadIndex(t.Context())
	if err != nil {
		return err
	}
	if len(damaged) > 0 {
		return damaged[0].Err
	}
	m, err := r.ReadSnapshot(t.Context(), id)
	if err != nil {
		return err
	}
	e, err := r.Find(t.Context(), &m.Root, "file")
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := r.WriteFile(t.Context(), e, &out); err != nil {
		return err
	}
	if !bytes.Equal(out.Bytes(), bytes.Join(chunks, nil)) {
		return errDiffers
	}
	return nil
}

// faulty makes the nth call of a kind fail: before it does anything, or after it did it.
type faulty struct {
	storage.Store
	calls   atomic.Int64
	failAt  int64
	persist bool
}

var errFault = storage.Errf(storage.Network, "", errors.New("injected"))

func (f *faulty) Unwrap() storage.Store { return f.Store }

func (f *faulty) strike(do func() error) error {
	if f.calls.Add(1) != f.failAt {
		return do()
	}
	if f.persist {
		if err := do(); err != nil {
			return err
		}
	}
	return errFault
}

func (f *faulty) Put(ctx context.Context, name string, data []byte) error {
	return f.strike(func() error { return f.Store.Put(ctx, name, data) })
}

func (f *faulty) Create(ctx context.Context, name string, data []byte) error {
	return f.strike(func() error { return storage.Create(ctx, f.Store, name, data) })
}

func (f *faulty) Get(ctx context.Context, name string, offset, length int64) (r io.ReadCloser, err error) {
	err = f.strike(func() error { r, err = f.Store.Get(ctx, name, offset, length); return err })
	return r, err
}

func (f *faulty) Stat(ctx context.Context, name string) (info storage.Info, err error) {
	err = f.strike(func() error { info, err = f.Store.Stat(ctx, name); return err })
	return info, err
}

func (f *faulty) List(ctx context.Context, prefix string) iter.Seq2[storage.Info, error] {
	if err := f.strike(func() error { return nil }); err != nil {
		return func(yield func(storage.Info, error) bool) { yield(storage.Info{}, err) }
	}
	return f.Store.List(ctx, prefix)
}

// attempt runs a whole backup and reports whether the snapshot was said to be saved.
func attempt(ctx context.Context, s storage.Store, secret keys.Secret, cache string, chunks [][]byte) (core.UUID, error) {
	h, err := ReadHeader(ctx, s)
	if err != nil {
		return core.UUID{}, err
	}
	r, err := Unlock(ctx, s, h, secret, Options{Cache: cache})
	if err != nil {
		return core.UUID{}, err
	}
	defer r.Close()
	if _, err := r.LoadIndex(ctx); err != nil {
		return core.UUID{}, err
	}
	ses, err := r.Begin(ctx)
	if err != nil {
		return core.UUID{}, err
	}
	defer ses.Close()
	f, hash := ses.Filler(pack.Data), r.Hasher()
	var ids []core.ID
	size := int64(0)
	for _, c := range chunks {
		id := hash.Sum(c)
		if _, err := f.Add(id, c); err != nil {
			return core.UUID{}, err
		}
		ids, size = append(ids, id), size+int64(len(c))
	}
	if err := f.Flush(); err != nil {
		return core.UUID{}, err
	}
	dir := tree.Encode([]tree.Entry{{Name: "file", Size: size, Content: tree.Content{IDs: ids}}})
	d := ses.Filler(pack.Tree)
	if _, err := d.Add(hash.Sum(dir), dir); err != nil {
		return core.UUID{}, err
	}
	if err := errors.Join(d.Flush(), ses.Finish()); err != nil {
		return core.UUID{}, err
	}
	m := &snapshot.Manifest{ID: crypto.NewTimeUUID(time.Now()), Root: tree.Entry{Type: tree.Dir, Content: tree.Content{IDs: []core.ID{hash.Sum(dir)}}}}
	return m.ID, ses.Commit(m)
}

// TestEachCallFails fails the nth call to the store for each n, lost or persisted: what was said to be saved can be restored, the
// error is the store's, and the next run succeeds.
func TestEachCallFails(t *testing.T) {
	points := 0
	for _, persist := range []bool{false, true} {
		for n := int64(1); ; n++ {
			s := newStore(t)
			c := create(t, s, "", Options{})
			chunks := content(uint64(n), 40)
			f := &faulty{Store: s, failAt: n, persist: persist}
			cache := t.TempDir()
			id, err := attempt(t.Context(), f, c.Device.Secret(), cache, chunks)
			if err == nil {
				must(t, readAll(t, s, c.Device.Secret(), id, chunks))
			} else if core.KindOf(err) != core.Destination {
				t.Errorf("call %d: %v", n, err)
			}
			id, err = attempt(t.Context(), s, c.Device.Secret(), cache, chunks)
			must(t, err)
			must(t, readAll(t, s, c.Device.Secret(), id, chunks))
			if f.calls.Load() < n {
				break
			}
			points++
		}
	}
	if points < 10 {
		t.Errorf("only %d calls failed", points)
	}
	t.Logf("%d points", points)
}

// TestCutOffSession gives a session up without Close, as a kill does: the next one lists what had arrived and does not upload it again.
func TestCutOffSession(t *testing.T) {
	s, cache := newStore(t), t.TempDir()
	c := create(t, s, "", Options{Cache: cache})
	load(t, c.Repo)
	ses, err := c.Repo.Begin(t.Context())
	must(t, err)
	f, h := ses.Filler(pack.Data), c.Repo.Hasher()
	rng := rand.New(rand.NewPCG(7, 7))
	var chunks [][]byte
	for range 80 {
		b := make([]byte, 500_000)
		for i := range b {
			b[i] = byte(rng.Uint32())
		}
		chunks = append(chunks, b)
		_, err := f.Add(h.Sum(b), b)
		must(t, err)
	}
	must(t, f.Flush())
	ses.drain()
	ses.pack.uploads.Wait() // the packs that were full have arrived; nothing lists them
	packs, err := c.Repo.StoredPacks(t.Context())
	must(t, err)
	if len(packs) != 2 || len(objects(t, s, indexPrefix)) != 0 {
		t.Fatalf("%d packs, %d index objects", len(packs), len(objects(t, s, indexPrefix)))
	}
	ses.pack.journal.file.Close() // as the system does
	id, err := attempt(t.Context(), s, c.Device.Secret(), cache, chunks)
	must(t, err)
	must(t, readAll(t, s, c.Device.Secret(), id, chunks))
	after, err := c.Repo.StoredPacks(t.Context())
	must(t, err)
	total := int64(0)
	for name, size := range after {
		if packs[name] == 0 {
			total += size
		}
	}
	if total > 40_000_000-2*packSize+3_000_000 {
		t.Errorf("%d bytes were uploaded again", total)
	}
	left, err := os.ReadDir(filepath.Join(cache, c.Repo.header.ID.String(), "journal"))
	if err != nil || len(left) != 0 {
		t.Errorf("journals left: %v, %v", left, err)
	}
}

// TestCancelledSession ends the context in the middle: Close lists what had arrived, and everything ends.
func TestCancelledSession(t *testing.T) {
	s := newStore(t)
	c := create(t, s, "", Options{})
	load(t, c.Repo)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ses, err := c.Repo.Begin(ctx)
	must(t, err)
	f, h := ses.Filler(pack.Data), c.Repo.Hasher()
	rng := rand.New(rand.NewPCG(8, 8))
	for i := range 60 {
		b := make([]byte, 500_000)
		for i := range b {
			b[i] = byte(rng.Uint32())
		}
		if i == 50 {
			for len(objects(t, s, packPrefix)) == 0 { // the first pack is full, and on its way
				time.Sleep(time.Millisecond)
			}
			ses.pack.uploads.Wait()
			cancel()
		}
		if _, err = f.Add(h.Sum(b), b); err != nil {
			break
		}
	}
	if err := errors.Join(err, f.Flush()); core.KindOf(err) != core.Interrupted {
		t.Errorf("got %v", err)
	}
	ses.Close()
	if len(objects(t, s, indexPrefix)) != 1 {
		t.Error("what arrived is not listed")
	}
}

// TestManySessionsAtOnce lets devices with content in common write at the same time.
func TestManySessionsAtOnce(t *testing.T) {
	s := newStore(t)
	c := create(t, s, "", Options{})
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			chunks := append(content(1, 60), content(uint64(10+i), 20)...)
			id, err := attempt(t.Context(), s, c.Device.Secret(), "", chunks)
			if err == nil {
				err = readAll(t, s, c.Device.Secret(), id, chunks)
			}
			if err != nil {
				t.Error(err)
			}
		}()
	}
	wg.Wait()
}

// TestTwoCreateAtOnce lets two devices make a repository in one place: one wins, the other is told.
func TestTwoCreateAtOnce(t *testing.T) {
	for range 5 {
		s := newStore(t)
		var wins, losses atomic.Int64
		var wg sync.WaitGroup
		for i := range 3 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				c, err := Create(t.Context(), s, "", fmt.Sprint("device ", i), Options{})
				switch {
				case err == nil:
					wins.Add(1)
					c.Repo.Close()
				case storage.IsExists(err):
					losses.Add(1)
				default:
					t.Error(err)
				}
			}()
		}
		wg.Wait()
		if wins.Load() != 1 || losses.Load() != 2 {
			t.Errorf("%d won, %d lost", wins.Load(), losses.Load())
		}
		if n := len(objects(t, s, slotPrefix)); n != 2 {
			t.Errorf("%d slots", n)
		}
	}
}

func FuzzHeader(f *testing.F) {
	h := &Header{Created: 1, mac: make([]byte, 32)}
	h.Chunking.Min, h.Chunking.Avg, h.Chunking.Max = 64<<10, 256<<10, 1<<20
	f.Add(h.encode())
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := decodeHeader(data)
		if err == nil && !bytes.Equal(h.encode(), data) {
			t.Error("what was read is not written the same")
		}
	})
}

func FuzzJournal(f *testing.F) {
	f.Add([]byte("\x01\x00\x00\x00\x00\x00\x00\x00\x80"))
	f.Fuzz(func(t *testing.T, data []byte) { readJournal(data) })
}

// TestLostConfig takes a repository's configuration away: no new repository is made over its data, and with the configuration back all
// is as before.
func TestLostConfig(t *testing.T) {
	s := newStore(t)
	made := create(t, s, "", Options{})
	config, err := storage.ReadAll(t.Context(), s, configName, maxConfig)
	must(t, err)
	must(t, s.Delete(t.Context(), configName))
	must(t, s.Put(t.Context(), PackName(core.ID{1}), []byte("data")))
	if _, err := Create(t.Context(), s, "", "test", Options{}); core.KindOf(err) != core.Damage || core.CodeOf(err) != codeConfigGone {
		t.Errorf("got %v", err)
	}
	if _, err := ReadHeader(t.Context(), s); core.KindOf(err) != core.Damage || core.CodeOf(err) != codeConfigGone {
		t.Errorf("a configuration was made, or the place counts as empty: %v", err)
	}
	must(t, s.Put(t.Context(), configName, config))
	if _, err := Create(t.Context(), s, "", "test", Options{}); !storage.IsExists(err) {
		t.Errorf("got %v", err)
	}
	unlockWith(t, s, made.Device.Secret(), Options{})
}

// TestDamagedCacheIsMended damages the local copy of the index in one place after another: nothing is missing in the repository then.
func TestDamagedCacheIsMended(t *testing.T) {
	s, cache := newStore(t), t.TempDir()
	made := create(t, s, "", Options{Cache: cache})
	load(t, made.Repo)
	chunks := content(7, 60)
	m, ids := put(t, made.Repo, chunks)
	tables := func() []string {
		all, err := filepath.Glob(filepath.Join(made.Repo.CacheDir(), "index", "*"))
		if err != nil || len(all) == 0 {
			t.Fatal(all, err)
		}
		return all
	}
	whole, err := os.ReadFile(tables()[0])
	must(t, err)
	for at := 0; at < len(whole); at += 1 << 10 {
		for _, name := range tables() {
			data, err := os.ReadFile(name)
			must(t, err)
			data[at%len(data)] ^= 0x10
			must(t, os.WriteFile(name, data, 0o600))
		}
		r := unlockWith(t, s, made.Device.Secret(), Options{Cache: cache})
		load(t, r)
		for i := range ids {
			if i%2 == 0 && !r.Has(&ids[i]) || len(r.Lookup(&ids[i])) != 1 {
				t.Fatalf("byte %d is damaged, and block %d is missing", at, i)
			}
		}
		wantContent(t, r, m.ID, chunks)
		must(t, r.Close())
	}
}

// TestKeyIsKeptFirst looks what there is when the device's key is to be kept: no repository yet, whoever is faster.
func TestKeyIsKeptFirst(t *testing.T) {
	s := newStore(t)
	var kept *keys.DeviceKey
	made := create(t, s, "", Options{Keep: func(key *keys.DeviceKey) {
		if _, err := ReadHeader(t.Context(), s); core.KindOf(err) != core.NoRepository {
			t.Errorf("there is a repository already: %v", err)
		}
		kept = key
	}})
	if kept != made.Device {
		t.Error("another key was to be kept")
	}
	unlockWith(t, s, kept.Secret(), Options{})
}
