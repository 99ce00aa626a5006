package tree

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"sort"
	"testing"

	"pgregory.net/rapid"

	"backup_projeto/internal/cbor"
	"backup_projeto/internal/core"
)

func anyID(t *rapid.T) (id core.ID) {
	copy(id[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "id"))
	return id
}

func anyEntry(t *rapid.T, name string) Entry {
	e := Entry{Name: name, Type: Type(rapid.IntRange(0, int(maxType)).Draw(t, "type"))}
	e.Mode = uint32(rapid.IntRange(0, 0o7777).Draw(t, "mode"))
	e.UID, e.GID = rapid.Uint32().Draw(t, "uid"), rapid.Uint32().Draw(t, "gid")
	e.User, e.Group = rapid.StringN(0, 5, -1).Draw(t, "user"), rapid.StringN(0, 5, -1).Draw(t, "group")
	e.MTime = rapid.Int64().Draw(t, "mtime")
	for i := range rapid.IntRange(0, 3).Draw(t, "xattrs") {
		e.Xattrs = append(e.Xattrs, Xattr{fmt.Sprintf("user.%d", i), rapid.SliceOfN(rapid.Byte(), 1, 20).Draw(t, "xattr")})
	}
	switch e.Type {
	case File:
		e.Size = rapid.Int64Range(0, 1<<40).Draw(t, "size")
		if e.Size > 100 && rapid.Bool().Draw(t, "sparse") {
			e.Holes = []Hole{{0, 10}, {20, e.Size - 20}}
		}
		fallthrough
	case Dir:
		for range rapid.IntRange(0, 3).Draw(t, "chunks") {
			e.Content.IDs = append(e.Content.IDs, anyID(t))
			e.Content.Depth = 2
		}
	case Symlink:
		e.Target = string(rapid.SliceOfN(rapid.ByteRange(1, 255), 1, 20).Draw(t, "target"))
	case CharDevice, BlockDevice:
		e.Device = [2]uint32{rapid.Uint32().Draw(t, "major"), rapid.Uint32().Draw(t, "minor")}
	}
	if e.Type != Dir && rapid.Bool().Draw(t, "linked") {
		e.Link[3] = 7
	}
	return e
}

func anyDir(t *rapid.T) []Entry {
	names := rapid.SliceOfNDistinct(rapid.SliceOfN(rapid.ByteRange(1, 255).Filter(func(b byte) bool { return b != '/' && b != '.' }), 1, 12), 0, 20,
		func(b []byte) string { return string(b) }).Draw(t, "names")
	sort.Slice(names, func(i, j int) bool { return bytes.Compare(names[i], names[j]) < 0 })
	entries := []Entry{}
	for _, n := range names {
		entries = append(entries, anyEntry(t, string(n)))
	}
	return entries
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyDir(t)
		out, err := Decode(Encode(in))
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(in, out) {
			t.Fatalf("in  %+v\nout %+v", in, out)
		}
	})
}

func TestHostileEntriesAreRefused(t *testing.T) {
	id := []core.ID{{1}}
	for name, e := range map[string]Entry{
		"slash":             {Name: "a/b"},
		"parent":            {Name: ".."},
		"self":              {Name: "."},
		"empty":             {Name: ""},
		"NUL":               {Name: "a\x00b"},
		"link with content": {Name: "a", Type: Symlink, Content: Content{IDs: id}},
		"file with target":  {Name: "a", Target: "/etc"},
		"hole outside":      {Name: "a", Size: 10, Holes: []Hole{{5, 6}}},
		"holes overlap":     {Name: "a", Size: 10, Holes: []Hole{{0, 6}, {5, 2}}},
		"holes touch":       {Name: "a", Size: 10, Holes: []Hole{{0, 5}, {5, 2}}},
		"hole overflows":    {Name: "a", Size: 10, Holes: []Hole{{1 << 62, 1 << 62}}},
		"linked directory":  {Name: "a", Type: Dir, Link: LinkKey{1}},
		"xattrs unsorted":   {Name: "a", Meta: Meta{Xattrs: []Xattr{{"b", nil}, {"a", nil}}}},
		"xattr twice":       {Name: "a", Meta: Meta{Xattrs: []Xattr{{"a", nil}, {"a", nil}}}},
		"depth alone":       {Name: "a", Content: Content{Depth: 1}},
		"device file":       {Name: "a", Device: [2]uint32{1, 1}},
		"mode too large":    {Name: "a", Meta: Meta{Mode: 0o10000}},
		"type unknown":      {Name: "a", Type: maxType + 1},
	} {
		if _, err := Decode(Encode([]Entry{e})); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: error %v, want ErrFormat", name, err)
		}
	}
	for name, es := range map[string][]Entry{"unsorted": {{Name: "b"}, {Name: "a"}}, "twice": {{Name: "a"}, {Name: "a"}}} {
		if _, err := Decode(Encode(es)); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: error %v, want ErrFormat", name, err)
		}
	}
	d := cbor.NewDecoder(AppendEntry(nil, &Entry{Type: File}))
	if DecodeEntry(d, true); d.Err() == nil {
		t.Error("a root that is a file is accepted")
	}
}

