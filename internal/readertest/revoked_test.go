//go:build linux || darwin

package readertest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/storage/faulty"
	"backup_projeto/internal/storage/local"
)

// TestRevoked: the reader restores what a device had saved before it was revoked, and passes over what it saved later, or what is of nobody.
func TestRevoked(t *testing.T) {
	r, folder, source := newReader(t), filepath.Join(t.TempDir(), "repository"), t.TempDir()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	rig, _ := newRig(t, folder)
	key := keys.NewDeviceKey(rig.repo.Header().ID)
	rig.slot(key.Secret(), true)
	store, err := local.New(folder)
	must(err)
	defer store.Close()
	main, h := rig.repo, rig.repo.Header()
	thief, err := repo.Unlock(t.Context(), faulty.Deaf{Store: store}, &h, key.Secret(), repo.Options{})
	must(err)
	defer thief.Close()
	must(os.WriteFile(filepath.Join(source, "a"), []byte("before"), 0o600))
	rig.repo = thief
	before, state := rig.backup(source), states(t, source)
	must(main.RevokeSlots(t.Context(), []core.UUID{key.Slot}, true))
	must(os.WriteFile(filepath.Join(source, "b"), []byte("after"), 0o600))
	later := rig.backup(source)

	const secret = "BACKUP_PROJETO_PASSPHRASE=" + passphrase
	s := &saved{folder: folder}
	s.restore(t, r, secret, state)
	out, exit := r.run(t, secret, "reader.mjs", folder, "--list")
	if exit != 0 || !strings.Contains(out, before.ID.String()+"  ") || strings.Contains(out, later.ID.String()+"  ") ||
		!strings.Contains(out, later.ID.String()+": signed by a device after it was revoked") {
		t.Errorf("exit %d\n%s", exit, out)
	}
	must(os.RemoveAll(filepath.Join(folder, "gc")))
	out, exit = r.run(t, secret, "reader.mjs", folder, "--list")
	if exit != 1 || strings.Count(out, "signed by a device that has no key here") != 2 {
		t.Errorf("exit %d\n%s", exit, out)
	}
}
