//go:build linux || darwin

package prune

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/storage"
	"backup_projeto/internal/storage/faulty"
	"backup_projeto/internal/verify"
)

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
	damaged, err := r.LoadIndex(ctx)
	damaged = slices.DeleteFunc(damaged, func(d repo.Damaged) bool { return repo.IsDisowned(d.Err) })
	if err != nil || len(damaged) > 0 {
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
func faultyPlace(t *testing.T) (*faulty.Memory, *keys.DeviceKey, []saved) {
	t.Helper()
	m := faulty.NewMemory()
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
	kept = append(kept, stolen(t, m, c.Repo))
	m.Age(2 * DefaultExpire) // what no index object lists is not taken for just put
	return m, c.Device, kept
}

// TestEachCallFails fails each request of a prune, lost and persisted, and all from each on, as when the machine or the connection dies:
// no snapshot suffers, the structure stays sound, and the next prune ends what this one began. By default every seventh request; with
// PRUNE_FAULTS=all each of them.
func TestEachCallFails(t *testing.T) {
	t.Parallel()
	m, device, kept := faultyPlace(t)
	eachCallFails(t, m, device, kept, now)
}

// eachCallFails fails the requests of a prune with these options, and returns how many packs are left each time.
func eachCallFails(t *testing.T, m *faulty.Memory, device *keys.DeviceKey, kept []saved, o Options) int {
	t.Helper()
	must(t, sound(t.Context(), m, device, kept))
	modes := map[string]func(n int) faulty.Plan{
		"lost":      func(n int) faulty.Plan { return atCalls(func(c int) bool { return c == n }, faulty.Lost) },
		"persisted": func(n int) faulty.Plan { return atCalls(func(c int) bool { return c == n }, faulty.Persisted) },
		"dead": func(n int) faulty.Plan {
			return atCalls(func(c int) bool { return c >= n }, faulty.Persisted, faulty.Lost)
		},
	}
	final := undisturbed(t, m, device, o)
	next := o
	next.many = min(o.many, 2) // of packs that were copied and not condemned fewer may be left than were merged
	next.Expire = -1           // packs that arrived and were said not to are taken for left over
	step := 7                  // the modes begin at different requests
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
					s, cache := m.Clone(), t.TempDir()
					f := faulty.New(s, mode(n))
					err := pruneOnce(t.Context(), f, device, cache, o)
					if _, calls := f.Hits(); err == nil && calls < n {
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
					if packs, sessions := len(s.Names("packs/")), len(s.Names("sessions/")); packs != final || sessions != 0 {
						t.Fatalf("call %d: %d packs and %d sessions are left", n, packs, sessions)
					}
					if all := len(s.Names("snapshots/")); all != len(kept) {
						t.Fatalf("call %d: %d snapshots are left of %d", n, all, len(kept))
					}
				}
			})
		}
	}
	t.Cleanup(func() { t.Logf("%d points", points.Load()) })
	return final
}

// atCalls strikes the calls that which chooses: the first of them with the first fault, and so on, the last one again and again.
func atCalls(which func(call int) bool, faults ...faulty.Fault) faulty.Plan {
	return func(c faulty.Call) (f faulty.Fault) {
		if !which(c.N) {
			return faulty.None
		}
		if f = faults[0]; len(faults) > 1 {
			faults = faults[1:]
		}
		return f
	}
}

// undisturbed returns how many packs are left when a prune is not disturbed.
func undisturbed(t *testing.T, m *faulty.Memory, device *keys.DeviceKey, o Options) int {
	t.Helper()
	s := m.Clone()
	must(t, pruneOnce(t.Context(), s, device, t.TempDir(), o))
	return len(s.Names("packs/"))
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
