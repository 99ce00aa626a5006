package restore

import "syscall"

// The system's numbers for: cannot write (read-only medium), device failure, disk full, twice.
var generalErrors = []error{syscall.Errno(19), syscall.Errno(1117), syscall.Errno(39), syscall.Errno(112)}
