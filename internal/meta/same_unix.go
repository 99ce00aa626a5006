//go:build linux || darwin

package meta

import (
	"bytes"
	"os"

	"backup_projeto/internal/tree"
)

// Same reports whether an entry of the type typ has the metadata m already, or all of it that this process may set: applying m
// would change nothing. xattrs are what the entry has, as Xattrs gives them.
func (how *Apply) Same(typ tree.Type, st *Stat, xattrs []tree.Xattr, m *tree.Meta) bool {
	uid, gid := how.owner(m)
	owned := st.UID == uid && st.GID == gid
	super := os.Geteuid() == 0
	want := m.Mode & 0o7777
	if !owned && !super && typ != tree.Dir {
		want &^= 0o6000 // see chmod
	}
	return st.MTime == m.MTime && (owned || !super) && (typ == tree.Symlink || st.Mode == want) && sameXattrs(typ, xattrs, m.Xattrs, super)
}

func sameXattrs(typ tree.Type, have, want []tree.Xattr, super bool) bool {
	value := func(list []tree.Xattr, name string) ([]byte, bool) {
		for i := range list {
			if list[i].Name == name {
				return list[i].Value, true
			}
		}
		return nil, false
	}
	for i := range want {
		if isMark(want[i].Name) || !super && !ours(want[i].Name) {
			continue
		}
		if v, ok := value(have, want[i].Name); !ok || !bytes.Equal(v, want[i].Value) {
			return false
		}
	}
	if typ != tree.File && typ != tree.Dir {
		return true
	}
	for i := range have {
		if _, ok := value(want, have[i].Name); !ok && removable(have[i].Name) {
			return false
		}
	}
	return true
}
