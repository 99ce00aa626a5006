package parity

import (
	"fmt"
	"hash/crc32"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
)

// Beyond is the error of a pack that has lost more than its parity makes up for.
type Beyond struct {
	Lost  int // damaged or missing blocks, of the pack and of the parity together
	Worst int // the most of them in one column
	K     int // how many a column may lose
}

// Error gives the technical English form.
func (e *Beyond) Error() string {
	return fmt.Sprintf("%d blocks are damaged, %d of one column, which parity mends up to %d", e.Lost, e.Worst, e.K)
}

// Mended is a pack as it was.
type Mended struct {
	Data  []byte // its bytes; their SHA-256 is its name
	Lost  int    // blocks of the pack that were damaged or missing
	Spare int    // how many more the column that lost most could have lost
}

// Mend returns a pack as it was, from what is left of it and of its parity object, neither of which is changed; both may be cut short,
// or empty. size is how long the pack was, where the caller knows, or else 0. Errors: a Beyond where too much is lost, one that wraps
// ErrFormat where the object has no use, and another where what came out is not the pack.
func Mend(name core.ID, size, k int, data, object []byte) (*Mended, error) {
	s := Shape{size, k}
	if size == 0 {
		var err error
		if s, err = shapeOf(name, k, object); err != nil {
			return nil, err
		}
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	table, err := readTable(name, s, object)
	if err != nil {
		return nil, err
	}
	m := &mending{s: s, rows: make([]byte, s.rows()*s.row()), coded: make([]byte, s.Parity()*Block), bad: make([]bool, s.sums())}
	have := copy(m.rows[:s.Size], data)
	coded := copy(m.coded, cut(object, s.table()))
	m.judge(table, have, coded)
	out, err := m.mend()
	if err != nil {
		return nil, err
	}
	if crypto.Hash(out.Data) != name {
		return nil, fmt.Errorf("what %d blocks were mended to is not the pack", out.Lost)
	}
	return out, nil
}

// mending is one pack being mended.
type mending struct {
	s     Shape
	rows  []byte // the pack, filled with zeroes to whole rows
	coded []byte // the parity rows
	bad   []bool // by block, the parity blocks after the pack's
	lost  int    // blocks of the pack that are bad
}

// judge finds the bad blocks, where so many bytes of pack and parity are there. What the table cannot say of a block that is there is
// found out in the end, by the hash of the whole.
func (m *mending) judge(table *sumsOf, have, coded int) {
	for i := range m.bad {
		from, end, at, there := m.rows, m.s.Size, i, have
		if i >= m.s.Blocks() {
			from, end, at, there = m.coded, len(m.coded), i-m.s.Blocks(), coded
		}
		sum, known := table.says(i)
		if known {
			m.bad[i] = crc32.Checksum(from[at*Block:(at+1)*Block], castagnoli) != sum
		} else {
			m.bad[i] = there < min((at+1)*Block, end)
		}
		if m.bad[i] && i < m.s.Blocks() {
			m.lost++
		}
	}
}

// mend computes the bad blocks of the pack, column by column.
func (m *mending) mend() (*Mended, error) {
	columns := m.s.Columns()
	if err := m.bearable(); err != nil {
		return nil, err
	}
	rs, err := code(m.s.K)
	if err != nil {
		return nil, err
	}
	out := &Mended{Lost: m.lost, Spare: m.s.K}
	zeroes := make([]byte, Block)
	shards := make([][]byte, width)
	for column := range columns {
		bad, hurt := m.column(shards, column, zeroes)
		out.Spare = min(out.Spare, m.s.K-bad)
		if !hurt {
			continue
		}
		if err := rs.ReconstructData(shards); err != nil {
			return nil, err
		}
	}
	out.Data = m.rows[:m.s.Size]
	return out, nil
}

// column sets the shards of a column. Those that are bad are empty, with room to be computed in their place. hurt says that the pack has
// some.
func (m *mending) column(shards [][]byte, column int, zeroes []byte) (bad int, hurt bool) {
	columns, data := m.s.Columns(), width-m.s.K
	for c := range shards {
		block, from := c*columns+column, m.rows
		if c >= data {
			block, from = (c-data)*columns+column, m.coded
		} else if block >= m.s.Blocks() {
			shards[c] = zeroes
			continue
		}
		at := block
		if c >= data {
			at += m.s.Blocks()
		}
		shards[c] = from[block*Block : (block+1)*Block : (block+1)*Block]
		if m.bad[at] {
			shards[c] = shards[c][:0]
			bad++
			hurt = hurt || c < data
		}
	}
	return bad, hurt
}

// bearable counts what each column lost, and returns a Beyond where that is too much for one that needs mending.
func (m *mending) bearable() error {
	columns := m.s.Columns()
	lost, hurt := make([]int, columns), make([]bool, columns)
	e := &Beyond{K: m.s.K}
	for i, bad := range m.bad {
		if !bad {
			continue
		}
		c := i % columns
		if i >= m.s.Blocks() {
			c = (i - m.s.Blocks()) % columns
		} else {
			hurt[c] = true
		}
		e.Lost++
		lost[c]++
	}
	for c, n := range lost {
		if hurt[c] {
			e.Worst = max(e.Worst, n)
		}
	}
	if e.Worst > m.s.K {
		return e
	}
	return nil
}
