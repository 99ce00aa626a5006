package index

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/pack"
)

// subject is a small table, its bytes, and ids that it has and has not.
type subject struct {
	packs  []pack.Entry
	b      []byte
	l      *layout
	want   map[core.ID][]Location
	absent []core.ID
}

func newSubject(t testing.TB, chunks int) *subject {
	t.Helper()
	m := newMaker(11)
	s := &subject{packs: []pack.Entry{m.entryOf(chunks)}}
	b := newBuffer()
	b.add(core.ID{1}, s.packs)
	f := &memory{}
	if err := writeTable(f, testRepo, []*run{b.run()}); err != nil {
		t.Fatal(err)
	}
	tab, err := newTable(f.b, testRepo)
	if err != nil {
		t.Fatal(err)
	}
	s.b, s.l, s.want = f.b, tab.layout, places(s.packs)
	for id := range s.want {
		for bit := range 3 { // one flipped bit away from being present, where the front does not tell them apart
			near := id
			near[core.IDSize-1-10*bit] ^= 1 << bit
			s.absent = append(s.absent, near)
		}
	}
	return s
}

// gap reports whether a place in the file is between sections.
func (s *subject) gap(at int) bool {
	p, l := uint64(at), s.l
	within := func(from, n uint64) bool { return p >= from && p < from+n }
	for sec, sp := range l.spans {
		if within(sp.at, blocksOf(sec, sp.n)*blockSize) {
			return false
		}
	}
	return !within(0, blockSize) && !within(l.front, l.frontSize())
}

// check looks everything up in a table made of bad bytes: what it says is right, or it is lost. It returns whether it is.
func (s *subject) check(t *testing.T, bad []byte, what string, at int) (noticed bool) {
	t.Helper()
	tab, err := newTable(bad, testRepo)
	if err != nil {
		if !errors.Is(err, ErrFormat) && !errors.Is(err, errForeign) {
			t.Fatalf("%s at %d: error %v", what, at, err)
		}
		return true
	}
	for i := range s.absent {
		if tab.has(&s.absent[i]) || tab.lookup(nil, &s.absent[i]) != nil {
			t.Fatalf("%s at %d: an absent chunk is found", what, at)
		}
	}
	for id, want := range s.want {
		if !tab.has(&id) && !tab.isLost() {
			t.Fatalf("%s at %d: a chunk is not found", what, at)
		}
		got := tab.lookup(nil, &id)
		if !tab.isLost() && (len(got) != 1 || !got[0].same(&want[0])) {
			t.Fatalf("%s at %d: a chunk is found at %v", what, at, got)
		}
	}
	if names, err := tab.sources(); err == nil && (len(names) != 1 || names[0] != core.ID{1}) {
		t.Fatalf("%s at %d: sources %v", what, at, names)
	}
	if _, err := tab.packsAfter(nil, 10); (err != nil) != tab.isLost() && err != nil {
		t.Fatalf("%s at %d: a table that fails is not lost: %v", what, at, err)
	}
	return tab.isLost()
}

func TestEachFlippedByteIsNoticed(t *testing.T) {
	s := newSubject(t, 4)
	bad := bytes.Clone(s.b)
	gaps := 0
	for at := range s.b {
		gap := s.gap(at)
		if gap {
			if gaps++; gaps%997 != 0 { // there are many, and nobody reads them
				continue
			}
		}
		bad[at] ^= 1 << (at % 8)
		if noticed := s.check(t, bad, "flip", at); noticed == gap {
			t.Fatalf("flip at %d: noticed %v", at, noticed)
		}
		bad[at] = s.b[at]
	}
	if len(s.b)-gaps < 5*blockSize {
		t.Errorf("only %d bytes were flipped", len(s.b)-gaps)
	}
}

func TestCutAnywhereIsNoticed(t *testing.T) {
	s := newSubject(t, 4)
	for n := 0; n < len(s.b); n += 1 + n%7 {
		if !s.check(t, s.b[:n], "cut", n) {
			t.Fatalf("cut to %d bytes and nothing noticed", n)
		}
	}
	if !s.check(t, append(bytes.Clone(s.b), 0), "longer", len(s.b)) {
		t.Error("a byte more and nothing noticed")
	}
}

// TestTornFile has blocks that never reached the disk, and blocks of other places and files.
func TestTornFile(t *testing.T) {
	s, other := newSubject(t, 200), newSubject(t, 200)
	for at := 0; at+blockSize <= len(s.b); at += blockSize {
		if s.gap(at) {
			continue
		}
		for what, with := range map[string][]byte{
			"zeroes":             make([]byte, blockSize),
			"other file's block": other.b[at : at+blockSize],
			"next block":         append(bytes.Clone(s.b[at+blockSize:]), s.b...)[:blockSize],
		} {
			if bad := bytes.Clone(s.b); copy(bad[at:], with) > 0 && !bytes.Equal(bad, s.b) && !s.check(t, bad, what, at) {
				t.Errorf("%s at %d and nothing noticed", what, at)
			}
		}
	}
}

