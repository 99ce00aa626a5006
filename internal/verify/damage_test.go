package verify

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/gc"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/tree"
)

// filesIn returns, as name:path, the files of a project that have a chunk in one of the pack's segments that bad chooses.
func (p *place) filesIn(r *repo.Repo, name string, all files, e *pack.Entry, bad func(segment int) bool) (out []string) {
	lost, h := map[core.ID]bool{}, r.Hasher()
	for i := range e.Footer.Segments {
		for _, id := range e.Footer.Segments[i].IDs {
			if bad(i) {
				lost[id] = true
			}
		}
	}
	for path, content := range all {
		w := &writer{t: p.t, h: h}
		entry := tree.Entry{}
		if w.hashOnly(&entry, content); slices.ContainsFunc(entry.Content.IDs, func(id core.ID) bool { return lost[id] }) {
			out = append(out, name+":"+path)
		}
	}
	slices.Sort(out)
	return out
}

// hashOnly is file without storing.
func (w *writer) hashOnly(e *tree.Entry, content []byte) {
	var data []byte
	for at := 0; at < len(content); at += 4096 {
		if part := content[at:min(len(content), at+4096)]; len(part) < 4096 || strings.Trim(string(part), "\x00") != "" {
			data = append(data, part...)
		}
	}
	for len(data) > 0 {
		n := min(len(data), chunkSize)
		e.Content.IDs = append(e.Content.IDs, w.h.Sum(data[:n]))
		data = data[n:]
	}
}

// TestFlippedBits flips a bit in each region of a pack. What is said to suffer is what has blocks in the segment, and nothing where the bit
// stands in no segment.
func TestFlippedBits(t *testing.T) {
	p := newPlace(t)
	src := project()
	p.save("1", src)
	r := p.open("")
	e := p.onlyPack(pack.Data)
	path := p.path(e.Name)
	offsets := e.Footer.Offsets()
	if len(offsets) < 3 {
		t.Fatalf("%d segments", len(offsets))
	}
	lastEnd := offsets[len(offsets)-1] + int64(e.Footer.Segments[len(offsets)-1].Stored)
	trailer := e.Size - int64(pack.TrailerSize)
	places := map[string]int64{
		"magic": 3, "padding": lastEnd, "footer": trailer - 1, "sealed key": trailer + 20,
		"footer's length": e.Size - int64(len(pack.Magic)) - 1, "last byte": e.Size - 1,
	}
	for i, at := range offsets {
		places[fmt.Sprintf("segment %d, first byte", i)] = at
		places[fmt.Sprintf("segment %d, last byte", i)] = at + int64(e.Footer.Segments[i].Stored) - 1
	}
	for name, at := range places {
		flip(t, path, at)
		suffer := p.filesIn(r, "1", src, e, func(i int) bool { return strings.HasPrefix(name, fmt.Sprintf("segment %d,", i)) })
		if strings.HasPrefix(name, "segment") != (len(suffer) > 0) {
			t.Fatalf("%s: the test expects %v", name, suffer)
		}
		t.Run(name, func(t *testing.T) {
			p.t = t
			p.want(p.verify(all), strings.Join(append([]string{"packs pack-hash"}, suffer...), " "))
			p.want(p.verify(Options{})) // structure alone does not see it
		})
		flip(t, path, at)
	}
	p.t = t
	p.want(p.verify(all))
}

// TestTruncated: the size tells, and what is behind the cut is lost, also without reading data.
func TestTruncated(t *testing.T) {
	p := newPlace(t)
	src := project()
	p.save("1", src)
	r := p.open("")
	e := p.onlyPack(pack.Data)
	cut := e.Footer.Offsets()[1] + 10
	suffer := p.filesIn(r, "1", src, e, func(i int) bool { return i > 0 })
	spared := p.filesIn(r, "1", src, e, func(i int) bool { return i == 0 })
	if len(suffer) == 0 || len(spared) == 0 || len(suffer) == len(src) {
		t.Fatal(suffer, spared)
	}
	edit(t, p.path(e.Name), func(b []byte) []byte { return b[:cut] })
	for _, o := range []Options{{}, all, {Sample: 100}} {
		p.want(p.verify(o), strings.Join(append([]string{"packs pack-size"}, suffer...), " "))
	}
	edit(t, p.path(e.Name), func([]byte) []byte { return nil })
	p.want(p.verify(all), strings.Join(append([]string{"packs pack-size"}, p.filesIn(r, "1", src, e, func(int) bool { return true })...), " "))
}

func TestLongerPack(t *testing.T) {
	p := newPlace(t)
	p.save("1", project())
	edit(t, p.path(p.onlyPack(pack.Data).Name), func(b []byte) []byte { return append(b, 0) })
	p.want(p.verify(Options{}), "packs pack-size") // nothing suffers
}

