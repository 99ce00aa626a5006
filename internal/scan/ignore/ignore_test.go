package ignore

import (
	"strings"
	"testing"

	"backup_projeto/internal/core"
)

// judge descends to a path, whose folders end with slashes, and returns the verdict on it. Below a folder that is skipped it is Skip.
func judge(m *Matcher, path string) (Verdict, string) {
	for {
		name, rest, isDir := strings.Cut(path, "/")
		if !isDir {
			return m.File(name)
		}
		sub, v, rule := m.Dir(name)
		if rest == "" || v == Skip {
			return v, rule
		}
		m, path = sub, rest
	}
}

func newMatcher(t *testing.T, exclude, include string) *Matcher {
	t.Helper()
	m, err := New(strings.Fields(exclude), strings.Fields(include))
	must(t, err)
	return m
}

func TestFlags(t *testing.T) {
	tests := []struct {
		exclude, include, path string
		want                   Verdict
		rule                   string
	}{
		{"", "", "a/b", Save, ""},
		{"*.log", "", "a/x.log", Skip, "*.log"},
		{"*.log", "", "a/x.log/", Skip, "*.log"},
		{"*.log !x.log", "", "a/x.log", Save, ""},
		{"!x.log *.log", "", "a/x.log", Skip, "*.log"},
		{"build", "", "build/keep.txt", Skip, "build"},
		{"build !keep.txt", "", "build/keep.txt", Skip, "build"},
		{"build/", "", "build", Save, ""},
		{"/build", "", "a/build", Save, ""},
		{"a/**/z", "", "a/b/c/z/", Skip, "a/**/z"},

		// Include wins, and leads into the folders that it names, only.
		{"build", "build/keep.txt", "build/", Enter, "build"},
		{"build", "build/keep.txt", "build/keep.txt", Chosen, "build/keep.txt"},
		{"build", "build/keep.txt", "build/other.txt", Skip, "build"},
		{"build", "build/keep.txt", "build/sub/", Skip, "build"},
		{"build", "build/keep.txt", "a/build/", Skip, "build"},
		{"build", "build/a/b/c", "build/a/b/", Enter, "build"},
		{"build", "build/a/b/c", "build/a/b/c/d/e", Chosen, ""},
		{"build", "build/a/b/c", "build/a/b/d", Skip, "build"},
		{"build", "*.env", "build/", Skip, "build"},
		{"build *.env", "*.env", "a/x.env", Chosen, "*.env"},
		{"build *.env", "*.env", "x", Save, ""},
		// A pattern without a slash stays out of excluded folders, also where another one leads into them.
		{"build", "build/keep.txt *.env", "build/x.env", Skip, "build"},
		{"build", "**/keep.txt", "a/build/b/", Enter, "build"},
		{"build", "**/keep.txt", "a/build/b/keep.txt", Chosen, "**/keep.txt"},
		{"build", "build/**", "build/b/x", Chosen, ""},
		{"build", "build/*", "build/x", Chosen, "build/*"},
		{"build", "build/keep/", "build/keep", Skip, "build"},
		{"build", "build/keep/", "build/keep/x", Chosen, ""},
		{"build", "/build", "build/x", Chosen, ""},
		{"*.tmp", "keep", "keep/x.tmp", Chosen, ""},
		{"*.tmp", "keep", "a/keep/b/x.tmp/c", Chosen, ""},

		// A later "!" gives back what was chosen.
		{"*.tmp", "keep !*.tmp", "keep/x.tmp", Skip, "*.tmp"},
		{"*.tmp", "keep !*.tmp", "keep/x", Chosen, ""},
		{"", "keep !*.tmp", "keep/x.tmp", Save, ""},
		{"*.tmp", "!*.tmp keep", "keep/x.tmp", Skip, "*.tmp"},
		{"*.tmp", "*.tmp !keep", "keep/x.tmp", Chosen, "*.tmp"},
		{"build", "build/keep !build/keep/no", "build/keep/no/x", Skip, "build"},
		{"build", "build/keep !build/keep/no", "build/keep/yes/x", Chosen, ""},
		{"build", "build/keep !*.o build/keep/no.o", "build/keep/a/x.o", Skip, "build"},
		{"build", "build/keep !*.o build/keep/no.o", "build/keep/no.o", Chosen, "build/keep/no.o"},
		{"build", "!build/keep", "build/", Skip, "build"},
	}
	for _, tt := range tests {
		v, rule := judge(newMatcher(t, tt.exclude, tt.include), tt.path)
		if v != tt.want || rule != tt.rule {
			t.Errorf("exclude %q, include %q: %q is %d by %q, want %d by %q", tt.exclude, tt.include, tt.path, v, rule, tt.want, tt.rule)
		}
	}
}

// withFile adds a pattern file of the folder that m is of.
func withFile(t *testing.T, m *Matcher, lines string) *Matcher {
	t.Helper()
	r, err := Parse(FileName, []byte(lines))
	must(t, err)
	return m.With(r)
}

