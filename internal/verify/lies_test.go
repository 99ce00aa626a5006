package verify

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/index"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/tree"
)

// putIndex stores an index object that a device with all keys made, but not this program.
func (p *place) putIndex(r *repo.Repo, packs ...pack.Entry) {
	p.t.Helper()
	ring, ctx := r.Keyring(), crypto.Context(r.Header().ID, crypto.KindIndex, nil)
	body := crypto.SealOnce(ring.Writer.IndexKey(), ctx, crypto.Pad(index.Encode(packs)))
	b := append([]byte("bp-indx1"), ring.Slot[:]...)
	b = append(b, ring.Signer.Verifier()...)
	b = append(b, ring.Signer.Sign(slices.Concat(ctx, ring.Slot[:]), body)...)
	b = append(b, body...)
	must(p.t, p.store().Put(p.t.Context(), "index/"+crypto.Hash(b).String(), b))
}

// putPack stores a pack of raw segments, each of blocks by their ids.
func (p *place) putPack(r *repo.Repo, segments ...map[core.ID]string) pack.Entry {
	p.t.Helper()
	b, err := pack.NewBuilder(nil, new([]byte), r.Keyring().Public, r.Header().ID, pack.Data)
	must(p.t, err)
	for _, blocks := range segments {
		s, raw := pack.Segment{}, ""
		ids := make([]core.ID, 0, len(blocks))
		for id := range blocks {
			ids = append(ids, id)
		}
		slices.SortFunc(ids, func(a, b core.ID) int { return bytes.Compare([]byte(blocks[a]), []byte(blocks[b])) })
		for _, id := range ids {
			s.IDs, s.Lengths = append(s.IDs, id), append(s.Lengths, len(blocks[id]))
			raw += blocks[id]
		}
		s.Raw = len(raw)
		must(p.t, b.Add(s, []byte(raw)))
	}
	built, err := b.Finish()
	must(p.t, err)
	must(p.t, p.store().Put(p.t.Context(), repo.PackName(built.Name), built.Data))
	e := built.Entry
	e.Key = bytes.Clone(e.Key)
	return e
}

// refer saves a snapshot of files whose blocks are there already.
func (p *place) refer(name string, blocks map[string]core.ID, size int64) {
	p.t.Helper()
	src := files{}
	for path := range blocks {
		src[path] = nil
	}
	p.save(name, src, func(path string, e *tree.Entry) {
		e.Size, e.Content = size, tree.Content{IDs: []core.ID{blocks[path]}}
	})
}

// TestWrongBlock: a segment that opens, in which one block does not have its id.
func TestWrongBlock(t *testing.T) {
	p := newPlace(t)
	r := p.open("")
	h := r.Hasher()
	a, b, c, wrong := h.Sum([]byte("aaaa")), h.Sum([]byte("bbbb")), h.Sum([]byte("cccc")), core.ID{7}
	e := p.putPack(r, map[core.ID]string{a: "aaaa"}, map[core.ID]string{b: "bbbb", wrong: "other", c: "cccc"})
	p.putIndex(r, e)
	p.refer("1", map[string]core.ID{"a": a, "b": b, "c": c}, 4)
	p.refer("2", map[string]core.ID{"wrong": wrong}, 5)
	p.want(p.verify(Options{}))
	p.want(p.verify(all), "packs pack-blocks 2:wrong")
	p.want(p.verify(Options{Sample: 4}), "packs pack-blocks 2:wrong")
}

