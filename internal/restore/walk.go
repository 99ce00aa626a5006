package restore

import (
	"context"
	"iter"

	"backup_projeto/internal/core"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/tree"
)

// maxDepth bounds how deep folders may be nested, so that no snapshot exhausts the stack.
const maxDepth = 1 << 15

// folders is what a walk needs of a source.
type folders interface {
	Dir(context.Context, tree.Content) iter.Seq2[*tree.Entry, error]
}

// visitor is told what a walk through the chosen part of a snapshot meets; F is what it knows of a folder.
type visitor[F any] interface {
	// visit is told of an entry. number counts the entries of its folder, chosen or not. For a folder it returns what its own
	// entries will be told, and whether to look at them.
	visit(ctx context.Context, in F, number int, e *tree.Entry, c *choice) (below F, enter bool, err error)
	// leave is told that a folder has no more entries, or, with an error, that the rest of them is not known.
	leave(in F, damage error) error
}

// walk visits what is below a folder. Entries come in the order of their names, a folder before what it contains.
func walk[F any](ctx context.Context, src folders, v visitor[F], in F, content tree.Content, c *choice, depth int) error {
	number := -1
	for e, err := range src.Dir(ctx, content) {
		switch {
		case core.CodeOf(err) == snapshot.Overfull: // what is whole of it cannot be told from what is not
			return err
		case err != nil && core.KindOf(err) == core.Damage:
			return v.leave(in, err)
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		}
		number++
		next, ok := c.below(e.Name, e.Type == tree.Dir)
		if !ok {
			continue
		}
		below, enter, err := v.visit(ctx, in, number, e, &next)
		if err == nil && enter {
			if depth == maxDepth {
				err = v.leave(below, &core.Error{Kind: core.Source, Code: codeDeep})
			} else {
				err = walk(ctx, src, v, below, e.Content, &next, depth+1)
			}
		}
		if err != nil {
			return err
		}
	}
	return v.leave(in, nil)
}
