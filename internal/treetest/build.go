//go:build linux || darwin

package treetest

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Builder makes a folder's content; the same seed makes the same.
type Builder struct {
	t     *testing.T
	rng   *rand.Rand
	n     int
	files []string // regular files so far, for hard links and changes
}

// Build fills dir, which must exist, with about n entries.
func Build(t *testing.T, dir string, seed uint64, n int) *Builder {
	t.Helper()
	b := &Builder{t: t, rng: rand.New(rand.NewPCG(seed, 2)), n: n}
	b.odd(dir)
	b.folder(dir, 0)
	return b
}

// folder adds entries to a folder, and folders below it, and sets the folder's own metadata last.
func (b *Builder) folder(dir string, depth int) {
	for range 3 + b.rng.IntN(12) {
		if b.n <= 0 {
			break
		}
		b.n--
		name := filepath.Join(dir, b.name())
		if _, err := os.Lstat(name); err == nil {
			continue
		}
		switch k := b.rng.IntN(20); {
		case k < 4 && depth < 6:
			b.must(os.Mkdir(name, 0o755))
			b.folder(name, depth+1)
		case k < 5:
			b.must(os.Symlink(b.name(), name))
		case k < 6 && len(b.files) > 0:
			_ = os.Link(b.files[b.rng.IntN(len(b.files))], name) // Change may have removed it
		case k < 7:
			b.must(unix.Mkfifo(name, 0o640))
		default:
			b.file(name)
		}
	}
	b.meta(dir, 0o700)
}

// odd adds what random names and sizes would rarely hit.
func (b *Builder) odd(dir string) {
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, name := range []string{"line\nbreak", "tab\there", "\xff\xfe not utf-8", "açúcar", "back\\slash", " leading", strings.Repeat("x", 255), "-rf", "*", "$HOME"} {
		if !strings.Contains(name, "\xff") || unixNames(dir) {
			b.must(os.WriteFile(at(name), []byte(name), 0o644))
		}
	}
	b.must(os.WriteFile(at("empty"), nil, 0o600))
	b.must(os.Mkdir(at("empty dir"), 0o711))
	b.must(os.Symlink("/etc/passwd", at("outside")))
	b.must(os.Symlink(strings.Repeat("y/", 1000), at("long target")))
	b.sparse(at("sparse"), []int64{1 << 20, 4 << 20}, 8<<20)
	b.sparse(at("all hole"), nil, 3<<20)
	b.large(at("large"), 2<<20)
	if l, err := net.Listen("unix", at("socket")); err == nil {
		l.(*net.UnixListener).SetUnlinkOnClose(false)
		l.Close()
	}
	if os.Geteuid() == 0 {
		_ = unix.Mknod(at("null"), unix.S_IFCHR|0o666, int(unix.Mkdev(1, 3))) // not everywhere permitted
	}
	deep := dir
	for i := range 8 {
		deep = filepath.Join(deep, fmt.Sprintf("deep%d-%s", i, strings.Repeat("z", 100)))
	}
	b.must(os.MkdirAll(deep, 0o755))
	b.must(os.WriteFile(filepath.Join(deep, "bottom"), []byte("here"), 0o644))
}

// unixNames reports whether a file system takes names that are not UTF-8.
func unixNames(dir string) bool {
	name := filepath.Join(dir, "\xff")
	err := os.WriteFile(name, nil, 0o600)
	os.Remove(name)
	return err == nil
}

func (b *Builder) name() string {
	letters := "abcdefghijklmnopqrstuvwxyz0123456789-_. ãéÇ\xf0\x9f\x98\x80"
	runes := []rune(letters)
	n := 1 + b.rng.IntN(12)
	var s strings.Builder
	for range n {
		s.WriteRune(runes[b.rng.IntN(len(runes))])
	}
	if name := s.String(); name != "." && name != ".." {
		return name
	}
	return "dots"
}

func (b *Builder) file(name string) {
	size := b.rng.IntN(8000)
	if b.rng.IntN(20) == 0 {
		size = b.rng.IntN(400_000)
	}
	b.must(os.WriteFile(name, b.bytes(size), 0o600))
	b.files = append(b.files, name)
	b.meta(name, 0o400)
}

// bytes returns content: text, noise, or a repetition.
func (b *Builder) bytes(n int) []byte {
	out := make([]byte, n)
	switch b.rng.IntN(3) {
	case 0:
		for i := range out {
			out[i] = byte(b.rng.Uint32())
		}
	case 1:
		for i := range out {
			out[i] = "package main\n\tfunc"[b.rng.IntN(18)]
		}
	default:
		for i := range out {
			out[i] = byte(i / 7)
		}
	}
	return out
}

func (b *Builder) large(name string, n int) {
	b.must(os.WriteFile(name, b.bytes(n), 0o644))
	b.files = append(b.files, name)
}

func (b *Builder) sparse(name string, data []int64, size int64) {
	f, err := os.Create(name)
	b.must(err)
	defer f.Close()
	for _, at := range data {
		_, err := f.WriteAt(b.bytes(100_000), at)
		b.must(err)
	}
	b.must(f.Truncate(size))
}

// meta gives an entry random permissions, times, owner and attributes. least are permissions that it keeps.
func (b *Builder) meta(name string, least uint32) {
	if os.Geteuid() == 0 && b.rng.IntN(4) == 0 {
		b.must(os.Lchown(name, b.rng.IntN(3000), b.rng.IntN(3000)))
	}
	if b.rng.IntN(3) == 0 {
		_ = unix.Setxattr(name, "user.test"+fmt.Sprint(b.rng.IntN(3)), b.bytes(b.rng.IntN(300)), 0) // not everywhere there
	}
	mode := b.rng.Uint32()&0o777 | least
	if os.Geteuid() == 0 && b.rng.IntN(10) == 0 {
		mode |= 0o4000
	}
	b.must(unix.Chmod(name, mode))
	b.time(name)
}

func (b *Builder) time(name string) {
	at := time.Unix(int64(b.rng.IntN(2_000_000_000)), int64(b.rng.IntN(1_000_000_000)))
	b.must(os.Chtimes(name, at, at))
}

// Change edits, removes, adds, and moves some of the files.
func (b *Builder) Change(dir string) {
	for i, name := range b.files {
		if info, err := os.Lstat(name); err != nil || !info.Mode().IsRegular() {
			continue
		}
		switch b.rng.IntN(12) {
		case 0:
			b.must(os.Remove(name))
		case 1:
			b.must(unix.Chmod(name, 0o600))
			b.must(os.WriteFile(name, b.bytes(b.rng.IntN(9000)), 0o600))
		case 2:
			b.must(unix.Chmod(name, b.rng.Uint32()&0o777|0o400))
		case 3:
			b.must(os.Rename(name, name+"+"))
			b.files[i] = name + "+"
		case 4:
			b.must(os.Remove(name))
			b.must(os.Mkdir(name, 0o755))
		}
	}
	b.n = 20
	sub := filepath.Join(dir, fmt.Sprint("new", b.rng.IntN(1_000_000)))
	b.must(os.Mkdir(sub, 0o755))
	b.folder(sub, 3)
}

func (b *Builder) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}
