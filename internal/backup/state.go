package backup

import (
	"bufio"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/edsrzf/mmap-go"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/durable"
	"backup_projeto/internal/meta"
	"backup_projeto/internal/tree"
)

// The local state is what the last snapshot of a project said of each entry, and what the system said of it then, so that what did
// not change is neither read nor encoded again. It is two files: the records, one for each directory, written as directories are
// finished, and the head, which names the records' file and the snapshot, written when the snapshot is saved.
//
// A record, all integers little endian:
//
//	length u32 of the rest, CRC-32C of what follows u32
//	totals: files, dirs, others, bytes                u64 each, of the directory and all below
//	content: depth u8, count u32, ids 32 each
//	entries u32, each:
//	  mark: size, mtime, ctime, inode, rest           u64 each; see markOf
//	  child u64: where a directory's record starts, else 0
//	  name: length u16, bytes
//	  encoded u32 length, then tree.AppendEntry's bytes
//
// It is a cache: a file that is missing, torn, foreign or damaged is not believed, and then everything is read.

// mark is what tells that an entry did not change.
type mark struct{ size, mtime, ctime, ino, rest uint64 }

// markOf gathers it from what the system says. The device number is left out unless the entry has several names: it changes when a
// disk is mounted elsewhere.
func markOf(st *meta.Stat) mark {
	h := uint64(14695981039346656037)
	mix := func(v uint64) {
		h = (h ^ v) * 0x9e3779b97f4a7c15
		h ^= h >> 29
	}
	mix(uint64(st.Type)<<32 | uint64(st.Mode))
	mix(uint64(st.UID)<<32 | uint64(st.GID))
	mix(uint64(st.Rdev[0])<<32 | uint64(st.Rdev[1]))
	if st.Type != tree.Dir && st.Nlink > 1 {
		mix(st.Nlink)
		mix(st.Dev)
		mix(linkForm)
	}
	m := mark{uint64(st.Size), uint64(st.MTime), uint64(st.CTime), st.Ino, h}
	if st.Type == tree.Dir {
		m.size = 0 // it says how large the table of names has become
	}
	return m
}

// linkForm counts the ways in which linkKey made keys: an entry with one made in another way is read again.
const linkForm = 2

// never is the mark that nothing has: what bears it is read again.
var never = mark{size: 1<<64 - 1}

// same reports whether two marks are of the same state of an entry.
func (m mark) same(o mark) bool { return m == o && m != never }

// totals count what is below a directory, itself included.
type totals struct{ files, dirs, others, bytes int64 }

func (t *totals) add(o totals) {
	t.files += o.files
	t.dirs += o.dirs
	t.others += o.others
	t.bytes += o.bytes
}

// remembered is one entry of a record. Its byte slices share the file's memory.
type remembered struct {
	mark  mark
	child uint64
	name  []byte
	entry []byte // encoded
}

// record is a directory as it was.
type record struct {
	totals  totals
	content tree.Content
	count   int
	rest    []byte // the entries
}

// maxDepth is the deepest that the format allows lists to be.
const maxDepth = 8

const (
	stateMagic = "bpState2"
	markSize   = 5 * 8
)

var (
	errState   = errors.New("the local state is not usable")
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
)

// next takes the next entry off a record.
func (r *record) next() (e remembered, ok bool) {
	b := r.rest
	if r.count == 0 || len(b) < markSize+10 {
		return e, false
	}
	u := func() uint64 {
		v := binary.LittleEndian.Uint64(b)
		b = b[8:]
		return v
	}
	e.mark = mark{u(), u(), u(), u(), u()}
	e.child = u()
	n := int(binary.LittleEndian.Uint16(b))
	if len(b) < 2+n+4 {
		return e, false
	}
	e.name, b = b[2:2+n], b[2+n:]
	n = int(binary.LittleEndian.Uint32(b))
	if n < 0 || len(b)-4 < n {
		return e, false
	}
	e.entry, r.rest = b[4:4+n], b[4+n:]
	r.count--
	return e, true
}

// oldState reads the state of the last snapshot. The zero value has none.
type oldState struct {
	snapshot core.UUID
	root     remembered // the root itself
	name     string     // of the records' file
	indexes  []uint64   // the index objects that listed its content: how their names begin
	mapped   mmap.MMap
}

