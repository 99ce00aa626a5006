//go:build linux || darwin

package prune

import (
	"testing"
	"time"

	"backup_projeto/internal/cost"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/storage/observe"
)

// TestUse: what a plan says that it takes is enough, and not much more than that.
func TestUse(t *testing.T) {
	for _, c := range []struct {
		name   string
		parity bool
		o      Options
		runs   int
		want   func(*Result) bool // of the last run
	}{
		{"both at once", false, now, 1, func(r *Result) bool { return r.SweptPacks > 0 && r.RewrittenPacks > 0 }},
		{"both at once, with parity", true, now, 1, func(r *Result) bool { return r.SweptParity > 0 && r.RewrittenPacks > 0 }},
		{"condemning", false, Options{Grace: time.Nanosecond}, 1, func(r *Result) bool { return r.SweptPacks == 0 && r.RewrittenPacks > 0 }},
		{"sweeping", false, Options{Grace: time.Nanosecond}, 2, func(r *Result) bool { return r.SweptPacks > 0 && r.RewrittenPacks == 0 }},
		{"sweeping, with parity", true, Options{Grace: time.Nanosecond}, 2, func(r *Result) bool { return r.SweptParity > 0 }},
		{"nothing", false, Options{Grace: time.Nanosecond}, 4, func(r *Result) bool { return r.Plan.Nothing() }},
		{"from the trash", false, Options{Grace: -1, Trash: time.Nanosecond}, 1, func(r *Result) bool { return r.Expired == 5 && r.SweptPacks > 0 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			if c.parity {
				must(t, p.main.SetParity(t.Context(), 200))
			}
			kept := dead(p, c.o.Trash > 0)
			r := p.open(observe.New(p.store()), t.TempDir())
			for n := range c.runs {
				var before cost.Use
				c.o.Consent = func(*Plan) (bool, error) { before = r.Used(); return true, nil }
				res, err := Run(t.Context(), r, c.o, &report.Discard{})
				must(t, err)
				if n+1 == c.runs && !c.want(res) {
					t.Errorf("it did something else: %+v", res)
				}
				used := r.Used().Minus(before)
				t.Logf("run %d: planned %+v, used %+v", n, res.Plan.Use, used)
				enough(t, res.Plan.Use, used)
			}
			p.want(kept...)
		})
	}
}

// dead leaves content that nothing needs, in packs of its own and in others; in the trash, or for good.
func dead(p *place, trash bool) []saved {
	if !trash {
		kept, _ := partly(p, 5)
		return kept
	}
	var gone []saved
	for i := range 5 {
		gone = append(gone, p.save(p.main, files{"own": random(uint64(i), 100_000), "shared": random(200, 50_000)}))
	}
	kept := p.save(p.main, files{"shared": random(200, 50_000)})
	for _, s := range gone {
		must(p.t, p.main.Drop(p.t.Context(), s.id))
	}
	return []saved{kept}
}

// enough compares what was planned with what was used: nothing may be more, and the plan not much more.
func enough(t *testing.T, plan, used cost.Use) {
	t.Helper()
	for _, x := range []struct {
		what                 string
		planned, used, slack int64
	}{
		{"writes", plan.Writes, used.Writes, 10}, {"reads", plan.Reads, used.Reads, 10}, {"deletions", plan.Deletes, used.Deletes, 10}, {"bytes", plan.Out, used.Out, 1 << 20},
	} {
		if x.used > x.planned || x.planned > 3*x.used+x.slack {
			t.Errorf("%s: planned %d, used %d", x.what, x.planned, x.used)
		}
	}
}

// TestBill: the plan says what it costs, and what is billed of packs that are deleted before their time.
func TestBill(t *testing.T) {
	p := newPlace(t)
	partly(p, 5)
	prices := &cost.Prices{Currency: "BRL", GB: 1, Storage: 30, Write: 1000, Read: 2000, Out: 3, MinDays: 60}
	first, err := Run(t.Context(), p.main, Options{Grace: time.Nanosecond, Prices: prices}, &report.Discard{})
	must(t, err)
	l, b := first.Plan, first.Plan.Bill
	if b == nil || b.Early != 0 || b.Once != float64(l.Use.Writes+2*l.Use.Reads+3*l.Use.Out) || b.Freed >= 0 || b.Later != 30*float64(l.Later()) {
		t.Fatalf("%+v of %+v", b, l)
	}
	if size := float64(p.size()); b.Storing > 30*size || b.Storing < 20*size {
		t.Errorf("storing %d bytes costs %v", p.size(), b.Storing)
	}
	second, err := Run(t.Context(), p.main, Options{Grace: time.Nanosecond, Prices: prices}, &report.Discard{})
	must(t, err)
	l, b = second.Plan, second.Plan.Bill
	early := 60 * float64(l.Sweep.Bytes) // at 1 a day and byte
	if l.Sweep.Packs == 0 || b.Early > early || b.Early < early*0.9 || b.Once < b.Early || b.Freed != 30*float64(l.Freed()) {
		t.Errorf("%+v of %+v; early %v", b, l, early)
	}
	if res := p.prune(Options{DryRun: true, Trash: repo.Grace}); res.Plan.Bill != nil {
		t.Errorf("without prices: %+v", res.Plan.Bill)
	}
}
