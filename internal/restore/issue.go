package restore

import (
	"errors"
	"io/fs"
	"slices"
	"sync"
	"syscall"

	"backup_projeto/internal/core"
	"backup_projeto/internal/report"
)

// maxIssues is how many issues a result lists, and maxIssuePaths how long their paths are together, in bytes; the reporter gets all of
// them.
const (
	maxIssues     = 1000
	maxIssuePaths = 1 << 20
)

// The codes of issues.
const (
	codeDamaged core.Code = "restore-damaged"    // stored data of an entry is damaged
	codeNotMade core.Code = "restore-not-made"   // an entry could not be written
	codeTaken   core.Code = "restore-name-taken" // another entry has the name by now, or has it as far as this file system can tell
	codeBlocked core.Code = "restore-blocked"    // what is in the target cannot be looked at
	codeKept    core.Code = "restore-kept"       // it would replace a folder of Options.Keep, or write in one
	codeMeta    core.Code = "restore-metadata"   // owner, mode, times or attributes were not set
	codeSpecial core.Code = "restore-special"    // this system or user cannot make such an entry
	codeLeft    core.Code = "restore-left"       // what was replaced could not be removed entirely
	codeLink    core.Code = "restore-link"       // a hard link became a file of its own
	codeInside  core.Code = "inside-repository"  // the target is one of the folders of Options.Keep, or in one
	codeDeep    core.Code = "restore-too-deep"   // folders are nested deeper than is believable
	codeRead    core.Code = "restore-read-back"  // what was read back is not what was written
)

// issues gathers what went wrong with single entries.
type issues struct {
	mu      sync.Mutex // guards all
	shown   []report.Issue
	paths   int   // bytes of shown's paths
	damaged int64 // entries
	lost    int64
	damage  error // the first
	loss    error
}

func (s *issues) list() []report.Issue {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.shown)
}

// verdict is the error of a restore that went on to the end; nil if every entry is there.
func (s *issues) verdict() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.damaged > 0:
		return &core.Error{Kind: core.Damage, Code: codeDamaged, Err: s.damage}
	case s.lost > 0:
		return &core.Error{Kind: core.Source, Code: "restore-incomplete", Err: s.loss}
	}
	return nil
}

// note reports something that cost no entry.
func (j *job) note(path string, code core.Code, err error) {
	j.report(path, &core.Error{Kind: core.Source, Code: code, Subject: path, Err: err})
}

// lose reports an entry that was not restored, or a folder with all that is below it.
func (j *job) lose(path string, err error) {
	e := &core.Error{Kind: core.Source, Code: codeNotMade, Subject: path, Err: cause(err)}
	switch code := core.CodeOf(err); {
	case core.KindOf(err) == core.Damage:
		e.Kind, e.Code = core.Damage, codeDamaged
	case code != "":
		e.Code = code
	case errors.Is(err, fs.ErrExist), errors.Is(err, syscall.EISDIR), errors.Is(err, syscall.ENOTEMPTY):
		e.Code = codeTaken
	}
	j.issues.mu.Lock()
	if e.Kind == core.Damage {
		j.issues.damaged++
		if j.issues.damage == nil {
			j.issues.damage = err
		}
	} else {
		j.issues.lost++
		if j.issues.loss == nil {
			j.issues.loss = err
		}
	}
	j.issues.mu.Unlock()
	j.report(path, e)
}

func (j *job) report(path string, err error) {
	issue := report.Issue{Path: path, Err: err}
	j.issues.mu.Lock()
	if s := &j.issues; len(s.shown) < maxIssues && s.paths <= maxIssuePaths { // one may be longer than all should be
		s.shown, s.paths = append(s.shown, issue), s.paths+len(path)
	}
	j.issues.mu.Unlock()
	j.rep.Issue(issue)
}

// cause leaves out what only repeats the kind, and the name without its path.
func cause(err error) error {
	if e, ok := err.(*core.Error); ok && e.Code == "" && e.Err != nil {
		return e.Err
	}
	return err
}

// general reports whether an error of the target concerns more than one entry, so that going on is no use: it is full, or no
// longer writable, or failing. What the store's disk does is not meant.
func general(err error) bool {
	if core.KindOf(err) == core.Damage {
		return false
	}
	for _, e := range generalErrors {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
