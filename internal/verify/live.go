package verify

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"backup_projeto/internal/core"
	"backup_projeto/internal/report"
	"backup_projeto/internal/snapshot"
)

// liveRule says which snapshots' files are compared with the live folder.
type liveRule struct {
	dir     string // absolute; "" is none
	project core.UUID
}

func newLive(o Options) liveRule {
	if o.Live == "" {
		return liveRule{}
	}
	dir, err := filepath.Abs(o.Live)
	if err != nil {
		return liveRule{}
	}
	return liveRule{dir, o.LiveProject}
}

func (l liveRule) fits(m *snapshot.Manifest) bool {
	switch {
	case l.dir == "":
		return false
	case l.project.IsZero():
		return m.Path == l.dir
	}
	return m.Project.ID == l.project
}

// liveFolder is the folder that sampled files are compared with. Nothing in it is followed out of it.
type liveFolder struct{ root *os.Root }

func openLive(dir string) *liveFolder {
	if dir == "" {
		return &liveFolder{}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return &liveFolder{} // what is not there is not compared with
	}
	return &liveFolder{root}
}

func (l *liveFolder) close() {
	if l.root != nil {
		_ = l.root.Close()
	}
}

// compare compares a restored file with the live one, if that has the size and date that were saved. What differs is no damage of the
// repository: the restored file is what was read when it was saved. But then the live one changed without a trace, or it was read wrongly.
func (l *liveFolder) compare(v *run, restored *os.File, s *sampled) {
	if l.root == nil || !s.snap.live {
		return
	}
	name := filepath.FromSlash(s.path)
	unchanged := func(info fs.FileInfo, err error) bool {
		return err == nil && info.Mode().IsRegular() && info.Size() == s.entry.Size && info.ModTime().UnixNano() == s.entry.MTime
	}
	if !unchanged(l.root.Lstat(name)) {
		return
	}
	f, err := l.root.Open(name)
	if err != nil {
		return
	}
	defer f.Close()
	same, err := equal(io.NewSectionReader(restored, 0, s.entry.Size), f)
	if err != nil || !unchanged(f.Stat()) { // it changed while it was read
		return
	}
	v.mu.Lock()
	v.res.SampledLive++
	v.mu.Unlock()
	if !same {
		v.issue(report.Issue{Path: s.path, Err: &core.Error{Kind: core.Source, Code: codeLive, Subject: s.path}})
	}
}

// equal reports whether two readers have the same to give.
func equal(a, b io.Reader) (bool, error) {
	x, y := make([]byte, 64<<10), make([]byte, 64<<10)
	for {
		n, errA := io.ReadFull(a, x)
		m, errB := io.ReadFull(b, y)
		if !bytes.Equal(x[:n], y[:m]) {
			return false, nil
		}
		for _, err := range []error{errA, errB} {
			if err == io.EOF || err == io.ErrUnexpectedEOF {
				return errA == errB, nil
			}
			if err != nil {
				return false, err
			}
		}
	}
}
