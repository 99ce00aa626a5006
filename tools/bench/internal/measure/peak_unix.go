//go:build unix

package measure

import (
	"os"
	"runtime"
	"syscall"
)

// peak returns the highest resident memory of a process that ended, in bytes.
func peak(s *os.ProcessState) int64 {
	if r, ok := s.SysUsage().(*syscall.Rusage); ok {
		return maxRSS(r, runtime.GOOS)
	}
	return 0
}

// maxRSS converts a system's number to bytes: Apple's systems count bytes, the others kibibytes.
func maxRSS(r *syscall.Rusage, system string) int64 {
	n := int64(r.Maxrss)
	if system == "darwin" || system == "ios" {
		return n
	}
	return n << 10
}
