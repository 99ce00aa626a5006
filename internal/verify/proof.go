package verify

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"backup_projeto/internal/core"
	"backup_projeto/internal/durable"
	"backup_projeto/internal/report"
)

// proof remembers when each pack was read last, and whether it was found right. Readings are counted, since clocks go back. It is a cache:
// where it is missing, another repository's or damaged, nothing was read yet.
//
// The file is, integers big endian: magic 8, repository 16, number of the last reading u64, count u64, and for each pack, sorted, its
// name 32 and the number of its reading u64, with the highest bit set where it was found damaged; then the CRC-32C of all that. It has no
// more packs than the index.
type proof struct {
	file string // "" is not kept
	repo core.UUID

	mu   sync.Mutex
	last uint64             // number of the last reading; guarded by mu
	read map[core.ID]uint64 // by pack; guarded by mu
	bad  int                // of them; guarded by mu
}

// readBad is set in a reading's number where the pack was found damaged.
const readBad = 1 << 63

const (
	proofMagic = "bpProof1"
	proofHead  = len(proofMagic) + 16 + 8 + 8
	proofItem  = core.IDSize + 8
)

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	errProof   = errors.New("not a usable proof")
)

// readProof reads what a file has of the packs that are listed.
func readProof(file string, repo core.UUID, listed func(*core.ID) bool) *proof {
	p := &proof{file: file, repo: repo, read: map[core.ID]uint64{}}
	if file == "" {
		return p
	}
	f, err := os.Open(file)
	if err != nil {
		return p
	}
	defer f.Close()
	if p.decode(bufio.NewReaderSize(f, 1<<16), listed) != nil {
		p.last, p.read, p.bad = 0, map[core.ID]uint64{}, 0
	}
	return p
}

func (p *proof) decode(r io.Reader, listed func(*core.ID) bool) error {
	sum := crc32.New(castagnoli)
	body := io.TeeReader(r, sum)
	head := make([]byte, proofHead)
	if _, err := io.ReadFull(body, head); err != nil {
		return err
	}
	if string(head[:8]) != proofMagic || !bytes.Equal(head[8:24], p.repo[:]) {
		return errProof
	}
	p.last = binary.BigEndian.Uint64(head[24:])
	var item [proofItem]byte
	for n := binary.BigEndian.Uint64(head[32:]); n > 0; n-- {
		if _, err := io.ReadFull(body, item[:]); err != nil {
			return err
		}
		name, number := core.ID(item[:core.IDSize]), binary.BigEndian.Uint64(item[core.IDSize:])
		if listed(&name) && number&^readBad <= p.last {
			p.add(&name, number)
		}
	}
	want := sum.Sum32()
	var tail [4]byte
	if _, err := io.ReadFull(r, tail[:]); err != nil || binary.BigEndian.Uint32(tail[:]) != want {
		return errProof
	}
	return nil
}

// split divides packs into those that were found damaged and the others, those first that were never read, and then those whose reading
// is longest ago.
func (p *proof) split(names []core.ID) (bad, others []core.ID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	slices.SortFunc(names, func(a, b core.ID) int {
		return cmp.Or(cmp.Compare(p.read[b]&readBad, p.read[a]&readBad), cmp.Compare(p.read[a], p.read[b]), bytes.Compare(a[:], b[:]))
	})
	n := 0
	for n < len(names) && p.read[names[n]]&readBad != 0 {
		n++
	}
	return names[:n], names[n:]
}

// begin takes numbers for n readings, and returns the first.
func (p *proof) begin(n int) uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	first := p.last + 1
	p.last += uint64(n)
	return first
}

// add remembers a reading by its number.
func (p *proof) add(name *core.ID, number uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bad += int(number>>63) - int(p.read[*name]>>63)
	p.read[*name] = number
}

// good returns how many packs were found right when they were read last.
func (p *proof) good() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return int64(len(p.read) - p.bad)
}

// save writes the file. Of two verifications at once the later one's stays.
func (p *proof) save() error {
	if p.file == "" {
		return nil
	}
	if err := durable.MkdirAll(filepath.Dir(p.file)); err != nil {
		return err
	}
	return durable.WriteFile(p.file, p.encode(), 0o600)
}

func (p *proof) encode() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	names := make([]core.ID, 0, len(p.read))
	for name := range p.read {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b core.ID) int { return bytes.Compare(a[:], b[:]) })
	b := make([]byte, 0, proofHead+len(names)*proofItem+4)
	b = append(append(b, proofMagic...), p.repo[:]...)
	b = binary.BigEndian.AppendUint64(b, p.last)
	b = binary.BigEndian.AppendUint64(b, uint64(len(names)))
	for _, name := range names {
		b = append(b, name[:]...)
		b = binary.BigEndian.AppendUint64(b, p.read[name])
	}
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// saveProof saves it; that it cannot be is told, since the next run then reads the same packs again.
func (v *run) saveProof() {
	if err := v.proof.save(); err != nil {
		v.issue(report.Issue{Path: v.proof.file, Err: &core.Error{Kind: core.Failure, Code: codeProof, Subject: v.proof.file, Err: err}})
	}
}
