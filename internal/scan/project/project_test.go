//go:build linux || darwin

package project

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/snapshot"
)

// machine is one with a memory of its own and a folder for projects.
type machine struct {
	t           *testing.T
	top, memory string
}

func newMachine(t *testing.T) machine {
	top, err := filepath.EvalSymlinks(t.TempDir())
	must(t, err)
	return machine{t, top, filepath.Join(top, "config", "projects")}
}

func (m machine) path(name string) string { return filepath.Join(m.top, name) }

func (m machine) plain(name string) string {
	write(m.t, filepath.Join(m.path(name), "file"), name)
	return m.path(name)
}

// identify wants an identity to be found in a certain way.
func (m machine) identify(name string, how How) Found {
	m.t.Helper()
	f, err := Identify(m.path(name), m.memory)
	must(m.t, err)
	if f.How != how {
		m.t.Fatalf("%s is identified by %q (of %q), want %q", name, f.How, f.Of, how)
	}
	if f.Project.Name != filepath.Base(name) || f.Project.ID.IsZero() {
		m.t.Fatalf("%s is %+v", name, f.Project)
	}
	return f
}

// save does what a backup does with identities.
func (m machine) save(name string, how How) core.UUID {
	m.t.Helper()
	f := m.identify(name, how)
	must(m.t, Remember(m.path(name), m.memory, f.Project))
	return f.Project.ID
}

// run runs a command, and skips the test if it fails.
func (m machine) run(args ...string) {
	m.t.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = m.top
	if out, err := cmd.CombinedOutput(); err != nil {
		m.t.Skipf("%v: %v: %s", args, err, out)
	}
}

// needMarks skips the test where the temporary folder's file system has no extended attributes.
func needMarks(t *testing.T) {
	t.Helper()
	if err := setMark(t.TempDir(), id(1)); err != nil {
		t.Skip(err)
	}
}

func (m machine) same(a, b core.UUID) {
	m.t.Helper()
	if a != b {
		m.t.Fatalf("%v and %v should be one project", a, b)
	}
}

func (m machine) different(a, b core.UUID) {
	m.t.Helper()
	if a == b {
		m.t.Fatalf("two projects have one identity, %v", a)
	}
}

func TestPlainFolderMoves(t *testing.T) {
	needMarks(t)
	m := newMachine(t)
	m.plain("a")
	m.different(m.identify("a", Fresh).Project.ID, m.identify("a", Fresh).Project.ID) // nothing was remembered
	first := m.save("a", Fresh)
	m.same(first, m.save("a", ByMark))
	must(t, os.Rename(m.path("a"), m.path("b")))
	m.same(first, m.save("b", ByMark))
	m.plain("a") // a new one in the old place
	m.different(first, m.save("a", Fresh))
	m.same(first, m.save("b", ByMark))

	must(t, os.RemoveAll(m.memory)) // which costs nothing here
	must(t, os.Rename(m.path("b"), m.path("c")))
	m.same(first, m.save("c", ByMark))
}

func TestCopiedFolderIsAProjectOfItsOwn(t *testing.T) {
	needMarks(t)
	m := newMachine(t)
	m.plain("a")
	first := m.save("a", Fresh)
	m.run("cp", "-a", "a", "b") // with its mark, where cp knows how
	f, err := Identify(m.path("b"), m.memory)
	must(t, err)
	m.different(first, f.Project.ID)
	if f.How == Copied && f.Of != m.path("a") {
		t.Errorf("the copy is of %q", f.Of)
	}
	must(t, setMark(m.path("b"), first)) // for a cp that does not
	m.identify("b", Copied)
	second := m.save("b", Copied)
	m.different(first, second)
	m.same(second, m.save("b", ByMark))
	m.same(first, m.save("a", ByMark))

	must(t, setMark(m.plain("c"), first)) // a copy whose original is gone is the project
	must(t, os.RemoveAll(m.path("a")))
	m.same(first, m.save("c", ByMark))
}

func TestFolderReplacedAtItsPath(t *testing.T) {
	m := newMachine(t)
	m.plain("a")
	first := m.save("a", Fresh)
	must(t, os.RemoveAll(m.path("a")))
	must(t, os.Mkdir(m.path("a"), 0o755)) // to restore into
	m.same(first, m.save("a", ByPath))
}

func TestRestoredFolder(t *testing.T) {
	needMarks(t)
	m := newMachine(t)
	m.plain("a")
	p := m.identify("a", Fresh).Project
	must(t, Remember(m.path("a"), m.memory, p))
	must(t, Remember(m.plain("elsewhere"), m.memory, p)) // beside the original, which stays the project
	m.identify("elsewhere", Fresh)
	m.same(p.ID, m.save("a", ByMark))

	other := newMachine(t) // another machine
	must(t, Remember(other.plain("b"), other.memory, p))
	other.same(p.ID, other.save("b", ByMark))
}

