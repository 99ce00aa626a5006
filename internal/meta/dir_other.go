//go:build !linux && !darwin

package meta

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"

	"backup_projeto/internal/tree"
)

// Dir is an open directory: a path within an open root, which a link cannot lead out of.
type Dir struct {
	root *os.Root
	rel  string // slash path from root
	top  bool   // Close closes root
}

// OpenDir opens the folder at path, following links in path itself.
func OpenDir(path string) (*Dir, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, fail("open", path, err)
	}
	return &Dir{root: root, rel: ".", top: true}, nil
}

func (d *Dir) at(name string) string { return path.Join(d.rel, name) }

// Sub opens a folder in d. It is used until the Dir that OpenDir gave is closed.
func (d *Dir) Sub(name string) (*Dir, error) {
	st, err := d.Lstat(name)
	if err != nil {
		return nil, err
	}
	if st.Type != tree.Dir {
		return nil, fail("open", name, syscall.ENOTDIR)
	}
	return &Dir{root: d.root, rel: d.at(name)}, nil
}

// Names returns the names in d as the system gives them, in no order.
func (d *Dir) Names() ([]string, error) {
	f, err := d.root.Open(d.rel)
	if err != nil {
		return nil, fail("open", d.rel, err)
	}
	defer f.Close()
	names, err := f.Readdirnames(-1)
	return names, orFail("readdir", d.rel, err)
}

// Stat describes d itself.
func (d *Dir) Stat() (Stat, error) {
	info, err := d.root.Lstat(d.rel)
	if err != nil {
		return Stat{}, fail("stat", d.rel, err)
	}
	return fromInfo(info)
}

// Lstat describes an entry of d; of a symbolic link, the link.
func (d *Dir) Lstat(name string) (Stat, error) {
	if !validName(name) {
		return Stat{}, fail("lstat", name, errName)
	}
	info, err := d.root.Lstat(d.at(name))
	if err != nil {
		return Stat{}, fail("lstat", name, err)
	}
	return fromInfo(info)
}

// Readlink returns what a symbolic link in d says.
func (d *Dir) Readlink(name string) (string, error) {
	if !validName(name) {
		return "", fail("readlink", name, errName)
	}
	target, err := d.root.Readlink(d.at(name))
	return target, orFail("readlink", name, err)
}

// Xattrs returns nothing: there are no extended attributes that this program knows here.
func (d *Dir) Xattrs(string, Stat) ([]tree.Xattr, error) { return nil, nil }

// OwnXattrs returns nothing, as Xattrs does.
func (d *Dir) OwnXattrs() ([]tree.Xattr, error) { return nil, nil }

// Mark returns nothing: there are no extended attributes here.
func (d *Dir) Mark(string) ([]byte, error) { return nil, nil }

// SetMark fails: there are no extended attributes here.
func (d *Dir) SetMark(name string, _ []byte) error {
	return fail("setxattr", MarkPrefix+name, errors.ErrUnsupported)
}

// Close gives the handle back.
func (d *Dir) Close() error {
	if !d.top {
		return nil
	}
	return orFail("close", d.rel, d.root.Close())
}

// fromInfo knows neither inode numbers nor owners here, and marks them so.
func fromInfo(info fs.FileInfo) (Stat, error) {
	s := Stat{
		Mode: uint32(info.Mode().Perm()), Nlink: 1, Size: info.Size(), MTime: info.ModTime().UnixNano(),
		Blocks: (info.Size() + 511) / 512,
	}
	switch info.Mode().Type() {
	case 0:
		s.Type = tree.File
	case fs.ModeDir:
		s.Type = tree.Dir
	case fs.ModeSymlink:
		s.Type = tree.Symlink
	case fs.ModeNamedPipe:
		s.Type = tree.Fifo
	case fs.ModeSocket:
		s.Type = tree.Socket
	default: // a junction or another reparse point among them
		return s, fail("lstat", info.Name(), errors.ErrUnsupported)
	}
	return s, nil
}

// File is a regular file open for reading.
type File struct{ f *os.File }

// Open opens a file of d for reading. A caller that minds what it is compares Stat with what it saw before.
func (d *Dir) Open(name string) (*File, error) {
	st, err := d.Lstat(name)
	if err != nil {
		return nil, err
	}
	if st.Type != tree.File {
		return nil, fail("open", name, syscall.EISDIR)
	}
	f, err := d.root.Open(d.at(name))
	if err != nil {
		return nil, fail("open", name, err)
	}
	return &File{f}, nil
}

// Read implements io.Reader.
func (f *File) Read(p []byte) (int, error) { return wrapRead(f.f.Read(p)) }

// ReadAt implements io.ReaderAt.
func (f *File) ReadAt(p []byte, off int64) (int, error) { return wrapRead(f.f.ReadAt(p, off)) }

func wrapRead(n int, err error) (int, error) {
	if err != nil && !errors.Is(err, io.EOF) {
		err = fail("read", "", err)
	}
	return n, err
}

// Seek implements io.Seeker.
func (f *File) Seek(offset int64, whence int) (int64, error) {
	pos, err := f.f.Seek(offset, whence)
	return pos, orFail("seek", "", err)
}

// Stat describes the open file, whatever its name means by now.
func (f *File) Stat() (Stat, error) {
	info, err := f.f.Stat()
	if err != nil {
		return Stat{}, fail("stat", "", err)
	}
	return fromInfo(info)
}

// Xattrs returns nothing, as Dir.Xattrs does.
func (f *File) Xattrs() ([]tree.Xattr, error) { return nil, nil }

// Holes returns nothing: the file is read whole.
func (f *File) Holes(int64) ([]tree.Hole, error) { return nil, nil }

// Close gives the file back.
func (f *File) Close() error { return orFail("close", "", f.f.Close()) }

// validName reports whether name is a single component that means the same on Windows as elsewhere: no device, no stream, no
// character or ending that the system drops or refuses.
func validName(name string) bool {
	if name == "" || strings.ContainsAny(name, "/\\:*?\"<>|") || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }) {
		return false
	}
	return !strings.HasSuffix(name, ".") && !strings.HasSuffix(name, " ") && isLocal(name)
}

// isOtherType recognizes what happens when an entry is no longer of the type that was seen.
func isOtherType(err error) bool {
	return errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.EISDIR)
}
