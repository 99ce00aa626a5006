//go:build linux || darwin

package repair

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/storage"
	"backup_projeto/internal/storage/faulty"
)

// wreck is a repository with everything that a repair has to do, and what is lost in it.
type wreck struct {
	*machine
	kept []saved
	hurt map[string][]byte // objects that are damaged
	lost map[core.UUID][]string
	dead core.UUID // a snapshot that cannot be read, and of which nobody has a copy
	in   files     // of the project now
}

func newWreck(t *testing.T) *wreck {
	t.Helper()
	m := place(t)
	w := &wreck{machine: m, hurt: map[string][]byte{}, lost: map[core.UUID][]string{}, in: files{}}
	for i := range 5 {
		w.in[fmt.Sprintf("f%d", i)] = random(uint64(i), 500_000)
	}
	w.kept = append(w.kept, m.save(w.in))
	big := m.packs(pack.Data)[0]
	first := m.mem.Names("index/")
	w.in["g"] = random(60, 20_000)
	w.kept = append(w.kept, m.save(w.in))
	index := slices.DeleteFunc(m.mem.Names("index/"), func(n string) bool { return slices.Contains(first, n) })
	packs := m.mem.Names("packs/")
	w.in["h"] = random(61, 20_000)
	w.kept = append(w.kept, m.save(w.in))
	w.dead = m.save(w.in).id
	r := m.open()
	_, err := r.Pin(t.Context(), w.kept[0].id, 1)
	must(t, err)
	must(t, r.Close())
	for _, e := range m.packs(pack.Data) {
		if name := repo.PackName(e.Name); !slices.Contains(packs, name) {
			m.remove(name)
		}
	}
	m.flip(repo.PackName(big.Name), int(big.Footer.Offsets()[1])+100)
	m.flip(index[0], 400)
	m.flip("snapshots/"+w.dead.String(), 1500)
	m.flip(m.mem.Names("pins/")[0], 200)
	for _, name := range []string{repo.PackName(big.Name), index[0], "snapshots/" + w.dead.String(), m.mem.Names("pins/")[0]} {
		w.hurt[name] = m.read(name)
	}
	m.cache = t.TempDir() // of a machine that has heard of nothing
	return w
}

// unlost compares what is lost with what was lost before, which a repair may have made less, and looks for what was damaged.
func (w *wreck) unlost(t *testing.T) {
	t.Helper()
	for _, s := range w.kept {
		lost, err := w.restore(s)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		for _, path := range lost {
			if !slices.Contains(w.lost[s.id], path) && !slices.Contains(w.lost[s.id], "") {
				t.Errorf("%s of %s is lost now", path, s.id)
			}
		}
	}
	for name, data := range w.hurt {
		found := false
		for _, n := range append(w.mem.Names("aside/"+name+"."), name) {
			got, err := storage.ReadAll(t.Context(), w.mem, n, core.MaxObject)
			found = found || err == nil && bytes.Equal(got, data)
		}
		if !found {
			t.Errorf("what %s was is gone", name)
		}
	}
}

// TestEachCallFails fails each call of a repair, lost and persisted, and all from each on, as when the machine or the connection dies:
// nothing is lost that was not before, the next repair ends what this one began, and after a backup of the same files all is whole. By
// default some of the calls; with REPAIR_FAULTS=all each of them:
//
//	REPAIR_FAULTS=all go test -v -run TestEachCallFails ./internal/repair | grep points
func TestEachCallFails(t *testing.T) {
	w := newWreck(t)
	for _, s := range w.kept {
		var err error
		w.lost[s.id], err = w.restore(s)
		must(t, err)
	}
	if len(w.lost[w.kept[0].id]) == 0 || len(w.lost[w.kept[2].id]) <= len(w.lost[w.kept[1].id]) {
		t.Fatalf("lost: %v", w.lost)
	}
	step := 31
	if os.Getenv("REPAIR_FAULTS") == "all" {
		step = 1
	}
	modes := map[string]func(n int) faulty.Plan{
		"lost":      func(n int) faulty.Plan { return strike(n, n, faulty.Lost) },
		"persisted": func(n int) faulty.Plan { return strike(n, n, faulty.Persisted) },
		"dead":      func(n int) faulty.Plan { return strike(n, 1<<30, faulty.Lost) },
	}
	var points atomic.Int64
	first := 1
	for name, mode := range modes {
		first++
		for part := range 2 {
			begin := first + part*step
			t.Run(fmt.Sprint(name, part), func(t *testing.T) {
				t.Parallel()
				for n := begin; ; n += 2 * step {
					if w.try(t, n, mode(n)) {
						break
					}
					points.Add(1)
				}
			})
		}
	}
	t.Cleanup(func() { t.Logf("%d points", points.Load()) })
}

// strike lets the calls from one number to another fail. Of many, what the first asked for was done.
func strike(from, to int, f faulty.Fault) faulty.Plan {
	return func(c faulty.Call) faulty.Fault {
		switch {
		case c.N < from || c.N > to:
			return faulty.None
		case c.N == from && to > from:
			return faulty.Persisted
		}
		return f
	}
}

// try repairs with a fault, and reports whether the repair had ended before it.
func (w *wreck) try(t *testing.T, n int, p faulty.Plan) (over bool) {
	c := *w
	c.machine = w.on(w.mem.Clone())
	c.t, c.cache, c.dir = t, t.TempDir(), t.TempDir()
	f := faulty.New(c.mem, p)
	c.store = f
	_, err := c.tryRepair(t.Context(), all)
	if hits, _ := f.Hits(); hits == 0 {
		must(t, err)
		return true
	}
	if err != nil && core.KindOf(err) != core.Destination {
		t.Errorf("call %d: %v", n, err)
	}
	c.store = c.mem
	c.unlost(t)
	res := c.repair(all)
	c.unlost(t)
	for name := range w.hurt {
		if _, err := c.mem.Stat(t.Context(), name); err == nil {
			t.Errorf("call %d: %s is where it was", n, name)
		}
	}
	if lost := len(res.lost); lost > 0 && res.Whole() {
		t.Errorf("call %d: %d files are lost, and all is whole", n, lost)
	}
	s := c.save(w.in)
	if names := c.mem.Names("sessions/"); len(names) > 0 {
		t.Errorf("call %d: %v is left", n, names)
	}
	if err := c.sound(append(slices.Clone(w.kept), s)...); err != nil {
		t.Errorf("call %d, after the next backup: %v", n, err)
	}
	if pinned, err := c.open().Pinned(t.Context()); err != nil || !pinned[w.kept[0].id] {
		t.Errorf("call %d: it is not pinned any more, %v", n, err)
	}
	return t.Failed()
}
