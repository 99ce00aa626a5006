//go:build linux && (amd64 || arm64)

package disktest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// The kinds of entries of the auxiliary vector, in which the kernel tells a new process what there is.
const (
	auxIgnore = 1
	auxVDSO   = 33 // code that reads the clock without a system call
)

// hideClock waits until a traced process has become the program, takes the kernel's code away from it that reads the clock without a system
// call, and lets it go.
func hideClock(pid int) error {
	for {
		var status unix.WaitStatus
		_, err := unix.Wait4(pid, &status, unix.WALL, nil)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return err
		case !status.Stopped():
			return fmt.Errorf("the program did not stop: %v", status)
		}
		if status.StopSignal() == unix.SIGTRAP { // the program begins
			break
		}
		if err := unix.PtraceCont(pid, int(status.StopSignal())); err != nil { // Go's runtime sends itself signals, before the program begins
			return err
		}
	}
	if err := hideVDSO(pid); err != nil {
		return err
	}
	return unix.PtraceDetach(pid)
}

func hideVDSO(pid int) error {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return err
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:]) // from the third on
	at, err := strconv.ParseInt(string(fields[28-3]), 10, 64)       // where the stack begins: the number of arguments
	if err != nil {
		return err
	}
	memory, err := os.OpenFile(fmt.Sprintf("/proc/%d/mem", pid), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer memory.Close()
	word := func() (uint64, error) {
		var b [8]byte
		_, err := memory.ReadAt(b[:], at)
		at += 8
		return binary.NativeEndian.Uint64(b[:]), err
	}
	if _, err := word(); err != nil {
		return err
	}
	for range 2 { // arguments and environment, each ended by a zero
		for w := uint64(1); w != 0; {
			if w, err = word(); err != nil {
				return err
			}
		}
	}
	for {
		kind, err := word()
		if err != nil || kind == 0 {
			return fmt.Errorf("no clock to hide: %w", err)
		}
		if kind == auxVDSO {
			_, err := memory.WriteAt(binary.NativeEndian.AppendUint64(nil, auxIgnore), at-8)
			return err
		}
		at += 8
	}
}

// tell answers a look at the clock.
func (c *call) tell(now time.Time) answer {
	memory, err := os.OpenFile(fmt.Sprintf("/proc/%d/mem", c.tid), os.O_RDWR, 0)
	if err != nil {
		return carryOut
	}
	defer memory.Close()
	b := binary.NativeEndian.AppendUint64(nil, uint64(now.Unix()))
	b = binary.NativeEndian.AppendUint64(b, uint64(now.Nanosecond()))
	if _, err := memory.WriteAt(b, int64(c.args[1])); err != nil {
		return carryOut
	}
	return answer{}
}
