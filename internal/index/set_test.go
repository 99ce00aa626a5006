package index

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"backup_projeto/internal/core"
	"backup_projeto/internal/pack"
)

// machine checks a set against what its sources say.
type machine struct {
	maker
	dir    string
	s      *Set
	ids    []core.ID // few, and near each other, so that chunks stand in several places
	pool   []pack.Entry
	added  map[core.ID][]pack.Entry // all there ever were
	stored map[core.ID]bool         // those that must be there after a crash
}

func newMachine(rt *rapid.T, dir string) *machine {
	m := &machine{maker: newMaker(rapid.Uint64().Draw(rt, "seed")), dir: dir, added: map[core.ID][]pack.Entry{}, stored: map[core.ID]bool{}}
	for range 30 {
		id := m.id()
		near := id
		near[core.IDSize-1] ^= 2
		m.ids = append(m.ids, id, near)
	}
	for range 12 {
		n := m.IntN(20)
		var ids []core.ID
		for range n {
			ids = append(ids, m.ids[m.IntN(len(m.ids))])
		}
		m.pool = append(m.pool, m.entry(ids...))
	}
	twin := m.pool[0] // a pack about which index objects contradict one another
	twin.Footer = m.pool[1].Footer
	twin.Size += m.pool[1].Size
	m.pool = append(m.pool, twin)
	m.open(rt)
	return m
}

func (m *machine) open(t failer) {
	var err error
	if m.s, err = OpenSet(m.dir, testRepo); err != nil {
		t.Fatalf("%v", err)
	}
	m.s.bufferSize = 20 << 10
}

func (m *machine) reopen(t *rapid.T) {
	flush(t, m.s)
	for _, id := range m.s.Sources() {
		m.stored[id] = true
	}
	m.crash(t)
}

func (m *machine) crash(t *rapid.T) {
	if err := m.s.Close(); err != nil {
		t.Fatalf("%v", err)
	}
	if m.s.Has(&m.ids[0]) || m.s.Lookup(&m.ids[0]) != nil || m.s.Len() != 0 || m.s.Sources() != nil || !errors.Is(m.s.Flush(), errClosed) {
		t.Fatalf("a closed set holds something")
	}
	m.open(t)
	got := m.s.Sources()
	for id := range m.stored {
		if m.dir != "" && !slices.Contains(got, id) {
			t.Fatalf("%s was flushed and is not there", id.Short())
		}
	}
	if m.dir == "" {
		clear(m.stored)
	}
}

func (m *machine) add(t *rapid.T) {
	for range 1 + m.IntN(10) {
		source := m.id()
		var packs []pack.Entry
		for range m.IntN(4) {
			packs = append(packs, m.pool[m.IntN(len(m.pool))])
		}
		if m.IntN(5) == 0 {
			packs = append(packs, m.entryOf(m.IntN(300)))
		}
		m.added[source] = packs
		add(t, m.s, source, packs...)
	}
}

func (m *machine) retain(t *rapid.T) {
	before := m.s.Sources()
	listed := []core.ID{m.id()}
	for id := range m.added {
		if m.IntN(20) > 0 {
			listed = append(listed, id)
		} else {
			delete(m.added, id)
			delete(m.stored, id)
		}
	}
	if err := m.s.Retain(listed); err != nil {
		t.Fatalf("%v", err)
	}
	clear(m.stored)
	for _, id := range m.s.Sources() {
		if !slices.Contains(listed, id) || !slices.Contains(before, id) {
			t.Fatalf("%s is still covered", id.Short())
		}
		if i := slices.Index(listed, id); i >= 0 {
			listed = slices.Delete(listed, i, i+1)
		}
	}
	for _, id := range listed[1:] {
		add(t, m.s, id, m.added[id]...)
	}
	wantIDs(t, slices.Compact(slices.SortedFunc(slices.Values(m.s.Sources()), core.ID.Compare)), m.known())
}

func (m *machine) known() (out []core.ID) {
	for id := range m.added {
		out = append(out, id)
	}
	return out
}

func (m *machine) check(t *rapid.T) {
	var packs []pack.Entry
	for _, id := range m.s.Sources() {
		packs = append(packs, m.added[id]...)
	}
	want := places(packs)
	for i := range m.ids {
		if l := want[m.ids[i]]; l == nil && (m.s.Has(&m.ids[i]) || m.s.Lookup(&m.ids[i]) != nil) {
			t.Fatalf("absent %s is found", m.ids[i].Short())
		} else if l != nil {
			wantPlaces(t, m.s, m.ids[i], l)
		}
	}
	n := 0
	for range m.s.Packs {
		n++
	}
	distinct := slices.CompactFunc(slices.SortedFunc(slices.Values(packs), comparePacks), func(a, b pack.Entry) bool { return comparePacks(a, b) == 0 })
	if n != len(distinct) || m.s.Damaged() || len(m.s.tables) > maxTables || m.s.buf.size() > m.s.bufferSize {
		t.Fatalf("%d packs of %d, damaged %v, %d tables, buffer of %d", n, len(distinct), m.s.Damaged(), len(m.s.tables), m.s.buf.size())
	}
}

