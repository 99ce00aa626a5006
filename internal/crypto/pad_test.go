package crypto

import (
	"bytes"
	"errors"
	"testing"
)

func TestPad(t *testing.T) {
	for _, n := range []int{0, 1, 4094, 4095, 4096, 131071, 131072, 1 << 20, 5_000_000} {
		text := bytes.Repeat([]byte{0x80, 0}, n)[:n]
		padded := Pad(bytes.Clone(text))
		if len(padded) != Padded(n+1) || len(padded) > n+n/16+4096 {
			t.Errorf("%d bytes are padded to %d", n, len(padded))
		}
		if back, err := Unpad(padded); err != nil || !bytes.Equal(back, text) {
			t.Errorf("%d bytes: Unpad gives %d, %v", n, len(back), err)
		}
	}
	for name, bad := range map[string][]byte{
		"nothing": nil, "zeroes": make([]byte, 4096), "no mark": append(make([]byte, 4095), 1), "too short": {1, padMark},
		"too long": append(Pad([]byte{1}), make([]byte, 4096)...),
	} {
		if _, err := Unpad(bad); !errors.Is(err, ErrPadding) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func FuzzUnpad(f *testing.F) {
	f.Add(Pad([]byte("text")))
	f.Add(append(Pad([]byte{1}), make([]byte, 4096)...))
	f.Fuzz(func(t *testing.T, padded []byte) {
		if text, err := Unpad(padded); err == nil && !bytes.Equal(Pad(bytes.Clone(text)), padded) {
			t.Error("accepted what is not padded so")
		}
	})
}
