package project

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"path"
	"path/filepath"
	"strings"
	"syscall"

	"backup_projeto/internal/meta"
)

// maxSymbolic is how many names a ref may be handed on by: git's own limit.
const maxSymbolic = 5

// head returns the commit and the branch that HEAD names; what it does not name is "".
func (r *repository) head() (commit, branch string, err error) {
	if strings.HasPrefix(r.config.refStorage, "reftable") {
		return "", "", nil
	}
	content, err := readRef(filepath.Join(r.git, "HEAD"))
	if err != nil {
		return "", "", err
	}
	ref, ok := strings.CutPrefix(content, "ref:")
	if !ok {
		return hash(content), "", nil
	}
	ref = strings.TrimSpace(ref)
	if validRef(ref) && strings.HasPrefix(ref, "refs/heads/") {
		branch = ref[len("refs/heads/"):]
	}
	commit, err = r.resolve(ref)
	return commit, branch, err
}

// resolve returns the commit that a ref names, "" for one that is not there.
func (r *repository) resolve(ref string) (string, error) {
	for range maxSymbolic {
		if !validRef(ref) {
			return "", nil
		}
		content, err := readRef(filepath.Join(r.folderOf(ref), filepath.FromSlash(ref)))
		switch {
		case err == nil:
		case absent(err), errors.Is(err, syscall.EISDIR): // "refs/heads/a" may be a folder left empty
			return r.packed(ref)
		default:
			return "", err
		}
		next, ok := strings.CutPrefix(content, "ref:")
		if !ok {
			return hash(content), nil
		}
		ref = strings.TrimSpace(next)
	}
	return "", nil
}

// folderOf returns where a ref stands: few belong to a worktree alone.
func (r *repository) folderOf(ref string) string {
	for _, own := range []string{"refs/bisect/", "refs/worktree/", "refs/rewritten/"} {
		if strings.HasPrefix(ref, own) {
			return r.git
		}
	}
	return r.common
}

// validRef keeps hostile names within the repository.
func validRef(ref string) bool {
	return strings.HasPrefix(ref, "refs/") && path.Clean(ref) == ref && filepath.IsLocal(filepath.FromSlash(ref)) &&
		!strings.ContainsFunc(ref, func(r rune) bool { return r < ' ' || r == '\\' || r == 0x7f })
}

// readRef returns the content of a loose ref. Old versions of git made HEAD a symbolic link; it is read as the ref that it names.
func readRef(file string) (string, error) {
	data, err := readPath(file, maxLine)
	if err == nil || absent(err) {
		return strings.TrimSpace(string(data)), err
	}
	d, openErr := meta.OpenDir(filepath.Dir(file))
	if openErr != nil {
		return "", openErr
	}
	defer d.Close()
	target, linkErr := d.Readlink(filepath.Base(file))
	if linkErr != nil {
		return "", err
	}
	return "ref:" + target, nil
}

// hash returns s if it is a commit's id, else "".
func hash(s string) string {
	if len(s) != 40 && len(s) != 64 || strings.Trim(s, "0123456789abcdef") != "" {
		return ""
	}
	return s
}

// packed looks a ref up in packed-refs.
func (r *repository) packed(ref string) (commit string, err error) {
	err = streamPath(filepath.Join(r.common, "packed-refs"), maxPacked, func(in io.Reader) error {
		commit, err = findPacked(in, ref)
		return err
	})
	if absent(err) {
		return "", nil
	}
	return commit, err
}

// findPacked reads lines of a commit's id, a space and a ref's name. Others are comments, or tell of tags.
func findPacked(in io.Reader, ref string) (string, error) {
	b := bufio.NewReaderSize(in, maxLine)
	for {
		line, err := b.ReadSlice('\n')
		id, name, ok := bytes.Cut(bytes.TrimRight(line, "\r\n"), []byte{' '})
		if ok && string(name) == ref && !errors.Is(err, bufio.ErrBufferFull) {
			if h := hash(string(id)); h != "" {
				return h, nil
			}
		}
		switch {
		case err == io.EOF:
			return "", nil
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return "", err
		}
	}
}
