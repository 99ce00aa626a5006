package config

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"backup_projeto/internal/cost"
)

// The readers below give a setting's value in its own type, and report one that cannot be read.

func (r *resolver) truth(setting string) bool {
	v := r.text(setting)
	if v == "" {
		return false
	}
	b, err := ParseBool(v)
	if err != nil {
		r.bad(setting, Problem{Code: "value-bool"})
	}
	return b
}

func (r *resolver) size(setting string) int64 {
	v := r.text(setting)
	if v == "" {
		return 0
	}
	n, err := ParseSize(v)
	if err != nil {
		r.bad(setting, Problem{Code: "value-size"})
	}
	return n
}

func (r *resolver) share(setting string) Share {
	v := r.text(setting)
	if v == "" {
		return Share{}
	}
	s, err := ParseShare(v)
	if err != nil {
		r.bad(setting, Problem{Code: "value-share"})
	}
	return s
}

func (r *resolver) count(setting string, most int) int {
	v := r.text(setting)
	if v == "" {
		return 0
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 || n > most {
		r.bad(setting, Problem{Code: "value-range", List: []string{"0", strconv.Itoa(most)}})
		return 0
	}
	return n
}

// path makes a path absolute; "" stays.
func (r *resolver) path(p string) string {
	if p == "" {
		return ""
	}
	p = expandHome(p, r.sys.Home)
	if !filepath.IsAbs(p) {
		p = filepath.Join(r.sys.Cwd, p)
	}
	return filepath.Clean(p)
}

// choice reads a word out of the setting's Values or their twins, whatever its case and accents, and returns the value.
func (r *resolver) choice(setting string) string {
	s := Find(setting)
	v := plain.Replace(strings.ToLower(strings.TrimSpace(r.text(setting))))
	if i := slices.Index(s.ValuesPT, v); i >= 0 {
		return s.Values[i]
	}
	if v != "" && !slices.Contains(s.Values, v) {
		values := s.Choices(r.sys.Lang)
		r.bad(setting, Problem{Code: "value-choice", Near: Near(v, values), List: values})
		return ""
	}
	return v
}

// plain takes accents off what has to match a word without.
var plain = strings.NewReplacer("á", "a", "ã", "a", "é", "e", "í", "i", "ó", "o", "ç", "c")

func (r *resolver) age(setting string) Span {
	v := r.text(setting)
	if v == "" {
		return Span{}
	}
	s, err := ParseSpan(v)
	if err != nil {
		r.bad(setting, Problem{Code: "value-age"})
	}
	return s
}

func (r *resolver) moment(setting string) time.Time {
	v := r.text(setting)
	if strings.TrimSpace(v) == "" {
		return time.Time{}
	}
	t, err := ParseMoment(v, time.Now())
	if err != nil {
		r.bad(setting, Problem{Code: "bad-moment"})
	}
	return t
}

func (r *resolver) parity(setting string) *int {
	v := r.text(setting)
	if strings.TrimSpace(v) == "" {
		return nil
	}
	n, err := ParseParity(v)
	if err != nil {
		r.bad(setting, Problem{Code: "value-parity"})
	}
	return &n
}

func (r *resolver) prune() Prune {
	return Prune{MaxUnused: r.share("max-unused"), MaxRewrite: r.size("max-rewrite"), Grace: r.age("grace"), Prices: r.prices()}
}

func (r *resolver) prices() *cost.Prices {
	v := r.text("prices")
	if strings.TrimSpace(v) == "" {
		return nil
	}
	p, err := cost.Parse(v)
	if err != nil {
		r.bad("prices", Problem{Code: "value-prices"})
	}
	return p
}

// mostKept bounds the counts of snapshots to keep.
const mostKept = 1_000_000

func (r *resolver) keep() Keep {
	return Keep{Last: r.count("keep-last", mostKept), Hourly: r.count("keep-hourly", mostKept), Daily: r.count("keep-daily", mostKept),
		Weekly: r.count("keep-weekly", mostKept), Monthly: r.count("keep-monthly", mostKept), Yearly: r.count("keep-yearly", mostKept),
		Within: r.age("keep-within"), Tags: r.list("keep-tag"), Safety: r.age("keep-safety")}
}
