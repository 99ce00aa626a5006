package browse

import (
	"context"
	"slices"

	"backup_projeto/internal/tree"
)

// Version is one state of one path, and the snapshots that have it, by their places in the order of the searches.
type Version struct {
	Path  string // slash path, raw bytes
	Entry *tree.Entry
	In    []int
}

// Searcher looks through snapshots, one after another, for paths that match.
type Searcher struct {
	source Source
	match  func(path string, dir bool) bool

	found map[string]*Version // by path and version
	// seen has, for each folder at its path, what was found in it and below.
	seen map[string][]*Version
}

// NewSearcher makes one; match is asked about slash paths.
func NewSearcher(s Source, match func(path string, dir bool) bool) *Searcher {
	return &Searcher{s, match, map[string]*Version{}, map[string][]*Version{}}
}

// Search looks through the snapshot with that root and that number, which must be larger than those before.
func (s *Searcher) Search(ctx context.Context, root *tree.Entry, number int) error {
	found, err := s.folder(ctx, "", root)
	if err != nil {
		return err
	}
	for _, v := range found {
		v.In = append(v.In, number)
	}
	return nil
}

// folder returns what matches in a folder and below.
func (s *Searcher) folder(ctx context.Context, path string, dir *tree.Entry) ([]*Version, error) {
	key := path + "\x00" + contentKey(dir.Content)
	if found, ok := s.seen[key]; ok {
		return found, nil
	}
	var found []*Version
	for e, err := range s.source.Dir(ctx, dir.Content) {
		if err != nil {
			return nil, err
		}
		name := join(path, e.Name)
		if s.match(name, e.Type == tree.Dir) {
			found = append(found, s.version(name, e))
		}
		if e.Type != tree.Dir {
			continue
		}
		below, err := s.folder(ctx, name, e)
		if err != nil {
			return nil, err
		}
		found = append(found, below...)
	}
	s.seen[key] = found
	return found, nil
}

func (s *Searcher) version(path string, e *tree.Entry) *Version {
	key := path + "\x00" + versionKey(e)
	v, ok := s.found[key]
	if !ok {
		copied := *e
		v = &Version{Path: path, Entry: &copied}
		s.found[key] = v
	}
	return v
}

// Found returns all versions, in order of paths, the oldest of a path first.
func (s *Searcher) Found() []*Version {
	out := make([]*Version, 0, len(s.found))
	for _, v := range s.found {
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b *Version) int {
		switch {
		case a.Path < b.Path:
			return -1
		case a.Path > b.Path:
			return 1
		}
		return slices.Compare(a.In, b.In)
	})
	return out
}
