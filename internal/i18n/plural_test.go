package i18n

import (
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// counted are words that the program counts, beside those that the catalogs count.
var counted = []string{"objects", "objetos", "requests", "requisições", "versions", "versões"}

// noun matches a text that is a number and a noun.
var noun = regexp.MustCompile(`^%s (\pL+)$`)

// TestNumbersFollow: what has a number before a noun has a form for one, too: no other message has a number and a noun in the plural.
func TestNumbersFollow(t *testing.T) {
	for _, l := range Langs() {
		nouns := map[string]bool{}
		for _, w := range counted {
			nouns[w] = true
		}
		each(reflect.ValueOf(*For(l)), func(s string, plural bool) {
			if m := noun.FindStringSubmatch(s); plural && m != nil && !strings.HasSuffix(m[1], "ados") { // bytes are many, and apagados
				nouns[m[1]] = true
			}
		})
		number := regexp.MustCompile(`%(\[\d\])?s (\pL+ )?(\pL+)`)
		each(reflect.ValueOf(*For(l)), func(s string, plural bool) {
			if plural {
				return
			}
			for _, m := range number.FindAllStringSubmatch(s, -1) {
				if nouns[strings.TrimSpace(m[2])] || nouns[m[3]] {
					t.Errorf("%v: a number and its noun without a singular: %q", l, s)
				}
			}
		})
	}
}

// each visits every text of a catalog; of a Plural the form for many only.
func each(v reflect.Value, fn func(s string, plural bool)) {
	switch v.Kind() {
	case reflect.Struct:
		if p, ok := v.Interface().(Plural); ok {
			if p.One != p.Other {
				fn(p.Other, true)
			}
			return
		}
		for i := range v.NumField() {
			each(v.Field(i), fn)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			each(v.MapIndex(k), fn)
		}
	case reflect.Slice:
		for i := range v.Len() {
			each(v.Index(i), fn)
		}
	case reflect.String:
		fn(v.String(), false)
	}
}

// TestZero: Portuguese says "0 objeto", and what is said of it follows.
func TestZero(t *testing.T) {
	p := For(Portuguese).Parity
	for n, want := range map[int64]string{0: "0 objeto de paridade gravado", 1: "1 objeto de paridade gravado", 2: "2 objetos de paridade gravados"} {
		if got := Portuguese.Count(p.Written, n); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
