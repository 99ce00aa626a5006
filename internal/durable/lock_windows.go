package durable

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// TryLock locks an open file for this opening of it and reports whether it got the lock; false means that somebody else has it. The lock
// ends when the file is closed, also by the death of the process. Where the file system cannot lock there is an error.
func TryLock(f *os.File) (bool, error) {
	// A locked region cannot be read by others, so the lock is on a byte that no file has.
	at := &windows.Overlapped{Offset: ^uint32(0), OffsetHigh: 1<<31 - 1}
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, at)
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, windows.ERROR_LOCK_VIOLATION), errors.Is(err, windows.ERROR_IO_PENDING):
		return false, nil
	}
	return false, &os.PathError{Op: "lock", Path: f.Name(), Err: err}
}
