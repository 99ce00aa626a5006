package i18n

import "strings"

// ErrorText is what a person reads about an error: one line that says what happened, and a hint with the next thing to type.
// Both may name values in braces ({subject}, {value}…, see Values), and a part in double brackets is left out when one of its
// values is empty: "[[Did you mean {near}? ]]".
type ErrorText struct{ Message, Hint string }

// Values are what an error's text may name.
type Values struct {
	Subject string // what failed: a path, an object, a flag
	Value   string // what was given
	Near    string // what was probably meant
	List    string // what is allowed
	Other   string // the second flag of a conflict
	Detail  string // technical words, English, for a report or a search
	Place   string // the flags that lead to the repository, with a space in front
}

// Fill puts the values into the text.
func (t ErrorText) Fill(v Values) ErrorText { return ErrorText{v.fill(t.Message), v.fill(t.Hint)} }

func (v Values) pairs() []string {
	return []string{"{subject}", v.Subject, "{value}", v.Value, "{near}", v.Near, "{list}", v.List, "{other}", v.Other,
		"{detail}", v.Detail, "{place}", v.Place}
}

// Fill puts the values into one string.
func (v Values) Fill(s string) string { return v.fill(s) }

func (v Values) fill(s string) string {
	var out strings.Builder
	for {
		before, rest, ok := strings.Cut(s, "[[")
		out.WriteString(v.replace(before))
		if !ok {
			return out.String()
		}
		part, after, _ := strings.Cut(rest, "]]")
		if !v.lacks(part) {
			out.WriteString(v.replace(part))
		}
		s = after
	}
}

func (v Values) replace(s string) string { return strings.NewReplacer(v.pairs()...).Replace(s) }

func (v Values) lacks(part string) bool {
	pairs := v.pairs()
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == "" && strings.Contains(part, pairs[i]) {
			return true
		}
	}
	return false
}
