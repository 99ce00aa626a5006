package parity

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

// scattered returns in how many percent of cases a pack is mended that has lost so many blocks at random. Whether it is depends on how many
// of a column are lost, and on nothing else: see TestAnyK.
func scattered(s Shape, lost int, r *rand.Rand) string {
	const rounds = 20_000
	mended := 0
	for range rounds {
		column, worst := make([]int, s.Columns()), 0
		seen := map[int]bool{}
		for len(seen) < min(lost, s.Blocks()) {
			if b := r.IntN(s.Blocks()); !seen[b] {
				seen[b] = true
				column[b%s.Columns()]++
				worst = max(worst, column[b%s.Columns()])
			}
		}
		if worst <= s.K {
			mended++
		}
	}
	if mended*1000 > rounds*999 {
		return "> 99.9 %"
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", 100*float64(mended)/rounds), ".0") + " %"
}

// TestDocumented compares what doc/format.md says that parity is good for with what the shapes give.
func TestDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../doc/format.md")
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		name  string
		size  int
		share Share
	}{{"64 KiB", 64 << 10, 200}, {"4 MiB", 4 << 20, 200}, {"16 MiB", 16 << 20, 200}, {"16 MiB", 16 << 20, 500}, {"16 MiB", 16 << 20, 1000}} {
		s, err := Fit(c.size, c.share)
		if err != nil {
			t.Fatal(err)
		}
		row := fmt.Sprintf("| %s | %d %% | %d | %d | %.1f %% | %d | %d KiB | %s, %s, %s |", c.name, c.share/100, s.K, s.Parity(),
			100*float64(s.Bytes())/float64(c.size), s.K, (s.Parity()-1)*Block>>10, scattered(s, 10, r), scattered(s, 20, r), scattered(s, 40, r))
		if !strings.Contains(string(doc), row) {
			t.Errorf("the document lacks\n%s", row)
		}
	}
}
