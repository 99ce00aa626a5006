package i18n

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"backup_projeto/internal/core"
)

// same are messages that are rightly equal in both languages.
var same = []string{"ID", "bash|zsh|fish|powershell", "bucket", "backup_projeto %[1]s, %[2]s, %[3]s", "URL", "N", "snapshots", "%s snapshot",
	"%s snapshots", "", "%[1]s, %[2]s, %[3]s, %[4]s"}

// TestLanguagesMatch walks both catalogs side by side: nothing is missing, nothing was left in English, and both ask for the
// same values.
func TestLanguagesMatch(t *testing.T) {
	walk(t, "", reflect.ValueOf(*For(English)), reflect.ValueOf(*For(Portuguese)))
}

func walk(t *testing.T, path string, en, pt reflect.Value) {
	switch en.Kind() {
	case reflect.Struct:
		for i := range en.NumField() {
			walk(t, path+"."+en.Type().Field(i).Name, en.Field(i), pt.Field(i))
		}
	case reflect.Map:
		for _, k := range en.MapKeys() {
			name := fmt.Sprintf("%s[%v]", path, k)
			if !pt.MapIndex(k).IsValid() {
				t.Errorf("%s is missing in Portuguese", name)
				continue
			}
			walk(t, name, en.MapIndex(k), pt.MapIndex(k))
		}
		if en.Len() < pt.Len() {
			t.Errorf("%s has more entries in Portuguese", path)
		}
	case reflect.Slice:
		if en.Len() != pt.Len() {
			t.Errorf("%s has %d items in English, %d in Portuguese", path, en.Len(), pt.Len())
		}
	case reflect.String:
		compare(t, path, en.String(), pt.String())
	}
}

func compare(t *testing.T, path, en, pt string) {
	optional := strings.HasPrefix(path, ".Flags[") && !strings.HasSuffix(path, ".Help")
	if (en == "" || pt == "") && !optional {
		t.Errorf("%s is empty: %q, %q", path, en, pt)
	}
	if en == pt && !slices.Contains(same, en) {
		t.Errorf("%s is the same in both languages: %q", path, en)
	}
	if a, b := asks(en), asks(pt); !slices.Equal(a, b) && en != "" && pt != "" {
		t.Errorf("%s asks for %v in English and %v in Portuguese", path, a, b)
	}
}

var verb = regexp.MustCompile(`%(\[\d+\])?[a-z]|\{[a-z]+\}|\[\[|\]\]`)

// asks lists a message's verbs and names in braces, once each: a language may repeat a name.
func asks(s string) []string {
	found := verb.FindAllString(s, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

func TestErrorNamesAreKnown(t *testing.T) {
	all := Values{"1", "2", "3", "4", "5", "6", "7"}
	for _, l := range Langs() {
		for code, text := range For(l).Errors {
			for _, s := range []string{all.Fill(text.Message), all.Fill(text.Hint), (Values{}).Fill(text.Hint)} {
				if strings.ContainsAny(s, "{}") || strings.Contains(s, "[[") || strings.Contains(s, "]]") {
					t.Errorf("%v %s: %q is not filled", l, code, s)
				}
			}
			if strings.Contains(text.Message, "\n") || strings.HasSuffix(text.Message, ".") {
				t.Errorf("%v %s: a message is one line without a full stop: %q", l, code, text.Message)
			}
			if text.Hint == "" {
				t.Errorf("%v %s: no hint", l, code)
			}
		}
	}
}

func TestEveryKindHasText(t *testing.T) {
	for k := core.Success; k <= core.Destination; k++ {
		if For(English).Kinds[k].Name == "" {
			t.Errorf("kind %d has no text", k)
		}
	}
	if For(English).Kinds[core.Interrupted].Name == "" {
		t.Error("interrupted has no text")
	}
}

func TestFallback(t *testing.T) {
	c := For(Portuguese)
	if text, known := c.Error(core.Damage, "never-heard-of"); known || !strings.Contains(text.Message, "danificado") {
		t.Errorf("unknown code gives %v, %v", text, known)
	}
	if text, known := c.Error(core.Kind(99), ""); known || text.Message == "" {
		t.Errorf("unknown kind gives %v", text)
	}
	if text, known := c.Error(core.Destination, "store-full"); !known || !strings.Contains(text.Message, "cheio") {
		t.Errorf("store-full gives %v", text)
	}
}

func TestFill(t *testing.T) {
	text := ErrorText{"{subject}: no \"{value}\"", "[[Did you mean {near}? ]]Choose {list}."}
	v := Values{Subject: "--a", Value: "{near}", List: "x and y"}
	if got := text.Fill(v); got != (ErrorText{`--a: no "{near}"`, "Choose x and y."}) {
		t.Errorf("without near: %q", got)
	}
	v.Near = "x"
	if got := text.Fill(v).Hint; got != "Did you mean x? Choose x and y." {
		t.Errorf("with near: %q", got)
	}
}
