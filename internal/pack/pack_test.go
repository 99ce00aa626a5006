package pack

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
)

type fixture struct {
	repo core.UUID
	read *crypto.ReadKey
	comp *Compressor
	dec  *Decompressor
}

func setUp(t testing.TB) *fixture {
	t.Helper()
	read, err := crypto.NewReadKey()
	if err != nil {
		t.Fatal(err)
	}
	comp, err := NewCompressor()
	if err != nil {
		t.Fatal(err)
	}
	dec, err := NewDecompressor()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { comp.Close(); dec.Close() })
	return &fixture{crypto.NewUUID(), read, comp, dec}
}

// build packs the given segments, each a list of chunks.
func (f *fixture) build(t testing.TB, segments [][][]byte) *Built {
	t.Helper()
	b, err := NewBuilder(nil, new([]byte), f.read.Public(), f.repo, Data)
	if err != nil {
		t.Fatal(err)
	}
	ids := crypto.NewIDHasher([]byte("id"))
	for _, chunks := range segments {
		s := Segment{}
		var raw []byte
		for _, c := range chunks {
			raw = append(raw, c...)
			s.IDs, s.Lengths = append(s.IDs, ids.Sum(c)), append(s.Lengths, len(c))
		}
		s.Raw = len(raw)
		stored, how := f.comp.Compress(nil, raw, Fast)
		s.Compression = how
		if err := b.Add(s, stored); err != nil {
			t.Fatal(err)
		}
	}
	built, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return built
}

// open reads a pack from its bytes alone, as a rebuild of the index does.
func (f *fixture) open(data []byte) ([][]byte, error) {
	if len(data) < TrailerSize {
		return nil, ErrFormat
	}
	sealedKey, n, err := Trailer(data[len(data)-TrailerSize:])
	if err != nil {
		return nil, err
	}
	end := len(data) - TrailerSize
	if n > end {
		return nil, ErrFormat
	}
	key, err := f.read.OpenObjectKey(f.repo, crypto.KindPack, nil, sealedKey)
	if err != nil {
		return nil, err
	}
	footer, err := OpenFooter(key, data[end-n:end])
	if err != nil {
		return nil, err
	}
	var out [][]byte
	for i, at := range footer.Offsets() {
		s := &footer.Segments[i]
		if at+int64(s.Stored) > int64(end) {
			return nil, ErrFormat
		}
		raw, err := OpenSegment(nil, key, f.dec, s, i, data[at:at+int64(s.Stored)])
		if err != nil {
			return nil, err
		}
		out = append(out, raw)
	}
	return out, nil
}

func TestRoundTrip(t *testing.T) {
	f := setUp(t)
	rapid.Check(t, func(rt *rapid.T) {
		segments := rapid.SliceOfN(rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 300), 0, 5), 0, 6).Draw(rt, "segments")
		built := f.build(t, segments)
		if len(built.Data) != crypto.Padded(len(built.Data)) {
			rt.Fatalf("pack of %d bytes is not padded", len(built.Data))
		}
		if built.Name != crypto.Hash(built.Data) || built.Size != int64(len(built.Data)) {
			rt.Fatal("the entry does not describe the data")
		}
		got, err := f.open(built.Data)
		if err != nil {
			rt.Fatal(err)
		}
		for i, s := range segments {
			if !bytes.Equal(got[i], bytes.Join(s, nil)) {
				rt.Fatalf("segment %d differs", i)
			}
		}
	})
}

func TestEachFlippedByteIsNoticed(t *testing.T) {
	f := setUp(t)
	built := f.build(t, [][][]byte{{[]byte("a"), bytes.Repeat([]byte("text "), 100)}, {[]byte("b")}})
	used := len(Magic)
	for _, s := range built.Footer.Segments {
		used += s.Stored
	}
	footerStart := len(built.Data) - TrailerSize - len(crypto.Pad(built.Footer.Encode())) - crypto.Overhead
	for i := range built.Data {
		padding := i >= used && i < footerStart || i < len(Magic)
		bad := bytes.Clone(built.Data)
		bad[i] ^= 0x10
		_, err := f.open(bad)
		if err == nil && !padding {
			t.Fatalf("byte %d flipped and nothing noticed", i)
		}
		if err != nil && !errors.Is(err, ErrFormat) && !errors.Is(err, crypto.ErrOpen) {
			t.Fatalf("byte %d flipped: error %v", i, err)
		}
	}
	for n := range len(built.Data) {
		if _, err := f.open(built.Data[:n]); err == nil {
			t.Fatalf("cut to %d bytes and nothing noticed", n)
		}
	}
}