func TestStrength(t *testing.T) {
	m := withFile(t, newMatcher(t, "!flag.o flag.log", "inc/wins.o"), "*.o\n/top\n!flag.log\n")
	sub, v, _ := m.Dir("sub")
	if v != Save {
		t.Fatal(v)
	}
	sub = withFile(t, sub, "!deep.o\n*.txt\n/top\n")
	deeper, _, _ := sub.Dir("deeper")
	inc, _, _ := m.Dir("inc")
	tests := []struct {
		m    *Matcher
		name string
		want Verdict
		rule string
	}{
		{m, "x.o", Skip, "*.o"},
		{m, "deep.o", Skip, "*.o"},
		{sub, "deep.o", Save, ""},
		{deeper, "deep.o", Save, ""},
		{deeper, "x.o", Skip, "*.o"},
		{deeper, "x.txt", Skip, "*.txt"},
		{m, "x.txt", Save, ""},
		{m, "flag.o", Save, ""},
		{deeper, "flag.o", Save, ""},
		{m, "flag.log", Skip, "flag.log"},
		{inc, "wins.o", Chosen, "inc/wins.o"},
		{sub, "wins.o", Skip, "*.o"},
		{m, "top", Skip, "/top"},
		{sub, "top", Skip, "/top"},
		{deeper, "top", Save, ""},
	}
	for i, tt := range tests {
		if v, rule := tt.m.File(tt.name); v != tt.want || rule != tt.rule {
			t.Errorf("%d: %q is %d by %q, want %d by %q", i, tt.name, v, rule, tt.want, tt.rule)
		}
	}
}

func TestFilesHaveNoSayBelowAnExcludedFolder(t *testing.T) {
	m, v, _ := newMatcher(t, "build", "build/keep/x").Dir("build")
	if v != Enter || m.ReadsRules() {
		t.Fatalf("verdict %d, reads rules: %v", v, m.ReadsRules())
	}
	if v, rule := withFile(t, m, "!other\n").File("other"); v != Skip || rule != "build" {
		t.Errorf("%d by %q", v, rule)
	}
}

func TestExclude(t *testing.T) {
	m := newMatcher(t, "", "cache/keep.txt *.env")
	cache, v, _ := m.Dir("cache")
	if v != Save || !cache.ReadsRules() {
		t.Fatal(v)
	}
	in := cache.Exclude("cachedir-tag")
	if v, _ := in.File("keep.txt"); v != Chosen {
		t.Errorf("what is asked for is %d", v)
	}
	if v, rule := in.File("x.env"); v != Skip || rule != "cachedir-tag" {
		t.Errorf("%d by %q", v, rule)
	}
	other, _, _ := m.Dir("other")
	if other.Exclude("cachedir-tag") != nil {
		t.Error("a folder into which nothing leads is entered")
	}
	chosen, _, _ := newMatcher(t, "", "cache").Dir("cache")
	if v, _ := chosen.Exclude("cachedir-tag").File("x"); v != Chosen {
		t.Errorf("in a chosen folder: %d", v)
	}
}

func TestSelect(t *testing.T) {
	tests := []struct {
		patterns, path string
		want           Verdict
		rule           string
	}{
		{"", "a/b", Chosen, ""},
		{"*.env", "a/", Enter, ""},
		{"*.env", "a/b/x.env", Chosen, "*.env"},
		{"*.env", "a/b/x", Skip, ""},
		{"*.env", "x.env/b", Chosen, ""},
		{"a/b", "a/", Enter, ""},
		{"a/b", "b/", Skip, ""},
		{"a/b", "a/c/", Skip, ""},
		{"a/b", "a/b", Chosen, "a/b"},
		{"a/b", "a/b/c/d", Chosen, ""},
		{"/a", "b/", Skip, ""},
		{"src !*.o", "src/x/y.o", Skip, ""},
		{"src !*.o", "src/x/y.c", Chosen, ""},
		{"src !*.o", "x/y.c", Skip, ""},
		{"src !src/no src/no/yes", "src/no/", Enter, ""},
		{"src !src/no src/no/yes", "src/no/yes", Chosen, "src/no/yes"},
		{"src !src/no src/no/yes", "src/no/x", Skip, ""},
		{"!*.o", "a/x.o", Skip, ""},
		{"!*.o", "a/x.c", Chosen, ""},
		{"!*.o", "a.o/", Skip, ""},
		{"dir/", "a/dir", Skip, ""},
		{"dir/", "a/dir/x", Chosen, ""},
	}
	for _, tt := range tests {
		m, err := Select(strings.Fields(tt.patterns))
		must(t, err)
		if v, rule := judge(m, tt.path); v != tt.want || rule != tt.rule {
			t.Errorf("%q: %q is %d by %q, want %d by %q", tt.patterns, tt.path, v, rule, tt.want, tt.rule)
		}
	}
}

