//go:build linux || darwin

package repair

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/prune"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/storage"
	"backup_projeto/internal/storage/faulty"
)

// TestHealthy: where nothing is wrong nothing is done, and nothing is written.
func TestHealthy(t *testing.T) {
	m := place(t)
	s := m.save(project())
	before := m.mem.Clone()
	for _, o := range []Options{{}, all, {DryRun: true}} {
		if res := m.repair(o); !res.Plan.Nothing() || !res.Whole() {
			t.Errorf("%+v", res.Plan)
		}
	}
	if !m.mem.Same(before) {
		t.Error("something was written")
	}
	m.want(s)
}

// TestIndexLost rebuilds the index, all of it or damaged parts, from the packs.
func TestIndexLost(t *testing.T) {
	for name, harm := range map[string]func(m *machine, index []string){
		"all": func(m *machine, index []string) { m.remove(index...) },
		"one": func(m *machine, index []string) { m.remove(index[0]) },
		"flipped": func(m *machine, index []string) {
			for _, name := range index {
				m.flip(name, 500)
			}
		},
		"empty": func(m *machine, index []string) { must(m.t, m.mem.Put(m.t.Context(), index[0], nil)) },
	} {
		for _, o := range []Options{{}, all} {
			t.Run(fmt.Sprint(name, o.DataPercent), func(t *testing.T) {
				m := place(t)
				in := project()
				kept := []saved{m.save(in)}
				in["new"] = random(50, 10_000)
				kept = append(kept, m.save(in))
				index, packs := m.mem.Names("index/"), len(m.mem.Names("packs/"))
				harm(m, index)
				m.dryRun(o, 0)
				res := m.repair(o)
				if !res.Whole() || res.Listed.Count == 0 || len(res.lost) > 0 {
					t.Errorf("%+v, lost %v", res.Result, res.lost)
				}
				m.want(kept...)
				before := len(m.mem.Names("packs/"))
				kept = append(kept, m.another().save(in), m.save(in))
				m.want(kept...)
				if n := len(m.mem.Names("packs/")); before != packs || n > packs+1 { // at most the other machine's folders
					t.Errorf("%d packs became %d, and %d by backups: what was listed again is not believed", packs, before, n)
				}
				if res := m.repair(o); !res.Plan.Nothing() {
					t.Errorf("another repair would do something: %+v", res.Plan)
				}
			})
		}
	}
}

// dryRun wants a dry run to find that so much would be lost, and to change nothing.
func (m *machine) dryRun(o Options, lost int) {
	m.t.Helper()
	before := m.mem.Clone()
	o.DryRun = true
	if res := m.repair(o); len(res.lost) != lost || res.Plan.Nothing() {
		m.t.Errorf("dry run: lost %v, %+v", res.lost, res.Plan)
	}
	if !m.mem.Same(before) {
		m.t.Error("a dry run changed something")
	}
}

// TestDevicesThatLie: where a device may only write, or might when it was revoked or lost its slot, or was stolen, footers alone are not
// believed; packs that were read are.
func TestDevicesThatLie(t *testing.T) {
	revoked := func(stolen bool) func(*machine, *keys.DeviceKey) {
		return func(m *machine, key *keys.DeviceKey) {
			must(m.t, m.open().RevokeSlots(m.t.Context(), []core.UUID{key.Slot}, stolen))
		}
	}
	for name, c := range map[string]struct {
		writeOnly bool
		then      func(*machine, *keys.DeviceKey) // what becomes of the device
		believed  bool
	}{
		"reader":          {false, nil, true},
		"reader given up": {false, revoked(false), true},
		"reader stolen":   {false, revoked(true), false},
		"writer":          {true, nil, false},
		"writer given up": {true, revoked(false), false},
		"writer stolen":   {true, revoked(true), false},
		"writer admitted": {true, func(m *machine, key *keys.DeviceKey) {
			m.remove("keys/" + key.Slot.String())
			fresh := *m
			fresh.cache = "" // who has seen the slot knows it
			must(m.t, fresh.open().Admit(m.t.Context(), key.Slot))
		}, false},
		"writer lost": {true, func(m *machine, key *keys.DeviceKey) {
			m.remove("keys/" + key.Slot.String())
			m.cache = m.t.TempDir()
		}, false},
	} {
		for _, o := range []Options{{}, all} {
			t.Run(fmt.Sprint(name, " ", o.DataPercent), func(t *testing.T) {
				m := place(t)
				kept := []saved{m.save(project())}
				key := keys.NewDeviceKey(m.open().Header().ID)
				_, err := m.open().AddSlot(t.Context(), key.Secret(), "other", c.writeOnly)
				must(t, err)
				b := &machine{t: t, mem: m.mem, store: m.mem, key: key, cache: t.TempDir(), dir: t.TempDir(), id: core.UUID{2}}
				kept = append(kept, b.save(files{"x": random(90, 30_000)}))
				if c.then != nil {
					c.then(m, key)
				}
				m.remove(m.mem.Names("index/")...)
				res := m.repair(o)
				if proven := res.Plan.Unproven == 0; res.Listed.Count < 4 || proven != (c.believed || o.DataPercent > 0) {
					t.Errorf("%d packs are listed, of which %d are not proven", res.Listed.Count, res.Plan.Unproven)
				}
				if name == "writer lost" {
					kept = kept[:1] // nobody reads it before it is admitted
					must(t, m.open().Admit(t.Context(), key.Slot))
				}
				m.want(kept...)
			})
		}
	}
}

