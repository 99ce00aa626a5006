package repo

import (
	"encoding/binary"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"sync"

	"backup_projeto/internal/core"
	"backup_projeto/internal/durable"
	"backup_projeto/internal/index"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/storage"
)

// journal is a local file that stands for a session in flight, and lists the packs that it has uploaded and no index lists yet, so that
// after a kill, or a power cut if the system had flushed it by then, the next session of this machine lists them instead of uploading their
// content again, and ends the dead session in the store. It is a cache: without it, or where it was cut off, content is uploaded twice, the
// session in the store stays until a prune takes it for dead, and nothing else happens. A prune, which would keep all other prunes waiting,
// flushes its journal before it stores its session. That it is believed costs nothing either: a pack is only listed if the
// store has it, in the right size, and what reads it checks every byte.
//
// The file's name is the session's id. It is locked while the session lives: a session that another process has under way is left
// alone. Where the file system cannot lock, all are. Who takes an empty one over writes a zero byte first, so that a session that has made its
// file, and not locked it yet, notices.
//
// A record is its length u32, the CRC-32C of its body u32, both little endian, and the body: index.Encode of one pack.
type journal struct {
	dir string // "" without a cache

	mu   sync.Mutex
	file *os.File // nil when closed, or without a cache; guarded by mu
}

// newJournal makes the journal of a session. It is nil where another process of this machine found the file before it was locked, takes it for a
// dead session's, and is about to remove it: the session must have another id then.
func newJournal(r *Repo, session core.UUID) *journal {
	j := &journal{}
	if r.dir == "" {
		return j
	}
	dir := filepath.Join(r.dir, "journal")
	if os.MkdirAll(dir, 0o700) != nil {
		return j // a cache that cannot be kept is done without
	}
	f, err := os.OpenFile(filepath.Join(dir, session.String()), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return j
	}
	locked, err := durable.TryLock(f)
	if err == nil && (!locked || !isEmpty(f)) {
		_ = f.Close()
		return nil
	}
	j.dir, j.file = dir, f
	return j
}

// flush brings the journal to the disk, as far as the system can.
func (j *journal) flush() {
	if j.file == nil {
		return
	}
	for at := j.file.Name(); at != filepath.Dir(filepath.Dir(j.dir)); at = filepath.Dir(at) {
		_ = durable.Flush(at)
	}
}

// isEmpty reports whether nobody has written to a file: who takes it for a dead session's does that first, under the lock.
func isEmpty(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Size() == 0
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
	if j.file != nil {
		_, _ = j.file.Write(append(b, body...))
	}
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
	closeJournal(j.file, remove)
	j.file = nil
}

func closeJournal(f *os.File, remove bool) {
	_ = f.Close() // first, since Windows removes no open file
	if remove {
		_ = os.Remove(f.Name())
	}
}

// remains is the journal of a session that is dead.
type remains struct {
	session core.UUID
	packs   []pack.Entry
	file    *os.File // locked
}

// left finds the journals of dead sessions. Each must be closed with closeJournal.
func (j *journal) left() (out []remains) {
	if j.dir == "" {
		return nil
	}
	entries, err := os.ReadDir(j.dir)
	if err != nil {
		return nil
	}
	for _, e := range entries {
		id, err := core.ParseUUID(e.Name())
		if err != nil || j.file != nil && filepath.Join(j.dir, e.Name()) == j.file.Name() {
			continue
		}
		f, err := os.OpenFile(filepath.Join(j.dir, e.Name()), os.O_RDWR, 0o600)
		if err != nil {
			continue
		}
		if locked, err := durable.TryLock(f); !locked || err != nil {
			_ = f.Close()
			continue
		}
		data, _ := io.ReadAll(f) // what can be read is used
		if len(data) == 0 {
			if _, err := f.Write([]byte{0}); err != nil { // its session may be about to begin: it has to know
				_ = f.Close()
				continue
			}
		}
		out = append(out, remains{id, readJournal(data), f})
	}
	return out
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
