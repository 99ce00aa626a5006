package i18n

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Plural is a message that counts: its forms for one and for any other number. Both take the number as %s, formatted.
type Plural struct{ One, Other string }

// Count formats a plural message with the number n.
func (l Lang) Count(p Plural, n int64) string {
	form := p.Other
	if l.one(n) {
		form = p.One
	}
	return strings.Replace(form, "%s", l.Int(n), 1)
}

// one is CLDR's rule for integers: Portuguese takes the singular for zero too ("0 arquivo").
func (l Lang) one(n int64) bool {
	return n == 1 || n == -1 || l == Portuguese && n == 0
}

func (l Lang) marks() (thousands, decimal string) {
	if l == Portuguese {
		return ".", ","
	}
	return ",", "."
}

// Int writes a whole number with its thousands marked: 12,345 or 12.345.
func (l Lang) Int(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	mark, _ := l.marks()
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + mark + digits[i:]
	}
	return sign + digits
}

// Decimal writes a number with that many decimals.
func (l Lang) Decimal(f float64, decimals int) string {
	s := strconv.FormatFloat(f, 'f', decimals, 64)
	whole, rest, ok := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return s
	}
	out := l.Int(n)
	if n == 0 && strings.HasPrefix(whole, "-") {
		out = "-" + out
	}
	if ok {
		_, mark := l.marks()
		out += mark + rest
	}
	return out
}

// Percent writes a share of 0 to 1 as a percentage, without decimals unless it is small.
func (l Lang) Percent(share float64) string {
	decimals := 0
	if share > 0 && share < 0.1 {
		decimals = 1
	}
	return l.Decimal(share*100, decimals) + "%"
}

// signs of currencies that need no country's name.
var signs = map[string]string{"USD": "US$", "BRL": "R$", "EUR": "€"}

// Money writes an amount with two decimals: US$ 1,234.50. What is more than nothing and less than a hundredth is "< US$ 0.01".
func (l Lang) Money(currency string, amount float64) string {
	sign := signs[currency]
	if sign == "" {
		sign = currency
	}
	if size := math.Abs(amount); size > 0 && size < 0.01 {
		return "< " + sign + " " + l.Decimal(0.01, 2)
	}
	return sign + " " + l.Decimal(amount, 2)
}

// units of sizes; powers of 1000, as disks and cloud bills count.
var units = []string{"B", "kB", "MB", "GB", "TB", "PB", "EB"}

// Bytes writes a size: 512 B, 1.2 GB.
func (l Lang) Bytes(n int64) string {
	f, i := float64(n), 0
	for math.Abs(f) >= 999.5 && i < len(units)-1 {
		f /= 1000
		i++
	}
	decimals := 0
	if i > 0 && math.Abs(f) < 99.95 {
		decimals = 1
	}
	return l.Decimal(f, decimals) + " " + units[i]
}

// Rate writes a speed in bytes a second.
func (l Lang) Rate(bytesPerSecond float64) string { return l.Bytes(int64(bytesPerSecond)) + "/s" }

// Duration writes a length of time with at most two units: 40 ms, 0.3 s, 12 s, 3 min 5 s, 2 h 10 min, 4 d 3 h.
func (l Lang) Duration(d time.Duration) string {
	if d < 100*time.Millisecond {
		return l.Int(d.Milliseconds()) + " ms"
	}
	if d < 9950*time.Millisecond {
		return l.Decimal(d.Seconds(), 1) + " s"
	}
	s := int64(d.Round(time.Second) / time.Second)
	pair := func(big int64, bigUnit string, small int64, smallUnit string) string {
		out := l.Int(big) + " " + bigUnit
		if small > 0 {
			out += " " + l.Int(small) + " " + smallUnit
		}
		return out
	}
	switch {
	case s < 60:
		return l.Int(s) + " s"
	case s < 3600:
		return pair(s/60, "min", s%60, "s")
	case s < 86400:
		return pair(s/3600, "h", s%3600/60, "min")
	}
	return pair(s/86400, "d", s%86400/3600, "h")
}

// Date writes a moment to the minute, in its own time zone.
func (l Lang) Date(t time.Time) string {
	if l == Portuguese {
		return t.Format("02/01/2006 15:04")
	}
	return t.Format("2006-01-02 15:04")
}

// List joins words for people: a, b and c.
func (l Lang) List(words []string) string {
	and := l.Pick(" and ", " e ")
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + and + words[len(words)-1]
}
