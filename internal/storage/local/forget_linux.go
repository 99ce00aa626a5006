package local

import (
	"os"

	"golang.org/x/sys/unix"
)

// forget lets the kernel drop what it holds of a file, and read nothing of it ahead: it calls unreadable all that it read together with a bad sector.
// In vain is no harm.
func forget(file *os.File) {
	_ = unix.Fadvise(int(file.Fd()), 0, 0, unix.FADV_DONTNEED)
	_ = unix.Fadvise(int(file.Fd()), 0, 0, unix.FADV_RANDOM)
}
