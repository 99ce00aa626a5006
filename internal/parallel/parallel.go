// Package parallel does one thing to many items, some of them at once.
//
// Promises: nothing new is begun after the first failure or the end of the context, and nothing runs any more when a function here returns.
package parallel

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// Each calls fn for every item, at most limit at once, until one fails. It returns the first failure, or why ctx ended; the context that fn
// gets ends with either.
func Each[T any](ctx context.Context, limit int, items []T, fn func(context.Context, T) error) error {
	return For(ctx, limit, len(items), func(ctx context.Context, i int) error { return fn(ctx, items[i]) })
}

// For is Each for the numbers from 0 to n-1.
func For(ctx context.Context, limit, n int, fn func(ctx context.Context, i int) error) error {
	g, inner := errgroup.WithContext(ctx)
	g.SetLimit(limit)
	for i := range n {
		if inner.Err() != nil {
			break
		}
		g.Go(func() error { return fn(inner, i) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}
