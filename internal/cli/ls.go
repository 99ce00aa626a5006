package cli

import (
	"context"
	"strconv"
	"strings"
	"time"

	"backup_projeto/internal/cli/term"
	"backup_projeto/internal/tree"
)

// jsonEntry is the object of an entry of a snapshot.
type jsonEntry struct {
	Type string `json:"type"`
	jsonPath
	Kind   string `json:"kind"`
	Mode   string `json:"mode"` // octal
	Size   int64  `json:"size"`
	MTime  string `json:"mtime"`
	User   string `json:"user,omitempty"`
	Group  string `json:"group,omitempty"`
	UID    uint32 `json:"uid"`
	GID    uint32 `json:"gid"`
	Target string `json:"target,omitempty"`
}

func newJSONEntry(name string, e *tree.Entry) jsonEntry {
	return jsonEntry{"entry", pathJSON(name), kindWord(e.Type), "0" + strconv.FormatUint(uint64(e.Mode), 8), e.Size, jsonTime(e.MTime),
		strings.ToValidUTF8(e.User, "\ufffd"), strings.ToValidUTF8(e.Group, "\ufffd"), e.UID, e.GID, strings.ToValidUTF8(e.Target, "\ufffd")}
}

// kindWord is an entry's type in JSON.
func kindWord(t tree.Type) string {
	return [...]string{"file", "dir", "symlink", "fifo", "socket", "char_device", "block_device"}[t]
}

func runList(ctx context.Context, a *app, args []string) error {
	return a.reading(ctx, func(s *session) error {
		name := ""
		if len(args) > 0 {
			name = args[0]
		}
		path, e, err := s.entry(ctx, name)
		if err != nil {
			return err
		}
		if e.Type != tree.Dir {
			s.showEntries([]named{{path, e}})
			return nil
		}
		var all []named
		for child, err := range s.repo.Dir(ctx, e.Content) {
			if err != nil {
				return err
			}
			c := *child
			all = append(all, named{join(path, c.Name), &c})
			if len(all) == 4096 { // a folder of millions is shown in pieces
				s.showEntries(all)
				all = all[:0]
			}
		}
		s.showEntries(all)
		return nil
	})
}

// named is an entry with its path.
type named struct {
	path  string
	entry *tree.Entry
}

// entry finds a path, as a person wrote it, in the snapshot that the settings choose.
func (s *session) entry(ctx context.Context, name string) (path string, e *tree.Entry, err error) {
	h, err := s.history(ctx)
	if err != nil {
		return "", nil, err
	}
	m, err := s.pick(ctx, h)
	if err != nil {
		return "", nil, err
	}
	if err := s.loadIndex(ctx); err != nil {
		return "", nil, err
	}
	if path, err = s.inSnapshot(m, name); err != nil {
		return "", nil, err
	}
	e, err = s.repo.Find(ctx, &m.Root, path)
	return path, e, err
}

// join joins slash paths.
func join(dir, name string) string {
	if dir == "" {
		return name
	}
	return dir + "/" + name
}

// showEntries writes entries as a table: type and permissions, size, date, name.
func (s *session) showEntries(all []named) {
	var rows [][]string
	for _, n := range all {
		s.object(newJSONEntry(n.path, n.entry))
		name := term.Escape(n.path[strings.LastIndexByte(n.path, '/')+1:])
		switch n.entry.Type {
		case tree.Dir:
			name += "/"
		case tree.Symlink:
			name += " -> " + term.Escape(n.entry.Target)
		}
		rows = append(rows, []string{modeText(n.entry), s.sizeText(n.entry), s.lang.Date(mtime(n.entry)), name})
	}
	s.table(rows, 1)
}

func (s *session) sizeText(e *tree.Entry) string {
	switch e.Type {
	case tree.File:
		return s.lang.Bytes(e.Size)
	case tree.CharDevice, tree.BlockDevice:
		return strconv.Itoa(int(e.Device[0])) + "," + strconv.Itoa(int(e.Device[1]))
	}
	return "-"
}

// modeText is what "ls -l" shows: -rw-r--r--.
func modeText(e *tree.Entry) string {
	b := []byte("----------")
	b[0] = "-dlpscb"[e.Type]
	for i := range 9 {
		if e.Mode&(0o400>>i) != 0 {
			b[i+1] = "rwx"[i%3]
		}
	}
	for i, special := range []struct {
		bit  uint32
		set  byte
		none byte
	}{{0o4000, 's', 'S'}, {0o2000, 's', 'S'}, {0o1000, 't', 'T'}} {
		if e.Mode&special.bit == 0 {
			continue
		}
		at := 3 * (i + 1)
		if b[at] == 'x' {
			b[at] = special.set
		} else {
			b[at] = special.none
		}
	}
	return string(b)
}

// mtime is an entry's time of change.
func mtime(e *tree.Entry) time.Time { return time.Unix(0, e.MTime) }
