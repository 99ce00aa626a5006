//go:build linux || darwin

package backup

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/meta"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/tree"
	"backup_projeto/internal/treetest"
)

// fill makes files with their own names as content; a name that ends in a slash makes a folder.
func fill(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, data := range files {
		path := filepath.Join(dir, name)
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, []byte(data), 0o644))
	}
}

// paths lists what a snapshot holds.
func paths(t *testing.T, r *repo.Repo, m *snapshot.Manifest) (out []string) {
	t.Helper()
	must(t, treetest.Walk(t.Context(), r, &m.Root, func(path string, _ *tree.Entry, err error) error {
		must(t, err)
		if path != "" {
			out = append(out, path)
		}
		return nil
	}))
	return out
}

const tag = "Signature: 8a477f597d28d172789f06886806bc55\n"

func TestWhatIsLeftOut(t *testing.T) {
	files := map[string]string{
		".backupignore": "*.log\n/build\n", "a.log": "1", "keep.txt": "2", "build/out": "3", "build/keep.txt": "4", "src/build/x": "5",
		"src/.backupignore": "!b.log\n", "src/b.log": "6", "src/c.log": "7", "node_modules/x/y": "8",
		"cache/CACHEDIR.TAG": tag, "cache/big": "9", "cache/sub/z": "10", "large": strings.Repeat("x", 5000),
	}
	dir := t.TempDir()
	fill(t, dir, files)
	for name, c := range map[string]struct {
		o    Options
		want []string
		out  map[string]int64
	}{
		"rules": {Options{}, []string{".backupignore", "cache", "cache/CACHEDIR.TAG", "keep.txt", "large", "node_modules", "node_modules/x", "node_modules/x/y",
			"src", "src/.backupignore", "src/b.log", "src/build", "src/build/x"}, map[string]int64{"*.log": 2, "/build": 1, "cachedir-tag": 1}},
		"flags": {Options{Exclude: []string{"node_modules", "src"}, Include: []string{"build/keep.txt", "cache/sub"}, MaxSize: 4999},
			[]string{".backupignore", "build", "build/keep.txt", "cache", "cache/CACHEDIR.TAG", "cache/sub", "cache/sub/z", "keep.txt"},
			map[string]int64{"*.log": 1, "/build": 1, "cachedir-tag": 1, "max-size": 1, "node_modules": 1, "src": 1}},
		"repository": {Options{Exclude: []string{"*"}, Include: []string{"/src"}, SkipPaths: []string{filepath.Join(dir, "src", "build")}},
			[]string{"src", "src/.backupignore", "src/b.log", "src/build", "src/c.log"}, map[string]int64{"*": 7, "repository": 1}},
	} {
		r := newRepo(t)
		o := options(dir)
		o.Exclude, o.Include, o.MaxSize, o.SkipPaths = c.o.Exclude, c.o.Include, c.o.MaxSize, c.o.SkipPaths
		for range 2 { // the second time with the local state
			res := save(t, r, o)
			if got := paths(t, r, res.Snapshot); !slices.Equal(got, c.want) {
				t.Errorf("%s:\n got %q\nwant %q", name, got, c.want)
			}
			out := map[string]int64{}
			for _, e := range res.Snapshot.Excluded {
				out[e.Rule] = e.Count
			}
			if !maps.Equal(out, c.out) {
				t.Errorf("%s: left out %v, want %v", name, out, c.out)
			}
			time.Sleep(30 * time.Millisecond)
		}
	}
}

// TestChangedRulesAreNoticed takes something out of a project whose files did not change, and brings it back.
func TestChangedRulesAreNoticed(t *testing.T) {
	r, dir := newRepo(t), t.TempDir()
	fill(t, dir, map[string]string{"a/x": "1", "a/y": "2", "b/z": "3"})
	settle()
	o := options(dir)
	for _, c := range []struct {
		exclude []string
		want    string
		removed int64
	}{{nil, "a a/x a/y b b/z", 0}, {[]string{"x"}, "a a/y b b/z", 1}, {[]string{"b"}, "a a/x a/y", 1}, {nil, "a a/x a/y b b/z", 0}} {
		o.Exclude = c.exclude
		res := save(t, r, o)
		if got := strings.Join(paths(t, r, res.Snapshot), " "); got != c.want || res.Snapshot.Counts.Removed != c.removed {
			t.Errorf("%v: %s, %+v", c.exclude, got, res.Snapshot.Counts)
		}
	}
}

