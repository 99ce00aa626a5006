package parity

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
)

// sample returns a pack and its name.
func sample(size int, seed uint64) ([]byte, core.ID) {
	r := rand.New(rand.NewPCG(seed, 1))
	b := make([]byte, 0, size+8)
	for len(b) < size {
		b = binary.LittleEndian.AppendUint64(b, r.Uint64())
	}
	b = b[:size]
	return b, crypto.Hash(b)
}

func encoded(t testing.TB, data []byte, name core.ID, k int) []byte {
	t.Helper()
	object, err := Encode(nil, name, data, k)
	if err != nil {
		t.Fatal(err)
	}
	if s := (Shape{len(data), k}); len(object) != s.Bytes() {
		t.Fatalf("%d bytes, the shape says %d", len(object), s.Bytes())
	}
	return object
}

// fill damages a block of the pack.
func fill(data []byte, block int) {
	for i := block * Block; i < min((block+1)*Block, len(data)); i++ {
		data[i] ^= 0x5a
	}
}

func mustMend(t *testing.T, name core.ID, size, k int, want, data, object []byte) *Mended {
	t.Helper()
	m, err := Mend(name, size, k, data, object)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(m.Data, want) {
		t.Fatal("what was mended is not the pack")
	}
	return m
}

func TestFit(t *testing.T) {
	for _, c := range []struct {
		size       int
		share      Share
		k, columns int
	}{
		{1, 1, 1, 1}, {8192, 200, 1, 1}, {100 * Block, 200, 2, 1}, {4 << 20, 200, 5, 5}, {16 << 20, 200, 5, 17}, {64 << 20, 200, 5, 66},
		{core.MaxPack - 1<<20, Whole, 128, 126}, {16 << 20, 1000, 23, 18}, {16 << 20, Whole, 128, 32}, {5000, Whole, 2, 1}, {16 << 20, 1, 1, 17},
	} {
		s, err := Fit(c.size, c.share)
		if err != nil || s.K != c.k || s.Columns() != c.columns {
			t.Errorf("%d bytes at %d: %+v, %d columns, %v", c.size, c.share, s, s.Columns(), err)
		}
		if s.Bytes() > core.MaxObject {
			t.Errorf("%d bytes at %d: an object of %d bytes", c.size, c.share, s.Bytes())
		}
		if lost := float64(s.Parity()) / float64(s.Blocks()); lost < float64(c.share)/float64(Whole) {
			t.Errorf("%d bytes at %d: only %f", c.size, c.share, lost)
		}
	}
	if s, err := Fit(core.MaxPack, Whole); err != nil || s.Bytes() > core.MaxObject || s.K < 126 {
		t.Errorf("the largest: %+v, %v", s, err)
	}
	for _, c := range []struct {
		size  int
		share Share
	}{{0, 200}, {core.MaxPack + 1, 200}, {8192, 0}, {8192, -1}, {8192, Whole + 1}} {
		if s, err := Fit(c.size, c.share); err == nil {
			t.Errorf("%d bytes at %d: %+v", c.size, c.share, s)
		}
	}
}

