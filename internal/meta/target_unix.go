//go:build linux || darwin

package meta

import (
	"errors"

	"golang.org/x/sys/unix"

	"backup_projeto/internal/tree"
)

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

// Sub opens a folder in t.
func (t *Target) Sub(name string) (*Target, error) {
	d, err := t.Dir.Sub(name)
	if err != nil {
		return nil, err
	}
	return &Target{d}, nil
}

// Mkdir makes a folder that only its owner can enter until SetMeta opens it.
func (t *Target) Mkdir(name string) error {
	if !validName(name) {
		return fail("mkdirat", name, errName)
	}
	if err := unix.Mkdirat(t.fd, name, 0o700); err != nil {
		return fail("mkdirat", name, err)
	}
	return nil
}

// Symlink makes a symbolic link. Like Link and Mknod, it replaces an entry that is no folder only if replace says so.
func (t *Target) Symlink(target, name string, replace bool) error {
	return t.place("symlinkat", name, replace, func(as string) error { return unix.Symlinkat(target, t.fd, as) })
}

// Link makes name another name of the entry old of another open folder of the same file system; of a link, the link itself.
func (t *Target) Link(from *Target, old, name string, replace bool) error {
	if !validName(old) {
		return fail("linkat", old, errName)
	}
	return t.place("linkat", name, replace, func(as string) error { return unix.Linkat(from.fd, old, t.fd, as, 0) })
}

// Mknod makes a fifo, socket or device; device is its major and minor number. Devices need privileges.
func (t *Target) Mknod(name string, typ tree.Type, device [2]uint32, replace bool) error {
	return t.place("mknodat", name, replace, func(as string) error { return mknodat(t.fd, as, typ, device) })
}

// place makes an entry under its final name, or, where one is to be replaced, under a temporary name that is then renamed:
// no moment without the old entry or the new one.
func (t *Target) place(op, name string, replace bool, create func(as string) error) error {
	if !validName(name) {
		return fail(op, name, errName)
	}
	err := create(name)
	if err == nil || !replace || !errors.Is(err, unix.EEXIST) {
		return orFail(op, name, err)
	}
	temp := tempName()
	if err := create(temp); err != nil {
		return fail(op, name, err)
	}
	err = orFail("renameat", name, unix.Renameat(t.fd, temp, t.fd, name))
	// A rename between two names of one inode does nothing, says POSIX, and leaves both.
	if e := unix.Unlinkat(t.fd, temp, 0); e != nil && !errors.Is(e, unix.ENOENT) && err == nil {
		err = fail("unlinkat", temp, e)
	}
	return err
}

// Rename gives an entry of t another name in t, in place of what has that name if replace says so.
func (t *Target) Rename(from, to string, replace bool) error {
	if !validName(from) || !validName(to) {
		return fail("renameat", to, errName)
	}
	if replace {
		return orFail("renameat", to, unix.Renameat(t.fd, from, t.fd, to))
	}
	err := renameNew(t.fd, from, to)
	if !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, unix.EINVAL) {
		return orFail("renameat", to, err)
	}
	// The file system cannot: a link refuses an existing name just as well. Folders and file systems without links are left,
	// where looking first is the best there is.
	if err := unix.Linkat(t.fd, from, t.fd, to, 0); err == nil || errors.Is(err, unix.EEXIST) {
		if err == nil {
			err = unix.Unlinkat(t.fd, from, 0)
		}
		return orFail("linkat", to, err)
	}
	if _, err := t.Lstat(to); err == nil {
		return fail("renameat", to, unix.EEXIST)
	}
	return orFail("renameat", to, unix.Renameat(t.fd, from, t.fd, to))
}

// Remove removes an entry that is no folder, or an empty folder.
func (t *Target) Remove(name string) error {
	if !validName(name) {
		return fail("unlinkat", name, errName)
	}
	err := unix.Unlinkat(t.fd, name, 0)
	if errors.Is(err, unix.EISDIR) || errors.Is(err, unix.EPERM) { // Linux and POSIX say it differently
		if e := unix.Unlinkat(t.fd, name, unix.AT_REMOVEDIR); !errors.Is(e, unix.ENOTDIR) {
			err = e
		}
	}
	return orFail("unlinkat", name, err)
}

// RemoveAll removes an entry with all that is below it, and stops at the first failure. It follows no link and does not go
// into another file system that is mounted below: what a person mounted there is not an obstacle to be cleared.
func (t *Target) RemoveAll(name string) error {
	err := t.Remove(name)
	if !errors.Is(err, unix.ENOTEMPTY) && !errors.Is(err, unix.EEXIST) {
		return err
	}
	sub, err := t.Sub(name)
	if err != nil {
		return err
	}
	defer sub.Close()
	mine, err := t.Stat()
	if err != nil {
		return err
	}
	if st, err := sub.Stat(); err != nil || st.Dev != mine.Dev {
		return errors.Join(err, fail("unlinkat", name, unix.EXDEV))
	}
	if err := sub.MakeWritable(); err != nil {
		return err
	}
	names, err := sub.Names()
	if err != nil {
		return err
	}
	for _, n := range names {
		if err := sub.RemoveAll(n); err != nil {
			return err
		}
	}
	return t.Remove(name)
}

// MakeWritable lets the owner list, enter and change the folder, which a folder restored before (0555 in a Go module cache)
// may not; SetOwnMeta gives it its mode back.
func (t *Target) MakeWritable() error {
	st, err := t.Stat()
	if err != nil || st.Mode&0o700 == 0o700 {
		return err
	}
	return orFail("fchmod", "", unix.Fchmod(t.fd, st.Mode|0o700))
}

// Sync makes what was written so far durable: once at the end, not for each file, which would take most of a restore's time.
func (t *Target) Sync() error { return orFail("syncfs", "", syncAll(t.fd)) }
