package local

import (
	"context"
	"io"
	"os"

	"backup_projeto/internal/storage"
)

// sector is how many bytes a disk reads or loses together.
const sector = 4096

// reader reads a part of a file.
//
// Where the disk cannot read a sector, systems give up more than that: what they were reading ahead, or keep in one piece of memory, some hundred KiB.
// So a read that fails is done again sector by sector, without what is remembered of the first.
type reader struct {
	io.ReaderAt
	at, end int64 // what is read next, and where it ends
	careful bool  // a read has failed
	ctx     context.Context
	store   *Store
	name    string
	file    *os.File
}

// Read gives the file's bytes until the context ends.
func (r *reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, storage.Errf(storage.Other, r.name, err)
	}
	n, err := r.read(p)
	if isMedium(err) && n == 0 && !r.careful && len(p) > 0 {
		r.careful = true
		forget(r.file)
		n, err = r.read(p)
	}
	switch {
	case err == nil || err == io.EOF:
		return n, err
	case isMedium(err) && n > 0: // the next read meets it again
		return n, nil
	case isMedium(err):
		return n, storage.Errf(storage.Medium, r.name, err)
	}
	return n, r.store.wrap(r.name, err)
}

func (r *reader) read(p []byte) (int, error) {
	most := r.end - r.at
	if r.careful {
		most = min(most, sector-r.at%sector)
	}
	if most <= 0 && len(p) > 0 {
		return 0, io.EOF
	}
	n, err := r.ReadAt(p[:min(int64(len(p)), most)], r.at)
	r.at += int64(n)
	return n, err
}

// Close closes the file.
func (r *reader) Close() error { return r.file.Close() }
