package index

import (
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/edsrzf/mmap-go"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/durable"
)

// suffix ends the names of table files; before it stand 24 random hexadecimal digits, so that processes that share a folder never
// use one name. Nothing is renamed into place: a file whose header is not written yet is not finished, and nobody's business
// unless it stays so for unfinishedAge.
const (
	suffix        = ".table"
	unfinishedAge = 24 * time.Hour
)

// createTable makes a table in a new file of dir; after an error the file is gone.
func createTable(dir string, repo core.UUID, runs []*run) (*table, error) {
	var random [12]byte
	crypto.Random(random[:])
	path := filepath.Join(dir, hex.EncodeToString(random[:])+suffix)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrNotExist) { // someone emptied the cache
		if err = durable.MkdirAll(dir); err == nil {
			f, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		}
	}
	if err != nil {
		return nil, err
	}
	err = writeTable(f, repo, runs)
	var t *table
	if err == nil {
		t, err = tableOf(f, repo)
	}
	if err != nil {
		f.Close()
		os.Remove(path)
	}
	return t, err
}

// loadTable opens a table file. One that is damaged or foreign is removed.
func loadTable(path string, repo core.UUID) (*table, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	t, err := tableOf(f, repo)
	if err == nil {
		return t, nil
	}
	f.Close()
	if (errors.Is(err, ErrFormat) || errors.Is(err, errForeign)) && !unfinished(path) {
		os.Remove(path)
	}
	return nil, err
}

// unfinished reports whether another process may be writing the file.
func unfinished(path string) bool {
	info, err := os.Stat(path)
	if err != nil || time.Since(info.ModTime()) > unfinishedAge {
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	var start [len(magic)]byte
	_, err = f.ReadAt(start[:], 0)
	return (err == nil || err == io.EOF) && start == [len(magic)]byte{}
}

// tableOf takes f over unless it fails.
func tableOf(f *os.File, repo core.UUID) (*table, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	var m mmap.MMap
	t, err := openTable(f, info.Size(), repo, func(at int64, n int) ([]byte, error) {
		var err error
		if m, err = mmap.MapRegion(f, n, mmap.RDONLY, 0, at); err == nil {
			return m, nil
		}
		// Some network and FUSE file systems map no files.
		b := make([]byte, n)
		_, err = f.ReadAt(b, at)
		return b, err
	})
	if err != nil {
		return nil, err
	}
	t.path = f.Name()
	t.release = func() error {
		var err error
		if m != nil {
			err = m.Unmap()
		}
		return errors.Join(err, f.Close())
	}
	return t, nil
}

// close gives the table's file back; nobody may use the table any more.
func (t *table) close() error { return t.release() }

// remove closes the table and deletes its file. On Windows a file that another process has open stays; who opens the folder next
// sees that other tables cover it.
func (t *table) remove() {
	_ = t.close()
	if t.path != "" {
		_ = os.Remove(t.path)
	}
}

// loadTables opens the tables in dir. Tables that cover nothing beyond what larger ones do are removed: the one that a merge
// replaced could not be deleted, or two processes merged the same.
func loadTables(dir string, repo core.UUID) ([]*table, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var all []*table
	for _, e := range entries {
		if e.Type().IsRegular() && strings.HasSuffix(e.Name(), suffix) {
			if t, err := loadTable(filepath.Join(dir, e.Name()), repo); err == nil {
				all = append(all, t)
			}
		}
	}
	sortTables(all)
	covered := map[core.ID]bool{}
	kept := all[:0]
	for _, t := range all {
		names, err := t.sources()
		if err != nil || !slices.ContainsFunc(names, func(n core.ID) bool { return !covered[n] }) {
			t.remove()
			continue
		}
		for _, n := range names {
			covered[n] = true
		}
		kept = append(kept, t)
	}
	return kept, nil
}
