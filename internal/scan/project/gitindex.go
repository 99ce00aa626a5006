package project

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"path/filepath"
	"strings"
)

// tracks reports whether git's index has something below a folder, given by its slash path in the working folder.
func (r *repository) tracks(sub string) (found bool, err error) {
	hashSize := 20
	if r.config.objectFormat == "sha256" {
		hashSize = 32
	}
	err = streamPath(filepath.Join(r.git, "index"), maxPacked, func(in io.Reader) error {
		found, err = indexHas(in, hashSize, sub)
		return err
	})
	if absent(err) {
		return false, nil
	}
	return found, err
}

// errIndex says that bytes are no index.
var errIndex = errors.New("not a git index of version 2 to 4")

// indexHas looks for an entry below sub among those of an index, which are sorted by name (gitformat-index(5)).
func indexHas(in io.Reader, hashSize int, sub string) (bool, error) {
	r := indexReader{b: bufio.NewReaderSize(in, 64<<10), fixed: 40 + hashSize + 2}
	var head [12]byte
	if _, err := io.ReadFull(r.b, head[:]); err != nil || string(head[:4]) != "DIRC" {
		return false, errIndex
	}
	if r.version = binary.BigEndian.Uint32(head[4:]); r.version < 2 || r.version > 4 {
		return false, errIndex
	}
	below := sub + "/"
	for range binary.BigEndian.Uint32(head[8:]) {
		if err := r.next(); err != nil {
			return false, err
		}
		name := string(r.name)
		switch {
		case strings.HasPrefix(name, below):
			return true, nil
		case strings.HasSuffix(name, "/") && strings.HasPrefix(below, name): // a sparse index has whole folders
			return true, nil
		case name > below:
			return false, nil
		}
	}
	return false, nil
}

// indexReader goes through an index's entries.
type indexReader struct {
	b       *bufio.Reader
	version uint32
	fixed   int    // bytes before the name
	name    []byte // of the entry read last
}

// next reads an entry: times and sizes, hash, two bytes of flags, perhaps two more, and the name.
func (r *indexReader) next() error {
	var buf [40 + 32 + 2]byte
	if _, err := io.ReadFull(r.b, buf[:r.fixed]); err != nil {
		return errIndex
	}
	length := r.fixed
	if extended := buf[r.fixed-2]&0x40 != 0; extended {
		if r.version < 3 {
			return errIndex
		}
		if _, err := r.b.Discard(2); err != nil {
			return errIndex
		}
		length += 2
	}
	keep := 0
	if r.version == 4 { // names are cut where they begin as the one before
		drop, err := r.varint()
		if err != nil || drop > len(r.name) {
			return errIndex
		}
		keep = len(r.name) - drop
	}
	rest, err := r.b.ReadSlice(0)
	if err != nil || len(rest) == 1 && keep == 0 || bytes.HasPrefix(rest, []byte("/")) && keep == 0 {
		return errIndex
	}
	r.name = append(r.name[:keep], rest[:len(rest)-1]...)
	if r.version == 4 {
		return nil
	}
	length += len(rest) // with one NUL; more follow up to a multiple of 8
	if _, err := r.b.Discard((8 - length%8) % 8); err != nil {
		return errIndex
	}
	return nil
}

// varint reads a number as git's pack files have it: each byte but the last adds one.
func (r *indexReader) varint() (int, error) {
	n := -1
	for {
		b, err := r.b.ReadByte()
		if err != nil || n > 1<<20 {
			return 0, errIndex
		}
		n = (n+1)<<7 | int(b&0x7f)
		if b&0x80 == 0 {
			return n, nil
		}
	}
}
