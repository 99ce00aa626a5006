//go:build unix

package local

import (
	"errors"
	"syscall"
)

// isFull reports a full disk, a used-up quota, or a file too long for the file system.
func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}

// isMedium reports, of an error of reading, that the disk could not, or that the file system knows its bytes to be wrong.
func isMedium(err error) bool { return errors.Is(err, syscall.EIO) || errors.Is(err, syscall.EBADMSG) }

// isReadOnly reports a file system that is mounted for reading.
func isReadOnly(err error) bool { return errors.Is(err, syscall.EROFS) }

// isNotFolder reports that a file, or a loop of links, stands where a folder is needed.
func isNotFolder(err error) bool {
	return errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.EISDIR) || errors.Is(err, syscall.ELOOP)
}
