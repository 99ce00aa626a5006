package repo

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/parallel"
	"backup_projeto/internal/parity"
)

// packSize is how many bytes a pack of files is filled to, treeSize one of directories. See doc/adr/0003-sizes.md.
const (
	packSize = 16 << 20
	treeSize = 4 << 20
)

// fullSize is how many bytes a pack of a kind is filled to.
func fullSize(kind pack.Kind) int {
	if kind == pack.Tree {
		return treeSize
	}
	return packSize
}

// FullPack is about how many bytes a pack of a kind has that was filled.
func FullPack(kind pack.Kind) int64 { return int64(fullSize(kind)) }

// uploads returns how many packs of one kind are on their way at once: each holds a pack's memory, and two cores fill one pack in
// about the time that another takes to arrive.
func uploads(workers int) int { return max(1, workers/2) }

// An index object is written as soon as the packs that no index lists yet have footers of indexBytes, or are indexPacks: what is
// claimed in memory meanwhile, and what a crash without journal would upload again, is bounded by it.
const (
	indexBytes = 2 << 20
	indexPacks = 64
)

// packer seals segments into packs, uploads these and lists them in index objects.
type packer struct {
	s       *Session
	buffers [2]chan []byte // memory for packs, by kind: there are never more than it holds
	uploads sync.WaitGroup
	stored  atomic.Int64
	journal *journal
	pace    *pace // driven by the holder of mu
	share   func() (parity.Share, error)
	spare   sync.Pool // of *[]byte, memory for parity objects

	mu    sync.Mutex
	open  [2]*pack.Builder // by kind; guarded by mu
	check []byte           // memory of the builders; guarded by mu

	listing sync.Mutex   // held while an index object is written
	listed  sync.Mutex   // guards pending, size, and that the journal has what is pending
	pending []pack.Entry // packs that arrived and that no index lists yet
	size    int          // bytes that their footers take, about
}

func newPacker(s *Session) *packer {
	p := &packer{s: s, pace: newPace()}
	for kind := range p.buffers {
		n := uploads(s.r.opt.Workers) + 1
		p.buffers[kind] = make(chan []byte, n)
		for range n {
			p.buffers[kind] <- nil // allocated when it is first used
		}
	}
	p.share = sync.OnceValues(func() (parity.Share, error) {
		share, _, err := s.r.Parity(s.ctx) // damaged settings are verify's to tell
		return share, err
	})
	for p.journal = newJournal(s.r, s.id); p.journal == nil; p.journal = newJournal(s.r, s.id) {
		s.id = crypto.NewTimeUUID(s.begun)
	}
	return p
}

// add seals a segment into the open pack of its kind, and sends that on its way when it is full.
func (p *packer) add(kind pack.Kind, info pack.Segment, stored []byte) error {
	p.mu.Lock()
	b := p.open[kind]
	if b == nil {
		var err error
		if b, err = p.builder(kind); err != nil {
			p.mu.Unlock()
			return err
		}
		p.open[kind] = b
	}
	err := b.Add(info, stored)
	full := b.Size() >= fullSize(kind)
	if full || err != nil {
		p.open[kind] = nil
	}
	p.mu.Unlock()
	if err != nil || !full {
		return err
	}
	return p.send(b)
}

// builder waits for memory and starts a pack in it. The caller holds mu: whoever else wants to add waits for the same.
func (p *packer) builder(kind pack.Kind) (*pack.Builder, error) {
	begun := time.Now()
	select {
	case buf := <-p.buffers[kind]:
		if kind == pack.Data {
			now := time.Now()
			p.pace.next(now, now.Sub(begun), buf != nil)
		}
		if buf == nil {
			buf = make([]byte, 0, fullSize(kind)+2*segmentSize)
		}
		return pack.NewBuilder(buf, &p.check, p.s.r.ring.Public, p.s.r.header.ID, kind)
	case <-p.s.ctx.Done():
		return nil, p.s.err()
	}
}

// send finishes a pack and uploads it in the background.
func (p *packer) send(b *pack.Builder) error {
	built, err := b.Finish()
	if err != nil {
		return err
	}
	p.uploads.Add(1)
	go func() {
		defer p.uploads.Done()
		err := p.s.r.store.Put(p.s.ctx, PackName(built.Name), built.Data)
		stored := err == nil
		if stored {
			err = p.protect(built.Name, built.Data)
		}
		p.buffers[built.Footer.Kind] <- built.Data[:0]
		if stored {
			p.stored.Add(built.Size)
			if e := p.arrived(p.s.ctx, built.Entry); err == nil {
				err = e
			}
		}
		if err != nil {
			p.s.fail(err)
		}
	}()
	return nil
}