// TestLyingIndex: what an index object says is not what the pack's footer says.
func TestLyingIndex(t *testing.T) {
	p := newPlace(t)
	r := p.open("")
	h := r.Hasher()
	a, b, c, d := h.Sum([]byte("aaaa")), h.Sum([]byte("bbbb")), h.Sum([]byte("cccc")), h.Sum([]byte("dddd"))
	right := p.putPack(r, map[core.ID]string{a: "aaaa", b: "bbbb", c: "cccc"}, map[core.ID]string{d: "dddd"})
	swapped := clone(right)
	ids := swapped.Footer.Segments[0].IDs
	ids[0], ids[1] = ids[1], ids[0]
	p.putIndex(r, swapped)
	p.refer("1", map[string]core.ID{"a": a, "b": b, "c": c, "d": d}, 4)
	p.want(p.verify(Options{}))
	p.want(p.verify(all), "packs pack-index 1:a 1:b")

	// A second one contradicts it, and knows the wrong key: what the first gives can be read.
	locked := clone(swapped)
	locked.Key[5] ^= 1
	p.putIndex(r, locked)
	p.want(p.verify(Options{}), "packs pack-index 1:a 1:b")

	// A third one is right: all can be read.
	p.putIndex(r, right)
	p.want(p.verify(Options{}), "packs pack-index")
	p.want(p.verify(all), "packs pack-index")
}

// TestTwoLies: what both of two lying index objects get wrong is lost, block by block.
func TestTwoLies(t *testing.T) {
	p := newPlace(t)
	r := p.open("")
	h := r.Hasher()
	a, b, c := h.Sum([]byte("aaaa")), h.Sum([]byte("bbbb")), h.Sum([]byte("cccc"))
	right := p.putPack(r, map[core.ID]string{a: "aaaa", b: "bbbb", c: "cccc"})
	for _, swap := range [][2]int{{0, 1}, {1, 2}} {
		e := clone(right)
		ids := e.Footer.Segments[0].IDs
		ids[swap[0]], ids[swap[1]] = ids[swap[1]], ids[swap[0]]
		p.putIndex(r, e)
	}
	// a is found by the second only, c by the first only, b by none.
	p.refer("1", map[string]core.ID{"a": a, "b": b, "c": c}, 4)
	p.want(p.verify(Options{}), "packs pack-index 1:b")
}

// TestIndexGoneMeanwhile: a pack that nobody lists any more, when it is looked at closely, is lost.
func TestIndexGoneMeanwhile(t *testing.T) {
	p := newPlace(t)
	p.save("1", files{"a": random(1, 1000)})
	e := p.onlyPack(pack.Data)
	flip(t, p.path(e.Name), e.Size-1)
	r, s := p.spied()
	reads := 0
	s.hide = func(name string) bool {
		if filepath.Dir(name) == "index" {
			reads++
		}
		return filepath.Dir(name) == "index" && reads > 2
	}
	res, err := Run(t.Context(), r, all, &report.Discard{})
	must(t, err)
	p.want(res, "packs pack-hash 1:a")
}

// TestSnapshotDeletedMeanwhile: nobody suffers from what only a deleted snapshot needs.
func TestSnapshotDeletedMeanwhile(t *testing.T) {
	p := newPlace(t)
	m := p.save("1", files{"a": random(1, 1000)})
	p.save("2", files{"b": nil})
	e := p.onlyPack(pack.Data)
	must(t, os.Remove(p.path(e.Name)))
	r, s := p.spied()
	snapshot, lists := filepath.Join(p.dir, "snapshots", m.ID.String()), 0
	s.hide = func(name string) bool {
		if name != "snapshots/"+m.ID.String() {
			return false
		}
		lists++
		return lists > 1
	}
	res, err := Run(t.Context(), r, all, &report.Discard{})
	must(t, err)
	p.want(res, "packs store-not-found")
	r, s = p.spied()
	s.get = func(name string) error {
		if name == "snapshots/"+m.ID.String() {
			_ = os.Remove(snapshot)
		}
		return nil
	}
	res, err = Run(t.Context(), r, all, &report.Discard{})
	must(t, err)
	p.want(res, "packs store-not-found")
	if res.Snapshots != 1 {
		t.Errorf("%+v", res)
	}
}

func clone(e pack.Entry) pack.Entry {
	f, err := pack.DecodeFooter(e.Footer.Encode())
	if err != nil {
		panic(err)
	}
	e.Footer, e.Key = f, bytes.Clone(e.Key)
	return e
}

