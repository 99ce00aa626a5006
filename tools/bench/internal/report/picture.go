package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
)

// The picture's measures, in pixels.
const (
	pictureWidth = 820
	jobWidth     = 190 // for a job's name
	nameWidth    = 110 // for a program's
	barRoom      = 360 // for the longest bar
	barHeight    = 13
	barStep      = 17
	jobGap       = 12
	placeGap     = 34
	topRoom      = 58
)

// colours of the bars: ours, floors, and the peers in the order of Results.Programs.
const (
	ownColour   = "#0b7a4b"
	floorColour = "#c9c9c9"
)

var peerColours = []string{"#c2571a", "#5b6ee1", "#a04da3", "#b59b00"}

// WritePicture draws one set's times as an SVG picture: for each job the programs' bars, the slowest one's filling the room, and behind each
// what it took and how many times ours that is.
func (r *Results) WritePicture(w io.Writer, set string) error {
	var b strings.Builder
	y := topRoom
	var place string
	for _, group := range r.groups(set) {
		if k := group[0].Key; k.Place != place {
			place = k.Place
			y += placeGap - jobGap
			text(&b, 12, y-8, "font-weight='600'", Title(place))
		}
		y = r.bars(&b, group, y) + jobGap
	}
	title, about := "", ""
	for _, s := range r.Sets {
		if s.Name == set {
			title = s.Title
			about = fmt.Sprintf("%s files, %s; %d cores; median of %d; shorter is better", thousands(s.Files), size(float64(s.Bytes)), r.Machine.Cores, r.Rounds)
		}
	}
	if r.Quick {
		about += "; a small set, for trying the tool only"
	}
	var out strings.Builder
	fmt.Fprintf(&out, "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' viewBox='0 0 %d %d' font-family='system-ui, sans-serif' "+
		"font-size='12' fill='#222'>\n", pictureWidth, y, pictureWidth, y)
	fmt.Fprintf(&out, "<title>%s</title>\n<rect width='100%%' height='100%%' fill='#fff'/>\n", escape("Time: "+title))
	text(&out, 12, 24, "font-size='15' font-weight='600'", "Time: "+title)
	text(&out, 12, 43, "fill='#666'", about)
	out.WriteString(b.String())
	out.WriteString("</svg>\n")
	_, err := io.WriteString(w, out.String())
	return err
}

// groups returns a set's cells that have a time, job by job.
func (r *Results) groups(set string) (out [][]*Cell) {
	for _, c := range r.Cells {
		if _, ok := c.Value(Seconds); !ok || c.Set != set {
			continue
		}
		at := slices.IndexFunc(out, func(g []*Cell) bool { return g[0].Job == c.Job && g[0].Place == c.Place })
		if at < 0 {
			out = append(out, []*Cell{c})
			continue
		}
		out[at] = append(out[at], c)
	}
	return out
}

// bars draws one job from y on and returns where it ends.
func (r *Results) bars(b *strings.Builder, group []*Cell, y int) int {
	slowest, ours := 0.0, 0.0
	for _, c := range group {
		v, _ := c.Value(Seconds)
		slowest = max(slowest, v)
		if c.Program == Own {
			ours = v
		}
	}
	text(b, 12, y+11, "", Title(group[0].Job))
	for _, c := range group {
		v, _ := c.Value(Seconds)
		length := 1.0
		if slowest > 0 {
			length = max(1, v/slowest*barRoom)
		}
		text(b, jobWidth+nameWidth-8, y+11, "text-anchor='end' fill='#444'", c.Program)
		fmt.Fprintf(b, "<rect x='%d' y='%d' width='%.1f' height='%d' rx='2' fill='%s'/>\n", jobWidth+nameWidth, y, length, barHeight, r.colour(c.Program))
		label := short(v) + " s"
		if c.Program != Own && ours > 0 {
			label += "  (" + short(v/ours) + "×)"
		}
		text(b, jobWidth+nameWidth+int(length)+6, y+11, "", label)
		y += barStep
	}
	return y
}

// colour returns a program's colour.
func (r *Results) colour(name string) string {
	if name == Own {
		return ownColour
	}
	peers := 0
	for _, p := range r.Programs {
		switch {
		case p.Name == name && p.Floor:
			return floorColour
		case p.Name == name:
			return peerColours[peers%len(peerColours)]
		case p.Name != Own && !p.Floor:
			peers++
		}
	}
	return floorColour
}

func text(b *strings.Builder, x, y int, attributes, s string) {
	if attributes != "" {
		attributes = " " + attributes
	}
	fmt.Fprintf(b, "<text x='%d' y='%d'%s>%s</text>\n", x, y, attributes, escape(s))
}

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder never fails
	return b.String()
}
