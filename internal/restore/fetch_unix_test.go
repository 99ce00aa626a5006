//go:build linux || darwin

package restore

import (
	"context"
	"errors"
	"fmt"
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
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/tree"
)

// TestOnlyWhatDiffersIsFetched restores over older copies of one large file, which is several times the largest segment.
func TestOnlyWhatDiffersIsFetched(t *testing.T) {
	w := newWorld(t)
	data := random(1, 12<<20)
	m := w.save(file("big", data))
	for name, c := range map[string]struct {
		old   string
		least int64 // of the content must not be fetched
	}{
		"one byte":        {data[:5<<20] + "!" + data[5<<20+1:], 9 << 20},
		"cut short":       {data[:6<<20], 3 << 20},
		"longer":          {data + "more", 11 << 20},
		"inserted before": {random(2, 1000) + data, 9 << 20},
		"begins later":    {data[7<<20:], 2 << 20},
		"nothing alike":   {random(3, 12<<20), 0},
		"empty":           {"", 0},
	} {
		target := tempDir(t)
		write(t, filepath.Join(target, "big"), c.old)
		res := w.restore(m, Options{Target: target, Overwrite: true})
		wantTree(t, target, file("big", data))
		if saved := int64(len(data)) - res.Fetched + 1<<10; saved < c.least || c.least == 0 && saved > 2<<10 {
			t.Errorf("%s: fetched %d of %d", name, res.Fetched, len(data))
		}
		if res.Bytes != int64(len(data)) || res.Plan.Bytes != res.Bytes {
			t.Errorf("%s: %+v", name, res)
		}
	}
}

// TestSmallBatches has every file begin and end in another batch.
func TestSmallBatches(t *testing.T) {
	w := newWorld(t)
	in := some()
	for i := range 40 {
		in = append(in, file(fmt.Sprintf("more%d", i), random(uint64(i), 1000*i)))
	}
	m := w.save(in...)
	older := map[string]string{"big": random(1, 2<<20) + "!" + random(2, 1<<20), "more39": "x"}
	for _, l := range []limits{{1, 1, 1, 1, 1}, {3, 5, 2, 1, 1 << 20}, {7, 1000, 3, 1 << 10, 1 << 20}} {
		target := tempDir(t)
		for name, data := range older {
			write(t, filepath.Join(target, name), data)
		}
		j := newJob(w.r, m, Options{Target: target, Parallel: 4, Overwrite: true}, &listener{})
		j.limits = l
		must(t, j.run(t.Context()))
		wantTree(t, target, in...)
		wantNoTemps(t, target)
		if j.res.Files != 53 || len(j.res.Issues) > 0 {
			t.Errorf("%+v", j.res)
		}
	}
}

// TestEachSegmentOnce has many files share segments and counts how often each is read.
func TestEachSegmentOnce(t *testing.T) {
	w := newWorld(t)
	var in []node
	for i := range 300 {
		in = append(in, file(fmt.Sprintf("f%03d", i), random(uint64(i), 30000)), file(fmt.Sprintf("g%03d", i), random(uint64(i/2), 30000)))
	}
	m := w.save(in...)
	c := &counting{Repo: w.r, reads: map[string]int{}}
	j := newJob(c, m, Options{Target: tempDir(t), Parallel: 1}, &listener{})
	must(t, j.run(t.Context()))
	wantTree(t, j.o.Target, in...)
	for s, n := range c.reads {
		if n > 1 {
			t.Errorf("segment %s was read %d times", s, n)
		}
	}
	if len(c.reads) < 9 || c.calls > 3 {
		t.Errorf("%d segments in %d calls", len(c.reads), c.calls)
	}
}

// TestManyAskFewHold has more requests than workers, and no more workers than were asked for.
func TestManyAskFewHold(t *testing.T) {
	w := newWorld(t)
	var in []node
	for i := range 60 {
		in = append(in, file(fmt.Sprintf("f%03d", i), random(uint64(i), 500000)))
	}
	m := w.save(in...)
	c := &counting{Repo: w.r, reads: map[string]int{}, crowd: make(chan struct{})}
	j := newJob(c, m, Options{Target: tempDir(t), Parallel: 2}, &listener{})
	must(t, j.run(t.Context()))
	wantTree(t, j.o.Target, in...)
	if c.mostHolding > 2 || c.mostAsking <= 2 || c.mostAsking > 2*asked {
		t.Errorf("%d at once held what came, and %d asked", c.mostHolding, c.mostAsking)
	}
}

