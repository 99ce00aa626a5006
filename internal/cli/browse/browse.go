// Package browse compares snapshots and searches them without restoring anything.
//
// Terms: a source is what folders are read from, a repository; a change is one entry that two snapshots have differently.
//
// Promises: a folder that two snapshots share is read once, or not at all; memory is bounded by the depth of the trees and what is
// found, not by their size.
package browse

import (
	"context"
	"encoding/binary"
	"iter"
	"slices"

	"backup_projeto/internal/core"
	"backup_projeto/internal/tree"
)

// Source reads folders.
type Source interface {
	// Dir yields a folder's entries in order of their names; an error is the last pair.
	Dir(ctx context.Context, c tree.Content) iter.Seq2[*tree.Entry, error]
}

// sameContent reports whether two contents are the same bytes.
func sameContent(a, b tree.Content) bool {
	return a.Depth == b.Depth && slices.Equal(a.IDs, b.IDs)
}

// contentKey is a content as a map's key.
func contentKey(c tree.Content) string {
	b := make([]byte, 0, 1+core.IDSize*len(c.IDs))
	b = append(b, c.Depth)
	for i := range c.IDs {
		b = append(b, c.IDs[i][:]...)
	}
	return string(b)
}

// versionKey tells versions of a file apart: by what it is and what it holds, not by its permissions.
func versionKey(e *tree.Entry) string {
	b := []byte{byte(e.Type)}
	b = binary.BigEndian.AppendUint64(b, uint64(e.Size))
	b = binary.BigEndian.AppendUint32(b, e.Device[0])
	b = binary.BigEndian.AppendUint32(b, e.Device[1])
	for _, h := range e.Holes {
		b = binary.BigEndian.AppendUint64(b, uint64(h.Offset))
		b = binary.BigEndian.AppendUint64(b, uint64(h.Length))
	}
	b = append(b, e.Target...)
	if e.Type == tree.Dir {
		return string(b)
	}
	return string(append(b, contentKey(e.Content)...))
}

func join(dir, name string) string {
	if dir == "" {
		return name
	}
	return dir + "/" + name
}
