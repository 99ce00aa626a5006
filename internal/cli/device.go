package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/zalando/go-keyring"

	"backup_projeto/internal/config"
	"backup_projeto/internal/core"
	"backup_projeto/internal/durable"
	"backup_projeto/internal/keys"
)

// vault is the operating system's keyring, a convenience: it may be missing or hang.
type vault interface {
	Get(service, user string) (string, error)
	Set(service, user, secret string) error
	Delete(service, user string) error
}

// vaultPatience is how long the keyring may take; a locked one asks its owner, perhaps on a screen where nobody is.
const vaultPatience = 2 * time.Second

// errVault says that the keyring did not answer in time.
var errVault = errors.New("the keyring does not answer")

// osVault is the system's.
type osVault struct{}

func (osVault) Get(service, user string) (string, error) { return keyring.Get(service, user) }
func (osVault) Set(service, user, secret string) error   { return keyring.Set(service, user, secret) }
func (osVault) Delete(service, user string) error        { return keyring.Delete(service, user) }

// noVault is a machine without keyring.
type noVault struct{}

func (noVault) Get(string, string) (string, error) { return "", keyring.ErrNotFound }
func (noVault) Set(string, string, string) error   { return keyring.ErrUnsupportedPlatform }
func (noVault) Delete(string, string) error        { return keyring.ErrNotFound }

// systemVault returns the keyring, unless BACKUP_PROJETO_KEYRING=off. Where D-Bus serves it but no bus runs, the library would start
// one: then there is none.
func systemVault(getenv func(string) string) vault {
	if on, err := config.ParseBool(getenv(variablePrefix + "KEYRING")); err == nil && !on {
		return noVault{}
	}
	switch runtime.GOOS {
	case "darwin", "windows":
		return osVault{}
	}
	if getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return osVault{}
	}
	if dir := getenv("XDG_RUNTIME_DIR"); dir != "" {
		if _, err := os.Stat(filepath.Join(dir, "bus")); err == nil {
			return osVault{}
		}
	}
	return noVault{}
}

// patient waits for the keyring, but not long. What it is still doing then goes on behind.
func patient[T any](patience time.Duration, do func() (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	done := make(chan answer, 1)
	go func() {
		v, err := do()
		done <- answer{v, err}
	}()
	select {
	case got := <-done:
		return got.value, got.err
	case <-time.After(patience):
		var none T
		return none, errVault
	}
}

// devicePath names the file of this machine's key of a repository.
func (a *app) devicePath(id core.UUID) string {
	return filepath.Join(a.dirs.Config, "devices", id.String()+".json")
}

// deviceKey returns this machine's key of a repository, from its file or else from the keyring; nil where there is none. A file that
// is not such a key is told, and passed over.
func (a *app) deviceKey(id core.UUID) *keys.DeviceKey {
	path := a.devicePath(id)
	data, err := readSmall(path)
	if err == nil {
		a.warnReadable(path)
	} else {
		if !errors.Is(err, fs.ErrNotExist) {
			a.warn(f(a.text.Keys.DeviceUnreadable, path, a.reason(err)))
		}
		text, err := patient(a.patience, func() (string, error) { return a.vault.Get(Program, id.String()) })
		if err != nil {
			return nil
		}
		data, path = []byte(text), a.text.Keys.SystemKeyring
	}
	key, err := keys.ParseDeviceKey(data)
	if err != nil || key.Repo != id {
		a.warn(f(a.text.Keys.DeviceUnreadable, path, a.text.Keys.NotDeviceKey))
		return nil
	}
	return key
}

// keepDevice writes this machine's key to its file, and to the keyring where there is one, which nobody waits for.
func (a *app) keepDevice(key *keys.DeviceKey) (path string, err error) {
	path = a.devicePath(key.Repo)
	if err := durable.MkdirAll(filepath.Dir(path)); err != nil {
		return path, sourceError("device-file", path, err)
	}
	if err := durable.WriteFile(path, key.Encode(), 0o600); err != nil {
		return path, sourceError("device-file", path, err)
	}
	_, _ = patient(a.patience, func() (struct{}, error) {
		return struct{}{}, a.vault.Set(Program, key.Repo.String(), string(key.Encode()))
	})
	return path, nil
}

// forgetDevice removes this machine's key of a repository, whose slot is gone.
func (a *app) forgetDevice(id core.UUID) {
	_ = os.Remove(a.devicePath(id)) // a file that stays opens nothing any more
	_, _ = patient(a.patience, func() (struct{}, error) { return struct{}{}, a.vault.Delete(Program, id.String()) })
}
