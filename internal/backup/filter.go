package backup

import (
	"backup_projeto/internal/meta"
)

// ignoreFile is the name of the files whose patterns leave out what is beside and below them.
const ignoreFile = ".backupignore"

// cacheTag marks a folder that can be made again.
const cacheTag = "CACHEDIR.TAG"

type filter struct{}

func newFilter(o *Options) (*filter, error)               { return &filter{}, nil }
func (f *filter) child(name string) *filter               { return f }
func (f *filter) enter(d *meta.Dir, names []string) error { return nil }
func (f *filter) excludes(name string, dir bool) string   { return "" }
func isCacheDir(d *meta.Dir) bool                         { return false }
