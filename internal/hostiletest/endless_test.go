//go:build linux

package hostiletest

import (
	"bytes"
	"encoding/binary"
	"io"
	"testing"

	"github.com/klauspost/compress/zstd"

	"backup_projeto/internal/core"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/tree"
)

// bomb is a zstd frame that says it has length bytes and goes on to have 4 GiB, in 128 KB.
func bomb(length uint32) []byte {
	b := []byte{0x28, 0xb5, 0x2f, 0xfd, 0b1010_0000} // magic, one segment, a content size of 4 bytes
	b = binary.LittleEndian.AppendUint32(b, length)
	for i := range 1 << 15 {
		head := uint32(1<<17)<<3 | 1<<1 // a run of 128 KiB
		if i == 1<<15-1 {
			head |= 1
		}
		b = append(b, byte(head), byte(head>>8), byte(head>>16), 'x')
	}
	return b
}

// unsized is bomb without a content size, and with a window of 2 GiB.
func unsized() []byte {
	return append([]byte{0x28, 0xb5, 0x2f, 0xfd, 0, 21 << 3}, bomb(0)[9:]...)
}

// content meets what is wrong only with the content of f.
var content = []string{"cat", "data", "restore"}

func TestBombs(t *testing.T) {
	var all []attack
	for name, frame := range map[string][]byte{"said 8 MiB": bomb(8 << 20), "said 10 bytes": bomb(10), "said 4 GiB": bomb(1<<32 - 1), "not said": unsized()} {
		for _, length := range []int{10, core.MaxChunk} {
			id := core.ID{7}
			all = append(all, attack{name: name + " file", codes: except(content...), make: func(v *villain) {
				v.begin(pack.Data)
				v.compressed(id, length, frame)
				v.flush(nil)
				v.save(v.folder(file("f", int64(length), ids(id))), nil)
			}}, attack{name: name + " folder", make: func(v *villain) {
				v.compressed(id, length, frame)
				v.save(ids(id), nil)
			}})
		}
	}
	for _, b := range [][]byte{bomb(1<<32 - 1), unsized()} {
		d, err := zstd.NewReader(bytes.NewReader(b), zstd.WithDecoderMaxWindow(1<<32), zstd.WithDecoderMaxMemory(1<<40))
		must(t, err)
		if _, err := io.CopyN(io.Discard, d, 100<<20); err != nil {
			t.Errorf("it is no bomb: %v", err)
		}
		d.Close()
	}
	runAll(t, all)
}

// TestSelf stores a folder that contains itself, as far as a hash lets it: under an id that its content does not have.
func TestSelf(t *testing.T) {
	id := core.ID{7}
	runAll(t, []attack{{name: "folder", make: func(v *villain) {
		v.claim(id, tree.Encode([]tree.Entry{dir("d", ids(id)), file("f", 0, tree.Content{})}))
		v.save(ids(id), nil)
	}}, {name: "list", make: func(v *villain) {
		v.claim(id, bytes.Repeat(id[:], 1000))
		v.save(tree.Content{IDs: []core.ID{id}, Depth: 8}, nil)
	}}, {name: "list of a file", codes: map[string]int{"ls": 0, "find": 0, "diff": 0}, make: func(v *villain) {
		v.claim(id, bytes.Repeat(id[:], 1000))
		v.save(v.folder(file("f", 1<<40, tree.Content{IDs: []core.ID{id}, Depth: 8})), nil)
	}}})
}

// doubling stores folders of which each contains the next twice: 2^60 of them, in 60.
func doubling(v *villain) tree.Content {
	c := v.folder(file("f", 0, tree.Content{}))
	for range 60 {
		c = v.folder(dir("a", c), dir("b", c), file("f", 0, tree.Content{}))
	}
	return c
}

// TestDoubling stores more folders than there are atoms in anything, all of them proper.
func TestDoubling(t *testing.T) {
	walks := except("find", "diff", "restore")
	runAll(t, []attack{{name: "counted", codes: walks, make: func(v *villain) { v.save(doubling(v), nil) }},
		{name: "new", codes: walks, make: func(v *villain) {
			v.save(doubling(v), func(m *snapshot.Manifest) { m.Counts = snapshot.Counts{} })
		}}})
}

// widest is how many ids the lists have; it could be 64 times as many, but 2^96 are enough.
const widest = 1 << 12

// wide stores lists of lists, each of as many times the same as a list can hold.
func wide(v *villain, id core.ID, depth uint8) tree.Content {
	for range depth {
		id = v.list(id, widest)
	}
	return tree.Content{IDs: []core.ID{id}, Depth: depth}
}

// TestLists describes contents of more blocks than could ever be counted.
func TestLists(t *testing.T) {
	met := except("cat", "verify", "data", "restore")
	whole := map[string]int{"prune": 0}
	runAll(t, []attack{
		{name: "nothing", codes: met, make: func(v *villain) {
			v.save(v.folder(file("f", 5, wide(v, v.block(nil), 8))), nil)
		}},
		{name: "nothing and no size", codes: met, make: func(v *villain) {
			v.save(v.folder(file("f", 0, wide(v, v.block(nil), 8))), nil)
		}},
		{name: "empty blocks", codes: met, make: func(v *villain) {
			c := wide(v, v.block(nil), 7)
			c.Depth = 7
			v.save(v.folder(file("f", 5, c)), nil)
		}},
		{name: "much for a small file", codes: met, make: func(v *villain) {
			v.save(v.folder(file("f", 5, wide(v, v.block([]byte("four")), 8))), nil)
		}},
		{name: "little for a large file", codes: met, make: func(v *villain) {
			v.save(v.folder(file("f", 1<<61, wide(v, v.block([]byte("four")), 1))), nil)
		}},
		{name: "missing blocks", codes: map[string]int{"ls": 0, "find": 0, "diff": 0}, make: func(v *villain) {
			v.save(v.folder(file("f", 1<<61, wide(v, core.ID{7}, 7))), nil)
		}},
		{name: "folder of nothing", make: func(v *villain) { v.save(wide(v, v.block(nil), 8), nil) }},
		{name: "folder of empty folders", codes: whole, make: func(v *villain) { v.save(wide(v, v.block(tree.Encode(nil)), 8), nil) }},
		{name: "folder of equal folders", codes: map[string]int{"cat": 0, "prune": 0}, left: "f", make: func(v *villain) {
			v.save(wide(v, v.block(tree.Encode([]tree.Entry{file("f", 0, tree.Content{})})), 8), nil)
		}},
		{name: "folder of missing folders", make: func(v *villain) { v.save(wide(v, core.ID{7}, 7), nil) }},
		{name: "not ids", make: func(v *villain) {
			v.save(tree.Content{IDs: []core.ID{v.block([]byte("33 bytes are not a number of ids."))}, Depth: 1}, nil)
		}},
	})
}
