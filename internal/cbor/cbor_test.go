package cbor

import (
	"bytes"
	"errors"
	"math"
	"testing"

	reference "github.com/fxamacker/cbor/v2"
)

func TestAgainstReference(t *testing.T) {
	mode, err := reference.CoreDetEncOptions().EncMode()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []int64{0, 1, 23, 24, 255, 256, 65535, 65536, math.MaxUint32, math.MaxUint32 + 1, math.MaxInt64, -1, -24, -25, -256, -257, math.MinInt64} {
		want, _ := mode.Marshal(v)
		got := AppendInt(nil, v)
		if !bytes.Equal(got, want) {
			t.Errorf("AppendInt(%d) = %x, reference %x", v, got, want)
		}
		d := NewDecoder(got)
		if back := d.Int(); back != v || d.Finish() != nil {
			t.Errorf("Int of %x = %d, %v", got, back, d.Err())
		}
	}
	type doc struct {
		A uint64 `cbor:"1,keyasint"`
		B []byte `cbor:"2,keyasint"`
		C string `cbor:"3,keyasint"`
		D []bool `cbor:"4,keyasint"`
	}
	want, _ := mode.Marshal(doc{7, []byte{1, 2}, "olá", []bool{true, false}})
	got := AppendMap(nil, 4)
	got = AppendUint(AppendUint(got, 1), 7)
	got = AppendBytes(AppendUint(got, 2), []byte{1, 2})
	got = AppendText(AppendUint(got, 3), "olá")
	got = AppendBool(AppendBool(AppendArray(AppendUint(got, 4), 2), true), false)
	if !bytes.Equal(got, want) {
		t.Errorf("map = %x, reference %x", got, want)
	}
}

func TestRefused(t *testing.T) {
	for name, in := range map[string][]byte{
		"empty":              {},
		"long form":          {0x18, 0x05},
		"long form 16":       {0x19, 0x00, 0xff},
		"long form 64":       {0x1b, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff},
		"cut":                {0x1a, 0, 0},
		"indefinite":         {0x9f, 0xff},
		"reserved":           {0x1c},
		"huge byte string":   {0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
		"huge array":         {0x9a, 0xff, 0xff, 0xff, 0xff},
		"text not UTF-8":     {0x61, 0xff},
		"map keys unsorted":  {0xa2, 0x02, 0x00, 0x01, 0x00},
		"map key twice":      {0xa2, 0x01, 0x00, 0x01, 0x00},
		"map key unknown":    {0xa1, 0x18, 0x63, 0x00},
		"two items":          {0x01, 0x01},
		"integer over int64": {0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
	} {
		if err := readAny(in); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: error %v, want ErrMalformed", name, err)
		}
	}
}

// readAny reads one item the way its first byte says, as the decoders of the format do.
func readAny(in []byte) error {
	d := NewDecoder(in)
	if len(in) == 0 {
		d.Int()
		return d.Finish()
	}
	switch in[0] & 0xe0 {
	case majorBytes:
		d.Bytes(1 << 20)
	case majorText:
		d.Text(1 << 20)
	case majorArray:
		for range d.Array(1 << 20) {
			d.Int()
		}
	case majorMap:
		d.Map(16, func(key uint64) bool { d.Int(); return key < 16 })
	case 7 << 5:
		d.Bool()
	default:
		d.Int()
	}
	return d.Finish()
}

// FuzzDecoder holds the decoder against a reference: whatever is accepted, the reference reads too.
func FuzzDecoder(f *testing.F) {
	f.Add([]byte{0xa1, 0x01, 0x02})
	f.Add([]byte{0x82, 0x01, 0x20})
	f.Add([]byte{0x63, 'a', 'b', 'c'})
	f.Fuzz(func(t *testing.T, in []byte) {
		if readAny(in) == nil {
			if err := reference.Wellformed(in); err != nil {
				t.Errorf("accepted %x, which the reference refuses: %v", in, err)
			}
		}
	})
}

// TestDecodeMap: all fields must be there, nothing behind them, and the encoding must be the one that is written.
func TestDecodeMap(t *testing.T) {
	encode := func(v uint64) []byte {
		return AppendUint(AppendUint(AppendUint(AppendUint(AppendMap(nil, 2), 1), 7), 2), v)
	}
	good := encode(8)
	for name, c := range map[string]struct {
		in   []byte
		fine bool
	}{
		"good":              {good, true},
		"a field is absent": {AppendUint(AppendUint(AppendMap(nil, 1), 1), 7), false},
		"something follows": {append(bytes.Clone(good), 0), false},
		"another value":     {encode(10), false}, // encoded as 9 again
		"cut off":           {good[:len(good)-1], false},
	} {
		var v uint64
		err := DecodeMap(c.in, 2, func(d *Decoder, key uint64) bool {
			switch n := d.Uint(10); key {
			case 1:
			case 2:
				v = min(n, 9)
			default:
				return false
			}
			return true
		}, func() []byte { return encode(v) })
		if (err == nil) != c.fine || err != nil && !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}
