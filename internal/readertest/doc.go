// Package readertest restores with tools/reader, which is written in another language from doc/format.md alone, what this program
// saved. It shows that the document says enough, and that a repository does not depend on this program.
package readertest
