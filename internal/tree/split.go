package tree

import (
	"hash/fnv"

	"backup_projeto/internal/cbor"
	"backup_projeto/internal/core"
)

// A directory's piece ends after an entry once it has pieceMin bytes and the entry's name hashes to a boundary, or pieceMax
// bytes: a million files in one folder are many small chunks, of which a change rewrites one.
const (
	pieceMin  = 64 << 10
	pieceMax  = 512 << 10
	pieceMask = 1<<10 - 1
)

// Splitter encodes a directory as it is read, entry by entry, in pieces.
type Splitter struct {
	emit   func(piece []byte) error
	body   []byte
	count  int
	piece  []byte
	pieces int
}

// NewSplitter returns a splitter that hands each finished piece to emit, which must not keep it.
func NewSplitter(emit func(piece []byte) error) *Splitter { return &Splitter{emit: emit} }

// Add appends an entry; entries come sorted by name.
func (s *Splitter) Add(e *Entry) error {
	s.body = AppendEntry(s.body, e)
	return s.added(e.Name)
}

// AddEncoded is Add for an entry that AppendEntry encoded before.
func (s *Splitter) AddEncoded(name string, entry []byte) error {
	s.body = append(s.body, entry...)
	return s.added(name)
}

func (s *Splitter) added(name string) error {
	s.count++
	if len(s.body) < pieceMin || len(s.body) < pieceMax && !boundary(name) {
		return nil
	}
	return s.flush()
}

// boundary says whether a piece may end after a name. It is a rule about names, which the encryption hides, and no secret.
func boundary(name string) bool {
	h := fnv.New32a()
	h.Write([]byte(name))
	return h.Sum32()>>8&pieceMask == 0
}

// Finish hands over the last piece and makes the splitter ready for another directory. An empty directory is one empty piece.
func (s *Splitter) Finish() error {
	var err error
	if s.count > 0 || s.pieces == 0 {
		err = s.flush()
	}
	s.pieces = 0
	return err
}

func (s *Splitter) flush() error {
	s.piece = append(cbor.AppendArray(s.piece[:0], s.count), s.body...)
	s.body, s.count = s.body[:0], 0
	s.pieces++
	return s.emit(s.piece)
}

// Content of more than InlineIDs chunks is described by lists of ids, which are chunks themselves. A list ends with the first
// id that begins with a zero byte once it has listMin ids, so that equal runs of chunks share lists, or with listMax ids.
const (
	InlineIDs = 1024
	listMin   = 256
	listMax   = 4096
)

// Lister gathers the ids of one file's chunks, in order, in bounded memory. The zero value with a Put is ready.
type Lister struct {
	Put    func(list []byte) (core.ID, error) // stores a list chunk
	levels []level
}

// level holds the ids of one depth that stand in no list yet.
type level struct {
	ids   []core.ID
	total int64
}

// Add appends the next chunk's id.
func (l *Lister) Add(id core.ID) error { return l.add(0, id) }

func (l *Lister) add(depth int, id core.ID) error {
	if depth == len(l.levels) {
		l.levels = append(l.levels, level{})
	}
	lv := &l.levels[depth]
	lv.ids = append(lv.ids, id)
	lv.total++
	if lv.total <= InlineIDs {
		return nil
	}
	for {
		n := listLength(l.levels[depth].ids)
		if n == 0 {
			return nil
		}
		if err := l.list(depth, n); err != nil {
			return err
		}
	}
}

// listLength returns how many of the ids make the next list, or 0 while that is not decided.
func listLength(ids []core.ID) int {
	for n := listMin; n <= len(ids); n++ {
		if ids[n-1][0] == 0 || n == listMax {
			return n
		}
	}
	return 0
}

// list stores the first n ids of a level as a list.
func (l *Lister) list(depth, n int) error {
	ids := l.levels[depth].ids
	id, err := l.Put(appendRaw(make([]byte, 0, n*core.IDSize), ids[:n]))
	if err != nil {
		return err
	}
	l.levels[depth].ids = append(ids[:0], ids[n:]...)
	return l.add(depth+1, id)
}

// Finish returns the content and makes the lister ready for another file.
func (l *Lister) Finish() (Content, error) {
	for depth := 0; depth < len(l.levels); depth++ {
		lv := &l.levels[depth]
		if lv.total <= InlineIDs {
			c := Content{IDs: append([]core.ID(nil), lv.ids...), Depth: uint8(depth)}
			for i := range l.levels {
				l.levels[i] = level{ids: l.levels[i].ids[:0]}
			}
			return c, nil
		}
		if len(lv.ids) > 0 {
			if err := l.list(depth, len(lv.ids)); err != nil {
				return Content{}, err
			}
		}
	}
	return Content{}, nil
}

func appendRaw(b []byte, ids []core.ID) []byte {
	for i := range ids {
		b = append(b, ids[i][:]...)
	}
	return b
}
