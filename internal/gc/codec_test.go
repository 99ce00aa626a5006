package gc

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"backup_projeto/internal/core"
)

func someMark() *Mark {
	return &Mark{Created: 1767225600000000000, Condemned: []core.ID{{1}, {2, 3}}, Rewritten: []core.ID{{9}}, Snapshots: []core.UUID{{4}, {5}}}
}

func TestMark(t *testing.T) {
	for _, m := range []*Mark{{}, someMark(), {Swept: true, Created: -1, Condemned: []core.ID{{7}}}} {
		got, err := DecodeMark(m.Encode())
		if err != nil || !reflect.DeepEqual(got, m) {
			t.Errorf("%+v becomes %+v, %v", m, got, err)
		}
	}
	unsorted := &Mark{Condemned: []core.ID{{2}, {1}, {2}}}
	if got, err := DecodeMark(unsorted.Encode()); err != nil || !reflect.DeepEqual(got.Condemned, []core.ID{{1}, {2}}) {
		t.Errorf("ids are not sorted: %v, %v", got, err)
	}
}

func TestSession(t *testing.T) {
	for _, s := range []*Session{{}, {Prune: true, Created: 5, Host: "casa", Knows: []core.UUID{{1}, {2}}}} {
		got, err := DecodeSession(s.Encode())
		if err != nil || !reflect.DeepEqual(got, s) {
			t.Errorf("%+v becomes %+v, %v", s, got, err)
		}
	}
	for _, host := range []string{strings.Repeat("é", 300), strings.Repeat("\xff", 300), "a\xffb"} {
		if _, err := DecodeSession((&Session{Host: host}).Encode()); err != nil {
			t.Errorf("a host's name of %d bytes: %v", len(host), err)
		}
	}
}

// TestMalformed: what is not exactly an encoding is refused.
func TestMalformed(t *testing.T) {
	mark, session := someMark().Encode(), (&Session{Host: "casa", Knows: []core.UUID{{1}}}).Encode()
	for i := range mark {
		if _, err := DecodeMark(mark[:i]); err == nil {
			t.Errorf("a mark cut to %d bytes is taken", i)
		}
	}
	for i := range session {
		if _, err := DecodeSession(session[:i]); err == nil {
			t.Errorf("a session cut to %d bytes is taken", i)
		}
	}
	swapped := bytes.Clone(mark)
	at := bytes.Index(swapped, append([]byte{1}, make([]byte, 31)...))
	copy(swapped[at:], append([]byte{2, 4}, make([]byte, 30)...)) // after the id that follows it
	if _, err := DecodeMark(swapped); err == nil {
		t.Error("ids out of order are taken")
	}
}

func FuzzMark(f *testing.F) {
	f.Add(someMark().Encode())
	f.Fuzz(func(t *testing.T, data []byte) {
		if m, err := DecodeMark(data); err == nil && !bytes.Equal(m.Encode(), data) {
			t.Error("decoding is not strict")
		}
	})
}

func FuzzSession(f *testing.F) {
	f.Add((&Session{Host: "casa", Knows: []core.UUID{{1}}}).Encode())
	f.Fuzz(func(t *testing.T, data []byte) {
		if s, err := DecodeSession(data); err == nil && !bytes.Equal(s.Encode(), data) {
			t.Error("decoding is not strict")
		}
	})
}
