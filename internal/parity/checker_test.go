package parity

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"
	"testing/iotest"

	"backup_projeto/internal/core"
)

// TestChecker: what Check says of a pack and an object, a Checker says that gets the pack in parts.
func TestChecker(t *testing.T) {
	for i, s := range []Shape{{1, 1}, {Block, 1}, {Block + 1, 3}, {100 * Block, 2}, {1<<20 - 5, 5}, {255 * Block, 1}, {256 * Block, 1}, {4<<20 + 17, 5}, {130 * Block, 128}} {
		t.Run(fmt.Sprintf("%d-%d", s.Size, s.K), func(t *testing.T) {
			data, name := sample(s.Size, uint64(i))
			object := encoded(t, data, name, s.K)
			check := func(data []byte, object io.Reader) error {
				c, err := NewChecker(name, s.Size, s.K)
				if err != nil {
					t.Fatal(err)
				}
				for n := 1; len(data) > 0; n = 3*n + 1 {
					part := data[:min(n, len(data))]
					if got, err := c.Write(part); got != len(part) || err != nil {
						return err
					}
					data = data[len(part):]
				}
				return c.Compare(object)
			}
			if err := check(data, iotest.HalfReader(bytes.NewReader(object))); err != nil {
				t.Error(err)
			}
			for _, at := range []int{0, s.table(), len(object) / 2, len(object) - s.table() - 1, len(object) - 1} {
				bad := bytes.Clone(object)
				bad[at] ^= 1
				if err := check(data, bytes.NewReader(bad)); !errors.Is(err, ErrFormat) {
					t.Errorf("byte %d of the object: %v", at, err)
				}
				if err := check(data, bytes.NewReader(object[:at])); !errors.Is(err, ErrFormat) {
					t.Errorf("an object of %d bytes: %v", at, err)
				}
			}
			if err := check(data, bytes.NewReader(append(bytes.Clone(object), 0))); !errors.Is(err, ErrFormat) {
				t.Errorf("a longer object: %v", err)
			}
			broken := errors.New("broken")
			for _, n := range []int{0, len(object) / 2, len(object)} {
				if err := check(data, io.MultiReader(bytes.NewReader(object[:n]), iotest.ErrReader(broken))); !errors.Is(err, broken) {
					t.Errorf("reading fails after %d bytes: %v", n, err)
				}
			}
			for _, at := range []int{0, s.Size / 2, s.Size - 1} {
				other := bytes.Clone(data)
				other[at] ^= 1
				if err := check(other, bytes.NewReader(object)); !errors.Is(err, ErrFormat) {
					t.Errorf("byte %d of the pack: %v", at, err)
				}
			}
			if err := check(append(bytes.Clone(data), make([]byte, 2*s.row())...), bytes.NewReader(object)); err == nil {
				t.Error("a longer pack")
			}
			if err := check(data[:(s.rows()-1)*s.row()], bytes.NewReader(object)); !errors.Is(err, ErrFormat) {
				t.Errorf("a shorter pack: %v", err)
			}
		})
	}
	if _, err := NewChecker(core.ID{}, 0, 1); !errors.Is(err, ErrFormat) {
		t.Error(err)
	}
}

func BenchmarkChecker(b *testing.B) {
	for _, share := range []Share{200, 1000, Whole} {
		b.Run(fmt.Sprintf("%d%%", share/100), func(b *testing.B) {
			data, name := sample(16<<20, 1)
			s, _ := Fit(len(data), share)
			object := encoded(b, data, name, s.K)
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				c, _ := NewChecker(name, s.Size, s.K)
				for part := data; len(part) > 0; part = part[1<<20:] {
					_, _ = c.Write(part[:1<<20])
				}
				if err := c.Compare(bytes.NewReader(object)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
