//go:build !windows

package term

// Device is the terminal of the process, whatever its standard files are.
const Device = "/dev/tty"
