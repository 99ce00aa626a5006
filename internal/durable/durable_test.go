package durable

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

func TestWriteReplacesAndCreateDoesNot(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a")
	for _, data := range []string{"one", "", "three"} {
		if err := WriteFile(name, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
		wantFile(t, name, data)
	}
	if err := CreateFile(name, []byte("four"), 0o600); !errors.Is(err, fs.ErrExist) {
		t.Errorf("creating a taken name gives %v", err)
	}
	wantFile(t, name, "three")
	wantNames(t, filepath.Dir(name), "a")
}

func TestPermissions(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows keeps no such modes")
	}
	dir := t.TempDir()
	f := open(t, dir)
	if err := errors.Join(f.Write("sub/w", nil, 0o600), f.Create("sub/c", nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]fs.FileMode{"sub": 0o700, "sub/w": 0o600, "sub/c": 0o600} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, %v; want %v", name, info.Mode(), err, want)
		}
	}
}

// TestEachStepFails makes each step fail once: what was there stays, whole, and no temporary file is left.
func TestEachStepFails(t *testing.T) {
	broken := errors.New("broken")
	for _, step := range []string{"write", "sync", "close", "rename"} {
		dir := t.TempDir()
		f := open(t, dir)
		if err := f.Write("a", []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
		f.fail = func(s string) error {
			if s == step {
				return broken
			}
			return nil
		}
		if err := f.Write("a", []byte("new"), 0o600); !errors.Is(err, broken) {
			t.Errorf("%s: Write gives %v", step, err)
		}
		wantFile(t, filepath.Join(dir, "a"), "old")
		if step != "rename" {
			if err := f.Create("b", []byte("new"), 0o600); !errors.Is(err, broken) {
				t.Errorf("%s: Create gives %v", step, err)
			}
		}
		wantNames(t, dir, "a")
	}
}

func TestFolderNotFlushedIsAnError(t *testing.T) {
	broken := errors.New("broken")
	dir := t.TempDir()
	f := open(t, dir)
	f.fail = func(s string) error {
		if s == "syncdir" {
			return broken
		}
		return nil
	}
	if err := f.Write("a", []byte("new"), 0o600); !errors.Is(err, broken) {
		t.Errorf("Write gives %v", err)
	}
	if err := f.Write("sub/a", []byte("new"), 0o600); !errors.Is(err, broken) {
		t.Errorf("Write below a new folder gives %v", err)
	}
	wantFile(t, filepath.Join(dir, "a"), "new") // whole, though perhaps not there after a crash
}

// TestWithoutHardLinks is a file system like FAT's.
func TestWithoutHardLinks(t *testing.T) {
	dir := t.TempDir()
	f := open(t, dir)
	f.fail = func(s string) error {
		if s == "link" {
			return errors.ErrUnsupported
		}
		return nil
	}
	wantOneWinner(t, f)
	f.fail = func(s string) error {
		if s == "link" || s == "rename" {
			return errors.ErrUnsupported
		}
		return nil
	}
	if err := f.Create("b", []byte("x"), 0o600); err == nil {
		t.Error("Create works without links and renames")
	}
	wantNames(t, dir, "race")
}

func TestCreateHasOneWinner(t *testing.T) { wantOneWinner(t, open(t, t.TempDir())) }

func wantOneWinner(t *testing.T, f *Folder) {
	t.Helper()
	var wins atomic.Int32
	var winner atomic.Value
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			data := bytes.Repeat([]byte{byte(i)}, 1000)
			switch err := f.Create("race", data, 0o600); {
			case err == nil:
				wins.Add(1)
				winner.Store(data)
			case !errors.Is(err, fs.ErrExist):
				t.Errorf("a loser gets %v", err)
			}
		})
	}
	wg.Wait()
	if wins.Load() != 1 {
		t.Fatalf("%d creators won", wins.Load())
	}
	if got, err := f.root.ReadFile("race"); err != nil || !bytes.Equal(got, winner.Load().([]byte)) {
		t.Errorf("the file is not the winner's: %v", err)
	}
}

func TestFolderRemovedMeanwhile(t *testing.T) {
	dir := t.TempDir()
	f := open(t, dir)
	for range 2 {
		if err := f.Write("x/y/a", []byte("data"), 0o600); err != nil {
			t.Fatal(err)
		}
		wantFile(t, filepath.Join(dir, "x/y/a"), "data")
		if err := os.RemoveAll(filepath.Join(dir, "x")); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Remove("x/y/a"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Remove of nothing gives %v", err)
	}
}

func TestNothingLeadsOut(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	if err := os.Symlink(outside, filepath.Join(dir, "link")); err != nil {
		t.Skip(err)
	}
	f := open(t, dir)
	for _, name := range []string{"../a", "link/a", "/a"} {
		if f.Write(name, nil, 0o600) == nil || f.Create(name, nil, 0o600) == nil {
			t.Errorf("%s is written", name)
		}
	}
	wantNames(t, outside)
	wantNames(t, dir, "link")
}

func TestNameIsAFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "a"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(filepath.Join(dir, "a"), nil, 0o600); err == nil {
		t.Error("a folder is replaced by a file")
	}
	wantNames(t, dir, "a")
	if err := WriteFile(filepath.Join(dir, "absent", "a"), nil, 0o600); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an absent folder gives %v", err)
	}
}

func TestMkdirAll(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b", "c")
	for range 2 {
		if err := MkdirAll(dir); err != nil {
			t.Fatal(err)
		}
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "file")
	if err := WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if MkdirAll(file) == nil || MkdirAll(filepath.Join(file, "x")) == nil {
		t.Error("a file is a folder")
	}
}

func open(t *testing.T, dir string) *Folder {
	t.Helper()
	f, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func wantFile(t *testing.T, name, want string) {
	t.Helper()
	if got, err := os.ReadFile(name); err != nil || string(got) != want {
		t.Errorf("%s holds %q, %v; want %q", filepath.Base(name), got, err, want)
	}
}

// wantNames fails unless dir holds just these names, sorted.
func wantNames(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != len(want) {
		t.Fatalf("%v, %v; want %v", entries, err, want)
	}
	for i, e := range entries {
		if e.Name() != want[i] || IsTemp(e.Name()) {
			t.Errorf("%s, want %s", e.Name(), want[i])
		}
	}
}