// counting counts what is read of a repository.
type counting struct {
	*repo.Repo
	mu                   sync.Mutex // guards the rest
	reads                map[string]int
	calls                int
	asking, mostAsking   int
	holding, mostHolding int
	crowd                chan struct{} // unless nil: nobody asks before three do; closed then
}

func (c *counting) ReadSegmentsInTurn(ctx context.Context, s []repo.Segment, turn func() error, fn func(int, []byte, error) error) error {
	c.mu.Lock()
	c.calls++
	for _, s := range s {
		c.reads[fmt.Sprint(s.Pack.Name.Short(), s.Number)]++
	}
	c.asking++
	if c.mostAsking = max(c.mostAsking, c.asking); c.asking == 3 && c.calls == 3 && c.crowd != nil {
		close(c.crowd)
	}
	c.mu.Unlock()
	if c.crowd != nil {
		select {
		case <-c.crowd:
		case <-time.After(30 * time.Second): // they never come
		}
	}
	held := 0
	err := c.Repo.ReadSegmentsInTurn(ctx, s, func() error {
		err := turn()
		c.mu.Lock()
		defer c.mu.Unlock()
		held = 1
		c.holding++
		c.mostHolding = max(c.mostHolding, c.holding)
		return err
	}, fn)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asking--
	c.holding -= held
	return err
}

// packPath is the file of a pack in a world's store.
func (w *world) packPath(name core.ID) string {
	return filepath.Join(w.store, filepath.FromSlash(repo.PackName(name)))
}

// place returns where the first chunk of an entry is.
func (w *world) place(m *snapshot.Manifest, path string) repo.Segment {
	w.t.Helper()
	e, err := w.r.Find(w.t.Context(), &m.Root, path)
	must(w.t, err)
	places := w.r.Lookup(&e.Content.IDs[0])
	if len(places) == 0 {
		w.t.Fatalf("%s is nowhere", path)
	}
	return places[0]
}

// flip damages a byte of a segment.
func (w *world) flip(s repo.Segment) {
	w.t.Helper()
	path := w.packPath(s.Pack.Name)
	data := []byte(read(w.t, path))
	data[s.Segment.Offset+int64(s.Segment.Stored)/2] ^= 1
	must(w.t, os.Chmod(path, 0o600))
	must(w.t, os.WriteFile(path, data, 0o600))
}

func TestDamagedChunk(t *testing.T) {
	w := newWorld(t)
	in := []node{file("hit", random(1, 3<<20)), file("big", random(2, 4<<20)), dir("d", file("fine", "fine"), linked(1, file("twin", random(1, 3<<20)))),
		linked(1, file("also", random(1, 3<<20)))}
	m := w.save(in...)
	w.flip(w.place(m, "hit"))
	target := tempDir(t)
	write(t, filepath.Join(target, "hit"), "old")
	res, err := w.restoreInto(m, Options{Target: target, Overwrite: true})
	wantCode(t, err, core.Damage, codeDamaged)
	if got := codes(res.Issues); !slices.Equal(got, []string{"also restore-damaged", "d/twin restore-damaged", "hit restore-damaged"}) {
		t.Errorf("issues %q", got)
	}
	for _, i := range res.Issues {
		if core.KindOf(i.Err) != core.Damage {
			t.Errorf("%v is of kind %d", i.Err, core.KindOf(i.Err))
		}
	}
	if got := read(t, filepath.Join(target, "hit")); got != "old" {
		t.Errorf("the old file is gone: %d bytes", len(got))
	}
	must(t, os.Remove(filepath.Join(target, "hit")))
	must(t, os.Chtimes(target, tm(dirTime), tm(dirTime)))
	wantTree(t, target, file("big", random(2, 4<<20)), dir("d", file("fine", "fine")))
	wantNoTemps(t, target)
}

