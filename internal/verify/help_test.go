package verify

import (
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/storage/local"
	"backup_projeto/internal/tree"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// place is a repository in a folder of this machine, with the caches of one device.
type place struct {
	t     *testing.T
	dir   string
	cache string
	made  *repo.Created
	names map[core.UUID]string // of snapshots, as the tests call them
	now   time.Time
}

func newPlace(t *testing.T) *place {
	t.Helper()
	p := &place{t: t, dir: filepath.Join(t.TempDir(), "store"), cache: t.TempDir(), names: map[core.UUID]string{}, now: time.Unix(1_800_000_000, 0)}
	var err error
	p.made, err = repo.Create(t.Context(), p.store(), "", "test", repo.Options{})
	must(t, err)
	p.made.Repo.Close()
	return p
}

func (p *place) store() *local.Store {
	s, err := local.New(p.dir)
	must(p.t, err)
	must(p.t, s.Ensure(p.t.Context()))
	p.t.Cleanup(func() { s.Close() })
	return s
}

// open opens the repository with a cache; "" is none.
func (p *place) open(cache string) *repo.Repo {
	p.t.Helper()
	s := p.store()
	h, err := repo.ReadHeader(p.t.Context(), s)
	must(p.t, err)
	r, err := repo.Unlock(p.t.Context(), s, h, p.made.Device.Secret(), repo.Options{Cache: cache, Level: pack.Fast})
	must(p.t, err)
	p.t.Cleanup(func() { r.Close() })
	return r
}

// files is a folder: content by slash path.
type files map[string][]byte

// chunkSize is how the tests cut files.
const chunkSize = 50_000

// writer saves folders in one session.
type writer struct {
	t    *testing.T
	s    *repo.Session
	h    *crypto.IDHasher
	fill [2]*repo.Filler
	// change alters an entry before it is stored, to store nonsense; may be nil.
	change func(path string, e *tree.Entry)
}

func (w *writer) put(kind pack.Kind, data []byte) core.ID {
	id := w.h.Sum(data)
	_, err := w.fill[kind].Add(id, data)
	must(w.t, err)
	return id
}

// file stores a file's content. Runs of 4096 zeroes that begin at such a multiple are holes.
func (w *writer) file(e *tree.Entry, content []byte) {
	e.Size = int64(len(content))
	var data []byte
	for at := 0; at < len(content); at += 4096 {
		part := content[at:min(len(content), at+4096)]
		if len(part) < 4096 || slices.ContainsFunc(part, func(b byte) bool { return b != 0 }) {
			data = append(data, part...)
		} else if n := len(e.Holes); n > 0 && e.Holes[n-1].Offset+e.Holes[n-1].Length == int64(at) {
			e.Holes[n-1].Length += 4096
		} else {
			e.Holes = append(e.Holes, tree.Hole{Offset: int64(at), Length: 4096})
		}
	}
	l := tree.Lister{Put: func(list []byte) (core.ID, error) { return w.put(pack.Tree, list), nil }}
	for len(data) > 0 {
		n := min(len(data), chunkSize)
		must(w.t, l.Add(w.put(pack.Data, data[:n])))
		data = data[n:]
	}
	var err error
	e.Content, err = l.Finish()
	must(w.t, err)
}

func (w *writer) folder(path string, all files) tree.Content {
	below, entries := map[string]files{}, []tree.Entry{}
	for _, name := range slices.Sorted(maps.Keys(all)) { // so that the same blocks come into the same segments each time
		content := all[name]
		if dir, rest, ok := strings.Cut(name, "/"); ok {
			if below[dir] == nil {
				below[dir] = files{}
			}
			below[dir][rest] = content
			continue
		}
		e := tree.Entry{Name: name, Meta: tree.Meta{Mode: 0o600, MTime: mtime.UnixNano()}}
		w.file(&e, content)
		entries = append(entries, e)
	}
	for _, name := range slices.Sorted(maps.Keys(below)) {
		entries = append(entries, tree.Entry{Name: name, Type: tree.Dir, Meta: tree.Meta{Mode: 0o700}, Content: w.folder(join(path, name), below[name])})
	}
	slices.SortFunc(entries, func(a, b tree.Entry) int { return strings.Compare(a.Name, b.Name) })
	var c tree.Content
	split := tree.NewSplitter(func(piece []byte) error {
		c.IDs = append(c.IDs, w.put(pack.Tree, piece))
		return nil
	})
	for i := range entries {
		if w.change != nil {
			w.change(join(path, entries[i].Name), &entries[i])
		}
		must(w.t, split.Add(&entries[i]))
	}
	must(w.t, split.Finish())
	return c
}

// mtime is every file's.
var mtime = time.Unix(1_700_000_000, 123_456_700)

// save saves a folder as a snapshot that the tests call name.
func (p *place) save(name string, all files, change ...func(path string, e *tree.Entry)) *snapshot.Manifest {
	p.t.Helper()
	r := p.open(p.cache)
	p.load(r)
	m := p.saveIn(r, name, all, change...)
	must(p.t, r.Close())
	return m
}

func (p *place) load(r *repo.Repo) {
	p.t.Helper()
	damaged, err := r.LoadIndex(p.t.Context())
	if err != nil || len(damaged) > 0 {
		p.t.Fatal(damaged, err)
	}
}

func (p *place) saveIn(r *repo.Repo, name string, all files, change ...func(path string, e *tree.Entry)) *snapshot.Manifest {
	p.t.Helper()
	return p.saveWith(p.begin(r), r, name, all, change...)
}

func (p *place) begin(r *repo.Repo) *repo.Session {
	p.t.Helper()
	s, err := r.Begin(p.t.Context())
	must(p.t, err)
	return s
}

// saveWith ends the session.
func (p *place) saveWith(s *repo.Session, r *repo.Repo, name string, all files, change ...func(path string, e *tree.Entry)) *snapshot.Manifest {
	p.t.Helper()
	defer s.Close()
	w := &writer{t: p.t, s: s, h: r.Hasher(), fill: [2]*repo.Filler{s.Filler(pack.Data), s.Filler(pack.Tree)}}
	if len(change) > 0 {
		w.change = change[0]
	}
	root := w.folder("", all)
	for _, f := range w.fill {
		must(p.t, f.Flush())
	}
	must(p.t, s.Finish())
	p.now = p.now.Add(time.Second)
	m := &snapshot.Manifest{ID: crypto.NewTimeUUID(p.now), Project: snapshot.Project{ID: core.UUID{1}, Name: "p"}, Path: "/home/user/p",
		Root: tree.Entry{Type: tree.Dir, Meta: tree.Meta{Mode: 0o700}, Content: root}}
	must(p.t, s.Commit(m))
	p.names[m.ID] = name
	return m
}

// verify verifies with the device's cache and with none, wants the same of both, and returns what the second said.
func (p *place) verify(o Options) *Result {
	p.t.Helper()
	var all []*Result
	for _, cache := range []string{p.cache, ""} {
		if o.ProofFile != "" && cache != "" {
			continue
		}
		r := p.open(cache)
		if cache != "" { // what an earlier run found damaged would be read again
			_ = os.Remove(filepath.Join(r.CacheDir(), "proof"))
		}
		res, err := Run(p.t.Context(), r, o, &report.Discard{})
		must(p.t, err)
		all = append(all, res)
	}
	if a, b := p.told(all[0]), p.told(all[len(all)-1]); !slices.Equal(a, b) {
		p.t.Errorf("with a cache:\n%s\nwithout:\n%s", strings.Join(a, "\n"), strings.Join(b, "\n"))
	}
	return all[len(all)-1]
}

// told writes what is damaged as lines: the object's folder, the code, and what suffers as name:path.
func (p *place) told(res *Result) (lines []string) {
	for _, d := range res.Damaged {
		kind, _, _ := strings.Cut(d.Object, "/")
		line := kind + " " + string(core.CodeOf(d.Err))
		var who []string
		for _, s := range d.Files {
			who = append(who, p.names[s.Snapshot]+":"+s.Path)
		}
		slices.Sort(who)
		if int(d.Total) != len(who) {
			who = append(who, "…")
		}
		if core.KindOf(d.Err) != core.Damage {
			line += " OF ANOTHER KIND"
		}
		lines = append(lines, strings.Join(append([]string{line}, who...), " "))
	}
	slices.Sort(lines)
	return lines
}

// want compares what was told with lines.
func (p *place) want(res *Result, lines ...string) {
	p.t.Helper()
	slices.Sort(lines)
	if got := p.told(res); !slices.Equal(got, lines) {
		p.t.Errorf("told\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(lines, "\n\t"))
	}
}

// objects lists the stored objects below a folder by their paths on disk.
func (p *place) objects(folder string) (out []string) {
	must(p.t, filepath.WalkDir(filepath.Join(p.dir, folder), func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			out = append(out, path)
		}
		return err
	}))
	return out
}

