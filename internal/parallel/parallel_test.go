package parallel

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
)

// TestEach: every item is done once, never more than the limit at once.
func TestEach(t *testing.T) {
	const limit = 3
	items := make([]*atomic.Int64, 100)
	for i := range items {
		items[i] = new(atomic.Int64)
	}
	var busy, most atomic.Int64
	err := Each(t.Context(), limit, items, func(_ context.Context, n *atomic.Int64) error {
		now := busy.Add(1)
		for old := most.Load(); now > old && !most.CompareAndSwap(old, now); old = most.Load() {
		}
		n.Add(1)
		busy.Add(-1)
		return nil
	})
	if err != nil || most.Load() > limit {
		t.Errorf("error %v, %d at once", err, most.Load())
	}
	for i, n := range items {
		if n.Load() != 1 {
			t.Errorf("item %d is done %d times", i, n.Load())
		}
	}
}

// TestFailure: the first failure ends what runs and begins nothing more, and all has ended when For returns.
func TestFailure(t *testing.T) {
	broken := errors.New("broken")
	var begun, ended atomic.Int64
	err := For(t.Context(), 4, 1000, func(ctx context.Context, i int) error {
		begun.Add(1)
		defer ended.Add(1)
		if i == 3 {
			return broken
		}
		<-ctx.Done()
		return ctx.Err()
	})
	if err != broken || begun.Load() > 5 || begun.Load() != ended.Load() { // one may have been let in by the one that failed
		t.Errorf("error %v, %d begun, %d ended", err, begun.Load(), ended.Load())
	}
}

// TestCancelled: what was not begun when the context ended is no success.
func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	done := 0
	err := For(ctx, 1, 10, func(context.Context, int) error {
		done++
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) || done == 10 {
		t.Errorf("error %v after %d", err, done)
	}
	if err := For(t.Context(), 1, 0, nil); err != nil {
		t.Error(err)
	}
}