func TestBombIsBounded(t *testing.T) {
	f := setUp(t)
	// A frame that states its true size is refused when the footer says otherwise; the output never exceeds the bound.
	stored := f.comp.encoder(Fast).EncodeAll(make([]byte, core.MaxSegment+1), nil)
	for _, size := range []int{0, 1, 1 << 20, core.MaxSegment, core.MaxSegment + 1} {
		if out, err := f.dec.Decompress(nil, stored, Zstd, size); err == nil {
			t.Errorf("a bomb opened to %d bytes for size %d", len(out), size)
		}
	}
}

func TestIncompressibleIsRaw(t *testing.T) {
	f := setUp(t)
	raw := make([]byte, 1<<20)
	rand.NewChaCha8([32]byte{}).Read(raw)
	stored, how := f.comp.Compress(nil, raw, Fast)
	if how != Raw || !bytes.Equal(stored, raw) {
		t.Errorf("random bytes are stored as %d, %d bytes", how, len(stored))
	}
	if stored, how = f.comp.Compress([]byte("prefix"), bytes.Repeat([]byte("ab"), 1000), Fast); how != Zstd || !bytes.HasPrefix(stored, []byte("prefix")) || len(stored) > 200 {
		t.Errorf("repeated bytes are stored as %d, %d bytes", how, len(stored))
	}
}

func FuzzDecodeFooter(f *testing.F) {
	fix := setUp(f)
	f.Add(fix.build(f, [][][]byte{{[]byte("a"), []byte("bb")}, {}}).Footer.Encode())
	f.Fuzz(func(t *testing.T, data []byte) {
		footer, err := DecodeFooter(data)
		if err == nil && !bytes.Equal(footer.Encode(), data) {
			t.Error("accepted a footer that encodes otherwise")
		}
	})
}

func FuzzDecompress(f *testing.F) {
	fix := setUp(f)
	stored, _ := fix.comp.Compress(nil, bytes.Repeat([]byte("abc"), 1000), Fast)
	f.Add(stored, 3000)
	f.Fuzz(func(t *testing.T, data []byte, size int) {
		out, err := fix.dec.Decompress(nil, data, Zstd, size)
		if err == nil && len(out) != size {
			t.Errorf("%d bytes for size %d", len(out), size)
		}
	})
}

func FuzzTrailer(f *testing.F) {
	fix := setUp(f)
	data := fix.build(f, [][][]byte{{[]byte("a")}}).Data
	f.Add(data[len(data)-TrailerSize:])
	f.Fuzz(func(t *testing.T, data []byte) {
		if key, n, err := Trailer(data); err == nil && (len(key) != crypto.SealedKeySize || n < crypto.Overhead || n > core.MaxPack) {
			t.Errorf("a key of %d bytes and a footer of %d", len(key), n)
		}
	})
}

// TestLevels takes each level in turn with one compressor, back and forth.
func TestLevels(t *testing.T) {
	f := setUp(t)
	raw := bytes.Repeat([]byte("one line of a file that compresses\n"), 2000)
	for _, level := range []Level{Best, None, Fast, Normal, Small, Best, Fast, Fast} {
		stored, how := f.comp.Compress(nil, raw, level)
		if (how == Raw) != (level == None) {
			t.Errorf("level %d stored with method %d", level, how)
		}
		back, err := f.dec.Decompress(nil, stored, how, len(raw))
		if err != nil || !bytes.Equal(back, raw) {
			t.Errorf("level %d gave back %d bytes: %v", level, len(back), err)
		}
	}
	for i, name := range Levels {
		if level, ok := ParseLevel(name); !ok || level != Level(i) {
			t.Errorf("level %s is %d, %v", name, level, ok)
		}
	}
	if level, ok := ParseLevel("utmost"); ok || level != Auto {
		t.Errorf("an unknown level is %d, %v", level, ok)
	}
}
