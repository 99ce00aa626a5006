package meta

import (
	"path/filepath"
	"runtime"
	"strings"
)

// Places are folders of this machine that are known wherever they are met, whatever links and mounts lead there: by device and inode or,
// where the system tells none, by path. The zero value has none.
type Places struct {
	inodes, around map[inode]bool  // the folders; those that they are in
	paths          map[string]bool // slash paths of the folders from the root
	within         bool
}

type inode struct{ dev, ino uint64 }

// FindPlaces finds folders; one that is absent cannot be met. From root, which need not exist, come the paths that are asked about.
func FindPlaces(root string, folders []string) *Places {
	p := &Places{inodes: map[inode]bool{}, around: map[inode]bool{}, paths: map[string]bool{}}
	root = realPath(root)
	for _, f := range folders {
		if _, err := statFolder(f); err != nil {
			continue
		}
		f = realPath(f)
		for at, set := f, p.inodes; ; at, set = filepath.Dir(at), p.around {
			if st, err := statFolder(at); err == nil && st.Ino != 0 {
				set[inode{st.Dev, st.Ino}] = true
			}
			if at == filepath.Dir(at) {
				break
			}
		}
		if rel, err := filepath.Rel(root, f); err == nil && filepath.IsLocal(rel) {
			p.paths[fold(filepath.ToSlash(rel))] = true
		}
		p.within = p.within || p.holds(f, root)
	}
	return p
}

// holds reports whether the folder is, or is around, the real path at.
func (p *Places) holds(folder, at string) bool {
	if rel, err := filepath.Rel(folder, at); err == nil && filepath.IsLocal(rel) {
		return true
	}
	for ; ; at = filepath.Dir(at) {
		if st, err := statFolder(at); err == nil && st.Ino != 0 && p.inodes[inode{st.Dev, st.Ino}] {
			return true
		}
		if at == filepath.Dir(at) {
			return false
		}
	}
}

// Within reports whether the root is one of the places, or is in one.
func (p *Places) Within() bool { return p.within }

// Is reports whether a folder is one of the places. path gives its slash path from the root, and is called only if it takes that to know.
func (p *Places) Is(st *Stat, path func() string) bool {
	if st.Ino != 0 {
		return p.inodes[inode{st.Dev, st.Ino}]
	}
	return len(p.paths) > 0 && p.paths[fold(path())]
}

// Around reports whether one of the places is in a folder, at whatever depth.
func (p *Places) Around(st *Stat, path func() string) bool {
	if st.Ino != 0 {
		return p.around[inode{st.Dev, st.Ino}]
	}
	if len(p.paths) == 0 {
		return false
	}
	dir := fold(path()) + "/"
	for at := range p.paths {
		if strings.HasPrefix(at, dir) {
			return true
		}
	}
	return false
}

// fold makes paths equal that are one to the system.
func fold(path string) string {
	if runtime.GOOS == "windows" {
		return strings.ToLower(path)
	}
	return path
}

// realPath makes a path absolute, without links as far as it exists.
func realPath(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	rest := ""
	for at := path; ; at = filepath.Dir(at) {
		if got, err := filepath.EvalSymlinks(at); err == nil {
			return filepath.Join(got, rest)
		}
		if at == filepath.Dir(at) {
			return path
		}
		rest = filepath.Join(filepath.Base(at), rest)
	}
}

func statFolder(path string) (Stat, error) {
	d, err := OpenDir(path)
	if err != nil {
		return Stat{}, err
	}
	defer d.Close()
	return d.Stat()
}
