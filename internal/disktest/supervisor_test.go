//go:build linux && (amd64 || arm64)

package disktest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// call is one system call that the supervised program is about to make.
type call struct {
	nr   uintptr
	args [6]uint64
	tid  int // of the thread
}

// answer is what becomes of a call: it is carried out, if carry, or returns value or an error.
type answer struct {
	carry bool
	value int64
	errno unix.Errno
}

var carryOut = answer{carry: true}

// notification and response are struct seccomp_notif and seccomp_notif_resp of the kernel.
type notification struct {
	id    uint64
	pid   uint32
	flags uint32
	nr    int32
	arch  uint32
	ip    uint64
	args  [6]uint64
}

type response struct {
	id    uint64
	val   int64
	errno int32
	flags uint32
}

// launchVariable names the calls, by number, that are to be supervised, in the process that becomes the program.
const launchVariable = "DISKTEST_SUPERVISE"

// clockVariable says, likewise, that the program's clock is supervised.
const clockVariable = "DISKTEST_CLOCK"

// launch is main of that process: it installs the filter, hands its listener to the parent, and becomes the program.
func launch(numbers string) {
	runtime.LockOSThread()
	if err := launchAs(numbers); err != nil {
		fmt.Fprintln(os.Stderr, "launch:", err)
		os.Exit(99)
	}
}

func launchAs(numbers string) error {
	filter := []unix.SockFilter{{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS}} // the call's number
	for _, word := range strings.Fields(numbers) {
		var nr uint32
		if _, err := fmt.Sscan(word, &nr); err != nil {
			return err
		}
		filter = append(filter, unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jf: 1, K: nr},
			unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_USER_NOTIF})
	}
	clock := os.Getenv(clockVariable) != ""
	os.Unsetenv(clockVariable)
	if clock {
		filter = append(filter, unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jf: 3, K: unix.SYS_CLOCK_GETTIME},
			unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 16}, // which clock
			unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jf: 1, K: unix.CLOCK_REALTIME},
			unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_USER_NOTIF})
	}
	filter = append(filter, unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW})
	prog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	path, args := os.Args[1], os.Args[1:]
	fd, _, errno := unix.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_NEW_LISTENER, uintptr(unsafe.Pointer(&prog)))
	if errno != 0 {
		return errno
	}
	if err := unix.Sendmsg(3, []byte{0}, unix.UnixRights(int(fd)), nil, 0); err != nil {
		return err
	}
	unix.CloseOnExec(3)
	if clock { // this thread becomes the program, and the parent hides the clock that needs no system call
		if _, _, errno := unix.RawSyscall(unix.SYS_PTRACE, unix.PTRACE_TRACEME, 0, 0); errno != 0 {
			return errno
		}
	}
	return syscall.Exec(path, args, os.Environ())
}

// errNoSupervision says that this system does not let a process be supervised.
var errNoSupervision = errors.New("this kernel has no seccomp user notification, or does not allow it")