// packs lists the packs of a kind that are new since before.
func (p *place) packs(r *repo.Repo, kind pack.Kind, before map[core.ID]bool) (out []*pack.Entry) {
	stored, err := r.StoredPacks(p.t.Context())
	must(p.t, err)
	for name, size := range stored {
		e, err := r.PackEntry(p.t.Context(), name, size)
		must(p.t, err)
		if e.Footer.Kind == kind && !before[name] {
			out = append(out, e)
		}
	}
	return out
}

// onlyPack returns the one pack of a kind.
func (p *place) onlyPack(kind pack.Kind) *pack.Entry {
	p.t.Helper()
	all := p.packs(p.open(""), kind, nil)
	if len(all) != 1 {
		p.t.Fatalf("%d packs of kind %d", len(all), kind)
	}
	return all[0]
}

func (p *place) path(name core.ID) string {
	return filepath.Join(p.dir, filepath.FromSlash(repo.PackName(name)))
}

// edit changes a file's bytes.
func edit(t *testing.T, path string, change func(b []byte) []byte) {
	t.Helper()
	b, err := os.ReadFile(path)
	must(t, err)
	must(t, os.Chmod(path, 0o600))
	must(t, os.WriteFile(path, change(b), 0o600))
}

// flip changes one bit of a file.
func flip(t *testing.T, path string, at int64) {
	t.Helper()
	edit(t, path, func(b []byte) []byte {
		b[at] ^= 1
		return b
	})
}

// random returns n bytes that do not compress.
func random(seed uint64, n int) []byte {
	var key [32]byte
	key[0], key[1] = byte(seed), byte(seed>>8)
	b := make([]byte, n)
	rand.NewChaCha8(key).Read(b)
	return b
}

// all proves all data.
var all = Options{DataPercent: 100}
