package index

import (
	"bytes"
	"encoding/binary"
)

// stream is one of the sorted inputs of a merge.
type stream struct {
	next func() ([]byte, error) // nil after the last; valid until it is called again
	item []byte
	key  uint64 // the item's first 8 bytes
}

func (s *stream) advance() (err error) {
	if s.item, err = s.next(); s.item != nil {
		s.key = binary.BigEndian.Uint64(s.item)
	}
	return err
}

// mergeStreams passes all items of sorted streams on in order, with the stream's number and whether the item is the one before.
func mergeStreams(streams []*stream, emit func(from int, item []byte, double bool)) error {
	for _, s := range streams {
		if err := s.advance(); err != nil {
			return err
		}
	}
	var last []byte
	for {
		from := least(streams)
		if from < 0 {
			return nil
		}
		s := streams[from]
		order := -1
		if last != nil {
			order = bytes.Compare(last, s.item)
		}
		if order > 0 {
			return errDamaged
		}
		emit(from, s.item, order == 0)
		last = append(last[:0], s.item...)
		if err := s.advance(); err != nil {
			return err
		}
	}
}

// least returns the stream with the least item, or -1 at the end. Tables are few: a loop is as fast as a heap.
func least(streams []*stream) int {
	best := -1
	for i, s := range streams {
		if s.item == nil {
			continue
		}
		if best < 0 || s.key < streams[best].key || s.key == streams[best].key && bytes.Compare(s.item, streams[best].item) < 0 {
			best = i
		}
	}
	return best
}
