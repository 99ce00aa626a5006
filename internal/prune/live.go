package prune

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"backup_projeto/internal/core"
	"backup_projeto/internal/index"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/tree"
)

// bitmap has a bit for each place of the view. Its methods may be called at once.
type bitmap []uint64

func newBitmap(n uint64) bitmap { return make(bitmap, (n+63)/64) }

func (b bitmap) has(n uint64) bool { return atomic.LoadUint64(&b[n/64])&(1<<(n%64)) != 0 }

// set sets a bit and reports whether it was not set.
func (b bitmap) set(n uint64) bool {
	bit := uint64(1) << (n % 64)
	return atomic.OrUint64(&b[n/64], bit)&bit == 0
}

// maxDepth is how deep lists of ids may be nested, by the format.
const maxDepth = 8

// liveness is which chunks are live, and which were walked: a chunk that is a folder's piece is decoded once, and one that is a list of
// ids once for each depth at which it stands. What a chunk is only the place where it is met says, so each way of reading it has bits of
// its own, made when the first such chunk is met.
type liveness struct {
	places uint64
	bits   bitmap

	mu     sync.Mutex
	walked [2][maxDepth + 1]bitmap // by what the content is of, a file or a folder, and depth; guarded by mu until it is made
}

func (l *liveness) has(place uint64) bool { return l.bits.has(place) }

// first reports whether a chunk is met for the first time as what it is.
func (l *liveness) first(place uint64, folder bool, depth uint8) bool {
	kind := 0
	if folder {
		kind = 1
	}
	l.mu.Lock()
	if l.walked[kind][depth] == nil {
		l.walked[kind][depth] = newBitmap(l.places)
	}
	b := l.walked[kind][depth]
	l.mu.Unlock()
	return b.set(place)
}

var (
	errUnlisted = errors.New("no index object lists a block that a snapshot needs")
	errDepth    = errors.New("a content is too deep")
)

// walker goes through the folders of all snapshots, each distinct one once, with several goroutines.
type walker struct {
	p   *pass
	ctx context.Context

	mu    sync.Mutex
	more  *sync.Cond     // the stack has more, or nobody is busy
	stack []tree.Content // folders; guarded by mu
	busy  int            // goroutines that may add to the stack; guarded by mu
}

// findLive sets the bits of all chunks that snapshots need. Whatever cannot be read ends it.
func (p *pass) findLive(all []*snapshot.Manifest) error {
	p.live.places = p.view.Len()
	p.live.bits = newBitmap(p.live.places)
	g, ctx := errgroup.WithContext(p.ctx)
	w := &walker{p: p, ctx: ctx}
	w.more = sync.NewCond(&w.mu)
	for _, m := range all {
		w.stack = append(w.stack, m.Root.Content)
	}
	defer context.AfterFunc(ctx, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.more.Broadcast()
	})()
	for range max(runtime.GOMAXPROCS(0), p.o.Parallel) {
		g.Go(w.work)
	}
	return g.Wait()
}

func (w *walker) work() error {
	var buf []index.Place
	for {
		c, ok := w.pop()
		if !ok {
			return w.ctx.Err()
		}
		err := w.content(&buf, c, true)
		w.finished()
		if err != nil {
			return err
		}
	}
}

// pop takes a folder; false when all is done, or the context ended. After true comes finished.
func (w *walker) pop() (tree.Content, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.stack) == 0 && w.busy > 0 && w.ctx.Err() == nil {
		w.more.Wait()
	}
	n := len(w.stack) - 1
	if n < 0 || w.ctx.Err() != nil {
		return tree.Content{}, false
	}
	c := w.stack[n]
	w.stack = w.stack[:n]
	w.busy++
	return c, true
}

func (w *walker) finished() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.busy--; w.busy == 0 && len(w.stack) == 0 {
		w.more.Broadcast()
	}
}

func (w *walker) push(folders []tree.Content) {
	if len(folders) == 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stack = append(w.stack, folders...)
	w.more.Broadcast()
}

// content marks all chunks of a file's or a folder's content, and those of what is in the folder.
func (w *walker) content(buf *[]index.Place, c tree.Content, folder bool) error {
	if c.Depth > maxDepth {
		return unreadable("index", errDepth)
	}
	for i := range c.IDs {
		if err := w.chunk(buf, &c.IDs[i], c.Depth, folder); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) chunk(buf *[]index.Place, id *core.ID, depth uint8, folder bool) (err error) {
	if *buf, err = w.p.view.Find((*buf)[:0], id); err != nil {
		return err
	}
	if len(*buf) == 0 {
		return unreadable("block "+id.Short(), errUnlisted)
	}
	for _, l := range *buf {
		w.p.live.bits.set(l.Number)
	}
	if depth == 0 && !folder || !w.p.live.first((*buf)[0].Number, folder, depth) {
		return nil
	}
	data, err := w.p.r.Chunk(w.ctx, *id)
	if err != nil {
		return err
	}
	if depth > 0 {
		ids, err := tree.SplitIDs(data)
		if err != nil {
			return unreadable("block "+id.Short(), err)
		}
		return w.content(buf, tree.Content{IDs: ids, Depth: depth - 1}, folder)
	}
	entries, err := tree.Decode(data)
	if err != nil {
		return unreadable("block "+id.Short(), err)
	}
	return w.entries(buf, entries)
}

func (w *walker) entries(buf *[]index.Place, entries []tree.Entry) error {
	var below []tree.Content
	for i := range entries {
		switch e := &entries[i]; e.Type {
		case tree.Dir:
			below = append(below, e.Content)
		default:
			if err := w.content(buf, e.Content, false); err != nil {
				return err
			}
		}
	}
	w.push(below)
	return nil
}
