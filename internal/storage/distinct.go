package storage

import (
	"context"
	"crypto/sha256"
	"iter"
)

// Distinct returns a store whose listings yield each object once: the one that comes first. Whoever reads listings reads them through it.
func Distinct(s Store) Store {
	if d, ok := s.(distinct); ok {
		return d
	}
	return distinct{s}
}

type distinct struct{ Store }

// Unwrap returns the store inside.
func (d distinct) Unwrap() Store { return d.Store }

// digest is half a hash of a name: enough that no two names meet, and a third of what names take, of which there may be millions.
type digest [sha256.Size / 2]byte

// List implements Store.
func (d distinct) List(ctx context.Context, prefix string) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		seen := map[digest]struct{}{}
		for info, err := range d.Store.List(ctx, prefix) {
			if err == nil {
				sum := sha256.Sum256([]byte(info.Name))
				key := digest(sum[:len(digest{})])
				if _, again := seen[key]; again {
					continue
				}
				seen[key] = struct{}{}
			}
			if !yield(info, err) {
				return
			}
		}
	}
}
