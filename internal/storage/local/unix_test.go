//go:build unix

package local_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"backup_projeto/internal/storage"
)

// TestOwnerOnly: nobody else may read what is stored, nor the names.
func TestOwnerOnly(t *testing.T) {
	old := syscall.Umask(0)
	defer syscall.Umask(old)
	s, dir := ensured(t)
	put(t, s, "packs/ab/abc", "content")
	if err := s.Create(t.Context(), "config", nil); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		if err == nil && info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, want %v", path, info.Mode(), want)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestLinks: a link is no object, and none leads out of the place.
func TestLinks(t *testing.T) {
	s, dir := ensured(t)
	put(t, s, "keys/one", "one")
	outside := t.TempDir()
	secret := filepath.Join(outside, "secret")
	if err := os.WriteFile(secret, []byte("outside"), 0o600); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{"keys/link": secret, "keys/inner": "one", "keys/dangling": "none", "packs": outside} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"keys/link", "keys/inner", "keys/dangling"} {
		_, err := s.Get(t.Context(), name, 0, -1)
		wantCode(t, "Get "+name, err, storage.NotFound)
		_, err = s.Stat(t.Context(), name)
		wantCode(t, "Stat "+name, err, storage.NotFound)
	}
	_, err := s.Get(t.Context(), "packs/secret", 0, -1)
	if err == nil {
		t.Error("Get follows a link out of the place")
	}
	if err := s.Put(t.Context(), "packs/new", []byte("x")); err == nil {
		t.Error("Put follows a link out of the place")
	}
	if err := s.Delete(t.Context(), "packs/secret"); err == nil {
		if _, err := os.Stat(secret); err != nil {
			t.Error("Delete follows a link out of the place")
		}
	}
	if found, _ := os.ReadDir(outside); len(found) != 1 {
		t.Errorf("outside there are now %v", found)
	}
	if got := names(t, s); len(got) != 1 || got[0] != "keys/one" {
		t.Errorf("List gives %q", got)
	}
	// A put over a link replaces the link, not what it leads to.
	put(t, s, "keys/link", "mine")
	if got, _ := os.ReadFile(secret); string(got) != "outside" {
		t.Errorf("Put wrote through a link: %q", got)
	}
}

// TestSpecialFiles: a named pipe is no object, and does not block.
func TestSpecialFiles(t *testing.T) {
	s, dir := ensured(t)
	put(t, s, "keys/one", "one")
	if err := syscall.Mkfifo(filepath.Join(dir, "keys", "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := s.Get(t.Context(), "keys/pipe", 0, -1)
	wantCode(t, "Get", err, storage.NotFound)
	if got := names(t, s); len(got) != 1 {
		t.Errorf("List gives %q", got)
	}
}

// TestFull: a write that finds no room says so, leaves the old object whole and no temporary file. The limit of a process on a file's length
// stands for a full disk here: both are seen at the write.
func TestFull(t *testing.T) {
	s, dir := ensured(t)
	put(t, s, "keys/one", "one")
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		t.Fatal(err)
	}
	small := old
	small.Cur = 8 << 20 // for the whole process: what `go test` has it write down of its own must fit
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &small); err != nil {
		t.Fatal(err)
	}
	data := make([]byte, 16<<20)
	err := s.Put(t.Context(), "keys/one", data)
	createErr := s.Create(t.Context(), "keys/two", data)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		t.Fatal(err)
	}
	wantCode(t, "Put", err, storage.Full)
	wantCode(t, "Create", createErr, storage.Full)
	if got, err := os.ReadFile(filepath.Join(dir, "keys", "one")); err != nil || string(got) != "one" {
		t.Errorf("the old object is %q, %v", got, err)
	}
	if found, _ := os.ReadDir(filepath.Join(dir, "keys")); len(found) != 1 {
		t.Errorf("left behind: %v", found)
	}
}

// TestPlaceTakenAway: a drive that is taken away is no empty repository, also where the folder was open already. (Windows does not remove an open folder.)
func TestPlaceTakenAway(t *testing.T) {
	s, dir := ensured(t)
	put(t, s, "keys/one", "one")
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	everything(t, s, "keys/one", func(what string, err error) { wantCode(t, what, err, storage.NoPlace) })
	if _, err := os.Stat(dir); err == nil {
		t.Error("using an absent place makes it")
	}
	// Put back, it is found again without opening the store anew.
	if err := s.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	put(t, s, "keys/two", "two")
	if _, err := os.Stat(filepath.Join(dir, "keys", "two")); err != nil {
		t.Errorf("the object is not in the folder: %v", err)
	}
	if got := names(t, s); len(got) != 1 {
		t.Errorf("List gives %q", got)
	}
}
