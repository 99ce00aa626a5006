package repo

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"backup_projeto/internal/core"
	"backup_projeto/internal/storage"
)

// Sandbox opens the repository once more, so that what is written goes into a folder of this machine and not into the store, and what is
// deleted only seems so: for trying out what a repair would do. The folder is the caller's to remove; its caches are there too.
func (r *Repo) Sandbox(dir string) (*Repo, error) {
	objects, cache := filepath.Join(dir, "objects"), filepath.Join(dir, "cache")
	if err := errors.Join(os.MkdirAll(objects, 0o700), os.MkdirAll(cache, 0o700)); err != nil {
		return nil, err
	}
	opt := r.opt
	opt.Cache = cache
	return open(&sandbox{Store: r.store, dir: objects, gone: map[string]bool{}}, r.header, r.ring, opt)
}

// sandbox is a store over another one that it does not change.
type sandbox struct {
	storage.Store
	dir string

	mu   sync.Mutex
	gone map[string]bool // deleted; guarded by mu
}

func (s *sandbox) file(name string) string {
	return filepath.Join(s.dir, strings.ReplaceAll(name, "/", "_"))
}

func (s *sandbox) deleted(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gone[name]
}

// Put writes a file of this machine.
func (s *sandbox) Put(_ context.Context, name string, data []byte) error {
	if err := os.WriteFile(s.file(name), data, 0o600); err != nil {
		return &core.Error{Kind: core.Source, Code: "index-cache", Subject: s.dir, Err: err}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.gone, name)
	return nil
}

// Create must not pass Put by.
func (s *sandbox) Create(ctx context.Context, name string, data []byte) error {
	if _, err := s.Stat(ctx, name); err == nil {
		return storage.Errf(storage.Exists, name, nil)
	}
	return s.Put(ctx, name, data)
}

// Get reads what was put here, or else what the store has.
func (s *sandbox) Get(ctx context.Context, name string, offset, length int64) (io.ReadCloser, error) {
	if s.deleted(name) {
		return nil, storage.Errf(storage.NotFound, name, nil)
	}
	f, err := os.Open(s.file(name))
	if err != nil {
		return s.Store.Get(ctx, name, offset, length)
	}
	if length < 0 {
		length = 1<<63 - 1 - offset
	}
	return &section{io.NewSectionReader(f, offset, length), f}, nil
}

type section struct {
	io.Reader
	io.Closer
}

// Stat describes what was put here, or else what the store has.
func (s *sandbox) Stat(ctx context.Context, name string) (storage.Info, error) {
	if s.deleted(name) {
		return storage.Info{}, storage.Errf(storage.NotFound, name, nil)
	}
	info, err := os.Stat(s.file(name))
	if errors.Is(err, fs.ErrNotExist) {
		return s.Store.Stat(ctx, name)
	}
	if err != nil {
		return storage.Info{}, storage.Errf(storage.Other, name, err)
	}
	return storage.Info{Name: name, Size: info.Size(), ModTime: info.ModTime()}, nil
}

// Delete only notes that the object is to seem deleted.
func (s *sandbox) Delete(_ context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gone[name] = true
	_ = os.Remove(s.file(name))
	return nil
}

// List yields what was put here and then what the store has.
func (s *sandbox) List(ctx context.Context, prefix string) iter.Seq2[storage.Info, error] {
	return func(yield func(storage.Info, error) bool) {
		entries, err := os.ReadDir(s.dir)
		if err != nil {
			yield(storage.Info{}, storage.Errf(storage.Other, prefix, err))
			return
		}
		here := map[string]bool{}
		for _, e := range entries {
			name := strings.ReplaceAll(e.Name(), "_", "/") // no object's name has a line
			if !strings.HasPrefix(name, prefix) {
				continue
			}
			here[name] = true
			if info, err := s.Stat(ctx, name); err == nil && !yield(info, nil) {
				return
			}
		}
		for info, err := range s.Store.List(ctx, prefix) {
			if err == nil && (here[info.Name] || s.deleted(info.Name)) {
				continue
			}
			if !yield(info, err) || err != nil {
				return
			}
		}
	}
}

// Unwrap returns the store that is not changed.
func (s *sandbox) Unwrap() storage.Store { return s.Store }
