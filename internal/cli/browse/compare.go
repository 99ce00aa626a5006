package browse

import (
	"bytes"
	"context"
	"iter"
	"slices"

	"backup_projeto/internal/tree"
)

// Kind is how an entry differs.
type Kind uint8

// The kinds of changes.
const (
	Added Kind = iota
	Removed
	Modified // its content, its target or its device
	Retyped  // a file became a folder, and so on
	Metadata // only permissions, owner, attributes or date
)

// Change is one difference. Old is nil for what was added, New for what was removed.
type Change struct {
	Path     string // slash path, raw bytes
	Kind     Kind
	Old, New *tree.Entry
}

// Compare calls fn for each difference from one folder to another, in order of paths; what is below a folder that is only in one of
// them is told too. fn's error ends it.
func Compare(ctx context.Context, s Source, from, to *tree.Entry, fn func(Change) error) error {
	c := &comparer{s, fn}
	return c.pair(ctx, "", from, to)
}

type comparer struct {
	source Source
	fn     func(Change) error
}

// pair compares two entries of one name.
func (c *comparer) pair(ctx context.Context, path string, a, b *tree.Entry) error {
	if a.Type != b.Type {
		if err := c.fn(Change{path, Retyped, a, b}); err != nil {
			return err
		}
		return c.below(ctx, path, a, b)
	}
	if a.Type == tree.Dir {
		if !sameMeta(a, b) {
			if err := c.fn(Change{path, Metadata, a, b}); err != nil {
				return err
			}
		}
		if sameContent(a.Content, b.Content) {
			return nil
		}
		return c.below(ctx, path, a, b)
	}
	switch {
	case versionKey(a) != versionKey(b):
		return c.fn(Change{path, Modified, a, b})
	case !sameMeta(a, b):
		return c.fn(Change{path, Metadata, a, b})
	}
	return nil
}

// below compares what two folders hold; an entry that is no folder, or nil, holds nothing.
func (c *comparer) below(ctx context.Context, path string, a, b *tree.Entry) error {
	nextA, stopA := iter.Pull2(c.dir(ctx, a))
	defer stopA()
	nextB, stopB := iter.Pull2(c.dir(ctx, b))
	defer stopB()
	x, err := advance(nextA)
	if err != nil {
		return err
	}
	y, err := advance(nextB)
	if err != nil {
		return err
	}
	for x != nil || y != nil {
		oldX, oldY := x != nil && (y == nil || x.Name <= y.Name), y != nil && (x == nil || y.Name <= x.Name)
		switch {
		case oldX && oldY:
			err = c.pair(ctx, join(path, x.Name), x, y)
		case oldX:
			err = c.only(ctx, join(path, x.Name), Removed, x)
		default:
			err = c.only(ctx, join(path, y.Name), Added, y)
		}
		if err == nil && oldX {
			x, err = advance(nextA)
		}
		if err == nil && oldY {
			y, err = advance(nextB)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// only tells of an entry that one side has, and of all below it.
func (c *comparer) only(ctx context.Context, path string, k Kind, e *tree.Entry) error {
	change := Change{Path: path, Kind: k}
	var a, b *tree.Entry
	if k == Added {
		change.New, b = e, e
	} else {
		change.Old, a = e, e
	}
	if err := c.fn(change); err != nil || e.Type != tree.Dir {
		return err
	}
	return c.below(ctx, path, a, b)
}

func (c *comparer) dir(ctx context.Context, e *tree.Entry) iter.Seq2[*tree.Entry, error] {
	if e == nil || e.Type != tree.Dir {
		return func(func(*tree.Entry, error) bool) {}
	}
	return c.source.Dir(ctx, e.Content)
}

// advance returns a copy of the next entry, nil at the end: the iterator may use its own again.
func advance(next func() (*tree.Entry, error, bool)) (*tree.Entry, error) {
	e, err, ok := next()
	if !ok || err != nil {
		return nil, err
	}
	copied := *e
	return &copied, nil
}

// sameMeta compares all metadata but the time of a folder, which every change in it moves.
func sameMeta(a, b *tree.Entry) bool {
	if a.Mode != b.Mode || a.UID != b.UID || a.GID != b.GID || a.MTime != b.MTime && a.Type != tree.Dir {
		return false
	}
	return slices.EqualFunc(a.Xattrs, b.Xattrs, func(x, y tree.Xattr) bool { return x.Name == y.Name && bytes.Equal(x.Value, y.Value) })
}
