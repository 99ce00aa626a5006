package index

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/pack"
)

// The simulated index: packs of 32 segments and about 2000 chunks, as chunks of 16 KB give, in tables as merging leaves them.
const (
	simPackChunks = 2000
	simSegments   = 32
)

// simShares are the sizes of the tables, in thousandths.
var simShares = [maxTables]int{420, 250, 150, 90, 50, 25, 10, 5}

// simRun makes a table's content as it is read: n records with ids that are as good as random, n/2000 packs.
func simRun(seed uint64, n int) *run {
	rng := rand.New(rand.NewPCG(seed, 7))
	packs := n/simPackChunks + 1
	r := &run{room: [secSums]uint64{1, uint64(packs), uint64(packs * simSegments), uint64(n)}}
	source := core.ID{}
	binary.BigEndian.PutUint64(source[:], seed)
	r.cursors[secSources] = &cursor{size: core.IDSize, items: source[:]}
	r.cursors[secPacks] = simCursor(packSize, packs, func(b []byte, i int) []byte {
		p := pack.Entry{Size: 32 << 20, Key: make([]byte, crypto.SealedKeySize), Footer: &pack.Footer{}}
		binary.BigEndian.PutUint64(p.Name[:], uint64(i))
		binary.BigEndian.PutUint64(p.Name[8:], seed)
		item := appendPack(b, &p, i*simSegments)
		binary.BigEndian.PutUint32(item[len(item)-packSize+packCount:], simSegments)
		return item
	})
	r.cursors[secSegs] = simCursor(segSize, packs*simSegments, func(b []byte, i int) []byte {
		return appendSegment(b, &pack.Segment{Stored: 400 << 10, Raw: 1 << 20}, int64(i%simSegments)*400<<10)
	})
	at, step := 0.0, math.MaxUint64/(float64(n)+1)
	r.cursors[secRecords] = simCursor(recSize, n, func(b []byte, i int) []byte {
		at = min(at+rng.ExpFloat64()*step, math.MaxUint64-float64(1<<40)+float64(1<<12)*float64(i)/float64(n))
		var id core.ID
		binary.BigEndian.PutUint64(id[:], uint64(at))
		for j := 8; j < len(id); j += 8 {
			binary.BigEndian.PutUint64(id[j:], rng.Uint64())
		}
		if at > math.MaxUint64-float64(1<<41) { // the gaps came to more than all: the last ones follow one another
			binary.BigEndian.PutUint64(id[8:], uint64(i))
		}
		return appendRecord(b, &id, rng.IntN(packs), rng.IntN(simSegments), rng.IntN(1<<20), 16<<10)
	})
	return r
}

func simCursor(size, n int, item func(b []byte, i int) []byte) *cursor {
	i, buf := 0, []byte(nil)
	return &cursor{size: size, fill: func() ([]byte, error) {
		buf = buf[:0]
		for end := min(n, i+100); i < end; i++ {
			buf = item(buf, i)
		}
		return buf, nil
	}}
}

// simSet makes a set of n records.
func simSet(b *testing.B, dir string, n int) *Set {
	b.Helper()
	for i, share := range simShares {
		t, err := createTable(dir, testRepo, []*run{simRun(uint64(i), n/1000*share)})
		if err != nil {
			b.Fatal(err)
		}
		t.close()
	}
	s := openSet(b, dir)
	if s.Len() != n {
		b.Fatalf("%d records, want %d", s.Len(), n)
	}
	return s
}

