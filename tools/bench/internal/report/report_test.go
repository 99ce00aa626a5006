package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func ptr(n int64) *int64 { return &n }

// example is a run of the benchmark with a cell for each case.
func example() *Results {
	r := &Results{
		Started: time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC), Rounds: 3,
		Machine:  Machine{System: "linux/amd64", CPU: "a <fast> one", Cores: 2, Memory: 24 << 30, FileSystem: "ext4"},
		Programs: []Program{{Name: Own, Version: "dev"}, {Name: Restic, Version: "restic 0.14.0"}, {Name: "borg"}, {Name: "tar|zstd", Floor: true}, {Name: "find", Floor: true}},
		Sets:     []Set{{Name: "a", Title: "many small files", Files: 106903, Dirs: 9, Bytes: 1.8e9, Unique: 1.38e9}},
	}
	add := func(place, job, program string, stored, requests *int64, seconds ...float64) {
		c := r.Cell(Key{"a", place, job, program})
		for i, s := range seconds {
			c.Runs = append(c.Runs, Run{Seconds: s, CPU: 2 * s, Peak: int64(i+1) * 50e6, Stored: stored, Requests: requests})
		}
	}
	add(Local, First, Own, ptr(400e6), ptr(30), 5, 4, 6)
	add(Local, First, Restic, ptr(500e6), nil, 12, 13, 20)
	add(Local, First, "tar|zstd", ptr(600e6), nil, 8, 8, 8)
	add(Local, Unchanged, Own, nil, nil, 0.6)
	add(Local, Unchanged, "find", nil, nil, 0.3)
	add(S3, Open, Own, nil, nil, 0.1)
	add(FarS3, Open, Own, nil, nil, 0.3)
	add(S3, One, Own, nil, nil, 0.2)
	add(FarS3, One, Own, nil, nil, 0.56)
	r.Cell(Key{"a", Local, First, "borg"}).Failed = "it broke\nbadly"
	r.Judge()
	return r
}

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		in   []float64
		want float64
	}{{[]float64{3}, 3}, {[]float64{9, 1}, 5}, {[]float64{9, 1, 2}, 2}, {[]float64{4, 1, 3, 2}, 2.5}} {
		before := append([]float64(nil), c.in...)
		if got := Median(c.in); got != c.want {
			t.Errorf("the median of %v is %v", c.in, got)
		}
		if !reflect.DeepEqual(before, c.in) {
			t.Errorf("%v was sorted to %v", before, c.in)
		}
	}
}

func TestCell(t *testing.T) {
	r := example()
	c := r.Find(Key{"a", Local, First, Own})
	for m, want := range map[Metric]float64{Seconds: 5, CPU: 10, Peak: 100e6, Stored: 400e6, Requests: 30} {
		if got, ok := c.Value(m); got != want || !ok {
			t.Errorf("%s is %v, %v", m, got, ok)
		}
	}
	if least, most, ok := c.Span(Seconds); least != 4 || most != 6 || !ok {
		t.Errorf("from %v to %v", least, most)
	}
	c.Runs[1].Stored = nil
	if _, ok := c.Value(Stored); ok {
		t.Error("a run that lacks a figure has one")
	}
	for _, k := range []Key{{"a", Local, First, "borg"}, {"b", Local, First, Own}} {
		if _, ok := r.Find(k).Value(Seconds); ok {
			t.Errorf("%v has a figure", k)
		}
	}
}

