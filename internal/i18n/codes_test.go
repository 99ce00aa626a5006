package i18n

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"backup_projeto/internal/core"
)

// TestEveryCodeHasText reads the source of the whole program and fails for an error code without a message, and for a message of which
// the source says neither the code nor the field: a new one cannot be forgotten, nor an old one stay. Codes are constants of type core.Code,
// and string literals where one is expected.
func TestEveryCodeHasText(t *testing.T) {
	codes, words := map[core.Code]token.Position{}, map[string]bool{}
	files := token.NewFileSet()
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Logf("%s is not readable as Go: %v", path, err)
			return nil
		}
		own := f.Name.Name == "i18n" && strings.Contains(path, "_") // a file of messages
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				words[n.Sel.Name] = true
			case *ast.BasicLit:
				if s, err := strconv.Unquote(n.Value); err == nil && !own {
					words[s] = true
				}
			}
			for _, lit := range codesIn(n) {
				if s, err := strconv.Unquote(lit.Value); err == nil && s != "" {
					codes[core.Code(s)] = files.Position(lit.Pos())
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(codes) < 20 {
		t.Fatalf("only %d codes found: the test looks for them wrongly", len(codes))
	}
	for code, where := range codes {
		for _, l := range Langs() {
			if _, ok := For(l).Errors[code]; !ok {
				t.Errorf("%s: code %q has no message in %v", where, code, l)
			}
		}
	}
	for code := range For(English).Errors {
		if !words[string(code)] {
			t.Errorf("nothing gives code %q", code)
		}
	}
	everyField(reflect.TypeFor[Catalog](), func(owner reflect.Type, field string) {
		if !words[field] {
			t.Errorf("nothing says %s.%s", owner, field)
		}
	})
}

// everyField calls fn for each field of a struct of this package, and of those in it.
func everyField(t reflect.Type, fn func(owner reflect.Type, field string)) {
	switch t.Kind() {
	case reflect.Map, reflect.Slice:
		everyField(t.Elem(), fn)
	case reflect.Struct:
		for i := range t.NumField() {
			fn(t, t.Field(i).Name)
			everyField(t.Field(i).Type, fn)
		}
	}
}

// codesIn returns the literals in n itself that are codes.
func codesIn(n ast.Node) []*ast.BasicLit {
	switch n := n.(type) {
	case *ast.ValueSpec: // const NotFound core.Code = "store-not-found"
		if isCodeType(n.Type) {
			return literals(n.Values...)
		}
	case *ast.KeyValueExpr: // core.Error{Code: "x"}, Problem{Code: "x"}
		if id, ok := n.Key.(*ast.Ident); ok && id.Name == "Code" {
			return literals(n.Value)
		}
	case *ast.CallExpr: // core.Errorf(kind, "x", …), core.Code("x")
		if isCodeType(n.Fun) {
			return literals(n.Args...)
		}
		if name := callee(n.Fun); name == "Errorf" && len(n.Args) >= 4 {
			return literals(n.Args[1])
		}
		if id, ok := n.Fun.(*ast.Ident); ok { // the command line's helpers
			switch id.Name {
			case "errKind":
				return literals(n.Args[1])
			case "sourceError":
				return literals(n.Args[0])
			}
		}
	}
	return nil
}

func isCodeType(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.SelectorExpr:
		id, ok := e.X.(*ast.Ident)
		return ok && id.Name == "core" && e.Sel.Name == "Code"
	case *ast.Ident:
		return e.Name == "Code"
	}
	return false
}

func callee(e ast.Expr) string {
	if s, ok := e.(*ast.SelectorExpr); ok {
		if id, ok := s.X.(*ast.Ident); ok && id.Name == "core" {
			return s.Sel.Name
		}
	}
	return ""
}

func literals(exprs ...ast.Expr) []*ast.BasicLit {
	var out []*ast.BasicLit
	for _, e := range exprs {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			out = append(out, lit)
		}
	}
	return out
}
