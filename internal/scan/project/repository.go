package project

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"backup_projeto/internal/core"
	"backup_projeto/internal/snapshot"
)

// repository is the git repository that a folder belongs to.
type repository struct {
	git      string // the folder with HEAD and index
	common   string // the folder with refs and config: the same, but for a worktree
	sub      string // slash path of the project's folder in the working folder; "" if it is that
	worktree string // git's name of the worktree; "" of the main one
	config   gitConfig
}

// Git returns the state of the git repository that a folder is, or is a tracked part of; nil without one. It is read from git's files, and
// a state that they do not show is left empty: that of a repository with reftable, say. Settings that include other files are not followed.
func Git(dir string) (*snapshot.Git, error) {
	path, err := resolve(dir)
	if err != nil {
		return nil, err
	}
	r, err := findRepository(path)
	if r == nil || err != nil {
		return nil, err
	}
	g := &snapshot.Git{Remote: r.remote().String()}
	if g.Head, g.Branch, err = r.head(); err != nil {
		return nil, err
	}
	return g, nil
}

func (r *repository) remote() remote { return parseRemote(r.config.origin) }

// identity returns the git identity; zero without a repository, or without an origin.
func (r *repository) identity() core.UUID {
	if r == nil {
		return core.UUID{}
	}
	return gitIdentity(r.remote().key(), r.sub, r.worktree)
}

// findRepository returns the repository of a folder, given by its resolved path; nil if there is none. A folder within a working folder
// belongs to the repository only if git tracks something in it: a home folder under git does not own every project in it.
func findRepository(path string) (*repository, error) {
	for at := path; ; {
		r, err := openRepository(at)
		if err != nil && at == path {
			return nil, err
		}
		if r != nil && at == path {
			return r, nil
		}
		if r != nil {
			sub, err := filepath.Rel(at, path)
			if err != nil {
				return nil, nil
			}
			r.sub = filepath.ToSlash(sub)
			if tracked, err := r.tracks(r.sub); !tracked || err != nil {
				return nil, err
			}
			return r, nil
		}
		up := filepath.Dir(at)
		if up == at {
			return nil, nil
		}
		at = up
	}
}

// openRepository returns the repository whose working folder is at, or that at is itself (a bare one); nil if there is none.
func openRepository(at string) (*repository, error) {
	dir, err := gitFolder(at)
	if dir == "" || err != nil {
		return nil, err
	}
	r := &repository{git: dir, common: dir}
	switch data, err := readPath(filepath.Join(dir, "commondir"), maxLine); {
	case err == nil:
		r.common = join(dir, strings.TrimSpace(string(data)))
		if filepath.Base(filepath.Dir(dir)) == "worktrees" {
			r.worktree = filepath.Base(dir)
		}
	case !absent(err):
		return nil, err
	}
	if !isFolder(filepath.Join(r.common, "objects")) || !isFolder(filepath.Join(r.common, "refs")) {
		return nil, nil
	}
	data, err := readPath(filepath.Join(r.common, "config"), maxConfig)
	if err != nil && !absent(err) {
		return nil, err
	}
	r.config = parseConfig(data)
	return r, nil
}

// gitFolder returns the folder with HEAD for a working folder or a bare repository; "" if at is none.
func gitFolder(at string) (string, error) {
	dotGit := filepath.Join(at, ".git")
	info, err := os.Stat(dotGit) // git follows a link here
	if err != nil && !absent(err) {
		return "", &core.Error{Kind: core.Source, Subject: dotGit, Err: err}
	}
	dir := at
	switch {
	case err != nil:
	case info.IsDir():
		dir = dotGit
	case info.Mode().IsRegular():
		data, err := readPath(dotGit, maxLine)
		if err != nil {
			return "", err
		}
		target, ok := strings.CutPrefix(string(data), "gitdir:")
		if !ok {
			return "", nil
		}
		dir = join(at, strings.TrimSpace(target))
	}
	if _, err := os.Lstat(filepath.Join(dir, "HEAD")); err != nil {
		if absent(err) {
			return "", nil
		}
		return "", &core.Error{Kind: core.Source, Subject: dir, Err: err}
	}
	return dir, nil
}

// join returns target as seen from dir.
func join(dir, target string) string {
	target = filepath.FromSlash(target)
	if filepath.IsAbs(target) {
		return filepath.Clean(target)
	}
	return filepath.Join(dir, target)
}

// absent reports whether an error says that there is no such file.
func absent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, errNotDir)
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
