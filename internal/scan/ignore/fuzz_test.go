package ignore

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// FuzzPattern compares one pattern's verdict on one path with a plain reading of gitignore(5), and counts steps.
func FuzzPattern(f *testing.F) {
	for _, s := range testParts {
		f.Add(s, "a/ab/b.c", false)
		f.Add("/x/"+s, "x/a b/-", true)
		f.Add("**/"+s+"/**", "a/b/c/d", false)
	}
	f.Add("a/**\\/b", "a/b", false)
	f.Add("**\\/**/b/", "a/b", true)
	f.Fuzz(func(t *testing.T, pattern, path string, isDir bool) {
		names := strings.Split(path, "/")
		if len(pattern) > 200 || len(path) > 300 || strings.Contains(path+pattern, "\x00") || slices.ContainsFunc(names, isNoName) {
			return
		}
		m, err := New([]string{pattern}, nil)
		if errors.Is(err, errDeep) {
			return
		}
		want := excludedPlainly(pattern, names, isDir)
		if err != nil {
			if want {
				t.Fatalf("%q matches %q, but: %v", pattern, path, err)
			}
			return
		}
		if isDir {
			path += "/"
		}
		v, rule := judge(m, path)
		if got := v == Skip; got != want || got && rule != pattern {
			t.Fatalf("%q on %q: verdict %d by %q, want excluded: %v", pattern, path, v, rule, want)
		}
		if p, err := parsePattern(pattern); err == nil {
			checkSteps(t, p, names)
		}
	})
}

func isNoName(s string) bool { return s == "" || s == "." || s == ".." }

func checkSteps(t *testing.T, p pattern, names []string) {
	for i := range p.segments {
		g := &p.segments[i].glob
		for _, name := range names {
			if g.kind != general {
				continue
			}
			if _, steps := g.run(name); steps > (len(name)+1)*(len(g.ops)+len(g.tail)+1) {
				t.Fatalf("%d steps for a name of %d and %d+%d operations", steps, len(name), len(g.ops), len(g.tail))
			}
		}
	}
}

// excludedPlainly says by the manual whether a pattern excludes the path or a folder above it.
func excludedPlainly(pattern string, names []string, isDir bool) bool {
	if strings.HasPrefix(pattern, "!") {
		return false
	}
	pattern, dirOnly := strings.CutSuffix(pattern, "/")
	for i := range names {
		last := i == len(names)-1
		if dirOnly && last && !isDir {
			continue
		}
		p, text := pattern, names[i]
		if strings.Contains(pattern, "/") {
			p, text = strings.TrimPrefix(pattern, "/"), strings.Join(names[:i+1], "/")
		}
		m := plain{p, text, map[[2]int]bool{}}
		if m.match(0, 0) {
			return true
		}
	}
	return false
}

// plain matches a pattern with a whole path, by trying everything; seen has the answers so far.
type plain struct {
	p, t string
	seen map[[2]int]bool
}

func (m *plain) match(i, j int) bool {
	key := [2]int{i, j}
	if v, ok := m.seen[key]; ok {
		return v
	}
	v := m.try(i, j)
	m.seen[key] = v
	return v
}

func (m *plain) try(i, j int) bool {
	if i == len(m.p) {
		return j == len(m.t)
	}
	if m.p[i] == '*' {
		return m.star(i, j)
	}
	if j == len(m.t) {
		return false
	}
	switch m.p[i] {
	case '?':
		return m.t[j] != '/' && m.match(i+1, j+1)
	case '[':
		end, ok := m.bracket(i, m.t[j])
		return ok && m.t[j] != '/' && m.match(end, j+1)
	case '\\':
		i++
		if i == len(m.p) {
			return false
		}
	}
	return m.p[i] == m.t[j] && m.match(i+1, j+1)
}

func (m *plain) star(i, j int) bool {
	end := i
	for end < len(m.p) && m.p[end] == '*' {
		end++
	}
	after := m.p[end:]
	crosses := end-i >= 2 && (i == 0 || m.p[i-1] == '/') && (after == "" || after[0] == '/' || strings.HasPrefix(after, `\/`))
	if crosses && strings.HasPrefix(after, "/") && m.match(end+1, j) {
		return true
	}
	for ; ; j++ {
		if m.match(end, j) {
			return true
		}
		if j == len(m.t) || m.t[j] == '/' && !crosses {
			return false
		}
	}
}

// bracket reports whether the expression at i takes b, and where it ends; not ok also where it is malformed.
func (m *plain) bracket(i int, b byte) (end int, ok bool) {
	c := compiler{s: m.p, i: i}
	s, err := c.set() // compared with git itself, in TestAgreesWithGit
	return c.i, err == nil && s.has(b)
}

// FuzzParse feeds a file of any bytes, and judges names by it.
func FuzzParse(f *testing.F) {
	f.Add([]byte(typicalPatterns), "a/b/c")
	f.Add([]byte("\xef\xbb\xbf!a\r\n\\ \r\n[[:a\n**/**/\n\x00"), "\xff/ ")
	f.Fuzz(func(t *testing.T, data []byte, path string) {
		r, err := Parse("f", data)
		if err != nil && len(data) <= maxWork {
			t.Fatal(err)
		}
		m, err := New(nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		v, rule := judge(m.With(r), path)
		if v != Skip && v != Save || v == Skip && !strings.Contains(string(data), rule) {
			t.Fatalf("%q: %d by %q", path, v, rule)
		}
		sel, err := Select([]string{"**/x", "!" + "y"})
		if err != nil {
			t.Fatal(err)
		}
		if v, _ := judge(sel, path); v == Save {
			t.Fatalf("a selection says %d of %q", v, path)
		}
	})
}
