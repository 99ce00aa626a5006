package repo

import (
	"path/filepath"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/index"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/storage/local"
	"backup_projeto/internal/tree"
)

// FuzzObject opens objects: of arbitrary bytes, as someone without keys can store them, and of arbitrary bytes that are sealed and signed
// rightly, as a device of the repository can.
func FuzzObject(f *testing.F) {
	s, err := local.New(filepath.Join(f.TempDir(), "store"))
	if err == nil {
		err = s.Ensure(f.Context())
	}
	var made *Created
	if err == nil {
		made, err = Create(f.Context(), s, "", "test", Options{})
	}
	if err != nil {
		f.Fatal(err)
	}
	r, id := made.Repo, core.UUID{1}
	f.Cleanup(func() { r.Close(); s.Close() })
	m := &snapshot.Manifest{ID: id, Root: tree.Entry{Type: tree.Dir}}
	_, object := r.sealIndex(nil)
	f.Add(object)
	object, err = r.sealSnapshot(m)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(object)
	f.Add(r.sealPin(&Pin{Snapshot: id}, id))
	for _, text := range [][]byte{m.Encode(), index.Encode(nil), (&Pin{Snapshot: id}).encode()} {
		f.Add(text)
		f.Add(crypto.Pad(text))
	}
	writer := r.ring.Writer
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, body := range [][]byte{data, crypto.Pad(append([]byte(nil), data...))} {
			ctx := r.context(crypto.KindIndex, nil)
			_, _ = r.openIndex(body)
			_, _ = r.openIndex(r.sign(indexMagic, ctx, body))
			_, _ = r.openIndex(r.sign(indexMagic, ctx, crypto.SealOnce(writer.IndexKey(), ctx, body)))
			ctx = r.pinContext(id, id)
			_, _ = r.openPin(id, id, body)
			_, _ = r.openPin(id, id, r.sign(pinMagic, ctx, crypto.SealOnce(writer.ManifestKey(), ctx, body)))
			ctx = r.context(crypto.KindSnapshot, id[:])
			_, _ = r.openSnapshot(id, body)
			_, _ = r.openSnapshot(id, r.sign(snapshotMagic, ctx, body))
			key, sealed, err := crypto.NewObjectKey(r.ring.Public, r.header.ID, crypto.KindSnapshot, id[:])
			if err != nil {
				t.Fatal(err)
			}
			if m, err := r.openSnapshot(id, r.sign(snapshotMagic, ctx, key.Seal(sealed, crypto.KindSnapshot, 0, body))); err == nil && m.ID != id {
				t.Errorf("snapshot %s passes for %s", m.ID, id)
			}
		}
	})
}