// writing is a reporter that writes to a file whenever it is asked for the counters, as a backup asks after each chunk that it has read: so the file
// changes while it is read, however the goroutines come to run.
type writing struct {
	report.Discard
	t     *testing.T
	write func(f *os.File)

	mu sync.Mutex
	f  *os.File // guarded by mu
}

// writes returns a reporter that writes to the file at path.
func writes(t *testing.T, path string, flag int, write func(f *os.File)) *writing {
	t.Helper()
	f, err := os.OpenFile(path, flag|os.O_WRONLY, 0)
	must(t, err)
	t.Cleanup(func() { f.Close() })
	return &writing{t: t, write: write, f: f}
}

// Progress writes until the file's time says so: the system's clock for it stands still for milliseconds.
func (w *writing) Progress() *report.Progress {
	w.mu.Lock()
	defer w.mu.Unlock()
	mtime := func() time.Time {
		info, err := w.f.Stat()
		if err != nil {
			w.t.Error(err)
			return time.Time{}
		}
		return info.ModTime()
	}
	for before := mtime(); !before.IsZero() && mtime().Equal(before); {
		w.write(w.f)
	}
	return w.Discard.Progress()
}

// TestGrowingFile appends to a file without end while it is read: it is saved as it was before, which is no failure, and the rest is saved.
func TestGrowingFile(t *testing.T) {
	r, dir := newRepo(t), t.TempDir()
	before := strings.Repeat("line\n", 2_000_000)
	fill(t, dir, map[string]string{"log": before, "other": "x"})
	w := writes(t, filepath.Join(dir, "log"), os.O_APPEND, func(f *os.File) { f.WriteString("more\n") })
	res, err := Run(t.Context(), r, options(dir), w)
	must(t, err)
	if m := res.Snapshot; m.Partial() || len(res.Issues) != 0 || len(res.Grown) != 1 || res.Grown[0] != "log" {
		t.Errorf("unread: %v, grown: %v", m.Unread, res.Grown)
	}
	for _, name := range []string{"log", "other"} {
		e, err := r.Find(t.Context(), &res.Snapshot.Root, name)
		must(t, err)
		var got strings.Builder
		must(t, r.WriteFile(t.Context(), e, &got))
		if int64(got.Len()) != e.Size || e.Size == 0 {
			t.Errorf("%s: %d bytes, entry says %d", name, got.Len(), e.Size)
		}
		if rest, ok := strings.CutPrefix(got.String(), before); name == "log" && (!ok || strings.Trim(rest, "more\n") != "") {
			t.Errorf("the log is %d bytes and not what it was", got.Len())
		}
	}
	if again := save(t, r, options(dir)); len(again.Grown) != 0 || again.Snapshot.Counts.Changed == 0 {
		t.Errorf("the next backup: %+v", again.Snapshot.Counts)
	}
}

// TestTornFile writes in the midst of a file while it is read, and makes it longer: that is marked.
func TestTornFile(t *testing.T) {
	for _, grows := range []bool{false, true} {
		r, dir := newRepo(t), t.TempDir()
		fill(t, dir, map[string]string{"data": strings.Repeat("line\n", 2_000_000), "other": "x"})
		n := int64(0)
		w := writes(t, filepath.Join(dir, "data"), 0, func(f *os.File) {
			n++
			f.WriteAt([]byte(fmt.Sprint(n)), 0) // what has been read by then
			if grows {
				f.WriteAt([]byte("more"), 10_000_000+n)
			}
		})
		res, err := Run(t.Context(), r, options(dir), w)
		must(t, err)
		m := res.Snapshot
		if !m.Partial() || len(m.Unread) != 1 || m.Unread[0].Path != "data" || m.Unread[0].Reason != meta.ReasonTorn || len(res.Issues) != 1 || len(res.Grown) != 0 {
			t.Errorf("grows %v: unread: %v, grown: %v", grows, m.Unread, res.Grown)
		}
		e, err := r.Find(t.Context(), &m.Root, "data")
		must(t, err)
		var size counter
		if must(t, r.WriteFile(t.Context(), e, &size)); int64(size) != e.Size || e.Size == 0 {
			t.Errorf("%d bytes, entry says %d", size, e.Size)
		}
		if again := save(t, r, options(dir)); again.Snapshot.Partial() || again.Snapshot.Counts.Changed+again.Snapshot.Counts.New == 0 {
			t.Errorf("the next backup: %+v", again.Snapshot.Counts)
		}
	}
}