func comparePacks(a, b pack.Entry) int {
	if c := a.Name.Compare(b.Name); c != 0 {
		return c
	}
	return int(a.Size - b.Size)
}

func TestSetAgainstModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir := ""
		if rapid.Bool().Draw(rt, "folder") {
			dir = filepath.Join(t.TempDir(), "set")
		}
		m := newMachine(rt, dir)
		defer func() { m.s.Close(); os.RemoveAll(dir) }()
		rt.Repeat(map[string]func(*rapid.T){
			"add":    m.add,
			"flush":  func(t *rapid.T) { flush(t, m.s) },
			"reopen": m.reopen,
			"crash":  m.crash,
			"retain": m.retain,
			"":       m.check,
		})
	})
}

// TestManySmallAdds has thousands of index objects become a handful of files.
func TestManySmallAdds(t *testing.T) {
	dir, m := t.TempDir(), newMaker(4)
	s := openSet(t, dir)
	s.bufferSize = 100 << 10
	var packs []pack.Entry
	for range 2000 {
		p := m.entryOf(3)
		packs = append(packs, p)
		add(t, s, m.id(), p)
	}
	flush(t, s)
	if n := len(tableFiles(t, dir)); n > maxTables {
		t.Errorf("%d files", n)
	}
	if s.Len() != 6000 || len(s.Sources()) != 2000 {
		t.Errorf("%d records of %d sources", s.Len(), len(s.Sources()))
	}
	wantContent(t, s, packs, m.id())
	again := openSet(t, dir)
	wantContent(t, again, packs, m.id())
}

// TestOneLargeObject is larger than the buffer.
func TestOneLargeObject(t *testing.T) {
	dir, m := t.TempDir(), newMaker(5)
	s := openSet(t, dir)
	s.bufferSize = 1000
	packs := []pack.Entry{m.entryOf(500), m.entryOf(0), m.entryOf(700)}
	add(t, s, core.ID{1}, packs...)
	if !s.buf.empty() || len(tableFiles(t, dir)) != 1 {
		t.Errorf("%d bytes stay in memory", s.buf.size())
	}
	wantContent(t, s, packs)
}

// TestOneChunkManyTimes fills one bucket beyond its count.
func TestOneChunkManyTimes(t *testing.T) {
	m, s := newMaker(6), openSet(t, t.TempDir())
	common := m.id()
	packs := []pack.Entry{m.entryOf(200)}
	for range 300 {
		packs = append(packs, m.entry(common))
	}
	add(t, s, core.ID{1}, packs...)
	flush(t, s)
	wantContent(t, s, packs, m.id())
}

func TestAddRefuses(t *testing.T) {
	m, s := newMaker(7), openSet(t, "")
	p := m.entryOf(3)
	p.Footer.Segments[0].Lengths[0]++
	if err := s.Add(core.ID{1}, []pack.Entry{m.entryOf(2), p}); !errors.Is(err, ErrFormat) || s.Len() != 0 || len(s.Sources()) != 0 {
		t.Errorf("error %v, %d records added", err, s.Len())
	}
}

func TestConcurrently(t *testing.T) {
	s, m := openSet(t, t.TempDir()), newMaker(8)
	s.bufferSize = 30 << 10
	const workers, each = 4, 40
	var packs [workers][each]pack.Entry
	for w := range packs {
		for i := range packs[w] {
			packs[w][i] = m.entryOf(10)
		}
	}
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			absent := core.ID{byte(w), 1}
			for i, p := range packs[w] {
				add(t, s, core.ID{byte(w), byte(i)}, p)
				for _, q := range packs[w][:i+1] {
					if id := q.Footer.Segments[0].IDs[0]; !s.Has(&id) || len(s.Lookup(&id)) != 1 || s.Has(&absent) {
						t.Errorf("%s is not found once", id.Short())
					}
				}
				switch i % 10 {
				case w:
					flush(t, s)
				case 7:
					for range s.Packs { // may use the set
						s.Has(&absent)
					}
				case 9:
					_, _ = s.Sources(), s.Len()
				}
			}
		})
	}
	wg.Wait()
	wantContent(t, s, slices.Concat(packs[0][:], packs[1][:], packs[2][:], packs[3][:]))
}

func TestRetainWhileLookingUp(t *testing.T) {
	s, m := openSet(t, t.TempDir()), newMaker(9)
	stays := m.entryOf(50)
	add(t, s, core.ID{1}, stays)
	flush(t, s)
	done := make(chan bool)
	var wg sync.WaitGroup
	wg.Go(func() {
		for id := stays.Footer.Segments[0].IDs[0]; ; runtime.Gosched() {
			select {
			case <-done:
				return
			default:
				if len(s.Lookup(&id)) != 1 {
					t.Error("a retained chunk is not found")
				}
			}
		}
	})
	for range 30 {
		add(t, s, core.ID{2}, m.entryOf(20))
		flush(t, s)
		if err := s.Retain([]core.ID{{1}}); err != nil {
			t.Error(err)
		}
		wantIDs(t, s.Sources(), []core.ID{{1}})
	}
	close(done)
	wg.Wait()
	wantContent(t, s, []pack.Entry{stays})
}