func TestJudge(t *testing.T) {
	r := example()
	want := map[string]struct {
		is      float64
		reached bool
	}{
		"first backup of many small files, against tar | zstd": {5.0 / 8, true},
		"first backup of many small files, against restic":     {5.0 / 13, true},
		"nothing changed, against find":                        {2, false},
		"stored of many small files, against restic":           {0.8, true},
		"peak memory of a first backup, many files, MB":        {100, true},
		"one file from far S3, round trips after opening":      {4, true}, // (0.36 − 0.20) / 0.04
	}
	for _, v := range r.Verdicts {
		w, ok := want[v.Goal]
		switch {
		case !ok:
			if v.Is != nil || v.Reached {
				t.Errorf("%q was measured: %v", v.Goal, *v.Is)
			}
		case v.Is == nil || math.Abs(*v.Is-w.is) > 1e-9 || v.Reached != w.reached:
			t.Errorf("%q: %+v, want %v", v.Goal, v, w)
		}
		delete(want, v.Goal)
	}
	if len(want) > 0 {
		t.Errorf("no verdict on %v", want)
	}
}

// TestGoalsAreMeasured checks that each goal speaks of jobs and places that exist.
func TestGoalsAreMeasured(t *testing.T) {
	for _, g := range goals {
		if !slices.Contains(Jobs, g.at.Job) || g.at.Program != Own || g.limit <= 0 || g.text == "" {
			t.Errorf("%+v", g)
		}
	}
}

func TestMarkdown(t *testing.T) {
	var b bytes.Buffer
	if err := example().WriteMarkdown(&b); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"| a | many small files | 106,903 | 1.80 GB | 1.38 GB |",
		"| a, local | first backup | backup_projeto | 5.00 | 4.00–6.00 | 10.0 | 100 MB | 400 MB | 30 |  |  |",
		"|  |  | restic | 13.0 | 12.0–20.0 | 26.0 | 100 MB | 500 MB |  | 0.38 | 0.80 |",
		`|  |  | tar\|zstd | 8.00 | 8.00–8.00 | 16.0 | 100 MB | 600 MB |  | 0.62 | 0.67 |`,
		"|  | first backup | borg | failed |  |  |  |  |  |  |  |",
		"Failed: a, local, first backup, borg: it broke badly",
		"| nothing changed, against find | 1.50 | 2.00 | missed |",
		"| verify all data, against restic | 0.70 |  | not measured |",
	} {
		if !strings.Contains(b.String(), line+"\n") && !strings.Contains(b.String(), strings.Replace(line, "|  | first", "| a, local | first", 1)+"\n") {
			t.Errorf("no line %q in\n%s", line, b.String())
		}
	}
}

func TestJSON(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.json")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	want := example()
	if err := want.WriteJSON(f); err != nil {
		t.Fatal(err)
	}
	f.Close()
	got, err := ReadJSON(path)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v came back as %+v, %v", want, got, err)
	}
}

// TestPicture checks that the picture is XML with a bar for each cell that has a time.
func TestPicture(t *testing.T) {
	var b bytes.Buffer
	if err := example().WritePicture(&b, "a"); err != nil {
		t.Fatal(err)
	}
	bars, shown := 0, b.String()
	for d := xml.NewDecoder(&b); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, shown)
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "rect" {
			bars++
		}
	}
	if bars != 1+9 {
		t.Errorf("%d bars in\n%s", bars-1, shown)
	}
	for _, s := range []string{"13.0 s  (2.60×)", ">5.00 s<", "S3, 40 ms away", "width='360.0'"} {
		if !strings.Contains(shown, s) {
			t.Errorf("no %q in\n%s", s, shown)
		}
	}
}

func TestWords(t *testing.T) {
	for v, want := range map[float64]string{0: "0.000", 0.0123: "0.012", 0.123: "0.12", 1.005: "1.00", 12.345: "12.3", 123.4: "123", 99.96: "100"} {
		if got := short(v); got != want {
			t.Errorf("%v is shown as %s", v, got)
		}
	}
	for v, want := range map[float64]string{999: "999 B", 1000: "1.00 kB", 1.5e6: "1.50 MB", 2.345e9: "2.35 GB", 999999: "1.00 MB"} {
		if got := size(v); got != want {
			t.Errorf("%v bytes are shown as %s", v, got)
		}
	}
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1000: "-1,000"} {
		if got := thousands(n); got != want {
			t.Errorf("%d is shown as %s", n, got)
		}
	}
}
