package cli

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/keys"
)

// drawer is a keyring in memory; stuck, one that never answers.
type drawer struct {
	secrets map[string]string
	stuck   chan struct{}
}

func (d *drawer) Get(service, user string) (string, error) {
	if d.stuck != nil {
		<-d.stuck
		return "", errVault
	}
	s, ok := d.secrets[service+" "+user]
	if !ok {
		return "", errors.New("absent")
	}
	return s, nil
}

func (d *drawer) Set(service, user, secret string) error {
	if d.stuck != nil {
		<-d.stuck
		return errVault
	}
	d.secrets[service+" "+user] = secret
	return nil
}

func (d *drawer) Delete(service, user string) error {
	delete(d.secrets, service+" "+user)
	return nil
}

func newTestApp(t *testing.T) (*app, *bytes.Buffer) {
	var errs bytes.Buffer
	home := t.TempDir()
	a := newApp(Process{Stdout: &bytes.Buffer{}, Stderr: &errs, Getenv: func(name string) string {
		return map[string]string{"BACKUP_PROJETO_KEYRING": "off"}[name]
	}})
	a.dirs.Config = filepath.Join(home, "config")
	return a, &errs
}

func TestDeviceKeyIsKept(t *testing.T) {
	a, errs := newTestApp(t)
	ring := &drawer{secrets: map[string]string{}}
	a.vault = ring
	key := keys.NewDeviceKey(crypto.NewUUID())
	path, err := a.keepDevice(key)
	if err != nil {
		t.Fatal(err)
	}
	same := func(where string) {
		t.Helper()
		if got := a.deviceKey(key.Repo); got == nil || !bytes.Equal(got.Key, key.Key) || got.Slot != key.Slot {
			t.Errorf("from %s: %v", where, got)
		}
	}
	same("the file")
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if info, err := os.Stat(filepath.Dir(path)); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	same("the keyring")
	if a.deviceKey(crypto.NewUUID()) != nil {
		t.Error("another repository has the key")
	}
	if errs.Len() > 0 {
		t.Errorf("it said %q", errs)
	}
	a.forgetDevice(key.Repo)
	if a.deviceKey(key.Repo) != nil || len(ring.secrets) > 0 {
		t.Error("the key is not forgotten")
	}
}

func TestUselessDeviceFileIsTold(t *testing.T) {
	a, errs := newTestApp(t)
	id := crypto.NewUUID()
	other, err := a.keepDevice(keys.NewDeviceKey(crypto.NewUUID()))
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(other)
	if err != nil {
		t.Fatal(err)
	}
	for _, content := range [][]byte{[]byte("{}"), data, bytes.Repeat([]byte("x"), maxSecret+1)} {
		errs.Reset()
		if err := os.WriteFile(a.devicePath(id), content, 0o600); err != nil {
			t.Fatal(err)
		}
		if a.deviceKey(id) != nil || !strings.Contains(errs.String(), "is of no use") {
			t.Errorf("%.20q gives %q", content, errs)
		}
	}
	if runtime.GOOS == "windows" {
		return
	}
	errs.Reset()
	os.Chmod(other, 0o640)
	if a.deviceKey(mustUUID(t, other)); !strings.Contains(errs.String(), "chmod 600") {
		t.Errorf("a readable file gives %q", errs)
	}
}

func mustUUID(t *testing.T, path string) core.UUID {
	t.Helper()
	id, err := core.ParseUUID(strings.TrimSuffix(filepath.Base(path), ".json"))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// TestStuckKeyring has a keyring that never answers: the key is in the file, and nobody waits for more than the set patience.
func TestStuckKeyring(t *testing.T) {
	a, _ := newTestApp(t)
	ring := &drawer{stuck: make(chan struct{})}
	defer close(ring.stuck)
	a.vault, a.patience = ring, 10*time.Millisecond
	key := keys.NewDeviceKey(crypto.NewUUID())
	if _, err := a.keepDevice(key); err != nil {
		t.Fatal(err)
	}
	if a.deviceKey(key.Repo) == nil {
		t.Error("the file is there, and the key is not found")
	}
	if a.deviceKey(crypto.NewUUID()) != nil {
		t.Error("a key from nowhere")
	}
}

func TestNoKeyringWhereThereIsNone(t *testing.T) {
	off := func(string) string { return "off" }
	none := func(string) string { return "" }
	if systemVault(off) != (noVault{}) {
		t.Error("BACKUP_PROJETO_KEYRING=off is passed over")
	}
	if runtime.GOOS == "linux" && systemVault(none) != (noVault{}) {
		t.Error("without a bus, the library would start one")
	}
}
