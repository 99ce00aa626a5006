package repo

import (
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"

	"backup_projeto/internal/core"
	"backup_projeto/internal/durable"
	"backup_projeto/internal/storage"
)

// Packs that were found missing or damaged are remembered in the local cache. Backups of this machine do not take their chunks for
// present, so they store them again, and with the new places all snapshots that need them are whole. Otherwise a lost pack, which the
// index still lists, would be missed by every snapshot to come. That one is distrusted without reason costs that its chunks are stored
// twice.
//
// The file is the packs' names, 32 bytes each, and the CRC-32C of that, big endian. A damaged one says nothing.

// maxDistrusted bounds the file: 3 MB.
const maxDistrusted = 100_000

func (r *Repo) distrustFile() string { return filepath.Join(r.dir, "distrusted") }

// Distrust notes packs that were found missing or damaged, and packs that were read and are right. What was noted before stays, as far as
// the index lists it. A failure costs what the note is for, no more.
func (r *Repo) Distrust(bad, right []core.ID) {
	if r.dir == "" {
		return
	}
	before := r.Distrusted()
	all := map[core.ID]bool{}
	if len(before) > 0 {
		for p := range r.Packs() {
			if before[p.Name] {
				all[p.Name] = true
			}
		}
	}
	for _, name := range right {
		delete(all, name)
	}
	for _, name := range bad {
		all[name] = true
	}
	if len(all) == 0 {
		_ = os.Remove(r.distrustFile())
		return
	}
	var b []byte
	for name := range all {
		if len(b) < maxDistrusted*core.IDSize {
			b = append(b, name[:]...)
		}
	}
	_ = durable.WriteFile(r.distrustFile(), binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli)), 0o600)
}

// MayNotWrite reports whether an error of writing says that this device may only read, or that the store is shown as it was.
func MayNotWrite(err error) bool {
	return storage.IsDenied(err) || storage.IsLocked(err) || core.CodeOf(err) == storage.ReadOnly
}

// Distrusts reports whether there are packs that backups do not rely on.
func (r *Repo) Distrusts() bool { return len(r.Distrusted()) > 0 }

// Distrusted returns the packs that this machine has found missing or damaged: see Distrust. The caller does not change it.
func (r *Repo) Distrusted() map[core.ID]bool {
	if r.dir == "" {
		return nil
	}
	b, err := os.ReadFile(r.distrustFile())
	end := len(b) - 4
	if err != nil || end < 0 || end%core.IDSize != 0 || crc32.Checksum(b[:end], castagnoli) != binary.BigEndian.Uint32(b[end:]) {
		return nil
	}
	out := map[core.ID]bool{}
	for ; end > 0; end -= core.IDSize {
		out[core.ID(b[end-core.IDSize:end])] = true
	}
	return out
}
