package project

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/durable"
	"backup_projeto/internal/meta"
)

// entry is what the memory has of one folder. Each has a file of its own, named by the path, so that two backups at once do not undo
// each other's.
type entry struct {
	id     core.UUID
	git    core.UUID // its git identity then; zero without one
	marked bool      // the folder could be marked
	path   string    // raw bytes
}

// Bounds of the memory.
const (
	maxEntries   = 10000
	maxEntryFile = 64 << 10
)

// memory is what is known of the folders of this machine.
type memory struct {
	dir     string
	entries []entry
}

// loadMemory reads what there is; what is damaged or foreign is passed over, for every entry can do without.
func loadMemory(dir string) *memory {
	m := &memory{dir: dir}
	d, err := meta.OpenDir(dir)
	if err != nil {
		return m
	}
	defer d.Close()
	names, _ := d.Names()
	for _, name := range names[:min(len(names), maxEntries)] {
		data, err := readFile(d, name, maxEntryFile)
		if err != nil {
			continue
		}
		if e, err := parseEntry(string(data)); err == nil && e.file() == name {
			m.entries = append(m.entries, e)
		}
	}
	return m
}

// at returns the entry of a path, or nil.
func (m *memory) at(path string) *entry {
	for i := range m.entries {
		if m.entries[i].path == path {
			return &m.entries[i]
		}
	}
	return nil
}

// holder returns a function that finds another folder than path that holds an identity. Where two folders came to it at the same moment,
// the one whose path sorts first keeps it.
func (m *memory) holder(path string) func(core.UUID) string {
	return func(id core.UUID) string {
		here := m.at(path)
		for i := range m.entries {
			e := &m.entries[i]
			if e.id != id || e.path == path || here != nil && here.id == id && path < e.path {
				continue
			}
			if e.holds() && !sameFolder(e.path, path) {
				return e.path
			}
		}
		return ""
	}
}

// holds reports whether the folder is still there and still what it was.
func (e *entry) holds() bool {
	if info, err := os.Stat(e.path); err != nil || !info.IsDir() {
		// One that may not be looked at is there all the same.
		return err != nil && errors.Is(err, os.ErrPermission)
	}
	mark, err := readMark(e.path)
	switch {
	case err != nil:
		return true
	case !mark.IsZero():
		return mark == e.id
	case e.marked: // it was moved away, or removed, and something else has its place
		return false
	}
	repo, _ := findRepository(e.path)
	return !differ(e.git, repo.identity())
}

func sameFolder(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}

// keep writes an entry, and removes those of folders that had the identity before.
func (m *memory) keep(e entry) error {
	if old := m.at(e.path); old == nil || *old != e {
		if err := durable.MkdirAll(m.dir); err != nil {
			return err
		}
		if err := durable.WriteFile(filepath.Join(m.dir, e.file()), []byte(e.encode()), 0o600); err != nil {
			return err
		}
	}
	for i := range m.entries {
		if old := &m.entries[i]; old.id == e.id && old.path != e.path {
			os.Remove(filepath.Join(m.dir, old.file())) // one that stays does no harm
		}
	}
	return nil
}

// file names an entry's file.
func (e *entry) file() string {
	sum := crypto.Hash([]byte(e.path))
	return hex.EncodeToString(sum[:16])
}

// entryHead is the first line of an entry's file.
const entryHead = "backup_projeto project 1"

func (e *entry) encode() string {
	return fmt.Sprintf("%s\nid %s\ngit %s\nmarked %v\npath %s\n", entryHead, e.id, e.git, e.marked, strconv.Quote(e.path))
}

// errEntry says that bytes are no entry.
var errEntry = errors.New("not an entry of the memory")

// parseEntry reads what encode writes, and nothing else.
func parseEntry(s string) (entry, error) {
	lines := strings.Split(s, "\n")
	if len(lines) != 6 || lines[0] != entryHead {
		return entry{}, errEntry
	}
	var values [4]string
	for i, key := range []string{"id ", "git ", "marked ", "path "} {
		var ok bool
		if values[i], ok = strings.CutPrefix(lines[i+1], key); !ok {
			return entry{}, errEntry
		}
	}
	var e entry
	var errs [4]error
	e.id, errs[0] = core.ParseUUID(values[0])
	e.git, errs[1] = core.ParseUUID(values[1])
	e.marked, errs[2] = strconv.ParseBool(values[2])
	e.path, errs[3] = strconv.Unquote(values[3])
	if err := errors.Join(errs[:]...); err != nil || e.encode() != s {
		return entry{}, errEntry
	}
	return e, nil
}