func TestPatternsThatNeverMatchAreNamed(t *testing.T) {
	for _, p := range []string{"", "/", "!", "a//b", "./build", "../x", "a/../b", "[a", "[[:nope:]]", "x\\", strings.Repeat("a/", 70) + "b"} {
		_, err := New([]string{"ok", p}, nil)
		var e *core.Error
		if e, _ = err.(*core.Error); e == nil || e.Kind != core.Usage || e.Code != "bad-pattern" || e.Subject != p || e.Err == nil {
			t.Errorf("%q as exclude: %v", p, err)
		}
		if _, err := New(nil, []string{p}); err == nil {
			t.Errorf("%q as include: no error", p)
		}
		if _, err := Select([]string{p}); err == nil {
			t.Errorf("%q as selection: no error", p)
		}
		if p == "" {
			continue
		}
		if r, err := Parse("f", []byte("\\#\n"+p+"\n")); err != nil || len(r.texts) != 1 {
			t.Errorf("%q as a line of a file: %v, %q", p, err, r.texts)
		}
	}
	if _, err := New([]string{strings.Repeat("a/", 62) + "b"}, nil); err != nil {
		t.Error(err)
	}
}

func TestFlagsAreTakenWhole(t *testing.T) {
	m, err := New([]string{"#a", "b "}, nil)
	must(t, err)
	for name, want := range map[string]Verdict{"#a": Skip, "b ": Skip, "b": Save} {
		if v, _ := m.File(name); v != want {
			t.Errorf("%q is %d", name, v)
		}
	}
}

func TestOversizedFilesAreCut(t *testing.T) {
	isCut := func(err error) {
		t.Helper()
		e, ok := err.(*core.Error)
		if !ok || e.Kind != core.Source || e.Code != "ignore-file-cut" || e.Subject != "dir/.backupignore" {
			t.Errorf("got %v", err)
		}
	}
	long := "first\n" + strings.Repeat("# "+strings.Repeat("x", 1000)+"\n", 1100) + "last\n"
	r, err := Parse("dir/.backupignore", []byte(long))
	isCut(err)
	if len(r.texts) != 1 {
		t.Errorf("%d patterns", len(r.texts))
	}
	r, err = Parse("dir/.backupignore", []byte(strings.Repeat("x", MaxFile+1))) // its only line is not whole
	isCut(err)
	if len(r.texts) != 0 {
		t.Errorf("%d patterns", len(r.texts))
	}
	many := strings.Repeat("ab\n", maxPatterns+1)
	r, err = Parse("dir/.backupignore", []byte(many))
	isCut(err)
	if len(r.texts) != maxPatterns {
		t.Errorf("%d patterns", len(r.texts))
	}
	for _, costly := range []string{"*a*a*a*a*a*a*b", "**/a/b", "a/*/b"} {
		r, err = Parse("dir/.backupignore", []byte(strings.Repeat(costly+"\n", 20000)))
		isCut(err)
		if len(r.texts) == 0 || len(r.texts)*len(costly) > maxWork {
			t.Errorf("%d patterns %q", len(r.texts), costly)
		}
	}
	if _, err := Parse("f", []byte(strings.Repeat("some/folder/of/it\n", 20000))); err != nil {
		t.Errorf("a long list of paths: %v", err)
	}
}

func TestHostilePatternIsPolynomial(t *testing.T) {
	p, err := parsePattern(strings.Repeat("a*", 100) + "b*")
	must(t, err)
	name := strings.Repeat("a", 255)
	g := &p.segments[0].glob
	if ok, steps := g.run(name); ok || steps > len(name)*(len(g.ops)+len(g.tail)) {
		t.Errorf("%v after %d steps", ok, steps)
	}
	// The same across folders.
	m := newMatcher(t, strings.Repeat("**/a/", 30)+"b", "")
	for range 100 {
		if m, _, _ = m.Dir("a"); m == nil {
			t.Fatal("excluded")
		}
	}
	if v, _ := m.File("b"); v != Skip {
		t.Error(v)
	}
}

func TestFilesCostNoAllocation(t *testing.T) {
	m := withFile(t, newMatcher(t, "*.tmp /only/here", "keep/this *.env"), typicalPatterns)
	sub, _, _ := m.Dir("src")
	deep, _, _ := sub.Dir("deep")
	if sub != deep {
		t.Error("folders in which no pattern is under way do not share a Matcher")
	}
	for _, m := range []*Matcher{m, sub} {
		if n := testing.AllocsPerRun(100, func() { m.File("main_test.go") }); n != 0 {
			t.Errorf("%v allocations a file", n)
		}
	}
	if n := testing.AllocsPerRun(100, func() { sub.Dir("internal") }); n != 0 {
		t.Errorf("%v allocations a folder", n)
	}
}

const typicalPatterns = `# Binaries
*.exe
*.dll
*.so
*.dylib
*.test
*.out
/dist/
/build
node_modules/
__pycache__/
*.py[cod]
*$py.class
.venv
target/
!vendor/target/
.DS_Store
Thumbs.db
*.log
logs/
docs/_build/
**/.terraform/*
*.tfstate
*.tfstate.*
.idea/**/workspace.xml
.idea/**/tasks.xml
coverage*.xml
.env.local
.env.*.local
*.sw[nop]
`