// BenchmarkIndex looks ids up in sets of simulated chunks and reports what of the process is in memory: anon-MB is its own, rss-MB
// has the mapped pages too, which the system may take back. The largest needs 6 GB of disk; -short leaves it out.
func BenchmarkIndex(b *testing.B) {
	sizes := []int{1_000_000, 10_000_000, 100_000_000}
	if testing.Short() {
		sizes = sizes[:1]
	}
	for _, n := range sizes {
		b.Run(fmt.Sprintf("%dM", n/1_000_000), func(b *testing.B) {
			s := simSet(b, b.TempDir(), n)
			m := newMaker(99)
			b.Run("absent", func(b *testing.B) {
				start := cpuTime()
				for b.Loop() {
					if id := m.id(); s.Has(&id) {
						b.Fatal("an absent chunk is found")
					}
				}
				reportProcess(b, start, b.N)
			})
			b.Run("present", func(b *testing.B) { lookUpPresent(b, s, func(id *core.ID) bool { return s.Has(id) }) })
			b.Run("lookup", func(b *testing.B) { lookUpPresent(b, s, func(id *core.ID) bool { return len(s.Lookup(id)) == 1 }) })
			b.Run("merge", func(b *testing.B) {
				start, records := cpuTime(), 0
				for b.Loop() {
					merged, err := s.merge(s.tables[:2])
					if err != nil {
						b.Fatal(err)
					}
					records += merged.len()
					merged.remove()
				}
				reportProcess(b, start, records)
			})
		})
	}
}

// lookUpPresent looks up records of the tables chosen at random. Choosing them reads too, and is not timed.
func lookUpPresent(b *testing.B, s *Set, has func(*core.ID) bool) {
	rng := rand.New(rand.NewPCG(5, 5))
	ids := make([]core.ID, 10_000)
	w := &window{}
	for i := range ids {
		at := rng.IntN(s.Len())
		for _, t := range s.tables {
			if at < t.len() {
				w.valid = false
				rec, err := t.item(t.r, w, secRecords, uint64(at))
				if err != nil {
					b.Fatal(err)
				}
				ids[i] = core.ID(rec)
				break
			}
			at -= t.len()
		}
	}
	start := cpuTime()
	for i := 0; b.Loop(); i++ {
		if !has(&ids[i%len(ids)]) {
			b.Fatal("a present chunk is not found")
		}
	}
	reportProcess(b, start, b.N)
}

// cpuTime returns how many seconds of processors the process has had, where the system says so.
func cpuTime() float64 {
	stat, _ := os.ReadFile("/proc/self/stat")
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return float64(user+system) / 100
}

// reportProcess reports what the process has in memory, and had of the processors since start for each of n items: that depends
// less than the time on what else the machine does.
func reportProcess(b *testing.B, start float64, n int) {
	if end := cpuTime(); end > 0 {
		b.ReportMetric((end-start)*1e9/float64(n), "cpu-ns/item")
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return
	}
	for line := range strings.Lines(string(status)) {
		var kb float64
		for name, unit := range map[string]string{"VmRSS:": "rss-MB", "RssAnon:": "anon-MB"} {
			if n, _ := fmt.Sscanf(line, name+"%f", &kb); n == 1 {
				b.ReportMetric(kb/1024, unit)
			}
		}
	}
}

// BenchmarkAdd brings index objects of 2000 chunks into a set, as a new machine does.
func BenchmarkAdd(b *testing.B) {
	s, m := openSet(b, b.TempDir()), newMaker(98)
	packs := []pack.Entry{m.entryOf(simPackChunks)}
	start, records := cpuTime(), 0
	for b.Loop() {
		for i := range packs[0].Footer.Segments {
			for j := range packs[0].Footer.Segments[i].IDs {
				binary.BigEndian.PutUint64(packs[0].Footer.Segments[i].IDs[j][:], m.Uint64())
			}
		}
		packs[0].Name = m.id()
		add(b, s, m.id(), packs...)
		records += simPackChunks
	}
	reportProcess(b, start, records)
}

func BenchmarkDecode(b *testing.B) {
	m := newMaker(97)
	data := Encode([]pack.Entry{m.entryOf(simPackChunks), m.entryOf(simPackChunks)})
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := Decode(data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkClaim(b *testing.B) {
	m := newMaker(96)
	ids := make([]core.ID, 100_000)
	for i := range ids {
		ids[i] = m.id()
	}
	for b.Loop() {
		c := NewClaims()
		for i := range ids {
			c.Claim(&ids[i])
		}
		c.Remove(ids)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(ids)), "ns/claim")
}
