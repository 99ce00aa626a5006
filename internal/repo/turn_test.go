package repo

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync/atomic"
	"testing"

	"backup_projeto/internal/storage"
)

// counter counts the answers that nobody has closed.
type counter struct {
	storage.Store
	open, gets atomic.Int32
}

type answer struct {
	io.ReadCloser
	of *counter
}

func (c *counter) Get(ctx context.Context, name string, offset, length int64) (io.ReadCloser, error) {
	body, err := c.Store.Get(ctx, name, offset, length)
	if err != nil {
		return nil, err
	}
	c.gets.Add(1)
	c.open.Add(1)
	return &answer{body, c}, nil
}

func (a *answer) Close() error {
	a.of.open.Add(-1)
	return a.ReadCloser.Close()
}

// TestRangesInTurn reads two segments of a pack that are far from one another, to the end and not to the end.
func TestRangesInTurn(t *testing.T) {
	s := &counter{Store: newStore(t)}
	r := create(t, s, "", Options{}).Repo
	defer r.Close()
	_, ids := put(t, r, content(1, 200))
	load(t, r)
	var all []Segment
	for i := range ids {
		l := r.Lookup(&ids[i])[0]
		if l.Pack.Name == r.Lookup(&ids[0])[0].Pack.Name && !slices.ContainsFunc(all, func(s Segment) bool { return s.Number == l.Number }) {
			all = append(all, l)
		}
	}
	slices.SortFunc(all, func(a, b Segment) int { return int(a.Number) - int(b.Number) })
	two := []Segment{all[0], all[len(all)-1]}
	if near(&two[0], &two[0], &two[1]) {
		t.Fatalf("%d segments, too near", len(all))
	}
	stop := errors.New("stop")
	for name, c := range map[string]struct {
		turn error
		fn   error // of the first
		want int   // calls of fn
	}{"whole": {nil, nil, 2}, "no turn": {stop, nil, 0}, "stopped": {nil, stop, 1}} {
		s.gets.Store(0)
		calls, turns := 0, 0
		err := r.ReadSegmentsInTurn(t.Context(), two, func() error {
			turns++
			if s.gets.Load() != 1 {
				t.Errorf("%s: the turn came with %d answers", name, s.gets.Load())
			}
			return c.turn
		}, func(i int, raw []byte, err error) error {
			must(t, err)
			if i != calls || len(raw) != int(two[i].Segment.Raw) {
				t.Errorf("%s: segment %d of %d bytes", name, i, len(raw))
			}
			calls++
			return c.fn
		})
		if wrong := c.turn == nil && c.fn == nil; wrong != (err == nil) || err != nil && !errors.Is(err, stop) || calls != c.want || turns != 1 {
			t.Errorf("%s: %v after %d calls and %d turns", name, err, calls, turns)
		}
		if n := s.open.Load(); n != 0 {
			t.Errorf("%s: %d answers stay open", name, n)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	err := r.ReadSegmentsInTurn(ctx, two, noTurn, func(i int, _ []byte, err error) error {
		cancel()
		return ctx.Err()
	})
	if n := s.open.Load(); n != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v, %d answers stay open", err, n)
	}
}
