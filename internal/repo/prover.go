package repo

import (
	"bytes"
	"context"
	"io"

	"golang.org/x/sync/semaphore"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/storage"
)

// Prover reads packs to their last byte, of which it holds a segment at a time, and the footer. It is for one goroutine.
type Prover struct {
	r      *Repo
	shared *provers
	h      *crypto.IDHasher
	tail   []byte // of a pack; what it is kept for has up to FooterRead bytes
	stored []byte // of a segment, or of what is between them and the end
	raw    []byte
	proven *pack.Entry
}

// provers is what provers that work at once share.
type provers struct {
	cores   *semaphore.Weighted // those that compute
	footers *semaphore.Weighted // bytes of them
}

// footerRoom is how many bytes of footers are held at once, but for one that is longer by itself. Open it takes four times that. The usual one has
// 50 to 200 kB, and one of a pack of 16 MB of the smallest files 6 MB.
const footerRoom = 12 << 20

// NewProver returns one.
func (r *Repo) NewProver() *Prover { return r.NewProvers(1, 1)[0] }

// NewProvers returns n provers, so many of which as there are cores compute at any time, while others wait for the store.
func (r *Repo) NewProvers(n, cores int) []*Prover {
	shared := &provers{semaphore.NewWeighted(int64(cores)), semaphore.NewWeighted(footerRoom)}
	out := make([]*Prover, n)
	for i := range out {
		out[i] = &Prover{r: r, shared: shared, h: r.Hasher()}
	}
	return out
}

// Prove is ProvePack for a pack whose bytes are there.
func (p *Prover) Prove(name core.ID, data []byte, sum core.ID) error {
	if !p.r.CanRead() {
		return errWriteOnly()
	}
	return p.prove(context.Background(), &proving{name: name, size: int64(len(data)), sum: sum, tail: data, in: bytes.NewReader(data)})
}

// ProvePack reads a whole pack of size bytes from the store and checks it: that its hash is the pack's name, that its footer opens and is what the
// index says, whose PackSum is sum, that every segment opens and every chunk in it has its id. also gets all bytes in their order. An error is of kind
// Damage, where the pack is absent or shorter too; of kind WrongKey where the repository was opened to write only; or of the store, or of also. It is
// two requests, one for the end, and a third where the footer is longer than usual.
func (p *Prover) ProvePack(ctx context.Context, name core.ID, size int64, sum core.ID, also ...io.Writer) error {
	if !p.r.CanRead() {
		return errWriteOnly()
	}
	if size > core.MaxPack {
		return packDamage(codePackSize, name, nil)
	}
	if int64(cap(p.tail)) < min(size, FooterRead) {
		p.tail = make([]byte, FooterRead)
	}
	g := &proving{name: name, size: size, sum: sum, tail: p.tail[:min(size, FooterRead)], also: also}
	err := p.readAt(ctx, g, size-int64(len(g.tail)), g.tail)
	if err != nil {
		return err
	}
	footer := g.footerLength()
	if err := p.shared.footers.Acquire(ctx, min(footer, footerRoom)); err != nil {
		return err
	}
	defer p.shared.footers.Release(min(footer, footerRoom))
	if missing := footer + int64(pack.TrailerSize) - int64(len(g.tail)); missing > 0 {
		g.tail = append(make([]byte, missing, missing+int64(len(g.tail))), g.tail...)
		if err := p.readAt(ctx, g, size-int64(len(g.tail)), g.tail[:missing]); err != nil {
			return err
		}
	}
	if head := size - int64(len(g.tail)); head > 0 {
		body, err := p.r.store.Get(ctx, PackName(name), 0, head)
		if err != nil {
			return damageOf(PackName(name), err)
		}
		defer body.Close()
		g.in = io.MultiReader(body, bytes.NewReader(g.tail))
	} else {
		g.in = bytes.NewReader(g.tail)
	}
	return p.prove(ctx, g)
}

// proving is one pack being proven.
type proving struct {
	name core.ID
	size int64
	sum  core.ID
	tail []byte    // the pack's end, with all of the footer if there is one
	in   io.Reader // all of the pack
	also []io.Writer

	read int64 // bytes of in
}

