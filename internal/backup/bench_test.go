//go:build linux || darwin

package backup

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/storage/local"
)

// The tree that is saved: folders as in source code.
const (
	benchDirs  = 400
	benchFiles = 10 // in each
)

func benchTree(b *testing.B) string {
	b.Helper()
	dir := b.TempDir()
	for d := range benchDirs {
		sub := filepath.Join(dir, fmt.Sprint("p", d/20), fmt.Sprint("q", d%20))
		if err := os.MkdirAll(sub, 0o755); err != nil {
			b.Fatal(err)
		}
		for f := range benchFiles {
			data := make([]byte, 0, 4000)
			for len(data) < 300*(f+1) {
				data = fmt.Appendf(data, "func f%d_%d_%d() int { return %d }\n", d, f, len(data), d*f)
			}
			if err := os.WriteFile(filepath.Join(sub, fmt.Sprint("f", f, ".go")), data, 0o644); err != nil {
				b.Fatal(err)
			}
		}
	}
	settle()
	return dir
}

func benchRepo(b *testing.B) *repo.Repo {
	b.Helper()
	s, err := local.New(filepath.Join(b.TempDir(), "store"))
	if err != nil {
		b.Fatal(err)
	}
	if err := s.Ensure(b.Context()); err != nil {
		b.Fatal(err)
	}
	c, err := repo.Create(b.Context(), s, "", "bench", repo.Options{Cache: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := c.Repo.LoadIndex(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { c.Repo.Close(); s.Close() })
	return c.Repo
}

func benchSave(b *testing.B, r *repo.Repo, o Options) {
	b.Helper()
	if _, err := Run(b.Context(), r, o, &report.Discard{}); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkUnchanged is a backup of a tree in which nothing changed: the walk, and a snapshot.
func BenchmarkUnchanged(b *testing.B) {
	dir, r := benchTree(b), benchRepo(b)
	benchSave(b, r, options(dir))
	b.ReportAllocs()
	for b.Loop() {
		benchSave(b, r, options(dir))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(benchDirs*(benchFiles+1)), "ns/entry")
}

// BenchmarkUnchangedDry is the walk alone.
func BenchmarkUnchangedDry(b *testing.B) {
	dir, r := benchTree(b), benchRepo(b)
	o := options(dir)
	benchSave(b, r, o)
	o.DryRun = true
	b.ReportAllocs()
	for b.Loop() {
		benchSave(b, r, o)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(benchDirs*(benchFiles+1)), "ns/entry")
}

// BenchmarkFirst saves everything to a new repository each time.
func BenchmarkFirst(b *testing.B) {
	dir := benchTree(b)
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		r := benchRepo(b)
		b.StartTimer()
		benchSave(b, r, options(dir))
	}
}
