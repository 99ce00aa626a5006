package chunk

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func content(seed uint64, n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)})
	r.Read(b)
	return b
}

func cut(c *Cutter, data []byte) (lengths []int) {
	for len(data) > 0 {
		n := c.Next(data)
		lengths = append(lengths, n)
		data = data[n:]
	}
	return lengths
}

// simple is the definition: one byte a turn.
func simple(c *Cutter, data []byte) int {
	if len(data) <= c.p.Min {
		return len(data)
	}
	h := uint64(0)
	for i := c.p.Min; i < min(len(data), c.p.Max); i++ {
		h = h<<1 + c.gear[data[i]]
		m := c.hard
		if i >= c.p.Avg {
			m = c.easy
		}
		if h&m == 0 {
			return i + 1
		}
	}
	return min(len(data), c.p.Max)
}

var small = Params{Min: 1 << 10, Avg: 4 << 10, Max: 16 << 10}

func TestNextIsTheDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := New([]byte{rapid.Byte().Draw(t, "key")}, small)
		data := content(rapid.Uint64().Draw(t, "seed"), rapid.IntRange(0, 40<<10).Draw(t, "n"))
		if got, want := c.Next(data), simple(c, data); got != want {
			t.Fatalf("Next = %d, definition %d", got, want)
		}
	})
}

func TestSizes(t *testing.T) {
	c := New([]byte("k"), Default)
	data := content(1, 64<<20)
	lengths := cut(c, data)
	for i, n := range lengths {
		if n > Default.Max || n < Default.Min && i < len(lengths)-1 {
			t.Errorf("chunk %d has %d bytes", i, n)
		}
	}
	if avg := len(data) / len(lengths); avg < Default.Avg*3/4 || avg > Default.Avg*3/2 {
		t.Errorf("average %d, want about %d", avg, Default.Avg)
	}
}

func TestInsertionShiftsLittle(t *testing.T) {
	c := New([]byte("k"), small)
	data := content(2, 4<<20)
	changed := append(append(bytes.Clone(data[:2<<20]), "inserted"...), data[2<<20:]...)
	seen := map[string]bool{}
	for rest := data; len(rest) > 0; {
		n := c.Next(rest)
		seen[string(rest[:n])] = true
		rest = rest[n:]
	}
	fresh := 0
	for rest := changed; len(rest) > 0; {
		n := c.Next(rest)
		if !seen[string(rest[:n])] {
			fresh += n
		}
		rest = rest[n:]
	}
	if fresh > 4*small.Max {
		t.Errorf("8 bytes inserted make %d bytes of new chunks", fresh)
	}
}

func TestKeysCutElsewhere(t *testing.T) {
	data := content(3, 4<<20)
	a, b := cut(New([]byte("a"), small), data), cut(New([]byte("b"), small), data)
	same, at := 0, map[int]bool{}
	pos := 0
	for _, n := range a {
		pos += n
		at[pos] = true
	}
	pos = 0
	for _, n := range b {
		if pos += n; at[pos] {
			same++
		}
	}
	if same > len(b)/10 {
		t.Errorf("%d of %d boundaries are equal under two keys", same, len(b))
	}
}

func TestParams(t *testing.T) {
	if err := Default.Check(); err != nil {
		t.Error(err)
	}
	for _, p := range []Params{{}, {1 << 10, 3 << 10, 9 << 10}, {4 << 10, 4 << 10, 8 << 10}, {1 << 10, 4 << 10, 1 << 30}} {
		if p.Check() == nil {
			t.Errorf("%v passes", p)
		}
	}
}

func BenchmarkNext(b *testing.B) {
	c := New([]byte("k"), Default)
	data := content(4, 16<<20)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		cut(c, data)
	}
}
