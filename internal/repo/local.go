package repo

import (
	"os"
	"path/filepath"

	"backup_projeto/internal/core"
)

// Small objects are kept in folders of the local cache as the store has them, so that none is fetched twice; they are authenticated when
// they are read.

// recallFile returns a small file of the local cache, or nothing.
func (r *Repo) recallFile(folder, name string) []byte {
	if r.dir == "" {
		return nil
	}
	data, err := os.ReadFile(filepath.Join(r.dir, folder, name))
	if err != nil {
		return nil
	}
	return data
}

// keepFile writes a small file of the local cache, which is authenticated when it is read: neither a failure nor a torn file matters.
func (r *Repo) keepFile(folder, name string, data []byte) {
	if r.dir != "" && os.MkdirAll(filepath.Join(r.dir, folder), 0o700) == nil {
		_ = os.WriteFile(filepath.Join(r.dir, folder, name), data, 0o600)
	}
}

// cachedIDs lists the UUIDs that files of the cache are named by, in the folder where file puts one.
func (r *Repo) cachedIDs(file func(core.UUID) string) (out []core.UUID) {
	if r.dir == "" {
		return nil
	}
	entries, err := os.ReadDir(filepath.Dir(file(core.UUID{})))
	if err != nil {
		return nil
	}
	for _, e := range entries {
		if id, err := core.ParseUUID(e.Name()); err == nil {
			out = append(out, id)
		}
	}
	return out
}