func TestWithoutMarks(t *testing.T) {
	m := newMachine(t)
	m.plain("a")
	first := m.save("a", Fresh)
	m.unmark("a")
	m.same(first, m.identify("a", ByPath).Project.ID)
}

// unmark makes a folder and the memory of it what they are on a file system without extended attributes.
func (m machine) unmark(name string) {
	m.t.Helper()
	must(m.t, os.RemoveAll(m.path("swap")))
	must(m.t, os.Mkdir(m.path("swap"), 0o755))
	entries, err := os.ReadDir(m.path(name))
	must(m.t, err)
	for _, e := range entries {
		must(m.t, os.Rename(filepath.Join(m.path(name), e.Name()), filepath.Join(m.path("swap"), e.Name())))
	}
	must(m.t, os.Remove(m.path(name)))
	must(m.t, os.Rename(m.path("swap"), m.path(name)))
	mem := loadMemory(m.memory)
	if e := mem.at(m.path(name)); e != nil {
		plain := *e
		plain.marked = false
		must(m.t, mem.keep(plain))
	}
}

func TestClones(t *testing.T) {
	m := newMachine(t)
	clone := func(m machine, name, url string) {
		newRepo(t, m.path(name))
		gitAt(t, m.path(name), "remote", "add", "origin", url)
	}
	clone(m, "shop", "https://user:hunter2@Example.com/Me/shop.git")
	first := m.save("shop", ByGit)

	other := newMachine(t)
	clone(other, "src/shop", "git@example.com:Me/shop.git")
	other.same(first, other.save("src/shop", ByGit))
	other.same(first, other.identify("src/shop", other.again()).Project.ID)

	clone(m, "shop-2", "ssh://git@example.com/Me/shop")
	second := m.save("shop-2", Copied)
	m.different(first, second)
	m.same(second, m.identify("shop-2", m.again()).Project.ID)
	m.same(first, m.identify("shop", m.again()).Project.ID)

	gitAt(t, m.path("shop"), "remote", "set-url", "origin", "https://elsewhere.example/me/shop")
	if m.again() == ByMark {
		m.same(first, m.save("shop", ByMark))
	}
	must(t, os.RemoveAll(m.path("shop-2")))
	clone(m, "shop-2", "https://other.example/x/y") // something else in its place
	m.different(second, m.save("shop-2", ByGit))
}

// again is how a folder is identified that was remembered.
func (m machine) again() How {
	if setMark(m.t.TempDir(), id(1)) != nil {
		return ByPath
	}
	return ByMark
}

func TestClonesWithoutMarks(t *testing.T) {
	m := newMachine(t)
	for _, name := range []string{"a", "b"} {
		newRepo(t, m.path(name))
		gitAt(t, m.path(name), "remote", "add", "origin", "https://host/o/r")
	}
	first := m.save("a", ByGit)
	m.unmark("a")
	second := m.save("b", Copied)
	m.unmark("b")
	m.different(first, second)
	m.same(first, m.identify("a", ByPath).Project.ID)
	m.same(second, m.identify("b", ByPath).Project.ID)
	must(t, os.Rename(m.path("a"), m.path("c")))
	m.same(first, m.save("c", ByGit)) // moved: git tells
}

func TestTwoFirstBackupsAtOnce(t *testing.T) {
	m := newMachine(t)
	p := snapshot.Project{ID: id(7)}
	must(t, Remember(m.plain("a"), m.memory, p))
	must(t, setMarkAndEntry(m, "b", p.ID))
	m.same(p.ID, m.identify("a", m.again()).Project.ID)
	m.identify("b", Copied)
}

func setMarkAndEntry(m machine, name string, u core.UUID) error {
	path := m.plain(name)
	e := entry{id: u, path: path, marked: setMark(path, u) == nil}
	return (&memory{dir: m.memory}).keep(e)
}

