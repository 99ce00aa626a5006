//go:build linux || darwin

package meta

import (
	"errors"
	"io"

	"golang.org/x/sys/unix"

	"backup_projeto/internal/tree"
)

// File is a regular file open for reading. It is a bare descriptor: for 100,000 files of 3 KB, opening, reading and closing
// takes 0.21 s this way and 0.31 s through os.File (measured), which allocates, sets a finalizer and asks the poller.
// One goroutine uses it at a time, ReadAt excepted, and Close is not optional.
type File struct{ fd int }

// Open opens a file of d for reading. A fifo that took its place does not block, and a link is not followed; a caller that
// minds what it is compares Stat with what it saw before.
func (d *Dir) Open(name string) (*File, error) {
	if !validName(name) {
		return nil, fail("openat", name, errName)
	}
	fd, err := d.openat(d.fd, name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC)
	if err != nil {
		return nil, fail("openat", name, err)
	}
	return &File{fd}, nil
}

// Read implements io.Reader.
func (f *File) Read(p []byte) (n int, err error) {
	if len(p) == 0 {
		return 0, nil
	}
	err = again(func() (err error) {
		n, err = unix.Read(f.fd, p)
		return err
	})
	return readResult(n, err)
}

// ReadAt implements io.ReaderAt.
func (f *File) ReadAt(p []byte, off int64) (n int, err error) {
	for n < len(p) && err == nil {
		m := 0
		err = again(func() (err error) {
			m, err = unix.Pread(f.fd, p[n:], off+int64(n))
			return err
		})
		if m, err = readResult(m, err); m > 0 {
			n += m
		}
	}
	return n, err
}

func readResult(n int, err error) (int, error) {
	switch {
	case err != nil:
		return 0, fail("read", "", err)
	case n <= 0:
		return 0, io.EOF
	}
	return n, nil
}

// Seek implements io.Seeker.
func (f *File) Seek(offset int64, whence int) (int64, error) {
	pos, err := unix.Seek(f.fd, offset, whence)
	if err != nil {
		return pos, fail("lseek", "", err)
	}
	return pos, nil
}

// Stat describes the open file, whatever its name means by now.
func (f *File) Stat() (Stat, error) { return fstat(f.fd) }

// Close gives the descriptor back.
func (f *File) Close() error {
	fd := f.fd
	f.fd = -1
	if err := unix.Close(fd); err != nil {
		return fail("close", "", err)
	}
	return nil
}

// maxHoles is how many holes one entry may list; later ones are read as the zeros that they are.
const maxHoles = 1 << 20

// Holes returns the runs within the first size bytes that hold no data, in the order and form that tree.Entry wants; nil
// where the file system cannot say. It is worth calling only when Stat.Sparse. The position for Read is at the start after.
func (f *File) Holes(size int64) (holes []tree.Hole, err error) {
	defer func() {
		if _, e := unix.Seek(f.fd, 0, io.SeekStart); e != nil && err == nil {
			err = fail("lseek", "", e)
		}
	}()
	for pos := int64(0); pos < size && len(holes) < maxHoles; {
		data, err := unix.Seek(f.fd, pos, unix.SEEK_DATA)
		switch {
		case errors.Is(err, unix.ENXIO): // no data from here to the end
			data = size
		case errors.Is(err, unix.EINVAL), errors.Is(err, errors.ErrUnsupported):
			return nil, nil
		case err != nil:
			return nil, fail("lseek", "", err)
		}
		data = min(data, size)
		if data > pos {
			holes = append(holes, tree.Hole{Offset: pos, Length: data - pos})
		}
		if data == size {
			break
		}
		end, err := unix.Seek(f.fd, data, unix.SEEK_HOLE)
		if err != nil || end <= data { // it was cut short meanwhile: the reader will notice
			break
		}
		pos = end
	}
	return holes, nil
}
