package project

import (
	"errors"
	"io"
	"path/filepath"
	"syscall"

	"backup_projeto/internal/core"
	"backup_projeto/internal/meta"
	"backup_projeto/internal/tree"
)

// Bounds of what is read of a repository, in bytes.
const (
	maxLine   = 64 << 10 // HEAD, a ref, and files that say where another one is
	maxConfig = 4 << 20
	maxPacked = 256 << 20 // packed-refs and index are read as streams
)

// errNotDir: something on the way is a file.
const errNotDir = syscall.ENOTDIR

// errTooLarge says that a file exceeds what is read of it.
var errTooLarge = errors.New("larger than such a file can be")

// readFile returns the content of a regular file of at most limit bytes. A link is not followed, and nothing blocks.
func readFile(d *meta.Dir, name string, limit int64) ([]byte, error) {
	f, err := openFile(d, name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = &core.Error{Kind: core.Source, Subject: name, Err: errTooLarge}
	}
	return data, err
}

// openFile opens a regular file.
func openFile(d *meta.Dir, name string) (*meta.File, error) {
	f, err := d.Open(name)
	if err != nil {
		return nil, err
	}
	st, err := f.Stat()
	if err == nil && st.Type != tree.File {
		err = &core.Error{Kind: core.Source, Subject: name, Err: syscall.EISDIR}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// readPath is readFile for a path, whose folders may be links.
func readPath(path string, limit int64) ([]byte, error) {
	d, err := meta.OpenDir(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return readFile(d, filepath.Base(path), limit)
}

// streamPath opens a file at a path, as readPath does, and gives do a reader of at most limit bytes.
func streamPath(path string, limit int64, do func(io.Reader) error) error {
	d, err := meta.OpenDir(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer d.Close()
	f, err := openFile(d, filepath.Base(path))
	if err != nil {
		return err
	}
	defer f.Close()
	return do(io.LimitReader(f, limit))
}
