//go:build linux || darwin

package prune

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/storage"
	"backup_projeto/internal/storage/faulty"
)

// crowd is several machines that back up projects with content in common while others prune and delete snapshots, on one store that fails
// now and then.
type crowd struct {
	*place
	until time.Time
	// rough lets prunes take every session for dead, as if every machine slept for days between any two requests.
	rough bool

	mu    sync.Mutex
	saved map[core.UUID]files // reported, and not deleted; guarded by mu

	backups, failed, overtaken, dropped, prunes, stopped, swept, rewritten atomic.Int64
}

// chance is a store that fails one request in n, lost or persisted.
func (c *crowd) chance(rng *rand.Rand, n int) *faulty.Store {
	return faulty.New(c.store(), func(faulty.Call) faulty.Fault {
		switch rng.IntN(2 * n) {
		case 0:
			return faulty.Lost
		case 1:
			return faulty.Persisted
		}
		return faulty.None
	})
}

// going reports whether the crowd goes on: for its time and, on a machine that is busy with other things, until enough has happened.
func (c *crowd) going() bool {
	now := time.Now()
	return now.Before(c.until) || !c.enough() && now.Before(c.until.Add(crowdPatience))
}

// crowdPatience is how much longer a crowd may take than it was meant to.
const crowdPatience = 2 * time.Minute

func (c *crowd) enough() bool { return c.backups.Load() >= 10 && c.swept.Load() >= 5 }

// machine backs a project up, again and again, that gains, loses and changes files of a common stock.
func (c *crowd) machine(number uint64, dir, cache string) error {
	rng := rand.New(rand.NewPCG(number, 1))
	store := c.chance(rng, 100)
	in := files{}
	for turn := 0; c.going(); turn++ {
		for range 1 + rng.IntN(3) {
			name := fmt.Sprint("file", rng.IntN(6))
			if rng.IntN(4) == 0 {
				delete(in, name)
				_ = os.Remove(filepath.Join(dir, name))
				continue
			}
			in[name] = random(uint64(rng.IntN(25)), 2000+rng.IntN(3)*15_000)
		}
		err := c.backup(store, dir, cache, in)
		if err := c.tolerable(err); err != nil {
			return fmt.Errorf("machine %d, turn %d: %w", number, turn, err)
		}
	}
	return nil
}

func (c *crowd) backup(s storage.Store, dir, cache string, in files) error {
	r, err := unlock(c.t.Context(), s, c.device, cache)
	if err != nil {
		return err
	}
	defer r.Close()
	got, err := trySave(c.t.Context(), r, dir, in)
	if err != nil {
		c.failed.Add(1)
		return err
	}
	c.backups.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.saved[got.id] = maps.Clone(in)
	return nil
}

// tolerable returns errors that must not come about. When sessions are taken for dead, a snapshot that is not reported yet may lack
// something for a moment, which a prune that reads it calls damage; and backups may be overtaken.
func (c *crowd) tolerable(err error) error {
	switch code := core.CodeOf(err); {
	case err == nil, core.KindOf(err) == core.Destination, code == codeRunning:
		return nil
	case c.rough && code == "prune-overtakes":
		c.overtaken.Add(1)
		return nil
	case c.rough && (core.KindOf(err) == core.Damage || code == codeDead):
		return nil
	case code == codeEmpty:
		return nil
	}
	return err
}

// pruner prunes, again and again.
func (c *crowd) pruner(number uint64, cache string) error {
	rng := rand.New(rand.NewPCG(number, 2))
	store := c.chance(rng, 300)
	for c.going() {
		o := Options{Grace: -1, MaxUnused: Amount{Share: rng.Float64() / 3}, many: 2 + rng.IntN(8)}
		if c.rough {
			o.Expire = -1
		}
		if rng.IntN(3) == 0 {
			o.Grace = 50 * time.Millisecond
		}
		res, err := c.prune(store, cache, o)
		if err != nil {
			c.stopped.Add(1)
		}
		if err := c.tolerable(err); err != nil {
			return fmt.Errorf("prune: %w", err)
		}
		if res != nil {
			c.prunes.Add(1)
			c.swept.Add(res.SweptPacks)
			c.rewritten.Add(res.RewrittenPacks)
			for _, i := range res.Issues {
				if !c.rough {
					return fmt.Errorf("prune: %s: %w", i.Path, i.Err)
				}
			}
		}
	}
	return nil
}

