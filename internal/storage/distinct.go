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

// Seen is names that were met. Its zero value is not ready; make it.
type Seen map[digest]struct{}

// digest is half a hash of a name: enough that no two names meet, and a third of what names take, of which there may be millions.
type digest [sha256.Size / 2]byte

// Again reports whether a name was met before, and notes it.
func (s Seen) Again(name string) bool {
	sum := sha256.Sum256([]byte(name))
	key := digest(sum[:len(digest{})])
	_, again := s[key]
	s[key] = struct{}{}
	return again
}

// List implements Store.
func (d distinct) List(ctx context.Context, prefix string) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		seen := Seen{}
		for info, err := range d.Store.List(ctx, prefix) {
			if err == nil && seen.Again(info.Name) {
				continue
			}
			if !yield(info, err) {
				return
			}
		}
	}
}