// TestPackGone loses a pack. Another device, which knows nothing of that, stores its content again once the repair has put its mark, and
// all old snapshots are whole.
func TestPackGone(t *testing.T) {
	for name, harm := range map[string]func(m *machine, e *pack.Entry){
		"gone":    func(m *machine, e *pack.Entry) { m.remove(repo.PackName(e.Name)) },
		"flipped": func(m *machine, e *pack.Entry) { m.flip(repo.PackName(e.Name), 100) },
		"cut": func(m *machine, e *pack.Entry) {
			must(m.t, m.mem.Put(m.t.Context(), repo.PackName(e.Name), m.read(repo.PackName(e.Name))[:5000]))
		},
	} {
		for _, kind := range []pack.Kind{pack.Data, pack.Tree} {
			t.Run(fmt.Sprint(name, kind), func(t *testing.T) {
				m := place(t)
				b := m.another()
				in := project()
				kept := []saved{m.save(in)}
				harm(m, m.packs(kind)[0])
				kept = append(kept, b.save(in)) // the other device counts on what is lost
				if err := m.sound(kept...); err == nil {
					t.Fatal("nothing is lost")
				}
				var lost []string
				for _, s := range kept {
					gone, err := m.restore(s)
					must(t, err)
					for _, path := range gone {
						if path == "" {
							path = "."
						}
						lost = append(lost, fmt.Sprint(path, " of ", s.id))
					}
				}
				slices.Sort(lost)
				m.dryRun(all, len(lost))
				res := m.repair(all)
				if !slices.Equal(res.lost, lost) || res.Condemned != 1 || res.Whole() != (len(lost) == 0) {
					t.Errorf("lost %v, restoring lost %v, %d condemned", res.lost, lost, res.Condemned)
				}
				kept = append(kept, b.save(in))
				kept = append(kept, m.save(in))
				m.want(kept...)
				if res := m.repair(all); !res.Whole() || !res.Plan.Nothing() {
					t.Errorf("%+v", res.Plan)
				}
			})
		}
	}
}

// TestUnchangedElsewhere: a device whose project has not changed stores again what was lost, too.
func TestUnchangedElsewhere(t *testing.T) {
	m := place(t)
	b := m.another()
	in := project()
	kept := []saved{b.save(in)}
	for _, e := range slices.Concat(m.packs(pack.Data), m.packs(pack.Tree)) {
		m.remove(repo.PackName(e.Name))
	}
	m.repair(Options{})
	kept = append(kept, b.save(in))
	m.want(kept...)
}

