package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// WriteMarkdown writes the results for people.
func (r *Results) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	r.heading(&b)
	r.table(&b)
	r.goals(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *Results) heading(b *strings.Builder) {
	fmt.Fprintf(b, "Measured on %s: %s, %d cores, %s of memory, %s, %s. ", r.Started.UTC().Format("2006-01-02"), r.Machine.CPU, r.Machine.Cores,
		size(float64(r.Machine.Memory)), r.Machine.System, r.Machine.FileSystem)
	fmt.Fprintf(b, "Each figure is the median of %d runs; programs took turns. Memory below %s cannot be seen.", r.Rounds,
		size(float64(r.Machine.LeastPeak)))
	if r.Quick {
		b.WriteString(" **Small sets (`-quick`)**: these figures are for trying the tool, and say little.")
	}
	b.WriteString("\n\nPrograms: ")
	for i, p := range r.Programs {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(p.Name)
		if p.Version != "" && p.Version != p.Name {
			b.WriteString(" (" + p.Version + ")")
		}
	}
	b.WriteString(".\n\n| set | | files | bytes | of them not twice |\n|---|---|--:|--:|--:|\n")
	for _, s := range r.Sets {
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", s.Name, s.Title, thousands(s.Files), size(float64(s.Bytes)), size(float64(s.Unique)))
	}
	for _, n := range r.Notes {
		fmt.Fprintf(b, "\nNote: %s.\n", strings.TrimSuffix(n, "."))
	}
}

// table writes a line for each cell.
func (r *Results) table(b *strings.Builder) {
	fmt.Fprintf(b, "\n| set, place | job | program | time, s | least–most | CPU, s | peak | stored | requests | our time ÷ this | our stored ÷ this |\n")
	b.WriteString("|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	last := Key{}
	for _, c := range r.Cells {
		where, job := c.Set+", "+Title(c.Place), Title(c.Job)
		if c.Set == last.Set && c.Place == last.Place {
			where = ""
			if c.Job == last.Job {
				job = ""
			}
		}
		last = c.Key
		cols := []string{where, job, cellText(c.Program)}
		if c.Failed != "" {
			cols = append(cols, "failed", "", "", "", "", "", "", "")
		} else {
			cols = append(cols, r.columns(c)...)
		}
		b.WriteString("| " + strings.Join(cols, " | ") + " |\n")
	}
	for _, c := range r.Cells {
		if c.Failed != "" {
			fmt.Fprintf(b, "\nFailed: %s, %s, %s, %s: %s\n", c.Set, Title(c.Place), Title(c.Job), c.Program, strings.Join(strings.Fields(c.Failed), " "))
		}
	}
}

// cellText keeps a table's bars out of its cells.
func cellText(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

// columns are a cell's figures as text.
func (r *Results) columns(c *Cell) []string {
	text := func(m Metric, show func(float64) string) string {
		if v, ok := c.Value(m); ok {
			return show(v)
		}
		return ""
	}
	span := ""
	if least, most, ok := c.Span(Seconds); ok && len(c.Runs) > 1 {
		span = short(least) + "–" + short(most)
	}
	requests := func(v float64) string { return thousands(int64(v)) }
	return []string{text(Seconds, short), span, text(CPU, short), text(Peak, size), text(Stored, size), text(Requests, requests),
		r.ratio(c, Seconds), r.ratio(c, Stored)}
}

// ratio is our figure divided by a cell's, as text: below 1 ours is less.
func (r *Results) ratio(c *Cell, m Metric) string {
	if c.Program == Own {
		return ""
	}
	k := c.Key
	k.Program = Own
	ours, ok1 := r.Find(k).Value(m)
	theirs, ok2 := c.Value(m)
	if !ok1 || !ok2 || theirs == 0 {
		return ""
	}
	return short(ours / theirs)
}

func (r *Results) goals(b *strings.Builder) {
	b.WriteString("\n| goal | at most | this run | |\n|---|--:|--:|---|\n")
	for _, v := range r.Verdicts {
		is, word := "", "not measured"
		if v.Is != nil {
			is, word = short(*v.Is), "missed"
			if v.Reached {
				word = "reached"
			}
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", cellText(v.Goal), short(v.Limit), is, word)
	}
	if r.Quick {
		b.WriteString("\nThe goals are for the full sets.\n")
	}
}

// short shows a number with three digits that count.
func short(v float64) string {
	switch {
	case v >= 99.95:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 9.995:
		return strconv.FormatFloat(v, 'f', 1, 64)
	case v >= 0.0995:
		return strconv.FormatFloat(v, 'f', 2, 64)
	}
	return strconv.FormatFloat(v, 'f', 3, 64)
}

// size shows bytes in units of ten.
func size(v float64) string {
	for _, u := range []struct {
		from float64
		name string
	}{{1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}} {
		if v >= u.from*0.9995 {
			return short(v/u.from) + " " + u.name
		}
	}
	return strconv.FormatInt(int64(v), 10) + " B"
}

// thousands shows a whole number in groups of three digits.
func thousands(n int64) string {
	if n < 0 {
		return "-" + thousands(-n)
	}
	s := []byte(strconv.FormatInt(n, 10))
	for i := len(s) - 3; i > 0; i -= 3 {
		s = slices.Insert(s, i, ',')
	}
	return string(s)
}
