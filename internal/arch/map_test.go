package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// goFile finds the names of files in a text.
var goFile = regexp.MustCompile(`[a-z0-9_*]+\.go\b`)

// TestMaps: what a package comment's map names is there, and it names every file but the one that it stands in, those for one system only
// and those of tests; with "the rest" or a "*" it need not.
func TestMaps(t *testing.T) {
	maps := 0
	err := filepath.WalkDir("..", func(dir string, d os.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			return err
		}
		for _, file := range files {
			f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.PackageClauseOnly|parser.ParseComments)
			if err != nil {
				return err
			}
			if _, chart, ok := strings.Cut(packageComment(f), "\nMap"); ok {
				maps++
				chart, _, _ = strings.Cut(chart, "\nPromise")
				compareMap(t, file, chart, files)
			}
		}
		return nil
	})
	if err != nil || maps < 10 {
		t.Errorf("%d maps, %v", maps, err)
	}
}

func packageComment(f *ast.File) string {
	if f.Doc == nil {
		return ""
	}
	return f.Doc.Text()
}

// compareMap compares the map that stands in a file with the files beside it.
func compareMap(t *testing.T, home, chart string, files []string) {
	named := map[string]bool{}
	for _, name := range goFile.FindAllString(chart, -1) {
		named[name] = true
		if found, err := filepath.Glob(filepath.Join(filepath.Dir(home), name)); err != nil || len(found) == 0 {
			t.Errorf("the map in %s names %s, which is not there", home, name)
		}
	}
	if strings.Contains(chart, "the rest") || strings.Contains(chart, "*") {
		return
	}
	for _, file := range files {
		name := filepath.Base(file)
		if file != home && !named[name] && !strings.Contains(strings.TrimSuffix(name, ".go"), "_") {
			t.Errorf("the map in %s does not name %s", home, name)
		}
	}
}

// TestDocumentsNameFiles: each file of code that a document names, as `package/file.go` or from the root, is there.
func TestDocumentsNameFiles(t *testing.T) {
	documents, err := filepath.Glob(filepath.Join("..", "..", "doc", "*.md"))
	if err != nil || len(documents) == 0 {
		t.Fatal(len(documents), err)
	}
	name := regexp.MustCompile("`((?:[a-z0-9]+/)+[a-z0-9_]+\\.go)`")
	found := 0
	for _, doc := range documents {
		text, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range name.FindAllStringSubmatch(string(text), -1) {
			found++
			_, inside := os.Stat(filepath.Join("..", m[1]))
			if _, err := os.Stat(filepath.Join("..", "..", m[1])); err != nil && inside != nil {
				t.Errorf("%s names %s, which is not there", doc, m[1])
			}
		}
	}
	if found < 4 {
		t.Errorf("only %d files are named: the test looks for them wrongly", found)
	}
}
