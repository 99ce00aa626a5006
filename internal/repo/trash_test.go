package repo

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/storage"
	"backup_projeto/internal/tree"
)

// memory is a store whose clock the test sets, and which fails the test when an object is changed.
type memory struct {
	t  *testing.T
	mu sync.Mutex
	at map[string]storage.Info // guarded by mu
	do map[string][]byte       // guarded by mu; every object that ever was
	// now is the store's clock; guarded by mu.
	now time.Time
}

func newMemory(t *testing.T) *memory {
	return &memory{t: t, at: map[string]storage.Info{}, do: map[string][]byte{}, now: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}
}

func (m *memory) later(d time.Duration) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
	return m.now
}

func (m *memory) Put(_ context.Context, name string, data []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if old, ok := m.do[name]; ok && !bytes.Equal(old, data) {
		m.t.Errorf("%s was written with other content", name)
	}
	m.do[name] = bytes.Clone(data)
	m.at[name] = storage.Info{Name: name, Size: int64(len(data)), ModTime: m.now}
	return nil
}

func (m *memory) Get(ctx context.Context, name string, offset, length int64) (io.ReadCloser, error) {
	if _, err := m.Stat(ctx, name); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	data := m.do[name][min(offset, int64(len(m.do[name]))):]
	if length >= 0 {
		data = data[:min(length, int64(len(data)))]
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

func (m *memory) List(_ context.Context, prefix string) iter.Seq2[storage.Info, error] {
	m.mu.Lock()
	all := maps.Clone(m.at)
	m.mu.Unlock()
	return func(yield func(storage.Info, error) bool) {
		for name, info := range all {
			if strings.HasPrefix(name, prefix) && !yield(info, nil) {
				return
			}
		}
	}
}

func (m *memory) Stat(_ context.Context, name string) (storage.Info, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	info, ok := m.at[name]
	if !ok {
		return info, storage.Errf(storage.NotFound, name, nil)
	}
	return info, nil
}

func (m *memory) Delete(_ context.Context, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.at, name)
	return nil
}

// where says in which of the two places a snapshot is.
func (m *memory) where(id core.UUID) (place, trash bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for name := range m.at {
		place = place || name == snapshotName(id)
		trash = trash || strings.HasPrefix(name, trashPrefix+id.String())
	}
	return place, trash
}

// bare stores a snapshot without content.
func bare(t *testing.T, r *Repo) core.UUID {
	t.Helper()
	m := &snapshot.Manifest{ID: crypto.NewTimeUUID(time.Now()), Root: tree.Entry{Type: tree.Dir}}
	data, err := r.sealSnapshot(m)
	must(t, err)
	must(t, r.store.Put(t.Context(), snapshotName(m.ID), data))
	return m.ID
}

func TestDropAndUndelete(t *testing.T) {
	s := newStore(t)
	c := create(t, s, "", Options{Cache: t.TempDir()})
	load(t, c.Repo)
	chunks := content(11, 20)
	m, _ := put(t, c.Repo, chunks)
	r := unlockWith(t, s, c.Device.Secret(), Options{})
	load(t, r)
	for range 2 {
		begun := time.Now()
		must(t, r.Drop(t.Context(), m.ID))
		must(t, r.Drop(t.Context(), m.ID)) // it is gone already
		ids, err := r.SnapshotIDs(t.Context())
		if err != nil || len(ids) != 0 {
			t.Fatalf("still listed: %v, %v", ids, err)
		}
		all, err := r.Trash(t.Context())
		if err != nil || len(all) != 1 || all[0].ID != m.ID || all[0].Dropped.Before(begun.Add(-2*time.Second)) {
			t.Fatalf("the trash has %v, %v", all, err)
		}
		live, damaged, err := r.Live(t.Context())
		if err != nil || len(damaged) > 0 || len(live) != 1 || live[0].ID != m.ID {
			t.Fatalf("live: %v, %v, %v", live, damaged, err)
		}
		for id, want := range map[core.UUID]bool{m.ID: true, {1}: false} {
			if is, err := r.IsLive(t.Context(), id); err != nil || is != want {
				t.Errorf("live: %v, %v, want %v", is, err, want)
			}
		}
		if got, err := r.TrashedSnapshot(t.Context(), all[0]); err != nil || got.ID != m.ID {
			t.Fatalf("%v, %v", got, err)
		}
		if _, err := r.Undelete(t.Context(), m.ID); err != nil {
			t.Fatal(err)
		}
		wantContent(t, r, m.ID, chunks)
		if is, err := r.IsLive(t.Context(), m.ID); err != nil || !is {
			t.Errorf("live: %v, %v", is, err)
		}
		if all, err := r.Trash(t.Context()); err != nil || len(all) != 0 {
			t.Errorf("what was brought back is told to be in the trash: %v, %v", all, err)
		}
	}
	if n := len(objects(t, s, trashPrefix)); n != 2 { // each drop made a copy of its own
		t.Errorf("%d copies", n)
	}
	if live, _, err := r.Live(t.Context()); err != nil || len(live) != 1 {
		t.Errorf("live: %v, %v", live, err)
	}
	if _, err := r.Undelete(t.Context(), core.UUID{1}); core.CodeOf(err) != codeNotInTrash {
		t.Errorf("an unknown snapshot came back: %v", err)
	}
}

func TestExpire(t *testing.T) {
	s := newMemory(t)
	c := create(t, s, "", Options{})
	r := c.Repo
	old, again, pinned, young := bare(t, r), bare(t, r), bare(t, r), bare(t, r)
	for _, id := range []core.UUID{old, again, pinned} {
		must(t, r.Drop(t.Context(), id))
	}
	if _, err := r.Undelete(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	now := s.later(Grace - time.Hour)
	must(t, r.Drop(t.Context(), young))
	must(t, r.Drop(t.Context(), again))
	if _, err := r.Pin(t.Context(), pinned, 1); err != nil {
		t.Fatal(err)
	}
	if gone, err := r.Expire(t.Context(), now.Add(-Grace)); err != nil || len(gone) != 0 {
		t.Fatalf("before the grace was over: %v, %v", gone, err)
	}
	now = s.later(2 * time.Hour)
	gone, err := r.Expire(t.Context(), now.Add(-Grace))
	if err != nil || !slices.Equal(gone, []core.UUID{old}) {
		t.Fatalf("expired: %v, %v", gone, err)
	}
	for _, id := range []core.UUID{again, pinned, young} {
		if _, err := r.Undelete(t.Context(), id); err != nil {
			t.Errorf("lost: %v", err)
		}
	}
	if _, err := r.Undelete(t.Context(), old); core.CodeOf(err) != codeNotInTrash {
		t.Errorf("what expired came back: %v", err)
	}
}

// timeless is a store that does not tell when it got an object: at all, or in listings.
type timeless struct {
	*memory
	listing bool
}

func (s timeless) List(ctx context.Context, prefix string) iter.Seq2[storage.Info, error] {
	return func(yield func(storage.Info, error) bool) {
		for info, err := range s.memory.List(ctx, prefix) {
			info.ModTime = time.Time{}
			if !yield(info, err) {
				return
			}
		}
	}
}

func (s timeless) Stat(ctx context.Context, name string) (storage.Info, error) {
	info, err := s.memory.Stat(ctx, name)
	if !s.listing {
		info.ModTime = time.Time{}
	}
	return info, err
}

func TestExpireWithoutTimes(t *testing.T) {
	for _, listing := range []bool{false, true} {
		s := timeless{newMemory(t), listing}
		c := create(t, s, "", Options{})
		id := bare(t, c.Repo)
		all, _, err := c.Repo.History(t.Context())
		if err != nil || len(all) != 1 || all[0].Time.IsZero() == listing {
			t.Fatalf("%v, %v", all, err)
		}
		must(t, c.Repo.Drop(t.Context(), id))
		gone, err := c.Repo.Expire(t.Context(), s.later(time.Hour))
		if err != nil || len(gone) == 1 != listing {
			t.Errorf("times known to Stat: %v, expired: %v, %v", listing, gone, err)
		}
	}
}

// TestDropLeavesWhatIsDamaged: what cannot be read any more is not moved, since nobody knows what it is.
func TestDropLeavesWhatIsDamaged(t *testing.T) {
	s := newStore(t)
	c := create(t, s, "", Options{Cache: t.TempDir()})
	load(t, c.Repo)
	m, _ := put(t, c.Repo, content(12, 3)) // the local copy is whole
	must(t, s.Put(t.Context(), snapshotName(m.ID), []byte("something else")))
	if err := c.Repo.Drop(t.Context(), m.ID); core.KindOf(err) != core.Damage {
		t.Errorf("got %v", err)
	}
	if n := len(objects(t, s, trashPrefix)); n != 0 || len(objects(t, s, snapshotPrefix)) != 1 {
		t.Error("it was moved")
	}
}

// TestDamagedCopy: of two copies the whole one is taken.
func TestDamagedCopy(t *testing.T) {
	s := newStore(t)
	c := create(t, s, "", Options{})
	id := bare(t, c.Repo)
	must(t, c.Repo.Drop(t.Context(), id))
	bad := pairName(trashPrefix, id, crypto.NewUUID())
	must(t, s.Put(t.Context(), bad, []byte("something else")))
	if live, damaged, err := c.Repo.Live(t.Context()); err != nil || len(damaged) > 0 || len(live) != 1 {
		t.Fatalf("%v, %v, %v", live, damaged, err)
	}
	if _, err := c.Repo.Undelete(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	lost := pairName(trashPrefix, core.UUID{9}, crypto.NewUUID())
	must(t, s.Put(t.Context(), lost, []byte("something else")))
	if _, damaged, err := c.Repo.Live(t.Context()); err != nil || len(damaged) != 1 || damaged[0].Object != lost {
		t.Errorf("damage in the trash is not told: %v, %v", damaged, err)
	}
	if _, err := c.Repo.Undelete(t.Context(), core.UUID{9}); core.KindOf(err) != core.Damage {
		t.Errorf("got %v", err)
	}
}

func TestWriteOnlyDropsNothing(t *testing.T) {
	s := newStore(t)
	c := create(t, s, "", Options{})
	id := bare(t, c.Repo)
	device := keys.NewDeviceKey(c.Repo.header.ID)
	_, err := c.Repo.AddSlot(t.Context(), device.Secret(), "ci", true)
	must(t, err)
	w := unlockWith(t, s, device.Secret(), Options{})
	_, _, history := w.History(t.Context())
	_, _, live := w.Live(t.Context())
	errs := []error{history, live, w.Drop(t.Context(), id)}
	must(t, c.Repo.Drop(t.Context(), id))
	_, err = w.Undelete(t.Context(), id)
	for i, err := range append(errs, err) {
		if core.CodeOf(err) != codeWriteOnly {
			t.Errorf("%d: %v", i, err)
		}
	}
}

// through is an open repository behind another store, as far as the operations here need it.
func through(r *Repo, s storage.Store) *Repo {
	return &Repo{store: s, header: r.header, ring: r.ring}
}

// step is one operation of the tests below.
type step struct {
	name string
	do   func(context.Context, *Repo, core.UUID) error
}

func steps(before time.Time) []step {
	return []step{
		{"drop", func(ctx context.Context, r *Repo, id core.UUID) error { return r.Drop(ctx, id) }},
		{"undelete", func(ctx context.Context, r *Repo, id core.UUID) error {
			_, err := r.Undelete(ctx, id)
			if code := core.CodeOf(err); code == codeNotInTrash || code == codeUndeleteLate {
				return nil // it was dropped later, or expired meanwhile
			}
			if core.KindOf(err) == core.Damage && storage.IsNotFound(err) {
				return nil // likewise
			}
			return err
		}},
		{"expire", func(ctx context.Context, r *Repo, _ core.UUID) error {
			_, err := r.Expire(ctx, before)
			return err
		}},
		{"pin", func(ctx context.Context, r *Repo, id core.UUID) error { _, err := r.Pin(ctx, id, 1); return err }},
		{"unpin", func(ctx context.Context, r *Repo, id core.UUID) error { _, err := r.Unpin(ctx, id); return err }},
	}
}

// withSnapshot makes a repository with a snapshot that was dropped long ago and brought back, so that an old copy of it is in the trash.
func withSnapshot(t *testing.T) (*memory, *Created, core.UUID, time.Time) {
	s := newMemory(t)
	c := create(t, s, "", Options{})
	id := bare(t, c.Repo)
	must(t, c.Repo.Drop(t.Context(), id))
	if _, err := c.Repo.Undelete(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	return s, c, id, s.later(2 * Grace).Add(-Grace)
}

// TestEachCallOfMovingFails fails the nth call of each operation for each n, lost or persisted: the snapshot is in its place or in the
// trash, the error is the store's, and the next try succeeds.
func TestEachCallOfMovingFails(t *testing.T) {
	points := 0
	for i, st := range steps(time.Time{}) {
		for _, persist := range []bool{false, true} {
			for n := int64(1); ; n++ {
				s, c, id, before := withSnapshot(t)
				if st.name == "undelete" {
					must(t, c.Repo.Drop(t.Context(), id))
				}
				f := &faulty{Store: s, failAt: n, persist: persist}
				r := through(c.Repo, f)
				op := steps(before)[i].do
				if err := op(t.Context(), r, id); err != nil && core.KindOf(err) != core.Destination {
					t.Errorf("%s, call %d: %v", st.name, n, err)
				}
				if place, trash := s.where(id); !place && !trash {
					t.Fatalf("%s, call %d, persisted %v: the snapshot is lost", st.name, n, persist)
				}
				must(t, op(t.Context(), c.Repo, id))
				live, damaged, err := c.Repo.Live(t.Context())
				if err != nil || len(damaged) > 0 || len(live) != 1 || live[0].ID != id {
					t.Fatalf("%s, call %d: live %v, %v, %v", st.name, n, live, damaged, err)
				}
				if f.calls.Load() < n {
					break
				}
				points++
			}
		}
	}
	if points < 20 {
		t.Errorf("only %d calls failed", points)
	}
	t.Logf("%d points", points)
}

// TestMovingAtOnce runs two or three operations at once in every order of their calls to the store, and looks after each call, where a
// crash could be: the snapshot is always in its place or in the trash.
func TestMovingAtOnce(t *testing.T) {
	orders := 0
	for _, ops := range [][]int{{0, 0}, {0, 1}, {0, 2}, {1, 2}, {1, 1}, {0, 1, 2}} {
		for _, dropped := range []bool{false, true} {
			var name []string
			for _, i := range ops {
				name = append(name, steps(time.Time{})[i].name)
			}
			orders += everyOrder(t, fmt.Sprint(strings.Join(name, " and "), ", dropped ", dropped), ops, dropped)
		}
	}
	if orders < 500 {
		t.Errorf("only %d orders", orders)
	}
	t.Logf("%d orders", orders)
}

// everyOrder goes through all schedules, depth first, and returns how many there were.
func everyOrder(t *testing.T, name string, ops []int, dropped bool) int {
	s, c, id, before := withSnapshot(t)
	if dropped {
		must(t, c.Repo.Drop(t.Context(), id))
	}
	begin := maps.Clone(s.at)
	var all []func(context.Context, *Repo) error
	for _, op := range ops {
		do := steps(before)[op].do
		all = append(all, func(ctx context.Context, r *Repo) error { return do(ctx, r, id) })
	}
	n := 0
	for schedule := []int{}; schedule != nil; n++ {
		s.at = maps.Clone(begin)
		var taken []int
		taken, schedule = oneOrder(t, c.Repo, s, all, schedule, func() bool {
			place, trash := s.where(id)
			return place || trash
		})
		if taken != nil {
			t.Errorf("%s: lost after %v", name, taken)
		}
		if t.Failed() {
			return n
		}
	}
	return n
}

// oneOrder runs the operations with a prefix of choices given, always the first runnable one after it. It returns the choices after
// which well was false, nil if it always held, and the prefix that leads to the next schedule, nil after the last.
func oneOrder(t *testing.T, repo *Repo, s storage.Store, ops []func(context.Context, *Repo) error, prefix []int, well func() bool) (bad, next []int) {
	turns := make([]chan struct{}, len(ops))
	ends := make([]chan bool, len(ops)) // true: it waits for its next turn; false: it has ended
	running := make([]bool, len(ops))
	for i, op := range ops {
		turns[i], ends[i] = make(chan struct{}), make(chan bool)
		r := through(repo, &turnStore{Store: s, turn: turns[i], waits: ends[i]})
		go func() {
			if err := op(t.Context(), r); err != nil {
				t.Error(err)
			}
			ends[i] <- false
		}()
		running[i] = <-ends[i]
	}
	var taken, open []int
	for at := 0; slices.Contains(running, true); at++ {
		var can []int
		for i, r := range running {
			if r {
				can = append(can, i)
			}
		}
		choice := 0
		if at < len(prefix) {
			choice = prefix[at]
		}
		taken, open = append(taken, choice), append(open, len(can))
		turns[can[choice]] <- struct{}{}
		running[can[choice]] = <-ends[can[choice]]
		if bad == nil && !well() {
			bad = slices.Clone(taken)
		}
	}
	for i := len(taken) - 1; i >= 0; i-- {
		if taken[i]+1 < open[i] {
			return bad, append(taken[:i:i], taken[i]+1)
		}
	}
	return bad, nil
}

// turnStore waits for its turn before each call.
type turnStore struct {
	storage.Store
	turn  chan struct{}
	waits chan bool
}

func (s *turnStore) wait() {
	s.waits <- true
	<-s.turn
}

func (s *turnStore) Put(ctx context.Context, name string, data []byte) error {
	s.wait()
	return s.Store.Put(ctx, name, data)
}

func (s *turnStore) Get(ctx context.Context, name string, offset, length int64) (io.ReadCloser, error) {
	s.wait()
	return s.Store.Get(ctx, name, offset, length)
}

func (s *turnStore) List(ctx context.Context, prefix string) iter.Seq2[storage.Info, error] {
	s.wait()
	return s.Store.List(ctx, prefix)
}

func (s *turnStore) Stat(ctx context.Context, name string) (storage.Info, error) {
	s.wait()
	return s.Store.Stat(ctx, name)
}

func (s *turnStore) Delete(ctx context.Context, name string) error {
	s.wait()
	return s.Store.Delete(ctx, name)
}

// TestUndeleteNotices that the copy it read expired before the snapshot was back.
func TestUndeleteNotices(t *testing.T) {
	s := newMemory(t)
	c := create(t, s, "", Options{})
	id := bare(t, c.Repo)
	must(t, c.Repo.Drop(t.Context(), id))
	r := through(c.Repo, &expiring{s})
	m, err := r.Undelete(t.Context(), id)
	if core.CodeOf(err) != codeUndeleteLate || m == nil {
		t.Errorf("got %v", err)
	}
}

// expiring loses the trash as soon as something is put.
type expiring struct{ *memory }

func (s *expiring) Put(ctx context.Context, name string, data []byte) error {
	for info := range s.List(ctx, trashPrefix) {
		if err := s.Delete(ctx, info.Name); err != nil {
			return err
		}
	}
	return s.memory.Put(ctx, name, data)
}
