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
	{"2006-01-02", 0}, {"02/01/2006", 0},
	{"2006-01-02T15:04", time.Minute}, {"2006-01-02 15:04", time.Minute}, {"02/01/2006 15:04", time.Minute},
	{"2006-01-02T15:04:05", time.Second}, {"2006-01-02 15:04:05", time.Second}, {"02/01/2006 15:04:05", time.Second},
	{time.RFC3339, time.Second},
}

// ParseRef reads what --snapshot takes: "latest" or "último", at least four first digits of an id, or a date in local time.
func ParseRef(s string) (Ref, error) {
	s = strings.TrimSpace(s)
	switch strings.ToLower(s) {
	case "latest", "last", "ultimo", "último", "ultima", "última":
		return Ref{Latest: true}, nil
	}
	for _, f := range dateForms {
		t, err := time.ParseInLocation(f.layout, s, time.Local)
		if err != nil {
			continue
		}
		if f.reach == 0 {
			return Ref{Until: t.AddDate(0, 0, 1).Add(-1)}, nil
		}
		return Ref{Until: t.Add(f.reach - 1)}, nil
	}
	low := strings.ToLower(s)
	if len(low) >= 4 && len(low) <= 36 && strings.Trim(low, "0123456789abcdef-") == "" && low[0] != '-' {
		return Ref{Prefix: low}, nil
	}
	return Ref{}, fmt.Errorf("%q chooses no snapshot", s)
}
