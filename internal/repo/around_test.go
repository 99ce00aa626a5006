package repo

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	broken "backup_projeto/internal/storage/faulty"
)

// TestReadAround loses sectors of an object: all others are read, in few reads, whether or not a read that fails gives what came before.
func TestReadAround(t *testing.T) {
	const size = 16<<20 + 100
	blocks := size/broken.SectorSize + 1
	data := make([]byte, size)
	r := rand.New(rand.NewPCG(1, 4))
	for i := range data {
		data[i] = byte(r.Uint32()) | 1 // no zero
	}
	run := make([]int, 84)
	for i := range run {
		run[i] = 1000 + i
	}
	for what, lose := range map[string][]int{
		"first": {0}, "last": {blocks - 1}, "both ends": {0, blocks - 1}, "neighbours": {7, 8}, "a run": run, "scattered": r.Perm(blocks)[:82],
	} {
		for _, coarse := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/%v", what, coarse), func(t *testing.T) {
				s := broken.NewSectors(broken.NewMemory())
				s.Coarse = coarse
				must(t, s.Put(t.Context(), "packs/x", data))
				s.Lose("packs/x", lose...)
				want := bytes.Clone(data)
				for _, n := range lose {
					clear(want[n*broken.SectorSize : min((n+1)*broken.SectorSize, size)])
				}
				got, err := (&Repo{store: s}).readAround(t.Context(), "packs/x", size)
				must(t, err)
				if !bytes.Equal(got, want) {
					t.Error("something else was read")
				}
				reads, failed := s.Reads()
				if most := 40 * len(lose); reads > most || failed > most {
					t.Errorf("%d reads for %d sectors, %d failed", reads, len(lose), failed)
				}
			})
		}
	}
}

// TestReadAroundEnds: reading around a disk that gives nothing, or next to nothing, comes to an end, and what it gave is kept.
func TestReadAroundEnds(t *testing.T) {
	const blocks = 8192
	for what, c := range map[string]struct{ good, most int }{"nothing": {0, maxInVain}, "one in seven": {7, maxFailed}} {
		t.Run(what, func(t *testing.T) {
			s := broken.NewSectors(broken.NewMemory())
			data := bytes.Repeat([]byte{1}, blocks*broken.SectorSize)
			must(t, s.Put(t.Context(), "packs/x", data))
			for n := range blocks {
				if c.good == 0 || n%c.good != 3 {
					s.Lose("packs/x", n)
				}
			}
			got, err := (&Repo{store: s}).readAround(t.Context(), "packs/x", int64(len(data)))
			must(t, err)
			if _, failed := s.Reads(); failed > c.most {
				t.Errorf("%d reads failed", failed)
			}
			if len(got) != len(data) || c.good > 0 && bytes.Count(got, []byte{1}) < 50*broken.SectorSize {
				t.Errorf("%d bytes, of which %d were read", len(got), bytes.Count(got, []byte{1}))
			}
		})
	}
}
