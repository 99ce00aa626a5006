package meta

import (
	"errors"
	"io/fs"
	"slices"
	"strings"

	"backup_projeto/internal/tree"
)

// Apply says how metadata is applied. Its zero value is ready.
type Apply struct {
	// Names turns names of users and groups into this machine's numbers; nil means that numbers are taken as they are.
	Names *Names
	// Owner makes it an error not to be allowed to set owner, group or a privileged attribute. Without it, that is what
	// happens to everyone but the superuser and is not mentioned.
	Owner bool
}

// MetaError says what of an entry's metadata could not be set; the rest was.
type MetaError struct {
	What string // "owner", "mode", "times" or "xattr " and a name
	Err  error
}

// Error gives the technical form.
func (e *MetaError) Error() string { return e.What + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *MetaError) Unwrap() error { return e.Err }

// entry is what apply needs of the system.
type entry interface {
	owner() (uid, gid, mode uint32, err error)
	chown(uid, gid int) error // -1 leaves one as it is
	chmod(mode uint32) error
	chtime(mtime int64) error
	xattrs() ([]string, error)
	setXattr(name string, value []byte) error
	removeXattr(name string) error
}

// apply sets everything in the order in which the system does not undo it again: the owner first, since changing it clears
// setuid and capabilities; ordinary attributes next, while the owner may still write, since they need that; then the mode;
// then the ACLs, which contain the mode and more; the time last, since the rest may change it.
func apply(e entry, typ tree.Type, m *tree.Meta, how *Apply) []*MetaError {
	a := applying{e: e, typ: typ, m: m, how: how}
	uid, gid, mode, err := e.owner()
	if err != nil {
		return []*MetaError{{"owner", err}}
	}
	owned := a.chown(uid, gid)
	names, err := a.present()
	a.note("xattr", err)
	for _, name := range names {
		if !slices.ContainsFunc(m.Xattrs, func(x tree.Xattr) bool { return x.Name == name }) && removable(name) {
			a.noteXattr(name, e.removeXattr(name))
		}
	}
	mode = a.setXattrs(mode, false)
	a.chmod(mode, owned)
	a.setXattrs(mode, true)
	a.note("times", e.chtime(m.MTime))
	return a.errs
}

// applying is one call of apply.
type applying struct {
	e    entry
	typ  tree.Type
	m    *tree.Meta
	how  *Apply
	errs []*MetaError
}

func (a *applying) note(what string, err error) {
	if err != nil {
		a.errs = append(a.errs, &MetaError{what, err})
	}
}

// notePrivileged notes an error unless it is only that we are not the superuser, and nobody asked.
func (a *applying) notePrivileged(what string, err error) {
	if a.how.Owner || !errors.Is(err, fs.ErrPermission) {
		a.note(what, err)
	}
}

func (a *applying) noteXattr(name string, err error) {
	if ours(name) {
		a.note("xattr "+name, err)
	} else {
		a.notePrivileged("xattr "+name, err)
	}
}

// chown sets owner and group, by name if this machine knows it, and reports whether they are what they should be. Anyone may
// give a file to another group of theirs, so the group is tried alone as well.
func (a *applying) chown(uid, gid uint32) bool {
	wantUID, wantGID := a.how.owner(a.m)
	if uid == wantUID && gid == wantGID {
		return true
	}
	err := a.e.chown(int(wantUID), int(wantGID))
	if err != nil && gid != wantGID {
		_ = a.e.chown(-1, int(wantGID)) // the error that counts is the first
	}
	a.notePrivileged("owner", err)
	return err == nil
}

// owner returns the numbers that an entry's owner and group have on this machine.
func (how *Apply) owner(m *tree.Meta) (uid, gid uint32) {
	uid, gid = m.UID, m.GID
	if n := how.Names; n != nil {
		if id, ok := n.UID(m.User); ok && m.User != "" {
			uid = id
		}
		if id, ok := n.GID(m.Group); ok && m.Group != "" {
			gid = id
		}
	}
	return uid, gid
}

// chmod sets the mode. Setuid and setgid were given for a certain owner: where that could not be set they would hand
// someone else's rights to the content, so they are left out of a file, as cp -p does, and this is always mentioned.
func (a *applying) chmod(mode uint32, owned bool) {
	const setID = 0o6000
	want := a.m.Mode & 0o7777
	if !owned && a.typ != tree.Dir && want&setID != 0 {
		want &^= setID
		a.note("mode", fs.ErrPermission)
	}
	if a.typ == tree.Symlink || want == mode && want&setID == 0 {
		return // a link has no mode; setID may have been cleared by chown since it was looked up
	}
	a.note("mode", a.e.chmod(want))
}

// present lists the attributes that the entry has already: inherited ones of a new file, or those of an older copy. Links
// and special files cannot have those that would be removed.
func (a *applying) present() ([]string, error) {
	if a.typ != tree.File && a.typ != tree.Dir {
		return nil, nil
	}
	return a.e.xattrs()
}

// setXattrs sets either the ACLs or the other attributes, and returns the mode that the entry has by then.
func (a *applying) setXattrs(mode uint32, acls bool) uint32 {
	for _, x := range a.m.Xattrs {
		if isACL(x.Name) != acls || isMark(x.Name) {
			continue
		}
		err := a.e.setXattr(x.Name, x.Value)
		if errors.Is(err, fs.ErrPermission) && !acls && mode&0o200 == 0 && a.e.chmod(mode|0o200) == nil {
			mode |= 0o200 // a read-only file of an older copy: its attributes need write permission
			err = a.e.setXattr(x.Name, x.Value)
		}
		a.noteXattr(x.Name, err)
	}
	return mode
}

// isACL recognizes the attributes that hold POSIX ACLs.
func isACL(name string) bool { return strings.HasPrefix(name, "system.posix_acl_") }

// removable reports whether an attribute that the snapshot does not have is removed. Of those that are the administrator's
// only one is: capabilities that content should not have are the setuid bit by another name.
func removable(name string) bool { return ours(name) || name == "security.capability" }
