//go:build linux || darwin

package crowdtest

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// content is a piece of the stock by its number. It is the same wherever it stands.
type content int

// none is an empty file.
const none content = -1

// bytes makes the content: half of them can be compressed, some are cut into several chunks.
func (c content) bytes() []byte {
	if c == none {
		return []byte{}
	}
	r := rand.New(rand.NewPCG(uint64(c), 7))
	size := 200 + r.IntN(60_000)
	if c%23 == 0 {
		size = 300_000 + r.IntN(2_500_000)
	}
	b := make([]byte, size)
	rand.NewChaCha8([32]byte{byte(c), byte(c >> 8), byte(c >> 16), 1}).Read(b)
	if c%2 == 0 {
		for i := range b {
			b[i] = "0123456789abcdef"[b[i]&15]
		}
	}
	return b
}

// window is how many pieces of the stock are in use at one time, and pace how long one stays in it about, for each of them.
const (
	window = 60
	pace   = 400 * time.Millisecond
)

// stock gives out content: half of the time what a project has just given up, which prunes are about to take away.
type stock struct {
	begun time.Time

	mu     sync.Mutex
	lately []content // given up, the last at the end; guarded by mu
}

// remembered is how much of what was given up may come back: about as much as projects give up while it dies, is condemned and is deleted.
const remembered = 150

func (s *stock) pick(rng *rand.Rand) content {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.lately); n > 0 && rng.IntN(2) == 0 {
		return s.lately[rng.IntN(n)]
	}
	return content(int(time.Since(s.begun)/pace) + rng.IntN(window))
}

func (s *stock) giveUp(c content) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lately = append(s.lately, c)
	s.lately = s.lately[max(0, len(s.lately)-remembered):]
}

// project is a folder that changes, and what is in it.
type project struct {
	dir   string
	name  string
	stock *stock
	files map[string]content
}

func newProject(dir string, s *stock, rng *rand.Rand) (*project, error) {
	p := &project{dir: dir, name: filepath.Base(dir), stock: s, files: map[string]content{}}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	for range 6 {
		if err := p.put(p.place(rng), s.pick(rng)); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *project) place(rng *rand.Rand) string {
	return fmt.Sprintf("folder %d/file %d", rng.IntN(4), rng.IntN(4))
}

func (p *project) put(name string, c content) error {
	path := filepath.Join(p.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	p.giveUp(name)
	p.files[name] = c
	return os.WriteFile(path, c.bytes(), 0o644)
}

// giveUp takes a file out of what the project has.
func (p *project) giveUp(name string) {
	if c, ok := p.files[name]; ok && c != none {
		p.stock.giveUp(c)
	}
	delete(p.files, name)
}

// change does what people do: files come, change, move and go.
func (p *project) change(rng *rand.Rand) error {
	for range rng.IntN(5) {
		names := slices.Sorted(maps.Keys(p.files))
		var err error
		switch kind := rng.IntN(10); {
		case kind < 2 && len(names) > 3:
			name := names[rng.IntN(len(names))]
			p.giveUp(name)
			err = os.Remove(filepath.Join(p.dir, name))
		case kind < 4 && len(names) > 0:
			from, to := names[rng.IntN(len(names))], p.place(rng)
			if from == to {
				continue
			}
			c := p.files[from]
			if err = os.Remove(filepath.Join(p.dir, from)); err == nil {
				delete(p.files, from)
				err = p.put(to, c)
			}
		case kind == 4:
			err = p.put(p.place(rng), none)
		default:
			err = p.put(p.place(rng), p.stock.pick(rng))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// compare says how a folder differs from what a project had.
func compare(dir string, want map[string]content) error {
	var wrong []error
	left := maps.Clone(want)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		c, ok := left[name]
		if !ok {
			wrong = append(wrong, fmt.Errorf("%s should not be there", name))
			return nil
		}
		delete(left, name)
		got, err := os.ReadFile(path)
		if err == nil && !bytes.Equal(got, c.bytes()) {
			wrong = append(wrong, fmt.Errorf("%s differs: %d bytes, want piece %d", name, len(got), c))
		}
		return err
	})
	for name := range left {
		wrong = append(wrong, fmt.Errorf("%s is missing", name))
	}
	return errors.Join(append(wrong, err)...)
}
