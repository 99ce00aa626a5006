//go:build linux || darwin

package project

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"backup_projeto/internal/meta"
)

func TestIsCacheDir(t *testing.T) {
	good := "Signature: 8a477f597d28d172789f06886806bc55"
	for content, want := range map[string]bool{
		good: true, good + "\n# made by a tool\n": true, good + "x": true,
		"": false, good[:42]: false, " " + good: false, strings.ToUpper(good): false, "\xef\xbb\xbf" + good: false,
	} {
		dir := t.TempDir()
		write(t, filepath.Join(dir, CacheTag), content)
		if got := isCacheDir(t, dir); got != want {
			t.Errorf("%q: %v", content, got)
		}
	}
	dir := t.TempDir()
	if isCacheDir(t, dir) {
		t.Error("without a tag")
	}
	write(t, filepath.Join(dir, "tag"), good)
	must(t, os.Symlink("tag", filepath.Join(dir, CacheTag)))
	if isCacheDir(t, dir) {
		t.Error("a link is no tag")
	}
	must(t, os.Remove(filepath.Join(dir, CacheTag)))
	must(t, syscall.Mkfifo(filepath.Join(dir, CacheTag), 0o644))
	if isCacheDir(t, dir) {
		t.Error("a fifo is no tag")
	}
	must(t, os.Remove(filepath.Join(dir, CacheTag)))
	must(t, os.Mkdir(filepath.Join(dir, CacheTag), 0o755))
	if isCacheDir(t, dir) {
		t.Error("a folder is no tag")
	}
}

func isCacheDir(t *testing.T, path string) bool {
	t.Helper()
	d, err := meta.OpenDir(path)
	must(t, err)
	defer d.Close()
	return IsCacheDir(d)
}
