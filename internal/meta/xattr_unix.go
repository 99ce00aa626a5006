//go:build linux || darwin

package meta

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"backup_projeto/internal/tree"
)

// attrs is how to reach one inode's extended attributes: by descriptor, or by a path whose last component is not followed.
type attrs struct {
	fd    int
	path  string // used when fd is -1
	owned bool   // fd was opened for this
}

func (a attrs) close() {
	if a.owned && a.fd >= 0 {
		_ = unix.Close(a.fd) // nothing was written through it
	}
}

func (a attrs) list(buf []byte) (int, error) {
	if a.fd >= 0 {
		return unix.Flistxattr(a.fd, buf)
	}
	return unix.Llistxattr(a.path, buf)
}

func (a attrs) get(name string, buf []byte) (int, error) {
	if a.fd >= 0 {
		return unix.Fgetxattr(a.fd, name, buf)
	}
	return unix.Lgetxattr(a.path, name, buf)
}

func (a attrs) set(name string, value []byte) error {
	if a.fd >= 0 {
		return unix.Fsetxattr(a.fd, name, value, 0)
	}
	return unix.Lsetxattr(a.path, name, value, 0)
}

func (a attrs) remove(name string) error {
	if a.fd >= 0 {
		return unix.Fremovexattr(a.fd, name)
	}
	return unix.Lremovexattr(a.path, name)
}

// Xattrs returns the extended attributes of an entry of d, ACLs among them, sorted by name; none where the file system has
// no such thing. With an *XattrError the others are returned. For a file that is open, File.Xattrs is cheaper.
func (d *Dir) Xattrs(name string, st Stat) ([]tree.Xattr, error) {
	if !validName(name) {
		return nil, fail("listxattr", name, errName)
	}
	a, err := d.attrsOf(name)
	if err != nil {
		return nil, fail("listxattr", name, err)
	}
	defer a.close()
	out, err := a.all(name)
	if !errors.Is(err, fs.ErrNotExist) || st.Type != tree.File && st.Type != tree.Dir {
		return out, err
	}
	f, err := d.Open(name) // it vanished, or /proc is not mounted here
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.Xattrs()
}

// OwnXattrs returns the extended attributes of d itself, as Xattrs does.
func (d *Dir) OwnXattrs() ([]tree.Xattr, error) { return attrs{fd: d.fd}.all("") }

// Xattrs returns the extended attributes of the file, as Dir.Xattrs does.
func (f *File) Xattrs() ([]tree.Xattr, error) { return attrs{fd: f.fd}.all("") }

// Mark returns the mark of that name on the folder itself; nil if there is none, or the file system has none.
func (d *Dir) Mark(name string) ([]byte, error) {
	value, err := attrs{fd: d.fd}.value(MarkPrefix + name)
	if errors.Is(err, noAttr) || errors.Is(err, errors.ErrUnsupported) {
		return nil, nil
	}
	return value, orFail("fgetxattr", MarkPrefix+name, err)
}

// SetMark puts a mark on the folder itself.
func (d *Dir) SetMark(name string, value []byte) error {
	return orFail("fsetxattr", MarkPrefix+name, attrs{fd: d.fd}.set(MarkPrefix+name, value))
}

func (a attrs) all(entry string) ([]tree.Xattr, error) {
	names, err := a.names()
	if err != nil {
		return nil, fail("listxattr", entry, err)
	}
	var out []tree.Xattr
	var bad error
	for _, name := range names {
		value, err := a.value(name)
		switch {
		case err == nil:
			out = append(out, tree.Xattr{Name: name, Value: value})
		case errors.Is(err, noAttr): // removed meanwhile
		case bad == nil:
			bad = &XattrError{name, err}
		}
	}
	return out, bad
}

// names lists the attributes' names, sorted, without our own marks. Almost no file has any, so the first try is small and on the stack.
func (a attrs) names() ([]string, error) {
	var small [512]byte
	buf := small[:]
	for {
		n := 0
		err := again(func() (err error) {
			n, err = a.list(buf)
			return err
		})
		switch {
		case errors.Is(err, errors.ErrUnsupported):
			return nil, nil
		case errors.Is(err, unix.ERANGE) && len(buf) < 1<<20:
			buf = make([]byte, 8*len(buf))
			continue
		case err != nil || n <= 0:
			return nil, err
		}
		names := strings.FieldsFunc(string(buf[:n]), func(r rune) bool { return r == 0 })
		slices.Sort(names)
		return slices.DeleteFunc(names, isMark), nil
	}
}

// valueBuffers holds what value reads into; a byte more than the limit, to tell what exceeds it.
var valueBuffers = sync.Pool{New: func() any { return new([tree.MaxXattr + 1]byte) }}

func (a attrs) value(name string) ([]byte, error) {
	buf := valueBuffers.Get().(*[tree.MaxXattr + 1]byte)
	defer valueBuffers.Put(buf)
	n := 0
	err := again(func() (err error) {
		n, err = a.get(name, buf[:])
		return err
	})
	switch {
	case errors.Is(err, unix.ERANGE), n > tree.MaxXattr:
		return nil, ErrTooLarge
	case err != nil:
		return nil, err
	}
	return slices.Clone(buf[:n:n]), nil
}
