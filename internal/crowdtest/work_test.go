//go:build linux || darwin

package crowdtest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"time"

	"backup_projeto/internal/core"
)

// kept is the tag of snapshots that no retain may drop.
const kept = "kept"

// saver backs its project up, changes it, and so on.
func (c *crowd) saver(m *machine, p *project) error {
	for c.going() {
		if err := p.change(m.rng); err != nil {
			return err
		}
		args := []string{"backup"}
		if m.rng.IntN(25) == 0 {
			args = append(args, "--tag="+kept)
		}
		atOnce := 1
		if m.rng.IntN(6) == 0 {
			atOnce = 2 // somebody types it while the schedule runs it
		}
		if err := c.save(m, p, atOnce, args); err != nil {
			return err
		}
		c.sleep(time.Duration(m.rng.IntN(300)) * time.Millisecond)
	}
	return nil
}

// save backs a project up, several times at once, and takes note of what was said to be saved.
func (c *crowd) save(m *machine, p *project, atOnce int, args []string) error {
	errs := make([]error, atOnce)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { errs[i] = c.backup(m, p, args) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *crowd) backup(m *machine, p *project, args []string) error {
	o, err := m.run(p.dir, args...)
	if err != nil {
		return err
	}
	if said := o.objects["backup"]; len(said) > 0 { // also where it was killed after that
		s := said[0]["snapshot"].(map[string]any)
		c.mu.Lock()
		c.saved[s["id"].(string)] = &saved{project: p.name, files: maps.Clone(p.files), kept: len(args) > 1}
		c.mu.Unlock()
		c.backups.Add(1)
	}
	switch {
	case o.exit == core.Success, o.killed(), c.cut(o):
		return nil
	case o.is(core.Failure, "prune-overtakes"):
		c.overtaken.Add(1)
		return nil
	}
	return fmt.Errorf("backup of %s on %s: %v", p.name, m.name, o)
}

// cut reports whether a process failed because the network did.
func (c *crowd) cut(o *outcome) bool {
	return c.server != "" && !c.calm.Load() && o.exit == core.Destination && o.code != "prune-listing"
}

// pruner drops old snapshots and prunes.
func (c *crowd) pruner(m *machine) error {
	for c.going() {
		if m.rng.IntN(3) > 0 {
			if err := c.retain(m); err != nil {
				return err
			}
		}
		args := []string{"prune", "--grace=0", fmt.Sprintf("--max-unused=%d%%", 1+m.rng.IntN(30))}
		if m.rng.IntN(6) == 0 {
			args[1] = "--grace=1d"
		}
		o, err := c.prune(m, args)
		if err != nil {
			return err
		}
		pause := 500
		if o.exit == core.Failure { // two that try at once stop each other
			pause = 5000
		}
		c.sleep(time.Duration(m.rng.IntN(pause)) * time.Millisecond)
	}
	return nil
}

// retain keeps the last two of each project, and those that are tagged.
func (c *crowd) retain(m *machine) error {
	c.retaining.RLock()
	defer c.retaining.RUnlock()
	o, err := m.run(m.home, "retain", "--all", "--keep-last=2", "--keep-hourly=0", "--keep-daily=0", "--keep-weekly=0", "--keep-monthly=0",
		"--keep-yearly=0", "--keep-tag="+kept)
	if err != nil {
		return err
	}
	c.mu.Lock()
	for _, d := range o.objects["decision"] {
		if keep, _ := d["keep"].(bool); keep {
			continue
		}
		id := d["snapshot"].(string)
		c.dropped[id] = true
		if s := c.saved[id]; s != nil && s.kept {
			err = fmt.Errorf("retain drops %s, which is tagged", id)
		}
	}
	c.mu.Unlock()
	if err == nil && o.exit != core.Success && !o.killed() && !c.cut(o) {
		err = fmt.Errorf("retain on %s: %v", m.name, o)
	}
	return err
}

// retained waits until no retain runs.
func (c *crowd) retained() {
	c.retaining.Lock()
	defer c.retaining.Unlock()
}

func (c *crowd) prune(m *machine, args []string) (*outcome, error) {
	o, err := m.run(m.home, args...)
	if err != nil {
		return nil, err
	}
	for _, p := range o.objects["prune"] {
		c.prunes.Add(1)
		if packs := p["swept"].(map[string]any)["packs"].(float64); packs > 0 {
			c.sweeps.Add(1)
			c.swept.Add(int64(packs))
		}
	}
	switch {
	case len(o.objects["warning"]) > 0:
	case o.exit == core.Success, o.killed(), c.cut(o):
		return o, nil
	case o.is(core.Failure, "prune-running"):
		c.stopped.Add(1)
		return o, nil
	}
	return nil, fmt.Errorf("prune on %s: %v", m.name, o)
}

// verifier verifies, the structure or all data.
func (c *crowd) verifier(m *machine) error {
	for c.going() {
		args := []string{"verify"}
		if m.rng.IntN(2) == 0 {
			args = append(args, "--data=100%", "--sample=5")
		}
		if err := c.verify(m, args...); err != nil {
			return err
		}
		c.sleep(time.Duration(m.rng.IntN(500)) * time.Millisecond)
	}
	return nil
}

func (c *crowd) verify(m *machine, args ...string) error {
	o, err := m.run(m.home, args...)
	if err != nil {
		return err
	}
	if o.exit == core.Success {
		c.verifies.Add(1)
	} else if !o.killed() && !c.cut(o) {
		return fmt.Errorf("verify on %s: %v", m.name, o)
	}
	return nil
}

// restorer restores what was saved, while others prune.
func (c *crowd) restorer(m *machine) error {
	for c.going() {
		id := c.pick(m.rng)
		if id == "" {
			c.sleep(50 * time.Millisecond)
			continue
		}
		if err := c.restore(m, id); err != nil {
			return err
		}
		c.sleep(time.Duration(m.rng.IntN(200)) * time.Millisecond)
	}
	return nil
}

// pick chooses a snapshot that was not dropped.
func (c *crowd) pick(rng *rand.Rand) string {
	all := c.standing()
	if len(all) == 0 {
		return ""
	}
	return all[rng.IntN(len(all))]
}

// restore restores a snapshot and compares, unless it is dropped meanwhile.
func (c *crowd) restore(m *machine, id string) error {
	to := filepath.Join(c.dir, "restored", m.name+"-"+id)
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	o, err := m.run(to, "restore", "--snapshot="+id)
	if err != nil {
		return err
	}
	if o.exit != core.Success { // perhaps a retain dropped it that has not told yet
		c.retained()
	}
	c.mu.Lock()
	want, dropped := c.saved[id], c.dropped[id]
	c.mu.Unlock()
	switch {
	case dropped, o.killed(), c.cut(o):
	case o.exit != core.Success:
		return fmt.Errorf("restore of %s on %s: %v", id, m.name, o)
	default:
		if err := compare(to, want.files); err != nil {
			return fmt.Errorf("snapshot %s of %s, process %s: %w", id, want.project, o.where, err)
		}
		c.restored.Add(1)
	}
	return os.RemoveAll(to)
}
