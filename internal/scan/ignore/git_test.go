package ignore

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// How many random trees are judged by git and by us: each repository has trees in folders of its own, and one in its own folder, whose
// patterns hold in the others too.
const (
	gitRepositories = 10
	gitTrees        = 40
)

// TestAgreesWithGit compares every verdict and its rule with git check-ignore, on random trees with random pattern files in any folder.
func TestAgreesWithGit(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("git is not installed")
	}
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 1))
	var c comparison
	for range gitRepositories {
		c.repository(t, git, r)
		if c.wrong > 0 {
			t.Fatalf("seed %d", seed)
		}
	}
	t.Logf("%d entries, %d of them excluded, %d saved against an earlier pattern", c.judged, c.excluded, c.saved)
	if c.excluded < c.judged/10 || c.excluded > c.judged*9/10 || c.saved < c.judged/100 {
		t.Errorf("seed %d: %+v: the trees test little", seed, c)
	}
}

// comparison counts what was compared; said has git's answer for each path, "!" patterns among them.
type comparison struct {
	said                           map[string]string
	judged, excluded, saved, wrong int
}

func (c *comparison) repository(t *testing.T, git string, r *rand.Rand) {
	root := t.TempDir()
	runGit(t, git, root, nil, "init", "-q", "--template=", ".")
	own := randomFolder(r, 2)
	for len(own.ignore) > 0 && bytes.ContainsAny(own.ignore, "*?[t") && r.IntN(4) > 0 { // too many would exclude every tree
		own.ignore = randomPatterns(r)
	}
	own.write(t, root)
	var paths bytes.Buffer
	own.list("", &paths)
	var trees []*folder
	for i := range gitTrees {
		dir := fmt.Sprintf("t%d", i)
		tree := randomFolder(r, 3)
		tree.write(t, filepath.Join(root, dir))
		paths.WriteString(dir + "\x00")
		tree.list(dir+"/", &paths)
		trees = append(trees, tree)
	}
	want := bytes.Count(paths.Bytes(), []byte{0})
	out := runGit(t, git, root, &paths, "check-ignore", "--no-index", "--verbose", "--non-matching", "-z", "--stdin")
	fields := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	c.said = map[string]string{}
	for i := 0; i+3 < len(fields); i += 4 {
		c.said[fields[i+3]] = fields[i+2]
	}
	if len(c.said) != want {
		t.Fatalf("git answered for %d paths of %d", len(c.said), want)
	}
	m, err := New(nil, nil)
	must(t, err)
	m = m.With(own.rules(t))
	own.judge(t, m, "", "", c.check(t, own, ""))
	for i, tree := range trees {
		dir := fmt.Sprintf("t%d", i)
		sub, v, rule := m.Dir(dir)
		check := c.check(t, tree, dir)
		check(dir, rule)
		tree.judgeIn(t, sub, v, dir, rule, check)
	}
}

// check compares what we say of one path, and shows the tree for the first difference.
func (c *comparison) check(t *testing.T, tree *folder, dir string) func(path, rule string) {
	return func(path, rule string) {
		c.judged++
		git, ok := c.said[path]
		if strings.HasPrefix(git, "!") {
			git = ""
			c.saved++
		}
		if rule != "" {
			c.excluded++
		}
		if !ok || git != rule {
			if c.wrong++; c.wrong == 1 {
				t.Errorf("%q: git says %q (%v), we say %q, in\n%s", path, git, ok, rule, tree.describe(dir))
			}
		}
	}
}

