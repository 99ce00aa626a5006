package faulty

import (
	"bytes"
	"context"
	"io"
	"iter"

	"backup_projeto/internal/storage"
)

// Stat describes, unless it fails.
func (s *Store) Stat(ctx context.Context, name string) (storage.Info, error) {
	f, _ := s.begin(Stat, name)
	if err := s.fail(ctx, f, name); err != nil {
		return storage.Info{}, err
	}
	return s.inner.Stat(ctx, name)
}

// Get reads, unless it fails.
func (s *Store) Get(ctx context.Context, name string, offset, length int64) (io.ReadCloser, error) {
	f, call := s.begin(Get, name)
	if err := s.fail(ctx, f, name); err != nil {
		return nil, err
	}
	body, err := s.inner.Get(ctx, name, offset, length)
	if err != nil || f != Cut && f != Short && f != Flipped && f != FlippedID {
		return body, err
	}
	defer body.Close()
	data, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	half := data[:len(data)/2]
	switch {
	case f == Cut:
		return io.NopCloser(io.MultiReader(bytes.NewReader(half), failing{storage.Errf(storage.Network, name, errInjected)})), nil
	case f == Short:
		data = half
	case f == FlippedID:
		flip(data[:min(len(data), idBytes)], call.N)
	default:
		flip(data, call.N)
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

// idBytes is how far from an object's beginning its ids stand.
const idBytes = 40

// flip changes one bit, another one for each call.
func flip(data []byte, call int) {
	if len(data) > 0 {
		bit := call * 7919 % (8 * len(data))
		data[bit/8] ^= 1 << (bit % 8)
	}
}

// failing is a body that has broken off.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// Rememberer is a store that knows what was deleted, for Ghost.
type Rememberer interface {
	// Gone returns the object below a prefix that was deleted last; false where there was none.
	Gone(prefix string) (storage.Info, bool)
}

// List lists, unless it fails.
func (s *Store) List(ctx context.Context, prefix string) iter.Seq2[storage.Info, error] {
	return func(yield func(storage.Info, error) bool) {
		f, _ := s.begin(List, prefix)
		failed := s.fail(ctx, f, prefix)
		if failed != nil && f != Lost && f != Persisted && f != Late {
			yield(storage.Info{}, failed)
			return
		}
		all, err := s.all(ctx, prefix)
		if err != nil {
			yield(storage.Info{}, err)
			return
		}
		if failed != nil {
			all = all[:len(all)/2]
		}
		for _, info := range s.lie(f, prefix, all) {
			if !yield(info, nil) {
				return
			}
		}
		if failed != nil {
			yield(storage.Info{}, failed)
		}
	}
}

// all reads a listing whole.
func (s *Store) all(ctx context.Context, prefix string) (all []storage.Info, err error) {
	for info, err := range s.inner.List(ctx, prefix) {
		if err != nil {
			return nil, err
		}
		if s.Keep == nil || s.Keep(prefix, info.Name) {
			all = append(all, info)
		}
	}
	return all, nil
}

// lie makes of a listing what a fault makes of it.
func (s *Store) lie(f Fault, prefix string, all []storage.Info) []storage.Info {
	switch f {
	case Short:
		return all[:len(all)/2]
	case Stale:
		newest := 0
		for i := range all {
			if all[i].ModTime.After(all[newest].ModTime) {
				newest = i
			}
		}
		if len(all) > 0 {
			all = append(all[:newest:newest], all[newest+1:]...)
		}
	case Ghost:
		if r, ok := storage.As[Rememberer](s.inner); ok {
			if info, ok := r.Gone(prefix); ok {
				all = append(all, info)
			}
		}
	case Twice:
		all = append(all[:len(all):len(all)], all...)
	}
	return all
}
