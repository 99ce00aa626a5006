package backup

import (
	"errors"
	"io"
	"slices"

	"backup_projeto/internal/meta"
	"backup_projeto/internal/scan/ignore"
	"backup_projeto/internal/scan/project"
	"backup_projeto/internal/tree"
)

// The rules of exclusion that are no patterns, as snapshot.Excluded names them.
const (
	ruleCache      = "cachedir-tag"
	ruleDisk       = "one-file-system"
	ruleSize       = "max-size"
	ruleRepository = "repository"
)

// cacheTag marks a folder that can be made again. The tag itself is saved, so that the folder is still known for one when it is restored.
const cacheTag = "CACHEDIR.TAG"

// within leaves out what a directory as a whole says: another disk, the repository itself, a cache. It returns the names that may be
// saved and the rule that speaks, "" without one, and reads the directory's own patterns.
func (b *run) within(n *node, names []string) (left []string, rule string, err error) {
	switch {
	case n.parent == nil:
	case b.o.OneFileSystem && n.st.Dev != b.device:
		return nil, ruleDisk, nil
	case b.skip.Is(&n.st, n.path):
		return nil, ruleRepository, nil
	}
	if slices.Contains(names, cacheTag) && project.IsCacheDir(n.dir) {
		rule = ruleCache
		if m := n.match.Exclude(ruleCache); m != nil {
			n.match = m
		} else {
			names = []string{cacheTag}
		}
	}
	if n.match.ReadsRules() && slices.Contains(names, ignore.FileName) {
		var rules *ignore.Rules
		rules, err = readRules(n.dir, join(n.path(), ignore.FileName))
		n.match = n.match.With(rules)
	}
	return names, rule, err
}

// readRules reads a .backupignore file. One that is no regular file, or vanished, has no rules.
func readRules(d *meta.Dir, path string) (*ignore.Rules, error) {
	f, err := d.Open(ignore.FileName)
	if err != nil {
		if meta.Reason(err) == meta.ReasonPermission {
			return nil, err
		}
		return nil, nil
	}
	defer f.Close()
	if st, err := f.Stat(); err != nil || st.Type != tree.File {
		return nil, nil
	}
	buf := make([]byte, ignore.MaxFile+1)
	n, err := f.ReadAt(buf, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return ignore.Parse(path, buf[:n])
}

// judge asks the patterns about a child: whether it is saved and, if not, by which rule; "" where that is counted already.
func (b *run) judge(n *node, c *child) (keep bool, rule string) {
	verdict := ignore.Save
	if c.st.Type == tree.Dir {
		c.match, verdict, rule = n.match.Dir(c.name)
	} else {
		verdict, rule = n.match.File(c.name)
	}
	c.entered = verdict == ignore.Enter
	switch {
	case verdict == ignore.Skip && rule == ruleCache: // its folder is counted, and the tag stays
		return c.name == cacheTag, ""
	case verdict == ignore.Skip:
		return false, rule
	case verdict != ignore.Chosen && b.o.MaxSize > 0 && c.st.Type == tree.File && c.st.Size > b.o.MaxSize:
		return false, ruleSize
	}
	return true, ""
}
