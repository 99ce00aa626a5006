package term

import (
	"strings"
	"testing"
)

func TestEscape(t *testing.T) {
	for in, want := range map[string]string{"a/b.go": "a/b.go", "ação 日本": "ação 日本", "a\x1b[2Jb": `a\x1b[2Jb`, "x\ny\t": `x\ny\t`,
		"\xff\xfe": `\xff\xfe`, "rtl\u202etxt": `rtl\u202etxt`, "\x7f\a": `\x7f\x07`, "\u009b1m": `\u009b1m`, "": ""} {
		if got := Escape(in); got != want {
			t.Errorf("Escape(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestWidth(t *testing.T) {
	for in, want := range map[string]int{"abc": 3, "ação": 4, "日本": 4, "e\u0301": 1, "🚀": 2, "": 0, "ａ": 2} {
		if got := Width(in); got != want {
			t.Errorf("Width(%q) = %d, want %d", in, got, want)
		}
	}
}

func TestClipFits(t *testing.T) {
	for _, s := range []string{"internal/storage/s3/store_test.go", "日本語/ファイル/とても長い名前.txt", "a", strings.Repeat("e\u0301", 40)} {
		for columns := range 50 {
			got := Clip(s, columns)
			if Width(got) > columns {
				t.Errorf("Clip(%q, %d) = %q, %d columns", s, columns, got, Width(got))
			}
			if Width(s) <= columns && got != s {
				t.Errorf("Clip(%q, %d) = %q", s, columns, got)
			}
		}
	}
	if got := Clip("internal/storage/s3/store_test.go", 20); got != "intern…store_test.go" {
		t.Errorf("Clip = %q", got)
	}
}

func TestTable(t *testing.T) {
	got := strings.Join(Table([][]string{{"ID", "SIZE", "NAME"}, {"ação", "12", "x"}, {"日本語", "5", ""}}, 1), "\n")
	want := "ID      SIZE  NAME\nação      12  x\n日本語     5"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := Wrap("one two three four", 9); strings.Join(got, "|") != "one two|three|four" {
		t.Errorf("Wrap = %q", got)
	}
}

func TestReadLineLeavesTheRest(t *testing.T) {
	r := strings.NewReader("sim\r\nrest")
	if got, err := readLine(r); got != "sim" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := readLine(r); got != "rest" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := readLine(r); err == nil {
		t.Error("no error at the end")
	}
}
