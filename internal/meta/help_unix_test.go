//go:build linux || darwin

package meta

import (
	"errors"
	"os"
	"testing"

	"backup_projeto/internal/core"
)

// target opens a new empty folder.
func target(t *testing.T) (*Target, string) {
	t.Helper()
	dir := t.TempDir()
	tg, err := OpenTarget(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tg.Close() })
	return tg, dir
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// write makes a file through a Temp.
func write(t *testing.T, tg *Target, name, content string) {
	t.Helper()
	f, err := tg.Create()
	must(t, err)
	if _, err := f.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	must(t, f.Commit(name, true))
}

func lstat(t *testing.T, d *Dir, name string) Stat {
	t.Helper()
	st, err := d.Lstat(name)
	must(t, err)
	return st
}

func noErrors(t *testing.T, errs []*MetaError) {
	t.Helper()
	for _, e := range errs {
		t.Error(e)
	}
}

func isSource(err error) bool {
	var e *core.Error
	return errors.As(err, &e) && e.Kind == core.Source
}

func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs the superuser")
	}
}
