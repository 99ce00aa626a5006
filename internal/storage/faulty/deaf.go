package faulty

import (
	"context"
	"iter"
	"strings"

	"backup_projeto/internal/storage"
)

// Deaf is a store as a thief's build sees it, who does not care what was revoked: no revocation is listed. It has the Store's own methods
// only, none of its optional ones.
type Deaf struct{ storage.Store }

// List implements storage.Store.
func (d Deaf) List(ctx context.Context, prefix string) iter.Seq2[storage.Info, error] {
	return func(yield func(storage.Info, error) bool) {
		for info, err := range d.Store.List(ctx, prefix) {
			if !strings.HasPrefix(info.Name, "gc/revoked.") && !yield(info, err) {
				return
			}
		}
	}
}
