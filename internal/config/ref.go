package config

import (
	"fmt"
	"strings"
	"time"
)

// Ref chooses a snapshot: the latest, one by the first digits of its id, or the last one until a moment.
type Ref struct {
	Latest bool
	Prefix string    // lower-case hexadecimal digits and hyphens
	Until  time.Time // the end of the day, minute or second that was written
}

// dateForms are the dates that people write, each with how far it reaches. The Brazilian day comes first.
var dateForms = []struct {
	layout string
	reach  time.Duration
}{
	{"2006-01-02", 0}, {"02/01/2006", 0}, {"02-01-2006", 0},
	{"2006-01-02T15:04", time.Minute}, {"2006-01-02 15:04", time.Minute}, {"02/01/2006 15:04", time.Minute},
	{"2006-01-02T15:04:05", time.Second}, {"2006-01-02 15:04:05", time.Second}, {"02/01/2006 15:04:05", time.Second},
	{time.RFC3339, time.Second},
}

// dayWords are days that people name, each with how many days before today it is.
var dayWords = map[string]int{"today": 0, "hoje": 0, "yesterday": 1, "ontem": 1, "anteontem": 2}

// ParseRef reads what --snapshot takes: "latest" or "último", at least four first digits of an id, or a date in local time, which may be
// "yesterday" or "ontem".
func ParseRef(s string) (Ref, error) {
	s = strings.TrimSpace(s)
	switch strings.ToLower(s) {
	case "latest", "last", "ultimo", "último", "ultima", "última":
		return Ref{Latest: true}, nil
	}
	if until, ok := parseDate(s, time.Now()); ok {
		return Ref{Until: until}, nil
	}
	low := strings.ToLower(s)
	if len(low) >= 4 && len(low) <= 36 && strings.Trim(low, "0123456789abcdef-") == "" && low[0] != '-' {
		return Ref{Prefix: low}, nil
	}
	return Ref{}, fmt.Errorf("%q chooses no snapshot", s)
}

// parseDate reads a date in local time, and returns the end of the day, minute or second that it names.
func parseDate(s string, now time.Time) (time.Time, bool) {
	if before, ok := dayWords[strings.ToLower(s)]; ok {
		y, m, d := now.Date()
		return time.Date(y, m, d-before+1, 0, 0, 0, 0, time.Local).Add(-1), true
	}
	for _, f := range dateForms {
		t, err := time.ParseInLocation(f.layout, s, time.Local)
		switch {
		case err != nil:
		case f.reach == 0:
			return t.AddDate(0, 0, 1).Add(-1), true
		default:
			return t.Add(f.reach - 1), true
		}
	}
	return time.Time{}, false
}

// ParseMoment reads what --as-of takes: a date as --snapshot does, or how long before now: 2h, 3d.
func ParseMoment(s string, now time.Time) (time.Time, error) {
	s = strings.TrimSpace(s)
	if t, ok := parseDate(s, now); ok {
		return t, nil
	}
	span, err := ParseSpan(s)
	if err != nil || span == (Span{}) {
		return time.Time{}, fmt.Errorf("%q is no moment", s)
	}
	return now.AddDate(-span.Years, -span.Months, -span.Days).Add(-time.Duration(span.Hours) * time.Hour), nil
}
