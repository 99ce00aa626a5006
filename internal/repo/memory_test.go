package repo

import (
	"bytes"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/pack"
)

// TestMemoryThatChanges flips a bit of a segment between hashing and compressing: it must not be stored under the id of what it was.
func TestMemoryThatChanges(t *testing.T) {
	c := create(t, newStore(t), "", Options{})
	defer c.Repo.Close()
	for _, level := range []pack.Level{pack.None, pack.Fast, pack.Small} {
		c.Repo.opt.Level = level
		ses, err := c.Repo.Begin(t.Context())
		must(t, err)
		data := bytes.Repeat([]byte("what was read from a file\n"), 100)
		f := ses.Filler(pack.Data)
		_, err = f.Add(ses.r.Hasher().Sum(data), data)
		must(t, err)
		f.seg.raw[1000] ^= 4
		must(t, f.Flush())
		if err := ses.Finish(); core.KindOf(err) != core.Failure {
			t.Errorf("level %d: a changed block ended as %v", level, err)
		}
		ses.Close()
		if id := ses.r.Hasher().Sum(data); c.Repo.Has(&id) {
			t.Errorf("level %d: a changed block counts as stored", level)
		}
	}
}
