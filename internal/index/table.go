package index

import (
	"bytes"
	"io"
	"sync"
	"sync/atomic"

	"backup_projeto/internal/core"
)

// table looks ids up in one table file. All methods but close may be called at once from many goroutines. has and lookup may fault
// where a mapped page cannot be read: visit catches that.
type table struct {
	*layout
	r     io.ReaderAt
	front front
	// windows are for records, and segments for what records lead to: blocks that hold for many look-ups in a row stay at hand.
	windows, segments sync.Pool
	// recent has packs looked up lately, by the last bits of their numbers: locations share a pack's 1.2 KB.
	recent [256]atomic.Pointer[recentPack]
	// lost is set when a read fails or finds damage; the table then answers nothing, until the set gives it up.
	lost    atomic.Bool
	path    string       // "" for one in memory
	release func() error // gives the file back
}

type recentPack struct {
	number       uint32
	first, count uint32 // its segments
	info         PackInfo
}

// openTable reads a table's header. mapFront returns n bytes of the file from a multiple of 64 KiB.
func openTable(r io.ReaderAt, size int64, repo core.UUID, mapFront func(at int64, n int) ([]byte, error)) (*table, error) {
	head := make([]byte, blockSize)
	if size < blockSize {
		return nil, errDamaged
	}
	if _, err := r.ReadAt(head, 0); err != nil {
		return nil, err
	}
	l, err := decodeLayout(head, uint64(size), repo)
	if err != nil {
		return nil, err
	}
	t := &table{layout: l, r: r, front: front{l: l}, release: func() error { return nil }}
	t.windows.New = func() any { return new(window) }
	t.segments.New = t.windows.New
	c := l.cursor(r, secSums)
	for {
		item, err := c.next()
		if err != nil {
			return nil, err
		}
		if item == nil {
			break
		}
		t.front.sums = append(t.front.sums, be32(item))
	}
	t.front.seen = make([]atomic.Bool, len(t.front.sums))
	t.front.data, err = mapFront(int64(l.front), int(l.frontSize()))
	return t, err
}

// len returns how many records the table has.
func (t *table) len() int { return int(t.spans[secRecords].n) }

// fail notes that the table is lost. It returns err, for its callers to return.
func (t *table) fail(err error) error {
	if err != nil {
		t.lost.Store(true)
	}
	return err
}

func (t *table) isLost() bool { return t.lost.Load() }

// find calls yield for each record of an id until it returns false.
func (t *table) find(id *core.ID, yield func(rec []byte) bool) error {
	from, to, sorted, err := t.front.candidates(id)
	if err != nil || from == to {
		return err
	}
	w := t.windows.Get().(*window)
	defer t.windows.Put(w)
	if sorted {
		if from, err = t.search(w, secRecords, id[:], from, to); err != nil {
			return err
		}
	}
	for ; from < to; from++ {
		rec, err := t.item(t.r, w, secRecords, from)
		if err != nil {
			return err
		}
		switch order := bytes.Compare(rec[:core.IDSize], id[:]); {
		case order > 0:
			return nil
		case order == 0 && !yield(rec):
			return nil
		}
	}
	return nil
}

// search returns the first item in [from, to) that does not come before prefix.
func (t *table) search(w *window, sec int, prefix []byte, from, to uint64) (uint64, error) {
	for from < to {
		middle := (from + to) / 2
		item, err := t.item(t.r, w, sec, middle)
		if err != nil {
			return 0, err
		}
		if bytes.Compare(item[:len(prefix)], prefix) < 0 {
			from = middle + 1
		} else {
			to = middle
		}
	}
	return from, nil
}

// has reports whether the id is in the table. A table that is found lost has none.
func (t *table) has(id *core.ID) (found bool) {
	err := t.find(id, func([]byte) bool { found = true; return false })
	return t.fail(err) == nil && found
}

// lookup appends every place of an id. A table that is found lost has none.
func (t *table) lookup(out []Location, id *core.ID) []Location {
	before := len(out)
	var failed error
	err := t.find(id, func(rec []byte) bool {
		var l Location
		if l, failed = t.location(rec); failed == nil {
			out = append(out, l)
		}
		return failed == nil
	})
	if t.fail(err) != nil || t.fail(failed) != nil {
		return out[:before]
	}
	return out
}

func (t *table) location(rec []byte) (l Location, err error) {
	w := t.segments.Get().(*window)
	defer t.segments.Put(w)
	p, err := t.pack(w, recordPack(rec))
	if err != nil {
		return l, err
	}
	if recordNumber(rec) >= p.count {
		return l, errDamaged
	}
	seg, err := t.item(t.r, w, secSegs, uint64(p.first)+uint64(recordNumber(rec)))
	if err != nil {
		return l, err
	}
	return location(p.info, seg, rec), nil
}

func (t *table) pack(w *window, number uint32) (*recentPack, error) {
	slot := &t.recent[number%uint32(len(t.recent))]
	if p := slot.Load(); p != nil && p.number == number {
		return p, nil
	}
	item, err := t.item(t.r, w, secPacks, uint64(number))
	if err != nil {
		return nil, err
	}
	p := &recentPack{number: number, info: packInfo(item)}
	p.first, p.count = segments(item)
	slot.Store(p)
	return p, nil
}

// run returns the table as a part of a new one. Reading it to the end may find it lost.
func (t *table) run() *run {
	r := &run{}
	for sec := range r.cursors {
		r.room[sec] = t.spans[sec].n
		c := t.cursor(t.r, sec)
		fill := c.fill
		c.fill = func() ([]byte, error) {
			items, err := fill()
			return items, t.fail(err)
		}
		r.cursors[sec] = c
	}
	return r
}

// sources returns the names of the index objects that the table was made from.
func (t *table) sources() ([]core.ID, error) {
	out := make([]core.ID, 0, t.spans[secSources].n)
	c := t.cursor(t.r, secSources)
	for {
		item, err := c.next()
		if item == nil || err != nil {
			return out, t.fail(err)
		}
		out = append(out, core.ID(item))
	}
}

// packsAfter returns up to n pack items, each cut before its numbers, that come after the one given, which is nil for the first.
func (t *table) packsAfter(last []byte, n int) (out [][]byte, err error) {
	w := t.windows.Get().(*window)
	defer t.windows.Put(w)
	end := t.spans[secPacks].n
	at, err := t.search(w, secPacks, last, 0, end)
	for ; err == nil && at < end && len(out) < n; at++ {
		var item []byte
		if item, err = t.item(t.r, w, secPacks, at); err == nil && !bytes.Equal(item[:packCount], last) {
			out = append(out, bytes.Clone(item[:packCount]))
		}
	}
	return out, t.fail(err)
}