// TestTreePack: where folders are lost, they stand for what is below them.
func TestTreePack(t *testing.T) {
	p := newPlace(t)
	src := project()
	p.save("1", src)
	one := p.onlyPack(pack.Tree)
	src["src/main.go"] = []byte("2")
	p.save("2", src)
	flip(t, p.path(one.Name), int64(len(pack.Magic)))
	// The second snapshot has its own root and src; zz and src/deep are in the first pack.
	p.want(p.verify(Options{}), "packs pack-blocks 1:. 2:src/deep 2:zz")
	p.want(p.verify(all), "packs pack-blocks 1:. 2:src/deep 2:zz")
	must(t, os.Remove(p.path(one.Name)))
	p.want(p.verify(Options{}), "packs store-not-found 1:. 2:src/deep 2:zz")
}

// TestDeletedPack, and which snapshots suffer from it.
func TestDeletedPack(t *testing.T) {
	p := newPlace(t)
	src := files{"same": random(1, 70_000), "x/old": random(2, 70_000)}
	p.save("1", src)
	e := p.onlyPack(pack.Data)
	delete(src, "x/old")
	src["new"] = random(3, 100)
	p.save("2", src)
	p.save("3", files{"other": random(4, 100)})
	must(t, os.Remove(p.path(e.Name)))
	p.want(p.verify(Options{}), "packs store-not-found 1:same 1:x/old 2:same")
	res := p.verify(Options{DataPercent: 100, Sample: 100})
	p.want(res, "packs store-not-found 1:same 1:x/old 2:same")
	if res.PacksTotal != 6 || res.PacksRead != 5 || res.PacksProven != 5 || res.Sampled != 2 {
		t.Errorf("%+v", res)
	}
	if got := res.Damaged[0].Object; got != repo.PackName(e.Name) {
		t.Error(got)
	}
}

// TestSwappedPacks: each has a valid pack's bytes, but not its own.
func TestSwappedPacks(t *testing.T) {
	p := newPlace(t)
	p.save("1", files{"a": random(1, 100_000)})
	p.save("2", files{"b": random(2, 100_000)})
	both := p.packs(p.open(""), pack.Data, nil)
	if len(both) != 2 || both[0].Size != both[1].Size {
		t.Fatal("the packs are not of one size")
	}
	a, b := p.path(both[0].Name), p.path(both[1].Name)
	must(t, os.Rename(a, a+"x"))
	must(t, os.Rename(b, a))
	must(t, os.Rename(a+"x", b))
	p.want(p.verify(all), "packs pack-hash 1:a", "packs pack-hash 2:b")
	p.want(p.verify(Options{Sample: 5}), "packs pack-blocks 1:a", "packs pack-blocks 2:b") // restoring meets it too
}

// TestTwoPlaces: what stands in a second pack does not suffer.
func TestTwoPlaces(t *testing.T) {
	p := newPlace(t)
	one, two := p.open(""), p.open("")
	late := p.begin(two) // it does not hear of the first
	p.saveIn(one, "1", files{"both": random(1, 60_000), "one": random(2, 60_000)})
	first := p.onlyPack(pack.Data)
	p.saveWith(late, two, "2", files{"both": random(1, 60_000), "two": random(3, 60_000)})
	flip(t, p.path(first.Name), first.Footer.Offsets()[0])
	p.want(p.verify(all), "packs pack-hash 1:one")
	must(t, os.Remove(p.path(first.Name)))
	p.want(p.verify(Options{}), "packs store-not-found 1:one")
}

// TestCondemned: a pack that a prune has deleted while its index object was read is no damage, unless something needs it.
func TestCondemned(t *testing.T) {
	p := newPlace(t)
	p.save("1", files{"a": random(1, 60_000)})
	before := p.onlyPack(pack.Data)
	p.save("2", files{"b": random(2, 60_000)})
	r := p.open("")
	p.load(r)
	var late core.ID
	for _, e := range p.packs(r, pack.Data, map[core.ID]bool{before.Name: true}) {
		late = e.Name
	}
	must(t, os.Remove(p.path(late)))
	p.want(p.verify(all), "packs store-not-found 2:b")
	_, err := r.PutMark(t.Context(), &gc.Mark{Created: 1, Condemned: []core.ID{late}})
	must(t, err)
	p.want(p.verify(all), "packs store-not-found 2:b")
	for id, name := range p.names {
		if name == "2" {
			must(t, os.Remove(filepath.Join(p.dir, "snapshots", id.String())))
		}
	}
	p.want(p.verify(all))
}

