//go:build unix

package cli

import (
	"os"
	"path/filepath"
	"syscall"
)

// nobody is a user whom permissions bind.
const nobody = 65534

// asUser runs the program as somebody whom permissions bind, which root is not: the work folder becomes theirs first.
func asUser() {
	os.Args = os.Args[1:]
	if os.Getuid() == 0 {
		work := os.Getenv("WORK")
		err := filepath.WalkDir(work, func(path string, _ os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			return os.Lchown(path, nobody, nobody)
		})
		for dir := filepath.Dir(work); err == nil && dir != "/"; dir = filepath.Dir(dir) { // those that the test made
			if info, e := os.Stat(dir); e == nil && info.Mode().Perm() == 0o700 {
				err = os.Chmod(dir, 0o711)
			}
		}
		if err == nil {
			err = syscall.Setgroups(nil)
		}
		if err == nil {
			err = syscall.Setgid(nobody)
		}
		if err == nil {
			err = syscall.Setuid(nobody)
		}
		if err != nil {
			panic(err)
		}
	}
	os.Exit(Main(logged(System())))
}
