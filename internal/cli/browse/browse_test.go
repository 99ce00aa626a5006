package browse

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/scan/ignore"
	"backup_projeto/internal/tree"
)

// memory keeps folders by the id of what they hold, as a repository does, and counts how often each is read.
type memory struct {
	dirs  map[core.ID][]tree.Entry
	reads map[core.ID]int
}

func newMemory() *memory { return &memory{map[core.ID][]tree.Entry{}, map[core.ID]int{}} }

func (m *memory) Dir(ctx context.Context, c tree.Content) iter.Seq2[*tree.Entry, error] {
	return func(yield func(*tree.Entry, error) bool) {
		entries, ok := m.dirs[c.IDs[0]]
		if !ok {
			yield(nil, errors.New("no such folder"))
			return
		}
		m.reads[c.IDs[0]]++
		var e tree.Entry // used again for each, as an iterator may
		for i := range entries {
			e = entries[i]
			if !yield(&e, ctx.Err()) {
				return
			}
		}
	}
}

// root makes the tree of slash paths: a path ending in a slash is a folder, any other a file whose content the value names.
func (m *memory) root(files map[string]string) *tree.Entry {
	below := map[string]map[string]string{}
	var entries []tree.Entry
	for name, content := range files {
		first, rest, deeper := strings.Cut(name, "/")
		if !deeper {
			entries = append(entries, tree.Entry{Name: name, Type: tree.File, Size: int64(len(content)), Content: contentOf(content)})
			continue
		}
		if below[first] == nil {
			below[first] = map[string]string{}
		}
		if rest != "" {
			below[first][rest] = content
		}
	}
	for name, files := range below {
		e := *m.root(files)
		e.Name = name
		entries = append(entries, e)
	}
	slices.SortFunc(entries, func(a, b tree.Entry) int { return strings.Compare(a.Name, b.Name) })
	c := contentOf(fmt.Sprint("dir", entries))
	m.dirs[c.IDs[0]] = entries
	return &tree.Entry{Type: tree.Dir, Content: c}
}

func contentOf(s string) tree.Content { return tree.Content{IDs: []core.ID{crypto.Hash([]byte(s))}} }

func changes(t *testing.T, m *memory, from, to *tree.Entry) []string {
	t.Helper()
	var out []string
	if err := Compare(context.Background(), m, from, to, func(c Change) error {
		if (c.Old == nil) != (c.Kind == Added) || (c.New == nil) != (c.Kind == Removed) {
			t.Errorf("%s: kind %d with %v, %v", c.Path, c.Kind, c.Old, c.New)
		}
		out = append(out, fmt.Sprintf("%c %s", "+-MTm"[c.Kind], c.Path))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestCompare(t *testing.T) {
	m := newMemory()
	from := m.root(map[string]string{"a": "1", "b/c": "2", "b/d": "3", "e/f/g": "4", "same/x": "5", "kind": "6", "empty/": ""})
	to := m.root(map[string]string{"a": "1x", "b/c": "2", "b/d2": "3", "same/x": "5", "kind/y": "7", "kind/z": "8", "new/": ""})
	want := []string{"M a", "- b/d", "+ b/d2", "- e", "- e/f", "- e/f/g", "- empty", "T kind", "+ kind/y", "+ kind/z", "+ new"}
	got := changes(t, m, from, to)
	slices.SortStableFunc(got, func(a, b string) int { return strings.Compare(a[2:], b[2:]) })
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	m.reads = map[core.ID]int{}
	changes(t, m, from, to)
	for id := range m.reads {
		for _, e := range m.dirs[id] {
			if e.Name == "x" {
				t.Error("a folder that both share was read")
			}
		}
	}
	if got := changes(t, m, to, to); got != nil {
		t.Errorf("a snapshot differs from itself: %q", got)
	}
}

func TestCompareSeesMetadata(t *testing.T) {
	m := newMemory()
	from := m.root(map[string]string{"a": "1", "b/c": "2"})
	changed := slices.Clone(m.dirs[from.Content.IDs[0]])
	changed[0].Mode = 0o600
	changed[1].Xattrs = []tree.Xattr{{Name: "user.x", Value: []byte("y")}}
	to := &tree.Entry{Type: tree.Dir, Content: contentOf("changed"), Meta: tree.Meta{MTime: 5}} // a folder's own time says nothing
	m.dirs[to.Content.IDs[0]] = changed
	if got := changes(t, m, from, to); !slices.Equal(got, []string{"m a", "m b"}) {
		t.Errorf("got %q", got)
	}
}

// TestCompareFindsEverything compares random trees with what their lists of paths say.
func TestCompareFindsEverything(t *testing.T) {
	files := rapid.MapOf(rapid.StringMatching(`[ab]/[ab]/[abc]`), rapid.SampledFrom([]string{"1", "2"}))
	rapid.Check(t, func(rt *rapid.T) {
		x, y := files.Draw(rt, "from"), files.Draw(rt, "to")
		m := newMemory()
		var want []string
		for name, c := range x {
			switch d, ok := y[name]; {
			case !ok:
				want = append(want, "- "+name)
			case c != d:
				want = append(want, "M "+name)
			}
		}
		for name := range y {
			if _, ok := x[name]; !ok {
				want = append(want, "+ "+name)
			}
		}
		got := changes(t, m, m.root(x), m.root(y))
		got = slices.DeleteFunc(got, func(s string) bool { return strings.Count(s, "/") < 2 })
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			rt.Fatalf("got  %q\nwant %q", got, want)
		}
	})
}

func TestSearch(t *testing.T) {
	m := newMemory()
	match, err := ignore.Select([]string{"x"})
	if err != nil {
		t.Fatal(err)
	}
	s := NewSearcher(m, match)
	roots := []*tree.Entry{
		m.root(map[string]string{"x": "1", "a/x": "1", "a/b/x": "1", "c/other": "1"}),
		m.root(map[string]string{"x": "2", "a/x": "1", "a/b/x": "1", "c/other": "1"}),
		m.root(map[string]string{"x": "1", "a/x": "1", "a/b/x": "1", "c/other": "1", "d/b/x": "1"}),
	}
	for i, root := range roots {
		if err := s.Search(context.Background(), root, i); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, v := range s.Found() {
		got = append(got, fmt.Sprint(v.Path, v.In))
	}
	want := []string{"a/b/x[0 1 2]", "a/x[0 1 2]", "d/b/x[2]", "x[0 2]", "x[1]"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for id, n := range m.reads {
		if n > 2 { // b is in two places
			t.Errorf("folder %v was read %d times", m.dirs[id], n)
		}
	}
	if err := s.Search(context.Background(), &tree.Entry{Content: contentOf("absent")}, 3); err == nil {
		t.Error("no error for a folder that is not there")
	}
}
