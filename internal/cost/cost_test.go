package cost

import (
	"math"
	"testing"
	"time"
)

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Max(1, math.Abs(b)) }

// TestFind: what the lists say, in the words in which the services publish it, and nothing where none is known.
func TestFind(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		name                string
		s                   Service
		thousandPuts        float64
		tenThousandGets     float64
		gb                  int64
		storing, out, early float64 // a GB for a month, a GB read, a GB deleted after 10 days
	}{
		{"São Paulo", Service{Region: "sa-east-1"}, 0.007, 0.0056, 1 << 30, 0.0405, 0.15, 0},
		{"the standard class by its name", Service{Region: "us-east-1", Class: "STANDARD"}, 0.005, 0.004, 1 << 30, 0.023, 0.09, 0},
		{"Oregon", Service{Region: "us-west-2"}, 0.005, 0.004, 1 << 30, 0.023, 0.09, 0},
		{"infrequent access", Service{Region: "us-east-1", Class: "STANDARD_IA"}, 0.01, 0.01, 1 << 30, 0.0125, 0.09 + 0.01, 0.0125 * 20 / 30},
		{"instant retrieval", Service{Region: "us-east-1", Class: "GLACIER_IR"}, 0.02, 0.1, 1 << 30, 0.004, 0.09 + 0.03, 0.004 * 80 / 30},
		{"R2", Service{Host: "0123.r2.cloudflarestorage.com", Region: "auto"}, 0.0045, 0.0036, 1e9, 0.015, 0, 0},
		{"Wasabi", Service{Host: "s3.us-east-2.wasabisys.com"}, 0, 0, 1 << 30, 0.0078027343750, 0, 0.0078027343750 * 80 / 30},
	} {
		p, ok := Find(c.s)
		if !ok || p.Currency != "USD" || p.AsOf == "" || p.Source == "" {
			t.Errorf("%s: %v, %+v", c.name, ok, p)
			continue
		}
		for _, x := range []struct {
			what      string
			got, want float64
		}{
			{"1,000 writes", p.Once(Use{Writes: 1000}), c.thousandPuts}, {"10,000 reads", p.Once(Use{Reads: 10_000}), c.tenThousandGets},
			{"a million deletions", p.Once(Use{Deletes: 1_000_000}), 0}, {"a month", p.Monthly(c.gb), c.storing}, {"transfer", p.Once(Use{Out: c.gb}), c.out},
			{"early", p.Early(c.gb, 10*day), c.early}, {"late", p.Early(c.gb, 90*day), 0}, {"before it was put", p.Early(c.gb, -day), p.Early(c.gb, 0)},
		} {
			if !near(x.got, x.want) {
				t.Errorf("%s: %s: %v, want %v", c.name, x.what, x.got, x.want)
			}
		}
	}
	for _, s := range []Service{{}, {Region: "mars-1"}, {Region: "sa-east-1", Class: "STANDARD_IA"}, {Host: "127.0.0.1", Region: "us-east-1"},
		{Host: "wasabisys.com.example.org"}, {Host: "minio.example.org", Region: "us-east-1"}, {Host: "x.r2.cloudflarestorage.com", Class: "STANDARD_IA"}} {
		if p, ok := Find(s); ok {
			t.Errorf("%+v has a list: %+v", s, p)
		}
	}
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		in   string
		want Prices
	}{
		{"storage=0.02", Prices{Currency: "USD", GB: 1e9, Storage: 0.02}},
		{"storage=0.0405 write=0.007 read=0.00056 transfer=0.15 currency=USD", Prices{Currency: "USD", GB: 1e9, Storage: 0.0405, Write: 0.007, Read: 0.00056, Out: 0.15}},
		{"armazenamento=0,12 gravacao=0,02 leitura=0,002 transferencia=0,4 moeda=brl", Prices{Currency: "BRL", GB: 1e9, Storage: 0.12, Write: 0.02, Read: 0.002, Out: 0.4}},
		{"Armazenamento=0,12,gravação=1;transferência=0,4,", Prices{Currency: "USD", GB: 1e9, Storage: 0.12, Write: 1, Out: 0.4}},
	} {
		if p, err := Parse(c.in); err != nil || *p != c.want {
			t.Errorf("%q: %+v, %v", c.in, p, err)
		}
	}
	for _, in := range []string{"", "storage", "storage=", "storage=1 storage=2", "storage=1 armazenamento=2", "storage=-1", "storage=1e3", "storage=1.2.3", "storage=.", "storage=NaN",
		"write=1", "storage=1 colour=2", "storage=1 currency=R$", "storage=1 currency=", "storage=1 currency=reais", "storage=12345678901234567890123"} {
		if p, err := Parse(in); err == nil {
			t.Errorf("%q: %+v", in, p)
		}
	}
}
