//go:build linux || darwin

package prune

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/storage"
	"backup_projeto/internal/verify"
)

// memory is a store that can be copied.
type memory struct {
	mu   sync.Mutex
	objs map[string]blob // guarded by mu
}

type blob struct {
	data []byte
	time time.Time
}

func (m *memory) clone() *memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	return &memory{objs: maps.Clone(m.objs)}
}

func (m *memory) Put(_ context.Context, name string, data []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.objs[name] = blob{bytes.Clone(data), time.Now()}
	return nil
}

func (m *memory) Get(_ context.Context, name string, offset, length int64) (io.ReadCloser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	o, ok := m.objs[name]
	if !ok {
		return nil, storage.Errf(storage.NotFound, name, nil)
	}
	data := o.data[min(offset, int64(len(o.data))):]
	if length >= 0 {
		data = data[:min(length, int64(len(data)))]
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

func (m *memory) Stat(_ context.Context, name string) (storage.Info, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	o, ok := m.objs[name]
	if !ok {
		return storage.Info{}, storage.Errf(storage.NotFound, name, nil)
	}
	return storage.Info{Name: name, Size: int64(len(o.data)), ModTime: o.time}, nil
}

func (m *memory) Delete(_ context.Context, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.objs, name)
	return nil
}

func (m *memory) List(ctx context.Context, prefix string) iter.Seq2[storage.Info, error] {
	return func(yield func(storage.Info, error) bool) {
		m.mu.Lock()
		names := slices.Sorted(maps.Keys(m.objs))
		m.mu.Unlock()
		for _, name := range names {
			if !strings.HasPrefix(name, prefix) {
				continue
			}
			if info, err := m.Stat(ctx, name); err == nil && !yield(info, nil) {
				return
			}
		}
	}
}

// unlock opens the repository of a store.
func unlock(ctx context.Context, s storage.Store, device *keys.DeviceKey, cache string) (*repo.Repo, error) {
	h, err := repo.ReadHeader(ctx, s)
	if err != nil {
		return nil, err
	}
	return repo.Unlock(ctx, s, h, device.Secret(), repo.Options{Cache: cache})
}

// sound restores snapshots on a machine that has heard of nothing, and verifies the repository's structure.
func sound(ctx context.Context, s storage.Store, device *keys.DeviceKey, all []saved) error {
	r, err := unlock(ctx, s, device, "")
	if err != nil {
		return err
	}
	defer r.Close()
	if damaged, err := r.LoadIndex(ctx); err != nil || len(damaged) > 0 {
		return fmt.Errorf("index: %v, %w", damaged, err)
	}
	for _, one := range all {
		if err := check(ctx, r, one); err != nil {
			return fmt.Errorf("snapshot %s: %w", one.id, err)
		}
	}
	res, err := verify.Run(ctx, r, verify.Options{}, &report.Discard{})
	if err == nil && len(res.Damaged) > 0 {
		err = fmt.Errorf("verify: %s: %w", res.Damaged[0].Object, res.Damaged[0].Err)
	}
	return err
}

// faultyPlace is a repository in memory with everything that a prune has to do: packs all dead and partly dead, condemned ones that are
// needed and not, many small index objects.
func faultyPlace(t *testing.T) (*memory, *keys.DeviceKey, []saved) {
	t.Helper()
	m := &memory{objs: map[string]blob{}}
	c, err := repo.Create(t.Context(), m, "", "test", repo.Options{Cache: t.TempDir()})
	must(t, err)
	defer c.Repo.Close()
	save := func(in files) saved {
		s, err := trySave(t.Context(), c.Repo, t.TempDir(), in)
		must(t, err)
		return s
	}
	drop := func(s saved) { must(t, m.Delete(t.Context(), "snapshots/"+s.id.String())) }
	kept := []saved{save(files{"k": random(1, 20_000)})}
	dead := save(files{"d": random(2, 20_000)})
	both := save(files{"x": random(3, 20_000), "y": random(4, 20_000)})
	drop(dead)
	_, err = Run(t.Context(), c.Repo, Options{Grace: -1, Consent: func(*Plan) (bool, error) { return true, nil }, MaxRewrite: -1}, &report.Discard{})
	must(t, err)
	dead = save(files{"d": random(5, 20_000)})
	s, err := c.Repo.Begin(t.Context()) // so that what is condemned waits
	must(t, err)
	drop(dead)
	_, err = Run(t.Context(), c.Repo, now, &report.Discard{})
	must(t, err)
	s.Close()
	kept = append(kept, save(files{"x": both.in["x"]}))
	drop(both)
	for i := range manySmall {
		kept = append(kept, save(files{"i": random(uint64(10+i/8), 100*i)}))
	}
	return m, c.Device, kept
}

// TestEachCallFails fails each request of a prune, lost and persisted, and all from each on, as when the machine or the connection dies:
// no snapshot suffers, the structure stays sound, and the next prune ends what this one began. By default every seventh request; with
// PRUNE_FAULTS=all each of them.
func TestEachCallFails(t *testing.T) {
	t.Parallel()
	m, device, kept := faultyPlace(t)
	must(t, sound(t.Context(), m, device, kept))
	modes := map[string]func(n int) func(int) (bool, bool){
		"lost":      func(n int) func(int) (bool, bool) { return func(c int) (bool, bool) { return c == n, false } },
		"persisted": func(n int) func(int) (bool, bool) { return func(c int) (bool, bool) { return c == n, true } },
		"dead":      func(n int) func(int) (bool, bool) { return func(c int) (bool, bool) { return c >= n, c == n } },
	}
	final := m.final(t, device)
	next := Options{Grace: -1, Expire: -1} // packs that arrived and were said not to are taken for left over
	step := 7                              // the modes begin at different requests
	if os.Getenv("PRUNE_FAULTS") == "all" {
		step = 1
	}
	var points atomic.Int64
	begin := 1 // the first request reads the configuration
	for name, mode := range modes {
		begin++
		for part := range 2 {
			first := begin + part*step
			t.Run(fmt.Sprint(name, part), func(t *testing.T) {
				t.Parallel()
				for n := first; ; n += 2 * step {
					s, cache := m.clone(), t.TempDir()
					f := &faulty{Store: s, fail: mode(n)}
					err := pruneOnce(t.Context(), f, device, cache, now)
					if err == nil && f.calls < n {
						break
					}
					points.Add(1)
					if err != nil && core.KindOf(err) != core.Destination {
						t.Errorf("call %d: %v", n, err)
					}
					if err := sound(t.Context(), s, device, kept); err != nil {
						t.Fatalf("call %d: %v", n, err)
					}
					must(t, pruneOnce(t.Context(), s, device, cache, next))
					if err := sound(t.Context(), s, device, kept); err != nil {
						t.Fatalf("call %d, after the next prune: %v", n, err)
					}
					if packs := s.count("packs/"); packs != final || s.count("sessions/") != 0 {
						t.Fatalf("call %d: %d packs and %d sessions are left", n, packs, s.count("sessions/"))
					}
				}
			})
		}
	}
	t.Cleanup(func() { t.Logf("%d points", points.Load()) })
}

func (m *memory) count(prefix string) (n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for name := range m.objs {
		if strings.HasPrefix(name, prefix) {
			n++
		}
	}
	return n
}

// final returns how many packs are left when a prune is not disturbed.
func (m *memory) final(t *testing.T, device *keys.DeviceKey) int {
	t.Helper()
	s := m.clone()
	must(t, pruneOnce(t.Context(), s, device, t.TempDir(), now))
	return s.count("packs/")
}

func pruneOnce(ctx context.Context, s storage.Store, device *keys.DeviceKey, cache string, o Options) error {
	r, err := unlock(ctx, s, device, cache)
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = Run(ctx, r, o, &report.Discard{})
	return err
}
