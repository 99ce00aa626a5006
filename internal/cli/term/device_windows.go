package term

import (
	"os"

	"golang.org/x/sys/windows"
)

// Device is the console of the process, whatever its standard files are.
const Device = "CONOUT$"

// prepare makes a console understand control sequences; old ones cannot.
func prepare(f *os.File) bool {
	h := windows.Handle(f.Fd())
	var mode uint32
	return windows.GetConsoleMode(h, &mode) == nil && windows.SetConsoleMode(h, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
