//go:build linux

package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"backup_projeto/tools/bench/internal/dataset"
	"backup_projeto/tools/bench/internal/measure"
	"backup_projeto/tools/bench/internal/report"
)

func TestParse(t *testing.T) {
	o, err := parse([]string{"-sets=a,c", "-s3=b, c", "-places=local,far", "-jobs=first,restore", "-also=old=x/y"})
	if err != nil {
		t.Fatal(err)
	}
	if !o.sets["a"] || !o.sets["c"] || len(o.sets) != 2 || len(o.s3) != 1 || !o.s3["c"] || len(o.jobs) != 2 || len(o.programs) != len(programNames) {
		t.Errorf("%+v", o)
	}
	if len(o.also) != 1 || o.also[0].name != "old" || !filepath.IsAbs(o.also[0].path) || !filepath.IsAbs(o.data) {
		t.Errorf("%+v, %s", o.also, o.data)
	}
	if o, err := parse([]string{"-places=local"}); err != nil || len(o.s3) != 0 {
		t.Errorf("S3 without a place on S3: %v", err)
	}
	for _, args := range [][]string{{"-sets=z"}, {"-jobs=firsts"}, {"-rounds=0"}, {"more"}, {"-also=x"}, {"-programs=rsync"}} {
		if _, err := parse(args); err == nil {
			t.Errorf("%q are taken", args)
		}
	}
}

func TestCountedOwn(t *testing.T) {
	out := `{"type":"created","repository":"x"}
{"type":"backup","requests":{"put":3,"get":2,"list":1},"seconds":0.1}
not JSON
`
	if n := countedOwn(out); n == nil || *n != 6 {
		t.Errorf("requests by kind give %v", n)
	}
	if n := countedOwn(`{"type":"backup","requests":7}`); n == nil || *n != 7 {
		t.Errorf("a number of requests gives %v", n)
	}
	if n := countedOwn(`{"type":"restore"}`); n != nil {
		t.Errorf("nothing said gives %d", *n)
	}
}

func TestReason(t *testing.T) {
	got := reason(errors.New("a /tmp/run-7/x "+strings.Repeat("é", 1000)+" end"), "/tmp/run-7")
	if !strings.HasPrefix(got, "a …/x é") || !strings.HasSuffix(got, "é end") || len([]rune(got)) > 310 {
		t.Errorf("%q", got)
	}
}

func TestAddRun(t *testing.T) {
	n := func(i int64) *int64 { return &i }
	var sum report.Run
	addRun(&sum, &report.Run{Seconds: 1, CPU: 2, Peak: 9, Stored: n(5)})
	addRun(&sum, &report.Run{Seconds: 2, CPU: 3, Peak: 4, Stored: n(6), Requests: n(1)})
	if sum.Seconds != 3 || sum.CPU != 5 || sum.Peak != 9 || *sum.Stored != 11 || *sum.Requests != 1 {
		t.Errorf("%+v", sum)
	}
}

func TestField(t *testing.T) {
	text := "processor\t: 0\nmodel name\t: A: B\nMemTotal:  123 kB\n"
	if a, b, c := field(text, "model name"), field(text, "MemTotal"), field(text, "x"); a != "A: B" || b != "123 kB" || c != "" {
		t.Errorf("%q %q %q", a, b, c)
	}
}

// copier is a made-up backup program of shell commands, with which the order of jobs and states is tested: each snapshot is a folder. It
// notes each command.
func copier(name, log string, fail bool) *program {
	sh := func(command string) func(s *scene) work {
		return func(s *scene) work {
			if fail {
				command = "echo broken >&2; exit 9"
			}
			return in(s.source, "/bin/sh", "-c", "echo "+name+" $JOB >> "+log+"; "+command)
		}
	}
	save := func(s *scene) work {
		return sh("ls " + s.repo() + " >> " + log + "; cp -a . " + s.repo() + "/" + archive(s.snapshot))(s)
	}
	return &program{
		name: name, path: "/bin/sh",
		create: func(s *scene) [][]string { return [][]string{{"/bin/mkdir", s.repo()}} },
		jobs: map[string]func(s *scene) work{
			report.First: save, report.Unchanged: save, report.Changed: save,
			report.Restore: func(s *scene) work { return in(s.target, "/bin/cp", "-a", s.repo()+"/"+archive(s.last)+"/.", ".") },
			report.Over:    func(s *scene) work { return in(s.target, "/bin/cp", "-a", s.repo()+"/"+archive(s.last)+"/.", ".") },
			report.One:     func(s *scene) work { return in(s.source, "/bin/cp", "-a", "--parents", s.file, s.target) },
		},
	}
}

