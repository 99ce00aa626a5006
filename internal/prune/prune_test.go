//go:build linux || darwin

package prune

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"backup_projeto/internal/repo"
)

// TestUnused: packs of which nothing is needed go, and nothing else.
func TestUnused(t *testing.T) {
	p := newPlace(t)
	keep := p.save(p.main, files{"a": random(1, 100_000)})
	gone := p.save(p.main, files{"b": random(2, 200_000)})
	p.drop(gone)
	before := p.size()
	res := p.prune(now)
	if res.SweptPacks != 2 || res.CondemnedPacks != 0 || res.CondemnedBytes != 0 || res.RewrittenPacks != 0 || res.SweptBytes < 200_000 || p.size() != before-res.SweptBytes {
		t.Errorf("%+v; %d bytes became %d", res, before, p.size())
	}
	if l := res.Plan; l.Condemn.Packs != 2 || l.Stored.Packs != 4 || l.Snapshots != 1 || l.Sweep.Packs != 0 || l.Nothing() || !l.AtOnce || l.Later() != 0 || l.Freed() != res.SweptBytes || l.Kept().Packs != 2 {
		t.Errorf("plan %+v", l)
	}
	p.want(keep)
	again := p.prune(now)
	if !again.Plan.Nothing() || again.SweptPacks+again.CondemnedPacks != 0 {
		t.Errorf("a second prune has something to do: %+v", again.Plan)
	}
	if marks := p.names("gc"); len(marks) != 1 { // the tombstone
		t.Errorf("marks left: %v", marks)
	}
	back := p.save(p.main, gone.in) // what is gone is uploaded again
	p.want(keep, back)
}

// TestGrace: first condemned, then deleted, and in between not counted on.
func TestGrace(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	keep, gone := p.save(p.main, files{"a": random(1, 100_000)}), p.save(p.main, files{"b": random(2, 200_000)})
	p.drop(gone)
	if res := p.prune(Options{}); !res.Plan.Nothing() || res.Plan.Young.Packs != 2 {
		t.Errorf("what is young was condemned: %+v", res.Plan)
	}
	p.age("packs", 25*time.Hour)
	before := p.size()
	if res := p.prune(Options{}); res.CondemnedPacks != 2 || res.SweptPacks != 0 || p.size() != before {
		t.Errorf("%+v", res)
	}
	back := p.save(p.main, gone.in)
	if p.size() < before+200_000 {
		t.Error("condemned content counted as present")
	}
	if res := p.prune(Options{}); res.SweptPacks != 0 || res.Plan.Waiting.Packs != 2 {
		t.Errorf("swept before its time: %+v", res.Plan)
	}
	p.age("gc", 23*time.Hour)
	if res := p.prune(Options{}); res.SweptPacks != 0 {
		t.Errorf("swept before its time: %+v", res.Plan)
	}
	p.age("gc", 2*time.Hour)
	if res := p.prune(Options{}); res.SweptPacks != 2 || res.Plan.Freed() != res.SweptBytes {
		t.Errorf("not swept: %+v", res.Plan)
	}
	p.want(keep, back)
	if len(p.names("gc")) != 2 { // the mark goes when its tombstone is old enough
		t.Errorf("marks: %v", p.names("gc"))
	}
	p.age("gc", 25*time.Hour)
	p.prune(Options{})
	if len(p.names("gc")) != 1 {
		t.Errorf("marks: %v", p.names("gc"))
	}
	p.age("gc", DefaultForget)
	p.prune(Options{})
	if len(p.names("gc")) != 0 {
		t.Errorf("marks: %v", p.names("gc"))
	}
	p.want(keep, back)
}

// partly saves projects so that packs are partly dead: each snapshot has a file of its own and one that the next has too.
func partly(p *place, n int) (kept, gone []saved) {
	for i := range n {
		shared := fmt.Sprint("shared", i)
		s := p.save(p.main, files{"own": random(uint64(100+i), 150_000), shared: random(uint64(200+i), 50_000)})
		kept = append(kept, p.save(p.main, files{shared: s.in[shared]}))
		gone = append(gone, s)
	}
	for _, s := range gone {
		p.drop(s)
	}
	return kept, gone
}

