//go:build linux || darwin

package repair

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"backup_projeto/internal/backup"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/snapshot"
)

// second makes another repository that has the machine's project as it is now.
func (m *machine) second() *machine {
	m.t.Helper()
	other := place(m.t)
	other.dir = m.dir
	other.again()
	return other
}

// again saves the folder as it is.
func (m *machine) again() {
	m.t.Helper()
	r := m.open()
	_, err := backup.Run(m.t.Context(), r, backup.Options{Root: m.dir, Project: snapshot.Project{ID: m.id, Name: "p"}, Host: "h"}, &report.Discard{})
	must(m.t, err)
}

// large has files of many chunks, deep folders, and more than one segment.
func large() files {
	in := files{"big": random(1, 3_000_000), "a/b/c/d": random(2, 200_000), "a/b/e": "small", "a/empty": "", "z/z/z": random(3, 70_000)}
	for i := range 30 {
		in[fmt.Sprintf("many/f%d", i)] = random(uint64(10+i), 5000+i)
	}
	return in
}

// TestSecondRepository heals from a repository with other keys, which names and cuts everything otherwise: files, folders, both, with and
// without the index. Some files are hard links of others.
func TestSecondRepository(t *testing.T) {
	kinds := map[string][]pack.Kind{"files": {pack.Data}, "folders": {pack.Tree}, "both": {pack.Data, pack.Tree}}
	for name, lose := range kinds {
		for _, index := range []bool{true, false} {
			t.Run(fmt.Sprint(name, index), func(t *testing.T) {
				m := place(t)
				in := large()
				m.links = map[string]string{"many/twin": "big", "a/b/c/twin": "many/f3", "twin": "many/f3"}
				for name, of := range m.links {
					in[name] = in[of]
				}
				kept := []saved{m.save(in)}
				other := m.second()
				in["more"] = random(90, 10_000)
				in["a/b/e"] = "changed"
				kept = append(kept, m.save(in))
				other.again()
				for _, kind := range lose {
					for _, e := range m.packs(kind) {
						m.remove(repo.PackName(e.Name))
					}
				}
				if !index {
					m.remove(m.mem.Names("index/")...)
				}
				if m.sound(kept...) == nil {
					t.Fatal("nothing is lost")
				}
				before, here := other.mem.Clone(), m.mem.Clone()
				dry := m.repair(Options{From: other.open(), DryRun: true})
				if !m.mem.Same(here) {
					t.Error("a dry run changed something")
				}
				res := m.repair(Options{From: other.open()})
				if !res.Whole() || res.Healed.Count == 0 {
					t.Errorf("lost %v, healed %v", res.lost, res.Healed)
				}
				if !dry.Whole() || dry.Healed != res.Healed || len(dry.lost) > 0 || dry.Mended.Count+dry.Listed.Count+dry.Condemned+dry.Aside > 0 {
					t.Errorf("a dry run promised %v, and lost %v: %+v", dry.Healed, dry.lost, dry.Result)
				}
				m.want(kept...)
				if !other.mem.Same(before) {
					t.Error("the other repository was changed")
				}
			})
		}
	}
}

// TestSecondRepositoryHasSome: what the other has not stays lost, and is told; nothing is stored that nothing lacks.
func TestSecondRepositoryHasSome(t *testing.T) {
	m := place(t)
	in := large()
	part := maps.Clone(in)
	delete(part, "big")
	m.save(part)
	other := m.second()
	s := m.save(in)
	must(t, os.WriteFile(filepath.Join(m.dir, "foreign"), []byte(random(99, 50_000)), 0o600))
	other.again()
	must(t, os.Remove(filepath.Join(m.dir, "foreign")))
	for _, e := range m.packs(pack.Data) {
		m.remove(repo.PackName(e.Name))
	}
	other.mem = other.mem.Clone()
	for _, e := range other.packs(pack.Data) { // of the other, too, something is lost
		if e.Size > 1_000_000 {
			other.remove(repo.PackName(e.Name))
			must(t, other.mem.Delete(t.Context(), repo.PackName(e.Name)))
		}
	}
	other.store = other.mem
	dry := m.repair(Options{From: other.open(), DryRun: true})
	res := m.repair(Options{From: other.open()})
	if !slices.Equal(dry.lost, res.lost) || dry.Healed != res.Healed || dry.LostFiles != res.LostFiles {
		t.Errorf("a dry run promised %v, and lost %v; it came to %v and %v", dry.Healed, dry.lost, res.Healed, res.lost)
	}
	if len(res.lost) != 1 || res.lost[0] != fmt.Sprint("big of ", s.id) {
		t.Errorf("lost %v", res.lost)
	}
	for _, e := range m.packs(pack.Data) {
		for _, g := range e.Footer.Segments {
			for i, id := range g.IDs {
				if id == m.open().Hasher().Sum([]byte(random(99, 50_000))) {
					t.Errorf("a file of %d bytes that nothing lacks was stored", g.Lengths[i])
				}
			}
		}
	}
}
