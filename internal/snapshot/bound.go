package snapshot

import (
	"context"
	"errors"
	"iter"
	"sync/atomic"

	"backup_projeto/internal/core"
	"backup_projeto/internal/tree"
)

// Overfull is the code of the error (kind Damage) that ends a walk through a snapshot which has far more entries than its manifest counts.
const Overfull core.Code = "snapshot-overfull"

var errOverfull = errors.New("its folders have more entries than it counts")

// Folders reads folders, as repo.Repo.Dir does.
type Folders func(ctx context.Context, c tree.Content) iter.Seq2[*tree.Entry, error]

// Bound reads folders for one walk through snapshots, and ends it with code Overfull where that would not end by itself: folders may
// share chunks, so that sixty can describe 2^60. What the manifests count is believed, doubled and rounded up: a count that is a little
// wrong must not keep anybody from a snapshot.
type Bound struct {
	dir  Folders
	left atomic.Int64
}

// The bound for a snapshot is counts × boundFactor + boundSpare entries.
const (
	boundFactor = 2
	boundSpare  = 10_000
	boundMost   = 1 << 50 // so that nothing overflows
)

// Bounded returns dir for one walk through some snapshots.
func Bounded(dir Folders, of ...*Manifest) *Bound {
	b := &Bound{dir: dir}
	for _, m := range of {
		n := int64(0)
		for _, count := range []int64{m.Counts.Files, m.Counts.Dirs, m.Counts.Others} {
			n += min(max(count, 0), boundMost)
		}
		b.left.Store(min(b.left.Load()+n*boundFactor+boundSpare, boundMost))
	}
	return b
}

// Take counts one entry.
func (b *Bound) Take() error {
	if b.left.Add(-1) < 0 {
		return &core.Error{Kind: core.Damage, Code: Overfull, Err: errOverfull}
	}
	return nil
}

// Dir yields a folder's entries, each of which counts. An error is the last pair.
func (b *Bound) Dir(ctx context.Context, c tree.Content) iter.Seq2[*tree.Entry, error] {
	return func(yield func(*tree.Entry, error) bool) {
		for e, err := range b.dir(ctx, c) {
			if err == nil {
				err = b.Take()
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}
