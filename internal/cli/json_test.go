package cli

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// documented is the fields of an object in doc/json.md, each with whether it is optional.
type documented map[string]bool

var fieldName = regexp.MustCompile("`([a-z_]+)`")

// readDoc reads doc/json.md: a heading for each type, a table of its fields below.
func readDoc(t *testing.T) map[string]documented {
	data, err := os.ReadFile("../../doc/json.md")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]documented{}
	var fields documented
	for line := range strings.Lines(string(data)) {
		if name, ok := strings.CutPrefix(line, "## `"); ok {
			fields = documented{}
			out[strings.TrimRight(name, "`\n")] = fields
			continue
		}
		if cells := strings.Split(line, "|"); len(cells) > 3 && fields != nil {
			for _, m := range fieldName.FindAllStringSubmatch(cells[1], -1) {
				fields[m[1]] = strings.HasPrefix(strings.TrimSpace(cells[2]), "optional")
			}
		}
	}
	return out
}

// TestScripts runs the scripts, and then compares every JSON object that they made the program print with doc/json.md: each is
// documented with exactly its fields, and each that is documented was printed.
func TestScripts(t *testing.T) {
	log := filepath.Join(t.TempDir(), "json")
	t.Setenv(jsonLog, log)
	if err := os.WriteFile(log, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	os.Chmod(log, 0o666) // whatever the umask: some scripts run as another user
	os.Chmod(filepath.Dir(log), 0o711)
	os.Chmod(filepath.Dir(filepath.Dir(log)), 0o711)
	t.Run("run", func(t *testing.T) { scripts(t, "testdata/script") })
	data, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	doc, seen := readDoc(t), map[string]bool{}
	for line := range strings.Lines(string(data)) {
		var o map[string]json.RawMessage
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Errorf("%q is not an object: %v", line, err)
			continue
		}
		kind := strings.Trim(string(o["type"]), `"`)
		delete(o, "type")
		seen[kind] = true
		checkObject(t, doc, kind, o)
	}
	for kind := range doc {
		if !seen[kind] && kind != "progress" && kind != "issue" && kind != "lock" && kind != "refused" { // those have tests of their own
			t.Errorf("no script prints %q, which is documented", kind)
		}
	}
}

func checkObject(t *testing.T, doc map[string]documented, kind string, o map[string]json.RawMessage) {
	fields, ok := doc[kind]
	if !ok {
		t.Errorf("type %q is not documented", kind)
		return
	}
	for name, value := range o {
		if _, ok := fields[name]; !ok {
			t.Errorf("%s: field %q is not documented", kind, name)
		}
		if kind != "snapshot" && name == "snapshot" && value[0] == '{' {
			var inner map[string]json.RawMessage
			if err := json.Unmarshal(value, &inner); err != nil {
				t.Error(err)
			}
			checkObject(t, doc, "snapshot", inner)
		}
	}
	for name, optional := range fields {
		if _, ok := o[name]; !ok && !optional {
			t.Errorf("%s: field %q is documented, and not printed", kind, name)
		}
	}
}

// TestOtherObjectsAreDocumented checks those that no script can be sure to print.
func TestOtherObjectsAreDocumented(t *testing.T) {
	doc := readDoc(t)
	for kind, v := range map[string]any{"progress": newJSONProgress(reading{current: "\xff"}),
		"issue": jsonIssue{"issue", pathJSON("a\xff"), "code", "message"}, "lock": jsonLock{Type: "lock", Next: "t", NextObject: "o"}, "refused": jsonHealed{"refused", "o"}} {
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var o map[string]json.RawMessage
		if err := json.Unmarshal(data, &o); err != nil {
			t.Fatal(err)
		}
		delete(o, "type")
		checkObject(t, doc, kind, o)
		if got, want := slices.Sorted(maps.Keys(o)), slices.Sorted(maps.Keys(doc[kind])); !slices.Equal(got, want) {
			t.Errorf("%s has %v, and %v is documented", kind, got, want)
		}
	}
}
