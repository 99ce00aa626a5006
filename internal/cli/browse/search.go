package browse

import (
	"context"
	"slices"

	"backup_projeto/internal/scan/ignore"
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
	match  *ignore.Matcher

	found map[string]*Version // by path and version
	// seen has, for each folder at its path, what was found in it and below.
	seen map[string][]*Version
}

// NewSearcher makes one; match is that of the root (ignore.Select). A folder that matches stands for all that is below it.
func NewSearcher(s Source, match *ignore.Matcher) *Searcher {
	return &Searcher{s, match, map[string]*Version{}, map[string][]*Version{}}
}

// Search looks through the snapshot with that root and that number, which must be larger than those before.
func (s *Searcher) Search(ctx context.Context, root *tree.Entry, number int) error {
	found, err := s.folder(ctx, "", root, s.match)
	if err != nil {
		return err
	}
	for _, v := range found {
		v.In = append(v.In, number)
	}
	return nil
}

// folder returns what matches in a folder and below; a path has one matcher, so the memory needs none in its keys.
func (s *Searcher) folder(ctx context.Context, path string, dir *tree.Entry, match *ignore.Matcher) ([]*Version, error) {
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
		if e.Type != tree.Dir {
			if verdict, _ := match.File(e.Name); verdict == ignore.Chosen {
				found = append(found, s.version(name, e))
			}
			continue
		}
		inside, verdict, _ := match.Dir(e.Name)
		if verdict == ignore.Chosen {
			found = append(found, s.version(name, e))
		}
		if verdict != ignore.Enter {
			continue
		}
		below, err := s.folder(ctx, name, e, inside)
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
