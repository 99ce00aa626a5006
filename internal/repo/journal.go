package repo

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"backup_projeto/internal/crypto"
	"backup_projeto/internal/index"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/storage"
)

// journal is a local file of the packs that a session has uploaded and no index lists yet, so that after a kill or a power cut the
// next session lists them instead of uploading their content again. It is a cache: without it, or where it was cut off, content is
// uploaded twice and nothing else happens. That it is believed costs nothing either: a pack is only listed if the store has it, in
// the right size, and what reads it checks every byte.
//
// A record is its length u32, the CRC-32C of its body u32, both little endian, and the body: index.Encode of one pack.
//
// Sessions do not lock their journals. If two run at once on one machine, the later one may take over what the first will list
// anyway: then two index objects list one pack, which is harmless.
type journal struct {
	dir, name string // "" without a cache

	mu   sync.Mutex
	file *os.File // nil while nothing is in it; guarded by mu
}

func newJournal(r *Repo) (*journal, error) {
	j := &journal{}
	if r.dir == "" {
		return j, nil
	}
	j.dir = filepath.Join(r.dir, "journal")
	if os.MkdirAll(j.dir, 0o700) != nil {
		j.dir = "" // a cache that cannot be kept is done without
		return j, nil
	}
	j.name = filepath.Join(j.dir, crypto.NewUUID().String())
	return j, nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// add appends a pack. A failure costs what the journal is for, no more.
func (j *journal) add(e *pack.Entry) {
	if j.dir == "" {
		return
	}
	body := index.Encode([]pack.Entry{*e})
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(body)))
	b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(body, castagnoli))
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.file == nil {
		f, err := os.OpenFile(j.name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
		if err != nil {
			return
		}
		j.file = f
	}
	_, _ = j.file.Write(append(b, body...))
}

// reset writes the journal anew with what is still not listed.
func (j *journal) reset(pending []pack.Entry) {
	j.mu.Lock()
	if j.file != nil {
		_ = j.file.Truncate(0)
	}
	j.mu.Unlock()
	for i := range pending {
		j.add(&pending[i])
	}
}

// close removes the journal, or leaves it for the next session.
func (j *journal) close(remove bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.file == nil {
		return
	}
	_ = j.file.Close()
	j.file = nil
	if remove {
		_ = os.Remove(j.name)
	}
}

// left reads the journals of earlier sessions; done removes them, once what is in them is listed.
func (j *journal) left() (packs []pack.Entry, done func(), err error) {
	var names []string
	done = func() {
		for _, n := range names {
			_ = os.Remove(n)
		}
	}
	if j.dir == "" {
		return nil, done, nil
	}
	entries, err := os.ReadDir(j.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, done, nil
	}
	for _, e := range entries {
		name := filepath.Join(j.dir, e.Name())
		if name == j.name {
			continue
		}
		names = append(names, name)
		if data, err := os.ReadFile(name); err == nil {
			packs = append(packs, readJournal(data)...)
		}
	}
	return packs, done, nil
}

// readJournal reads records until the first that is not whole.
func readJournal(data []byte) (packs []pack.Entry) {
	for len(data) >= 8 {
		n, sum := binary.LittleEndian.Uint32(data), binary.LittleEndian.Uint32(data[4:])
		if uint64(n) > uint64(len(data)-8) || crc32.Checksum(data[8:8+n], castagnoli) != sum {
			break
		}
		entries, err := index.Decode(data[8 : 8+n])
		if err != nil {
			break
		}
		packs = append(packs, entries...)
		data = data[8+n:]
	}
	return packs
}

func ignoreAbsent(err error) error {
	if storage.IsNotFound(err) {
		return nil
	}
	return err
}
