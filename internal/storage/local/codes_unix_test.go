//go:build unix

package local

import (
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/storage"
)

// TestCodes covers what the operating system says in states that a test cannot bring about, or not as every user.
func TestCodes(t *testing.T) {
	for errno, want := range map[syscall.Errno]core.Code{
		syscall.ENOSPC: storage.Full, syscall.EDQUOT: storage.Full, syscall.EROFS: storage.Unusable, syscall.ENOTDIR: storage.Unusable,
		syscall.EACCES: storage.Denied, syscall.EPERM: storage.Denied, syscall.EIO: storage.Other, // of writing
	} {
		s := &Store{dir: t.TempDir()}
		err := s.wrap("config", &fs.PathError{Op: "write", Path: "config", Err: errno})
		if core.CodeOf(err) != want || core.KindOf(err) != core.Destination {
			t.Errorf("%v gives %v, want code %s", errno, err, want)
		}
	}
	s := &Store{dir: t.TempDir()}
	if err := s.placeError(&fs.PathError{Op: "open", Path: s.dir, Err: syscall.EACCES}); core.CodeOf(err) != storage.Denied {
		t.Errorf("a folder that may not be opened gives %v", err)
	}
	if err := s.wrap("config", context.Canceled); err != context.Canceled {
		t.Errorf("a cancelled context gives %v", err)
	}
	if err := s.wrap("config", context.DeadlineExceeded); core.CodeOf(err) != storage.Other {
		t.Errorf("a context whose time is over gives %v", err)
	}
}

// TestMedium: a disk that cannot read is told from a place that fails in other ways, and what came before is handed on.
func TestMedium(t *testing.T) {
	s := &Store{dir: t.TempDir()}
	for errno, want := range map[syscall.Errno]core.Code{syscall.EIO: storage.Medium, syscall.EBADMSG: storage.Medium, syscall.EACCES: storage.Denied} {
		file, err := os.Create(filepath.Join(s.dir, "x"))
		if err != nil {
			t.Fatal(err)
		}
		r := &reader{ReaderAt: broken{5000, &fs.PathError{Op: "read", Path: "x", Err: errno}}, end: 20_000, ctx: t.Context(), store: s, name: "packs/x", file: file}
		n, err := io.Copy(io.Discard, r)
		r.Close()
		if (n == 5000) != (want == storage.Medium) || core.CodeOf(err) != want || core.KindOf(err) != core.Destination {
			t.Errorf("%v gives %d bytes and %v, want code %s", errno, n, err, want)
		}
	}
}

// broken gives what is asked for before a place, and where that is in it, nothing.
type broken struct {
	at  int64
	err error
}

func (b broken) ReadAt(p []byte, at int64) (int, error) {
	if at+int64(len(p)) <= b.at {
		return len(p), nil
	}
	if n := b.at - at; len(p) <= sector && n > 0 {
		return int(n), b.err
	}
	return 0, b.err
}