func runGit(t *testing.T, git, dir string, stdin *bytes.Buffer, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(git, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull, "HOME="+dir, "XDG_CONFIG_HOME="+dir)
	if stdin != nil {
		cmd.Stdin = stdin
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil && args[0] != "check-ignore" { // which exits 1 when nothing is ignored
		t.Fatalf("git %v: %v: %s", args, err, &stderr)
	}
	if stderr.Len() > 0 {
		t.Fatalf("git %v: %s", args, &stderr)
	}
	return out
}

// folder is one of a random tree.
type folder struct {
	ignore []byte // content of the pattern file; nil without one
	files  []string
	names  []string // of dirs
	dirs   []*folder
}

// write makes the folders only: what is absent git takes for a file.
func (f *folder) write(t *testing.T, dir string) {
	t.Helper()
	must(t, os.MkdirAll(dir, 0o755))
	if f.ignore != nil {
		must(t, os.WriteFile(filepath.Join(dir, ".gitignore"), f.ignore, 0o644))
	}
	for i, d := range f.dirs {
		d.write(t, filepath.Join(dir, f.names[i]))
	}
}

// list writes the paths; dir ends with a slash or is empty.
func (f *folder) list(dir string, out *bytes.Buffer) {
	for _, n := range f.files {
		fmt.Fprintf(out, "%s%s\x00", dir, n)
	}
	for i, d := range f.dirs {
		fmt.Fprintf(out, "%s%s\x00", dir, f.names[i])
		d.list(dir+f.names[i]+"/", out)
	}
}

func (f *folder) rules(t *testing.T) *Rules {
	t.Helper()
	r, err := Parse("test", f.ignore)
	must(t, err)
	return r
}

// judge gives every entry's path, and the rule that excludes it, "" if none does.
func (f *folder) judge(t *testing.T, m *Matcher, prefix, excluded string, check func(path, rule string)) {
	for _, n := range f.files {
		rule := excluded
		if m != nil {
			_, rule = m.File(n)
		}
		check(prefix+n, rule)
	}
	for i, d := range f.dirs {
		sub, v, rule := (*Matcher)(nil), Skip, excluded
		if m != nil {
			sub, v, rule = m.Dir(f.names[i])
		}
		check(prefix+f.names[i], rule)
		d.judgeIn(t, sub, v, prefix+f.names[i], rule, check)
	}
}

func (f *folder) judgeIn(t *testing.T, m *Matcher, v Verdict, path, rule string, check func(path, rule string)) {
	if v == Save {
		m = m.With(f.rules(t))
	}
	f.judge(t, m, path+"/", rule, check)
}

func (f *folder) describe(dir string) string {
	s := fmt.Sprintf("  %q: files %q, folders %q", dir, f.files, f.names)
	if f.ignore != nil {
		s += fmt.Sprintf(", patterns %q", f.ignore)
	}
	s += "\n"
	for i, d := range f.dirs {
		s += d.describe(dir + "/" + f.names[i])
	}
	return s
}

var (
	testNames = []string{"a", "b", "c", "ab", "abc", "abab", "b.c", "x.a", ".a", "A", "a b", "a ", " a", "a-b", "-", "]", "[a]", "!a", "#a", "*", "a*",
		"a\\", "\\a", "?", "\u00e9", "\xff", "1", "a1_", "a\tb", "a\r", "aaaaab"}
	testParts = []string{"a", "b", "c", "ab", "abc", "a", "b", "*", "*", "?", "**", "***", "a*", "*b", "*.a", "b.*", "?b", "a?", "*a*b*", "[a-c]", "[!a]", "[^b]*",
		"[]a]", "[]-a]", "[a-]", "[--0]", "[[:alpha:]]", "[[:digit:]]*", "[![:upper:]]", "[[:space:]a]b", "*[[:punct:]]", "[[:xdigit:]]", "[[:bogus:]]", "[[:alpha:]", "[a",
		"[\\]]", "[\\a-\\c]", "[a/b]", "[[a]", "[[:]", "[b-a]", "[a-c-e]", "\\a", "\\*", "\\?", "\\[a]", "a\\", "\\ ", "a ", " a", "a b", "a\\ ", "a  ", "#a", "!a", "\\!a", "\\#a",
		"\u00e9", "\xff", "[\x80-\xff]", "\u00e9?", "a\tb", "a\r", ".*", ".", "..", "-", "x.?", "a**", "**b", "a**b", "*?*", "a*a*a*b", "", "[[:cntrl:]]", "[[:blank:]]", "[[:print:]]*", "[[:graph:]]",
		"[[:lower:]]", "[[:alnum:]]", "[!]]", "[\\\\]*", "*\\\\", "[a"}
	testEnds = []string{"", "", "", "", "", "/", "/", " ", "  ", "\\ ", "\t", "\r", "\\", "/**", "/*", "//", "\\/"}
)

func randomFolder(r *rand.Rand, depth int) *folder {
	f := &folder{}
	names := map[string]bool{}
	fresh := func() string {
		for {
			if n := testNames[r.IntN(len(testNames))]; !names[n] {
				names[n] = true
				return n
			}
		}
	}
	for range r.IntN(4) {
		f.files = append(f.files, fresh())
	}
	if depth > 0 {
		for range 1 + r.IntN(3) {
			f.names = append(f.names, fresh())
			f.dirs = append(f.dirs, randomFolder(r, depth-1))
		}
	}
	if depth == 3 || r.IntN(4) == 0 {
		f.ignore = randomPatterns(r)
	}
	return f
}

func randomPatterns(r *rand.Rand) []byte {
	var lines []string
	for range r.IntN(7) {
		p := randomPattern(r)
		for quirk(p) {
			p = randomPattern(r)
		}
		lines = append(lines, p)
	}
	end := []string{"\n", "\n", "\n", "\r\n"}[r.IntN(4)]
	s := strings.Join(lines, end)
	if r.IntN(8) == 0 {
		s = "\xef\xbb\xbf" + s
	}
	if r.IntN(2) == 0 {
		s += end
	}
	return []byte(s)
}

func randomPattern(r *rand.Rand) string {
	var b strings.Builder
	if r.IntN(4) == 0 {
		b.WriteByte('!')
	}
	if r.IntN(5) == 0 {
		b.WriteByte('/')
	}
	for i := range 1 + r.IntN(4)*r.IntN(2) {
		if i > 0 {
			b.WriteString([]string{"/", "/", "/", "/", "/**/", "\\/", "//"}[r.IntN(7)])
		}
		b.WriteString(testParts[r.IntN(len(testParts))])
		if r.IntN(5) == 0 {
			b.WriteString(testParts[r.IntN(len(testParts))])
		}
	}
	b.WriteString(testEnds[r.IntN(len(testEnds))])
	if r.IntN(40) == 0 {
		b.WriteString("\x00/x")
	}
	return b.String()
}

var quirkRE = regexp.MustCompile(`(?s)^!?/?[^*?\[\\]*[^*?\[\\/]\*\*+(\\?/|[ \r]*$)`)

// quirk recognises the patterns that git 2.39 reads against its own manual: those with a slash and a "**" that directly follows literal
// characters. See the package comment.
func quirk(p string) bool {
	p, _, _ = strings.Cut(p, "\x00")
	return strings.Contains(strings.TrimSuffix(strings.TrimRight(p, " \r"), "/"), "/") && quirkRE.MatchString(p)
}

func TestQuirkIsRecognised(t *testing.T) {
	for _, p := range []string{"a**/b", "!/ab**/b", "d/a**", "d/a***\\/x", "x/a** "} {
		if !quirk(p) {
			t.Errorf("%q is one", p)
		}
	}
	for _, p := range []string{"a**", "a/**", "**/b", "a**b/c", "a/**/b", "a*/b", "/**/a", "?a**/b"} {
		if quirk(p) {
			t.Errorf("%q is none", p)
		}
	}
	if !slices.Contains(testParts, "a**") {
		t.Error("no such pattern is ever made")
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestClassesAgreeWithGit asks about every byte that a name can be.
func TestClassesAgreeWithGit(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("git is not installed")
	}
	root := t.TempDir()
	runGit(t, git, root, nil, "init", "-q", "--template=", ".")
	classes := strings.Fields("alnum alpha blank cntrl digit graph lower print punct space upper xdigit word")
	var paths bytes.Buffer
	for _, class := range classes {
		must(t, os.Mkdir(filepath.Join(root, class), 0o755))
		must(t, os.WriteFile(filepath.Join(root, class, ".gitignore"), []byte("[[:"+class+":]]\n"), 0o644))
		for b := 1; b < 256; b++ {
			if b != '/' && b != '.' {
				paths.WriteString(class + "/" + string([]byte{byte(b), 0}))
			}
		}
	}
	ignored := map[string]bool{}
	for path := range strings.SplitSeq(string(runGit(t, git, root, &paths, "check-ignore", "--no-index", "-z", "--stdin")), "\x00") {
		ignored[path] = true
	}
	top, err := New(nil, nil)
	must(t, err)
	for _, class := range classes {
		r, err := Parse("test", []byte("[[:"+class+":]]"))
		must(t, err)
		m := top.With(r)
		for b := 1; b < 256; b++ {
			v, _ := m.File(string([]byte{byte(b)}))
			if want := ignored[class+"/"+string([]byte{byte(b)})]; b != '/' && b != '.' && (v == Skip) != want {
				t.Errorf("[:%s:] has %q: git says %v", class, byte(b), want)
			}
		}
	}
}