// footerLength is how long the footer is, sealed; 0 where the trailer is none.
func (g *proving) footerLength() int64 {
	if len(g.tail) < pack.TrailerSize {
		return 0
	}
	_, n, err := pack.Trailer(g.tail[len(g.tail)-pack.TrailerSize:])
	if err != nil || int64(n)+int64(pack.TrailerSize) > g.size {
		return 0
	}
	return int64(n)
}

func (p *Prover) readAt(ctx context.Context, g *proving, offset int64, buf []byte) error {
	return g.readError(storage.ReadRange(ctx, p.r.store, PackName(g.name), offset, buf))
}

// readError is what an error of reading says of a pack.
func (g *proving) readError(err error) error {
	if err == io.ErrUnexpectedEOF || err == io.EOF {
		err = packDamage(codePackSize, g.name, err)
	}
	return damageOf(PackName(g.name), err)
}

// prove goes through a pack. Where something is wrong in it, all of it is read all the same: that its bytes are not those of its name says more.
func (p *Prover) prove(ctx context.Context, g *proving) error {
	hash := crypto.NewHash()
	g.also = append([]io.Writer{hash}, g.also...)
	key, e, flaw := p.open(g)
	if g.size >= int64(len(pack.Magic)) {
		if err := p.next(ctx, g, len(pack.Magic), func(magic []byte) {
			if flaw == nil && string(magic) != pack.Magic {
				flaw = packDamage(codePackFooter, g.name, pack.ErrFormat)
			}
		}); err != nil {
			return err
		}
	}
	for i := 0; flaw == nil && i < len(e.Footer.Segments); i++ {
		s := &e.Footer.Segments[i]
		if g.read+int64(s.Stored) > g.size {
			flaw = packDamage(codePackBlocks, g.name, pack.ErrFormat)
			break
		}
		if err := p.next(ctx, g, s.Stored, func(stored []byte) { flaw = p.segment(g, key, s, i, stored) }); err != nil {
			return err
		}
	}
	for g.read < g.size {
		if err := p.next(ctx, g, int(min(g.size-g.read, restStep)), func([]byte) {}); err != nil {
			return err
		}
	}
	if core.ID(hash.Sum(nil)) != g.name {
		return packDamage(codePackHash, g.name, nil)
	}
	if flaw == nil {
		p.proven = e
	}
	return flaw
}

// restStep is how much is read at once of what is in no segment.
const restStep = 256 << 10

// next reads the pack's next n bytes, and computes with them when there is a core for it; do may change them.
func (p *Prover) next(ctx context.Context, g *proving, n int, do func([]byte)) error {
	if cap(p.stored) < n {
		p.stored = make([]byte, n)
	}
	b := p.stored[:n]
	if _, err := io.ReadFull(g.in, b); err != nil {
		return g.readError(err)
	}
	g.read += int64(n)
	if err := p.shared.cores.Acquire(ctx, 1); err != nil {
		return err
	}
	defer p.shared.cores.Release(1)
	for _, w := range g.also {
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	do(b)
	return nil
}

// open opens the footer, and compares it with what the index says; what is wrong is the flaw.
func (p *Prover) open(g *proving) (key *crypto.ObjectKey, e *pack.Entry, flaw error) {
	e, key, err := p.footer(g.tail)
	if err != nil {
		return nil, nil, packDamage(codePackFooter, g.name, err)
	}
	e.Size = g.size
	if PackSum(e) != g.sum {
		return nil, nil, packDamage(codePackIndex, g.name, nil)
	}
	return key, e, nil
}

// segment opens a segment, whose stored bytes are used up, and returns what is wrong with it.
func (p *Prover) segment(g *proving, key *crypto.ObjectKey, s *pack.Segment, number int, stored []byte) error {
	raw, err := pack.OpenSegment(p.raw[:0], key, p.r.dec, s, number, stored)
	if err != nil {
		return packDamage(codePackBlocks, g.name, err)
	}
	p.raw = raw
	if wrong := wrongChunks(p.h, s, raw); len(wrong) > 0 {
		return packDamage(codePackBlocks, g.name, errContent)
	}
	return nil
}
