package snapshot

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/tree"
)

func full() *Manifest {
	return &Manifest{
		ID: core.UUID{1}, Project: Project{core.UUID{2}, "açaí"}, Parent: core.UUID{3}, Host: "h", User: "u", OS: "linux", Path: "/p\xff",
		Start: -5, End: 1 << 60, Version: "1", Root: tree.Entry{Type: tree.Dir, Content: tree.Content{IDs: []core.ID{{4}}}},
		Counts:   Counts{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11},
		Excluded: []Excluded{{"*.o", 3, "a.o"}}, Unread: []Unread{{"x\xfe", "permission", "no"}}, UnreadTotal: 2000,
		Git: &Git{"abc", "main", "https://example.org/x"}, Tags: []string{"a", "b"}, Safety: true,
	}
}

func TestRoundTrip(t *testing.T) {
	for _, m := range []*Manifest{full(), {Root: tree.Entry{Type: tree.Dir}}} {
		got, err := Decode(m.Encode())
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(m, got) {
			t.Errorf("in  %+v\nout %+v", m, got)
		}
	}
}

func TestEachFieldIsEncoded(t *testing.T) {
	v := reflect.ValueOf(full()).Elem()
	base := full().Encode()
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		m := full()
		reflect.ValueOf(m).Elem().Field(i).SetZero()
		if same := bytes.Equal(m.Encode(), base); same != (name == "Device") {
			t.Errorf("field %s: encoding the same without it: %v", name, same)
		}
	}
}

func TestLongFieldsAreCut(t *testing.T) {
	long := strings.Repeat("é", maxPath)
	m := full()
	m.Host, m.Project.Name, m.Path, m.Git.Remote = "x"+long, long, long, long
	m.Tags = make([]string, 2*maxList)
	m.Tags[0] = strings.Repeat("\xff", maxText)
	m.Excluded = append(make([]Excluded, maxList), Excluded{})
	m.Excluded[0] = Excluded{long, 1, long}
	m.Unread = make([]Unread, MaxUnread+1)
	m.Unread[0] = Unread{long, long, "\xff" + long}
	if _, err := Decode(m.Encode()); err != nil {
		t.Error(err)
	}
}

func TestRefused(t *testing.T) {
	file := full()
	file.Root.Type = tree.File
	for name, data := range map[string][]byte{"empty": nil, "cut": full().Encode()[:40], "longer": append(full().Encode(), 0), "root is a file": file.Encode()} {
		if _, err := Decode(data); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(full().Encode())
	f.Fuzz(func(t *testing.T, data []byte) {
		if m, err := Decode(data); err == nil && !bytes.Equal(m.Encode(), data) {
			t.Error("accepted a manifest that encodes otherwise")
		}
	})
}
