//go:build linux || darwin

package readertest

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"backup_projeto/internal/crypto"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/storage/local"
	"backup_projeto/internal/tree"
)

const passphrase = "três tigres tristes"

// rig is an open repository.
type rig struct {
	t    *testing.T
	repo *repo.Repo
}

func newRig(t *testing.T, folder string) (*rig, *repo.Created) {
	t.Helper()
	store, err := local.New(folder)
	if err == nil {
		err = store.Ensure(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	made, err := repo.Create(t.Context(), store, passphrase, "casa", repo.Options{Cache: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { made.Repo.Close() })
	if _, err := made.Repo.LoadIndex(t.Context()); err != nil {
		t.Fatal(err)
	}
	return &rig{t, made.Repo}, made
}

func (r *rig) slot(secret keys.Secret, writeOnly bool) {
	r.t.Helper()
	if _, err := r.repo.AddSlot(r.t.Context(), secret, "outra", writeOnly); err != nil {
		r.t.Fatal(err)
	}
}

// TestLists restores a file whose content is lists of lists, which otherwise only files of hundreds of megabytes have.
func TestLists(t *testing.T) {
	dir := t.TempDir()
	folder, target := filepath.Join(dir, "repository"), filepath.Join(dir, "target")
	r, made := newRig(t, folder)
	s, err := r.repo.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	hasher, trees, data := r.repo.Hasher(), s.Filler(pack.Tree), s.Filler(pack.Data)
	put := func(f *repo.Filler, b []byte) []byte {
		id := hasher.Sum(b)
		if _, err := f.Add(id, b); err != nil {
			t.Fatal(err)
		}
		return id[:]
	}
	const text = "uma lista de listas de blocos"
	var top []byte
	for i := 0; i < len(text); i += 8 {
		var list []byte
		for _, c := range []byte(text[i:min(i+8, len(text))]) {
			list = append(list, put(data, []byte{c})...)
		}
		top = append(top, put(trees, list)...)
	}
	ids, err := tree.SplitIDs(put(trees, top))
	if err != nil {
		t.Fatal(err)
	}
	file := tree.Entry{Name: "lista", Size: int64(len(text)), Content: tree.Content{IDs: ids, Depth: 2}}
	file.Mode, file.UID, file.GID = 0o644, uint32(os.Getuid()), uint32(os.Getgid())
	dirIDs, err := tree.SplitIDs(put(trees, tree.Encode([]tree.Entry{file})))
	if err != nil {
		t.Fatal(err)
	}
	root := tree.Entry{Type: tree.Dir, Meta: file.Meta, Content: tree.Content{IDs: dirIDs}}
	root.Mode = 0o755
	for _, f := range []*repo.Filler{trees, data} {
		if err := f.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Finish(); err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(&snapshot.Manifest{ID: crypto.NewTimeUUID(time.Now()), Root: root}); err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(dir, "device.key")
	if err := os.WriteFile(key, made.Device.Encode(), 0o600); err != nil {
		t.Fatal(err)
	}
	out, exit := newReader(t).run(t, "", "reader.mjs", folder, target, "--device-key", key)
	got, err := os.ReadFile(filepath.Join(target, "lista"))
	if exit != 0 || err != nil || string(got) != text {
		t.Errorf("exit %d, %q, %v\n%s", exit, got, err, out)
	}
}
