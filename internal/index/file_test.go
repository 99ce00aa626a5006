package index

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/pack"
)

// TestTwoProcesses has two sets in one folder, each merging and deleting files that the other has open.
func TestTwoProcesses(t *testing.T) {
	dir, m := t.TempDir(), newMaker(21)
	var all []pack.Entry
	first := openSet(t, dir)
	for i := range 5 {
		p := m.entryOf(20)
		all = append(all, p)
		add(t, first, core.ID{1, byte(i)}, p)
		flush(t, first)
	}
	shared := len(all)
	second := openSet(t, dir)
	mine := [2][]pack.Entry{all[:shared:shared], all[:shared:shared]}
	for i := range 10 {
		for w, s := range []*Set{first, second} {
			p := m.entryOf(20)
			all, mine[w] = append(all, p), append(mine[w], p)
			add(t, s, core.ID{2, byte(i), byte(w)}, p)
			flush(t, s)
		}
	}
	wantContent(t, first, mine[0])
	wantContent(t, second, mine[1])
	first.Close()
	second.Close()
	third := openSet(t, dir)
	wantContent(t, third, all)
	before := len(tableFiles(t, dir))
	p := m.entryOf(1)
	add(t, third, core.ID{3}, p)
	flush(t, third)
	if n := len(tableFiles(t, dir)); n > maxTables {
		t.Errorf("%d files, %d before", n, before)
	}
	wantContent(t, third, append(all, p))
}

func TestFolderIsPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows keeps no such modes")
	}
	dir := filepath.Join(t.TempDir(), "a", "b")
	s := openSet(t, dir)
	add(t, s, core.ID{1})
	flush(t, s)
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Dir(dir): 0o700, tableFiles(t, dir)[0]: 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, %v; want %v", path, info.Mode(), err, want)
		}
	}
}

func TestFolderIsAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenSet(path, testRepo); core.CodeOf(err) != codeCache || core.KindOf(err) != core.Failure {
		t.Errorf("opening a file gives %v", err)
	}
}

// TestFolderEmptiedMeanwhile is someone clearing caches.
func TestFolderEmptiedMeanwhile(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows does not delete open files")
	}
	dir, m := filepath.Join(t.TempDir(), "cache"), newMaker(22)
	s := openSet(t, dir)
	var packs []pack.Entry
	for i := range 2 * maxTables {
		if i%5 == 4 {
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
		}
		packs = append(packs, m.entryOf(10))
		add(t, s, core.ID{byte(i)}, packs[i])
		flush(t, s)
	}
	wantContent(t, s, packs)
}

// TestFolderCannotBeWritten keeps tables in memory, up to a bound.
func TestFolderCannotBeWritten(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows does not delete open files")
	}
	dir, m := filepath.Join(t.TempDir(), "cache"), newMaker(23)
	s := openSet(t, dir)
	packs := []pack.Entry{m.entryOf(100)}
	add(t, s, core.ID{1}, packs...)
	flush(t, s)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for i := range 3 * maxTables {
		p := m.entryOf(100)
		packs = append(packs, p)
		add(t, s, core.ID{2, byte(i)}, p)
		if err := s.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	if s.writeErr == nil || s.Damaged() {
		t.Errorf("error %v, damaged %v", s.writeErr, s.Damaged())
	}
	wantContent(t, s, packs, m.id())
	s.bufferSize, s.heldSize = 0, s.held()
	p := m.entryOf(10)
	if err := s.Add(core.ID{3}, []pack.Entry{p}); core.CodeOf(err) != codeCache {
		t.Errorf("beyond the bound Add gives %v", err)
	}
	wantContent(t, s, append(packs, p))
}
