//go:build !linux && !darwin

package meta

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"backup_projeto/internal/tree"
)

// isLocal refuses names that the system reserves, such as NUL.
func isLocal(name string) bool { return filepath.IsLocal(name) }

// ours reports whether an attribute belongs to the file's owner; there are no attributes here.
func ours(string) bool { return false }

// Target is an open directory that is written into. It also reads, as a Dir does.
type Target struct{ *Dir }

// OpenTarget opens the folder at path, following links in path itself.
func OpenTarget(path string) (*Target, error) {
	d, err := OpenDir(path)
	if err != nil {
		return nil, err
	}
	return &Target{d}, nil
}

// Sub opens a folder in t. It is used until the Target that OpenTarget gave is closed.
func (t *Target) Sub(name string) (*Target, error) {
	d, err := t.Dir.Sub(name)
	if err != nil {
		return nil, err
	}
	return &Target{d}, nil
}

// Mkdir makes a folder.
func (t *Target) Mkdir(name string) error {
	if !validName(name) {
		return fail("mkdir", name, errName)
	}
	return orFail("mkdir", name, t.root.Mkdir(t.at(name), 0o700))
}

// Symlink makes a symbolic link. Like Link, it replaces an entry that is no folder only if replace says so.
func (t *Target) Symlink(target, name string, replace bool) error {
	return t.place("symlink", name, replace, func(as string) error { return t.root.Symlink(target, t.at(as)) })
}

// Link makes name another name of the entry old of another open folder of the same target.
func (t *Target) Link(from *Target, old, name string, replace bool) error {
	if !validName(old) || from.root != t.root {
		return fail("link", old, errName)
	}
	return t.place("link", name, replace, func(as string) error { return t.root.Link(from.at(old), t.at(as)) })
}

// Mknod fails: there are no such entries here.
func (t *Target) Mknod(name string, _ tree.Type, _ [2]uint32, _ bool) error {
	return fail("mknod", name, errors.ErrUnsupported)
}

// place makes an entry under its final name, or, where one is to be replaced, under a temporary name that is then renamed.
func (t *Target) place(op, name string, replace bool, create func(as string) error) error {
	if !validName(name) {
		return fail(op, name, errName)
	}
	err := create(name)
	if err == nil || !replace || !errors.Is(err, fs.ErrExist) {
		return orFail(op, name, err)
	}
	temp := tempName()
	if err := create(temp); err != nil {
		return fail(op, name, err)
	}
	err = orFail("rename", name, t.root.Rename(t.at(temp), t.at(name)))
	if e := t.root.Remove(t.at(temp)); e != nil && !errors.Is(e, fs.ErrNotExist) && err == nil {
		err = fail("remove", temp, e)
	}
	return err
}

// Rename gives an entry of t another name in t, in place of what has that name if replace says so.
func (t *Target) Rename(from, to string, replace bool) error {
	if !validName(from) || !validName(to) {
		return fail("rename", to, errName)
	}
	if _, err := t.root.Lstat(t.at(to)); err == nil && !replace {
		return fail("rename", to, fs.ErrExist)
	}
	return orFail("rename", to, t.root.Rename(t.at(from), t.at(to)))
}

// Remove removes an entry that is no folder, or an empty folder.
func (t *Target) Remove(name string) error {
	if !validName(name) {
		return fail("remove", name, errName)
	}
	return orFail("remove", name, t.root.Remove(t.at(name)))
}

// RemoveAll removes an entry with all that is below it. It follows no link.
func (t *Target) RemoveAll(name string) error {
	if !validName(name) {
		return fail("remove", name, errName)
	}
	return orFail("remove", name, t.root.RemoveAll(t.at(name)))
}

// MakeWritable does nothing: a folder's attributes do not keep its owner out.
func (t *Target) MakeWritable() error { return nil }

// Sync does nothing: there is no such call here.
func (t *Target) Sync() error { return nil }

// Temp is a file that is being written under a temporary name in a Target, which must stay open until Commit or Discard;
// one of the two is not optional. WriteAt may be called by several goroutines at once.
type Temp struct {
	dir  *Target
	f    *os.File
	name string
	meta *tree.Meta
	how  *Apply
}