// TestSalvage: of a pack with one bad place everything else is kept, and only what stands there is lost.
func TestSalvage(t *testing.T) {
	m := place(t)
	in := files{}
	for i := range 6 {
		in[fmt.Sprintf("f%d", i)] = random(uint64(i), 700_000)
	}
	s := m.save(in)
	e := m.packs(pack.Data)[0]
	if len(e.Footer.Segments) < 3 {
		t.Fatalf("%d segments", len(e.Footer.Segments))
	}
	m.flip(repo.PackName(e.Name), int(e.Footer.Offsets()[1])+50)
	gone, err := m.restore(s)
	must(t, err)
	if len(gone) == 0 || len(gone) > 3 {
		t.Fatalf("lost %v", gone)
	}
	res := m.repair(all)
	if len(res.lost) != len(gone) || res.Salvaged.Count == 0 || res.Unreadable.Count == 0 || res.Aside != 1 || res.Left != 0 {
		t.Errorf("lost %v, %+v", res.lost, res.Result)
	}
	if names := m.mem.Names("packs/"); slices.Contains(names, repo.PackName(e.Name)) {
		t.Error("the hurt pack is where it was")
	}
	after, err := m.restore(s)
	must(t, err)
	if !slices.Equal(after, gone) {
		t.Errorf("%v were lost, and after the repair %v", gone, after)
	}
	_, err = prune.Run(t.Context(), m.open(), prune.Options{Grace: -1}, &report.Discard{})
	if core.KindOf(err) != core.Damage {
		t.Errorf("a prune where something is lost: %v", err)
	}
	s2 := m.save(in)
	if m.mem.Names("aside/") == nil {
		t.Error("nothing is aside")
	}
	_, err = prune.Run(t.Context(), m.open(), prune.Options{Grace: -1}, &report.Discard{})
	must(t, err)
	if n := len(m.mem.Names("aside/")); n != 1 {
		t.Errorf("%d objects are aside", n)
	}
	m.want(s, s2)
}

// TestSnapshotDamaged: one that cannot be read is put back from a copy, or else set aside, told, and brought back by a machine that has one.
func TestSnapshotDamaged(t *testing.T) {
	m := place(t)
	in := project()
	kept := []saved{m.save(in)}
	in["f0"] = random(77, 1000)
	kept = append(kept, m.save(in))
	name := "snapshots/" + kept[0].id.String()
	m.flip(name, 2000)
	bare := *m
	bare.cache = t.TempDir()
	res := bare.repair(Options{})
	if res.Whole() || res.LostSnapshots != 1 || !slices.Equal(res.lost, []string{fmt.Sprint(". of ", kept[0].id)}) || res.Aside != 1 {
		t.Errorf("lost %v, %+v", res.lost, res.Result)
	}
	if names := m.mem.Names("snapshots/"); slices.Contains(names, name) {
		t.Error("it is where it was")
	}
	m.want(kept[1])
	if res := m.repair(Options{}); !res.Whole() || res.PutBack != 1 {
		t.Errorf("%+v", res.Result)
	}
	m.want(kept...)
	m.flip(name, 2000)
	if res := m.repair(Options{}); !res.Whole() || res.PutBack != 1 || res.Aside != 0 {
		t.Errorf("%+v", res.Result)
	}
	m.want(kept...)
}

// TestTrashDamaged: a copy in the trash that cannot be read is put back from a cache; else the snapshot is lost, which is told, once.
func TestTrashDamaged(t *testing.T) {
	m := place(t)
	in := project()
	s := m.save(in)
	in["f0"] = random(77, 1000)
	kept := m.save(in)
	for range 2 {
		must(t, m.open().Drop(t.Context(), s.id))
		if len(m.mem.Names("trash/")) < 2 {
			_, err := m.open().Undelete(t.Context(), s.id)
			must(t, err)
		}
	}
	copies := m.mem.Names("trash/")
	m.flip(copies[0], 2000)
	bare := *m
	bare.cache = t.TempDir()
	if res := bare.repair(Options{}); !res.Whole() || res.PutBack != 1 {
		t.Errorf("with another copy: %v, %+v", res.lost, res.Result)
	}
	for _, name := range copies {
		m.flip(name, 2000)
	}
	if res := m.repair(Options{}); !res.Whole() || res.PutBack != 2 {
		t.Errorf("with a cache: %v, %+v", res.lost, res.Result)
	}
	for _, name := range copies {
		m.flip(name, 2000)
	}
	bare.cache = t.TempDir()
	res := bare.repair(Options{})
	if res.Whole() || res.LostSnapshots != 1 || !slices.Equal(res.lost, []string{fmt.Sprint(". of ", s.id)}) || res.Aside != 2 {
		t.Errorf("without any: %v, %+v", res.lost, res.Result)
	}
	if res := m.repair(Options{}); !res.Whole() || res.PutBack != 0 || len(m.mem.Names("trash/")) > 0 {
		t.Errorf("afterwards: %v, %+v", res.lost, res.Result)
	}
	m.want(kept)
}