func TestRewrite(t *testing.T) {
	p := newPlace(t)
	kept, _ := partly(p, 5)
	before := p.size()
	res := p.prune(now)
	if res.RewrittenPacks != 5 || res.SweptPacks < 5 || res.CopiedBytes < 250_000 || res.CopiedBytes > 400_000 || p.size() > before-700_000 {
		t.Errorf("%+v; %d bytes became %d", res, before, p.size())
	}
	p.want(kept...)
	if again := p.prune(now); !again.Plan.Nothing() {
		t.Errorf("a second prune has something to do: %+v", again.Plan)
	}
}

func TestLimits(t *testing.T) {
	p := newPlace(t)
	kept, _ := partly(p, 5)
	for _, c := range []struct {
		name   string
		o      Options
		packs  int64
		unused bool
	}{
		{"a share that is more than there is", Options{Grace: -1, DryRun: true, MaxUnused: Amount{Share: 0.9}}, 0, true},
		{"bytes", Options{Grace: -1, DryRun: true, MaxUnused: Amount{Bytes: 400_000}}, 3, true},
		{"a share", Options{Grace: -1, DryRun: true, MaxUnused: Amount{Share: 0.5}}, 2, true},
		{"no rewriting", Options{Grace: -1, DryRun: true, MaxRewrite: -1}, 0, true},
		{"some rewriting", Options{Grace: -1, DryRun: true, MaxRewrite: 500_000}, 2, true},
		{"all", Options{Grace: -1, DryRun: true}, 5, false},
	} {
		res := p.prune(c.o)
		if res.Plan.Rewrite.Packs != c.packs || res.Plan.Unused > 0 != c.unused {
			t.Errorf("%s: %+v", c.name, res.Plan)
		}
	}
	p.want(kept...)
}

// TestDryRun: nothing is changed, and the plan is that of the real run.
func TestDryRun(t *testing.T) {
	p := newPlace(t)
	kept, _ := partly(p, 3)
	before := p.names("")
	dry := p.prune(Options{Grace: -1, DryRun: true})
	asked := 0
	no := p.prune(Options{Grace: -1, Consent: func(l *Plan) (bool, error) {
		asked++
		if l.Rewrite != dry.Plan.Rewrite || l.Condemn != dry.Plan.Condemn {
			t.Errorf("plan %+v, dry %+v", l, dry.Plan)
		}
		return false, nil
	}})
	if !no.Declined || asked != 1 || !slices.Equal(sorted(before), sorted(p.names(""))) {
		t.Errorf("asked %d times; the store has\n%v, had\n%v", asked, p.names(""), before)
	}
	yes := p.prune(Options{Grace: -1, Consent: func(*Plan) (bool, error) { return true, nil }})
	if yes.RewrittenPacks != dry.Plan.Rewrite.Packs || dry.Plan.Use.Requests() <= 0 {
		t.Errorf("%+v, planned %+v", yes, dry.Plan)
	}
	p.want(kept...)
}

// TestMergeIndex: many small index objects become few, and nothing is lost.
func TestMergeIndex(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	var kept []saved
	for i := range manySmall + 4 {
		kept = append(kept, p.save(p.main, files{"a": random(uint64(i), 3000)}))
	}
	before := len(p.names("index"))
	res := p.prune(Options{})
	if after := len(p.names("index")); before != manySmall+4 || after != 1 || res.IndexBefore != int64(before) || res.IndexAfter != 1 {
		t.Errorf("%d index objects became %d: %+v", before, after, res)
	}
	p.want(kept...)
	more := p.save(p.main, kept[3].in)
	p.want(append(kept, more)...)
}

