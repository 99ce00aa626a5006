package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// decoder recognises functions that make something of bytes that others wrote.
var decoder = regexp.MustCompile(`^(?i:decode|parse|decompress)\w*$|^(Unpad|Trailer|SplitIDs|readJournal|open(Index|Snapshot|Pin)|signed)$`)

// fuzzedThrough names decoders that a fuzz target reaches through another function, and the target.
var fuzzedThrough = map[string]string{
	"index.decodeLayout": "FuzzTable", "repo.signed": "FuzzObject", "tree.SplitIDs": "FuzzDecode", "gc.decode": "FuzzMark", "cbor.DecodeMap": "FuzzMark",
	"crypto.ParseReadKey": "FuzzKeyring", "crypto.ParsePublicKey": "FuzzKeyring",
}

// TestDecodersAreFuzzed wants a fuzz target that calls it for each function that decodes bytes of a store, of local state, or of the project.
func TestDecodersAreFuzzed(t *testing.T) {
	decoders, fuzzed, targets := map[string]token.Position{}, map[string]bool{}, map[string]bool{}
	files := token.NewFileSet()
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		f, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range f.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			switch name := f.Name.Name; {
			case !ok:
			case strings.HasSuffix(path, "_test.go") && strings.HasPrefix(fn.Name.Name, "Fuzz"):
				targets[fn.Name.Name] = true
				ast.Inspect(fn.Body, func(n ast.Node) bool {
					if id, ok := n.(*ast.Ident); ok {
						fuzzed[name+"."+id.Name] = true
					}
					return true
				})
			case !strings.HasSuffix(path, "_test.go") && !testOnly(filepath.Base(filepath.Dir(path))) && decodes(fn):
				decoders[name+"."+fn.Name.Name] = files.Position(fn.Pos())
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(decoders) < 15 {
		t.Errorf("only %d decoders were found: the test looks for them wrongly", len(decoders))
	}
	for name, where := range decoders {
		if !fuzzed[name] && !targets[fuzzedThrough[name]] {
			t.Errorf("%v: no fuzz target calls %s", where, name)
		}
	}
	for name := range fuzzedThrough {
		if _, ok := decoders[name]; !ok {
			t.Errorf("%s is not there any more", name)
		}
	}
}

// decodes reports whether a function decodes bytes: it has such a name, and takes bytes and gives no file or the like.
func decodes(fn *ast.FuncDecl) bool {
	if !decoder.MatchString(fn.Name.Name) || fn.Type.Params == nil {
		return false
	}
	for _, p := range fn.Type.Params.List {
		if a, ok := p.Type.(*ast.ArrayType); ok && a.Len == nil {
			if id, ok := a.Elt.(*ast.Ident); ok && id.Name == "byte" {
				return true
			}
		}
	}
	return false
}
