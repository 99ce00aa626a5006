package s3test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The policies of doc/s3.md, in the order in which they stand there.
const (
	Full       = iota // everything that the program asks of a store
	AppendOnly        // what a backup needs
	Keeper            // Full, and what locks and the past need beside it
	ReadOnly          // what a restore needs, also of the past
	Raiser            // beside Keeper, what it takes to change the mode of locks
	policies
)

// Policy returns a bucket's policy that grants users what the documentation says, in both languages alike, for a folder of the bucket: the
// very text, but that a bucket's policy names its users, which one attached to a user need not. grants is by user.
func Policy(t testing.TB, bucket, prefix string, grants map[string][]int) string {
	t.Helper()
	all := documented(t)
	var statements []any
	for user, several := range grants {
		for _, which := range several {
			var doc struct{ Statement []map[string]any }
			text := strings.NewReplacer("my-bucket", bucket, "project-backups", prefix).Replace(all[which])
			if err := json.Unmarshal([]byte(text), &doc); err != nil {
				t.Fatalf("s3test: policy %d: %v", which, err)
			}
			for _, s := range doc.Statement {
				s["Principal"] = map[string]any{"AWS": user}
				s["Sid"] = s["Sid"].(string) + user
				statements = append(statements, s)
			}
		}
	}
	out, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": statements})
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// documented reads the policies.
func documented(t testing.TB) []string {
	t.Helper()
	root, err := moduleRoot()
	if err != nil {
		t.Fatalf("s3test: %v", err)
	}
	var found []string
	for _, name := range []string{"s3.md", "s3.pt-BR.md"} {
		data, err := os.ReadFile(filepath.Join(root, "doc", name))
		if err != nil {
			t.Fatal(err)
		}
		var here []string
		for _, part := range strings.Split(string(data), "```json\n")[1:] {
			if text, _, ok := strings.Cut(part, "```"); ok && strings.Contains(text, `"Statement"`) {
				here = append(here, text)
			}
		}
		if len(here) != policies || found != nil && strings.Join(found, "") != strings.Join(here, "") {
			t.Fatalf("s3test: doc/%s has %d policies, want %d, the same in both languages", name, len(here), policies)
		}
		found = here
	}
	return found
}