type counter int64

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }

// TestTruncatedWhileRead cuts a file short in the middle of reading it: what is saved is one of its states.
func TestTruncatedWhileRead(t *testing.T) {
	r, dir := newRepo(t), t.TempDir()
	fill(t, dir, map[string]string{"f": strings.Repeat("0123456789", 1_000_000)})
	go func() {
		for i := 900; i > 0; i-- {
			os.Truncate(filepath.Join(dir, "f"), int64(i)*10_000)
		}
	}()
	m := save(t, r, options(dir)).Snapshot
	e, err := r.Find(t.Context(), &m.Root, "f")
	must(t, err)
	var n counter
	must(t, r.WriteFile(t.Context(), e, &n))
}

// TestVanishing deletes folders and files while they are saved: they are not in the snapshot, and nothing is wrong with it.
func TestVanishing(t *testing.T) {
	for range 5 {
		r, dir := newRepo(t), t.TempDir()
		files := map[string]string{}
		for _, d := range strings.Split("abcdefghij", "") {
			for _, f := range strings.Split("klmnopqrst", "") {
				files[d+"/"+f+"/x"] = d + f
			}
		}
		fill(t, dir, files)
		go func() {
			for _, d := range strings.Split("jihgf", "") {
				os.RemoveAll(filepath.Join(dir, d))
			}
		}()
		res := save(t, r, options(dir))
		for _, u := range res.Snapshot.Unread {
			t.Errorf("%s is listed as unread: %s", u.Path, u.Detail)
		}
		got := paths(t, r, res.Snapshot)
		for name := range files {
			if name < "f" && !slices.Contains(got, name) {
				t.Errorf("%s is missing", name)
			}
		}
	}
}

// TestCancelled ends a backup at many moments: nothing is saved then, and the next one succeeds.
func TestCancelled(t *testing.T) {
	r, dir := newRepo(t), t.TempDir()
	files := map[string]string{}
	for i := range 400 {
		files[strings.Repeat("d/", i%7)+string(rune('a'+i%26))+string(rune('a'+i/26))] = strings.Repeat("content ", i*20)
	}
	fill(t, dir, files)
	for i := range 20 {
		ctx, cancel := contextAfter(t, time.Duration(i)*500*time.Microsecond)
		res, err := Run(ctx, r, options(dir), &report.Discard{})
		cancel()
		if err == nil {
			wantTree(t, r, res.Snapshot, dir)
		}
	}
	wantTree(t, r, save(t, r, options(dir)).Snapshot, dir)
}

// TestEstimate counts a project beside its first backup.
func TestEstimate(t *testing.T) {
	r, dir := newRepo(t), t.TempDir()
	fill(t, dir, map[string]string{"a/x": "12345", "a/y": "2", "b/z": "3", "c.log": "left out", ".backupignore": "*.log"})
	o, rep := options(dir), &report.Discard{}
	o.Estimate = true
	_, err := Run(t.Context(), r, o, rep)
	must(t, err)
	if p := rep.Progress(); p.TotalFiles.Load() != 6 || p.TotalBytes.Load() != 12 || p.Files.Load() != 6 || p.Bytes.Load() != 12 {
		t.Errorf("%d files, %d bytes expected; %d, %d done", p.TotalFiles.Load(), p.TotalBytes.Load(), p.Files.Load(), p.Bytes.Load())
	}
}

// TestInsideTheRepository saves a folder of the repository: it is refused, so that the repository does not grow into itself.
func TestInsideTheRepository(t *testing.T) {
	r, place := newRepo(t), t.TempDir()
	in := filepath.Join(place, "packs", "00")
	must(t, os.MkdirAll(in, 0o700))
	for _, root := range []string{place, in} {
		o := options(root)
		o.SkipPaths = []string{place}
		if _, err := Run(t.Context(), r, o, &report.Discard{}); core.CodeOf(err) != codeInside || core.KindOf(err) != core.Usage {
			t.Errorf("got %v", err)
		}
	}
}
