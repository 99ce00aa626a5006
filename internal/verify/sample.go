package verify

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/parallel"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/tree"
)

// sample draws files at random from all that the walk meets, each with the same chance, without knowing how many there will be
// (Vitter's algorithm R).
type sample struct {
	want int

	mu    sync.Mutex
	rng   *rand.Rand // guarded by mu
	met   int64      // guarded by mu
	files []sampled  // guarded by mu
}

// sampled is a file that was drawn.
type sampled struct {
	snap  *snap
	path  string
	entry tree.Entry
}

func newSample(want int) *sample {
	var seed [32]byte
	crypto.Random(seed[:])
	return &sample{want: want, rng: rand.New(rand.NewChaCha8(seed))}
}

// offer shows a file to the sample.
func (s *sample) offer(f *folder, e *tree.Entry) {
	if s.want <= 0 || f.snap.trash {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.met++
	if len(s.files) < s.want {
		s.files = append(s.files, sampled{f.snap, join(f.path, e.Name), *e})
	} else if i := s.rng.Int64N(s.met); i < int64(s.want) {
		s.files[i] = sampled{f.snap, join(f.path, e.Name), *e}
	}
}

// trySample restores the drawn files, one by one, into a temporary folder that is removed in the end, and compares them. An error of kind
// Source says that the folder failed.
func (v *run) trySample(ctx context.Context, s *sample) error {
	if len(s.files) == 0 {
		return nil
	}
	dir, err := os.MkdirTemp("", "backup_projeto-verify-")
	if err != nil {
		return spaceError(err)
	}
	defer os.RemoveAll(dir)
	live := openLive(v.o.Live)
	defer live.close()
	for i := range s.files {
		v.rep.Progress().TotalBytes.Add(s.files[i].entry.Size)
	}
	return parallel.For(ctx, v.o.Parallel, len(s.files), func(ctx context.Context, i int) error {
		defer v.rep.Progress().Bytes.Add(s.files[i].entry.Size)
		return v.tryFile(ctx, filepath.Join(dir, strconv.Itoa(i)), &s.files[i], live)
	})
}

func spaceError(err error) error {
	return &core.Error{Kind: core.Source, Code: codeSampleSpace, Subject: os.TempDir(), Err: err}
}

// tryFile restores one file under a name, compares and removes it.
func (v *run) tryFile(ctx context.Context, name string, s *sampled, live *liveFolder) error {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return spaceError(err)
	}
	defer os.Remove(name)
	defer f.Close()
	out := &sparseWriter{f: f}
	if err := v.r.WriteFile(ctx, &s.entry, out); err != nil {
		if out.err != nil {
			return spaceError(out.err)
		}
		return v.note(err)
	}
	if err := f.Truncate(s.entry.Size); err != nil {
		return spaceError(err)
	}
	if err := v.compare(ctx, f, s); err != nil {
		return err
	}
	live.compare(v, f, s)
	return nil
}

// sparseWriter writes a file and leaves out what is zero.
type sparseWriter struct {
	f   *os.File
	err error // the first of the file
}

var zeroes [4096]byte

// Write writes a part, or passes over it.
func (w *sparseWriter) Write(p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		part := p[n:min(len(p), n+len(zeroes))]
		if bytes.Equal(part, zeroes[:len(part)]) {
			_, err = w.f.Seek(int64(len(part)), io.SeekCurrent)
			n += len(part)
			continue
		}
		end := n + len(part)
		for end < len(p) && !bytes.HasPrefix(p[end:], zeroes[:min(len(p)-end, len(zeroes))]) {
			end = min(len(p), end+len(zeroes))
		}
		var m int
		m, err = w.f.Write(p[n:end])
		n += m
	}
	if err != nil && w.err == nil {
		w.err = err
	}
	return n, err
}

// compare reads a restored file back from the disk and computes the ids of its blocks.
func (v *run) compare(ctx context.Context, f *os.File, s *sampled) error {
	data := &dataOf{file: f, holes: s.entry.Holes}
	var buf []byte
	var wrong *core.ID
	for id, err := range v.r.ContentIDs(ctx, s.entry.Content) {
		if err != nil {
			return v.note(err)
		}
		places, err := v.r.Places(ctx, &id)
		if err != nil {
			return v.note(err)
		}
		n := int(places[0].Length)
		if cap(buf) < n {
			buf = make([]byte, n)
		}
		if err := data.fill(buf[:n]); err != nil {
			return spaceError(err)
		}
		if wrong == nil && !v.r.CheckID(id, buf[:n]) {
			wrong = &id
		}
	}
	v.mu.Lock()
	v.res.Sampled++
	v.mu.Unlock()
	if wrong != nil {
		object := "index"
		for _, l := range v.r.Lookup(wrong) {
			object = repo.PackName(l.Pack.Name)
		}
		d := v.damage(object, core.Errorf(core.Damage, codeSample, object, "block %s", wrong.Short()))
		v.suffers(d, Suffers{s.snap.id, s.path})
	}
	return nil
}

// dataOf reads a file without its holes.
type dataOf struct {
	file  io.ReaderAt
	holes []tree.Hole
	pos   int64
}

// fill reads the next len(p) bytes of data.
func (d *dataOf) fill(p []byte) error {
	for len(p) > 0 {
		if len(d.holes) > 0 && d.holes[0].Offset == d.pos {
			d.pos += d.holes[0].Length
			d.holes = d.holes[1:]
			continue
		}
		n := len(p)
		if len(d.holes) > 0 {
			n = int(min(int64(n), d.holes[0].Offset-d.pos))
		}
		if _, err := d.file.ReadAt(p[:n], d.pos); err != nil {
			return err
		}
		d.pos, p = d.pos+int64(n), p[n:]
	}
	return nil
}
