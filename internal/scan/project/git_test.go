//go:build linux || darwin

package project

import (
	"bytes"
	"encoding/binary"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"backup_projeto/internal/snapshot"
)

// gitAt runs git in a folder, with no settings but its own.
func gitAt(t *testing.T, dir string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	cmd := exec.Command("git", append([]string{"-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull, "HOME="+dir,
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %v: %v: %s", args, err, &stderr)
	}
	return strings.TrimSpace(string(out))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(path), 0o755))
	must(t, os.WriteFile(path, []byte(content), 0o644))
}

// newRepo makes a repository with one commit in dir.
func newRepo(t *testing.T, dir string, flags ...string) string {
	t.Helper()
	must(t, os.MkdirAll(dir, 0o755))
	gitAt(t, dir, append([]string{"init", "-q"}, flags...)...)
	write(t, filepath.Join(dir, "pkg/file"), "content")
	gitAt(t, dir, "add", ".")
	gitAt(t, dir, "commit", "-q", "-m", "first")
	return dir
}

// state is Git, which must not fail.
func state(t *testing.T, dir string) *snapshot.Git {
	t.Helper()
	g, err := Git(dir)
	must(t, err)
	return g
}

// check compares Git with what git itself says of a folder.
func check(t *testing.T, dir string) *snapshot.Git {
	t.Helper()
	g := state(t, dir)
	if g == nil {
		t.Fatalf("no repository in %s", dir)
	}
	head := gitAt(t, dir, "rev-parse", "--verify", "HEAD")
	branch := strings.TrimPrefix(gitAt(t, dir, "rev-parse", "--abbrev-ref", "HEAD"), "HEAD")
	if g.Head != head || g.Branch != branch {
		t.Errorf("got %+v, git says commit %s on %q", g, head, branch)
	}
	return g
}

func TestGitStates(t *testing.T) {
	dir := newRepo(t, t.TempDir())
	check(t, dir)
	gitAt(t, dir, "checkout", "-q", "-b", "feature/deep/name")
	gitAt(t, dir, "commit", "-q", "--allow-empty", "-m", "second")
	gitAt(t, dir, "tag", "-a", "-m", "tag", "v1")
	if g := check(t, dir); g.Branch != "feature/deep/name" || g.Remote != "" {
		t.Errorf("%+v", g)
	}
	gitAt(t, dir, "pack-refs", "--all")
	if _, err := os.Stat(filepath.Join(dir, ".git/refs/heads/main")); err == nil {
		t.Fatal("git did not pack its refs")
	}
	check(t, dir)
	must(t, os.MkdirAll(filepath.Join(dir, ".git/refs/heads/feature/deep/name"), 0o755)) // a folder left empty
	check(t, dir)
	must(t, os.Remove(filepath.Join(dir, ".git/refs/heads/feature/deep/name")))
	gitAt(t, dir, "commit", "-q", "--allow-empty", "-m", "third") // loose again, and newer than what is packed
	check(t, dir)
	gitAt(t, dir, "symbolic-ref", "refs/heads/alias", "refs/heads/main")
	gitAt(t, dir, "symbolic-ref", "HEAD", "refs/heads/alias")
	if g := state(t, dir); g.Branch != "alias" || g.Head != gitAt(t, dir, "rev-parse", "main") {
		t.Errorf("%+v", g)
	}
	gitAt(t, dir, "symbolic-ref", "HEAD", "refs/heads/main")
	gitAt(t, dir, "checkout", "-q", "--detach")
	if g := check(t, dir); g.Branch != "" || g.Head == "" {
		t.Errorf("%+v", g)
	}
	gitAt(t, dir, "checkout", "-q", "--orphan", "unborn")
	if g := state(t, dir); g.Branch != "unborn" || g.Head != "" {
		t.Errorf("%+v", g)
	}
}

func TestGitBeforeTheFirstCommit(t *testing.T) {
	dir := t.TempDir()
	gitAt(t, dir, "init", "-q")
	gitAt(t, dir, "remote", "add", "origin", "https://user:hunter2@host/o/r")
	if g := state(t, dir); g == nil || *g != (snapshot.Git{Branch: "main", Remote: "https://host/o/r"}) {
		t.Errorf("%+v", g)
	}
}

func TestGitSHA256AndSeparateFolder(t *testing.T) {
	top := t.TempDir()
	dir := newRepo(t, filepath.Join(top, "work"), "--object-format=sha256", "--separate-git-dir="+filepath.Join(top, "elsewhere"))
	if g := check(t, dir); len(g.Head) != 64 {
		t.Errorf("%+v", g)
	}
	if g := check(t, filepath.Join(dir, "pkg")); len(g.Head) != 64 {
		t.Errorf("%+v", g)
	}
}

