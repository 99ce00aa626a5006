//go:build linux

package hostiletest

import (
	"slices"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/index"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/tree"
)

// villain writes with all keys, and with no respect for the format.
type villain struct {
	*place
	r     *repo.Repo
	build *pack.Builder
	later time.Duration // so that each snapshot is later than those before
}

func newVillain(p *place) *villain {
	v := &villain{place: p, r: p.open()}
	v.begin(pack.Tree)
	return v
}

func (v *villain) begin(kind pack.Kind) {
	var err error
	v.build, err = pack.NewBuilder(nil, new([]byte), v.r.Keyring().Public, v.r.Header().ID, kind)
	must(v.t, err)
}

// block stores a block under its id.
func (v *villain) block(data []byte) core.ID {
	id := v.r.Hasher().Sum(data)
	v.claim(id, data)
	return id
}

// claim stores a block under any id.
func (v *villain) claim(id core.ID, data []byte) {
	if v.build.Size()+len(data) > core.MaxPack/2 {
		v.flush(nil)
	}
	must(v.t, v.build.Add(pack.Segment{Raw: len(data), IDs: []core.ID{id}, Lengths: []int{len(data)}}, data))
}

// compressed stores a zstd frame as the one segment of a block that is said to be so long.
func (v *villain) compressed(id core.ID, length int, frame []byte) {
	must(v.t, v.build.Add(pack.Segment{Raw: length, Compression: pack.Zstd, IDs: []core.ID{id}, Lengths: []int{length}}, frame))
}

// list stores n times an id as a list.
func (v *villain) list(id core.ID, n int) core.ID {
	b := make([]byte, 0, n*core.IDSize)
	for range n {
		b = append(b, id[:]...)
	}
	return v.block(b)
}

// flush stores the pack and lists it as lie changes what is said of it; nil says the truth.
func (v *villain) flush(lie func(e *pack.Entry)) {
	v.t.Helper()
	if v.build.Empty() {
		return
	}
	built, err := v.build.Finish()
	must(v.t, err)
	must(v.t, v.r.Store().Put(v.t.Context(), repo.PackName(built.Name), built.Data))
	e := built.Entry
	if lie != nil {
		lie(&e)
	}
	v.putIndex(index.Encode([]pack.Entry{e}))
	v.begin(pack.Tree)
}

// putIndex stores an index object with any content, properly sealed and signed.
func (v *villain) putIndex(body []byte) {
	v.t.Helper()
	ring, ctx := v.r.Keyring(), crypto.Context(v.r.Header().ID, crypto.KindIndex, nil)
	sealed := crypto.SealOnce(ring.Writer.IndexKey(), ctx, crypto.Pad(body))
	b := append([]byte("bp-indx1"), ring.Slot[:]...)
	b = append(b, ring.Signer.Verifier()...)
	b = append(b, ring.Signer.Sign(slices.Concat(ctx, ring.Slot[:]), sealed)...)
	b = append(b, sealed...)
	must(v.t, v.r.Store().Put(v.t.Context(), "index/"+crypto.Hash(b).String(), b))
}

// save stores a snapshot of a root folder, later than all others of the project.
func (v *villain) save(root tree.Content, change func(m *snapshot.Manifest)) *snapshot.Manifest {
	v.t.Helper()
	v.flush(nil)
	all, damaged, err := v.r.Snapshots(v.t.Context())
	if err != nil || len(damaged) > 0 || len(all) == 0 {
		v.t.Fatal(all, damaged, err)
	}
	v.later += time.Second
	at := time.Now().Add(v.later)
	m := &snapshot.Manifest{ID: crypto.NewTimeUUID(at), Project: all[0].Project, Host: all[0].Host, User: all[0].User, OS: "linux", Path: all[0].Path,
		Start: at.UnixNano(), End: at.UnixNano(), Version: "evil", Root: tree.Entry{Type: tree.Dir, Meta: tree.Meta{Mode: 0o755}, Content: root}}
	m.Counts.Files = 1
	if change != nil {
		change(m)
	}
	s, err := v.r.Begin(v.t.Context())
	must(v.t, err)
	defer s.Close()
	must(v.t, s.Finish())
	must(v.t, s.Commit(m))
	return m
}

// folder stores a folder of these entries, in the order given and without looking at them.
func (v *villain) folder(entries ...tree.Entry) tree.Content {
	return ids(v.block(tree.Encode(entries)))
}

func ids(all ...core.ID) tree.Content { return tree.Content{IDs: all} }

func file(name string, size int64, c tree.Content) tree.Entry {
	return tree.Entry{Name: name, Type: tree.File, Meta: tree.Meta{Mode: 0o644}, Size: size, Content: c}
}

func dir(name string, c tree.Content) tree.Entry {
	return tree.Entry{Name: name, Type: tree.Dir, Meta: tree.Meta{Mode: 0o755}, Content: c}
}

func symlink(name, target string) tree.Entry {
	return tree.Entry{Name: name, Type: tree.Symlink, Meta: tree.Meta{Mode: 0o777}, Target: target}
}