func (c *crowd) prune(s storage.Store, cache string, o Options) (*Result, error) {
	r, err := unlock(c.t.Context(), s, c.device, cache)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return Run(c.t.Context(), r, o, &report.Discard{})
}

// dropper deletes snapshots.
func (c *crowd) dropper() {
	rng := rand.New(rand.NewPCG(3, 3))
	for c.going() {
		time.Sleep(time.Duration(rng.IntN(40)) * time.Millisecond)
		c.mu.Lock()
		ids := slices.SortedFunc(maps.Keys(c.saved), core.UUID.Compare)
		if len(ids) > 6 {
			id := ids[rng.IntN(len(ids))]
			delete(c.saved, id)
			_ = os.Remove(filepath.Join(c.dir, "snapshots", id.String()))
			c.dropped.Add(1)
		}
		c.mu.Unlock()
	}
}

func (c *crowd) run(t *testing.T) {
	var wg sync.WaitGroup
	start := func(do func() error) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if err := do(); err != nil {
				t.Error(err)
			}
		}()
	}
	for n := range uint64(4) {
		dir, cache := t.TempDir(), t.TempDir()
		if n == 3 && c.rough {
			cache = "" // it remembers nothing, and what it left in flight nobody takes away until it is taken for dead
		}
		start(func() error { return c.machine(n, dir, cache) })
	}
	for n := range uint64(2) {
		cache := t.TempDir()
		start(func() error { return c.pruner(n, cache) })
	}
	start(func() error { c.dropper(); return nil })
	wg.Wait()
	t.Logf("%d backups, %d failed, %d overtaken, %d snapshots deleted; %d prunes, %d stopped, swept %d packs, rewrote %d",
		c.backups.Load(), c.failed.Load(), c.overtaken.Load(), c.dropped.Load(), c.prunes.Load(), c.stopped.Load(), c.swept.Load(), c.rewritten.Load())
	if !c.enough() {
		t.Error("too little happened")
	}
}

// TestCrowd runs for some seconds; for as long as PRUNE_CROWD says, if it is set.
func TestCrowd(t *testing.T) {
	t.Parallel()
	for name, rough := range map[string]bool{"strict": false, "rough": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			length := 4 * time.Second
			if s := os.Getenv("PRUNE_CROWD"); s != "" {
				var err error
				length, err = time.ParseDuration(s)
				must(t, err)
			}
			c := &crowd{place: newPlace(t), rough: rough, saved: map[core.UUID]files{}, until: time.Now().Add(length)}
			c.run(t)
			// Whatever was left in the middle: one prune that nobody disturbs puts it in order.
			c.removeUnreported(t)
			res, err := c.prune(c.store(), t.TempDir(), Options{Grace: -1, Expire: -1})
			must(t, err)
			var all []saved
			for id, in := range c.saved {
				all = append(all, saved{id, in})
			}
			c.want(all...)
			t.Logf("at the end %d snapshots, %d packs; the last prune swept %d", len(all), len(c.names("packs")), res.SweptPacks)
		})
	}
}

// removeUnreported deletes snapshots that were stored though their backup failed. In a rough crowd they may lack something.
func (c *crowd) removeUnreported(t *testing.T) {
	r, err := unlock(t.Context(), c.store(), c.device, "")
	must(t, err)
	defer r.Close()
	_, err = r.LoadIndex(t.Context())
	must(t, err)
	ids, err := r.SnapshotIDs(t.Context())
	must(t, err)
	for _, id := range ids {
		if c.saved[id] != nil {
			continue
		}
		if err := readable(t.Context(), r, id); err != nil && !c.rough {
			t.Errorf("snapshot %s, which was not reported: %v", id, err)
		}
		must(t, os.Remove(filepath.Join(c.dir, "snapshots", id.String())))
	}
}

// readable reads all of a snapshot.
func readable(ctx context.Context, r *repo.Repo, id core.UUID) error {
	m, err := r.ReadSnapshot(ctx, id)
	if err != nil {
		return err
	}
	for e, err := range r.Dir(ctx, m.Root.Content) {
		if err != nil {
			return err
		}
		if err := r.WriteFile(ctx, e, discard{}); err != nil {
			return err
		}
	}
	return nil
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
