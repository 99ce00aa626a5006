package verify

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"backup_projeto/internal/backup"
	"backup_projeto/internal/core"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/report"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/tree"
)

// writeLive writes a project into a folder, with the date that the tests' snapshots have.
func writeLive(t *testing.T, src files) string {
	t.Helper()
	dir := t.TempDir()
	for path, content := range src {
		name := filepath.Join(dir, filepath.FromSlash(path))
		must(t, os.MkdirAll(filepath.Dir(name), 0o700))
		must(t, os.WriteFile(name, content, 0o600))
		must(t, os.Chtimes(name, time.Time{}, mtime))
	}
	return dir
}

func TestSampleLive(t *testing.T) {
	p := newPlace(t)
	src := project()
	p.save("1", src)
	dir := writeLive(t, src)
	o := Options{Sample: 100, Live: dir, LiveProject: core.UUID{1}}
	res := p.verify(o)
	p.want(res)
	if res.Sampled != 7 || res.SampledLive != 7 || len(res.Issues) != 0 {
		t.Errorf("%+v", res)
	}
	// Changed size, changed date, gone, a link in its place, changed without a trace.
	live := func(name string) string { return filepath.Join(dir, name) }
	must(t, os.WriteFile(live("a.bin"), []byte("short"), 0o600))
	must(t, os.Chtimes(live("a.bin"), time.Time{}, mtime))
	must(t, os.Chtimes(live("b.bin"), time.Time{}, mtime.Add(time.Second)))
	must(t, os.Remove(live("empty")))
	must(t, os.Rename(live("zz/last"), live("zz/other")))
	must(t, os.Symlink("other", live("zz/last")))
	flip(t, live("src/main.go"), 3)
	must(t, os.Chtimes(live("src/main.go"), time.Time{}, mtime))
	res = p.verify(o)
	p.want(res)
	if res.Sampled != 7 || res.SampledLive != 3 || len(res.Issues) != 1 || res.Issues[0].Path != "src/main.go" ||
		core.CodeOf(res.Issues[0].Err) != "live-differs" {
		t.Errorf("%+v", res)
	}
	for _, o := range []Options{{Sample: 100, Live: dir, LiveProject: core.UUID{2}}, {Sample: 100, Live: dir}, {Sample: 100, Live: live("none")}} {
		if res := p.verify(o); res.Sampled != 7 || res.SampledLive != 0 || len(res.Issues) != 0 {
			t.Errorf("%+v: %+v", o, res)
		}
	}
}

func TestLiveByPath(t *testing.T) {
	rule := newLive(Options{Live: filepath.FromSlash("/home/user/p/../p")})
	if m := newPlace(t).save("1", nil); rule.fits(m) != (filepath.Separator == '/') {
		t.Error(rule)
	}
}

// TestSampleIsLeftNowhere: the temporary folder is removed, whatever happened.
func TestSampleIsLeftNowhere(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	t.Setenv("TMP", temp)
	p := newPlace(t)
	src := project()
	p.save("1", src)
	p.verify(Options{Sample: 3})
	e := p.onlyPack(pack.Data)
	must(t, os.Remove(p.path(e.Name)))
	var who []string
	for path, content := range src {
		if len(content) > 0 {
			who = append(who, "1:"+path)
		}
	}
	res := p.verify(Options{Sample: 100})
	if len(res.Damaged) != 1 || int(res.Damaged[0].Total) != len(who) || res.Sampled != 1 { // the empty one
		t.Errorf("%+v", res)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Error(left, err)
	}
}

// TestNoRoomForSample: the error says so, and the damage that was found is told all the same.
func TestNoRoomForSample(t *testing.T) {
	p := newPlace(t)
	p.save("1", files{"a": random(1, 1000), "b": random(1, 1000)})
	e := p.onlyPack(pack.Data)
	flip(t, p.path(e.Name), e.Footer.Offsets()[0])
	gone := filepath.Join(t.TempDir(), "gone")
	t.Setenv("TMPDIR", gone)
	t.Setenv("TMP", gone)
	res, err := Run(t.Context(), p.open(""), Options{DataPercent: 100, Sample: 1}, &report.Discard{})
	if core.KindOf(err) != core.Source || core.CodeOf(err) != "sample-space" || res == nil {
		t.Fatal(res, err)
	}
	p.want(res, "packs pack-hash 1:a 1:b")
}