// TestNonsense: what is authentic, but wrong, as a faulty program would write it.
func TestNonsense(t *testing.T) {
	many := files{"plain": random(1, 1000)}
	for i := range 1200 {
		many[fmt.Sprintf("d/%d/%0900d", i%2, i)] = []byte("x") // long names, so that there are several pieces
	}
	for name, c := range map[string]struct {
		path string
		want string
		f    func(e *tree.Entry)
	}{
		"longer":       {"plain", "packs file-length 1:plain", func(e *tree.Entry) { e.Size++ }},
		"shorter":      {"plain", "packs file-length 1:plain", func(e *tree.Entry) { e.Size-- }},
		"hole":         {"plain", "packs file-length 1:plain", func(e *tree.Entry) { e.Holes = []tree.Hole{{Offset: 1, Length: 1}} }},
		"block":        {"plain", "index blocks-missing 1:plain", func(e *tree.Entry) { e.Content.IDs[0][5] ^= 1 }},
		"folder block": {"d/1", "index blocks-missing 1:d/1", func(e *tree.Entry) { e.Content.IDs[0][5] ^= 1 }},
		"depth":        {"plain", "packs folder-damaged 1:plain", func(e *tree.Entry) { e.Content.Depth = 1 }},
		"file as folder": {"plain", "packs folder-damaged 1:plain", func(e *tree.Entry) {
			e.Type, e.Size = tree.Dir, 0
		}},
		"order": {"d/0", "packs folder-damaged 1:d/0", func(e *tree.Entry) { slices.Reverse(e.Content.IDs) }},
		"twice": {"d/0", "packs folder-damaged 1:d/0", func(e *tree.Entry) { e.Content.IDs = append(e.Content.IDs, e.Content.IDs[0]) }},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			p.save("0", many) // the same pieces, rightly
			p.save("1", many, func(path string, e *tree.Entry) {
				if path == c.path {
					if len(e.Content.IDs) < 1 || strings.HasPrefix(path, "d/0") && len(e.Content.IDs) < 2 {
						t.Fatal("not enough pieces")
					}
					e.Content.IDs = slices.Clone(e.Content.IDs)
					c.f(e)
				}
			})
			p.want(p.verify(Options{Sample: 2000}), c.want)
		})
	}
}

// TestLists verifies a file of so many blocks that they are listed in lists, whole, and with a list lost.
func TestLists(t *testing.T) {
	p := newPlace(t)
	r := p.open("")
	p.load(r)
	s, err := r.Begin(t.Context())
	must(t, err)
	w := &writer{t: t, s: s, h: r.Hasher(), fill: [2]*repo.Filler{s.Filler(pack.Data), s.Filler(pack.Tree)}}
	l := tree.Lister{Put: func(list []byte) (core.ID, error) { return w.put(pack.Tree, list), nil }}
	for i := range 3000 {
		must(t, l.Add(w.put(pack.Data, fmt.Append(nil, "block ", i%2900+1000))))
	}
	c, err := l.Finish()
	must(t, err)
	for _, f := range w.fill {
		must(t, f.Flush())
	}
	must(t, s.Finish())
	s.Close()
	if c.Depth == 0 {
		t.Fatal("no lists")
	}
	lists := p.onlyPack(pack.Tree)
	p.save("1", files{"long": nil, "short": []byte("s")}, func(path string, e *tree.Entry) {
		if path == "long" {
			e.Content, e.Size = c, 3000*10
		}
	})
	res := p.verify(Options{DataPercent: 100, Sample: 2})
	p.want(res)
	if res.Sampled != 2 {
		t.Errorf("%+v", res)
	}
	flip(t, p.path(lists.Name), lists.Footer.Offsets()[0])
	p.want(p.verify(Options{}), "packs pack-blocks 1:long")
	p.want(p.verify(Options{DataPercent: 100, Sample: 2}), "packs pack-blocks 1:long")
}
