package spare

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/parity"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/verify"
)

// harm is a kind of damage. It changes a pack and its parity, within what the shape promises to mend.
type harm struct {
	name string
	do   func(r *rand.Rand, s parity.Shape, pack, object []byte) (harmed, torn []byte)
}

// sectors returns n different blocks of a pack.
func sectors(r *rand.Rand, s parity.Shape, n int) []int {
	return r.Perm(s.Blocks())[:min(n, s.Blocks())]
}

func flip(r *rand.Rand, b []byte) { b[r.IntN(len(b))] ^= 1 << r.IntN(8) }

var harms = []harm{
	{"bits flipped", func(r *rand.Rand, s parity.Shape, pack, object []byte) ([]byte, []byte) {
		for range 1 + r.IntN(s.K) {
			flip(r, pack)
		}
		return pack, object
	}},
	{"sectors zeroed", func(r *rand.Rand, s parity.Shape, pack, object []byte) ([]byte, []byte) {
		for _, i := range sectors(r, s, 1+r.IntN(s.K)) {
			clear(pack[i*parity.Block : min((i+1)*parity.Block, len(pack))])
		}
		return pack, object
	}},
	{"a run lost", func(r *rand.Rand, s parity.Shape, pack, object []byte) ([]byte, []byte) {
		n := (s.Parity()-1)*parity.Block + 1
		from := r.IntN(len(pack) - n + 1)
		for i := from; i < from+n; i++ {
			pack[i] = byte(r.Uint32())
		}
		return pack, object
	}},
	{"the tail cut off", func(r *rand.Rand, s parity.Shape, pack, object []byte) ([]byte, []byte) {
		return pack[:len(pack)-1-r.IntN(s.Parity()*parity.Block)], object
	}},
	{"pack and parity", func(r *rand.Rand, s parity.Shape, pack, object []byte) ([]byte, []byte) {
		n := 1 + r.IntN(s.K)
		for range n {
			flip(r, pack)
		}
		table := (len(object) - s.Parity()*parity.Block) / 2
		for range s.K - n {
			flip(r, object[table:len(object)-table])
		}
		if r.IntN(2) == 0 {
			clear(object[:table])
		} else {
			object = object[:len(object)-table]
		}
		return pack, object
	}},
}

// beyond loses one block more of one column than parity makes up for.
func beyond(r *rand.Rand, s parity.Shape, pack []byte) []byte {
	if r.IntN(2) == 0 {
		return pack[:len(pack)-s.Parity()*parity.Block-1]
	}
	columns := s.Columns()
	column := r.IntN(columns)
	var rows []int
	for b := column; b < s.Blocks(); b += columns {
		rows = append(rows, b)
	}
	r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	for _, b := range rows[:s.K+1] {
		pack[b*parity.Block+r.IntN(min(parity.Block, len(pack)-b*parity.Block))] ^= 0x10
	}
	return pack
}

// TestProof damages a repository again and again. In every round, verify finds the damage and says that it can be mended; a restore from a
// machine that knows nothing gets everything as it was; and a check makes the pack byte for byte what it was, whose hash is its name. Where more
// is lost than 2 % promises, verify says what suffers, and the check says so and changes nothing. More rounds, which take a second each:
//
//	PARITY_ROUNDS=1000 go test -run TestProof -timeout 60m -v ./internal/spare
func TestProof(t *testing.T) {
	rounds := 16
	if s := os.Getenv("PARITY_ROUNDS"); s != "" {
		var err error
		rounds, err = strconv.Atoi(s)
		must(t, err)
	}
	p := newPlace(t, 200, 18_000_000)
	packs := p.packs()
	r := rand.New(rand.NewPCG(2, 200))
	mended, blocks, refused, counts := 0, 0, 0, map[string]int{}
	for round := range rounds {
		name := packs[round%len(packs)]
		o := p.has()[name][0]
		right, rightParity := p.read(repo.PackName(name)), p.read(o.Name())
		shape := parity.Shape{Size: len(right), K: o.K}
		pack, object := bytes.Clone(right), bytes.Clone(rightParity)
		if round%8 == 7 {
			pack = beyond(r, shape, pack)
			p.write(repo.PackName(name), pack)
			p.wantBeyond(name, pack)
			p.write(repo.PackName(name), right)
			refused++
			continue
		}
		h := harms[r.IntN(len(harms))]
		pack, object = h.do(r, shape, pack, object)
		p.write(repo.PackName(name), pack)
		p.write(o.Name(), object)
		p.wantMended(name, fmt.Sprintf("round %d, %s, pack of %d bytes", round, h.name, len(right)), round%4 == 0)
		if now := p.read(repo.PackName(name)); !bytes.Equal(now, right) || crypto.Hash(now) != name {
			t.Fatalf("round %d, %s: the pack is not what it was", round, h.name)
		}
		if !bytes.Equal(p.read(o.Name()), rightParity) {
			t.Fatalf("round %d, %s: the parity is not what it was", round, h.name)
		}
		mended++
		counts[h.name]++
		for i := 0; i < len(right); i += parity.Block {
			if end := min(i+parity.Block, len(right)); end > len(pack) || !bytes.Equal(right[i:end], pack[i:end]) {
				blocks++
			}
		}
	}
	found, err := verify.Run(t.Context(), p.open(), verify.Options{DataPercent: 100}, &report.Discard{})
	if err != nil || len(found.Damaged) > 0 {
		t.Errorf("after all rounds: %v, %v", found.Damaged, err)
	}
	t.Logf("%d rounds: %d packs mended byte for byte, %d blocks of %d bytes in them %v; %d beyond the limit told and left as they were", rounds, mended,
		blocks, parity.Block, counts, refused)
}

// wantMended wants one damaged pack to be found, healed and mended.
func (p *place) wantMended(name core.ID, what string, restore bool) {
	p.t.Helper()
	found, err := verify.Run(p.t.Context(), p.open(), verify.Options{DataPercent: 100}, &report.Discard{})
	must(p.t, err)
	if len(found.Damaged) != 1 || found.Damaged[0].Object != repo.PackName(name) || !found.Damaged[0].Mendable || found.Damaged[0].Total > 0 {
		p.t.Fatalf("%s: verify says %+v", what, found.Damaged)
	}
	if restore {
		p.restored()
	}
	res := p.run(Options{Check: true})
	if res.Mended.Objects != 1 || res.Lost > 0 {
		p.t.Fatalf("%s: the check says %+v", what, res)
	}
}

// wantBeyond wants a pack to be found that is beyond mending, and nothing to change.
func (p *place) wantBeyond(name core.ID, harmed []byte) {
	p.t.Helper()
	found, err := verify.Run(p.t.Context(), p.open(), verify.Options{DataPercent: 100}, &report.Discard{})
	must(p.t, err)
	if len(found.Damaged) != 1 || found.Damaged[0].Mendable {
		p.t.Fatalf("beyond the limit, verify says %+v", found.Damaged)
	}
	res := p.run(Options{Check: true})
	if res.Lost != 1 || res.Mended.Objects > 0 || res.Written.Objects > 0 || core.CodeOf(res.Issues[0].Err) != "parity-beyond" {
		p.t.Fatalf("beyond the limit, the check says %+v", res)
	}
	if !bytes.Equal(p.read(repo.PackName(name)), harmed) {
		p.t.Fatal("what cannot be mended was changed")
	}
}
