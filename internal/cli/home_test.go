package cli

import (
	"path/filepath"
	"testing"

	"backup_projeto/internal/config"
	"backup_projeto/internal/core"
)

// TestNoHome has no home folder, or one that depends on where the program is started: no key or repository is made in the project.
func TestNoHome(t *testing.T) {
	for _, name := range []string{"HOME", "USERPROFILE", "home"} {
		t.Setenv(name, "relative")
	}
	if got := userHome(); got != "" && !filepath.IsAbs(got) {
		t.Errorf("the home folder is %q", got)
	}
	getenv := func(string) string { return "" }
	a := newApp(Process{Getenv: getenv})
	a.dirs = config.FindDirs("linux", "", getenv)
	a.cfg.Place = config.Place{Strategy: "local", Path: t.TempDir()}
	if _, err := a.openStore(t.Context()); core.CodeOf(err) != "no-home" || core.KindOf(err) != core.Usage {
		t.Errorf("got %v", err)
	}
}
