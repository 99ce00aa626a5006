package index

import (
	"bytes"
	"encoding/hex"
	"errors"
	"reflect"
	"runtime"
	"testing"

	"backup_projeto/internal/cbor"
	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/pack"
)

// TestGolden has an index object written out by hand from the specification.
func TestGolden(t *testing.T) {
	id := func(b byte) core.ID { return core.ID(bytes.Repeat([]byte{b}, core.IDSize)) }
	packs := []pack.Entry{{
		Name: id(0xaa), Size: 65536, Key: bytes.Repeat([]byte{0xbb}, crypto.SealedKeySize),
		Footer: &pack.Footer{Kind: pack.Tree, Segments: []pack.Segment{
			{Stored: 300, Raw: 1010, Compression: pack.Zstd, IDs: []core.ID{id(1), id(2)}, Lengths: []int{1000, 10}},
			{Stored: 16, Raw: 0, Compression: pack.Raw, IDs: []core.ID{id(3)}, Lengths: []int{0}},
		}},
	}}
	r := func(b string, n int) string { return string(bytes.Repeat([]byte(b), n)) }
	footer := "a2" + "0101" + "0282" +
		"85" + "19012c" + "1903f2" + "01" + "5840" + r("01", 32) + r("02", 32) + "82" + "1903e8" + "0a" +
		"85" + "10" + "00" + "00" + "5820" + r("03", 32) + "81" + "00"
	want := "81" + "84" + "5820" + r("aa", 32) + "1a00010000" + "590490" + r("bb", 0x490) + "587c" + footer
	if got := hex.EncodeToString(Encode(packs)); got != want {
		t.Errorf("encoded as\n%s, want\n%s", got, want)
	}
	raw, err := hex.DecodeString(want)
	if err != nil {
		t.Fatal(err)
	}
	if back, err := Decode(raw); err != nil || !reflect.DeepEqual(back, packs) {
		t.Errorf("decoded as %+v, %v", back, err)
	}
}

// TestOrigin: who listed a pack first stands in a fifth field, and only there.
func TestOrigin(t *testing.T) {
	p := newMaker(2).entryOf(3)
	plain := Encode([]pack.Entry{p})
	p.Origin = core.UUID{1, 2}
	data := Encode([]pack.Entry{p})
	if back, err := Decode(data); err != nil || !reflect.DeepEqual(back, []pack.Entry{p}) {
		t.Errorf("decoded as %+v, %v", back, err)
	}
	if len(data) != len(plain)+17 || data[1] != 0x85 || plain[1] != 0x84 {
		t.Errorf("%d bytes with an origin, %d without", len(data), len(plain))
	}
	clear(data[len(data)-16:])
	if _, err := Decode(data); !errors.Is(err, ErrFormat) {
		t.Errorf("an origin of zeroes gives %v", err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	m := newMaker(1)
	for name, spoil := range map[string]func(p *pack.Entry){
		"segments longer than their pack": func(p *pack.Entry) { p.Size = 10 },
		"pack too large":                  func(p *pack.Entry) { p.Size = core.MaxPack + 1 },
		"short key":                       func(p *pack.Entry) { p.Key = p.Key[1:] },
		"no key":                          func(p *pack.Entry) { p.Key = nil },
		"segment without chunks": func(p *pack.Entry) {
			p.Footer.Segments = append(p.Footer.Segments, pack.Segment{})
		},
		"unknown kind":        func(p *pack.Entry) { p.Footer.Kind = pack.Tree + 1 },
		"unknown compression": func(p *pack.Entry) { p.Footer.Segments[0].Compression = 2 },
		"lengths amiss":       func(p *pack.Entry) { p.Footer.Segments[0].Raw++ },
		"chunk too long": func(p *pack.Entry) {
			p.Footer.Segments[0] = pack.Segment{Stored: 1, Raw: core.MaxChunk + 1, IDs: []core.ID{{}}, Lengths: []int{core.MaxChunk + 1}}
		},
	} {
		p := m.entryOf(5)
		if _, err := Decode(Encode([]pack.Entry{p})); err != nil {
			t.Fatal(err)
		}
		spoil(&p)
		if _, err := Decode(Encode([]pack.Entry{p})); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Decode(append(Encode(nil), 0)); !errors.Is(err, ErrFormat) {
		t.Errorf("bytes left over: %v", err)
	}
}

// TestDecodeIsBounded decodes what makes most of the fewest bytes.
func TestDecodeIsBounded(t *testing.T) {
	m := newMaker(2)
	few := m.entryOf(1)
	few.Size = core.MaxPack
	var objects [][]byte
	for _, segment := range []pack.Segment{
		{IDs: make([]core.ID, 1), Lengths: make([]int, 1)},
		{},
		{IDs: make([]core.ID, 1<<16), Lengths: make([]int, 1<<16)},
	} {
		few.Footer.Segments = []pack.Segment{segment}
		for len(segment.IDs) < 2 && len(few.Footer.Segments) < 1<<14 {
			few.Footer.Segments = append(few.Footer.Segments, few.Footer.Segments...)
		}
		objects = append(objects, Encode([]pack.Entry{few, few, few, few}))
	}
	objects = append(objects, cbor.AppendArray(nil, maxPacks), cbor.AppendArray(nil, 1<<40),
		append(cbor.AppendArray(nil, maxPacks), make([]byte, maxPacks)...))
	for i, data := range objects {
		if kept, all := memoryOf(func() any { packs, _ := Decode(data); return packs }); kept > 4*len(data)+1<<16 || all > 20*len(data)+1<<16 {
			t.Errorf("object %d: %d bytes take %d, and %d with garbage", i, len(data), kept, all)
		}
	}
}

// memoryOf returns how many bytes the result of do takes, and how many do allocated.
func memoryOf(do func() any) (kept, all int) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	result := do()
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(result)
	return int(after.HeapAlloc) - int(before.HeapAlloc), int(after.TotalAlloc - before.TotalAlloc)
}

func FuzzDecode(f *testing.F) {
	m := newMaker(3)
	f.Add(Encode(nil))
	f.Add(Encode([]pack.Entry{m.entryOf(0), m.entryOf(3)}))
	f.Fuzz(func(t *testing.T, data []byte) {
		packs, err := Decode(data)
		if err != nil {
			if !errors.Is(err, ErrFormat) || packs != nil {
				t.Fatalf("error %v with %d packs", err, len(packs))
			}
			return
		}
		if !bytes.Equal(Encode(packs), data) {
			t.Error("accepted an object that encodes otherwise")
		}
		s := openSet(t, "")
		add(t, s, core.ID{1}, packs...) // whatever is accepted has room in a table
		flush(t, s)
		wantContent(t, s, packs)
	})
}