// TestReservoir: each file has the same chance.
func TestReservoir(t *testing.T) {
	counts := map[string]int{}
	for range 2000 {
		s := newSample(3)
		for _, name := range strings.Split("abcdefghij", "") {
			s.offer(&folder{snap: &snap{}, path: "d"}, &tree.Entry{Name: name})
		}
		if len(s.files) != 3 {
			t.Fatal(s.files)
		}
		for _, f := range s.files {
			counts[f.path]++
		}
	}
	for name, n := range counts {
		if n < 450 || n > 750 { // 600 expected, 20.5 is one standard deviation
			t.Errorf("%s: %d", name, n)
		}
	}
	if len(counts) != 10 {
		t.Error(counts)
	}
}

func TestSparseWriter(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		f, err := os.Create(filepath.Join(t.TempDir(), "f"))
		must(t, err)
		defer f.Close()
		w := &sparseWriter{f: f}
		var want []byte
		for range 8 {
			part := make([]byte, rng.IntN(20_000))
			for at := 0; at < len(part); at += 1 + rng.IntN(9000) {
				part[at] = byte(rng.IntN(2))
			}
			n, err := w.Write(part)
			if n != len(part) || err != nil {
				t.Fatal(n, err)
			}
			want = append(want, part...)
		}
		must(t, f.Truncate(int64(len(want))))
		got, err := io.ReadAll(io.NewSectionReader(f, 0, int64(len(want))))
		if err != nil || !bytes.Equal(got, want) {
			t.Fatal("the file differs", err)
		}
	}
}

// TestCompareNotices that what stands on the disk is not what was saved.
func TestCompareNotices(t *testing.T) {
	p := newPlace(t)
	src := files{"f": append(make([]byte, 8192), random(1, 60_000)...)}
	m := p.save("1", src)
	r := p.open("")
	p.load(r)
	e, err := r.Find(t.Context(), &m.Root, "f")
	must(t, err)
	if len(e.Holes) != 1 {
		t.Fatal(e.Holes)
	}
	for _, at := range []int{-1, 8192, 60_000} {
		f, err := os.Create(filepath.Join(t.TempDir(), "f"))
		must(t, err)
		content := bytes.Clone(src["f"])
		if at >= 0 {
			content[at] ^= 1
		}
		_, err = f.Write(content)
		must(t, err)
		v := &run{r: r, damaged: map[string]*Damaged{}}
		v.packs.all = map[core.ID]*packState{}
		must(t, v.compare(t.Context(), f, &sampled{snap: &snap{id: m.ID}, path: "f", entry: *e}))
		if len(v.damaged) != map[bool]int{true: 1}[at >= 0] || v.res.Sampled != 1 {
			t.Errorf("%d: %v", at, v.damaged)
		}
		for _, d := range v.damaged {
			if core.CodeOf(d.Err) != "sample-differs" || d.Total != 1 {
				t.Errorf("%+v", d)
			}
		}
		f.Close()
	}
}

// TestRealBackup verifies what a backup of a real folder saved, against that folder.
func TestRealBackup(t *testing.T) {
	src := project()
	for i := range 300 {
		src[fmt.Sprintf("many/%d/f%d", i%7, i)] = fmt.Append(nil, strings.Repeat("line\n", i), i)
	}
	dir := writeLive(t, src)
	p := newPlace(t)
	r := p.open(p.cache)
	p.load(r)
	_, err := backup.Run(t.Context(), r, backup.Options{Root: dir, Project: snapshot.Project{ID: core.UUID{5}, Name: "p"}}, &report.Discard{})
	must(t, err)
	for _, project := range []core.UUID{{}, {5}} {
		res := p.verify(Options{DataPercent: 100, Sample: 1000, Live: dir, LiveProject: project})
		p.want(res)
		if n := int64(len(src)); res.Sampled != n || res.SampledLive != n || len(res.Issues) != 0 || res.PacksRead != res.PacksTotal {
			t.Errorf("%+v", res)
		}
	}
}
