// Package hostiletest lets a writer who has every key of a repository store whatever it likes there, and runs the program on it: bombs,
// names that lead out, folders and files that never end, sizes and counts that lie.
//
// Promises tested: each command ends in bounded time and memory with the exit code for damage where it meets any, writes nothing outside of
// the folder that it restores into, and sends no control character to the terminal.
package hostiletest
