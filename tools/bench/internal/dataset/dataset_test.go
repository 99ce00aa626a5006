package dataset

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sample makes a folder of n files in some subfolders.
func sample(t *testing.T, n int) string {
	t.Helper()
	dir := t.TempDir()
	for i := range n {
		name := filepath.Join(dir, fmt.Sprint("d", i%7), fmt.Sprintf("f%03d.go", i))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, fmt.Appendf(nil, "package p\n\n// file %d\n", i), 0o444); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// contents reads a folder's files by their relative names.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	files, err := Files(dir)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		rel, _ := filepath.Rel(dir, name)
		out[rel] = string(data)
	}
	return out
}

func TestEdit(t *testing.T) {
	a, b := sample(t, 400), sample(t, 400)
	before := contents(t, a)
	for step := uint64(1); step <= 3; step++ {
		for _, dir := range []string{a, b} {
			if err := editFiles(dir, 0.05, step); err != nil {
				t.Fatal(err)
			}
		}
		after := contents(t, a)
		if got := contents(t, b); fmt.Sprint(got) != fmt.Sprint(after) {
			t.Fatalf("step %d changes two equal folders differently", step)
		}
		changed, gone, sameSize := 0, 0, 0
		for name, was := range before {
			is, ok := after[name]
			switch {
			case !ok:
				gone++
			case is != was:
				changed++
				if len(is) == len(was) {
					sameSize++
				}
			}
		}
		if changed != 18 || gone != 2 || sameSize != 2 || len(after) != 400 {
			t.Errorf("step %d: %d changed, %d of them in place, %d gone, %d files left", step, changed, sameSize, gone, len(after))
		}
		before = after
	}
	one := sample(t, 3)
	if err := editFiles(one, 0.01, 1); err != nil {
		t.Fatal(err)
	}
	if Same(sample(t, 3), one, true) == nil {
		t.Error("an edit of a small folder changes nothing")
	}
}

func TestSameAndLook(t *testing.T) {
	a := sample(t, 20)
	b := filepath.Join(t.TempDir(), "copy")
	if err := Copy(t.Context(), a, b); err != nil {
		t.Fatal(err)
	}
	if err := Same(a, b, false); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(filepath.Join(b, "more"), []byte("package p\n\n// file 0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if Same(a, b, false) == nil || Same(b, a, true) == nil {
		t.Error("a file too much is not seen")
	}
	if err := Same(a, b, true); err != nil {
		t.Error(err)
	}
	s, err := Look(b)
	if err != nil {
		t.Fatal(err)
	}
	if s.Files != 21 || s.Dirs != 8 || s.Bytes-s.Unique != 21 {
		t.Errorf("%+v", s)
	}
	if n, err := Size(b); n != s.Bytes || err != nil {
		t.Errorf("size %d, %v", n, err)
	}
	if n, err := Size(filepath.Join(b, "nothing")); n != 0 || err != nil {
		t.Errorf("the size of nothing is %d, %v", n, err)
	}
	if err := Remove(b); err != nil {
		t.Fatal(err)
	}
}

func TestMake(t *testing.T) {
	dir, runs := t.TempDir(), 0
	s := Set{Name: "x", recipe: "r", make: func(_ context.Context, to string) error {
		if runs++; runs == 1 {
			return os.ErrInvalid
		}
		return os.WriteFile(filepath.Join(to, "f"), nil, 0o600)
	}}
	if _, err := s.Make(t.Context(), dir); err == nil {
		t.Error("a failure is no error")
	}
	first, err := s.Make(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.Make(t.Context(), dir)
	if err != nil || again != first || runs != 2 {
		t.Errorf("made %d times, %s and %s, %v", runs, first, again, err)
	}
	s.recipe = "other"
	if other, err := s.Make(t.Context(), dir); err != nil || other == first {
		t.Errorf("another recipe gives the same folder: %v", err)
	}
}

func TestRecipes(t *testing.T) {
	if n := len(modules(true)); n != 5 {
		t.Errorf("%d modules in the small set", n)
	}
	for _, m := range modules(false) {
		if !strings.HasPrefix(m.Sum, "h1:") || m.Version == "" {
			t.Errorf("%+v", m)
		}
	}
	seen := map[string]bool{}
	for _, quick := range []bool{true, false} {
		for _, s := range Sets(quick) {
			key := s.Name + digest(s.recipe)
			if seen[key] && s.Name != "e" {
				t.Errorf("set %s is the same in small", s.Name)
			}
			seen[key] = true
		}
	}
}

// TestLarge checks what is written, without the database's program.
func TestLarge(t *testing.T) {
	s := sizes{media: 4000, logs: 40000, rows: 1001}
	var one, two bytes.Buffer
	for _, w := range []*bytes.Buffer{&one, &two} {
		if err := s.fill(w); err != nil {
			t.Fatal(err)
		}
	}
	if one.String() != two.String() {
		t.Error("two fills differ")
	}
	if n := strings.Count(one.String(), "INSERT"); n != 3 || !strings.HasSuffix(one.String(), "COMMIT; CREATE INDEX by_time ON orders (updated);\n") {
		t.Errorf("%d inserts in\n…%s", n, one.String()[one.Len()-200:])
	}
	if n := len(body(rand.New(rand.NewPCG(1, 1)))); n < 150 || n > 400 {
		t.Errorf("a document of %d bytes", n)
	}
	var log bytes.Buffer
	if err := writeLog(&log, 1, s.logs); err != nil {
		t.Fatal(err)
	}
	if log.Len() < 40000 || log.Len() > 41000 {
		t.Errorf("a log of %d bytes", log.Len())
	}
}
