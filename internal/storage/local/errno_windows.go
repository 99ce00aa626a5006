package local

import (
	"errors"
	"syscall"

	"golang.org/x/sys/windows"
)

// isFull reports a full disk or a used-up quota.
func isFull(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL) ||
		errors.Is(err, windows.ERROR_DISK_QUOTA_EXCEEDED)
}

// isMedium reports, of an error of reading, that the disk could not.
func isMedium(err error) bool {
	return errors.Is(err, windows.ERROR_CRC) || errors.Is(err, windows.ERROR_SECTOR_NOT_FOUND) || errors.Is(err, windows.ERROR_READ_FAULT) ||
		errors.Is(err, windows.ERROR_IO_DEVICE)
}

// isReadOnly reports a medium that cannot be written.
func isReadOnly(err error) bool { return errors.Is(err, windows.ERROR_WRITE_PROTECT) }

// isNotFolder reports that a file stands where a folder is needed.
func isNotFolder(err error) bool {
	return errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.EISDIR) || errors.Is(err, windows.ERROR_DIRECTORY)
}
