package durable

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"time"
)

// renameTries is how often a rename is tried on Windows, where a virus scanner or an indexer may hold the target for a moment.
const renameTries = 6

// rename brings temp to name, replacing what is there.
func (f *Folder) rename(temp, name string) error {
	if err := f.step("rename"); err != nil {
		return err
	}
	var err error
	for try := range renameTries {
		if err = f.root.Rename(temp, name); err == nil || runtime.GOOS != "windows" {
			return err
		}
		if f.equal(temp, name) { // held open by a reader of the same content: nothing is left to do
			return f.root.Remove(temp)
		}
		time.Sleep(time.Millisecond << (2 * try))
	}
	return err
}

// equal reports whether two files have the same content.
func (f *Folder) equal(a, b string) bool {
	x, errX := f.root.ReadFile(a)
	y, errY := f.root.ReadFile(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// link brings temp to name unless that is taken.
func (f *Folder) link(temp, name string) error {
	err := f.step("link")
	if err == nil {
		err = f.root.Link(temp, name)
	}
	switch {
	case err == nil:
		// The name has the file; a second link that stays is only a temporary file.
		f.root.Remove(temp)
		return nil
	case errors.Is(err, fs.ErrExist):
		if f.same(temp, name) { // NFS may ask the server twice, and be told of its own success as of another's
			f.root.Remove(temp)
			return nil
		}
		return err
	}
	// FAT, some network file systems and some phones have no hard links, and say so in many ways; so any other failure comes here. An
	// empty file claims the name, which one creator wins, and the whole one is renamed over it. A crash between the two leaves an
	// empty file, which no reader takes for an object; the hard link has no such moment.
	claim, claimErr := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if claimErr != nil {
		return claimErr
	}
	claim.Close()
	if err := f.rename(temp, name); err != nil {
		f.root.Remove(name)
		return err
	}
	return nil
}

// same reports whether two names are one file.
func (f *Folder) same(a, b string) bool {
	x, errX := f.root.Lstat(a)
	y, errY := f.root.Lstat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}

// MkdirAll makes dir and what is missing above it, for its owner only, and flushes every folder that it touched.
func MkdirAll(dir string) error {
	var missing []string
	at := filepath.Clean(dir)
	for {
		info, err := os.Stat(at)
		if err == nil {
			if !info.IsDir() {
				return &fs.PathError{Op: "mkdir", Path: at, Err: errNotFolder}
			}
			break
		}
		parent := filepath.Dir(at)
		if !errors.Is(err, fs.ErrNotExist) || parent == at {
			return err
		}
		missing = append(missing, at)
		at = parent
	}
	for i := len(missing) - 1; i >= 0; i-- {
		if err := os.Mkdir(missing[i], 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		f, err := Open(filepath.Dir(missing[i]))
		if err != nil {
			return err
		}
		err = f.syncDir(".")
		f.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// Flush flushes one file, or the names in one folder where the system can.
func Flush(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil && !cannotSync(err) {
		return err
	}
	return nil
}

// errNotFolder says that a file stands where a folder is needed.
var errNotFolder = errors.New("not a folder")

// syncDir flushes the folder itself: the names in it.
func (f *Folder) syncDir(dir string) error {
	if err := f.step("syncdir"); err != nil {
		return err
	}
	if runtime.GOOS == "windows" { // folders cannot be flushed there; NTFS journals its names
		return nil
	}
	d, err := f.root.Open(path.Clean(dir))
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !cannotSync(err) {
		return err
	}
	return nil
}