func TestWorktreesSubmodulesAndParts(t *testing.T) {
	m := newMachine(t)
	newRepo(t, m.path("mono"))
	gitAt(t, m.path("mono"), "remote", "add", "origin", "https://host/o/mono")
	write(t, m.path("mono/web/file"), "x")
	gitAt(t, m.path("mono"), "add", "web")
	gitAt(t, m.path("mono"), "worktree", "add", "-q", m.path("fix"))
	must(t, os.MkdirAll(m.path("mono/untracked"), 0o755))
	seen := map[core.UUID]string{}
	for name, how := range map[string]How{"mono": ByGit, "mono/web": ByGit, "mono/pkg": ByGit, "fix": ByGit, "mono/untracked": Fresh} {
		u := m.save(name, how)
		if seen[u] != "" {
			t.Errorf("%s and %s are one", name, seen[u])
		}
		seen[u] = name
	}
	other := newMachine(t)
	newRepo(t, other.path("renamed"))
	gitAt(t, other.path("renamed"), "remote", "add", "origin", "git@host:o/mono.git")
	for _, pair := range [][2]string{{"renamed", "mono"}, {"renamed/pkg", "mono/pkg"}} {
		other.same(other.identify(pair[0], ByGit).Project.ID, m.identify(pair[1], m.again()).Project.ID)
	}
}

func TestRecognize(t *testing.T) {
	m := newMachine(t)
	newRepo(t, m.path("shop"))
	gitAt(t, m.path("shop"), "remote", "add", "origin", "https://host/o/shop")
	f := m.identify("shop", ByGit)
	saved := func(n byte, name, remote string, start int64) *snapshot.Manifest {
		return &snapshot.Manifest{Project: snapshot.Project{ID: id(n), Name: name}, Git: &snapshot.Git{Remote: remote}, Start: start}
	}
	all := []*snapshot.Manifest{saved(1, "shop", "host:o/shop.git", 5), saved(2, "shop", "https://host/o/shop", 9), saved(3, "web", "https://host/o/shop", 10),
		saved(4, "shop", "https://host/o/other", 11), {Project: snapshot.Project{ID: id(5), Name: "shop"}, Start: 12}}
	if got := Recognize(f, m.memory, all); got.Project.ID != id(2) || got.Project.Name != "shop" || !got.Known() {
		t.Errorf("%+v", got)
	}
	own := &snapshot.Manifest{Project: f.Project}
	if got := Recognize(f, m.memory, append(all, own)); got.Project != f.Project {
		t.Errorf("%+v, though its own identity is there", got)
	}
	must(t, Remember(m.plain("holder"), m.memory, snapshot.Project{ID: id(2)}))
	if got := Recognize(f, m.memory, all); got.Project != f.Project {
		t.Errorf("%+v, though another folder holds that", got)
	}
	plain := m.plain("plain")
	p, err := Identify(plain, m.memory)
	must(t, err)
	if got := Recognize(p, m.memory, all); got.Project != p.Project {
		t.Errorf("%+v of a folder without git", got)
	}
}

func TestReadOnlyFolderAndBrokenMemory(t *testing.T) {
	m := newMachine(t)
	m.plain("a")
	must(t, os.Chmod(m.path("a"), 0o555))
	t.Cleanup(func() { os.Chmod(m.path("a"), 0o755) }) // so that it can be removed
	first := m.save("a", Fresh)
	f, err := Identify(m.path("a"), m.memory)
	must(t, err)
	m.same(first, f.Project.ID)

	files, err := os.ReadDir(m.memory)
	must(t, err)
	if len(files) != 1 {
		t.Fatalf("%d files in the memory", len(files))
	}
	info, err := files[0].Info()
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the memory's files have mode %v", info.Mode())
	}
	name := filepath.Join(m.memory, files[0].Name())
	data, err := os.ReadFile(name)
	must(t, err)
	must(t, os.WriteFile(filepath.Join(m.memory, "foreign"), data, 0o600)) // not under the name that its path gives
	must(t, os.WriteFile(name, data[:len(data)/2], 0o600))
	must(t, syscall.Mkfifo(filepath.Join(m.memory, "fifo"), 0o600))
	if mem := loadMemory(m.memory); len(mem.entries) != 0 {
		t.Errorf("%+v", mem.entries)
	}
}

func TestNotRemembered(t *testing.T) {
	m := newMachine(t)
	m.plain("a")
	must(t, os.WriteFile(m.path("config"), nil, 0o600)) // a file where the folder would be
	err := Remember(m.path("a"), m.memory, snapshot.Project{ID: id(1)})
	if m.again() == ByMark {
		must(t, err)
		return
	}
	if core.CodeOf(err) != "project-not-remembered" {
		t.Error(err)
	}
}

func TestNoSuchFolder(t *testing.T) {
	m := newMachine(t)
	write(t, m.path("file"), "")
	for _, name := range []string{"absent", "file"} {
		_, err := Identify(m.path(name), m.memory)
		if core.KindOf(err) != core.Source || core.CodeOf(err) != "project-folder" {
			t.Errorf("%s: %v", name, err)
		}
		if core.KindOf(Remember(m.path(name), m.memory, snapshot.Project{ID: id(1)})) == core.Success {
			t.Errorf("%s was remembered", name)
		}
	}
}