// protect stores the parity of a stored pack, as the repository's settings say. They are looked at when the first pack is stored: a backup
// that stores nothing need not know them.
func (p *packer) protect(name core.ID, data []byte) error {
	share, err := p.share()
	if err != nil || share == 0 {
		return err
	}
	buf, ok := p.spare.Get().(*[]byte)
	if !ok {
		buf = new([]byte)
	}
	defer p.spare.Put(buf)
	var o ParityObject
	o, *buf, err = p.s.r.PutParity(p.s.ctx, name, data, *buf, share)
	if err == nil {
		p.stored.Add(o.Size)
	}
	return err
}

// arrived takes note of a stored pack.
func (p *packer) arrived(ctx context.Context, e pack.Entry) error {
	p.s.part.Rely(&e.Name)
	p.listed.Lock()
	p.journal.add(&e)
	p.pending = append(p.pending, e)
	p.size += e.Footer.Chunks()*(core.IDSize+4) + 2048
	enough := p.size >= indexBytes || len(p.pending) >= indexPacks
	p.listed.Unlock()
	if enough {
		return p.list(ctx)
	}
	return nil
}

// list writes an index object of what is pending. From then on the chunks are found in the index, and are claimed no more.
func (p *packer) list(ctx context.Context) error {
	p.listing.Lock()
	defer p.listing.Unlock()
	p.listed.Lock()
	packs := p.pending
	p.pending, p.size = nil, 0
	p.listed.Unlock()
	if len(packs) == 0 {
		return nil
	}
	for i := range packs {
		packs[i].Believed = true
	}
	id, data := p.s.r.sealIndex(packs)
	if err := p.s.r.store.Put(ctx, indexName(id), data); err != nil {
		p.listed.Lock()
		p.pending = append(packs, p.pending...)
		p.listed.Unlock()
		return err
	}
	p.stored.Add(int64(len(data)))
	if err := p.s.r.set.Add(id, packs); err != nil {
		return err
	}
	for i := range packs {
		for j := range packs[i].Footer.Segments {
			p.s.claims.Remove(packs[i].Footer.Segments[j].IDs)
		}
	}
	p.listed.Lock()
	defer p.listed.Unlock()
	p.journal.reset(p.pending)
	return nil
}

// finish sends the packs that are not full, waits for all, and lists them.
func (p *packer) finish() error {
	for kind, b := range p.open {
		p.open[kind] = nil
		if b != nil && !b.Empty() {
			if err := p.send(b); err != nil {
				return err
			}
		}
	}
	p.uploads.Wait()
	if err := p.s.err(); err != nil {
		return err
	}
	if err := p.list(p.s.ctx); err != nil {
		return err
	}
	return p.s.r.set.Flush()
}

// close waits for what is under way. What arrived and is not listed yet is listed now, if the store still answers, and the answer is true;
// otherwise the journal keeps it for the next session.
func (p *packer) close(ctx context.Context) bool {
	p.uploads.Wait()
	err := p.list(ctx)
	if err == nil {
		err = p.s.r.set.Flush()
	}
	return err == nil
}

// adopt lists the packs of journals that dead sessions of this machine left, as far as the store has them and no prune has condemned them,
// and ends these sessions.
func (p *packer) adopt(ctx context.Context) error {
	left := p.journal.left()
	var packs []pack.Entry
	for _, l := range left {
		packs = append(packs, l.packs...)
	}
	err := p.takeOver(ctx, packs)
	for _, l := range left {
		closeJournal(l.file, err == nil && p.s.r.endSession(ctx, l.session, false))
	}
	return err
}

// takeOver lists packs that no believed entry lists.
func (p *packer) takeOver(ctx context.Context, packs []pack.Entry) error {
	var mu sync.Mutex
	err := parallel.Each(ctx, readers, packs, func(ctx context.Context, e pack.Entry) error {
		if p.known(&e) || p.s.part.Known.Condemned(&e.Name) {
			return nil
		}
		info, err := p.s.r.store.Stat(ctx, PackName(e.Name))
		if err != nil || info.Size != e.Size {
			return ignoreAbsent(err)
		}
		mu.Lock()
		defer mu.Unlock()
		p.pending = append(p.pending, e)
		return nil
	})
	if err != nil {
		return err
	}
	return p.list(ctx)
}

// known reports whether the index lists a pack, by the first of its chunks, and is believed.
func (p *packer) known(e *pack.Entry) bool {
	for i := range e.Footer.Segments {
		if ids := e.Footer.Segments[i].IDs; len(ids) > 0 {
			return p.s.r.set.Held(&ids[0], func(pack *core.ID, believed bool) bool { return believed && *pack == e.Name })
		}
	}
	return true // of an empty pack there is nothing to know
}