// Create begins a file.
func (t *Target) Create() (*Temp, error) {
	name := tempName()
	f, err := t.root.OpenFile(t.at(name), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fail("open", name, err)
	}
	return &Temp{dir: t, f: f, name: name}, nil
}

// Write implements io.Writer.
func (f *Temp) Write(p []byte) (int, error) {
	n, err := f.f.Write(p)
	return n, orFail("write", "", err)
}

// WriteAt implements io.WriterAt. What no call covers reads as zeros.
func (f *Temp) WriteAt(p []byte, off int64) (int, error) {
	n, err := f.f.WriteAt(p, off)
	return n, orFail("write", "", err)
}

// ReadAt implements io.ReaderAt, for reading back what was written.
func (f *Temp) ReadAt(p []byte, off int64) (int, error) { return wrapRead(f.f.ReadAt(p, off)) }

// Truncate sets the file's length.
func (f *Temp) Truncate(size int64) error { return orFail("truncate", "", f.f.Truncate(size)) }

// SetMeta remembers a file's metadata for Commit: a file that is open or read-only cannot be renamed everywhere.
func (f *Temp) SetMeta(m *tree.Meta, how *Apply) []*MetaError {
	f.meta, f.how = m, how
	return nil
}

// Commit gives the file its final name, in place of what has that name, which must be no folder, if replace says so. After
// an error the file is gone.
func (f *Temp) Commit(name string, replace bool) error {
	file := f.f
	f.f = nil
	err := orFail("close", name, file.Close())
	if err == nil {
		err = f.dir.Rename(f.name, name, replace)
	}
	if err != nil {
		_ = f.dir.Remove(f.name) // a leftover is recognized by its prefix
		return err
	}
	if f.meta != nil {
		if bad := f.dir.SetMeta(name, tree.File, f.meta, f.how); len(bad) > 0 {
			return fail("chtimes", name, bad[0])
		}
	}
	return nil
}

// Discard gives the file up. After Commit it does nothing.
func (f *Temp) Discard() {
	if f.f != nil {
		_ = f.f.Close() // what it could report concerns data that is being thrown away
		f.f = nil
		_ = f.dir.Remove(f.name) // a leftover is recognized by its prefix
	}
}

// SetMeta applies metadata to an entry of t: the time, and of the mode whether it is read-only.
func (t *Target) SetMeta(name string, typ tree.Type, m *tree.Meta, how *Apply) []*MetaError {
	if !validName(name) {
		return []*MetaError{{"owner", errName}}
	}
	if typ == tree.Symlink {
		return nil // its time cannot be set without following it
	}
	return apply(&node{t.Dir, t.at(name)}, typ, m, how)
}

// SetOwnMeta applies metadata to t itself, when everything below it is done.
func (t *Target) SetOwnMeta(m *tree.Meta, how *Apply) []*MetaError {
	return apply(&node{t.Dir, t.rel}, tree.Dir, m, how)
}

// node is an entry whose metadata is being set.
type node struct {
	dir  *Dir
	path string
}

func (n *node) owner() (uid, gid, mode uint32, err error) {
	info, err := n.dir.root.Lstat(n.path)
	if err != nil {
		return 0, 0, 0, err
	}
	return 0, 0, uint32(info.Mode().Perm()), nil
}

func (n *node) chown(int, int) error { return fs.ErrPermission }

// chmod comes before chtime in apply, but here a read-only file refuses a new time, so chtime lifts it.
func (n *node) chmod(mode uint32) error {
	return n.dir.root.Chmod(n.path, fs.FileMode(mode).Perm())
}

func (n *node) chtime(mtime int64) error {
	t := time.Unix(0, mtime)
	err := n.dir.root.Chtimes(n.path, t, t)
	if errors.Is(err, fs.ErrPermission) {
		info, e := n.dir.root.Lstat(n.path)
		if e == nil && n.dir.root.Chmod(n.path, 0o600) == nil {
			err = errors.Join(n.dir.root.Chtimes(n.path, t, t), n.dir.root.Chmod(n.path, info.Mode().Perm()))
		}
	}
	return err
}

func (n *node) xattrs() ([]string, error)     { return nil, nil }
func (n *node) setXattr(string, []byte) error { return fs.ErrPermission }
func (n *node) removeXattr(string) error      { return nil }