// TestMissing takes away a pack, and then what the index says of a chunk.
func TestMissing(t *testing.T) {
	w := newWorld(t)
	m := w.save(file("gone", "gone"))
	m2 := w.save(file("gone", "gone"), file("here", "here"), file("mixed", "gone"))
	must(t, os.Remove(w.packPath(w.place(m, "gone").Pack.Name)))
	target := tempDir(t)
	res, err := w.restoreInto(m2, Options{Target: target})
	wantCode(t, err, core.Damage, codeDamaged)
	if got := codes(res.Issues); !slices.Equal(got, []string{"gone restore-damaged", "mixed restore-damaged"}) {
		t.Errorf("issues %q", got)
	}
	wantTree(t, target, file("here", "here"))

	unknown := file("unknown", "x")
	unknown.Content = tree.Content{IDs: []core.ID{{1}, {2}}}
	short := file("short", "1234")
	short.Size = 5
	long := file("long", "1234")
	long.Size = 3
	none := file("none", "")
	none.Size = 7
	m3 := w.save(unknown, short, long, none, file("fine", "fine"))
	target = tempDir(t)
	res, err = w.restoreInto(m3, Options{Target: target})
	wantCode(t, err, core.Damage, codeDamaged)
	if got := codes(res.Issues); len(got) != 4 || res.Files != 1 {
		t.Errorf("issues %q, %+v", got, res)
	}
	wantTree(t, target, file("fine", "fine"))
}

// TestDamagedFolder loses a folder's list, and nothing else.
func TestDamagedFolder(t *testing.T) {
	w := newWorld(t)
	bad := dir("bad")
	bad.Content = tree.Content{IDs: []core.ID{{9}}}
	m := w.save(bad, file("a", "a"), file("z", "z"))
	target := tempDir(t)
	for range 2 { // the second time over what the first made
		res, err := w.restoreInto(m, Options{Target: target})
		wantCode(t, err, core.Damage, codeDamaged)
		if got := codes(res.Issues); !slices.Equal(got, []string{"bad restore-damaged"}) {
			t.Errorf("issues %q", got)
		}
		wantTree(t, target, dir("bad"), file("a", "a"), file("z", "z"))
	}
	// What is asked for in it may well be there.
	for _, o := range []Options{{Paths: []string{"bad/wanted"}}, {Patterns: []string{"wanted"}}} {
		o.Target = tempDir(t)
		_, err := w.restoreInto(m, o)
		wantCode(t, err, core.Damage, codeDamaged)
	}
	_, err := w.restoreInto(m, Options{Target: tempDir(t), Paths: []string{"absent"}})
	wantCode(t, err, core.Usage, "no-path")
}

// TestElsewhere has a chunk in two packs, of which the first is damaged.
func TestElsewhere(t *testing.T) {
	w := newWorld(t)
	in := []node{file("a", random(1, 700<<10)), file("b", random(2, 700<<10)), file("c", random(3, 700<<10))}
	m := w.twice(in...)
	for _, damage := range []func(repo.Segment){w.flip, func(s repo.Segment) { must(t, os.Remove(w.packPath(s.Pack.Name))) }} {
		damage(w.place(m, "a"))
		target := tempDir(t)
		w.restore(m, Options{Target: target})
		wantTree(t, target, in...)
	}
}

// TestStoreFails ends with the store's own error.
func TestStoreFails(t *testing.T) {
	w := newWorld(t)
	m := w.save(file("a", random(1, 3<<20)), file("b", "b"))
	broken := core.Errorf(core.Destination, "store-network", "", "unreachable")
	j := newJob(&failing{Repo: w.r, at: 1, err: broken}, m, Options{Target: tempDir(t)}, &listener{})
	wantCode(t, j.run(t.Context()), core.Destination, "store-network")
	wantNoTemps(t, j.o.Target)
}

// failing gives an error, or calls do, where the segment number at would come.
type failing struct {
	*repo.Repo
	at  int64
	n   atomic.Int64
	err error
	do  func()
}

func (f *failing) ReadSegmentsInTurn(ctx context.Context, s []repo.Segment, turn func() error, fn func(int, []byte, error) error) error {
	return f.Repo.ReadSegmentsInTurn(ctx, s, turn, func(i int, raw []byte, err error) error {
		if f.n.Add(1) == f.at {
			if f.do != nil {
				f.do()
			} else {
				return f.err
			}
		}
		return fn(i, raw, err)
	})
}

