package index

import (
	"io"

	"backup_projeto/internal/core"
)

// memory is a file that is not on disk.
type memory struct{ b []byte }

func (m *memory) WriteAt(p []byte, at int64) (int, error) {
	if need := int(at) + len(p); need > len(m.b) {
		m.b = append(m.b, make([]byte, need-len(m.b))...)
	}
	return copy(m.b[at:], p), nil
}

func (m *memory) ReadAt(p []byte, at int64) (int, error) {
	if at >= int64(len(m.b)) {
		return 0, io.EOF
	}
	n := copy(p, m.b[at:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// memoryTable makes a table that is not on disk.
func memoryTable(repo core.UUID, runs []*run) (*table, error) {
	m := &memory{}
	if err := writeTable(m, repo, runs); err != nil {
		return nil, err
	}
	return newTable(m.b, repo)
}

// newTable reads a table from its file's bytes, which must not change while it is used.
func newTable(b []byte, repo core.UUID) (*table, error) {
	return openTable(&memory{b}, int64(len(b)), repo, func(at int64, n int) ([]byte, error) { return b[at : at+int64(n)], nil })
}
