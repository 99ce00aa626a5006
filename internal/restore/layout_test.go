package restore

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"backup_projeto/internal/tree"
)

// TestLayout writes content piece by piece around random holes, and compares with what a person would do.
func TestLayout(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		e := tree.Entry{Size: int64(rng.IntN(200))}
		for at := int64(rng.IntN(20)); at < e.Size; at += int64(1 + rng.IntN(20)) {
			h := tree.Hole{Offset: at, Length: min(int64(1+rng.IntN(20)), e.Size-at)}
			e.Holes = append(e.Holes, h)
			at += h.Length
		}
		want := make([]byte, e.Size)
		var content []byte
		inHole := func(i int64) bool {
			for _, h := range e.Holes {
				if i >= h.Offset && i < h.Offset+h.Length {
					return true
				}
			}
			return false
		}
		for i := range want {
			if !inHole(int64(i)) {
				want[i] = byte(1 + rng.IntN(255))
				content = append(content, want[i])
			}
		}
		l := newLayout(&e)
		if l.data != int64(len(content)) {
			t.Fatalf("%+v: %d bytes, want %d", e, l.data, len(content))
		}
		got := make([]byte, e.Size)
		for off := int64(0); off < l.data; {
			n := min(int64(1+rng.IntN(30)), l.data-off)
			must(t, l.each(off, n, func(at, from, size int64) error {
				if size <= 0 {
					t.Errorf("%+v: a run of %d bytes", e, size)
				}
				copy(got[at:at+size], content[off+from:off+from+size])
				return nil
			}))
			off += n
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("%+v:\n got %v\nwant %v", e, got, want)
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
