package index

import (
	"encoding/binary"
	"errors"
	"io"

	"backup_projeto/internal/core"
)

// run is what a table is made from: another table, or a buffer.
type run struct {
	room    [secSums]uint64
	cursors [secSums]*cursor
}

// errFull says that items cannot be numbered any more.
var errFull = errors.New("too many items for one table")

// writeTable merges runs into one table. Its memory grows with the number of packs only, by 4 bytes each.
func writeTable(out io.WriterAt, repo core.UUID, runs []*run) error {
	var room [secSums]uint64
	for _, r := range runs {
		for sec := range room {
			if room[sec] += r.room[sec]; room[sec] > maxItems {
				return errFull
			}
		}
	}
	l := newLayout(repo, room)
	if err := mergeSources(out, l, runs); err != nil {
		return err
	}
	numbers, err := mergePacks(out, l, runs)
	if err != nil {
		return err
	}
	sums, err := mergeRecords(out, l, runs, numbers)
	if err != nil {
		return err
	}
	l.spans[secSums].at = alignUp(l.front+l.frontSize(), blockSize)
	w := l.writer(out, secSums)
	for _, s := range sums {
		w.add(binary.BigEndian.AppendUint32(nil, s))
	}
	if err := w.finish(); err != nil {
		return err
	}
	l.size = l.spans[secSums].at + blocksOf(secSums, l.spans[secSums].n)*blockSize
	_, err = out.WriteAt(l.encode(), 0)
	return err
}

func mergeSources(out io.WriterAt, l *layout, runs []*run) error {
	w := l.writer(out, secSources)
	streams := make([]*stream, len(runs))
	for i, r := range runs {
		streams[i] = &stream{next: r.cursors[secSources].next}
	}
	err := mergeStreams(streams, func(_ int, item []byte, double bool) {
		if !double {
			w.add(item)
		}
	})
	if err != nil {
		return err
	}
	return w.finish()
}

// mergePacks writes packs and segments, and returns for each run the new numbers of its packs, which ascend.
func mergePacks(out io.WriterAt, l *layout, runs []*run) (numbers [][]uint32, err error) {
	packs, segs := l.writer(out, secPacks), l.writer(out, secSegs)
	numbers = make([][]uint32, len(runs))
	streams := make([]*stream, len(runs))
	for i, r := range runs {
		streams[i] = &stream{next: packsWithSegments(r)}
	}
	var item [packSize]byte
	err = mergeStreams(streams, func(from int, b []byte, double bool) {
		if !double {
			copy(item[:], b[:packFirst])
			binary.BigEndian.PutUint32(item[packFirst:], uint32(l.spans[secSegs].n))
			packs.add(item[:])
			for s := b[packFirst:]; len(s) > 0; s = s[segSize:] {
				segs.add(s[:segSize])
			}
		}
		numbers[from] = append(numbers[from], uint32(l.spans[secPacks].n-1))
	})
	if err != nil {
		return nil, err
	}
	if err := packs.finish(); err != nil {
		return nil, err
	}
	return numbers, segs.finish()
}

// packsWithSegments goes through packs, each a pack item, but for its last field, and then its segments. So packs are ordered, and
// found to be the same, by everything that is known of them.
func packsWithSegments(r *run) func() ([]byte, error) {
	var buf []byte
	at := uint32(0)
	return func() ([]byte, error) {
		item, err := r.cursors[secPacks].next()
		if item == nil || err != nil {
			return nil, err
		}
		first, count := segments(item)
		if first != at {
			return nil, errDamaged
		}
		at += count
		buf = append(buf[:0], item[:packFirst]...)
		for range count {
			seg, err := r.cursors[secSegs].next()
			if err != nil {
				return nil, err
			}
			if seg == nil {
				return nil, errDamaged
			}
			buf = append(buf, seg...)
		}
		return buf, nil
	}
}

// mergeRecords writes records and front, and returns the front's sums. Since a run's packs ascend as their new numbers do, its
// records stay sorted when they get these; and the record of a pack that several runs have becomes one.
func mergeRecords(out io.WriterAt, l *layout, runs []*run, numbers [][]uint32) ([]uint32, error) {
	streams := make([]*stream, len(runs))
	for i, r := range runs {
		var buf [recSize]byte
		streams[i] = &stream{next: func() ([]byte, error) {
			rec, err := r.cursors[secRecords].next()
			if rec == nil || err != nil {
				return nil, err
			}
			number := recordPack(rec)
			if uint64(number) >= uint64(len(numbers[i])) {
				return nil, errDamaged
			}
			copy(buf[:], rec)
			binary.BigEndian.PutUint32(buf[core.IDSize:], numbers[i][number])
			return buf[:], nil
		}}
	}
	w, f := l.writer(out, secRecords), l.frontWriter(out)
	err := mergeStreams(streams, func(_ int, rec []byte, double bool) {
		if !double {
			w.add(rec)
			f.add(rec)
		}
	})
	if err != nil {
		return nil, err
	}
	if err := w.finish(); err != nil {
		return nil, err
	}
	return f.finish()
}
