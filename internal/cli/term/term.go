// Package term writes to terminals: names that may hold anything, columns that count wide characters as two, one line that is
// drawn again and again, and questions.
//
// Promise: whatever a file is called, what is written cannot move the cursor, change colours or ring the bell.
package term

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Escape makes a name safe to show: control and invisible formatting characters and bytes that are not UTF-8 become escapes as
// in Go source ("\n", "\x1b", "\xff", "\u202e"); a backslash before one stays as it is.
func Escape(name string) string {
	if !strings.ContainsFunc(name, unsafe) {
		return name
	}
	var out strings.Builder
	for i := 0; i < len(name); {
		r, n := utf8.DecodeRuneInString(name[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&out, `\x%02x`, name[i])
		case r == '\n':
			out.WriteString(`\n`)
		case r == '\t':
			out.WriteString(`\t`)
		case unsafe(r) && r < 0x80:
			fmt.Fprintf(&out, `\x%02x`, r)
		case unsafe(r):
			fmt.Fprintf(&out, `\u%04x`, r)
		default:
			out.WriteRune(r)
		}
		i += n
	}
	return out.String()
}

func unsafe(r rune) bool {
	return r == utf8.RuneError || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Cs)
}

// Width returns how many columns s takes on a terminal.
func Width(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

func runeWidth(r rune) int {
	switch {
	case r < 0x7f:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Cc):
		return 0
	case r >= 0x1f300 && r <= 0x1faff: // pictures
		return 2
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// Clip shortens s to at most columns, leaving out its middle: the end of a path says most.
func Clip(s string, columns int) string {
	if Width(s) <= columns {
		return s
	}
	if columns < 2 {
		return ""
	}
	runes := []rune(s)
	head, tail, left := 0, len(runes), columns-1
	for head < tail {
		if w := runeWidth(runes[tail-1]); w <= left-(columns-1)/3 {
			left -= w
			tail--
			continue
		}
		break
	}
	for head < tail {
		w := runeWidth(runes[head])
		if w > left {
			break
		}
		left -= w
		head++
	}
	return string(runes[:head]) + "…" + string(runes[tail:])
}

// Pad fills s with spaces to columns.
func Pad(s string, columns int) string {
	return s + strings.Repeat(" ", max(0, columns-Width(s)))
}

// PadLeft fills s with spaces in front to columns.
func PadLeft(s string, columns int) string {
	return strings.Repeat(" ", max(0, columns-Width(s))) + s
}

// Wrap breaks a text into lines of at most columns, at spaces.
func Wrap(s string, columns int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(s) {
		if line != "" && Width(line)+1+Width(word) > columns {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// Table aligns rows in columns with two spaces between; columns whose number is in right are aligned to the right.
func Table(rows [][]string, right ...int) []string {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], Width(cell))
		}
	}
	isRight := map[int]bool{}
	for _, i := range right {
		isRight[i] = true
	}
	lines := make([]string, len(rows))
	for n, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = Pad(cell, widths[i])
			if isRight[i] {
				cells[i] = PadLeft(cell, widths[i])
			}
		}
		lines[n] = strings.TrimRight(strings.Join(cells, "  "), " ")
	}
	return lines
}
