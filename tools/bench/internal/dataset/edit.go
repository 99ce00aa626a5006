package dataset

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
)

// Files lists a folder's regular files, sorted by path.
func Files(dir string) (out []string, err error) {
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			out = append(out, path)
		}
		return err
	})
	slices.Sort(out)
	return out, err
}

// editFiles changes a share of a folder's files, at least one: of ten, eight get a line more, one gets other content of the same length, and one
// is replaced by a new file with another name.
func editFiles(dir string, share float64, step uint64) error {
	files, err := Files(dir)
	if err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(step, 2))
	r.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
	n := min(len(files), max(1, int(float64(len(files))*share)))
	for i, name := range files[:n] {
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		switch i % 10 {
		case 8:
			err = replace(name, name, noise(r, len(data)))
		case 9:
			err = replace(name, fmt.Sprintf("%s.%d", name, step), insert(r, data))
		default:
			err = replace(name, name, insert(r, data))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// insert puts a line between two others.
func insert(r *rand.Rand, data []byte) []byte {
	at := 0
	if len(data) > 0 {
		at = r.IntN(len(data))
	}
	at = bytes.LastIndexByte(data[:at], '\n') + 1
	line := fmt.Sprintf("// %s %s said %s %d\n", word(r), word(r), word(r), r.Uint32())
	return slices.Concat(data[:at], []byte(line), data[at:])
}

// noise is n bytes of text that nothing else has.
func noise(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = "abcdefghijklmnopqrstuvwxyz     \n"[r.IntN(32)]
	}
	return b
}

// replace writes a new file to a name, as an editor does, and removes the old one.
func replace(old, name string, data []byte) error {
	info, err := os.Stat(old)
	if err != nil {
		return err
	}
	part := filepath.Join(filepath.Dir(name), ".edit")
	if err := os.WriteFile(part, data, 0o600); err != nil {
		return err
	}
	if err := os.Chmod(part, info.Mode().Perm()); err != nil {
		return err
	}
	if old != name {
		if err := os.Remove(old); err != nil {
			return err
		}
	}
	return os.Rename(part, name)
}