// TestAnyK damages, for shapes of all kinds, as many blocks of a column as parity makes up for, of the pack and of the parity, in columns at
// the edges; and then one more.
func TestAnyK(t *testing.T) {
	for i, s := range []Shape{{1, 1}, {Block, 1}, {Block + 1, 3}, {8192, 1}, {100 * Block, 2}, {1<<20 - 5, 5}, {255 * Block, 1}, {256 * Block, 1},
		{4<<20 + 17, 5}, {130 * Block, 128}} {
		t.Run(fmt.Sprintf("%d-%d", s.Size, s.K), func(t *testing.T) {
			data, name := sample(s.Size, uint64(i))
			object := encoded(t, data, name, s.K)
			r := rand.New(rand.NewPCG(9, uint64(i)))
			for _, column := range []int{0, s.Columns() - 1} {
				var blocks []int
				for b := column; b < s.Blocks(); b += s.Columns() {
					blocks = append(blocks, b)
				}
				for p := column; p < s.Parity(); p += s.Columns() {
					blocks = append(blocks, s.Blocks()+p)
				}
				r.Shuffle(len(blocks), func(i, j int) { blocks[i], blocks[j] = blocks[j], blocks[i] })
				bad, torn, lost := bytes.Clone(data), bytes.Clone(object), 0
				harm := func(b int) {
					if b < s.Blocks() {
						lost++
						fill(bad, b)
					} else {
						fill(torn[s.table():len(torn)-s.table()], b-s.Blocks())
					}
				}
				for _, b := range blocks[:s.K] {
					harm(b)
				}
				m := mustMend(t, name, s.Size, s.K, data, bad, torn)
				if m.Lost != lost || m.Spare != 0 {
					t.Errorf("%d lost, %d to spare", m.Lost, m.Spare)
				}
				harm(blocks[s.K])
				var beyond *Beyond
				if _, err := Mend(name, s.Size, s.K, bad, torn); lost > 0 && !errors.As(err, &beyond) {
					t.Errorf("beyond the limit: %v", err)
				} else if lost > 0 && (beyond.Worst != s.K+1 || beyond.Lost != s.K+1) {
					t.Errorf("beyond the limit: %v", err)
				}
			}
		})
	}
}

// TestRuns loses a run of as many bytes as the shape promises, from every offset within a block, and cuts the tail.
func TestRuns(t *testing.T) {
	data, name := sample(1<<20, 3)
	s, err := Fit(len(data), 500)
	if err != nil {
		t.Fatal(err)
	}
	object := encoded(t, data, name, s.K)
	n := (s.Parity()-1)*Block + 1
	for from := 0; from+n <= len(data); from += 10007 {
		bad := bytes.Clone(data)
		clear(bad[from : from+n])
		mustMend(t, name, 0, s.K, data, bad, object)
	}
	m := mustMend(t, name, 0, s.K, data, data[:len(data)-s.Parity()*Block], object)
	if m.Lost != s.Parity() {
		t.Errorf("%d blocks were cut off, of %d", m.Lost, s.Parity())
	}
	if _, err := Mend(name, 0, s.K, data[:len(data)-s.Parity()*Block-1], object); err == nil {
		t.Error("more was cut off than parity makes up for")
	}
	mustMend(t, name, 0, s.K, data, append(bytes.Clone(data), "what was appended"...), object)
}

// TestLostPack makes a pack from its parity alone, where that is as large as the pack.
func TestLostPack(t *testing.T) {
	data, name := sample(3<<20+5, 4)
	s, err := Fit(len(data), Whole)
	if err != nil {
		t.Fatal(err)
	}
	mustMend(t, name, 0, s.K, data, nil, encoded(t, data, name, s.K))
}

// TestTables damages the table: one copy may be lost entirely, and of both, pages; with one page lost in both what it says is missing, and
// the pack is mended where the damage is elsewhere, or nothing but the page is damaged.
func TestTables(t *testing.T) {
	data, name := sample(16<<20, 5)
	s, _ := Fit(len(data), 200)
	object := encoded(t, data, name, s.K)
	bad := bytes.Clone(data)
	fill(bad, 4000)
	second := len(object) - s.table()
	for what, harm := range map[string]func(b []byte) []byte{
		"first copy":         func(b []byte) []byte { clear(b[:s.table()]); return b },
		"second copy":        func(b []byte) []byte { clear(b[second:]); return b },
		"second cut off":     func(b []byte) []byte { return b[:second] },
		"tail cut off":       func(b []byte) []byte { return b[:second-2*Block] },
		"different pages":    func(b []byte) []byte { b[100] ^= 1; b[second+Block+100] ^= 1; return b },
		"same page in both":  func(b []byte) []byte { b[Block+100] ^= 1; b[second+Block+100] ^= 1; return b },
		"first page of each": func(b []byte) []byte { b[100] ^= 1; b[second+100] ^= 1; return b },
	} {
		t.Run(what, func(t *testing.T) {
			mustMend(t, name, len(data), s.K, data, bad, harm(bytes.Clone(object)))
		})
	}
	torn := bytes.Clone(object)
	clear(torn[:s.table()])
	mustMend(t, name, 0, s.K, data, bad, torn) // found out from the second copy
	clear(torn[second:])
	if _, err := Mend(name, len(data), s.K, bad, torn); !errors.Is(err, ErrFormat) {
		t.Errorf("without any table: %v", err)
	}
	torn = bytes.Clone(object)
	torn[3*Block+100] ^= 1
	torn[second+3*Block+100] ^= 1
	if _, err := Mend(name, len(data), s.K, bad, torn); err == nil { // of block 4000 nothing is known
		t.Error("a block that no page tells of was mended")
	}
}

