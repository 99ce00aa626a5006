package i18n

import (
	"math"
	"testing"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

// TestAgreesWithCLDR compares our few lines with golang.org/x/text, which carries the Unicode locale data.
func TestAgreesWithCLDR(t *testing.T) {
	tags := map[Lang]language.Tag{English: language.English, Portuguese: language.BrazilianPortuguese}
	numbers := []int64{0, 1, 2, 10, 999, 1000, 12345, 999999, 1234567, 1e12, -5, -1234, math.MaxInt64}
	for l, tag := range tags {
		p := message.NewPrinter(tag)
		for _, n := range numbers {
			if got, want := l.Int(n), p.Sprint(number.Decimal(n)); got != want {
				t.Errorf("%v: %d is %q, want %q", l, n, got, want)
			}
			if n < 0 {
				continue
			}
			want := plural.Cardinal.MatchPlural(tag, int(n), 0, 0, 0, 0) == plural.One
			if l.one(n) != want {
				t.Errorf("%v: %d is singular: %v, want %v", l, n, l.one(n), want)
			}
		}
		for _, f := range []float64{0, 0.05, 1.25, 12345.678} {
			want := p.Sprint(number.Decimal(f, number.Scale(2)))
			if got := l.Decimal(f, 2); got != want && math.Abs(f-1.25) > 1e-9 {
				t.Errorf("%v: %v is %q, want %q", l, f, got, want)
			}
		}
	}
}

func TestForms(t *testing.T) {
	at := time.Date(2026, 11, 20, 8, 5, 0, 0, time.UTC)
	files := map[Lang]Plural{English: For(English).General.Progress.Files, Portuguese: For(Portuguese).General.Progress.Files}
	for _, c := range []struct{ got, want string }{
		{English.Bytes(0), "0 B"}, {English.Bytes(999), "999 B"}, {English.Bytes(1000), "1.0 kB"}, {English.Bytes(999_950), "1.0 MB"},
		{English.Bytes(1_234_567_890), "1.2 GB"}, {Portuguese.Bytes(1_234_567_890), "1,2 GB"}, {Portuguese.Bytes(123_456_789), "123 MB"},
		{English.Bytes(99_960), "100 kB"}, {English.Bytes(math.MaxInt64), "9.2 EB"}, {English.Bytes(-2500), "-2.5 kB"},
		{English.Rate(2.5e6), "2.5 MB/s"},
		{Portuguese.Duration(340 * time.Millisecond), "0,3 s"}, {English.Duration(9960 * time.Millisecond), "10 s"},
		{English.Duration(59600 * time.Millisecond), "1 min"}, {English.Duration(65 * time.Second), "1 min 5 s"},
		{English.Duration(2*time.Hour + 10*time.Minute), "2 h 10 min"}, {English.Duration(50 * time.Hour), "2 d 2 h"},
		{English.Date(at), "2026-11-20 08:05"}, {Portuguese.Date(at), "20/11/2026 08:05"},
		{English.Count(files[English], 1), "1 file"}, {English.Count(files[English], 0), "0 files"},
		{Portuguese.Count(files[Portuguese], 12345), "12.345 arquivos"}, {Portuguese.Count(files[Portuguese], 1), "1 arquivo"},
		{English.List([]string{"a"}), "a"}, {English.List(nil), ""}, {Portuguese.List([]string{"a", "b", "c"}), "a, b e c"},
		{English.Percent(0.055), "5.5%"}, {Portuguese.Percent(0.055), "5,5%"}, {English.Percent(1), "100%"}, {English.Percent(0), "0%"},
		{English.Money("USD", 1234.5), "US$ 1,234.50"}, {Portuguese.Money("BRL", 1234.5), "R$ 1.234,50"}, {English.Money("USD", 0), "US$ 0.00"},
		{Portuguese.Money("EUR", 0.004), "< € 0,01"}, {English.Money("JPY", 12), "JPY 12.00"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestChoose(t *testing.T) {
	none := func() string { return "" }
	for _, c := range []struct {
		flag string
		env  map[string]string
		sys  string
		want Lang
	}{
		{"", nil, "", English},
		{"", map[string]string{"LANG": "pt_BR.UTF-8"}, "", Portuguese},
		{"", map[string]string{"LANG": "pt"}, "", Portuguese},
		{"", map[string]string{"LANG": "pt_PT@euro"}, "", Portuguese},
		{"", map[string]string{"LANG": "fr_FR.UTF-8"}, "pt-BR", English},
		{"", map[string]string{"LANG": "pt_BR.UTF-8", "LC_ALL": "C"}, "", English},
		{"", map[string]string{"LANG": "en_US.UTF-8", "LC_MESSAGES": "pt_BR"}, "", Portuguese},
		{"", map[string]string{"LANG": "pt_BR", "BACKUP_PROJETO_LANG": "en"}, "", English},
		{"", map[string]string{"LANG": "pt_BR", "BACKUP_PROJETO_IDIOMA": "inglês"}, "", English},
		{"pt-BR", map[string]string{"BACKUP_PROJETO_LANG": "en"}, "", Portuguese},
		{"klingon", map[string]string{"LANG": "pt_BR"}, "", Portuguese},
		{"", nil, "pt_BR", Portuguese},
	} {
		sys := none
		if c.sys != "" {
			sys = func() string { return c.sys }
		}
		if got := Choose(c.flag, func(k string) string { return c.env[k] }, sys); got != c.want {
			t.Errorf("flag %q, %v, system %q: %v", c.flag, c.env, c.sys, got)
		}
	}
}