func TestSplitter(t *testing.T) {
	var pieces [][]byte
	s := NewSplitter(func(p []byte) error { pieces = append(pieces, bytes.Clone(p)); return nil })
	run := func(n, skip int) []string {
		pieces = nil
		for i := range n {
			if i == skip {
				continue
			}
			e := Entry{Name: fmt.Sprintf("file-%06d", i), Size: int64(i), Content: Content{IDs: []core.ID{{byte(i)}}}}
			if err := s.Add(&e); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Finish(); err != nil {
			t.Fatal(err)
		}
		count, out := 0, []string{}
		for _, p := range pieces {
			es, err := Decode(p)
			if err != nil {
				t.Fatal(err)
			}
			count += len(es)
			out = append(out, string(p))
		}
		if want := n - min(1, max(0, n-skip)); skip < n && count != want || skip >= n && count != n {
			t.Errorf("%d entries of %d", count, n)
		}
		return out
	}
	if got := run(0, 1); len(got) != 1 {
		t.Errorf("an empty directory is %d pieces", len(got))
	}
	all, less := run(50000, 50000), run(50000, 25000)
	same := map[string]bool{}
	for _, p := range all {
		same[p] = true
	}
	fresh := 0
	for _, p := range less {
		if !same[p] {
			fresh++
		}
	}
	if len(all) < 5 || fresh > 2 {
		t.Errorf("of %d pieces, one entry less changes %d", len(all), fresh)
	}
}

func TestLister(t *testing.T) {
	stored := map[core.ID][]byte{}
	l := &Lister{Put: func(b []byte) (core.ID, error) {
		id := core.ID{byte(len(stored)), byte(len(stored) >> 8), 1}
		stored[id] = bytes.Clone(b)
		return id, nil
	}}
	var expand func(ids []core.ID, depth uint8) []core.ID
	expand = func(ids []core.ID, depth uint8) (out []core.ID) {
		if depth == 0 {
			return ids
		}
		for _, id := range ids {
			sub, err := SplitIDs(stored[id])
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, expand(sub, depth-1)...)
		}
		return out
	}
	for _, n := range []int{0, 1, InlineIDs, InlineIDs + 1, 10 * listMax, 500_000} {
		var want []core.ID
		for i := range n {
			id := core.ID{byte(i), byte(i >> 8), byte(i >> 16), 9}
			want = append(want, id)
			if err := l.Add(id); err != nil {
				t.Fatal(err)
			}
		}
		c, err := l.Finish()
		if err != nil {
			t.Fatal(err)
		}
		if len(c.IDs) > InlineIDs || n <= InlineIDs && c.Depth != 0 {
			t.Errorf("%d ids become %d at depth %d", n, len(c.IDs), c.Depth)
		}
		if got := expand(c.IDs, c.Depth); !reflect.DeepEqual(got, append([]core.ID(nil), want...)) {
			t.Errorf("%d ids come back as %d", n, len(got))
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(Encode([]Entry{{Name: "a", Size: 3, Content: Content{IDs: []core.ID{{1}}}}, {Name: "b", Type: Symlink, Target: "a"}}))
	f.Add(Encode(nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, err := Decode(data)
		if err == nil && !bytes.Equal(Encode(entries), data) {
			t.Error("accepted a directory that encodes otherwise")
		}
	})
}

func BenchmarkEncodeDecode(b *testing.B) {
	var entries []Entry
	for i := range 100 {
		entries = append(entries, Entry{Name: fmt.Sprintf("file%04d.go", i), Meta: Meta{Mode: 0o644, User: "dev", Group: "dev", MTime: 1e18}, Size: 3000, Content: Content{IDs: []core.ID{{byte(i)}}}})
	}
	data := Encode(entries)
	b.Run("encode", func(b *testing.B) {
		for b.Loop() {
			Encode(entries)
		}
	})
	b.Run("decode", func(b *testing.B) {
		for b.Loop() {
			if _, err := Decode(data); err != nil {
				b.Fatal(err)
			}
		}
	})
}