func TestGitWorktreeSubmoduleBareAndLink(t *testing.T) {
	top := t.TempDir()
	origin := newRepo(t, filepath.Join(top, "origin"))
	bare := filepath.Join(top, "bare.git")
	gitAt(t, top, "clone", "-q", "--bare", origin, bare)
	if g := check(t, bare); g.Remote != origin {
		t.Errorf("%+v", g)
	}
	clone := filepath.Join(top, "clone")
	gitAt(t, top, "clone", "-q", origin, clone)
	if g := check(t, clone); g.Remote != origin {
		t.Errorf("%+v", g)
	}
	tree := filepath.Join(top, "tree")
	gitAt(t, clone, "worktree", "add", "-q", "-b", "fix", tree)
	gitAt(t, tree, "commit", "-q", "--allow-empty", "-m", "fix")
	if g := check(t, tree); g.Branch != "fix" || g.Remote != origin {
		t.Errorf("%+v", g)
	}
	gitAt(t, tree, "bisect", "start")
	gitAt(t, tree, "update-ref", "refs/worktree/mine", "HEAD")
	gitAt(t, tree, "symbolic-ref", "HEAD", "refs/worktree/mine")
	if g := state(t, tree); g.Head != gitAt(t, tree, "rev-parse", "HEAD") || g.Branch != "" {
		t.Errorf("%+v", g)
	}
	gitAt(t, clone, "submodule", "--quiet", "add", origin, "libs/sub")
	if g := check(t, filepath.Join(clone, "libs/sub")); g.Remote != origin {
		t.Errorf("%+v", g)
	}
	linked := filepath.Join(top, "linked")
	must(t, os.Mkdir(linked, 0o755))
	must(t, os.Symlink(filepath.Join(clone, ".git"), filepath.Join(linked, ".git")))
	check(t, linked)
	through := filepath.Join(top, "through")
	must(t, os.Symlink(clone, through))
	check(t, through)
}

func TestGitOfAFolderWithin(t *testing.T) {
	dir := newRepo(t, t.TempDir())
	check(t, filepath.Join(dir, "pkg"))
	for _, sub := range []string{"other", "pk", "pkg2", "pkg/file2", ".git", "pkg-"} {
		must(t, os.MkdirAll(filepath.Join(dir, sub), 0o755))
		if g := state(t, filepath.Join(dir, sub)); g != nil && sub != ".git" {
			t.Errorf("%s, which git does not track, has %+v", sub, g)
		}
	}
	plain := t.TempDir()
	if g := state(t, plain); g != nil {
		t.Errorf("%+v", g)
	}
	write(t, filepath.Join(plain, ".git/info"), "no repository") // as tools leave behind
	if g := state(t, plain); g != nil {
		t.Errorf("%+v", g)
	}
}

// TestIndexAgreesWithGit asks for random folders, with every version of the index.
func TestIndexAgreesWithGit(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 1))
	names := []string{"a", "b", "a-b", "a.b", "ab", "\u00e9", strings.Repeat("long", 50), "z"}
	dir := t.TempDir()
	gitAt(t, dir, "init", "-q")
	folders := map[string]bool{}
	for range 60 {
		path := ""
		for range 1 + r.IntN(4) {
			path += names[r.IntN(len(names))] + "/"
			folders[strings.TrimSuffix(path, "/")] = false
		}
		if r.IntN(2) == 0 {
			write(t, filepath.Join(dir, path, "file"), path)
		}
	}
	gitAt(t, dir, "add", ".")
	gitAt(t, dir, "commit", "-q", "-m", "x")
	tracked := strings.Split(gitAt(t, dir, "ls-files", "-z"), "\x00")
	for f := range folders {
		for _, name := range tracked {
			folders[f] = folders[f] || strings.HasPrefix(name, f+"/")
		}
	}
	for _, version := range []string{"2", "3", "4"} {
		gitAt(t, dir, "update-index", "--index-version="+version)
		if version == "3" {
			gitAt(t, dir, "update-index", "--skip-worktree", tracked[0]) // else git writes version 2
		}
		data, err := os.ReadFile(filepath.Join(dir, ".git/index"))
		must(t, err)
		if got := binary.BigEndian.Uint32(data[4:]); string('0'+rune(got)) != version {
			t.Fatalf("git wrote version %d", got)
		}
		for f, want := range folders {
			got, err := indexHas(bytes.NewReader(data), 20, f)
			if err != nil || got != want {
				t.Errorf("seed %d, version %s: %q is tracked: %v, %v; want %v", seed, version, f, got, err, want)
			}
		}
	}
}

func TestSparseIndex(t *testing.T) {
	dir := newRepo(t, t.TempDir())
	write(t, filepath.Join(dir, "other/deep/file"), "x")
	gitAt(t, dir, "add", ".")
	gitAt(t, dir, "commit", "-q", "-m", "x")
	gitAt(t, dir, "sparse-checkout", "set", "--cone", "--sparse-index", "pkg")
	if list := gitAt(t, dir, "ls-files", "--sparse"); !strings.Contains(list, "other/\n") {
		t.Fatalf("git made no sparse index: %q", list)
	}
	for sub, want := range map[string]bool{"pkg": true, "other": true, "other/deep": true, "oth": false, "z": false} {
		must(t, os.MkdirAll(filepath.Join(dir, sub), 0o755))
		if g := state(t, filepath.Join(dir, sub)); (g != nil) != want {
			t.Errorf("%s: %+v", sub, g)
		}
	}
}

