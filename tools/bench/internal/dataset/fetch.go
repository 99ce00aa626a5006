package dataset

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

//go:embed modules.txt
var modulesText string

// digest shortens a recipe to a part of a folder's name.
func digest(recipe string) string {
	sum := sha256.Sum256([]byte(recipe))
	return hex.EncodeToString(sum[:6])
}

// module is a line of modules.txt, and what "go mod download" says of it.
type module struct {
	Path, Version, Sum, Error string
}

// modules returns the modules of set (a).
func modules(quick bool) (out []module) {
	for line := range strings.Lines(modulesText) {
		f := strings.Fields(line)
		switch {
		case len(f) == 3:
			out = append(out, module{Path: f[0], Version: f[1], Sum: f[2]})
		case len(f) == 1 && f[0] == "quick" && quick:
			return out
		}
	}
	return out
}

func modulesRecipe(quick bool) string { return fmt.Sprint("modules ", modules(quick)) }

// makeModules fills a module cache of its own. The archives that the modules came in are removed: they would weigh as much as all else together
// once compressed, and set (c) has what does not compress.
func makeModules(ctx context.Context, dir string, quick bool) error {
	all := modules(quick)
	argv := []string{"go", "mod", "download", "-json"}
	for _, m := range all {
		argv = append(argv, m.Path+"@"+m.Version)
	}
	out, err := command(ctx, os.TempDir(), []string{"GOMODCACHE=" + dir, "GOFLAGS=-modcacherw", "GOWORK=off"}, argv...)
	got := map[string]module{}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var m module
		if decodeErr := d.Decode(&m); errors.Is(decodeErr, io.EOF) {
			break
		} else if decodeErr != nil {
			return errors.Join(err, decodeErr)
		}
		got[m.Path+"@"+m.Version] = m
	}
	for _, m := range all {
		switch g := got[m.Path+"@"+m.Version]; {
		case g.Error != "":
			return errors.New(g.Error)
		case g.Sum != m.Sum:
			return errors.Join(err, fmt.Errorf("%s %s has the checksum %q, not %q", m.Path, m.Version, g.Sum, m.Sum))
		}
	}
	return Remove(filepath.Join(dir, "cache"))
}

// goParts are the folders of Go's own source that a set takes.
func goParts(quick bool) []string {
	if quick {
		return []string{"src/crypto", "src/internal", "src/net", "src/runtime", "src/go"}
	}
	return []string{"src", "test"}
}

func goRecipe(quick bool) string {
	version, err := command(context.Background(), "", nil, "go", "env", "GOVERSION")
	if err != nil {
		return "no go"
	}
	return fmt.Sprintf("go %s %v", bytes.TrimSpace(version), goParts(quick))
}

// makeGo copies parts of Go's own source.
func makeGo(ctx context.Context, dir string, quick bool) error {
	out, err := command(ctx, "", nil, "go", "env", "GOROOT")
	if err != nil {
		return err
	}
	root := string(bytes.TrimSpace(out))
	for _, part := range goParts(quick) {
		to := filepath.Join(dir, filepath.FromSlash(part))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := Copy(ctx, filepath.Join(root, filepath.FromSlash(part)), to); err != nil {
			return err
		}
	}
	return nil
}

// npmDate pins every version of set (d), also of what the packages need: the newest of that day.
const npmDate = "2025-02-01"

func npmPackages(quick bool) []string {
	if quick {
		return []string{"typescript", "eslint", "rxjs", "date-fns"}
	}
	return []string{"typescript", "webpack", "eslint", "next", "react", "react-dom", "antd", "rxjs", "lodash", "date-fns", "@babel/core",
		"@babel/preset-env", "jest", "vite"}
}

// makeNPM installs packages; none of their scripts is run.
func makeNPM(ctx context.Context, dir string, quick bool) error {
	if err := os.WriteFile(filepath.Join(dir, "package.json"), []byte(`{"name":"bench","private":true}`+"\n"), 0o644); err != nil {
		return err
	}
	argv := append([]string{"npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=optional", "--loglevel=error",
		"--before=" + npmDate}, npmPackages(quick)...)
	_, err := command(ctx, dir, nil, argv...)
	return err
}

// Copy copies a folder with all metadata to a name that is not there yet.
func Copy(ctx context.Context, from, to string) error {
	_, err := command(ctx, "", nil, "cp", "-a", from, to)
	return err
}
