package cost

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// fields are the parts of a price list as people write them, in both languages.
var fields = []struct {
	en, pt string
	of     func(*Prices) *float64 // nil for the currency
}{
	{"storage", "armazenamento", func(p *Prices) *float64 { return &p.Storage }},
	{"write", "gravacao", func(p *Prices) *float64 { return &p.Write }},
	{"read", "leitura", func(p *Prices) *float64 { return &p.Read }},
	{"transfer", "transferencia", func(p *Prices) *float64 { return &p.Out }},
	{"currency", "moeda", nil},
}

// unaccented makes of the letters of Portuguese those that fields are written with.
var unaccented = strings.NewReplacer("ç", "c", "ã", "a", "ê", "e")

// Parse reads a price list as people write it: storage=0.0405 write=0.007 read=0.00056 transfer=0.15 currency=USD, in any order, each for what
// Prices says and a GB of 10^9 bytes; what is left out costs nothing, but storage must be there; the currency is USD unless it is said.
// Blanks, semicolons, and commas before a letter divide; in numbers a comma is a decimal point. The Portuguese names count too.
func Parse(s string) (*Prices, error) {
	p := &Prices{Currency: "USD", GB: 1e9}
	seen := map[string]bool{}
	for _, part := range split(s) {
		name, err := p.set(part)
		if err != nil {
			return nil, err
		}
		if seen[name] {
			return nil, fmt.Errorf("%q stands there twice", name)
		}
		seen[name] = true
	}
	if !seen["storage"] {
		return nil, fmt.Errorf("the price of storage is missing")
	}
	return p, nil
}

// set reads one part, and returns its English name.
func (p *Prices) set(part string) (name string, err error) {
	key, value, _ := strings.Cut(part, "=")
	key = unaccented.Replace(strings.ToLower(key))
	for _, f := range fields {
		switch {
		case key != f.en && key != f.pt:
			continue
		case f.of == nil:
			p.Currency, err = currency(value)
		default:
			*f.of(p), err = price(value)
		}
		return f.en, err
	}
	return "", fmt.Errorf("%q is no part of a price list", part)
}

func currency(s string) (string, error) {
	s = strings.ToUpper(s)
	if len(s) != 3 || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return "", fmt.Errorf("%q is no currency", s)
	}
	return s, nil
}

// price reads an amount: digits and at most one mark, a point or a comma.
func price(s string) (float64, error) {
	if strings.Trim(s, "0123456789.,") != "" || strings.Count(s, ".")+strings.Count(s, ",") > 1 || len(s) > 20 {
		return 0, fmt.Errorf("%q is no amount", s)
	}
	return strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
}

// split divides a list at blanks, at semicolons, and at commas with a letter behind.
func split(s string) []string {
	var b strings.Builder
	runes := []rune(s)
	for i, r := range runes {
		if r == ';' || r == ',' && (i+1 == len(runes) || unicode.IsLetter(runes[i+1])) {
			r = ' '
		}
		b.WriteRune(r)
	}
	return strings.Fields(b.String())
}
