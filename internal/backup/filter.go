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
// saved, and reads the directory's own patterns.
func (w *worker) within(n *node, names []string) []string {
	b := w.b
	switch {
	case n.parent == nil:
	case b.o.OneFileSystem && n.st.Dev != b.device:
		b.leftOut(ruleDisk, n.path())
		return nil
	case b.skip[inode{n.st.Dev, n.st.Ino}]:
		b.leftOut(ruleRepository, n.path())
		return nil
	}
	if slices.Contains(names, cacheTag) && project.IsCacheDir(n.dir) {
		if m := n.match.Exclude(ruleCache); m != nil {
			n.match = m
		} else {
			names = []string{cacheTag}
		}
		b.leftOut(ruleCache, n.path())
	}
	if n.match.ReadsRules() && slices.Contains(names, ignore.FileName) {
		rules, err := readRules(n.dir, join(n.path(), ignore.FileName))
		if err != nil {
			b.note(join(n.path(), ignore.FileName), meta.Reason(err), err)
		}
		n.match = n.match.With(rules)
	}
	return names
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

// judge asks the patterns about a child, and reports whether it is saved.
func (w *worker) judge(n *node, c *child) bool {
	b := w.b
	verdict, rule := ignore.Save, ""
	if c.st.Type == tree.Dir {
		c.match, verdict, rule = n.match.Dir(c.name)
	} else {
		verdict, rule = n.match.File(c.name)
	}
	c.entered = verdict == ignore.Enter
	switch {
	case verdict == ignore.Skip && rule == ruleCache: // its folder is counted, and the tag stays
		return c.name == cacheTag
	case verdict == ignore.Skip:
		b.leftOut(rule, join(n.path(), c.name))
		return false
	case verdict != ignore.Chosen && b.o.MaxSize > 0 && c.st.Type == tree.File && c.st.Size > b.o.MaxSize:
		b.leftOut(ruleSize, join(n.path(), c.name))
		return false
	}
	return true
}
