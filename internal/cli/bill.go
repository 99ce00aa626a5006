package cli

import (
	"context"
	"strings"

	"backup_projeto/internal/cost"
	"backup_projeto/internal/prune"
	"backup_projeto/internal/storage"
)

// jsonBill is what a prune and storing cost.
type jsonBill struct {
	Currency string  `json:"currency"`
	AsOf     string  `json:"prices_of,omitempty"`
	Once     float64 `json:"once"`
	Early    float64 `json:"early"`
	Storing  float64 `json:"storage_month"`
	Freed    float64 `json:"freed_month"`
	Later    float64 `json:"freed_later_month"`
}

// prices returns what the place bills: as a person gave it, or as it is known; nil where it is not.
func (s *session) prices() *cost.Prices {
	if p := s.cfg.Prune.Prices; p != nil {
		return p
	}
	if b, ok := storage.As[storage.Biller](s.store); ok {
		if p, ok := cost.Find(b.Service()); ok {
			return p
		}
	}
	return nil
}

// once says what the prune costs; "" where that is not known.
func (p *pruning) once(b *prune.Bill) string {
	if b == nil {
		return ""
	}
	t, l, list := p.text.Prune, p.lang, p.prices
	line := f(t.OnceGiven, l.Money(list.Currency, b.Once))
	if list.AsOf != "" {
		line = f(t.Once, l.Money(list.Currency, b.Once), list.AsOf)
	}
	if b.Early > 0 {
		line += "; " + f(t.Early, l.Money(list.Currency, b.Early), l.Int(int64(list.MinDays)))
	}
	return line
}

// monthly says what storing costs; "" where that is not known.
func (p *pruning) monthly(b *prune.Bill) string {
	if b == nil {
		return ""
	}
	t := p.text.Prune
	money := func(line string, amount float64) string { return f(line, p.lang.Money(p.prices.Currency, amount)) }
	parts := []string{money(t.MonthlyNow, b.Storing)}
	if b.Freed+b.Later > 0 && p.versions() {
		return parts[0] + "; " + t.MonthlyKept
	}
	if b.Freed > 0 {
		parts = append(parts, money(t.MonthlyLess, b.Freed))
	}
	if b.Freed < 0 {
		parts = append(parts, money(t.MonthlyMore, -b.Freed))
	}
	if b.Later > 0 {
		parts = append(parts, money(t.MonthlyLater, b.Later))
	}
	return strings.Join(parts, ", ")
}

// keepsVersions reports whether the place is a bucket that keeps versions. That it cannot be asked is no matter here.
func (s *session) keepsVersions(ctx context.Context) bool {
	h, ok := storage.As[storage.Historian](s.store)
	if !ok {
		return false
	}
	keeps, err := h.Versioned(ctx)
	return err == nil && keeps
}
