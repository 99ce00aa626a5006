package retain

import (
	"cmp"
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // zones as they are everywhere

	"backup_projeto/internal/core"
)

var update = flag.Bool("update", false, "write what is planned into the golden files")

const layout = "2006-01-02 15:04"

// TestGolden reads each file of testdata: what there is, a line of three dashes, and what is planned for it, the newest first.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) < 8 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			input, want, _ := strings.Cut(string(data), "---\n")
			var c scene
			if err := c.read(input); err != nil {
				t.Fatal(err)
			}
			got := c.show()
			if *update {
				if err := os.WriteFile(file, []byte(input+"---\n"+got), 0o666); err != nil {
					t.Fatal(err)
				}
			} else if got != want {
				t.Errorf("planned\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// scene is a golden file's input.
type scene struct {
	now    time.Time
	policy Policy
	items  []Item
}

// read reads lines: "now MOMENT ZONE", "policy RULE=VALUE...", "every DURATION MOMENT MOMENT [WORD...]", "MOMENT [WORD...]".
func (c *scene) read(text string) error {
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		var err error
		switch {
		case len(f) == 0 || f[0] == "#":
		case f[0] == "now":
			var zone *time.Location
			if zone, err = time.LoadLocation(f[3]); err == nil {
				c.now, err = time.ParseInLocation(layout, f[1]+" "+f[2], zone)
			}
		case f[0] == "policy":
			c.policy, err = readPolicy(f[1:])
		case f[0] == "every":
			err = c.every(f[1:])
		default:
			err = c.add(f[0]+" "+f[1], f[2:])
		}
		if err != nil {
			return fmt.Errorf("%q: %w", line, err)
		}
	}
	return nil
}

func readPolicy(words []string) (Policy, error) {
	p := Default()
	for _, w := range words {
		if w == "none" {
			p = Policy{}
			continue
		}
		name, value, _ := strings.Cut(w, "=")
		n, err := strconv.Atoi(strings.TrimSuffix(value, "d"))
		switch name {
		case "within":
			p.Within = Span{Days: n}
		case "safety":
			p.Safety = Span{Days: n}
		case "tag":
			p.Tags, err = append(p.Tags, value), nil
		default:
			*map[string]*int{"last": &p.Last, "hourly": &p.Hourly, "daily": &p.Daily, "weekly": &p.Weekly, "monthly": &p.Monthly, "yearly": &p.Yearly}[name] = n
		}
		if err != nil {
			return p, err
		}
	}
	return p, nil
}

func (c *scene) every(f []string) error {
	step, err := time.ParseDuration(f[0])
	if err != nil {
		return err
	}
	from, err := time.ParseInLocation(layout, f[1]+" "+f[2], c.now.Location())
	if err != nil {
		return err
	}
	to, err := time.ParseInLocation(layout, f[3]+" "+f[4], c.now.Location())
	for ; err == nil && !from.After(to); from = from.Add(step) {
		err = c.addAt(from, f[5:])
	}
	return err
}

func (c *scene) add(moment string, words []string) error {
	if rest, ok := strings.CutSuffix(moment, "Z"); ok { // where the zone's own clock is ambiguous
		at, err := time.Parse(layout, rest)
		if err != nil {
			return err
		}
		return c.addAt(at, words)
	}
	at, err := time.ParseInLocation(layout, moment, c.now.Location())
	if err != nil {
		return err
	}
	return c.addAt(at, words)
}

func (c *scene) addAt(at time.Time, words []string) error {
	i := Item{Start: at, Stored: at.Add(time.Minute)}
	binary.BigEndian.PutUint64(i.ID[:], uint64(len(c.items)+1))
	for _, w := range words {
		name, value, _ := strings.Cut(w, "=")
		switch name {
		case "partial":
			i.Partial = true
		case "safety":
			i.Safety = true
		case "pin":
			i.Pinned = true
		case "tag":
			i.Tags = append(i.Tags, value)
		case "device":
			i.Signer[0] = value[0]
		case "project":
			i.Project[0] = value[0]
		case "stored":
			day, hour, _ := strings.Cut(value, "T")
			var err error
			if i.Stored, err = time.ParseInLocation(layout, day+" "+hour, c.now.Location()); err != nil {
				return err
			}
		default:
			return fmt.Errorf("unknown word %q", w)
		}
	}
	c.items = append(c.items, i)
	return nil
}

// show writes the plan, runs of what is dropped as one line.
func (c *scene) show() string {
	var out strings.Builder
	plan := Plan(c.items, c.policy, c.now)
	dropped, head := 0, ""
	flush := func() {
		if dropped > 0 {
			fmt.Fprintf(&out, "  (%d dropped)\n", dropped)
		}
		dropped = 0
	}
	slices.SortStableFunc(plan, func(a, b Decision) int {
		return cmp.Or(a.Project.Compare(b.Project), a.Signer.Compare(b.Signer))
	})
	for at, d := range slices.Backward(plan) {
		if h := headOf(d.Item); h != head || at == len(plan)-1 {
			flush()
			head = h
			if h != "" {
				out.WriteString(h + "\n")
			}
		}
		if !d.Keep {
			dropped++
			continue
		}
		flush()
		line := d.Start.In(c.now.Location()).Format(layout + " Mon")
		for _, r := range d.Rules {
			line += " " + string(r)
		}
		for i, is := range []bool{d.Partial, d.Safety, d.Doubtful} {
			if is {
				line += []string{" (partial)", " (safety snapshot)", " (doubtful)"}[i]
			}
		}
		out.WriteString(line + "\n")
	}
	flush()
	return out.String()
}

func headOf(i Item) string {
	if i.Signer == (core.ID{}) && i.Project.IsZero() {
		return ""
	}
	return strings.TrimRight(fmt.Sprintf("device %s project %s", i.Signer[:1], i.Project[:1]), "\x00 ")
}