func TestIndexObjects(t *testing.T) {
	p := newPlace(t)
	p.save("1", files{"a": random(1, 1000), "d/b": random(2, 1000)})
	first := p.objects("index")
	p.save("2", files{"c": random(3, 1000), "d/b": random(2, 1000)})
	if len(first) != 1 || len(p.objects("index")) != 2 {
		t.Fatal(p.objects("index"))
	}
	for _, at := range []int64{0, 30, 60, 200, 2000} {
		flip(t, first[0], at)
		// Without a cache folders are lost; with one they are read, and what is in them is named too.
		res, err := Run(t.Context(), p.open(""), all, &report.Discard{})
		must(t, err)
		p.want(res, "index object-damaged 1:. 2:d")
		res, err = Run(t.Context(), p.open(p.cache), all, &report.Discard{})
		must(t, err)
		p.want(res, "index object-damaged 1:. 1:a 1:d 1:d/b 2:d 2:d/b")
		if res.PacksTotal != 2 || res.Unlisted != 2 {
			t.Errorf("%+v", res)
		}
		flip(t, first[0], at)
	}
	p.want(p.verify(all))
	must(t, os.Remove(first[0]))
	res := p.verify(all)
	p.want(res, "index blocks-missing 1:. 2:d")
	if d := res.Damaged[0]; d.Object != "index" || res.Unlisted != 2 || res.UnlistedBytes == 0 {
		t.Errorf("%+v", res)
	}
}

func TestSnapshots(t *testing.T) {
	p := newPlace(t)
	p.save("1", files{"a": random(1, 1000)})
	m := p.save("2", files{"a": random(1, 1000), "b": nil})
	path := filepath.Join(p.dir, "snapshots", m.ID.String())
	info, err := os.Stat(path)
	must(t, err)
	for _, at := range []int64{0, 30, 60, 130, 2000, info.Size() - 1} {
		at = min(at, info.Size()-1)
		flip(t, path, at)
		p.want(p.verify(Options{}), "snapshots object-damaged 2:.")
		flip(t, path, at)
	}
	edit(t, path, func(b []byte) []byte { return b[:100] })
	p.want(p.verify(Options{}), "snapshots object-damaged 2:.")
	must(t, os.Remove(path))
	if res := p.verify(all); len(res.Damaged) != 0 || res.Snapshots != 1 {
		t.Errorf("%+v", res)
	}
}

// TestSwappedSnapshots: a manifest under another's name is damage.
func TestSwappedSnapshots(t *testing.T) {
	p := newPlace(t)
	a := p.save("1", files{"a": nil})
	b := p.save("2", files{"b": nil})
	data, err := os.ReadFile(filepath.Join(p.dir, "snapshots", a.ID.String()))
	must(t, err)
	edit(t, filepath.Join(p.dir, "snapshots", b.ID.String()), func([]byte) []byte { return data })
	p.want(p.verify(Options{}), "snapshots object-damaged 2:.")
}

func TestSlotAndConfig(t *testing.T) {
	p := newPlace(t)
	p.save("1", files{"a": nil})
	mine := filepath.Join(p.dir, "keys", p.made.Repo.Keyring().Slot.String())
	for _, slot := range p.objects("keys") {
		if slot != mine {
			for _, at := range []int64{1, 40, 200, 600} {
				flip(t, slot, at)
				p.want(p.verify(Options{}), "keys slot-uncertified")
				flip(t, slot, at)
			}
		}
	}
	r := p.open("")
	config := filepath.Join(p.dir, "config")
	look := func(want ...string) {
		t.Helper()
		res, err := Run(t.Context(), r, Options{}, &report.Discard{})
		must(t, err)
		p.want(res, want...)
	}
	look()
	for _, at := range []int64{0, 2, 10, 30, 60} {
		flip(t, config, at)
		look("config object-damaged")
		flip(t, config, at)
	}
	must(t, os.Remove(config))
	look("config store-not-found")
}

// TestUnlistedPack: an interrupted backup leaves some, and they are no damage.
func TestUnlistedPack(t *testing.T) {
	p := newPlace(t)
	p.save("1", files{"a": random(1, 1000)})
	data := random(9, 5000)
	name := p.path(crypto.Hash(data))
	must(t, os.MkdirAll(filepath.Dir(name), 0o700))
	must(t, os.WriteFile(name, data, 0o600))
	res := p.verify(all)
	p.want(res)
	if res.Unlisted != 1 || res.UnlistedBytes != 5000 || res.PacksTotal != 2 {
		t.Errorf("%+v", res)
	}
}

// TestManySuffer: files are named up to a limit, and counted beyond it; the newest snapshot's come first.
func TestManySuffer(t *testing.T) {
	p := newPlace(t)
	src := files{}
	for i := range 70 {
		src[fmt.Sprintf("f%02d", i)] = fmt.Append(nil, "content ", i)
	}
	p.save("1", src)
	e := p.onlyPack(pack.Data)
	src["new"] = []byte("new")
	p.save("2", src)
	must(t, os.Remove(p.path(e.Name)))
	res := p.verify(Options{})
	if len(res.Damaged) != 1 || res.Damaged[0].Total != 140 || len(res.Damaged[0].Files) != MaxFiles {
		t.Fatalf("%+v", res.Damaged)
	}
	newest := 0
	for _, f := range res.Damaged[0].Files {
		if p.names[f.Snapshot] == "2" {
			newest++
		}
	}
	if newest != 70 {
		t.Errorf("%d of the newest", newest)
	}
}
