//go:build linux || darwin

package meta

import (
	"golang.org/x/sys/unix"

	"backup_projeto/internal/tree"
)

// node is an entry whose metadata is being set: through a descriptor where there is one, so that nothing can be swapped in
// between, else by its name in an open folder, not following a link.
type node struct {
	dir  int
	name string
	attrs
}

// SetMeta applies metadata to an entry of t, which is of the type typ; what could not be set is returned, and the rest is
// set. A file that is being written has its own SetMeta, and a folder is best set through its own handle, last of all.
func (t *Target) SetMeta(name string, typ tree.Type, m *tree.Meta, how *Apply) []*MetaError {
	if !validName(name) {
		return []*MetaError{{"owner", errName}}
	}
	flags := unix.O_RDONLY | unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_CLOEXEC
	if typ == tree.Dir {
		flags |= unix.O_DIRECTORY
	}
	n := &node{dir: t.fd, name: name}
	var err error
	if typ == tree.File || typ == tree.Dir {
		n.attrs = attrs{owned: true}
		n.fd, err = openRetry(t.fd, name, flags, 0)
	} else {
		n.attrs, err = t.attrsOf(name)
	}
	if err != nil { // not readable: by name, then
		n.attrs = attrs{fd: -1}
		if a, e := t.attrsOf(name); e == nil {
			n.attrs = a
		}
	}
	defer n.close()
	if st, err := n.stat(); err != nil || st.Type != typ {
		return []*MetaError{{"owner", orChanged(err)}}
	}
	return apply(n, typ, m, how)
}

// SetOwnMeta applies metadata to t itself, when everything below it is done.
func (t *Target) SetOwnMeta(m *tree.Meta, how *Apply) []*MetaError {
	return apply(&node{dir: t.fd, name: ".", attrs: attrs{fd: t.fd}}, tree.Dir, m, how)
}

// orChanged is err, or, if there is none, what says that the entry is of another type by now.
func orChanged(err error) error {
	if err == nil {
		return unix.ENXIO
	}
	return err
}

func (n *node) stat() (Stat, error) {
	if n.fd >= 0 {
		return fstat(n.fd)
	}
	return (&Dir{fd: n.dir}).Lstat(n.name)
}

func (n *node) owner() (uid, gid, mode uint32, err error) {
	st, err := n.stat()
	return st.UID, st.GID, st.Mode, err
}

func (n *node) chown(uid, gid int) error {
	if n.fd >= 0 {
		return unix.Fchown(n.fd, uid, gid)
	}
	return unix.Fchownat(n.dir, n.name, uid, gid, unix.AT_SYMLINK_NOFOLLOW)
}

func (n *node) chmod(mode uint32) error {
	if n.fd >= 0 {
		return unix.Fchmod(n.fd, mode)
	}
	return chmodat(n.dir, n.name, mode)
}

// chtime goes by name for every type: there is no portable call that takes a descriptor and nanoseconds. The access time
// stays.
func (n *node) chtime(mtime int64) error {
	times := []unix.Timespec{{Nsec: omitTime}, unix.NsecToTimespec(mtime)}
	return unix.UtimesNanoAt(n.dir, n.name, times, unix.AT_SYMLINK_NOFOLLOW)
}

func (n *node) xattrs() ([]string, error)                { return n.names() }
func (n *node) setXattr(name string, value []byte) error { return n.set(name, value) }
func (n *node) removeXattr(name string) error            { return n.remove(name) }
