package project

import (
	"io"

	"backup_projeto/internal/meta"
)

// CacheTag is the name of the file that marks a folder as a cache, which its program can make again (bford.info/cachedir).
const CacheTag = "CACHEDIR.TAG"

// cacheSignature begins a CacheTag; other content follows.
const cacheSignature = "Signature: 8a477f597d28d172789f06886806bc55"

// IsCacheDir reports whether a folder is marked as a cache: by a regular file, no link, that begins with the signature. A tag that cannot
// be read marks nothing.
func IsCacheDir(d *meta.Dir) bool {
	f, err := openFile(d, CacheTag)
	if err != nil {
		return false
	}
	defer f.Close()
	var buf [len(cacheSignature)]byte
	_, err = io.ReadFull(f, buf[:])
	return err == nil && string(buf[:]) == cacheSignature
}