// at reads a directory's record; one that is damaged is as good as none.
func (s *oldState) at(offset uint64) *record {
	b := []byte(s.mapped)
	if offset == 0 || offset+8 > uint64(len(b)) {
		return nil
	}
	b = b[offset:]
	n := uint64(binary.LittleEndian.Uint32(b))
	if n < 32+5+4 || n > uint64(len(b)-8) || crc32.Checksum(b[8:8+n], castagnoli) != binary.LittleEndian.Uint32(b[4:]) {
		return nil
	}
	b = b[8 : 8+n]
	r := &record{}
	for _, v := range []*int64{&r.totals.files, &r.totals.dirs, &r.totals.others, &r.totals.bytes} {
		*v = int64(binary.LittleEndian.Uint64(b))
		b = b[8:]
	}
	if r.content.Depth = b[0]; r.content.Depth > maxDepth {
		return nil
	}
	ids := uint64(binary.LittleEndian.Uint32(b[1:]))
	if b = b[5:]; ids > uint64(len(b)-4)/core.IDSize {
		return nil
	}
	r.content.IDs = make([]core.ID, ids)
	for i := range r.content.IDs {
		copy(r.content.IDs[i][:], b)
		b = b[core.IDSize:]
	}
	r.count, r.rest = int(binary.LittleEndian.Uint32(b)), b[4:]
	return r
}

// gone reports whether an index object that listed the content is not among those that are loaded: it was merged into another, or lost,
// and with it perhaps what tells where the content is.
func (s *oldState) gone(loaded []core.ID) bool {
	have := map[uint64]bool{}
	for i := range loaded {
		have[binary.BigEndian.Uint64(loaded[i][:])] = true
	}
	return slices.ContainsFunc(s.indexes, func(name uint64) bool { return !have[name] })
}

func (s *oldState) close() {
	if s.mapped != nil {
		_ = s.mapped.Unmap()
		s.mapped = nil
	}
}

// newState writes the state of this backup. The nil pointer writes none. Its methods may be called at once.
type newState struct {
	head string // the head's file

	mu   sync.Mutex
	file *os.File
	w    *bufio.Writer
	off  uint64
	buf  []byte
	err  error
}

// openState reads the old state named by a head, if it is usable, and starts a new one beside it.
func openState(head string, repo core.UUID) (*oldState, *newState) {
	old := &oldState{}
	if head == "" {
		return old, nil
	}
	if o, err := readHead(head, repo); err == nil {
		old = o
	}
	if os.MkdirAll(filepath.Dir(head), 0o700) != nil {
		return old, nil
	}
	f, err := os.CreateTemp(filepath.Dir(head), filepath.Base(head)+".*")
	if err != nil {
		return old, nil
	}
	n := &newState{head: head, file: f, w: bufio.NewWriterSize(f, 256<<10)}
	n.write([]byte(stateMagic))
	return old, n
}

