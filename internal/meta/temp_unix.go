//go:build linux || darwin

package meta

import (
	"errors"

	"golang.org/x/sys/unix"

	"backup_projeto/internal/tree"
)

// Temp is a file that is being written under a temporary name in a Target, which must stay open until Commit or Discard;
// one of the two is not optional. WriteAt may be called by several goroutines at once.
type Temp struct {
	dir  *Dir
	fd   int
	name string
}

// Create begins a file.
func (t *Target) Create() (*Temp, error) {
	for {
		name := tempName()
		fd, err := openRetry(t.fd, name, unix.O_RDWR|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
		switch {
		case err == nil:
			return &Temp{t.Dir, fd, name}, nil
		case !errors.Is(err, unix.EEXIST):
			return nil, fail("openat", name, err)
		}
	}
}

// Write implements io.Writer.
func (f *Temp) Write(p []byte) (int, error) {
	return writeAll(p, func(p []byte, _ int) (int, error) { return unix.Write(f.fd, p) })
}

// WriteAt implements io.WriterAt. What no call covers is a hole.
func (f *Temp) WriteAt(p []byte, off int64) (int, error) {
	return writeAll(p, func(p []byte, done int) (int, error) { return unix.Pwrite(f.fd, p, off+int64(done)) })
}

func writeAll(p []byte, write func(p []byte, done int) (int, error)) (done int, err error) {
	for done < len(p) {
		n := 0
		err := again(func() (err error) {
			n, err = write(p[done:], done)
			return err
		})
		if err != nil {
			return done, fail("write", "", err)
		}
		done += n
	}
	return done, nil
}

// ReadAt implements io.ReaderAt, for reading back what was written.
func (f *Temp) ReadAt(p []byte, off int64) (int, error) { return (&File{f.fd}).ReadAt(p, off) }

// Truncate sets the file's length, so that it may end in a hole.
func (f *Temp) Truncate(size int64) error {
	return orFail("ftruncate", "", again(func() error { return unix.Ftruncate(f.fd, size) }))
}

// SetMeta applies a file's metadata; see Target.SetMeta. Nothing may be written after it: that would change the times.
func (f *Temp) SetMeta(m *tree.Meta, how *Apply) []*MetaError {
	return apply(&node{dir: f.dir.fd, name: f.name, attrs: attrs{fd: f.fd}}, tree.File, m, how)
}

// Commit gives the file its final name, in place of what has that name, which must be no folder, if replace says so. After
// an error the file is gone.
func (f *Temp) Commit(name string, replace bool) error {
	if err := unix.Close(f.fd); err != nil { // network file systems report a failed write here
		f.remove()
		return fail("close", name, err)
	}
	f.fd = -1
	if err := (&Target{f.dir}).Rename(f.name, name, replace); err != nil {
		f.remove()
		return err
	}
	return nil
}

// Discard gives the file up. After Commit it does nothing.
func (f *Temp) Discard() {
	if f.fd >= 0 {
		_ = unix.Close(f.fd) // what it could report concerns data that is being thrown away
		f.remove()
	}
}

func (f *Temp) remove() {
	f.fd = -1
	_ = unix.Unlinkat(f.dir.fd, f.name, 0) // a leftover is recognized by its prefix
}
