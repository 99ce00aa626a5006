package project

import (
	"strings"
	"testing"
)

func TestRemoteKeepsNoSecret(t *testing.T) {
	tests := []struct{ raw, clean, key string }{
		{"", "", ""},
		{"https://github.com/owner/repo.git", "https://github.com/owner/repo.git", "github.com/owner/repo"},
		{"https://SECRET@GitHub.com/owner/repo", "https://GitHub.com/owner/repo", "github.com/owner/repo"},
		{"https://user:SECRET@github.com/owner/repo.git/", "https://github.com/owner/repo.git/", "github.com/owner/repo"},
		{"https://x-access-token:SECRET%2F%40@github.com:443/owner/repo", "https://github.com:443/owner/repo", "github.com/owner/repo"},
		{"https://:SECRET@github.com/owner/repo", "https://github.com/owner/repo", "github.com/owner/repo"},
		{"https://SECRET:x-oauth-basic@github.com/owner/repo", "https://github.com/owner/repo", "github.com/owner/repo"},
		{"https://user:SECRET@SECRET@github.com/owner/repo", "https://github.com/owner/repo", "github.com/owner/repo"},
		{"https://user:SE CRET\"\\@github.com/owner/repo", "https://github.com/owner/repo", "github.com/owner/repo"},
		{"https://github.com/owner/repo?access_token=SECRET#SECRET", "https://github.com/owner/repo", "github.com/owner/repo"},
		{"https://[2001:DB8::1]:8443/owner/repo", "https://[2001:DB8::1]:8443/owner/repo", "[2001:db8::1]/owner/repo"},
		{"https://host/own%20er/repo.git", "https://host/own%20er/repo.git", "host/own er/repo"},
		{"https://m\u00fcnchen.example/r", "https://m\u00fcnchen.example/r", "m\u00fcnchen.example/r"},
		{"ssh://git@github.com:22/owner/repo.git", "ssh://github.com:22/owner/repo.git", "github.com/owner/repo"},
		{"git+ssh://git:SECRET@host/owner/repo", "git+ssh://host/owner/repo", "host/owner/repo"},
		{"git://host./owner/repo", "git://host./owner/repo", "host/owner/repo"},
		{"codecommit::us-east-1://SECRET@repo", "codecommit::us-east-1://repo", ""},
		{"gcrypt::https://user:SECRET@host/o/r", "gcrypt::https://host/o/r", "host/o/r"},
		{"ext::sh -c SECRET", "", ""},

		{"git@github.com:owner/repo.git", "github.com:owner/repo.git", "github.com/owner/repo"},
		{"github.com:/owner/repo.git", "github.com:/owner/repo.git", "github.com/owner/repo"},
		{"SECRET@github.com:owner/repo.git", "github.com:owner/repo.git", "github.com/owner/repo"},
		{"SECRET@corp.example@github.com:owner/repo.git", "github.com:owner/repo.git", "github.com/owner/repo"},
		{"git@[2001:db8::1]:owner/repo", "[2001:db8::1]:owner/repo", "[2001:db8::1]/owner/repo"},
		{"work:owner/repo", "work:owner/repo", "work/owner/repo"},
		{"user:SECRET@host:owner/repo", "", ""},
		{"user:SECRET@github.com/owner/repo", "", ""},
		{"SECRET@github.com/owner/repo", "", ""},
		{"[SECRET@host:22]:path", "", ""},

		// What git itself could not use, but a person may have written.
		{"https://user:SEC/RET@host/o/r", "", ""},
		{"https://user:12/SECRET@host/o/r", "", ""},
		{"https://SECRET/SECRET@host/o/r", "", ""},
		{"https://user:12?SECRET@host/o/r", "", ""},
		{"https://SECRET#SECRET@host/o/r", "", ""},
		{"https://user:SECRET@SECRET/x@host/o/r", "", ""},
		{"https://user%3ASECRET%40host/o/r", "", ""},
		{"https:/user:SECRET@host/o/r", "", ""},
		{"https:///user:SECRET@host/o/r", "", ""},
		{"https://user:SECRET@", "", ""},
		{"https://user:SECRET", "", ""},
		{"https://user:SECRET@host:SECRET/o/r", "", ""},
		{"https://host/o/r\nSECRET", "", ""},
		{" https://user:SECRET@host/o/r ", "https://host/o/r", "host/o/r"},

		{"https://host", "https://host", ""},
		{"https://host/.git", "https://host/.git", ""},
		{"/srv/git/x@y.git", "/srv/git/x@y.git", ""},
		{"u:/SECRET@host:o/r", "", ""},
		{"~u:SECRET@host:o/r", "", ""},
		{"../sibling", "../sibling", ""},
		{"sibling", "sibling", ""},
		{`C:\src\repo`, `C:\src\repo`, ""},
		{"C:/src/repo", "C:/src/repo", ""},
		{`\\server\share`, `\\server\share`, ""},
		{"file:///srv/git/x.git", "file:///srv/git/x.git", ""},
		{"file://user:SECRET@server/share", "file://server/share", ""},
		{"ssh://git@localhost/o/r", "ssh://localhost/o/r", ""},
		{"ssh://git@127.0.0.1:2222/o/r", "ssh://127.0.0.1:2222/o/r", ""},
	}
	for _, tt := range tests {
		r := parseRemote(tt.raw)
		if got := r.String(); got != tt.clean {
			t.Errorf("%q is kept as %q, want %q", tt.raw, got, tt.clean)
		}
		if got := r.key(); got != tt.key {
			t.Errorf("%q has the key %q, want %q", tt.raw, got, tt.key)
		}
		if strings.Contains(r.String()+r.key(), "SEC") {
			t.Errorf("%q leaks", tt.raw)
		}
		if again := parseRemote(r.String()); again != r {
			t.Errorf("%q: what is kept, %q, reads as another", tt.raw, r.String())
		}
	}
}

