// Package treetest makes random folders with every kind of entry that a file system knows, changes them, and compares two of them in
// everything. It serves tests only, and works on Linux and macOS.
package treetest
