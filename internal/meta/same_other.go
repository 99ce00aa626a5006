//go:build !linux && !darwin

package meta

import "backup_projeto/internal/tree"

// tick is how finely times are kept here, in nanoseconds.
const tick = 100

// Same reports whether an entry of the type typ has the metadata m already, or all of it that can be set here: applying m would
// change nothing.
func (how *Apply) Same(typ tree.Type, st *Stat, _ []tree.Xattr, m *tree.Meta) bool {
	return typ == tree.Symlink || st.MTime/tick == m.MTime/tick && (typ == tree.Dir || st.Mode&0o200 == m.Mode&0o200)
}
