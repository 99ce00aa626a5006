package local_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/storage"
	"backup_projeto/internal/storage/local"
	"backup_projeto/internal/storage/storagetest"
)

func TestConformance(t *testing.T) {
	storagetest.Run(t, func(t *testing.T) storage.Store { return open(t, filepath.Join(t.TempDir(), "above", "place")) })
}

// open returns the store of a folder.
func open(t *testing.T, dir string) *local.Store {
	t.Helper()
	s, err := local.New(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// ensured returns the store of a new folder, and the folder.
func ensured(t *testing.T) (*local.Store, string) {
	t.Helper()
	s := open(t, filepath.Join(t.TempDir(), "place"))
	if err := s.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s, s.LocalPath()
}

func put(t *testing.T, s *local.Store, name, data string) {
	t.Helper()
	if err := s.Put(t.Context(), name, []byte(data)); err != nil {
		t.Fatal(err)
	}
}

// names lists what the store has, failing the test where that fails.
func names(t *testing.T, s *local.Store) []string {
	t.Helper()
	var all []string
	for info, err := range s.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, info.Name)
	}
	return all
}

func wantCode(t *testing.T, what string, err error, code core.Code) {
	t.Helper()
	if core.CodeOf(err) != code {
		t.Errorf("%s: %v, want code %q", what, err, code)
	}
}

// everything calls every method on an object's name and on listings, and hands each error to check.
func everything(t *testing.T, s *local.Store, name string, check func(what string, err error)) {
	t.Helper()
	ctx := t.Context()
	_, err := s.Get(ctx, name, 0, -1)
	check("Get", err)
	_, err = s.Stat(ctx, name)
	check("Stat", err)
	check("Put", s.Put(ctx, name, []byte("x")))
	check("Create", s.Create(ctx, name, []byte("x")))
	check("Delete", s.Delete(ctx, name))
	err = nil
	for _, e := range s.List(ctx, "") {
		err = e
	}
	check("List", err)
}

func TestNameIsPath(t *testing.T) {
	s, dir := ensured(t)
	put(t, s, "packs/ab/abc", "content")
	got, err := os.ReadFile(filepath.Join(dir, "packs", "ab", "abc"))
	if err != nil || !bytes.Equal(got, []byte("content")) {
		t.Errorf("the file holds %q, %v", got, err)
	}
}

func TestRelativePath(t *testing.T) {
	t.Chdir(t.TempDir())
	s := open(t, "here")
	if !filepath.IsAbs(s.LocalPath()) || filepath.Base(s.LocalPath()) != "here" {
		t.Errorf("LocalPath is %q", s.LocalPath())
	}
	t.Chdir(t.TempDir())
	if err := s.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("here"); err == nil {
		t.Error("the folder follows the working folder")
	}
}

// TestForeignFiles: what is not an object stays and is not listed.
func TestForeignFiles(t *testing.T) {
	s, dir := ensured(t)
	put(t, s, "keys/one", "one")
	foreign := []string{"README.txt", "keys/Thumbs.db", ".DS_Store", "lost+found/x", "keys/ü"}
	for _, name := range foreign {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("foreign"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := names(t, s); len(got) != 1 || got[0] != "keys/one" {
		t.Errorf("List gives %q", got)
	}
	for _, name := range foreign {
		if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name))); err != nil {
			t.Errorf("a foreign file is gone: %v", err)
		}
	}
}

// TestStaleTemporary: a crash leaves a temporary file, which no listing shows and an old one of which a listing removes.
func TestStaleTemporary(t *testing.T) {
	s, dir := ensured(t)
	put(t, s, "keys/one", "one")
	young, old := filepath.Join(dir, "keys", ".tmp~young"), filepath.Join(dir, "keys", ".tmp~old")
	for _, path := range []string{young, old} {
		if err := os.WriteFile(path, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	long := time.Now().Add(-25 * time.Hour)
	if err := os.Chtimes(old, long, long); err != nil {
		t.Fatal(err)
	}
	if got := names(t, s); len(got) != 1 {
		t.Errorf("List gives %q", got)
	}
	if _, err := os.Stat(young); err != nil {
		t.Errorf("a temporary file that may be in use is gone: %v", err)
	}
	if _, err := os.Stat(old); err == nil {
		t.Error("an old temporary file stays")
	}
}

// TestPlaceIsFile: a file where the folder should be is no place.
func TestPlaceIsFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, filepath.Join(file, "below")} {
		s := open(t, path)
		_, err := s.Exists(t.Context())
		wantCode(t, "Exists", err, storage.Unusable)
		wantCode(t, "Ensure", s.Ensure(t.Context()), storage.Unusable)
		everything(t, s, "keys/one", func(what string, err error) { wantCode(t, what, err, storage.Unusable) })
	}
}

func TestNegativeOffset(t *testing.T) {
	s, _ := ensured(t)
	put(t, s, "keys/one", "one")
	_, err := s.Get(t.Context(), "keys/one", -1, 1)
	wantCode(t, "Get", err, storage.Other)
}

// TestCloseAndGoOn: Close releases the folder, and a later use opens it again.
func TestCloseAndGoOn(t *testing.T) {
	s, _ := ensured(t)
	put(t, s, "keys/one", "one")
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if got := names(t, s); len(got) != 1 {
		t.Errorf("List gives %q", got)
	}
}
