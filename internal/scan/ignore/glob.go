package ignore

import "strings"

// glob is what a pattern wants of one name.
type glob struct {
	kind globKind
	text string // of exact, prefix and suffix
	ops  []op   // of general: up to the last star
	tail []op   // of general: what follows it, of one byte each
	min  int    // of general: bytes that a name has at least
}

type globKind uint8

const (
	exact    globKind = iota // text
	prefix                   // text*
	suffix                   // *text
	anything                 // *
	general
)

// op wants one byte, or is a star.
type op struct {
	kind opKind
	lit  byte
	set  *set
}

type opKind uint8

const (
	opByte opKind = iota // lit
	opAny                // ?
	opSet                // [set]
	opStar               // any number of bytes
)

// set has a bit for each byte.
type set [4]uint64

func (s *set) add(b byte)      { s[b>>6] |= 1 << (b & 63) }
func (s *set) has(b byte) bool { return s[b>>6]>>(b&63)&1 != 0 }

// newGlob chooses the quickest form for ops, which have no two stars in a row and are at least one.
func newGlob(ops []op) glob {
	var text []byte
	stars, others := 0, 0
	for _, o := range ops {
		switch o.kind {
		case opByte:
			text = append(text, o.lit)
		case opStar:
			stars++
		default:
			others++
		}
	}
	switch {
	case others > 0 || stars > 1:
	case stars == 0:
		return glob{kind: exact, text: string(text)}
	case len(ops) == 1:
		return glob{kind: anything}
	case ops[0].kind == opStar:
		return glob{kind: suffix, text: string(text)}
	case ops[len(ops)-1].kind == opStar:
		return glob{kind: prefix, text: string(text)}
	}
	tail := len(ops)
	for tail > 0 && ops[tail-1].kind != opStar {
		tail--
	}
	return glob{kind: general, ops: ops[:tail], tail: ops[tail:], min: len(ops) - stars}
}

func (g *glob) match(name string) bool {
	switch g.kind {
	case exact:
		return name == g.text
	case prefix:
		return strings.HasPrefix(name, g.text)
	case suffix:
		return strings.HasSuffix(name, g.text)
	case anything:
		return true
	}
	ok, _ := g.run(name)
	return ok
}

// run matches a general glob, and counts its steps, for tests. The end is compared first: it tells most names apart.
func (g *glob) run(name string) (ok bool, steps int) {
	if len(name) < g.min {
		return false, 0
	}
	end := len(name) - len(g.tail)
	for i := range g.tail {
		if !g.tail[i].takes(name[end+i]) {
			return false, i + 1
		}
	}
	if len(g.ops) == 0 {
		return end == 0, len(g.tail)
	}
	ok, steps = g.runStars(name[:end])
	return ok, steps + len(g.tail)
}

// runStars matches what ends with a star. Only the last star met is ever tried again: what an earlier one could take instead, a later one can
// take as well. So it is at most len(name) × len(ops) steps, where plain recursion takes exponentially many.
func (g *glob) runStars(name string) (ok bool, steps int) {
	star, mark := -1, 0 // the last star, and where what follows it was tried
	at := 0
	for i := 0; ; steps++ {
		switch {
		case g.ops[at].kind == opStar:
			star, mark = at, i
			if at++; at == len(g.ops) {
				return true, steps
			}
		case i == len(name):
			return false, steps
		case g.ops[at].takes(name[i]):
			at++
			i++
		case star < 0:
			return false, steps
		default:
			mark++
			at, i = star+1, mark
		}
	}
}

func (o *op) takes(b byte) bool {
	switch o.kind {
	case opByte:
		return o.lit == b
	case opSet:
		return o.set.has(b)
	}
	return true
}
