package repo

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/storage"
)

// TestProvePack: what comes in parts from the store is proven like what is there whole.
func TestProvePack(t *testing.T) {
	r, s, e, data := provable(t)
	if int64(len(data)) <= FooterRead+restStep {
		t.Fatalf("a pack of %d bytes is read at once", len(data))
	}
	p, sum := r.NewProver(), PackSum(&e)
	prove := func(want core.Code, name core.ID, b []byte, size int64, sum core.ID) {
		t.Helper()
		must(t, s.Put(t.Context(), PackName(name), b))
		var also bytes.Buffer
		err := p.ProvePack(t.Context(), name, size, sum, &also)
		if want == "" && (err != nil || !bytes.Equal(also.Bytes(), b)) {
			t.Errorf("%v, and %d of %d bytes were passed on", err, also.Len(), len(b))
		}
		if want != "" && (core.KindOf(err) != core.Damage || core.CodeOf(err) != want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	size := int64(len(data))
	prove("pack-index", e.Name, data, size, core.ID{1})
	prove("pack-hash", core.ID{1}, data, size, sum)
	prove("pack-size", e.Name, data[:size-1], size, sum)
	prove("pack-size", e.Name, data[:size/2], size, sum)
	prove("pack-size", e.Name, nil, size, sum)
	prove("pack-size", e.Name, data, 1<<40, sum)
	at := e.Footer.Offsets()
	for i, want := range map[int]core.Code{
		0: "pack-footer", len(pack.Magic): "pack-blocks", int(at[2]): "pack-blocks", len(data) - pack.TrailerSize - 1: "pack-footer", len(data) - 1: "pack-footer",
	} {
		b := bytes.Clone(data)
		b[i] ^= 1
		prove("pack-hash", e.Name, b, size, sum)
		prove(want, crypto.Hash(b), b, size, sum)
	}
	prove("", e.Name, data, size, sum)
	if got := p.Proven(e.Name); got.Size != e.Size || PackSum(&got) != sum {
		t.Errorf("%+v", got)
	}
	must(t, s.Delete(t.Context(), PackName(e.Name)))
	if err := p.ProvePack(t.Context(), e.Name, size, sum); core.KindOf(err) != core.Damage || !IsAbsent(err) {
		t.Error(err)
	}
	full := errors.New("full")
	must(t, s.Put(t.Context(), PackName(e.Name), data))
	if err := p.ProvePack(t.Context(), e.Name, size, sum, failingWriter{full}); !errors.Is(err, full) {
		t.Error(err)
	}
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

// counted is a store that notes how much each Get asks for.
type counted struct {
	storage.Store
	asked []int64
}

func (c *counted) Unwrap() storage.Store { return c.Store }

func (c *counted) Get(ctx context.Context, name string, offset, length int64) (io.ReadCloser, error) {
	c.asked = append(c.asked, length)
	return c.Store.Get(ctx, name, offset, length)
}

// TestLongFooter proves a pack with so many chunks that its footer is longer than what is read for it first.
func TestLongFooter(t *testing.T) {
	s := &counted{Store: newStore(t)}
	r := create(t, s, "", Options{}).Repo
	load(t, r)
	var chunks [][]byte
	for range 9000 {
		b := make([]byte, 100)
		crypto.Random(b)
		chunks = append(chunks, b)
	}
	put(t, r, chunks)
	var all []pack.Entry
	must(t, r.ReadIndexes(t.Context(), 1, func(_ string, packs []pack.Entry, err error) error {
		all = append(all, packs...)
		return err
	}))
	i := slices.IndexFunc(all, func(e pack.Entry) bool { return e.Footer.Chunks() == len(chunks) })
	e := &all[i]
	s.asked = nil
	must(t, r.NewProver().ProvePack(t.Context(), e.Name, e.Size, PackSum(e)))
	if sum := s.asked[0] + s.asked[1] + s.asked[2]; len(s.asked) != 3 || s.asked[0] != FooterRead || sum != e.Size {
		t.Errorf("of %d bytes it asked for %d", e.Size, s.asked)
	}
}
