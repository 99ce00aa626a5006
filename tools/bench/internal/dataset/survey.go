package dataset

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
)

// Survey says what a folder holds.
type Survey struct {
	Files  int64
	Dirs   int64
	Bytes  int64 // of all files
	Unique int64 // of files with different content
}

// Look reads every file of a folder, after which the page cache holds what fits of it.
func Look(dir string) (Survey, error) {
	var s Survey
	files, err := Files(dir)
	if err != nil {
		return s, err
	}
	err = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err == nil && e.IsDir() {
			s.Dirs++
		}
		return err
	})
	if err != nil {
		return s, err
	}
	var mu sync.Mutex
	var failed error
	seen := map[[sha256.Size]byte]bool{}
	work := make(chan string)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for name := range work {
				sum, n, err := hashOf(name)
				mu.Lock()
				failed = errors.Join(failed, err)
				s.Files++
				s.Bytes += n
				if !seen[sum] {
					seen[sum] = true
					s.Unique += n
				}
				mu.Unlock()
			}
		})
	}
	for _, name := range files {
		work <- name
	}
	close(work)
	wg.Wait()
	return s, failed
}

func hashOf(name string) (sum [sha256.Size]byte, n int64, err error) {
	f, err := os.Open(name)
	if err != nil {
		return sum, 0, err
	}
	defer f.Close()
	h := sha256.New()
	n, err = io.Copy(h, f)
	return [sha256.Size]byte(h.Sum(nil)), n, err
}

// Same compares two folders by the names and kinds of all in them and by their files' sizes and times; an error says one difference. It
// sees that a restore that was timed did all its work; other tests judge restores bit by bit. With more, got may hold more than want.
func Same(want, got string, more bool) error {
	a, err := list(want)
	if err != nil {
		return err
	}
	b, err := list(got)
	if err != nil {
		return err
	}
	for name, x := range a {
		y, ok := b[name]
		if !ok {
			return fmt.Errorf("%s is missing", name)
		}
		if x != y {
			return fmt.Errorf("%s is %v, not %v", name, y, x)
		}
	}
	for name := range b {
		if _, ok := a[name]; !ok && !more {
			return fmt.Errorf("%s is too much", name)
		}
	}
	return nil
}

// entry is what Same compares.
type entry struct {
	kind fs.FileMode
	size int64 // of files
	time int64 // of files, in seconds: tar keeps no more
}

func list(dir string) (map[string]entry, error) {
	out := map[string]entry{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		x := entry{kind: e.Type()}
		if e.Type().IsRegular() {
			info, err := e.Info()
			if err != nil {
				return err
			}
			x.size, x.time = info.Size(), info.ModTime().Unix()
		}
		out[name] = x
		return nil
	})
	return out, err
}

// Size returns the bytes of all files in a folder, 0 where it is not there.
func Size(dir string) (n int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			n += info.Size()
		}
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return n, nil
	}
	return n, err
}
