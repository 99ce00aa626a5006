package restore

import "golang.org/x/sys/unix"

// mountSmall mounts a file system of 4 MiB, which few may.
func mountSmall(path string) error { return unix.Mount("none", path, "tmpfs", 0, "size=4m") }
