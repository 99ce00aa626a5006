// Package local keeps a repository's objects as files in a folder.
//
// Terms: the place is the folder; an object's name is its path below the place, one to one.
//
// Promises: folders are made for their owner only (0700), and so are files (0600). Every write is whole and flushed to the disk (package
// durable). No name and no symbolic link below the place leads out of it; a last element that is a link, a folder or a device is no object. A
// place that is absent stays so until Ensure: a drive that is not mounted must not be mistaken for an empty one.
//
// What is not an object's name is left alone and not listed, except that List removes temporary files a day old: a crash or a
// power cut left them, and no write takes that long. Folders stay when their last object is deleted.
package local

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"backup_projeto/internal/durable"
	"backup_projeto/internal/storage"
)

// Store keeps objects below one folder.
type Store struct {
	dir string

	mu     sync.Mutex
	folder *durable.Folder // guarded by mu; nil until first used
	opened fs.FileInfo     // guarded by mu; what folder is, to know it again
}

// New returns the store for a folder, which is looked at only when it is used. A relative path is made absolute.
func New(dir string) (*Store, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, storage.Errf(storage.Unusable, dir, err)
	}
	return &Store{dir: abs}, nil
}

// LocalPath returns the absolute path of the store's folder.
func (s *Store) LocalPath() string { return s.dir }

// Close releases the folder; the store may be used again, which opens it anew.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.folder == nil {
		return nil
	}
	err := s.folder.Close()
	s.folder = nil
	return err
}

// Exists reports whether the folder is there. Something else in its stead is code Unusable.
func (s *Store) Exists(ctx context.Context) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, storage.Errf(storage.Other, s.dir, err)
	}
	info, err := os.Stat(s.dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case isNotFolder(err) || err == nil && !info.IsDir():
		return false, storage.Errf(storage.Unusable, s.dir, err)
	case err != nil:
		return false, s.wrap(s.dir, err)
	}
	return true, nil
}

// Ensure makes the folder and what is missing above it.
func (s *Store) Ensure(ctx context.Context) error {
	if ok, err := s.Exists(ctx); ok || err != nil {
		return err
	}
	if err := durable.MkdirAll(s.dir); err != nil {
		return s.wrap(s.dir, err)
	}
	return nil
}

// Put writes the file.
func (s *Store) Put(ctx context.Context, name string, data []byte) error {
	f, err := s.begin(ctx, name)
	if err != nil {
		return err
	}
	return s.wrapWrite(name, f.Write(name, data, 0o600))
}

// Create writes the file unless there is one.
func (s *Store) Create(ctx context.Context, name string, data []byte) error {
	f, err := s.begin(ctx, name)
	if err != nil {
		return err
	}
	return s.wrapWrite(name, f.Create(name, data, 0o600))
}

// Get opens the file.
func (s *Store) Get(ctx context.Context, name string, offset, length int64) (io.ReadCloser, error) {
	f, err := s.begin(ctx, name)
	if err != nil {
		return nil, err
	}
	if offset < 0 {
		return nil, storage.Errf(storage.Other, name, fs.ErrInvalid)
	}
	// Looking first keeps a named pipe from blocking the open, and links from being followed.
	if info, err := f.Root().Lstat(name); err != nil || !info.Mode().IsRegular() {
		return nil, s.wrapRead(name, err)
	}
	file, err := f.Root().Open(name)
	if err != nil {
		return nil, s.wrapRead(name, err)
	}
	end := offset + length
	if length < 0 || end < offset {
		end = 1<<63 - 1
	}
	return &reader{ReaderAt: file, at: offset, end: end, ctx: ctx, store: s, name: name, file: file}, nil
}

// Stat looks at the file.
func (s *Store) Stat(ctx context.Context, name string) (storage.Info, error) {
	f, err := s.begin(ctx, name)
	if err != nil {
		return storage.Info{}, err
	}
	info, err := f.Root().Lstat(name)
	if err != nil || !info.Mode().IsRegular() {
		return storage.Info{}, s.wrapRead(name, err)
	}
	return storage.Info{Name: name, Size: info.Size(), ModTime: info.ModTime()}, nil
}

// Delete removes the file, and the removal is on the disk on return: what is deleted in an order stays in that order after a crash.
func (s *Store) Delete(ctx context.Context, name string) error {
	f, err := s.begin(ctx, name)
	if err != nil {
		return err
	}
	info, err := f.Root().Lstat(name)
	if err == nil && info.IsDir() {
		return nil // a folder of other objects is no object
	}
	if err == nil {
		err = f.Remove(name)
	}
	if err = s.wrapRead(name, err); storage.IsNotFound(err) || info == nil && err == nil {
		return nil
	}
	return err
}

// begin is what every method does first.
func (s *Store) begin(ctx context.Context, name string) (*durable.Folder, error) {
	if err := ctx.Err(); err != nil {
		return nil, storage.Errf(storage.Other, name, err)
	}
	if err := storage.CheckName(name); err != nil {
		return nil, err
	}
	return s.open()
}

// open opens the place once, and again where another folder has come to its path since: the descriptor is of a folder without a
// name then, or of a drive that is no longer mounted. Where there is none any more the code is NoPlace.
func (s *Store) open() (*durable.Folder, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.folder != nil {
		now, err := os.Stat(s.dir)
		if err != nil {
			return nil, s.placeError(err)
		}
		if os.SameFile(now, s.opened) {
			return s.folder, nil
		}
		s.folder = nil // not closed, since others may be using it; its finalizer does that
	}
	f, err := durable.Open(s.dir)
	if err != nil {
		return nil, s.placeError(err)
	}
	if s.opened, err = f.Root().Stat("."); err != nil {
		f.Close()
		return nil, s.placeError(err)
	}
	s.folder = f
	return f, nil
}