// TestTrashConsent: what leaves the trash is in the plan, and leaves it only after consent; what is brought back before the answer stays.
func TestTrashConsent(t *testing.T) {
	p := newPlace(t)
	keep, gone, back := p.save(p.main, files{"a": random(1, 100_000)}), p.save(p.main, files{"b": random(2, 100_000)}), p.save(p.main, files{"c": random(3, 100_000)})
	must(t, p.main.Drop(t.Context(), gone.id))
	must(t, p.main.Drop(t.Context(), back.id))
	p.age("trash", repo.Grace+time.Hour)
	o := Options{Grace: -1, Trash: repo.Grace, DryRun: true}
	for range 2 {
		res := p.prune(o)
		if l := res.Plan; l.Trash != 2 || l.Snapshots != 1 || l.Condemn.Packs != 4 || res.Expired != 0 || len(p.names("trash")) != 2 {
			t.Errorf("%+v, plan %+v, trash %v", res, l, p.names("trash"))
		}
		o.DryRun = false
		o.Consent = func(*Plan) (bool, error) { return false, nil }
	}
	asked := 0
	o.Consent = func(l *Plan) (bool, error) {
		asked++
		_, err := p.main.Undelete(t.Context(), back.id)
		return true, err
	}
	if res := p.prune(o); asked != 1 || res.Expired != 1 || res.SweptPacks != 2 || len(p.names("trash")) != 0 {
		t.Errorf("asked %d times: %+v, trash %v", asked, res, p.names("trash"))
	}
	p.want(keep, back)
}

// TestTrash: what is in the trash is live; after its time it is not.
func TestTrash(t *testing.T) {
	p := newPlace(t)
	keep, dropped := p.save(p.main, files{"a": random(1, 100_000)}), p.save(p.main, files{"b": random(2, 100_000)})
	must(t, p.main.Drop(t.Context(), dropped.id))
	if res := p.prune(Options{Grace: -1, Trash: repo.Grace}); !res.Plan.Nothing() {
		t.Errorf("%+v", res.Plan)
	}
	_, err := p.main.Undelete(t.Context(), dropped.id)
	must(t, err)
	p.want(keep, dropped)
	must(t, p.main.Drop(t.Context(), dropped.id))
	p.age("trash", repo.Grace+time.Hour)
	if res := p.prune(now); !res.Plan.Nothing() { // the trash is left alone
		t.Errorf("%+v", res.Plan)
	}
	if res := p.prune(Options{Grace: -1, Trash: repo.Grace}); res.SweptPacks != 2 || len(p.names("trash")) != 0 {
		t.Errorf("%+v", res)
	}
	p.want(keep)
}

// TestInTrash: the plan says what stays in the trash, and when the first of it leaves.
func TestInTrash(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.save(p.main, files{"a": random(1, 50_000)})
	for seed := range uint64(3) {
		must(t, p.main.Drop(t.Context(), p.save(p.main, files{"b": random(2+seed, 50_000)}).id))
		p.age("trash", 10*24*time.Hour) // 30, 20 and 10 days
	}
	left := func(want int64, days int) {
		t.Helper()
		l := p.prune(Options{DryRun: true, Trash: repo.Grace}).Plan
		until := time.Until(l.TrashUntil).Round(time.Hour)
		if l.InTrash != want || until != time.Duration(days)*24*time.Hour {
			t.Errorf("%d stay, the first for %v: %+v", l.InTrash, until, l)
		}
	}
	left(2, 10) // one leaves
	if l := p.prune(Options{DryRun: true}).Plan; l.InTrash != 3 || !l.TrashUntil.IsZero() {
		t.Errorf("none leaves: %+v", l)
	}
	res := p.prune(Options{Grace: -1, Trash: repo.Grace})
	if res.Expired != 1 || res.Plan.InTrash != 2 {
		t.Errorf("%+v", res)
	}
	left(2, 10)
	all, err := p.main.Trash(t.Context())
	must(t, err)
	if _, err := p.main.Undelete(t.Context(), all[1].ID); err != nil { // the older one; its copy stays in the trash
		t.Error(err)
	}
	left(1, 20)
}