// TestNotes: pins and marks that cannot be read.
func TestNotes(t *testing.T) {
	m := place(t)
	s := m.save(project())
	r := m.open()
	_, err := r.Pin(t.Context(), s.id, 1)
	must(t, err)
	m.flip(m.mem.Names("pins/")[0], 200)
	if res := m.repair(Options{}); !res.Whole() || res.Aside != 1 || res.PutBack != 1 {
		t.Errorf("%+v", res.Result)
	}
	if _, damaged, err := r.Pins(t.Context()); err != nil || len(damaged) > 0 {
		t.Error(damaged, err)
	}
	if pinned, err := r.Pinned(t.Context()); err != nil || !pinned[s.id] {
		t.Errorf("it is not pinned any more, %v", err)
	}
	m.remove(repo.PackName(m.packs(pack.Data)[0].Name))
	m.repair(Options{})
	mark := m.mem.Names("gc/")[0]
	m.flip(mark, 200)
	b := m.another()
	if _, err := b.trySave(files{"x": "y"}); core.CodeOf(err) != "mark-damaged" {
		t.Fatal(err)
	}
	b.repair(Options{}) // which knows no copy of it
	if names := m.mem.Names("gc/"); slices.Contains(names, mark) || len(names) != 1 {
		t.Errorf("marks: %v", names)
	}
	kept := []saved{s, b.save(files{"x": "y"}), m.save(s.in)}
	m.want(kept...)
}

// keeper is a store that deletes nothing.
type keeper struct{ storage.Store }

func (k keeper) Delete(_ context.Context, name string) error {
	return storage.Errf(storage.Denied, name, nil)
}
func (k keeper) Unwrap() storage.Store { return k.Store }

// TestNothingMayBeDeleted: where the device may only add, nobody counts on what is lost all the same, and once the content is there again the
// repository is whole; another repair adds nothing.
func TestNothingMayBeDeleted(t *testing.T) {
	m := place(t)
	in := project()
	s := m.save(in)
	m.flip(repo.PackName(m.packs(pack.Data)[0].Name), 100)
	for _, name := range m.mem.Names("index/") {
		m.flip(name, 300)
	}
	m.store = keeper{m.mem}
	res := m.repair(all)
	if res.Left == 0 || res.Condemned != 1 {
		t.Errorf("%+v", res.Result)
	}
	s2 := m.save(in)
	for _, s := range []saved{s, s2} {
		if lost, err := m.restore(s); err != nil || len(lost) > 0 {
			t.Error(lost, err)
		}
	}
	before := len(m.mem.Names(""))
	sessions := len(m.mem.Names("sessions/"))
	res = m.repair(all)
	if n, more := len(m.mem.Names("")), len(m.mem.Names("sessions/"))-sessions; n != before+more {
		t.Errorf("%d objects became %d, %d of them sessions", before, n, more)
	}
	for _, d := range res.Damaged {
		if !strings.HasPrefix(d.Object, "index/") || d.Total > 0 {
			t.Errorf("%s: %v", d.Object, d.Err)
		}
	}
}

// stash is a Mender that knows everything.
type stash struct {
	*faulty.Memory
	wrong bool
}

func (s stash) CanMend(ctx context.Context, name core.ID) (bool, error) { return true, nil }

func (s stash) Mend(ctx context.Context, name core.ID) ([]byte, error) {
	data, err := storage.ReadAll(ctx, s.Memory, repo.PackName(name), core.MaxObject)
	if s.wrong {
		data[1000]++
	}
	return data, err
}

