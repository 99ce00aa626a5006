package term

import "golang.org/x/sys/windows"

// silence turns the echo of the console off, and returns what turns it on again.
func silence(fd int) (restore func(), err error) {
	var before uint32
	if err := windows.GetConsoleMode(windows.Handle(fd), &before); err != nil {
		return nil, err
	}
	silent := before&^windows.ENABLE_ECHO_INPUT | windows.ENABLE_PROCESSED_INPUT | windows.ENABLE_LINE_INPUT
	if err := windows.SetConsoleMode(windows.Handle(fd), silent); err != nil {
		return nil, err
	}
	return func() { _ = windows.SetConsoleMode(windows.Handle(fd), before) }, nil
}
