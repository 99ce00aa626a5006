package verify

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"backup_projeto/internal/core"
	"backup_projeto/internal/durable"
	"backup_projeto/internal/report"
)

// proof remembers when each pack was read last, and whether it was found right. Readings are counted, since clocks go back; their times are for
// people. It is a cache: where it is missing, another repository's or damaged, nothing was read yet.
//
// The file is, integers big endian: magic 8, repository 16, number of the last reading u64, count u64, and for each pack, sorted, its
// name 32, the number of its reading u64, with the highest bit set where it was found damaged, and its time in seconds since 1970, i64; then the
// CRC-32C of all that. It has no more packs than the index.
type proof struct {
	file string // "" is not kept
	repo core.UUID

	mu   sync.Mutex
	last uint64              // number of the last reading; guarded by mu
	read map[core.ID]reading // by pack; guarded by mu
	// others are the readings of packs that are not listed, as far as the file has them: the listing may have been short. They are not saved.
	others map[core.ID]reading
}

// reading is one of a pack.
type reading struct {
	number uint64
	when   int64 // seconds since 1970
}

// good reports whether the pack was found right.
func (r reading) good() bool { return r.number != 0 && r.number&readBad == 0 }

// readBad is set in a reading's number where the pack was found damaged.
const readBad = 1 << 63

const (
	proofMagic = "bpProof2"
	proofHead  = len(proofMagic) + 16 + 8 + 8
	proofItem  = core.IDSize + 8 + 8
)

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	errProof   = errors.New("not a usable proof")
)

// readProof reads what a file has of the packs that are listed.
func readProof(file string, repo core.UUID, listed func(*core.ID) bool) *proof {
	p := &proof{file: file, repo: repo, read: map[core.ID]reading{}}
	if file == "" {
		return p
	}
	f, err := os.Open(file)
	if err != nil {
		return p
	}
	defer f.Close()
	if p.decode(bufio.NewReaderSize(f, 1<<16), listed) != nil {
		p.last, p.read, p.others = 0, map[core.ID]reading{}, nil
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
		name := core.ID(item[:core.IDSize])
		r := reading{binary.BigEndian.Uint64(item[core.IDSize:]), int64(binary.BigEndian.Uint64(item[core.IDSize+8:]))}
		if n := r.number &^ readBad; n == 0 || n > p.last {
			continue
		}
		if listed(&name) {
			p.add(&name, r)
			continue
		}
		if p.others == nil {
			p.others = map[core.ID]reading{}
		}
		p.others[name] = r
	}
	want := sum.Sum32()
	var tail [4]byte
	if _, err := io.ReadFull(r, tail[:]); err != nil || binary.BigEndian.Uint32(tail[:]) != want {
		return errProof
	}
	return nil
}

// recall takes a pack in that is listed now.
func (p *proof) recall(name core.ID) {
	if r, known := p.others[name]; known {
		p.add(&name, r)
	}
}

// split divides packs into those that were found damaged and the others, those first that were never read, in any order, and then those whose
// reading is longest ago. The order is another one each time, so that where nothing is remembered, as on machines that live for one job, runs of
// a part come to everything sooner or later.
func (p *proof) split(names []core.ID) (bad, others []core.ID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	rand.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	slices.SortStableFunc(names, func(a, b core.ID) int {
		x, y := p.read[a].number, p.read[b].number
		return cmp.Or(cmp.Compare(y&readBad, x&readBad), cmp.Compare(x, y))
	})
	n := 0
	for n < len(names) && p.read[names[n]].number&readBad != 0 {
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

// add remembers a reading.
func (p *proof) add(name *core.ID, r reading) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.read[*name] = r
}

// of returns the last reading of a pack; that of one that was not read has the number 0.
func (p *proof) of(name core.ID) reading {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.read[name]
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
	slices.SortFunc(names, core.ID.Compare)
	b := make([]byte, 0, proofHead+len(names)*proofItem+4)
	b = append(append(b, proofMagic...), p.repo[:]...)
	b = binary.BigEndian.AppendUint64(b, p.last)
	b = binary.BigEndian.AppendUint64(b, uint64(len(names)))
	for _, name := range names {
		b = append(b, name[:]...)
		b = binary.BigEndian.AppendUint64(b, p.read[name].number)
		b = binary.BigEndian.AppendUint64(b, uint64(p.read[name].when))
	}
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// saveProof saves it; that it cannot be is told, since the next run then reads the same packs again.
func (v *run) saveProof() {
	if err := v.proof.save(); err != nil {
		v.issue(report.Issue{Path: v.proof.file, Err: &core.Error{Kind: core.Failure, Code: codeProof, Subject: v.proof.file, Err: err}})
	}
}
