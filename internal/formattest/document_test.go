package formattest

import (
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"backup_projeto/internal/repo"
	"backup_projeto/internal/storage/local"
)

var update = flag.Bool("update", false, "write the vectors into the document")

const documentPath = "../../doc/format.md"

// lineWidth is how many characters of a value stand in one line, labelWidth where values begin.
const (
	lineWidth  = 96
	labelWidth = 16
)

// block finds the vectors of the document.
var block = regexp.MustCompile("(?s)```vector ([a-z-]+)\n(.*?)```\n")

// vector is the text of one block while it is made, next to what the document has.
type vector struct {
	text strings.Builder
	old  map[string]string
}

// add appends a line.
func (v *vector) add(label, value string) {
	for len(value) > lineWidth {
		v.line(label, value[:lineWidth])
		label, value = "", value[lineWidth:]
	}
	v.line(label, value)
}

func (v *vector) line(label, value string) {
	v.text.WriteString(strings.TrimRight(label+strings.Repeat(" ", max(labelWidth-len(label), 1))+value, " ") + "\n")
}

func (v *vector) hex(label string, b []byte) { v.add(label, hex.EncodeToString(b)) }

// sealed returns the document's bytes under a label if they open, and else fresh ones.
func (v *vector) sealed(t *testing.T, label string, open func([]byte) error, fresh func() ([]byte, error)) []byte {
	t.Helper()
	b, err := hex.DecodeString(v.old[label])
	if err == nil {
		err = open(b)
	}
	if err == nil {
		v.hex(label, b)
		return b
	}
	if !*update {
		t.Fatalf("%s: what the document has does not open: %v", label, err)
	}
	if b, err = fresh(); err != nil {
		t.Fatal(err)
	}
	if err = open(b); err != nil {
		t.Fatal(err)
	}
	v.hex(label, b)
	return b
}

// parse reads a block's lines.
func parse(text string) map[string]string {
	out, last := map[string]string{}, ""
	for line := range strings.Lines(text) {
		label := strings.TrimSpace(line[:min(labelWidth, len(line))])
		if label != "" {
			last = label
		}
		out[last] += strings.TrimSpace(line[min(labelWidth, len(line)):])
	}
	return out
}

func TestVectors(t *testing.T) {
	data, err := os.ReadFile(documentPath)
	if err != nil {
		t.Fatal(err)
	}
	doc, seen := string(data), map[string]bool{}
	doc = block.ReplaceAllStringFunc(doc, func(old string) string {
		m := block.FindStringSubmatch(old)
		fill := vectors[m[1]]
		if fill == nil {
			t.Errorf("the document has a vector %q that nothing makes", m[1])
			return old
		}
		seen[m[1]] = true
		v := &vector{old: parse(m[2])}
		t.Run(m[1], func(t *testing.T) {
			fill(t, v)
			if v.text.String() != m[2] && !*update {
				t.Errorf("the document says\n%sthe code says\n%s", m[2], v.text.String())
			}
		})
		return "```vector " + m[1] + "\n" + v.text.String() + "```\n"
	})
	for name := range vectors {
		if !seen[name] {
			t.Errorf("the document has no vector %q", name)
		}
	}
	if *update && !t.Failed() {
		if err := os.WriteFile(documentPath, []byte(doc), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// newRepository makes a repository in a folder.
func newRepository(t *testing.T, o repo.Options) (*local.Store, *repo.Repo) {
	t.Helper()
	s, err := local.New(filepath.Join(t.TempDir(), "store"))
	if err == nil {
		err = s.Ensure(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	c, err := repo.Create(t.Context(), s, "", "", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Repo.Close() })
	return s, c.Repo
}
