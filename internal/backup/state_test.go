package backup

import (
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"testing"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/meta"
	"backup_projeto/internal/tree"
)

// stateBytes writes a state with one folder and returns its records.
func stateBytes(t testing.TB) (records, head []byte) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "state")
	_, n := openState(name, core.UUID{1})
	at := n.add(totals{files: 1, bytes: 3}, tree.Content{IDs: []core.ID{{7}}}, []stated{{mark: mark{1, 2, 3, 4, 5}, name: "file", entry: []byte{0xa1}}})
	n.commit(core.UUID{1}, core.UUID{2}, stated{child: at}, &oldState{}, false, []core.ID{{8}, {9}})
	head, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	old, err := readHead(name, core.UUID{1})
	if err != nil {
		t.Fatal(err)
	}
	defer old.close()
	return append([]byte(nil), old.mapped...), head
}

func TestStateRoundTrip(t *testing.T) {
	records, _ := stateBytes(t)
	s := &oldState{mapped: records}
	r := s.at(uint64(len(stateMagic)))
	if r == nil || r.totals.files != 1 || r.totals.bytes != 3 || len(r.content.IDs) != 1 || r.content.IDs[0] != (core.ID{7}) {
		t.Fatalf("%+v", r)
	}
	e, ok := r.next()
	if !ok || string(e.name) != "file" || e.mark != (mark{1, 2, 3, 4, 5}) || string(e.entry) != "\xa1" {
		t.Errorf("%+v", e)
	}
	if _, ok := r.next(); ok {
		t.Error("there is more than was written")
	}
}

// FuzzState reads records that are whole by their checksum, whatever is in them.
func FuzzState(f *testing.F) {
	records, _ := stateBytes(f)
	f.Add(records[len(stateMagic)+8:])
	f.Fuzz(func(t *testing.T, body []byte) {
		b := append([]byte(stateMagic), 0, 0, 0, 0, 0, 0, 0, 0)
		binary.LittleEndian.PutUint32(b[len(stateMagic):], uint32(len(body)))
		binary.LittleEndian.PutUint32(b[len(stateMagic)+4:], crc32.Checksum(body, castagnoli))
		r := (&oldState{mapped: append(b, body...)}).at(uint64(len(stateMagic)))
		if r == nil {
			return
		}
		size := 0
		for e, ok := r.next(); ok; e, ok = r.next() {
			size += len(e.name) + len(e.entry)
		}
		if size+len(r.content.IDs)*core.IDSize > len(body) {
			t.Error("more was read than there is")
		}
	})
}

// FuzzStateHead reads heads: one that is accepted names a file beside it, and nothing else.
func FuzzStateHead(f *testing.F) {
	_, head := stateBytes(f)
	f.Add(head[:len(head)-4])
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, body []byte) {
		name := filepath.Join(dir, "head")
		if err := os.WriteFile(name, binary.LittleEndian.AppendUint32(body, crc32.Checksum(body, castagnoli)), 0o600); err != nil {
			t.Fatal(err)
		}
		if s, err := readHead(name, core.UUID{1}); err == nil {
			defer s.close()
			if filepath.Base(s.name) != s.name {
				t.Errorf("%q is accepted", s.name)
			}
		}
	})
}

// TestSettled has entries that changed a moment ago by this clock or by one that is ahead: they are read again.
func TestSettled(t *testing.T) {
	now := time.Now()
	for _, c := range []struct {
		age  time.Duration
		want bool
	}{{time.Minute, true}, {3 * time.Second, true}, {0, false}, {-time.Millisecond, false}, {-time.Hour, false}, {-48 * time.Hour, true}} {
		st := &meta.Stat{CTime: now.Add(-c.age).UnixNano() | 1}
		if got := (&run{}).settled(st) != never; got != c.want {
			t.Errorf("changed %v ago: settled is %v", c.age, got)
		}
	}
}
