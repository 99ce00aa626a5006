package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// ParseBool reads true and false as people write them in both languages.
func ParseBool(s string) (bool, error) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "1", "t", "true", "y", "yes", "on", "s", "sim", "v", "verdadeiro":
		return true, nil
	case "0", "f", "false", "n", "no", "off", "nao", "não", "falso":
		return false, nil
	}
	return false, fmt.Errorf("%q is no truth value", s)
}

// multiples of sizes: decimal as in SI, binary with an i.
var multiples = map[string]float64{"": 1, "b": 1,
	"k": 1e3, "kb": 1e3, "kib": 1 << 10, "ki": 1 << 10,
	"m": 1e6, "mb": 1e6, "mib": 1 << 20, "mi": 1 << 20,
	"g": 1e9, "gb": 1e9, "gib": 1 << 30, "gi": 1 << 30,
	"t": 1e12, "tb": 1e12, "tib": 1 << 40, "ti": 1 << 40}

// ParseSize reads a size in bytes: 0, 1500, 500MB, 1.5 GiB, 1,5GB. A comma or point separates decimals.
func ParseSize(s string) (int64, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	end := strings.IndexFunc(s, func(r rune) bool { return (r < '0' || r > '9') && r != '.' && r != ',' })
	if end < 0 {
		end = len(s)
	}
	n, err := parseNumber(s[:end])
	multiple, ok := multiples[strings.TrimSpace(s[end:])]
	if err != nil || !ok || n*multiple >= math.MaxInt64 {
		return 0, fmt.Errorf("%q is no size", s)
	}
	return int64(n * multiple), nil
}

// ParseShare reads a percentage ("5%", "2,5%") above 0 up to 100, or a size.
func ParseShare(s string) (Share, error) {
	if p, ok := strings.CutSuffix(strings.TrimSpace(s), "%"); ok {
		n, err := parseNumber(strings.TrimSpace(p))
		if err != nil || n > 100 {
			return Share{}, fmt.Errorf("%q is no percentage", s)
		}
		return Share{Percent: n}, nil
	}
	n, err := ParseSize(s)
	return Share{Bytes: n}, err
}

// ParseParity reads a percentage ("2%", "2,5%") up to 100, or a word for none ("off", "0"), as hundredths of a percent.
func ParseParity(s string) (int, error) {
	if on, err := ParseBool(s); err == nil && !on {
		return 0, nil
	}
	share, err := ParseShare(s)
	n := int(math.Round(share.Percent * 100))
	if err != nil || share.Bytes > 0 || n == 0 && share.Percent > 0 || !strings.HasSuffix(strings.TrimSpace(s), "%") {
		return 0, fmt.Errorf("%q is no percentage", s)
	}
	return n, nil
}

// parseNumber reads digits with at most one decimal mark, a point or a comma; no sign, no exponent.
func parseNumber(s string) (float64, error) {
	if strings.Trim(s, "0123456789.,") != "" || strings.Count(s, ".")+strings.Count(s, ",") > 1 {
		return 0, fmt.Errorf("%q is no number", s)
	}
	return strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
}

// splitList reads a list from a variable: one value a line, or else separated by commas.
func splitList(s string) []string {
	sep := ","
	if strings.Contains(s, "\n") {
		sep = "\n"
	}
	var out []string
	for v := range strings.SplitSeq(s, sep) {
		if v = strings.TrimSpace(v); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// mostAge bounds each number of a Span: a thousand years.
const mostAge = 1000 * 366

// ParseSpan reads a length of time: 0, 12h, 30d, 8w, 6m (months), 1y, or several as in 1y6m. The Portuguese letters count too: s for
// weeks, a for years.
func ParseSpan(s string) (Span, error) {
	rest := strings.ToLower(strings.ReplaceAll(s, " ", ""))
	if rest == "0" {
		return Span{}, nil
	}
	if rest == "" {
		return Span{}, fmt.Errorf("no length of time")
	}
	var out Span
	for rest != "" {
		end := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
		if end <= 0 {
			return Span{}, fmt.Errorf("%q is no length of time", s)
		}
		n, err := strconv.Atoi(rest[:end])
		if err != nil || n > mostAge {
			return Span{}, fmt.Errorf("%q is no length of time", s)
		}
		switch rest[end] {
		case 'h':
			out.Hours += n
		case 'd':
			out.Days += n
		case 'w', 's':
			out.Days += 7 * n
		case 'm':
			out.Months += n
		case 'y', 'a':
			out.Years += n
		default:
			return Span{}, fmt.Errorf("%q is no length of time", s)
		}
		rest = rest[end+1:]
	}
	return out, nil
}