// bareBones makes what passes for a repository, with the files given.
func bareBones(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(dir, ".git/objects"), 0o755))
	must(t, os.MkdirAll(filepath.Join(dir, ".git/refs"), 0o755))
	for name, content := range files {
		write(t, filepath.Join(dir, ".git", name), content)
	}
	return dir
}

func TestHostileRepositories(t *testing.T) {
	id := strings.Repeat("ab", 20)
	write(t, filepath.Join(t.TempDir(), "outside"), id)
	tests := []struct {
		name  string
		files map[string]string
		want  snapshot.Git
	}{
		{"no ref", map[string]string{"HEAD": "garbage"}, snapshot.Git{}},
		{"empty", map[string]string{"HEAD": ""}, snapshot.Git{}},
		{"upper case", map[string]string{"HEAD": strings.ToUpper(id)}, snapshot.Git{}},
		{"leads out", map[string]string{"HEAD": "ref: refs/heads/../../../../outside", "../../outside": id}, snapshot.Git{}},
		{"absolute", map[string]string{"HEAD": "ref: /etc/passwd"}, snapshot.Git{}},
		{"loop", map[string]string{"HEAD": "ref: refs/heads/a", "refs/heads/a": "ref: refs/heads/b", "refs/heads/b": "ref: refs/heads/a"}, snapshot.Git{Branch: "a"}},
		{"a file as folder", map[string]string{"HEAD": "ref: refs/heads/a/b", "refs/heads/a": id}, snapshot.Git{Branch: "a/b"}},
		{"a secret as ref", map[string]string{"HEAD": "ref: refs/heads/a", "refs/heads/a": "password: hunter2"}, snapshot.Git{Branch: "a"}},
		{"reftable", map[string]string{"HEAD": "ref: refs/heads/.invalid", "config": "[extensions]\nrefStorage = reftable\n"}, snapshot.Git{}},
		{"reftable elsewhere", map[string]string{"HEAD": "ref: refs/heads/.invalid", "config": "[extensions]\nrefstorage = reftable:///x\n"}, snapshot.Git{}},
		{"packed", map[string]string{"HEAD": "ref: refs/heads/a", "packed-refs": "# pack-refs with: peeled\n" + strings.Repeat("x", 200000) +
			" refs/heads/a\nzz refs/heads/a\n^" + id + "\n" + id + " refs/heads/aa\n" + id + " refs/heads/a\n"}, snapshot.Git{Head: id, Branch: "a"}},
		{"packed, cut", map[string]string{"HEAD": "ref: refs/heads/a", "packed-refs": id + " refs/heads/a"}, snapshot.Git{Head: id, Branch: "a"}},
		{"packed, none", map[string]string{"HEAD": "ref: refs/heads/a", "packed-refs": "\n\n"}, snapshot.Git{Branch: "a"}},
	}
	for _, tt := range tests {
		if g := state(t, bareBones(t, tt.files)); g == nil || *g != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, g, tt.want)
		}
	}
}

func TestHugeAndStrangeFiles(t *testing.T) {
	for _, name := range []string{"HEAD", "config", "commondir"} {
		dir := bareBones(t, map[string]string{"HEAD": "ref: refs/heads/main"})
		path := filepath.Join(dir, ".git", name)
		f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o644)
		must(t, err)
		must(t, f.Truncate(1<<40)) // a hole
		must(t, f.Close())
		if g, err := Git(dir); err == nil {
			t.Errorf("a %s of a terabyte: %+v", name, g)
		}
		must(t, os.Remove(path))
		must(t, syscall.Mkfifo(path, 0o644))
		if g, err := Git(dir); err == nil {
			t.Errorf("a fifo as %s: %+v", name, g)
		}
	}
	dir := bareBones(t, nil)
	must(t, os.Symlink("refs/heads/old", filepath.Join(dir, ".git/HEAD"))) // as git made them until 2005
	if g := state(t, dir); g == nil || *g != (snapshot.Git{Branch: "old"}) {
		t.Errorf("%+v", g)
	}
	must(t, os.Remove(filepath.Join(dir, ".git/HEAD")))
	must(t, os.Symlink("/etc/passwd", filepath.Join(dir, ".git/HEAD")))
	if g := state(t, dir); g != nil && *g != (snapshot.Git{}) {
		t.Errorf("%+v", g)
	}
}

func TestNothingIsWrittenToGit(t *testing.T) {
	dir := newRepo(t, t.TempDir())
	gitAt(t, dir, "remote", "add", "origin", "https://host/o/r")
	before := listing(t, dir)
	f, err := Identify(dir, filepath.Join(t.TempDir(), "memory"))
	must(t, err)
	must(t, Remember(dir, filepath.Join(t.TempDir(), "memory"), f.Project))
	check(t, filepath.Join(dir, "pkg"))
	if after := listing(t, dir); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
}

func listing(t *testing.T, dir string) string {
	var b strings.Builder
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil {
			b.WriteString(path + info.Mode().String() + info.ModTime().String() + "\n")
		}
		return err
	}))
	return b.String()
}
