//go:build linux || darwin

package restore

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"backup_projeto/internal/core"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/meta"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/storage"
	"backup_projeto/internal/storage/local"
	"backup_projeto/internal/tree"
)

// world is a repository that tests put snapshots into, entry by entry.
type world struct {
	t      testing.TB
	r      *repo.Repo
	store  string // its folder
	device *keys.DeviceKey
}

func newWorld(t testing.TB) *world {
	t.Helper()
	return newWorldOn(t, nil)
}

// newWorldOn makes a repository whose store is seen through wrap.
func newWorldOn(t testing.TB, wrap func(storage.Store) storage.Store) *world {
	t.Helper()
	w := &world{t: t, store: filepath.Join(tempDir(t), "store")}
	s, err := local.New(w.store)
	must(t, err)
	must(t, s.Ensure(t.Context()))
	var store storage.Store = s
	if wrap != nil {
		store = wrap(s)
	}
	c, err := repo.Create(t.Context(), store, "", "test", repo.Options{Cache: tempDir(t)})
	must(t, err)
	w.r, w.device = c.Repo, c.Device
	_, err = w.r.LoadIndex(t.Context())
	must(t, err)
	t.Cleanup(func() { w.r.Close() })
	return w
}

// node is an entry with what it contains.
type node struct {
	tree.Entry
	data []byte
	in   []node
}

// The times of entries that tests make.
const (
	fileTime = 1600000000_123456789
	dirTime  = 1500000000_987654321
)

func entry(name string, typ tree.Type, mode uint32, mtime int64) tree.Entry {
	return tree.Entry{Name: name, Type: typ, Meta: tree.Meta{Mode: mode, UID: uint32(os.Getuid()), GID: uint32(os.Getgid()), MTime: mtime}}
}

func file(name, data string) node {
	n := node{Entry: entry(name, tree.File, 0o640, fileTime), data: []byte(data)}
	n.Size = int64(len(data))
	return n
}

func dir(name string, in ...node) node {
	return node{Entry: entry(name, tree.Dir, 0o750, dirTime), in: in}
}

func symlink(name, target string) node {
	n := node{Entry: entry(name, tree.Symlink, 0o777, fileTime)}
	n.Target = target
	return n
}

// linked gives an entry one of several names of an inode.
func linked(key byte, n node) node {
	n.Link[0] = key
	return n
}

// random returns content that neither repeats nor compresses.
func random(seed uint64, n int) string {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)})
	r.Read(b)
	return string(b)
}

// save puts a snapshot into the repository.
func (w *world) save(in ...node) *snapshot.Manifest {
	w.t.Helper()
	s, err := w.r.Begin(w.t.Context())
	must(w.t, err)
	defer s.Close()
	return w.fill(s, in...)
}

// twice puts a snapshot into the repository while another machine, which has not heard of it, stores the same.
func (w *world) twice(in ...node) *snapshot.Manifest {
	w.t.Helper()
	h := w.r.Header()
	other, err := repo.Unlock(w.t.Context(), w.r.Store(), &h, w.device.Secret(), repo.Options{})
	must(w.t, err)
	defer other.Close()
	theirs, err := other.Begin(w.t.Context())
	must(w.t, err)
	defer theirs.Close()
	m := w.save(in...)
	w.fill(theirs, in...)
	_, err = w.r.LoadIndex(w.t.Context())
	must(w.t, err)
	return m
}

func (w *world) fill(s *repo.Session, in ...node) *snapshot.Manifest {
	w.t.Helper()
	v := saver{w: w, s: s, data: s.Filler(pack.Data), trees: s.Filler(pack.Tree)}
	root := v.entry(dir("", in...))
	must(w.t, v.data.Flush())
	must(w.t, v.trees.Flush())
	must(w.t, s.Finish())
	return &snapshot.Manifest{Root: root}
}

type saver struct {
	w           *world
	s           *repo.Session
	data, trees *repo.Filler
}

func (v *saver) put(f *repo.Filler, data []byte) core.ID {
	id := v.w.r.Hasher().Sum(data)
	_, err := f.Add(id, data)
	must(v.w.t, err)
	return id
}

func (v *saver) entry(n node) tree.Entry {
	e := n.Entry
	if len(e.Content.IDs) > 0 { // a test says where it is
		return e
	}
	lister := tree.Lister{Put: func(list []byte) (core.ID, error) { return v.put(v.trees, list), nil }}
	var err error
	if n.Type == tree.Dir {
		slices.SortFunc(n.in, func(a, b node) int { return strings.Compare(a.Name, b.Name) })
		split := tree.NewSplitter(func(piece []byte) error { return lister.Add(v.put(v.trees, piece)) })
		for _, sub := range n.in {
			sub := v.entry(sub)
			must(v.w.t, split.Add(&sub))
		}
		must(v.w.t, split.Finish())
	}
	cutter := v.w.r.Cutter()
	for data := n.data; len(data) > 0; {
		size := cutter.Next(data)
		must(v.w.t, lister.Add(v.put(v.data, data[:size])))
		data = data[size:]
	}
	e.Content, err = lister.Finish()
	must(v.w.t, err)
	return e
}

