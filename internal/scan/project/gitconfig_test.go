//go:build linux || darwin

package project

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// configs are files that git accepts.
var configs = []string{
	"",
	"[remote \"origin\"]\n\turl = https://host/o/r\n",
	"[remote \"origin\"]url=a",
	"[REMOTE \"origin\"]\nURL = a b\t c  \n",
	"[remote.Origin]\nurl = a\n",
	"[remote \"Origin\"]\nurl = wrong\n[remote \"origin\"]\nurl = right\n",
	"[remote \"origin\"]\nurl = first\nurl = second\n",
	"[remote \"origin\"]\nurl = first\n[core]\n\tbare = false\n[remote \"origin\"]\nurl = second\n",
	"[remote \"origin\"]\nurl = \"a # b\" # comment\n",
	"[remote \"origin\"]\nurl = a;b\n",
	"[remote \"origin\"]\nurl = \"  a  \"  \n",
	"[remote \"origin\"]\nurl = a\\\n  b\n",
	"[remote \"origin\"]\nurl = a\\\\b\\\"c\n",
	"[remote \"origin\"]\r\n\turl = a\r\n\tfetch = x\r\n",
	"\xef\xbb\xbf[remote \"origin\"]\nurl = a\n",
	"# c\n; d\n[remote \"or\\\"i\\\\gin\"]\nurl = x\n[remote \"origin\"] ; c\nurl = a\n",
	"[core]\n\tbare\n\tfilemode = true\n[remote \"origin\"]\nurl = a\n",
	"[remote \"origin\"]\nurl = \"a\"b\" c \"\n",
	"[remote]\nurl = wrong\norigin = wrong\n[remote \"origin\"]\npushurl = wrong\nurl = right\n",
	"[url \"https://SECRET@host/\"]\ninsteadOf = gh:\n[remote \"origin\"]\nurl = gh:o/r\n",
	"[remote \"origin\"]\nurl = a \\\n",
	"[remote \"origin\"] url = a\nx-y2 = z\n",
}

func TestConfigAgreesWithGit(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("git is not installed")
	}
	file := filepath.Join(t.TempDir(), "config")
	for _, c := range configs {
		write(t, file, c)
		out, err := exec.Command(git, "config", "-z", "--file", file, "--get-all", "remote.origin.url").Output()
		if exit := (*exec.ExitError)(nil); err != nil && (!asExit(err, &exit) || exit.ExitCode() != 1) { // 1: there is none
			t.Fatalf("git does not take %q: %v", c, err)
		}
		want, _, _ := strings.Cut(string(out), "\x00")
		if got := parseConfig([]byte(c)).origin; got != want {
			t.Errorf("%q: got %q, git says %q", c, got, want)
		}
	}
}

func asExit(err error, exit **exec.ExitError) (ok bool) {
	*exit, ok = err.(*exec.ExitError)
	return ok
}

func TestConfigOfOtherSyntaxEnds(t *testing.T) {
	const good = "[remote \"origin\"]\nurl = a\n"
	for _, c := range []string{"[core\n", "[x \"y\n\"]\n", "[x \"y", "[x \"\\", "= x\n", "x = y\n", "[a]\nb c\n", "[a]\nb = \"c\n", "[a]\nb = \\x\n", "[a]\nb = \\", "\x00"} {
		if got := parseConfig([]byte(good + c)); c != "x = y\n" && got.origin != "a" {
			t.Errorf("%q: what came before is lost", c)
		}
		if c == "[a]\nb = \\" { // git takes it for the end of the file
			continue
		}
		if got := parseConfig([]byte(c + good)); got.origin != "" {
			t.Errorf("%q: read on as %q", c, got.origin)
		}
	}
	got := parseConfig([]byte("[remote \"origin\"]\nurl = a\nurl =\nurl = b\n"))
	if got.origin != "b" {
		t.Errorf("an empty address does not take the earlier back: %q", got.origin)
	}
}

func FuzzConfig(f *testing.F) {
	for _, c := range configs {
		f.Add([]byte(c))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if c := parseConfig(data); len(c.origin) > len(data) {
			t.Fatalf("%d bytes of %d", len(c.origin), len(data))
		}
	})
}

func FuzzIndex(f *testing.F) {
	entry := append(make([]byte, 60), 0, 3)
	entry = append(entry, "a/b\x00\x00\x00\x00\x00\x00\x00"...)
	f.Add(append([]byte("DIRC\x00\x00\x00\x02\x00\x00\x00\x01"), entry...), "a")
	f.Add(append([]byte("DIRC\x00\x00\x00\x04\xff\xff\xff\xff"), append(make([]byte, 62), "\x00x\x00"...)...), "a")
	f.Fuzz(func(t *testing.T, data []byte, sub string) {
		found, err := indexHas(bytes.NewReader(data), 20, sub)
		if found && err != nil {
			t.Fatal("found, and an error")
		}
		if _, err := findPacked(bytes.NewReader(data), sub); err != nil {
			t.Fatal(err)
		}
	})
}
