//go:build unix

package durable

import (
	"errors"
	"syscall"
)

// cannotSync reports whether err says that this file system cannot flush folders, as some network and FUSE ones say.
func cannotSync(err error) bool {
	return errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) || errors.Is(err, syscall.ENOSYS)
}