// supervise runs cmd, whose path is a program, and asks decide about each call of the numbers given, one at a time, and also each time that
// the program looks at the clock, if clock.
func supervise(cmd *exec.Cmd, numbers []uintptr, clock bool, decide func(*call) answer) error {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	theirs := os.NewFile(uintptr(pair[1]), "supervision")
	defer unix.Close(pair[0])
	words := make([]string, len(numbers))
	for i, nr := range numbers {
		words[i] = fmt.Sprint(nr)
	}
	cmd.Args = append([]string{os.Args[0], cmd.Path}, cmd.Args[1:]...)
	if cmd.Path, err = os.Executable(); err != nil {
		return err
	}
	cmd.Env = append(cmd.Env, launchVariable+"="+strings.Join(words, " "))
	cmd.ExtraFiles = []*os.File{theirs}
	if clock {
		cmd.Env = append(cmd.Env, clockVariable+"=1")
		runtime.LockOSThread() // who starts a process traces it
		defer runtime.UnlockOSThread()
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	theirs.Close()
	listener, err := receive(pair[0])
	if err != nil {
		_ = cmd.Wait()
		return errNoSupervision
	}
	defer unix.Close(listener)
	if clock {
		if err := hideClock(cmd.Process.Pid); err != nil {
			_ = cmd.Process.Kill()
			return errors.Join(err, cmd.Wait())
		}
	}
	serve(listener, decide)
	return cmd.Wait()
}

// receive gets the listener.
func receive(socket int) (int, error) {
	oob := make([]byte, unix.CmsgSpace(4))
	_, n, _, _, err := unix.Recvmsg(socket, make([]byte, 1), oob, unix.MSG_CMSG_CLOEXEC)
	if err != nil {
		return 0, err
	}
	messages, err := unix.ParseSocketControlMessage(oob[:n])
	if err != nil || len(messages) == 0 {
		return 0, errNoSupervision
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 1 {
		return 0, errNoSupervision
	}
	return fds[0], nil
}

// serve answers until no supervised process is left.
func serve(listener int, decide func(*call) answer) {
	for {
		poll := []unix.PollFd{{Fd: int32(listener), Events: unix.POLLIN}}
		if _, err := unix.Poll(poll, -1); err == unix.EINTR {
			continue
		} else if err != nil || poll[0].Revents&unix.POLLIN == 0 {
			return
		}
		n := notification{}
		if !control(listener, unix.SECCOMP_IOCTL_NOTIF_RECV, unsafe.Pointer(&n)) {
			continue // it was killed, or interrupted
		}
		a := decide(&call{uintptr(n.nr), n.args, int(n.pid)})
		r := response{id: n.id, val: a.value, errno: -int32(a.errno)}
		if a.carry {
			r.flags = 1 // SECCOMP_USER_NOTIF_FLAG_CONTINUE
		}
		control(listener, unix.SECCOMP_IOCTL_NOTIF_SEND, unsafe.Pointer(&r))
	}
}

func control(fd int, request uintptr, arg unsafe.Pointer) bool {
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(arg))
	return errno == 0
}

// text reads a string of the program's memory.
func (c *call) text(at uint64) string {
	b := make([]byte, unix.PathMax)
	f, err := os.Open(fmt.Sprintf("/proc/%d/mem", c.tid))
	if err != nil {
		return ""
	}
	defer f.Close()
	n, _ := f.ReadAt(b, int64(at))
	text, _, _ := strings.Cut(string(b[:n]), "\x00")
	return text
}

// fdPath is what a descriptor of the program is of: a path, or something else for pipes and the like.
func (c *call) fdPath(fd uint64) string {
	name := fmt.Sprintf("/proc/%d/fd/%d", c.tid, int32(fd))
	if int32(fd) == unix.AT_FDCWD {
		name = fmt.Sprintf("/proc/%d/cwd", c.tid)
	}
	path, _ := os.Readlink(name)
	return path
}

// at is the path that a descriptor of a folder and a name in it mean.
func (c *call) at(fd, name uint64) string {
	text := c.text(name)
	if filepath.IsAbs(text) {
		return filepath.Clean(text)
	}
	return filepath.Join(c.fdPath(fd), text)
}

// dup returns a descriptor of the supervisor's own for one of the program's.
func (c *call) dup(fd uint64) (int, error) {
	if int32(fd) == unix.AT_FDCWD {
		return unix.Open(fmt.Sprintf("/proc/%d/cwd", c.tid), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.tid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(status), "\nTgid:")
	var process int
	if _, err := fmt.Sscan(rest, &process); err != nil {
		return 0, err
	}
	handle, err := unix.PidfdOpen(process, 0)
	if err != nil {
		return 0, err
	}
	defer unix.Close(handle)
	return unix.PidfdGetfd(handle, int(int32(fd)), 0)
}

// bytes reads n bytes of the program's memory.
func (c *call) bytes(at uint64, n int) []byte {
	b := make([]byte, n)
	f, err := os.Open(fmt.Sprintf("/proc/%d/mem", c.tid))
	if err != nil {
		return nil
	}
	defer f.Close()
	n, _ = f.ReadAt(b, int64(at))
	return b[:n]
}