// listener keeps the issues.
type listener struct {
	report.Discard
	mu     sync.Mutex // guards issues
	issues []report.Issue
}

func (l *listener) Issue(i report.Issue) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.issues = append(l.issues, i)
}

// restoreInto restores and leaves errors to the caller.
func (w *world) restoreInto(m *snapshot.Manifest, o Options) (*Result, error) {
	w.t.Helper()
	res, err := Run(w.t.Context(), w.r, m, o, &listener{})
	if n := openFiles(w.t); n > 0 {
		w.t.Errorf("%d descriptors into %s are still open", n, o.Target)
	}
	return res, err
}

// restore restores and wants no error and no issue.
func (w *world) restore(m *snapshot.Manifest, o Options) *Result {
	w.t.Helper()
	res, err := w.restoreInto(m, o)
	if err != nil || len(res.Issues) > 0 {
		w.t.Fatalf("error %v, issues %v", err, res.Issues)
	}
	return res
}

// openFiles counts the descriptors of unfinished files.
func openFiles(t testing.TB) (n int) {
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	for _, fd := range fds {
		if to, err := os.Readlink("/proc/self/fd/" + fd.Name()); err == nil && strings.Contains(to, meta.TempPrefix) {
			n++
		}
	}
	return n
}

// wantTree compares the target with what a snapshot says. Entries of the target that the snapshot has not are an error.
func wantTree(t testing.TB, target string, in ...node) {
	t.Helper()
	wantIn(t, target, in, true)
}

// wantAmong is wantTree in a folder that may contain more.
func wantAmong(t testing.TB, target string, in ...node) {
	t.Helper()
	wantIn(t, target, in, false)
}

func wantIn(t testing.TB, path string, in []node, all bool) {
	t.Helper()
	entries, err := os.ReadDir(path)
	must(t, err)
	for _, e := range entries {
		if all && !slices.ContainsFunc(in, func(n node) bool { return n.Name == e.Name() }) {
			t.Errorf("%q should not be there", filepath.Join(path, e.Name()))
		}
	}
	for i := range in {
		wantEntry(t, filepath.Join(path, in[i].Name), &in[i], all)
	}
}

func wantEntry(t testing.TB, path string, n *node, all bool) {
	t.Helper()
	var st unix.Stat_t
	if err := unix.Lstat(path, &st); err != nil {
		t.Errorf("%q: %v", path, err)
		return
	}
	kinds := map[tree.Type]uint32{tree.File: unix.S_IFREG, tree.Dir: unix.S_IFDIR, tree.Symlink: unix.S_IFLNK, tree.Fifo: unix.S_IFIFO,
		tree.Socket: unix.S_IFSOCK, tree.CharDevice: unix.S_IFCHR, tree.BlockDevice: unix.S_IFBLK}
	if uint32(st.Mode)&unix.S_IFMT != kinds[n.Type] {
		t.Errorf("%q has mode %o, want type %d", path, st.Mode, n.Type)
		return
	}
	if n.Type != tree.Symlink && uint32(st.Mode)&0o7777 != n.Mode || st.Mtim.Nano() != n.MTime || st.Uid != n.UID || st.Gid != n.GID {
		t.Errorf("%q has mode %o, time %d, owner %d:%d, want %+v", path, st.Mode, st.Mtim.Nano(), st.Uid, st.Gid, n.Meta)
	}
	switch n.Type {
	case tree.Dir:
		wantIn(t, path, n.in, all)
	case tree.Symlink:
		if got, err := os.Readlink(path); err != nil || got != n.Target {
			t.Errorf("%q leads to %q, %v, want %q", path, got, err, n.Target)
		}
	case tree.File:
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, n.whole()) {
			t.Errorf("%q holds %d bytes %.20q…, %v, want %d bytes %.20q…", path, len(got), got, err, n.Size, n.data)
		}
	}
}

// whole is a file's content with its holes.
func (n *node) whole() []byte {
	out, data := make([]byte, n.Size), n.data
	pos := int64(0)
	for _, h := range append(slices.Clone(n.Holes), tree.Hole{Offset: n.Size}) {
		data = data[copy(out[pos:h.Offset], data):]
		pos = h.Offset + h.Length
	}
	return out
}

func write(t testing.TB, path, data string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(path), 0o755))
	must(t, os.WriteFile(path, []byte(data), 0o644))
}

func read(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	must(t, err)
	return string(b)
}

func wantNoTemps(t testing.TB, target string) {
	t.Helper()
	must(t, filepath.WalkDir(target, func(path string, d os.DirEntry, err error) error {
		if strings.HasPrefix(d.Name(), meta.TempPrefix) {
			t.Errorf("left: %s", path)
		}
		return err
	}))
}

// codes lists the codes of issues with their paths, sorted.
func codes(issues []report.Issue) []string {
	var out []string
	for _, i := range issues {
		out = append(out, i.Path+" "+string(core.CodeOf(i.Err)))
	}
	slices.Sort(out)
	return out
}

func wantCode(t testing.TB, err error, kind core.Kind, code core.Code) {
	t.Helper()
	if core.KindOf(err) != kind || core.CodeOf(err) != code {
		t.Errorf("got %v, want kind %d and code %s", err, kind, code)
	}
}
