package local

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"backup_projeto/internal/core"
	"backup_projeto/internal/storage"
)

// placeError gives an error about the folder itself its code.
func (s *Store) placeError(err error) error {
	switch {
	case isNotFolder(err):
		return storage.Errf(storage.Unusable, s.dir, err)
	case isAbsent(err):
		return storage.Errf(storage.NoPlace, s.dir, err)
	case errors.Is(err, fs.ErrPermission):
		return storage.Errf(storage.Denied, s.dir, err)
	}
	if info, statErr := os.Stat(s.dir); statErr == nil && !info.IsDir() {
		return storage.Errf(storage.Unusable, s.dir, err)
	}
	return storage.Errf(storage.Other, s.dir, err)
}

// wrapRead is wrap where something absent may be the object, or the whole place. A nil error is that of a name which is no file.
func (s *Store) wrapRead(name string, err error) error {
	if err != nil && !isAbsent(err) && !isNotFolder(err) {
		return s.wrap(name, err)
	}
	if _, statErr := os.Stat(s.dir); statErr != nil {
		return s.placeError(statErr)
	}
	if err == nil {
		err = fs.ErrNotExist
	}
	return storage.Errf(storage.NotFound, name, err)
}

// wrapWrite is wrap for an error, or none, of writing.
func (s *Store) wrapWrite(name string, err error) error {
	switch {
	case err == nil:
		return nil
	case isAbsent(err):
		if _, statErr := os.Stat(s.dir); statErr != nil {
			return s.placeError(statErr)
		}
	case errors.Is(err, fs.ErrExist):
		return storage.Errf(storage.Exists, name, err)
	}
	return s.wrap(name, err)
}

// wrap gives an error of the operating system its code.
func (s *Store) wrap(name string, err error) error {
	return storage.Errf(codeOf(err), name, err)
}

func codeOf(err error) core.Code {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return storage.Other
	case isFull(err):
		return storage.Full
	case isReadOnly(err), isNotFolder(err):
		return storage.Unusable
	case errors.Is(err, fs.ErrPermission):
		return storage.Denied
	}
	return storage.Other
}

func isAbsent(err error) bool { return errors.Is(err, fs.ErrNotExist) }