// readHead reads a head and maps its records.
//
//	magic 8, repository 16, snapshot 16, records' size u64, root's mark and child as in an entry, name length u16, name,
//	index objects: the first 8 bytes of the name of each that was loaded; CRC-32C u32
func readHead(head string, repo core.UUID) (*oldState, error) {
	b, err := os.ReadFile(head)
	const fixed = 8 + 16 + 16 + 8 + markSize + 8 + 2
	if err != nil || len(b) < fixed+4 || string(b[:8]) != stateMagic || string(b[8:24]) != string(repo[:]) {
		return nil, errState
	}
	end := len(b) - 4
	named := fixed + int(binary.LittleEndian.Uint16(b[fixed-2:]))
	if crc32.Checksum(b[:end], castagnoli) != binary.LittleEndian.Uint32(b[end:]) || named > end || (end-named)%8 != 0 {
		return nil, errState
	}
	s := &oldState{name: string(b[fixed:named])}
	for rest := b[named:end]; len(rest) > 0; rest = rest[8:] {
		s.indexes = append(s.indexes, binary.BigEndian.Uint64(rest))
	}
	copy(s.snapshot[:], b[24:])
	size := binary.LittleEndian.Uint64(b[40:])
	at := b[48:]
	u := func() uint64 {
		v := binary.LittleEndian.Uint64(at)
		at = at[8:]
		return v
	}
	s.root.mark = mark{u(), u(), u(), u(), u()}
	s.root.child = u()
	if s.name == "" || filepath.Base(s.name) != s.name {
		return nil, errState
	}
	f, err := os.Open(filepath.Join(filepath.Dir(head), s.name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || uint64(info.Size()) != size || size == 0 {
		return nil, errState
	}
	s.mapped, err = mmap.Map(f, mmap.RDONLY, 0)
	return s, err
}

// write appends bytes. The caller holds mu, or is alone.
func (n *newState) write(b []byte) {
	if n.err == nil {
		_, n.err = n.w.Write(b)
		n.off += uint64(len(b))
	}
}

// stated is an entry to be remembered.
type stated struct {
	mark  mark
	child uint64
	name  string
	entry []byte // encoded
}

// add appends a directory's record and returns where it starts.
func (n *newState) add(t totals, c tree.Content, entries []stated) uint64 {
	if n == nil {
		return 0
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	b := append(n.buf[:0], make([]byte, 8)...)
	for _, v := range []int64{t.files, t.dirs, t.others, t.bytes} {
		b = binary.LittleEndian.AppendUint64(b, uint64(v))
	}
	b = append(b, c.Depth)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(c.IDs)))
	for i := range c.IDs {
		b = append(b, c.IDs[i][:]...)
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(len(entries)))
	for i := range entries {
		e := &entries[i]
		b = appendMark(b, e.mark, e.child)
		b = binary.LittleEndian.AppendUint16(b, uint16(len(e.name)))
		b = append(b, e.name...)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(e.entry)))
		b = append(b, e.entry...)
	}
	binary.LittleEndian.PutUint32(b, uint32(len(b)-8))
	binary.LittleEndian.PutUint32(b[4:], crc32.Checksum(b[8:], castagnoli))
	n.buf = b
	start := n.off
	n.write(b)
	return start
}

func appendMark(b []byte, m mark, child uint64) []byte {
	for _, v := range []uint64{m.size, m.mtime, m.ctime, m.ino, m.rest, child} {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	return b
}

// commit makes this the project's state, once its snapshot is saved. Where nothing at all changed, the old records stay and only
// the head is written. A failure costs the next backup time, so it is not reported.
func (n *newState) commit(repo, snapshot core.UUID, root stated, old *oldState, same bool, indexes []core.ID) {
	if n == nil {
		return
	}
	name, size := filepath.Base(n.file.Name()), n.off
	if same {
		name, size, root.child = old.name, uint64(len(old.mapped)), old.root.child
		n.discard()
	} else if err := errors.Join(n.err, n.w.Flush(), n.file.Close()); err != nil {
		_ = os.Remove(n.file.Name())
		return
	}
	b := append([]byte(stateMagic), repo[:]...)
	b = append(b, snapshot[:]...)
	b = binary.LittleEndian.AppendUint64(b, size)
	b = appendMark(b, root.mark, root.child)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(name)))
	b = append(b, name...)
	for i := range indexes {
		b = append(b, indexes[i][:8]...)
	}
	b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
	if durable.WriteFile(n.head, b, 0o600) != nil {
		return
	}
	n.sweep(name)
}

// sweep removes records that no head names: those of earlier states, and of backups that did not end. A backup of the same project
// that runs right now loses its own, which costs its next one time.
func (n *newState) sweep(keep string) {
	all, err := filepath.Glob(filepath.Join(filepath.Dir(n.head), filepath.Base(n.head)+".*"))
	if err != nil {
		return
	}
	for _, f := range all {
		if filepath.Base(f) != keep {
			_ = os.Remove(f)
		}
	}
}

// discard gives the new state up.
func (n *newState) discard() {
	if n != nil {
		_ = n.file.Close()
		_ = os.Remove(n.file.Name())
	}
}

// stateFile names the head for a project in a folder.
func stateFile(cache string, project core.UUID, root string) string {
	if cache == "" {
		return ""
	}
	h := crypto.Hash([]byte(root))
	return filepath.Join(cache, "state", project.String()+"-"+h.Short())
}
