//go:build linux

package hostiletest

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"backup_projeto/internal/cbor"
	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/tree"
)

// TestPetabytes stores a file of 2^56 bytes, every one of which is there. All that can be done about it is to end when the disk is full.
func TestPetabytes(t *testing.T) {
	attacks.Add(1)
	p := newPlace(t)
	v := newVillain(p)
	c := wide(v, v.block(make([]byte, 1<<20)), 3)
	v.save(v.folder(file("f", 1<<56, c), file("g", 0, tree.Content{})), nil)
	for _, words := range [][]string{{"ls"}, {"find", "f"}, {"diff"}, {"verify"}, {"verify", "--data=100%"}, {"prune"}} {
		p.want(0, words...)
	}
	target := filepath.Join(p.top, "target")
	p.want(7, "restore", "--to="+target)
	if got := names(t, target); got != "g" && got != "" {
		t.Errorf("the restore left %q", got)
	}
	if got := p.run(failing{}, "cat", "f"); got.code == 0 {
		t.Errorf("cat could not write, and ended with %d:\n%s", got.code, got.err)
	}
	p.honest()
}

// failing fails like a pipe that nobody reads any more.
type failing struct{}

// Write fails.
func (failing) Write([]byte) (int, error) { return 0, errors.New("enough") }

// TestLinks stores names of one inode that cannot be names of one inode, and a link with something below it.
func TestLinks(t *testing.T) {
	runAll(t, []attack{{name: "kinds", codes: except(), left: "a b f g", make: func(v *villain) {
		a, b := symlink("a", "../outside/precious"), v.block([]byte("b's"))
		all := []tree.Entry{a, file("b", 3, ids(b)), file("f", 4, ids(v.block([]byte("f is")))), {Name: "g", Type: tree.Fifo, Meta: tree.Meta{Mode: 0o600}}}
		for i := range all {
			all[i].Link = tree.LinkKey{1}
		}
		v.save(v.folder(all...), nil)
	}, check: func(t *testing.T, target string) {
		for name, want := range map[string]string{"b": "b's", "f": "f is"} {
			info, err := os.Lstat(filepath.Join(target, name))
			must(t, err)
			if got, err := os.ReadFile(filepath.Join(target, name)); err != nil || string(got) != want || !info.Mode().IsRegular() {
				t.Errorf("%s is %v and holds %q, %v", name, info.Mode(), got, err)
			}
		}
		if info, err := os.Lstat(filepath.Join(target, "g")); err != nil || info.Mode().Type() != os.ModeNamedPipe {
			t.Errorf("g is %v, %v", info.Mode(), err)
		}
	}}})
	attacks.Add(1)
	p := newPlace(t)
	v := newVillain(p)
	v.save(v.folder(symlink("d", p.outside), symlink("f", filepath.Join(p.outside, "precious"))), nil)
	before, target := state(t, p.outside), filepath.Join(p.top, "target")
	p.want(0, "restore", "--to="+target)
	id := v.block([]byte("through the link"))
	v.save(v.folder(dir("d", v.folder(file("precious", 16, ids(id)))), file("f", 16, ids(id))), nil)
	p.want(0, "restore", "--to="+target)
	if now := state(t, p.outside); now != before {
		t.Errorf("outside changed from\n%sto\n%s", before, now)
	}
	if got := names(t, target); got != "d d/precious f" {
		t.Errorf("the restore left %q", got)
	}
}

// TestIndexLies lists a pack as it is not.
func TestIndexLies(t *testing.T) {
	var all []attack
	for name, lie := range map[string]func(e *pack.Entry){
		"longer pack":  func(e *pack.Entry) { e.Size = core.MaxPack },
		"shorter pack": func(e *pack.Entry) { e.Size -= 1000 },
		"other pack":   func(e *pack.Entry) { e.Name[0] ^= 1 },
		"other key":    func(e *pack.Entry) { e.Key = bytes.Repeat([]byte{1}, len(e.Key)) },
		"other kind":   func(e *pack.Entry) { e.Footer.Kind ^= 1 },
		"longer block": func(e *pack.Entry) { set(e, core.MaxChunk, core.MaxSegment) },
		"empty block":  func(e *pack.Entry) { set(e, 0, 0) },
		"longer segment": func(e *pack.Entry) {
			e.Footer.Segments[0].Stored, e.Size = core.MaxSegment, core.MaxPack
		},
		"compressed": func(e *pack.Entry) { e.Footer.Segments[0].Compression = pack.Zstd },
		"other block": func(e *pack.Entry) {
			s := e.Footer.Segments
			s[0].IDs[0], s[1].IDs[0] = s[1].IDs[0], s[0].IDs[0]
		},
		"many": func(e *pack.Entry) {
			s := &e.Footer.Segments[0]
			for range 1 << 15 {
				s.IDs, s.Lengths = append(s.IDs, s.IDs[0]), append(s.Lengths, 0)
			}
		},
	} {
		all = append(all, attack{name: name, loose: true, make: func(v *villain) {
			c := ids(v.block([]byte("true")))
			root := v.folder(file("f", 4, c))
			v.flush(lie)
			v.save(root, nil)
		}})
	}
	for name, body := range map[string][]byte{"not an index": []byte("nonsense"), "huge count": cbor.AppendArray(nil, 1<<40), "nested": bytes.Repeat([]byte{0x81}, 1<<20),
		"empty": cbor.AppendArray(nil, 0), "large": make([]byte, 8<<20)} {
		all = append(all, attack{name: name, loose: true, make: func(v *villain) {
			v.save(v.folder(file("f", 4, ids(v.block([]byte("true"))))), nil)
			v.putIndex(body)
		}})
	}
	runAll(t, all)
}

// set changes what is said of the first segment's block.
func set(e *pack.Entry, length, raw int) {
	s := &e.Footer.Segments[0]
	s.Lengths[0], s.Raw = length, raw
	if raw != length {
		s.Lengths, s.IDs = append(s.Lengths, raw-length), append(s.IDs, s.IDs[0])
	}
}

// TestObjects stores objects that do not open, beside a snapshot that is right.
func TestObjects(t *testing.T) {
	id := crypto.NewUUID()
	var all []attack
	for name, object := range map[string]string{"snapshot": "snapshots/", "mark of a snapshot": "pins/" + id.String() + ".", "key": "keys/", "trash": "trash/" + id.String() + "."} {
		for size, bytes := range map[string][]byte{"empty": {}, "short": []byte("bp-snap1 and more"), "long": make([]byte, 70<<20)} {
			all = append(all, attack{name: name + " " + size, loose: true, make: func(v *villain) {
				v.save(v.folder(file("f", 4, ids(v.block([]byte("true"))))), nil)
				path := filepath.Join(v.repo, object+crypto.NewUUID().String())
				must(v.t, os.MkdirAll(filepath.Dir(path), 0o700))
				must(v.t, os.WriteFile(path, bytes, 0o600))
			}})
		}
	}
	runAll(t, all)
}
