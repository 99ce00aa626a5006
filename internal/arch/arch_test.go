// Package arch holds the layering linter: who may import whom.
package arch

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// layers lists the packages from the bottom up. A package may import those of lower layers, and what beside lists for its own.
var layers = [][]string{
	{"core"},
	{"cbor", "cost", "durable", "parallel", "report"},
	{"crypto"},
	{"chunk", "tree"},
	{"pack", "snapshot", "keys", "meta", "gc", "parity"},
	{"index", "scan/ignore", "scan/project"},
	{"storage"},
	{"storage/observe", "storage/local", "storage/s3"},
	{"repo"},
	{"restore", "verify", "backup", "prune", "retain"},
	{"lock", "spare"},
	{"repair"},
	{"i18n"},
	{"config"},
	{"strategy"},
	{"cli/term", "cli/browse"},
	{"cli"},
}

// only says which packages may import a package, where that is stricter than its layer.
var only = map[string][]string{
	"storage":             {"storage/observe", "storage/local", "storage/s3", "repo", "strategy", "cli"},
	"storage/local":       {"strategy"},
	"storage/s3":          {"strategy"},
	"golang.org/x/net":    {},
	"golang.org/x/crypto": {"crypto"},
}

// standard lists what of the standard library only some packages may import.
var standard = map[string][]string{
	"crypto/aes": {"crypto"}, "crypto/cipher": {"crypto"}, "crypto/hkdf": {"crypto"}, "crypto/hmac": {"crypto"}, "crypto/hpke": {"crypto"},
	"crypto/ed25519": {"crypto"}, "text/template": {}, "html/template": {},
}

// pkg is what `go list` tells of a package.
type pkg struct {
	ImportPath string
	Doc        string
	Imports    []string
}

const module = "backup_projeto"

func list(t *testing.T) (all []pkg) {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Doc,Imports", module+"/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	d := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func layerOf(name string) int {
	return slices.IndexFunc(layers, func(l []string) bool { return slices.Contains(l, name) })
}

func TestLayers(t *testing.T) {
	seen := 0
	for _, p := range list(t) {
		name, ok := strings.CutPrefix(p.ImportPath, module+"/internal/")
		if p.Doc == "" && name != "arch" {
			t.Errorf("%s has no package comment", p.ImportPath)
		}
		if !ok || testOnly(name) {
			continue
		}
		mine := layerOf(name)
		if mine < 0 {
			t.Errorf("%s stands in no layer", name)
			continue
		}
		seen++
		for _, imp := range p.Imports {
			check(t, name, mine, imp)
		}
	}
	if seen < 15 {
		t.Errorf("only %d packages were checked: the test looks for them wrongly", seen)
	}
}

// testOnly reports whether a package serves tests only; no product package may import it, which check sees to.
func testOnly(name string) bool {
	base := path.Base(name)
	return name == "arch" || name == "storage/faulty" || strings.HasSuffix(base, "test")
}

func check(t *testing.T, name string, mine int, imp string) {
	for prefix, allowed := range only {
		if (imp == prefix || strings.HasPrefix(imp, prefix+"/")) && !slices.Contains(allowed, name) {
			t.Errorf("%s imports %s", name, imp)
		}
	}
	if allowed, ok := standard[imp]; ok && !slices.Contains(allowed, name) {
		t.Errorf("%s imports %s", name, imp)
	}
	other, ok := strings.CutPrefix(imp, module+"/internal/")
	if !ok {
		return
	}
	switch theirs := layerOf(other); {
	case testOnly(other):
		t.Errorf("%s imports %s, which serves tests", name, other)
	case theirs >= mine:
		t.Errorf("%s imports %s, which is not below it", name, other)
	}
	if allowed, ok := only[other]; ok && !slices.Contains(allowed, name) {
		t.Errorf("%s imports %s", name, other)
	}
}

// TestLinks checks that each relative link in the documentation leads to a file.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#]+)(#[^)]*)?\)`)
	root := filepath.Join("..", "..")
	found := 0
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git" || d.Name() == ".cache") {
			return fs.SkipDir
		}
		if d.IsDir() || filepath.Ext(p) != ".md" {
			return nil
		}
		text, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			found++
			if _, err := os.Stat(filepath.Join(filepath.Dir(p), m[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", p, m[1])
			}
		}
		return nil
	})
	if err != nil || found < 10 {
		t.Errorf("%d links, %v", found, err)
	}
}