// TestDamageThenReload is what a caller sees of damage: nothing is found, Damaged says why, and Retain and Add mend it.
func TestDamageThenReload(t *testing.T) {
	for sec := secSources; sec < sections; sec++ {
		dir, m := t.TempDir(), newMaker(12)
		good, bad := m.entryOf(30), m.entryOf(300)
		s := openSet(t, dir)
		add(t, s, core.ID{1}, good)
		flush(t, s)
		add(t, s, core.ID{2}, bad)
		flush(t, s)
		spoilt := s.tables[slices.IndexFunc(s.tables, func(t *table) bool { return t.len() == 300 })]
		file, at := spoilt.path, int64(spoilt.spans[sec].at)+5
		s.Close()
		spoil(t, file, at)
		s = openSet(t, dir)
		for id := range places([]pack.Entry{bad}) {
			s.Lookup(&id)
		}
		for range s.Packs {
		}
		if known := s.Sources(); len(known) != 1 || known[0] != (core.ID{1}) || sec != secSums && sec != secSources && !s.Damaged() {
			t.Fatalf("section %d: sources %v, damaged %v", sec, known, s.Damaged())
		}
		wantContent(t, s, []pack.Entry{good}, bad.Footer.Segments[0].IDs...)
		if err := s.Retain([]core.ID{{1}, {2}}); err != nil || s.Damaged() {
			t.Fatalf("%v, damaged %v", err, s.Damaged())
		}
		if _, err := os.Stat(file); err == nil {
			t.Errorf("section %d: the damaged file is still there", sec)
		}
		add(t, s, core.ID{2}, bad)
		flush(t, s)
		wantContent(t, s, []pack.Entry{good, bad})
	}
}

// TestDamageFoundByMerging gives the damaged table up and merges the rest.
func TestDamageFoundByMerging(t *testing.T) {
	dir, m := t.TempDir(), newMaker(13)
	s := openSet(t, dir)
	var packs []pack.Entry
	for i := range maxTables + 1 {
		if i == 5 {
			spoil(t, s.tables[2].path, int64(s.tables[2].spans[secRecords].at)+100)
		}
		p := m.entryOf(10)
		packs = append(packs, p)
		add(t, s, core.ID{byte(i)}, p)
		flush(t, s)
	}
	if !s.Damaged() || len(s.tables) > maxTables || len(s.Sources()) != maxTables {
		t.Fatalf("damaged %v, %d tables of %d sources", s.Damaged(), len(s.tables), len(s.Sources()))
	}
	var left []pack.Entry
	for _, id := range s.Sources() {
		left = append(left, packs[id[0]])
	}
	wantContent(t, s, left)
}

// spoil flips a byte of a file.
func spoil(t *testing.T, file string, at int64) {
	t.Helper()
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var b [1]byte
	if _, err := f.ReadAt(b[:], at); err != nil {
		t.Fatal(err)
	}
	b[0] ^= 4
	if _, err := f.WriteAt(b[:], at); err != nil {
		t.Fatal(err)
	}
}

func TestForeignAndUnfinishedFiles(t *testing.T) {
	dir, m := t.TempDir(), newMaker(14)
	s := openSet(t, dir)
	add(t, s, core.ID{1}, m.entryOf(3))
	flush(t, s)
	s.Close()
	table, err := os.ReadFile(tableFiles(t, dir)[0])
	if err != nil {
		t.Fatal(err)
	}
	unfinished := append(make([]byte, blockSize), table[blockSize:]...)
	for name, f := range map[string]struct {
		data []byte
		age  time.Duration
		stay bool
	}{
		"being-written.table": {unfinished, 0, true},
		"just-begun.table":    {nil, 0, true},
		"left-over.table":     {unfinished, 48 * time.Hour, false},
		"torn.table":          {table[:len(table)-1], 0, false},
		"other-format.table":  {append([]byte("bpTable1"), table[8:]...), 0, false},
		"other.file":          {[]byte("not ours"), 48 * time.Hour, true},
		"zz-covered.table":    {table, 0, false},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, f.data, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, time.Time{}, time.Now().Add(-f.age)); err != nil {
			t.Fatal(err)
		}
		if err := openSet(t, dir).Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(path); (err == nil) != f.stay {
			t.Errorf("%s stays: %v", name, err == nil)
		}
		os.Remove(path)
	}
	other, err := OpenSet(dir, core.UUID{9})
	if err != nil || other.Len() != 0 || len(tableFiles(t, dir)) != 0 {
		t.Errorf("another repository's set opens with %v, %d files left", err, len(tableFiles(t, dir)))
	}
	other.Close()
}
