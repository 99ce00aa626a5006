package project

import (
	"strings"
	"testing"

	"backup_projeto/internal/core"
)

func id(n byte) core.UUID { return core.UUID{n} }

func TestDecide(t *testing.T) {
	const fresh = 99
	tests := []struct {
		name          string
		mark, git     byte
		here, hereGit byte
		held          []byte // by another folder
		want          byte
		how           How
	}{
		{name: "nothing is known", want: fresh, how: Fresh},
		{name: "marked", mark: 1, git: 2, here: 3, want: 1, how: ByMark},
		{name: "a copy with its marks", mark: 1, held: []byte{1}, want: fresh, how: Copied},
		{name: "a copy over an older project", mark: 1, here: 2, held: []byte{1}, want: 2, how: ByPath},
		{name: "no marks here, same path", here: 1, want: 1, how: ByPath},
		{name: "cloned again at the same path", git: 2, here: 1, hereGit: 2, want: 1, how: ByPath},
		{name: "got a remote since", git: 2, here: 1, want: 1, how: ByPath},
		{name: "lost its remote since", here: 1, hereGit: 2, want: 1, how: ByPath},
		{name: "another repository at the path", git: 3, here: 1, hereGit: 2, want: 3, how: ByGit},
		{name: "moved away, and something new at the path", here: 1, held: []byte{1}, want: fresh, how: Copied},
		{name: "a clone on another machine", git: 1, want: 1, how: ByGit},
		{name: "a second clone on this machine", git: 1, held: []byte{1}, want: fresh, how: Copied},
		{name: "a marked copy of a clone", mark: 1, git: 1, held: []byte{1}, want: fresh, how: Copied},
		{name: "a marked copy that is a clone of something else", mark: 1, git: 2, held: []byte{1}, want: 2, how: ByGit},
	}
	for _, tt := range tests {
		e := evidence{mark: id(tt.mark), git: id(tt.git), fresh: func() core.UUID { return id(fresh) }}
		if tt.here != 0 {
			e.here = &entry{id: id(tt.here), git: id(tt.hereGit)}
		}
		e.holder = func(u core.UUID) string {
			for _, h := range tt.held {
				if u == id(h) {
					return "/holder"
				}
			}
			return ""
		}
		f := decide(e)
		if f.Project.ID != id(tt.want) || f.How != tt.how || (f.Of != "") != (tt.how == Copied) {
			t.Errorf("%s: %v by %s of %q, want %v by %s", tt.name, f.Project.ID[0], f.How, f.Of, tt.want, tt.how)
		}
		if known := tt.how != Fresh && tt.how != Copied; f.Known() != known {
			t.Errorf("%s: known is %v", tt.name, f.Known())
		}
	}
}

func TestEntryRoundTrip(t *testing.T) {
	for _, e := range []entry{
		{id: id(1), git: id(2), marked: true, path: "/home/me/my project"},
		{id: id(1), path: "/odd \xff\n\"\\\u00e9\x00"},
		{},
	} {
		got, err := parseEntry(e.encode())
		if err != nil || got != e {
			t.Errorf("%+v: read as %+v, %v", e, got, err)
		}
	}
	good := (&entry{id: id(1), path: "/x"}).encode()
	for _, bad := range []string{"", good + "\n", good[1:], strings.Replace(good, "false", "0", 1), strings.Replace(good, `"/x"`, "`/x`", 1),
		strings.ToUpper(good), strings.Replace(good, "id ", "", 1)} {
		if e, err := parseEntry(bad); err == nil {
			t.Errorf("%q is read as %+v", bad, e)
		}
	}
}

func FuzzEntry(f *testing.F) {
	f.Add((&entry{id: id(1), git: id(3), path: "/x\xff"}).encode())
	f.Fuzz(func(t *testing.T, s string) {
		if e, err := parseEntry(s); err == nil && e.encode() != s {
			t.Fatalf("%q is written as %q", s, e.encode())
		}
	})
}

func TestNameOf(t *testing.T) {
	for path, want := range map[string]string{"/home/me/shop": "shop", "/": "root", "/x/\xffy": "\ufffdy"} {
		if got := nameOf(path); got != want {
			t.Errorf("%q is called %q, want %q", path, got, want)
		}
	}
}
