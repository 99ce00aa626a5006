//go:build linux

package hostiletest

import (
	"bytes"
	"strings"
	"testing"

	"backup_projeto/internal/cbor"
	"backup_projeto/internal/core"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/tree"
)

// TestFolders stores folders that no honest writer makes: each is damage to whoever reads it, and nothing of it is restored.
func TestFolders(t *testing.T) {
	named := func(name string) []byte { return tree.Encode([]tree.Entry{file(name, 0, tree.Content{})}) }
	entry := func(change func(e *tree.Entry)) []byte {
		e := file("f", 0, tree.Content{})
		change(&e)
		return tree.Encode([]tree.Entry{e})
	}
	some := core.ID{1}
	folders := map[string][]byte{
		"slash": named("../outside/precious"), "absolute": named("/etc/evil"), "dot": named("."), "dot dot": named(".."), "empty name": named(""),
		"NUL": named("f\x00"), "long name": named(strings.Repeat("n", core.MaxName+1)),
		"twice":     tree.Encode([]tree.Entry{file("f", 0, tree.Content{}), file("f", 0, tree.Content{})}),
		"unsorted":  tree.Encode([]tree.Entry{file("g", 0, tree.Content{}), file("f", 0, tree.Content{})}),
		"link then": tree.Encode([]tree.Entry{symlink("d", "../outside"), dir("d", ids(some))}),
		"type":      entry(func(e *tree.Entry) { e.Type = 7 }),
		"mode":      entry(func(e *tree.Entry) { e.Mode = 0o10000 }),
		"negative":  entry(func(e *tree.Entry) { e.Size = -1 }),
		"huge size": entry(func(e *tree.Entry) { e.Size = 1<<62 + 1 }),
		"depth":     entry(func(e *tree.Entry) { e.Content, e.Size = tree.Content{IDs: []core.ID{some}, Depth: 9}, 1 }),
		"hole out":  entry(func(e *tree.Entry) { e.Size, e.Holes = 10, []tree.Hole{{Offset: 5, Length: 1 << 61}} }),
		"holes":     entry(func(e *tree.Entry) { e.Size, e.Holes = 10, []tree.Hole{{Offset: 0, Length: 5}, {Offset: 4, Length: 2}} }),
		"hole wraps": entry(func(e *tree.Entry) {
			e.Size, e.Holes = 1<<62, []tree.Hole{{Offset: 1 << 62, Length: 1 << 62}}
		}),
		"folder linked": entry(func(e *tree.Entry) { e.Type, e.Link = tree.Dir, tree.LinkKey{1} }),
		"link holds":    entry(func(e *tree.Entry) { e.Type, e.Target, e.Content = tree.Symlink, "x", ids(some) }),
		"target NUL":    entry(func(e *tree.Entry) { e.Type, e.Target = tree.Symlink, "x\x00y" }),
		"device":        entry(func(e *tree.Entry) { e.Device = [2]uint32{1, 3} }),
		"attributes":    entry(func(e *tree.Entry) { e.Xattrs = []tree.Xattr{{Name: "user.b"}, {Name: "user.a"}} }),
		"attribute 2 GB": append(append(cbor.AppendArray(nil, 1), 0xa2, 1, 0x41, 'f', 16, 0x82, 0x46), // {1: "f", 16: ["user.x", …
			append([]byte("user.x"), 0x5a, 0x80, 0, 0, 0)...),
		"huge count": cbor.AppendArray(nil, 1<<20), "huger count": cbor.AppendArray(nil, 1<<40), "huge holes": append([]byte{0x81, 0xa2, 1, 0x41, 'f', 12}, cbor.AppendArray(nil, 1<<21)...),
		"nested":   bytes.Repeat([]byte{0x81}, 1<<20),
		"endless":  {0x9f, 0xff},
		"nonsense": []byte("not a folder"), "nothing": {}, "more": append(named("f"), 0),
	}
	var all []attack
	for name, piece := range folders {
		all = append(all, attack{name: name, make: func(v *villain) { v.save(ids(v.block(piece)), nil) }})
	}
	runAll(t, all)
}

// TestOddNames stores names that are odd, and allowed: they are restored as they are, below the target.
func TestOddNames(t *testing.T) {
	var entries []tree.Entry
	odd := []string{"\x1b[31mred", "...", "C:", "CON", "\\\\server\\share", "a\\..\\b", "f", "new\nline", "nul.txt", "space ", "~", "\xff\xfe"}
	for _, name := range odd {
		entries = append(entries, file(name, 0, tree.Content{}))
	}
	runAll(t, []attack{{name: "odd", codes: map[string]int{"ls": 0, "find": 0, "diff": 0, "cat": 0, "verify": 0, "data": 0, "prune": 0, "restore": 3}, left: strings.Join(odd, " "), make: func(v *villain) {
		v.save(v.folder(entries...), func(m *snapshot.Manifest) {
			m.Parent = m.ID
			m.Tags = []string{"\x1b]0;evil\x07"}
			m.Host, m.User, m.Version = "\x1b[2J", "\x9b", "\x00\r"
			m.Git = &snapshot.Git{Branch: "\x1b[1m"}
			m.Unread = []snapshot.Unread{{Path: "\x1b[H", Reason: "\x1b[H", Detail: "\x1b[H"}}
			m.UnreadTotal = 1
			m.Excluded = []snapshot.Excluded{{Rule: "\x1b[H", Count: 1, First: "\x1b[H"}}
			m.Path = "/\x1b[H"
			m.Counts = snapshot.Counts{Files: 1 << 62, Dirs: 1 << 62, BytesSeen: 1 << 62}
			m.Start = -1 << 62
		})
		for _, words := range [][]string{{"snapshots"}, {"snapshots", "--all", "--verbose"}, {"stats"}, {"retain", "--dry-run"}, {"pin"}, {"find", "*"}} {
			v.want(0, words...)
		}
	}}})
}
