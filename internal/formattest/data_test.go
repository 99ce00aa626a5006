package formattest

import (
	"fmt"
	"testing"

	"backup_projeto/internal/cbor"
	"backup_projeto/internal/chunk"
	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/tree"
)

// created is when the vectors' repository was made, 2026-01-01.
const created = 1767225600000000000

func configBody(pairs int) []byte {
	b := cbor.AppendUint(cbor.AppendUint(cbor.AppendMap(nil, pairs), 1), 1)
	b = cbor.AppendBytes(cbor.AppendUint(b, 2), repository[:])
	b = cbor.AppendInt(cbor.AppendUint(b, 3), created)
	b = cbor.AppendArray(cbor.AppendUint(b, 4), 3)
	for _, n := range []int{chunk.Default.Min, chunk.Default.Avg, chunk.Default.Max} {
		b = cbor.AppendUint(b, uint64(n))
	}
	return b
}

func configVector(_ *testing.T, v *vector) {
	mac := crypto.MAC(writer().ConfigKey(), crypto.Context(repository, crypto.KindConfig, nil), configBody(4))
	v.hex("authenticated", configBody(4))
	v.hex("object", cbor.AppendBytes(cbor.AppendUint(configBody(5), 5), mac))
}

func id(s string) core.ID { return crypto.NewIDHasher(writer().IDKey()).Sum([]byte(s)) }

func footerVector(t *testing.T, v *vector) {
	f := &pack.Footer{Kind: pack.Data, Segments: []pack.Segment{
		{Stored: 26, Raw: 10, Compression: pack.Raw, IDs: []core.ID{id("hello"), id("world")}, Lengths: []int{5, 5}},
		{Stored: 100, Raw: 4096, Compression: pack.Zstd, IDs: []core.ID{id("")}, Lengths: []int{4096}},
	}}
	if _, err := pack.DecodeFooter(f.Encode()); err != nil {
		t.Error(err)
	}
	v.hex("footer", f.Encode())
}

func paddingVector(_ *testing.T, v *vector) {
	for _, n := range []int{1, 4096, 4097, 131072, 131073, 262145, 524289, 1048576, 1048577, 16777217} {
		v.add(fmt.Sprint(n), fmt.Sprint(crypto.Padded(n)))
	}
	for _, s := range []string{"", "hello"} {
		h := crypto.Hash(crypto.Pad([]byte(s)))
		v.hex(fmt.Sprintf("%q", s), h[:])
	}
}

// entries are two entries of a directory that between them have what a reader meets first.
func entries() []tree.Entry {
	meta := tree.Meta{Mode: 0o644, UID: 1000, GID: 1000, User: "ana", Group: "ana", MTime: created + 123456789}
	sparse := tree.Entry{Name: "disco.img", Type: tree.File, Meta: meta, Size: 8197,
		Content: tree.Content{IDs: []core.ID{id("hello")}}, Holes: []tree.Hole{{Offset: 0, Length: 4096}, {Offset: 4101, Length: 4096}},
		Link: tree.LinkKey(count(0xa0, 16))}
	sparse.Xattrs = []tree.Xattr{{Name: "user.nota", Value: []byte("x")}}
	link := tree.Entry{Name: "liga", Type: tree.Symlink, Meta: meta, Target: "../alvo"}
	link.Mode = 0o777
	return []tree.Entry{sparse, link}
}

func entryVector(t *testing.T, v *vector) {
	e := entries()
	b := tree.AppendEntry(nil, &e[0])
	d := cbor.NewDecoder(b)
	tree.DecodeEntry(d, false)
	if err := d.Finish(); err != nil {
		t.Error(err)
	}
	v.hex("entry", b)
}

func directoryVector(t *testing.T, v *vector) {
	b := tree.Encode(entries())
	if _, err := tree.Decode(b); err != nil {
		t.Error(err)
	}
	h := crypto.NewIDHasher(writer().IDKey()).Sum(b)
	v.hex("piece", b)
	v.hex("id", h[:])
}

func manifestVector(t *testing.T, v *vector) {
	root := tree.Entry{Type: tree.Dir, Meta: tree.Meta{Mode: 0o755, MTime: created}}
	root.Content.IDs = []core.ID{id("hello")}
	m := &snapshot.Manifest{
		ID:      core.UUID(mustHex("019b76da41007000800000000000000a")),
		Project: snapshot.Project{ID: core.UUID(count(0xb0, 16)), Name: "projeto"},
		Host:    "casa", User: "ana", OS: "linux", Path: "/home/ana/projeto", Start: created, End: created + 1e9, Version: "1.0.0",
		Root:   root,
		Counts: snapshot.Counts{Files: 1, Dirs: 1, Others: 1, New: 1, BytesSeen: 8197, BytesRead: 5, BytesNew: 5, BytesStored: 8192},
		Unread: []snapshot.Unread{{Path: "segredo", Reason: "permission", Detail: "permission denied"}}, UnreadTotal: 1,
		Git:  &snapshot.Git{Branch: "main"},
		Tags: []string{"teste"},
	}
	if _, err := snapshot.Decode(m.Encode()); err != nil {
		t.Error(err)
	}
	v.hex("manifest", m.Encode())
}
