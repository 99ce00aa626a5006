// Package disktest runs the real program where the machine is not to be relied on: each system call fails once, the power goes, the disk is
// full, the clock jumps, a backup sleeps for days, local state is foreign or damaged, the repository is a copy.
//
// Terms: a world is a folder with a project, a home and a repository, on which one command is run; a supervisor is told of each system
// call that the command makes on a file of the world, in one order, before the kernel carries it out, and may have it fail (seccomp's
// user notification: exact where strace, which counts for each thread, is not).
//
// Promises tested: exit codes are honest, and tell the source from the destination; a backup changes nothing of the project; no file has
// its final name before it is whole; whatever was reported as saved restores byte for byte, also after a power cut that loses what was not
// flushed; and running the command again succeeds.
package disktest