// TestForeign gives Mend and Check what is another's.
func TestForeign(t *testing.T) {
	data, name := sample(1<<20, 6)
	other, otherName := sample(1<<20, 7)
	object, foreign := encoded(t, data, name, 2), encoded(t, other, otherName, 2)
	if _, err := Mend(name, len(data), 2, data[:1000000], foreign); !errors.Is(err, ErrFormat) {
		t.Errorf("another pack's parity: %v", err)
	}
	if _, err := Mend(name, len(data)+Block, 2, data, object); !errors.Is(err, ErrFormat) {
		t.Errorf("another length: %v", err)
	}
	if _, err := Mend(name, len(data), 3, data, object); !errors.Is(err, ErrFormat) {
		t.Errorf("another K: %v", err)
	}
	forged := encoded(t, other, name, 2) // whose table says that all of data is bad
	if _, err := Mend(name, len(data), 2, data, forged); err == nil {
		t.Error("a forged table was believed")
	}
	if _, err := Mend(name, len(other), 2, other, forged); err == nil {
		t.Error("what does not have its name was given out")
	}
	if err := Check(name, data, 2, object); err != nil {
		t.Error(err)
	}
	object[len(object)/2] ^= 1
	if err := Check(name, data, 2, object); !errors.Is(err, ErrFormat) {
		t.Errorf("a flipped bit: %v", err)
	}
}

// FuzzMend feeds objects to Mend: whatever it returns is the pack.
func FuzzMend(f *testing.F) {
	data, name := sample(3*Block+100, 8)
	object := encoded(f, data, name, 2)
	f.Add(object, data, 0, 2)
	f.Add(object[:len(object)-50], data[:Block], len(data), 2)
	f.Add(object[60:], data, 0, 2)
	f.Add([]byte(magic), []byte{}, 1<<30, 129)
	f.Add(object, data, 0, width)
	f.Add(object, data, 100, -1)
	f.Fuzz(func(t *testing.T, object, data []byte, size, k int) {
		if m, err := Mend(name, size, k, data, object); err == nil && crypto.Hash(m.Data) != name {
			t.Error("that is not the pack")
		}
		_, _ = shapeOf(name, k, object)
	})
}

func BenchmarkEncode(b *testing.B) {
	for _, share := range []Share{200, 1000} {
		for _, size := range []int{64 << 10, 16 << 20} {
			b.Run(fmt.Sprintf("%d%%/%d", share/100, size), func(b *testing.B) {
				data, name := sample(size, 1)
				s, _ := Fit(size, share)
				b.SetBytes(int64(size))
				b.ReportAllocs()
				var buf []byte
				for b.Loop() {
					buf, _ = Encode(buf, name, data, s.K)
				}
				b.ReportMetric(100*float64(len(buf))/float64(size), "%size")
			})
		}
	}
}

func BenchmarkMend(b *testing.B) {
	data, name := sample(16<<20, 1)
	s, _ := Fit(len(data), 200)
	object := encoded(b, data, name, s.K)
	clear(data[1<<20 : 1<<20+(s.Parity()-1)*Block])
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Mend(name, len(data), s.K, data, object); err != nil {
			b.Fatal(err)
		}
	}
}
