package ignore

import (
	"bytes"
	"errors"

	"backup_projeto/internal/core"
)

// MaxFile is how many bytes of a .backupignore file are used.
const MaxFile = 1 << 20

// Limits of one list of patterns, far above what people and generators write.
const (
	maxPatterns = 1 << 16
	// maxWork bounds the patterns that a table does not find: the bytes of those with wildcards, and deepWork more for each that is
	// under way in every folder.
	maxWork  = 64 << 10
	deepWork = 64
)

// errTooMany and errTooLong say why a list was cut.
var (
	errTooMany = errors.New("too many patterns")
	errTooLong = errors.New("longer than 1 MiB")
)

// Rules are the compiled patterns of one list. A pattern's number in it is its order: of those that match, the last one binds.
type Rules struct {
	texts    []string // as written
	negative []bool
	// literals are the patterns without slash and wildcard: in many lists, nearly all.
	literals map[string]literal
	names    []namePattern // without a slash, with wildcards
	start    []live        // with a slash, in the folder that the list belongs to
	// positive: some pattern does not begin with "!"; positiveNames: such a one has no slash; negatives: some pattern does.
	positive, positiveNames, negatives bool
}

// literal has the order of the last pattern that is one name; -1 where there is none.
type literal struct {
	any int32 // "name"
	dir int32 // "name/", which matches folders only
}

type namePattern struct {
	order   int32
	dirOnly bool
	glob    glob
}

func (r *Rules) negated(order int32) bool { return r.negative[order] }

// Parse compiles a .backupignore file; source is its path, for the error. Lines that can never match are passed over, as in git. The rules
// are good also with an error, which is of kind Source and says that the rest of an oversized file was not used: more is saved then.
func Parse(source string, data []byte) (*Rules, error) {
	var cut error
	if len(data) > MaxFile {
		data = data[:bytes.LastIndexByte(data[:MaxFile], '\n')+1]
		cut = errTooLong
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	var b builder
	for len(data) > 0 {
		var line []byte
		line, data, _ = bytes.Cut(data, []byte{'\n'})
		text := trimLine(line)
		if text == "" || text[0] == '#' {
			continue
		}
		if err := b.add(text); errors.Is(err, errTooMany) {
			cut = err
			break
		}
	}
	if cut != nil {
		cut = &core.Error{Kind: core.Source, Code: "ignore-file-cut", Subject: source, Err: cut}
	}
	return b.rules(), cut
}

// trimLine takes away what git does: a carriage return, what follows a NUL, and spaces at the end that no backslash keeps.
func trimLine(line []byte) string {
	line = bytes.TrimSuffix(line, []byte{'\r'})
	if i := bytes.IndexByte(line, 0); i >= 0 {
		line = line[:i]
	}
	end := len(line) // where the spaces at the end begin
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case ' ':
			end = min(end, i)
		case '\\':
			i++
			end = len(line)
		default:
			end = len(line)
		}
	}
	return string(line[:end])
}

// builder collects patterns into Rules.
type builder struct {
	r    Rules
	work int
	// keepSlash leaves "**/name" a pattern with a slash: for include patterns that makes a difference.
	keepSlash bool
}

// add compiles one pattern. An error, after which nothing was added, says that it can never match, or errTooMany.
func (b *builder) add(text string) error {
	p, err := parsePattern(text)
	if err != nil {
		return err
	}
	if p.deep() && len(p.segments) == 2 && p.segments[1].kind == one && !b.keepSlash {
		p.segments, p.anywhere = p.segments[1:], true
	}
	work := b.work + p.work(len(text))
	if len(b.r.texts) >= maxPatterns || work > maxWork {
		return errTooMany
	}
	b.work = work
	order := int32(len(b.r.texts))
	b.r.texts = append(b.r.texts, text)
	b.r.negative = append(b.r.negative, p.negated)
	b.r.positive = b.r.positive || !p.negated
	b.r.negatives = b.r.negatives || p.negated
	switch {
	case !p.anywhere:
		path := &pathPattern{order: order, dirOnly: p.dirOnly, segments: p.segments}
		b.r.start = append(b.r.start, live{path, path.begin()})
		return nil
	case p.segments[0].glob.kind == exact:
		b.addLiteral(p.segments[0].glob.text, order, p.dirOnly)
	default:
		b.r.names = append(b.r.names, namePattern{order, p.dirOnly, p.segments[0].glob})
	}
	b.r.positiveNames = b.r.positiveNames || !p.negated
	return nil
}

func (b *builder) addLiteral(name string, order int32, dirOnly bool) {
	if b.r.literals == nil {
		b.r.literals = map[string]literal{}
	}
	l, ok := b.r.literals[name]
	if !ok {
		l = literal{-1, -1}
	}
	if dirOnly {
		l.dir = order
	} else {
		l.any = order
	}
	b.r.literals[name] = l
}

func (b *builder) rules() *Rules { return &b.r }

// findName returns the order of the last pattern without a slash that matches, or -1.
func (r *Rules) findName(name string, isDir bool) int32 {
	best := int32(-1)
	if r.literals != nil {
		if l, ok := r.literals[name]; ok {
			best = l.any
			if isDir {
				best = max(best, l.dir)
			}
		}
	}
	for i := len(r.names) - 1; i >= 0; i-- {
		p := &r.names[i]
		if p.order < best {
			break
		}
		if (isDir || !p.dirOnly) && p.glob.match(name) {
			return p.order
		}
	}
	return best
}

// layer is a list of patterns as it stands in one folder.
type layer struct {
	rules *Rules // nil where there are none
	live  []live // patterns with a slash that are under way, in order; never changed
}

func startLayer(r *Rules) layer {
	if r == nil || len(r.texts) == 0 {
		return layer{}
	}
	return layer{r, r.start}
}

// without returns the layer with no pattern under way; one without rules if that leaves nothing.
func (l layer) without() layer {
	if l.rules == nil || l.rules.literals == nil && len(l.rules.names) == 0 {
		return layer{}
	}
	return layer{rules: l.rules}
}

// find returns the order of the last pattern that matches an entry, or -1; those without a slash only if names says so.
func (l *layer) find(name string, isDir, names bool) int32 {
	if l.rules == nil {
		return -1
	}
	best := int32(-1)
	if names {
		best = l.rules.findName(name, isDir)
	}
	for i := len(l.live) - 1; i >= 0; i-- {
		p := l.live[i].path
		if p.order < best {
			break
		}
		if (isDir || !p.dirOnly) && p.ends(l.live[i].at, name) {
			return p.order
		}
	}
	return best
}

// step returns the patterns that are under way in a folder of this one: the same slice if nothing changed.
func (l *layer) step(name string) []live {
	for i, s := range l.live {
		if s.path.step(s.at, name) != s.at {
			return stepFrom(l.live, i, name)
		}
	}
	return l.live
}

// stepFrom is step once the pattern at i is known to change.
func stepFrom(old []live, i int, name string) []live {
	out := append([]live(nil), old[:i]...)
	for _, s := range old[i:] {
		if at := s.path.step(s.at, name); at != 0 {
			out = append(out, live{s.path, at})
		}
	}
	return out
}

// below returns the layer in a folder of this one.
func (l layer) below(name string) layer {
	next := l.step(name)
	if len(next) == 0 {
		return l.without()
	}
	return layer{l.rules, next}
}

// sameLive reports whether a and b are one slice.
func sameLive(a, b []live) bool { return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0]) }
