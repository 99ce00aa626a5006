package ignore

import (
	"errors"
	"math/bits"
	"strings"
)

// Why a pattern can never match.
var (
	errEmpty     = errors.New("a name in it is empty")
	errDots      = errors.New(`"." and ".." are no names of entries`)
	errBackslash = errors.New("a backslash at the end quotes nothing")
	errBracket   = errors.New("a bracket is not closed")
	errClass     = errors.New("there is no such character class")
	errDeep      = errors.New("it has more than 62 slashes")
)

// maxSegments keeps the places in a pattern within the 64 bits of a state: a turn of compilePath may add two.
const maxSegments = 62

// pattern is one line, taken apart.
type pattern struct {
	negated  bool // "!": takes away what an earlier one gave
	dirOnly  bool // "/" at the end: matches folders only
	anywhere bool // no other slash: one segment, which is looked for in every folder
	segments []segment
}

// segment is what a pattern wants between two slashes.
type segment struct {
	kind segmentKind
	glob glob // of one
}

type segmentKind uint8

const (
	one  segmentKind = iota // one name
	skip                    // "**/": any number of folders, also none; never twice in a row
	deep                    // "**" at the end: one name and all that is below
)

// parsePattern takes a pattern apart as git does. An error says that it can never match.
func parsePattern(text string) (pattern, error) {
	var p pattern
	text, p.negated = strings.CutPrefix(text, "!")
	text, p.dirOnly = strings.CutSuffix(text, "/")
	if !strings.Contains(text, "/") {
		c := compiler{s: text}
		g, err := c.name()
		p.anywhere, p.segments = true, []segment{{glob: g}}
		return p, err
	}
	var err error
	p.segments, err = compilePath(strings.TrimPrefix(text, "/"))
	return p, err
}

// compilePath compiles what a pattern with a slash wants of each name.
func compilePath(text string) ([]segment, error) {
	var out []segment
	for c := (compiler{s: text}); ; {
		if len(out) > maxSegments {
			return nil, errDeep
		}
		stars := c.countStars()
		slash := c.separator(c.i + stars)
		switch {
		case stars >= 2 && c.i+stars == len(text):
			return append(out, segment{kind: deep}), nil
		case stars >= 2 && slash > 0:
			if len(out) == 0 || out[len(out)-1].kind != skip {
				out = append(out, segment{kind: skip})
			}
			if slash == len(`\/`) { // git wants at least one folder before a quoted slash
				out = append(out, segment{glob: glob{kind: anything}})
			}
			c.i += stars + slash
			continue
		}
		g, err := c.name()
		if err != nil {
			return nil, err
		}
		out = append(out, segment{glob: g})
		if c.i == len(text) {
			return out, nil
		}
		c.i += c.separator(c.i)
	}
}

// deep reports whether the pattern is under way in every folder.
func (p *pattern) deep() bool { return p.segments[0].kind == skip }

// work is what the pattern costs of maxWork.
func (p *pattern) work(length int) int {
	w := 0
	for _, s := range p.segments {
		if s.kind != one || s.glob.kind != exact {
			w = length
		}
	}
	if p.deep() && !p.anywhere {
		w += deepWork
	}
	return w
}

// pathPattern is a pattern with a slash, matched name by name while a walk descends. Its state is a set of places, one bit each: bit i
// says that the names so far fill the first i segments. No state, 0, is left where it cannot match.
type pathPattern struct {
	order    int32
	dirOnly  bool
	segments []segment
}

// live is a pattern under way, in one folder.
type live struct {
	path *pathPattern
	at   uint64
}

func (p *pathPattern) begin() uint64 { return p.onward(1) }

// onward adds the places that a skip reaches without a name.
func (p *pathPattern) onward(at uint64) uint64 {
	for left := at; left != 0; left &= left - 1 {
		if i := bits.TrailingZeros64(left); p.segments[i].kind == skip {
			at |= 1 << (i + 1)
		}
	}
	return at
}

// step returns the places in the folder of that name.
func (p *pathPattern) step(at uint64, name string) uint64 {
	var next uint64
	last := len(p.segments) - 1
	for left := at; left != 0; left &= left - 1 {
		i := bits.TrailingZeros64(left)
		switch s := &p.segments[i]; {
		case s.kind != one:
			next |= 1 << i
		case i < last && s.glob.match(name):
			next |= 1 << (i + 1)
		}
	}
	return p.onward(next)
}

// ends reports whether the whole pattern matches the entry of that name.
func (p *pathPattern) ends(at uint64, name string) bool {
	last := len(p.segments) - 1
	if at>>last == 0 {
		return false
	}
	s := &p.segments[last]
	return s.kind == deep || s.glob.match(name)
}
