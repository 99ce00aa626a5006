// Package project says what a folder is: which project, in which state of git, and whether it is a mere cache.
//
// Terms: a mark is an extended attribute of the folder with the project's id; the memory is a folder of this program with a small file for
// each project folder of this machine; a git identity is derived from the address of the repository's remote "origin", so that it is the
// same in every clone. A folder holds an identity while it exists and nothing about it speaks against that.
//
// The decision is in doc/adr/0001-project-identity.md. In short: the mark counts first, then the memory of the path, then git, and
// else the folder is a new project; and no two folders of one machine have the same identity at once.
//
// Promises: nothing in the folder changes, but for its mark; git is not run and its files are not written; what is read of a repository
// is bounded and never trusted. No user, password, query or token of a remote's address leaves this package.
package project

import (
	"os"
	"path/filepath"
	"strings"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/meta"
	"backup_projeto/internal/snapshot"
)

// How says what an identity was found by.
type How string

// The ways, the strongest first.
const (
	ByMark How = "mark" // the folder's own mark: also where it was moved to
	ByPath How = "path" // a project was at this path before
	ByGit  How = "git"  // the repository's origin, the same in every clone
	Copied How = "copy" // a new project, since the identity that the folder shows is held by another folder here
	Fresh  How = "new"  // a new project: nothing says what the folder is
)

// Found is a folder's identity. That of a new project is random, and stays with the folder only if Remember is called.
type Found struct {
	Project snapshot.Project
	How     How
	Of      string // with Copied: the folder that holds the identity

	path   string // the folder
	remote string // key of its origin, where it is a whole repository
}

// Known reports whether the folder said which project it is.
func (f *Found) Known() bool { return f.How == ByMark || f.How == ByPath || f.How == ByGit }

// Identify finds out which project a folder is. It changes nothing. memory is the folder where Remember keeps what it knows; it need not
// exist. An error, of kind Source, says that dir is no folder that can be read.
func Identify(dir, memory string) (Found, error) {
	path, err := resolve(dir)
	if err != nil {
		return Found{}, err
	}
	mark, err := readMark(path)
	if err != nil {
		return Found{}, err
	}
	repo, _ := findRepository(path) // one that cannot be read says nothing
	m := loadMemory(memory)
	f := decide(evidence{mark: mark, git: repo.identity(), here: m.at(path), holder: m.holder(path), fresh: crypto.NewUUID})
	f.Project.Name = nameOf(path)
	f.path = path
	if repo != nil && repo.sub == "" && repo.worktree == "" {
		f.remote = repo.remote().key()
	}
	return f, nil
}

// Recognize finds the project of a clone among a repository's snapshots, where its own id is not there: the original may have been saved
// before it had a remote, or when it had another, and kept the id it had. It goes by origin and name.
func Recognize(f Found, memory string, saved []*snapshot.Manifest) Found {
	if f.How != ByGit || f.remote == "" {
		return f
	}
	var best *snapshot.Manifest
	for _, s := range saved {
		if s.Project.ID == f.Project.ID {
			return f
		}
		if s.Git == nil || s.Project.Name != f.Project.Name || parseRemote(s.Git.Remote).key() != f.remote {
			continue
		}
		if best == nil || s.Start > best.Start {
			best = s
		}
	}
	if best == nil || loadMemory(memory).holder(f.path)(best.Project.ID) != "" {
		return f
	}
	f.Project.ID = best.Project.ID
	return f
}

// Remember makes a folder stay a project: it marks the folder, where the file system and its owner permit, and notes its path in memory,
// which is made if need be. It is called before a first backup, and after a restore into a folder that was no known project. While another
// folder holds the identity, nothing is done. An error, of kind Failure, says that neither could be written.
func Remember(dir, memory string, p snapshot.Project) error {
	path, err := resolve(dir)
	if err == nil {
		_, err = readMark(path)
	}
	if err != nil {
		return err
	}
	m := loadMemory(memory)
	if m.holder(path)(p.ID) != "" {
		return nil
	}
	repo, _ := findRepository(path)
	e := entry{id: p.ID, git: repo.identity(), path: path}
	markErr := setMark(path, p.ID)
	e.marked = markErr == nil
	if err := m.keep(e); err != nil && markErr != nil {
		return &core.Error{Kind: core.Failure, Code: "project-not-remembered", Subject: dir, Err: err}
	}
	return nil
}

// evidence is all that the decision rests on.
type evidence struct {
	mark core.UUID // the folder's; zero without one
	git  core.UUID // the git identity; zero without one
	here *entry    // what the memory has of the path; nil if nothing
	// holder returns the path of another folder that holds an identity, or "".
	holder func(core.UUID) string
	fresh  func() core.UUID
}

// decide weighs the evidence.
func decide(e evidence) Found {
	found := Found{How: Fresh}
	free := func(id core.UUID, how How) bool {
		if id.IsZero() {
			return false
		}
		if of := e.holder(id); of != "" {
			if found.How == Fresh {
				found.How, found.Of = Copied, of
			}
			return false
		}
		found = Found{Project: snapshot.Project{ID: id}, How: how}
		return true
	}
	if free(e.mark, ByMark) {
		return found
	}
	if e.here != nil && !differ(e.here.git, e.git) && free(e.here.id, ByPath) {
		return found
	}
	if free(e.git, ByGit) {
		return found
	}
	found.Project.ID = e.fresh()
	return found
}

// differ reports whether two git identities are there and not the same: another repository stands at the path by now.
func differ(a, b core.UUID) bool { return !a.IsZero() && !b.IsZero() && a != b }

// resolve returns the one path of a folder, without links.
func resolve(dir string) (string, error) {
	path, err := filepath.Abs(dir)
	if err == nil {
		path, err = filepath.EvalSymlinks(path)
	}
	if err != nil {
		return "", &core.Error{Kind: core.Source, Code: "project-folder", Subject: dir, Err: err}
	}
	return path, nil
}

// nameOf is a project's name: that of its folder.
func nameOf(path string) string {
	name := filepath.Base(path)
	if strings.Trim(name, string(os.PathSeparator)+".") == "" {
		return "root"
	}
	return strings.ToValidUTF8(name, "\ufffd")
}

// markName is the mark's name: the attribute is "user.backup_projeto.project".
const markName = "project"

// readMark returns the folder's mark; zero without one, and where the file system has no such thing.
func readMark(path string) (core.UUID, error) {
	d, err := meta.OpenDir(path)
	if err != nil {
		return core.UUID{}, &core.Error{Kind: core.Source, Code: "project-folder", Subject: path, Err: err}
	}
	defer d.Close()
	value, _ := d.Mark(markName) // one that cannot be read says nothing
	id, _ := core.ParseUUID(string(value))
	return id, nil
}

func setMark(path string, id core.UUID) error {
	d, err := meta.OpenDir(path)
	if err != nil {
		return err
	}
	defer d.Close()
	if value, err := d.Mark(markName); err == nil && string(value) == id.String() {
		return nil
	}
	return d.SetMark(markName, []byte(id.String()))
}