// TestCancelAnywhere interrupts a restore over an older copy at every segment: each file is the old one or the new one.
func TestCancelAnywhere(t *testing.T) {
	w := newWorld(t)
	rng := rand.New(rand.NewPCG(1, 2))
	var in []node
	locked := dir("locked")
	locked.Mode = 0o555
	for i := range 60 {
		f := file(fmt.Sprintf("f%d", i), random(uint64(i), rng.IntN(200<<10)))
		in = append(in, f)
		locked.in = append(locked.in, f)
	}
	in = append(in, locked)
	m := w.save(in...)
	finished := false
	for at := int64(1); !finished; at++ {
		target := tempDir(t)
		for i := range 60 {
			if i%2 == 0 {
				write(t, filepath.Join(target, fmt.Sprintf("f%d", i)), "old")
			}
		}
		must(t, os.MkdirAll(filepath.Join(target, "locked"), 0o755))
		must(t, os.Chmod(filepath.Join(target, "locked"), 0o555))
		ctx, cancel := context.WithCancel(t.Context())
		j := newJob(&failing{Repo: w.r, at: at, do: cancel}, m, Options{Target: target, Overwrite: true}, &listener{})
		j.limits.jobMin = 1
		err := j.run(ctx)
		finished = ctx.Err() == nil
		cancel()
		if !finished && !errors.Is(err, context.Canceled) || finished && err != nil {
			t.Fatalf("at %d: %v", at, err)
		}
		if n := openFiles(t); n > 0 {
			t.Fatalf("at %d: %d open", at, n)
		}
		wantNoTemps(t, target)
		for _, d := range []string{target, filepath.Join(target, "locked")} {
			names, err := os.ReadDir(d)
			must(t, err)
			for _, e := range names {
				if e.IsDir() {
					continue
				}
				i := slices.IndexFunc(in, func(n node) bool { return n.Name == e.Name() })
				if got := read(t, filepath.Join(d, e.Name())); got != "old" && got != string(in[i].data) {
					t.Fatalf("at %d: %s holds %d bytes", at, e.Name(), len(got))
				}
			}
		}
		if st := lstat(t, filepath.Join(target, "locked")); st.Mode&0o777 != 0o555 {
			t.Errorf("at %d: the locked folder is %o", at, st.Mode)
		}
		if finished {
			wantTree(t, target, in...)
		} else if at == 2 { // and the next run completes it
			w.restore(m, Options{Target: target, Overwrite: true})
			wantTree(t, target, in...)
		}
	}
}

func TestCancelWhilePlanning(t *testing.T) {
	w := newWorld(t)
	m := w.save(some()...)
	target := tempDir(t)
	w.restore(m, Options{Target: target})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Run(ctx, w.r, m, Options{Target: target}, &listener{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestWrongContent has authentic segments that hold something else than their index says: only the writer's own mistake could.
func TestWrongContent(t *testing.T) {
	w := newWorld(t)
	m := w.save(file("a", random(1, 100<<10)), file("b", random(2, 50<<10)))
	at := w.place(m, "b")
	j := newJob(&lying{w.r, int(at.Offset)}, m, Options{Target: tempDir(t)}, &listener{})
	wantCode(t, j.run(t.Context()), core.Damage, codeDamaged)
	if got := codes(j.res.Issues); !slices.Equal(got, []string{"b restore-damaged"}) {
		t.Errorf("issues %q", got)
	}
	wantAmong(t, j.o.Target, file("a", random(1, 100<<10)))
	wantNoTemps(t, j.o.Target)
}

// lying changes a byte of each segment.
type lying struct {
	*repo.Repo
	at int
}

func (l *lying) ReadSegmentsInTurn(ctx context.Context, s []repo.Segment, turn func() error, fn func(int, []byte, error) error) error {
	return l.Repo.ReadSegmentsInTurn(ctx, s, turn, func(i int, raw []byte, err error) error {
		raw = slices.Clone(raw)
		raw[l.at] ^= 1
		return fn(i, raw, err)
	})
}
