//go:build linux || darwin

package meta

import "syscall"

// asUser runs a command as someone else, without other groups.
func asUser(id uint32) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: id, Gid: id}}
}