// TestMender: packs are put back as they were, and what comes out wrong is not believed.
func TestMender(t *testing.T) {
	m := place(t)
	s := m.save(project())
	right := m.mem.Clone()
	d, f := repo.PackName(m.packs(pack.Data)[0].Name), repo.PackName(m.packs(pack.Tree)[0].Name)
	harm := func() {
		m.flip(d, 100)
		m.remove(f)
	}
	harm()
	o := all
	o.Mender = stash{right, false}
	res := m.repair(o)
	if !res.Whole() || res.Mended.Count != 2 || res.Condemned != 0 || len(res.lost) > 0 {
		t.Errorf("lost %v, %+v", res.lost, res.Result)
	}
	m.want(s)
	if n := len(m.mem.Names("aside/")); n != 1 {
		t.Errorf("%d objects are aside: what the flipped pack was", n)
	}
	harm()
	o.Mender = stash{right, true}
	if res := m.repair(o); res.Whole() || res.Mended.Count != 0 || res.Condemned != 2 || len(res.Issues) < 2 {
		t.Errorf("%+v", res.Result)
	}
}

// TestParity: what parity makes up for is put back as it was, with nothing lost and no pack condemned; what is beyond it is salvaged.
func TestParity(t *testing.T) {
	m := place(t)
	s := m.save(project())
	r := m.open()
	e := m.packs(pack.Data)[0]
	name := repo.PackName(e.Name)
	_, _, err := r.PutParity(t.Context(), e.Name, m.read(name), nil, 200)
	must(t, err)
	m.flip(name, 100)
	res := m.repair(Options{DataPercent: 100, Mender: r})
	if !res.Whole() || res.Mended.Count != 1 || res.Condemned != 0 || res.Plan.Mendable != 1 {
		t.Errorf("lost %v, %+v", res.lost, res.Result)
	}
	m.want(s)
	if len(m.mem.Names("aside/"+name)) != 1 {
		t.Error("what it was is not aside")
	}
	for at := range 40 {
		m.flip(name, 100+at*4096)
	}
	res = m.repair(Options{DataPercent: 100, Mender: r})
	if res.Whole() || res.Mended.Count != 0 || res.Condemned != 1 {
		t.Errorf("lost %v, %+v", res.lost, res.Result)
	}
	m.want(s, m.save(s.in))
}

// TestInFlight: packs of a backup in flight are left to it, and packs that a mark condemns to the prune.
func TestInFlight(t *testing.T) {
	m := place(t)
	s := m.save(project())
	r := m.open()
	one, err := r.Begin(t.Context())
	must(t, err)
	defer one.Close()
	fill := one.Filler(pack.Data)
	h := r.Hasher()
	for i := range 40 { // some packs, and no index object yet
		data := []byte(random(uint64(200+i), 900_000))
		_, err := fill.Add(h.Sum(data), data)
		must(t, err)
	}
	must(t, fill.Flush())
	for len(m.mem.Names("packs/")) < 4 {
		must(t, t.Context().Err())
	}
	if res := m.another().repair(all); !res.Plan.Nothing() || !res.Whole() {
		t.Errorf("%+v", res.Plan)
	}
	m.want(s)
}

// TestBesidePrune: beside a prune, or another repair, nothing leaves its place; but the mark is put, and copies are made.
func TestBesidePrune(t *testing.T) {
	m := place(t)
	s := m.save(project())
	other, err := m.another().open().BeginPrune(t.Context())
	must(t, err)
	name := repo.PackName(m.packs(pack.Data)[0].Name)
	m.flip(name, 100)
	if res := m.repair(all); res.Left != 1 || res.Condemned != 1 || len(m.mem.Names("aside/")) != 1 || !slices.Contains(m.mem.Names("packs/"), name) {
		t.Errorf("%+v", res.Result)
	}
	other.Close()
	if res := m.repair(all); res.Left != 0 || res.Aside != 1 || slices.Contains(m.mem.Names("packs/"), name) {
		t.Errorf("%+v", res.Result)
	}
	m.want(s, m.save(s.in))
}

// TestDamagedIndexWithParity: where an index object is damaged, that packs have parity which could make them again does not make them suspect.
func TestDamagedIndexWithParity(t *testing.T) {
	m := place(t)
	must(t, m.open().SetParity(t.Context(), 200))
	kept := m.save(files{"a": random(1, 50_000)})
	for _, name := range m.mem.Names("index/") {
		m.mem.Ruin(name, func(data []byte) { data[len(data)/2] ^= 1 })
	}
	r := m.open()
	if res := m.repair(Options{Mender: r}); !res.Whole() || res.Listed.Count == 0 {
		t.Errorf("%+v leaves %v", res.Result, res.Damaged)
	}
	m.want(kept)
}
