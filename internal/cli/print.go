package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"unicode/utf8"

	"backup_projeto/internal/cli/term"
	"backup_projeto/internal/i18n"
)

// printer writes what the program says. Results go to standard output, the rest to standard error; a progress line is taken away
// first. Its methods may be called at once.
type printer struct {
	stdout, stderr       io.Writer
	text                 *i18n.Catalog
	json, quiet, verbose bool
	tty                  bool // standard error is a terminal whose line can be drawn over

	mu     sync.Mutex
	line   term.Line // on stderr; guarded by mu
	asking int       // questions that wait for an answer; guarded by mu
	hushed []string  // what --quiet left out; guarded by mu
	err    error     // the first that standard output gave; guarded by mu
}

func newPrinter(p Process, text *i18n.Catalog) *printer {
	return &printer{stdout: p.Stdout, stderr: p.Stderr, text: text, tty: term.CanRedraw(p.Stderr), line: term.Line{W: p.Stderr}}
}

// say writes a line of the result, for people.
func (p *printer) say(line string) {
	switch {
	case p.json:
	case p.quiet:
		p.hush(line)
	default:
		p.out(line + "\n")
	}
}

// tell writes a line about the result, for people.
func (p *printer) tell(line string) {
	switch {
	case p.json:
	case p.quiet:
		p.hush(line)
	default:
		p.note(line + "\n")
	}
}

// mostHushed is how many lines are kept that --quiet left out.
const mostHushed = 1000

// hush keeps a line that --quiet leaves out: who is asked a question after it must know what about.
func (p *printer) hush(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.hushed) < mostHushed {
		p.hushed = append(p.hushed, line)
	}
}

// leftOut returns, once, the lines that --quiet left out so far.
func (p *printer) leftOut() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	lines := p.hushed
	p.hushed = nil
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

// warn writes a line that matters, though the program goes on.
func (p *printer) warn(line string) {
	if p.json {
		p.object(jsonWarning{Type: "warning", Message: line})
		return
	}
	p.note(p.folded(p.text.General.Warning+": "+line, "  ") + "\n")
}

// folded breaks a line that is too long for the terminal between words, but never within a command to type: a part of it, pasted, would be
// another command. The lines after the first begin with the indent.
func (p *printer) folded(line, indent string) string {
	if !p.tty || term.Width(line) <= term.Columns(p.stderr) {
		return line
	}
	return fold(line, indent, term.Columns(p.stderr))
}

// glue is a blank where fold does not break: a character of nobody's.
const glue = "\ue000"

// fold is folded for so many columns.
func fold(line, indent string, columns int) string {
	var glued strings.Builder
	for rest := line; ; {
		at := strings.Index(rest, Program+" ")
		if at < 0 {
			glued.WriteString(rest)
			break
		}
		end := len(rest)
		for _, mark := range []string{". ", ", ", "; ", ") "} {
			if i := strings.Index(rest[at:], mark); i >= 0 {
				end = min(end, at+i)
			}
		}
		glued.WriteString(rest[:at])
		glued.WriteString(strings.ReplaceAll(rest[at:end], " ", glue))
		rest = rest[end:]
	}
	first := line[:len(line)-len(strings.TrimLeft(line, " "))]
	lines := term.Wrap(glued.String(), max(columns-len(indent), 20))
	return first + strings.ReplaceAll(strings.Join(lines, "\n"+indent), glue, " ")
}

// object writes one line of JSON, with --json only.
func (p *printer) object(v any) {
	if !p.json {
		return
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // our own structs always encode
	}
	p.out(string(b) + "\n")
}

// out writes to standard output, whatever the flags.
func (p *printer) out(s string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.line.Clear()
	if _, err := io.WriteString(p.stdout, s); err != nil && p.err == nil {
		p.err = err
	}
}

// note writes to standard error, whatever the flags.
func (p *printer) note(s string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.line.Clear()
	io.WriteString(p.stderr, s)
}

// draw replaces the progress line, unless somebody is being asked.
func (p *printer) draw(s string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.asking == 0 {
		p.line.Draw(s)
	}
}

// hold keeps progress away from a question; what it returns ends that.
func (p *printer) hold() func() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.line.Clear()
	p.asking++
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.asking--
	}
}

// held reports whether somebody is being asked.
func (p *printer) held() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asking > 0
}

// clear takes the progress line away.
func (p *printer) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.line.Clear()
}

// rows writes lines of a label and a text, aligned, without the empty ones.
func (p *printer) rows(pairs ...[2]string) {
	wide := 0
	for _, r := range pairs {
		if r[1] != "" {
			wide = max(wide, term.Width(r[0]))
		}
	}
	for _, r := range pairs {
		if r[1] != "" {
			p.say(p.rowFolded("  "+term.Pad(r[0], wide)+"  ", r[1]))
		}
	}
}

// rowFolded is folded for a row on standard output: the text goes on below where it began.
func (p *printer) rowFolded(label, text string) string {
	at := term.Width(label)
	if columns := term.Columns(p.stdout); term.IsTerminal(p.stdout) && at+term.Width(text) > columns {
		text = strings.ReplaceAll(fold(text, "", max(columns-at, 20)), "\n", "\n"+strings.Repeat(" ", at))
	}
	return label + text
}

// table writes aligned rows; columns whose number is in right are aligned to the right.
func (p *printer) table(rows [][]string, right ...int) {
	for _, line := range term.Table(rows, right...) {
		p.say(line)
	}
}

// tilde shortens a path below the home folder, as shells write it.
func (a *app) tilde(path string) string {
	if rest, ok := strings.CutPrefix(path, a.home+string(filepath.Separator)); ok && a.home != "" && runtime.GOOS != "windows" {
		path = "~/" + rest
	}
	return term.Escape(path)
}

// place is where the repository is, for people.
func (a *app) place() string { return a.tilde(a.cfg.Place.URL()) }

// some is a row's text about n things: "" where there are none.
func some(n int64, text string) string {
	if n == 0 {
		return ""
	}
	return text
}

// sum says how many things there are and how large they are; "" where there are none.
func (a *app) sum(things i18n.Plural, n, bytes int64) string {
	return some(n, f(a.text.Prune.Sum, a.lang.Count(things, n), a.lang.Bytes(bytes)))
}

// f fills a message's verbs.
func f(message string, args ...any) string { return fmt.Sprintf(message, args...) }

// jsonWarning is the object of a warning.
type jsonWarning struct {
	Type    string `json:"type"`
	Message string `json:"message"`
}

// jsonPath is a name in JSON, which knows no bytes that are not UTF-8: those names come with their bytes in base 64 too.
type jsonPath struct {
	Path string `json:"path"`
	Raw  []byte `json:"path_bytes,omitempty"`
}

func pathJSON(name string) jsonPath {
	if utf8.ValidString(name) {
		return jsonPath{Path: name}
	}
	return jsonPath{Path: strings.ToValidUTF8(name, "\ufffd"), Raw: []byte(name)}
}