// smallSeries is a series on a folder of 100 files.
func smallSeries(t *testing.T, programs []*program, jobs ...string) *series {
	t.Helper()
	pristine := t.TempDir()
	for i := range 100 {
		name := filepath.Join(pristine, string(rune('a'+i%20)), strings.Repeat("f", 1+i/20))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(strings.Repeat(name, 10)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	set := &dataset.Sets(true)[1] // for its edits
	b := &bench{rounds: 2, jobs: map[string]bool{}, programs: programs, root: t.TempDir(), limit: time.Minute, results: &report.Results{}, say: t.Logf,
		measure: measure.RunHere, settle: func(context.Context) error { return nil }}
	for _, j := range jobs {
		b.jobs[j] = true
	}
	return &series{bench: b, set: set, pristine: pristine, place: &place{name: report.Local}, source: filepath.Join(b.root, "source"), broken: map[string]bool{}}
}

// TestSeries checks that programs take turns, that each run starts from the state that its job needs, and that figures are kept.
func TestSeries(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	r := smallSeries(t, []*program{copier("one", log, false), copier("two", log, false), copier("bad", log, true)},
		report.First, report.Changed, report.Restore, report.Over, report.One)
	if err := r.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	said, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	// First: in an empty repository, in turns, the failing program only once. Changed: in one with the first snapshot.
	want := "one two bad one two one s1 two s1 one s1 two s1"
	if got := strings.Join(strings.Fields(string(said)), " "); got != want {
		t.Errorf("ran %s, want %s", got, want)
	}
	for _, job := range []string{report.First, report.Changed, report.Restore, report.Over, report.One} {
		for _, name := range []string{"one", "two"} {
			c := r.results.Find(report.Key{Set: "b", Place: report.Local, Job: job, Program: name})
			if c == nil || len(c.Runs) != 2 || c.Failed != "" {
				t.Errorf("%s of %s: %+v", job, name, c)
				continue
			}
			_, stored := c.Value(report.Stored)
			if stored != (job == report.First || job == report.Changed) {
				t.Errorf("%s stores: %v", job, stored)
			}
		}
	}
	c := r.results.Find(report.Key{Set: "b", Place: report.Local, Job: report.First, Program: "bad"})
	if c == nil || !strings.Contains(c.Failed, "ended with 9: broken") {
		t.Errorf("a failing program gives %+v", c)
	}
	if left, err := os.ReadDir(r.root); err != nil || slices.ContainsFunc(left, os.DirEntry.IsDir) {
		t.Errorf("left over: %v, %v", left, err)
	}
}

// TestWrongRestore checks that a program that restores something else has no figure.
func TestWrongRestore(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	p := copier("one", log, false)
	p.jobs[report.Restore] = func(s *scene) work { return in(s.target, "/bin/cp", "-a", s.repo()+"/"+archive(1)+"/.", ".") }
	r := smallSeries(t, []*program{p}, report.Restore)
	if err := r.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(r.results.Cells) != 1 || r.results.Cells[0].Failed == "" {
		t.Errorf("%+v", r.results.Cells)
	}
}

// TestStory checks that the steps of a story are added up.
func TestStory(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	r := smallSeries(t, []*program{copier("one", log, false), copier("bad", log, true)}, report.Story)
	r.set.Steps = 3
	if err := r.story(t.Context()); err != nil {
		t.Fatal(err)
	}
	said, _ := os.ReadFile(log)
	want := "one bad one s1 one s1 s2 one one s1 one s1 s2"
	if got := strings.Join(strings.Fields(string(said)), " "); got != want {
		t.Errorf("ran %s, want %s", got, want)
	}
	c := r.results.Find(report.Key{Set: "b", Place: report.Local, Job: report.Story, Program: "one"})
	size, err := dataset.Size(r.pristine)
	if err != nil || c == nil || len(c.Runs) != 2 {
		t.Fatalf("%+v, %v", c, err)
	}
	if stored, ok := c.Value(report.Stored); !ok || stored < 3*float64(size) || stored > 3.2*float64(size) {
		t.Errorf("three copies of %d bytes are %v", size, stored)
	}
}

// TestFloors runs the plain tools, which every Debian machine has but for zstd.
func TestFloors(t *testing.T) {
	programs := floors(find)
	if _, err := exec.LookPath("zstd"); err != nil {
		programs = programs[1:]
	}
	r := smallSeries(t, programs, report.First, report.Unchanged, report.Restore)
	if err := r.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, c := range r.results.Cells {
		if c.Failed != "" || len(c.Runs) != 2 {
			t.Errorf("%+v", c)
		}
	}
	if n := len(r.results.Cells); n < 4 {
		t.Errorf("%d figures", n)
	}
}
