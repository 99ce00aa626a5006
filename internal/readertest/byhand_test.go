//go:build linux || darwin

package readertest

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
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
	made, err := repo.Create(t.Context(), store, passphrase, "casa", repo.Options{Cache: t.TempDir(), Parity: 200})
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

// byHand writes a snapshot that no backup would write.
type byHand struct {
	*rig
	folder, target, key string
	session             *repo.Session
	trees, data         *repo.Filler
}

func newByHand(t *testing.T) *byHand {
	t.Helper()
	dir := t.TempDir()
	h := &byHand{folder: filepath.Join(dir, "repository"), target: filepath.Join(dir, "target"), key: filepath.Join(dir, "device.key")}
	var made *repo.Created
	h.rig, made = newRig(t, h.folder)
	var err error
	if h.session, err = h.repo.Begin(t.Context()); err == nil {
		err = os.WriteFile(h.key, made.Device.Encode(), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.session.Close)
	h.trees, h.data = h.session.Filler(pack.Tree), h.session.Filler(pack.Data)
	return h
}

// put stores a chunk and returns its id.
func (h *byHand) put(f *repo.Filler, b []byte) []byte {
	h.t.Helper()
	id := h.repo.Hasher().Sum(b)
	if _, err := f.Add(id, b); err != nil {
		h.t.Fatal(err)
	}
	return id[:]
}

// content describes chunks by their ids.
func (h *byHand) content(ids []byte, depth uint8) tree.Content {
	h.t.Helper()
	list, err := tree.SplitIDs(ids)
	if err != nil {
		h.t.Fatal(err)
	}
	return tree.Content{IDs: list, Depth: depth}
}

// save stores a snapshot whose root has the entries, and restores it.
func (h *byHand) save(entries ...tree.Entry) (output string, exit int) {
	h.t.Helper()
	meta := tree.Meta{Mode: 0o755, UID: uint32(os.Getuid()), GID: uint32(os.Getgid())}
	for i := range entries {
		entries[i].Meta = meta
	}
	root := tree.Entry{Type: tree.Dir, Meta: meta, Content: h.content(h.put(h.trees, tree.Encode(entries)), 0)}
	err := h.trees.Flush()
	if err == nil {
		err = h.data.Flush()
	}
	if err == nil {
		err = h.session.Finish()
	}
	if err == nil {
		err = h.session.Commit(&snapshot.Manifest{ID: crypto.NewTimeUUID(time.Now()), Root: root})
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return newReader(h.t).run(h.t, "", "reader.mjs", h.folder, h.target, "--device-key", h.key)
}

// TestLists restores a file whose content is lists of lists, which otherwise only files of hundreds of megabytes have.
func TestLists(t *testing.T) {
	h := newByHand(t)
	const text = "uma lista de listas de blocos"
	var top []byte
	for i := 0; i < len(text); i += 8 {
		var list []byte
		for _, c := range []byte(text[i:min(i+8, len(text))]) {
			list = append(list, h.put(h.data, []byte{c})...)
		}
		top = append(top, h.put(h.trees, list)...)
	}
	out, exit := h.save(tree.Entry{Name: "lista", Size: int64(len(text)), Content: h.content(h.put(h.trees, top), 2)})
	got, err := os.ReadFile(filepath.Join(h.target, "lista"))
	if exit != 0 || err != nil || string(got) != text {
		t.Errorf("exit %d, %q, %v\n%s", exit, got, err, out)
	}
}

// TestHostile restores what a thief of a device could have saved: nothing is written outside the target, and no file that has more or
// less content than its size.
func TestHostile(t *testing.T) {
	h := newByHand(t)
	four := h.content(h.put(h.data, []byte("four")), 0)
	var entries []tree.Entry
	for i, name := range []string{"..", "../evil", "/evil", "a/b", "nul\x00"} {
		piece := tree.Encode([]tree.Entry{{Name: name, Size: 4, Content: four}})
		entries = append(entries, tree.Entry{Name: string(rune('a' + i)), Type: tree.Dir, Content: h.content(h.put(h.trees, piece), 0)})
	}
	for i, size := range []int64{3, 4, 5} {
		entries = append(entries, tree.Entry{Name: string(rune('x' + i)), Size: size, Content: four})
	}
	out, exit := h.save(entries...)
	got := slices.Sorted(maps.Keys(states(t, h.target)))
	if want := []string{".", "a", "b", "c", "d", "e", "y"}; exit != 1 || !slices.Equal(got, want) {
		t.Errorf("exit %d, the target has %q, want %q\n%s", exit, got, want, out)
	}
	if _, err := os.Lstat(filepath.Join(h.target, "../evil")); err == nil {
		t.Error("something was written outside the target")
	}
}
