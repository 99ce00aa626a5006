package treetest

import (
	"context"
	"iter"

	"backup_projeto/internal/core"
	"backup_projeto/internal/tree"
)

// Folders is where the folders of a snapshot are read: a repository.
type Folders interface {
	Dir(context.Context, tree.Content) iter.Seq2[*tree.Entry, error]
}

// Walk calls fn for a snapshot's root (path "") and everything below it, a folder before its entries, entries in order of names. For a folder
// that cannot be read fn is called again with its path and entry and the error (kind Damage); if fn returns nil, walking goes on.
func Walk(ctx context.Context, r Folders, root *tree.Entry, fn func(path string, e *tree.Entry, err error) error) error {
	return walk(ctx, r, "", root, fn)
}

func walk(ctx context.Context, r Folders, path string, e *tree.Entry, fn func(string, *tree.Entry, error) error) error {
	if err := fn(path, e, nil); err != nil || e.Type != tree.Dir {
		return err
	}
	for sub, err := range r.Dir(ctx, e.Content) {
		if core.KindOf(err) == core.Damage {
			return fn(path, e, err)
		}
		if err != nil {
			return err
		}
		name := sub.Name
		if path != "" {
			name = path + "/" + name
		}
		if err := walk(ctx, r, name, sub, fn); err != nil {
			return err
		}
	}
	return nil
}
