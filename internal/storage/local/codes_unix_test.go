//go:build unix

package local

import (
	"context"
	"io/fs"
	"syscall"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/storage"
)

// TestCodes covers what the operating system says in states that a test cannot bring about, or not as every user.
func TestCodes(t *testing.T) {
	for errno, want := range map[syscall.Errno]core.Code{
		syscall.ENOSPC: storage.Full, syscall.EDQUOT: storage.Full, syscall.EROFS: storage.Unusable, syscall.ENOTDIR: storage.Unusable,
		syscall.EACCES: storage.Denied, syscall.EPERM: storage.Denied, syscall.EIO: storage.Other,
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
