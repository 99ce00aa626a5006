package config

import (
	"path/filepath"
	"strconv"
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
