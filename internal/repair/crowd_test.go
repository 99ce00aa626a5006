//go:build linux || darwin

package repair

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/prune"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/storage"
)

// crowd is machines that back up, prune and repair one repository at once, while its disk goes bad.
type crowd struct {
	*machine
	until time.Time

	mu    sync.Mutex
	saved []saved // reported; guarded by mu

	backups, prunes, repairs, broken, condemned, swept atomic.Int64
}

func (c *crowd) going() bool { return time.Now().Before(c.until) }

// stock is content that projects have in common.
func stock(i int) string { return random(uint64(i%25), 20_000) }

// saver backs up a project of some of the stock, again and again.
func (c *crowd) saver(m *machine, number uint64) error {
	rng := rand.New(rand.NewPCG(number, 1))
	for c.going() {
		in := files{}
		for i := range 1 + rng.IntN(6) {
			in[fmt.Sprint("f", i)] = stock(rng.IntN(25))
		}
		s, err := m.trySave(in)
		if core.CodeOf(err) == "prune-overtakes" {
			continue
		}
		if err != nil {
			return fmt.Errorf("backup: %w", err)
		}
		c.backups.Add(1)
		c.mu.Lock()
		c.saved = append(c.saved, saved{s.id, maps.Clone(in)})
		c.mu.Unlock()
	}
	return nil
}

// pruner prunes; where something is lost it deletes nothing, and says so.
func (c *crowd) pruner(m *machine) error {
	for c.going() {
		r, err := m.tryOpen(m.cache)
		if err != nil {
			return err
		}
		res, err := prune.Run(c.t.Context(), r, prune.Options{Grace: -1}, &report.Discard{})
		_ = r.Close()
		if code := core.CodeOf(err); err != nil && core.KindOf(err) != core.Damage && code != "prune-running" && code != "prune-empty" && code != "prune-dead" {
			return fmt.Errorf("prune: %w", err)
		}
		c.prunes.Add(1)
		c.swept.Add(res.SweptPacks)
	}
	return nil
}

func (c *crowd) repairer(m *machine) error {
	for c.going() {
		res, err := m.tryRepair(c.t.Context(), all)
		if err != nil {
			return fmt.Errorf("repair: %w", err)
		}
		c.repairs.Add(1)
		c.condemned.Add(res.Condemned)
	}
	return nil
}

// breaker flips a bit of packs of files, cuts them short, or loses them.
func (c *crowd) breaker() error {
	rng := rand.New(rand.NewPCG(9, 9))
	for c.going() {
		time.Sleep(100 * time.Millisecond)
		packs := c.packs(pack.Data)
		if len(packs) == 0 {
			continue
		}
		c.break1(repo.PackName(packs[rng.IntN(len(packs))].Name), rng)
	}
	return nil
}

// break1 breaks a pack, unless it is gone.
func (c *crowd) break1(name string, rng *rand.Rand) {
	data, err := storage.ReadAll(c.t.Context(), c.mem, name, core.MaxObject)
	if err != nil {
		return
	}
	switch rng.IntN(3) {
	case 0:
		err = c.mem.Delete(c.t.Context(), name)
	case 1:
		err = c.mem.Put(c.t.Context(), name, data[:rng.IntN(len(data))])
	default:
		data[rng.IntN(len(data))] ^= 1
		err = c.mem.Put(c.t.Context(), name, data)
	}
	if err != nil {
		c.t.Error(err)
	}
	c.broken.Add(1)
}

// TestCrowd lets two machines back up, one prune and two repair at once while packs go bad. In the end, after one more repair and a backup of
// all content that there ever was, every snapshot that was reported is restored byte for byte. For longer:
//
//	REPAIR_CROWD=5m go test -v -timeout 20m -run TestCrowd ./internal/repair
func TestCrowd(t *testing.T) {
	long := 3 * time.Second
	if v := os.Getenv("REPAIR_CROWD"); v != "" {
		var err error
		long, err = time.ParseDuration(v)
		must(t, err)
	}
	m := place(t)
	c := &crowd{machine: m, until: time.Now().Add(long)}
	var wg sync.WaitGroup
	work := []func() error{c.breaker}
	for i := range 2 {
		a, b := m.another(), m.another()
		work = append(work, func() error { return c.saver(a, uint64(i)) }, func() error { return c.repairer(b) })
	}
	p := m.another()
	work = append(work, func() error { return c.pruner(p) })
	for _, fn := range work {
		wg.Go(func() {
			if err := fn(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	m.repair(all)
	in := files{}
	for i := range 25 {
		in[fmt.Sprint("all", i)] = stock(i)
	}
	m.save(in)
	if res := m.repair(all); !res.Whole() {
		t.Errorf("lost %v, %+v", res.lost, res.Damaged)
	}
	m.want(c.saved...)
	t.Logf("%d backups, %d prunes that deleted %d packs, %d repairs; %d packs went bad, %d were condemned", c.backups.Load(), c.prunes.Load(),
		c.swept.Load(), c.repairs.Load(), c.broken.Load(), c.condemned.Load())
}
