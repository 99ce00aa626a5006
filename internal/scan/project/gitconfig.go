package project

import (
	"bytes"
	"strings"
)

// gitConfig is what is used of a repository's settings.
type gitConfig struct {
	origin       string // remote.origin.url as written: it may hold a password
	refStorage   string // extensions.refStorage
	objectFormat string // extensions.objectFormat
}

// parseConfig reads a config file up to where it is no longer of git's syntax.
func parseConfig(data []byte) gitConfig {
	var c gitConfig
	p := configParser{data: bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))}
	for {
		key, value, ok := p.next()
		if !ok {
			return c
		}
		switch key {
		case "remote.origin.url":
			if c.origin == "" || value == "" { // git fetches from the first; an empty one takes the earlier ones back
				c.origin = value
			}
		case "extensions.refstorage":
			c.refStorage = strings.ToLower(value)
		case "extensions.objectformat":
			c.objectFormat = strings.ToLower(value)
		}
	}
}

// configParser goes through a file of git's settings.
type configParser struct {
	data    []byte
	section string // with a dot at the end: "remote.origin."
}

// peek returns the next byte; 0 at the end.
func (p *configParser) peek() byte {
	if len(p.data) == 0 {
		return 0
	}
	return p.data[0]
}

func (p *configParser) take() byte {
	b := p.peek()
	if len(p.data) > 0 {
		p.data = p.data[1:]
	}
	return b
}

// next returns the next setting, its name with section and in lower case but for the subsection; not ok at the end or an error.
func (p *configParser) next() (key, value string, ok bool) {
	for {
		switch b := p.peek(); {
		case b == 0:
			return "", "", false
		case b == ' ', b == '\t', b == '\r', b == '\n':
			p.take()
		case b == '#', b == ';':
			p.skipLine()
		case b == '[':
			if !p.header() {
				return "", "", false
			}
		default:
			return p.setting()
		}
	}
}

func (p *configParser) skipLine() {
	for b := p.peek(); b != 0 && b != '\n'; b = p.peek() {
		p.take()
	}
}

// word takes letters, digits, "-" and, if dots says so, ".".
func (p *configParser) word(dots bool) string {
	n := 0
	for n < len(p.data) && (isWord(p.data[n]) || dots && p.data[n] == '.') {
		n++
	}
	w := string(p.data[:n])
	p.data = p.data[n:]
	return strings.ToLower(w)
}

func isWord(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '-'
}

func (p *configParser) skipBlanks() {
	for b := p.peek(); b == ' ' || b == '\t'; b = p.peek() {
		p.take()
	}
}

// header reads [section], [section "subsection"] or the old [section.subsection].
func (p *configParser) header() bool {
	p.take()
	p.section = p.word(true) + "."
	if p.skipBlanks(); p.peek() != '"' {
		return p.take() == ']'
	}
	p.take()
	var sub []byte
	for {
		switch b := p.take(); b {
		case '"':
			p.section += string(sub) + "."
			return p.take() == ']'
		case '\\':
			if b = p.take(); b == 0 || b == '\n' {
				return false
			}
			sub = append(sub, b)
		case 0, '\n':
			return false
		default:
			sub = append(sub, b)
		}
	}
}

// setting reads "name = value", or a name alone, which means true.
func (p *configParser) setting() (key, value string, ok bool) {
	name := p.word(false)
	p.skipBlanks()
	switch b := p.peek(); {
	case name == "" || p.section == "":
		return "", "", false
	case b == '=':
		p.take()
		value, ok = p.value()
		return p.section + name, value, ok
	case b == '\n', b == '\r', b == 0, b == '#', b == ';':
		p.skipLine()
		return p.section + name, "true", true
	}
	return "", "", false
}

// value reads the rest of a line, and of the next ones where it ends with a backslash.
func (p *configParser) value() (string, bool) {
	p.skipBlanks()
	var out []byte
	keep := 0 // up to where blanks belong to the value
	quoted := false
	for {
		switch b := p.take(); {
		case b == 0 || b == '\n':
			return string(out[:keep]) + string(bytes.TrimRight(out[keep:], " ")), !quoted
		case !quoted && (b == '#' || b == ';'):
			p.skipLine()
		case b == '"':
			quoted = !quoted
			keep = len(out)
		case b == '\\':
			c, ok := p.escape()
			if !ok {
				return "", false
			}
			out = append(out, c...)
			keep = len(out)
		case !quoted && (b == '\t' || b == '\r'): // as git has it
			out = append(out, ' ')
		default:
			out = append(out, b)
		}
	}
}

// escape reads what follows a backslash; nothing for the end of a line.
func (p *configParser) escape() (string, bool) {
	b := p.take()
	if b == '\r' && p.peek() == '\n' {
		b = p.take()
	}
	switch b {
	case '\n':
		return "", true
	case '\\', '"':
		return string(b), true
	case 'n':
		return "\n", true
	case 't':
		return "\t", true
	case 'b':
		return "\b", true
	}
	return "", false
}