// FuzzRemote puts a password where URLs have it, and wants to see nothing of it.
func FuzzRemote(f *testing.F) {
	f.Add("https://", "user:", "/pa?ss#@", "host/o/r")
	f.Add("", "", "12/", "host:o/r")
	f.Add("ssh://", "", ":7", "[::1]:22/x")
	f.Add("a::b://", "u@", "\\", "h")
	f.Fuzz(func(t *testing.T, scheme, user, odd, rest string) {
		if strings.ContainsAny(scheme+rest, "@\r\n\t ") || strings.Contains(strings.ToLower(scheme+user+odd+rest), "zzz") {
			return
		}
		// A local path may have any name, and only what follows a scheme or nothing is where a password goes.
		if scheme != "" && !strings.HasSuffix(scheme, "://") || strings.IndexAny(strings.TrimSpace(scheme+user+odd), `/\`) == 0 {
			return
		}
		for _, secret := range []string{"zzzz" + odd, odd + "zzzz", "zzzz" + odd + "zzzz"} {
			r := parseRemote(scheme + user + secret + "@" + rest)
			if strings.Contains(strings.ToLower(r.String()+r.key()), "zzzz") {
				t.Fatalf("%q is kept as %q, key %q", scheme+user+secret+"@"+rest, r.String(), r.key())
			}
		}
	})
}

func TestGitIdentity(t *testing.T) {
	a := gitIdentity("github.com/o/r", "", "")
	if a.IsZero() || a != gitIdentity("github.com/o/r", "", "") || a[6]>>4 != 8 || a[8]>>6 != 2 {
		t.Errorf("%v", a)
	}
	if a.String() != "ead657b6-c93c-80db-bbf0-1b600255a5f2" {
		t.Errorf("the identity of existing projects changed: %v", a)
	}
	for _, b := range []string{"/x", "x/", "/x/y"} {
		sub, worktree, _ := strings.Cut(b, "/")
		if gitIdentity("github.com/o/r", sub, worktree) == a {
			t.Errorf("sub %q, worktree %q make no difference", sub, worktree)
		}
	}
	if !gitIdentity("", "sub", "").IsZero() {
		t.Error("an identity without a key")
	}
}
