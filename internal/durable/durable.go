// Package durable writes files so that a crash leaves the old content or the new one, whole, and nothing in between.
//
// Terms: a write is a temporary file in the same folder, filled, flushed to the disk, and renamed; a creation links instead of
// renaming, so that it fails when the name is taken. A temporary file is one whose name IsTemp recognises.
//
// Promises: on return with nil the file and every folder that leads to it are on the disk. After an error the name is as it was,
// or is whole, and no temporary file stays behind; after a crash one may, and IsTemp tells it. No path given to a Folder leads out of
// it, not through ".." and not through a symbolic link. Nothing else in this program renames a file into place.
//
// Each write is flushed by itself. Flushing many at once would save time with small files, but a store's Put promises durability on
// return, its objects are megabytes, and concurrent writers share the journal's commits already.
package durable

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
)

// tempPrefix begins every temporary file's name. '~' is in no object's name, so that a temporary file is never taken for one.
const tempPrefix = ".tmp~"

// IsTemp reports whether the last element of a path is a temporary file of this package.
func IsTemp(base string) bool { return strings.HasPrefix(base, tempPrefix) }

// WriteFile puts data at name, replacing what is there. The folder must exist.
func WriteFile(name string, data []byte, perm fs.FileMode) error {
	return inFolder(name, func(f *Folder, base string) error { return f.Write(base, data, perm) })
}

// CreateFile puts data at name, which must be free: an error for which errors.Is(err, fs.ErrExist) holds says that it is not.
func CreateFile(name string, data []byte, perm fs.FileMode) error {
	return inFolder(name, func(f *Folder, base string) error { return f.Create(base, data, perm) })
}

func inFolder(name string, do func(f *Folder, base string) error) error {
	f, err := Open(filepath.Dir(name))
	if err != nil {
		return err
	}
	defer f.Close()
	f.settled.Store(".", true) // the caller made the folder, and answers for it
	return do(f, filepath.Base(name))
}

// Folder writes below one folder. All methods may be called at once from many goroutines.
type Folder struct {
	root *os.Root
	// settled has the subfolders known to be on the disk with all that lead to them; it only grows.
	settled sync.Map
	// fail, in tests, makes a step fail; nil otherwise.
	fail func(step string) error
}

// Open opens an existing folder.
func Open(dir string) (*Folder, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Folder{root: root}, nil
}

// Root gives the folder for reading.
func (f *Folder) Root() *os.Root { return f.root }

// Close releases the folder.
func (f *Folder) Close() error { return f.root.Close() }

// Write puts data at name, a slash path, replacing what is there. Missing folders are made, for their owner only.
func (f *Folder) Write(name string, data []byte, perm fs.FileMode) error {
	return f.place(name, data, perm, f.rename)
}

// Create is Write for a name that must be free: an error for which errors.Is(err, fs.ErrExist) holds says that it is not.
func (f *Folder) Create(name string, data []byte, perm fs.FileMode) error {
	if _, err := f.root.Lstat(name); err == nil {
		return &fs.PathError{Op: "create", Path: name, Err: fs.ErrExist}
	}
	return f.place(name, data, perm, f.link)
}

// Remove deletes the file. An absent one gives an error for which errors.Is(err, fs.ErrNotExist) holds.
func (f *Folder) Remove(name string) error {
	if err := f.root.Remove(name); err != nil {
		return err
	}
	return f.syncDir(path.Dir(name))
}

// place writes a temporary file beside name and lets put bring it to its name.
func (f *Folder) place(name string, data []byte, perm fs.FileMode, put func(temp, name string) error) error {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return &fs.PathError{Op: "write", Path: name, Err: fs.ErrInvalid}
	}
	dir := path.Dir(name)
	if err := f.settle(dir); err != nil {
		return err
	}
	temp, err := f.writeTemp(dir, data, perm)
	if errors.Is(err, fs.ErrNotExist) { // someone removed the folder since it was settled
		f.settled.Clear()
		if err = f.settle(dir); err == nil {
			temp, err = f.writeTemp(dir, data, perm)
		}
	}
	if err != nil {
		return err
	}
	if err := put(temp, name); err != nil {
		f.root.Remove(temp)
		return err
	}
	return f.syncDir(dir)
}

// writeTemp fills a new temporary file in dir and flushes it; after an error it is gone.
func (f *Folder) writeTemp(dir string, data []byte, perm fs.FileMode) (name string, err error) {
	var random [12]byte
	rand.Read(random[:])
	name = path.Join(dir, tempPrefix+hex.EncodeToString(random[:]))
	file, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return "", err
	}
	if err = f.step("write"); err == nil {
		_, err = file.Write(data)
	}
	if err == nil {
		if err = f.step("sync"); err == nil {
			err = file.Sync()
		}
	}
	// A network file system may report a failed write as late as here.
	if closeErr := file.Close(); err == nil {
		if err = f.step("close"); err == nil {
			err = closeErr
		}
	}
	if err != nil {
		f.root.Remove(name)
		return "", err
	}
	return name, nil
}

// settle makes dir and flushes every folder that leads to it. It is done once for each folder and process, also where the folder is there
// already: another process may have made it a moment ago and not flushed it yet.
func (f *Folder) settle(dir string) error {
	if _, ok := f.settled.Load(dir); ok {
		return nil
	}
	if dir != "." {
		parent := path.Dir(dir)
		if err := f.settle(parent); err != nil {
			return err
		}
		if err := f.root.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		if err := f.syncDir(parent); err != nil {
			return err
		}
	}
	f.settled.Store(dir, true)
	return nil
}

func (f *Folder) step(name string) error {
	if f.fail == nil {
		return nil
	}
	return f.fail(name)
}
