//go:build linux || darwin

package repair

import (
	"fmt"
	"slices"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/prune"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/storage"
	"backup_projeto/internal/storage/faulty"
)

// sectors lets the machine see its store on a disk of which sectors can be bad.
func (m *machine) sectors() *faulty.Sectors {
	s := faulty.NewSectors(m.mem)
	m.store = s
	return s
}

// told are the objects of which a repair said that the disk could not read all.
func (r *result) told() (objects []string) {
	for _, i := range r.Issues {
		if core.CodeOf(i.Err) == storage.Medium {
			objects = append(objects, i.Path)
		}
	}
	return objects
}

// TestUnreadablePack: of a pack that a disk cannot read whole everything else is copied; it stays where it is, as nobody has its bytes, until a prune
// takes it away when everything in it has another place.
func TestUnreadablePack(t *testing.T) {
	m := place(t)
	disk := m.sectors()
	in := files{}
	for i := range 6 {
		in[fmt.Sprintf("f%d", i)] = random(uint64(i), 700_000)
	}
	s := m.save(in)
	e := m.packs(pack.Data)[0]
	name := repo.PackName(e.Name)
	disk.Lose(name, int(e.Footer.Offsets()[1])/faulty.SectorSize+2)
	gone, err := m.restore(s)
	must(t, err)
	if len(gone) == 0 || len(gone) > 3 {
		t.Fatalf("lost %v", gone)
	}
	res := m.repair(all)
	if len(res.lost) != len(gone) || res.Salvaged.Count == 0 || res.Unreadable.Count == 0 || res.Aside != 0 || res.Condemned != 1 ||
		!slices.Contains(res.told(), name) {
		t.Errorf("lost %v, told %v, %+v", res.lost, res.told(), res.Result)
	}
	if !slices.Contains(m.mem.Names("packs/"), name) || len(m.mem.Names("aside/")) > 0 {
		t.Error("the pack is not where it was, or a part of it is aside")
	}
	s2 := m.save(in)
	m.want(s, s2)
	_, err = prune.Run(t.Context(), m.open(), prune.Options{Grace: -1}, &report.Discard{})
	must(t, err)
	if slices.Contains(m.mem.Names("packs/"), name) {
		t.Error("the prune left it")
	}
	m.want(s, s2)
	if again := m.repair(all); !again.Whole() || !again.Plan.Nothing() {
		t.Errorf("there is more to do: %+v", again.Plan)
	}
}

// TestUnreadableMended: with parity the pack is written anew, and nothing needs to be condemned or set aside.
func TestUnreadableMended(t *testing.T) {
	m := place(t)
	disk := m.sectors()
	s := m.save(project())
	e := m.packs(pack.Data)[0]
	name, right := repo.PackName(e.Name), m.read(repo.PackName(e.Name))
	_, _, err := m.open().PutParity(t.Context(), e.Name, right, nil, 200)
	must(t, err)
	disk.Lose(name, 7)
	r := m.open()
	res := m.repair(Options{DataPercent: 100, Mender: r})
	if !res.Whole() || res.Mended.Count != 1 || res.Condemned+res.Aside != 0 || len(res.told()) > 0 {
		t.Errorf("lost %v, told %v, %+v", res.lost, res.told(), res.Result)
	}
	if after, err := storage.ReadAll(t.Context(), m.store, name, core.MaxObject); err != nil || string(after) != string(right) {
		t.Errorf("the pack: %v", err)
	}
	m.want(s)
}

// TestUnreadableObjects: what else a disk cannot read is put back where there is a copy, or made anew, and stays otherwise, and is told.
func TestUnreadableObjects(t *testing.T) {
	m := place(t)
	disk := m.sectors()
	in := project()
	kept := []saved{m.save(in)}
	in["f0"] = random(77, 1000)
	kept = append(kept, m.save(in))
	name := "snapshots/" + kept[0].id.String()
	disk.Lose(name, 0)
	bare := *m
	bare.cache = t.TempDir()
	res := bare.repair(Options{})
	if res.Whole() || res.LostSnapshots != 1 || res.Aside != 0 || !slices.Contains(res.told(), name) || !slices.Contains(m.mem.Names("snapshots/"), name) {
		t.Errorf("lost %v, told %v, %+v", res.lost, res.told(), res.Result)
	}
	if lost, err := m.restore(kept[1]); err != nil || len(lost) > 0 {
		t.Error(lost, err)
	}
	if res := m.repair(Options{}); !res.Whole() || res.PutBack != 1 {
		t.Errorf("%+v", res.Result)
	}
	m.want(kept...)
	name = m.mem.Names("index/")[0]
	disk.Lose(name, 0)
	if res := m.repair(Options{}); res.LostFiles > 0 || res.Listed.Count == 0 || !slices.Contains(res.told(), name) {
		t.Errorf("%+v", res.Result)
	}
	for _, s := range kept {
		if lost, err := m.restore(s); err != nil || len(lost) > 0 {
			t.Error(lost, err)
		}
	}
	must(t, m.mem.Delete(t.Context(), name)) // as a copy of the repository on another disk lacks it
	m.want(kept...)
}

// TestUnreadableForAMoment: a pack that can be read again is not touched.
func TestUnreadableForAMoment(t *testing.T) {
	m := place(t)
	s := m.save(project())
	e := m.packs(pack.Data)[0]
	m.store = faulty.NewSectors(m.mem)
	m.store.(*faulty.Sectors).Lose(repo.PackName(e.Name), 1)
	res := m.repair(Options{DataPercent: 100, Consent: func(*Plan) (bool, error) { return false, nil }})
	if !res.Declined {
		t.Errorf("nothing was found: %+v", res.Plan)
	}
	before := m.mem.Clone()
	m.store = m.mem // the cable is in its place again; the cache knows of the damage
	if res = m.repair(all); !res.Whole() || res.Condemned+res.Salvaged.Count != 0 {
		t.Errorf("%+v", res.Result)
	}
	if !m.mem.Same(before) {
		t.Error("something was changed")
	}
	m.want(s)
}
