package local

import (
	"context"
	"io"
	"iter"
	"os"
	"path"
	"strings"
	"time"

	"backup_projeto/internal/durable"
	"backup_projeto/internal/storage"
)

// staleTemp is how old a temporary file is when nobody can be writing it.
const staleTemp = 24 * time.Hour

// List walks the folder that prefix names.
func (s *Store) List(ctx context.Context, prefix string) iter.Seq2[storage.Info, error] {
	return func(yield func(storage.Info, error) bool) {
		if prefix != "" {
			if err := storage.CheckName(strings.TrimSuffix(prefix, "/")); err != nil || !strings.HasSuffix(prefix, "/") {
				yield(storage.Info{}, storage.Errf(storage.BadName, prefix, err))
				return
			}
		}
		f, err := s.open()
		if err != nil {
			yield(storage.Info{}, err)
			return
		}
		w := walker{ctx: ctx, store: s, yield: yield}
		dir := strings.TrimSuffix(prefix, "/")
		if dir == "" {
			w.folder(f.Root(), "")
			return
		}
		if info, err := f.Root().Lstat(dir); err == nil && !info.IsDir() {
			return
		}
		root, err := f.Root().OpenRoot(dir)
		if err != nil {
			if err = s.wrapRead(prefix, err); !storage.IsNotFound(err) {
				yield(storage.Info{}, err)
			}
			return
		}
		defer root.Close()
		w.folder(root, prefix)
	}
}

// walker yields the objects below a folder.
type walker struct {
	ctx   context.Context
	store *Store
	yield func(storage.Info, error) bool
}

// folder yields what is in dir, whose name with a final slash is prefix, and reports whether to go on.
func (w *walker) folder(dir *os.Root, prefix string) bool {
	names, err := readNames(dir)
	if err != nil {
		return w.fail(prefix, err)
	}
	for _, base := range names {
		if err := w.ctx.Err(); err != nil {
			return w.fail(prefix, err)
		}
		if !w.entry(dir, prefix, base) {
			return false
		}
	}
	return true
}

func (w *walker) entry(dir *os.Root, prefix, base string) bool {
	temp := durable.IsTemp(base)
	if !temp && storage.CheckName(base) != nil {
		return true // somebody else's
	}
	info, err := dir.Lstat(base)
	switch {
	case isAbsent(err): // deleted since the names were read
		return true
	case err != nil:
		return w.fail(prefix+base, err)
	case temp:
		if info.Mode().IsRegular() && time.Since(info.ModTime()) > staleTemp {
			dir.Remove(base) // in vain is no harm: the next listing tries again
		}
		return true
	case info.Mode().IsRegular():
		return w.yield(storage.Info{Name: prefix + base, Size: info.Size(), ModTime: info.ModTime()}, nil)
	case info.IsDir():
		return w.subfolder(dir, prefix, base)
	}
	return true
}

func (w *walker) subfolder(dir *os.Root, prefix, base string) bool {
	sub, err := dir.OpenRoot(base)
	if isAbsent(err) {
		return true
	}
	if err != nil {
		return w.fail(path.Join(prefix, base), err)
	}
	defer sub.Close()
	return w.folder(sub, prefix+base+"/")
}

func (w *walker) fail(name string, err error) bool {
	w.yield(storage.Info{}, w.store.wrap(name, err))
	return false
}

// readNames returns the names in dir. A folder that is written to while it is read may show one twice.
func readNames(dir *os.Root) ([]string, error) {
	d, err := dir.Open(".")
	if err != nil {
		return nil, err
	}
	defer d.Close()
	names, err := d.Readdirnames(-1)
	if err != nil && err != io.EOF {
		return nil, err
	}
	return names, nil
}
