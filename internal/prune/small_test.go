//go:build linux || darwin

package prune

import (
	"cmp"
	"fmt"
	"os"
	"strconv"
	"testing"

	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/storage/faulty"
	"backup_projeto/internal/storage/observe"
)

// diary saves so many versions of a project that grows by one small file each time, and returns them.
func diary(p *place, days int) (all []saved) {
	in := files{}
	dir := p.t.TempDir()
	for day := range days {
		in[fmt.Sprintf("%04d", day)] = fmt.Sprint("day ", day)
		s, err := trySave(p.t.Context(), p.main, dir, in)
		must(p.t, err)
		all = append(all, saved{s.id, files{}})
		for name, content := range in {
			all[day].in[name] = content
		}
	}
	return all
}

// reads returns how many reading requests it takes a machine that has heard of nothing to restore a snapshot.
func (p *place) reads(s saved) int64 {
	p.t.Helper()
	o := observe.New(p.store())
	r := p.open(o, "")
	_, err := r.LoadIndex(p.t.Context())
	must(p.t, err)
	before := o.Counts().Get
	must(p.t, check(p.t.Context(), r, s))
	return o.Counts().Get - before
}

// TestSmall: many small packs become one of each kind, which the next prune leaves alone; fewer stay. SMALL_PACKS says how many backups there
// are, and then all that is measured is in the output:
//
//	SMALL_PACKS=1200 go test -v -run TestSmall ./internal/prune
func TestSmall(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	days, err := strconv.Atoi(cmp.Or(os.Getenv("SMALL_PACKS"), "6"))
	must(t, err)
	o := Options{Grace: -1}
	if days < manyPacks {
		o.many = days + 1
		all := diary(p, days)
		if res := p.prune(o); !res.Plan.Nothing() {
			t.Errorf("of few: %+v", res.Plan)
		}
		p.want(all...)
		o.many = days
	} else {
		diary(p, days)
	}
	last := p.save(p.main, files{"other": random(1, 3<<20)}) // a pack that is not small
	all := diary(p, 1)
	before, size, reads := len(p.names("packs")), p.size(), p.reads(all[0])
	var kept []saved
	ids, err := p.main.SnapshotIDs(t.Context())
	must(t, err)
	full := p.full(ids[days-1], days)
	kept = append(kept, last, all[0], full)
	fullReads := p.reads(full)

	res := p.prune(o)
	l := res.Plan
	if l.Merge != l.Rewrite || l.Merge.Packs < int64(2*days) || res.SweptPacks != l.Merge.Packs || res.CondemnedPacks != 0 {
		t.Errorf("%+v of %+v", res, l)
	}
	if n := len(p.names("packs")); n != 3 { // one of each kind, and the large one
		t.Errorf("%d packs became %d", before, n)
	}
	t.Logf("%d packs of %d bytes became %d of %d; the last version takes %d reads instead of %d, the smallest %d instead of %d", before, size,
		len(p.names("packs")), p.size(), p.reads(full), fullReads, p.reads(all[0]), reads)
	if p.reads(full) >= fullReads {
		t.Errorf("restoring takes %d reads, and took %d", p.reads(full), fullReads)
	}
	p.want(kept...)
	if res := p.prune(o); !res.Plan.Nothing() {
		t.Errorf("the second prune has something to do: %+v", res.Plan)
	}
}

// full is a version of a diary.
func (p *place) full(id [16]byte, days int) saved {
	in := files{}
	for day := range days {
		in[fmt.Sprintf("%04d", day)] = fmt.Sprint("day ", day)
	}
	return saved{id, in}
}

// TestSmallFails fails the requests of a prune that merges packs, as TestEachCallFails does.
func TestSmallFails(t *testing.T) {
	t.Parallel()
	m := faulty.NewMemory()
	c, err := repo.Create(t.Context(), m, "", "test", repo.Options{Cache: t.TempDir()})
	must(t, err)
	var kept []saved
	for i := range 5 {
		s, err := trySave(t.Context(), c.Repo, t.TempDir(), files{"a": random(uint64(i), 100), "b": random(uint64(i), 50)})
		must(t, err)
		kept = append(kept, s)
	}
	must(t, c.Repo.Close())
	o := now
	o.many = 5
	if res := eachCallFails(t, m, c.Device, kept, o); res != 2 {
		t.Errorf("%d packs are left", res)
	}
}

// TestSmallUse: what merging is said to take is enough, and not much more.
func TestSmallUse(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	all := diary(p, 12)
	r := p.open(observe.New(p.store()), t.TempDir())
	before := r.Used()
	o := Options{Grace: -1, many: 12, Consent: func(*Plan) (bool, error) { before = r.Used(); return true, nil }}
	res, err := Run(t.Context(), r, o, &report.Discard{})
	must(t, err)
	enough(t, res.Plan.Use, r.Used().Minus(before))
	if res.Plan.Merge.Packs != 24 {
		t.Errorf("%+v", res.Plan)
	}
	p.want(all...)
}
