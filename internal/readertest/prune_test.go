//go:build linux || darwin

package readertest

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"backup_projeto/internal/keys"
	"backup_projeto/internal/prune"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/storage/local"
)

// TestPruned restores from a repository that was pruned: packs were rewritten, and index objects of two devices merged, of which one
// may only write. A session of a machine that died is left.
func TestPruned(t *testing.T) {
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	r := newReader(t)
	folder, source := filepath.Join(t.TempDir(), "repository"), t.TempDir()
	rig, _ := newRig(t, folder)
	key := keys.NewDeviceKey(rig.repo.Header().ID)
	rig.slot(key.Secret(), true)
	store, err := local.New(folder)
	must(err)
	defer store.Close()
	h := rig.repo.Header()
	writer, err := repo.Unlock(t.Context(), store, &h, key.Secret(), repo.Options{})
	must(err)
	defer writer.Close()
	main := rig.repo
	for i := range 20 {
		must(os.WriteFile(filepath.Join(source, "always"), []byte("the same"), 0o600))
		must(os.WriteFile(filepath.Join(source, strconv.Itoa(i%4)), make([]byte, 1000*(i+1)), 0o600))
		rig.repo = main
		if i%2 == 1 {
			rig.repo = writer
		}
		m := rig.backup(source)
		if i < 10 {
			must(os.Remove(filepath.Join(folder, "snapshots", m.ID.String())))
		}
	}
	_, err = writer.Begin(t.Context())
	must(err)
	res, err := prune.Run(t.Context(), main, prune.Options{Grace: -1, Expire: -1}, &report.Discard{})
	must(err)
	all, err := main.ListIndexes(t.Context())
	must(err)
	origins := 0
	must(all.Each(t.Context(), 1, func(o *repo.IndexObject) error {
		for i := range o.Packs {
			if o.Packs[i].Origin == key.Slot {
				origins++
			}
		}
		return nil
	}))
	if res.RewrittenPacks == 0 || res.SweptPacks == 0 || origins == 0 {
		t.Fatalf("%+v, %d packs of the writer", res, origins)
	}
	_, err = writer.Begin(t.Context())
	must(err)
	(&saved{folder: folder}).restore(t, r, "BACKUP_PROJETO_PASSPHRASE="+passphrase, states(t, source))
}
