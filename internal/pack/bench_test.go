package pack

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"backup_projeto/internal/crypto"
)

// benchSegment is a usual segment's worth of source code: this module's own, in path order.
func benchSegment(b *testing.B) []byte {
	b.Helper()
	var raw []byte
	err := filepath.WalkDir("..", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		data, err := os.ReadFile(path)
		raw = append(raw, data...)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	if len(raw) < window {
		b.Fatalf("only %d bytes of source code", len(raw))
	}
	return raw[:window]
}

// BenchmarkCompress is a segment's compression with the test of its result, at each level, and of content that does not compress.
func BenchmarkCompress(b *testing.B) {
	code := benchSegment(b)
	noise := make([]byte, window)
	crypto.Random(noise)
	for _, level := range []struct {
		name string
		l    Level
	}{{"fast", Fast}, {"normal", Normal}, {"small", Small}, {"best", Best}} {
		for _, input := range []struct {
			name string
			raw  []byte
		}{{"code", code}, {"noise", noise}} {
			b.Run(level.name+"/"+input.name, func(b *testing.B) {
				c, err := NewCompressor()
				if err != nil {
					b.Fatal(err)
				}
				defer c.Close()
				b.SetBytes(int64(len(input.raw)))
				var out []byte
				for b.Loop() {
					out, _ = c.Compress(out[:0], input.raw, level.l)
				}
				b.ReportMetric(float64(len(out))/float64(len(input.raw)), "stored/raw")
			})
		}
	}
}

// BenchmarkAdd is what a segment's sealing costs, with the opening that tests it, and the pack's share of a segment.
func BenchmarkAdd(b *testing.B) {
	f := setUp(b)
	stored := make([]byte, 300<<10)
	crypto.Random(stored)
	const segments = 100 // of a usual pack
	buf, check := make([]byte, 0, segments*len(stored)+1<<20), []byte(nil)
	b.SetBytes(int64(segments * len(stored)))
	for b.Loop() {
		p, err := NewBuilder(buf, &check, f.read.Public(), f.repo, Data)
		if err != nil {
			b.Fatal(err)
		}
		for range segments {
			if err := p.Add(Segment{Raw: len(stored), Compression: Raw}, stored); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := p.Finish(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpenSegment is what a restore pays for a segment.
func BenchmarkOpenSegment(b *testing.B) {
	f := setUp(b)
	raw := benchSegment(b)
	built := f.build(b, [][][]byte{{raw}})
	sealedKey, _, err := Trailer(built.Data[len(built.Data)-TrailerSize:])
	if err != nil {
		b.Fatal(err)
	}
	key, err := f.read.OpenObjectKey(f.repo, crypto.KindPack, nil, sealedKey)
	if err != nil {
		b.Fatal(err)
	}
	s := &built.Footer.Segments[0]
	at := built.Footer.Offsets()[0]
	sealed, out := make([]byte, s.Stored), make([]byte, 0, len(raw))
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		copy(sealed, built.Data[at:])
		if out, err = OpenSegment(out[:0], key, f.dec, s, 0, sealed); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFooter encodes and decodes the footer of a pack of many small files.
func BenchmarkFooter(b *testing.B) {
	f := &Footer{}
	for range 60 {
		s := Segment{Stored: 300 << 10, Compression: Zstd}
		for i := range 350 {
			var id [32]byte
			crypto.Random(id[:])
			s.IDs, s.Lengths, s.Raw = append(s.IDs, id), append(s.Lengths, 3000+i), s.Raw+3000+i
		}
		f.Segments = append(f.Segments, s)
	}
	data := f.Encode()
	b.Run("encode", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			f.Encode()
		}
	})
	b.Run("decode", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			if _, err := DecodeFooter(data); err != nil {
				b.Fatal(err)
			}
		}
	})
}
