package retain

import (
	"encoding/binary"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"backup_projeto/internal/core"
)

// moment is some minute of three years.
func moment(t *rapid.T, label string) time.Time {
	return time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 3*365*24*60).Draw(t, label)) * time.Minute)
}

// now of the tests lies after all moments.
func now(t *rapid.T) time.Time {
	zone := rapid.SampledFrom([]string{"UTC", "America/Sao_Paulo", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"}).Draw(t, "zone")
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	return time.Date(2027, 2, 1, 12, 0, 0, 0, loc)
}

func policy(t *rapid.T) Policy {
	n := rapid.SampledFrom([]int{0, 0, 1, 2, 3, 7, 1000})
	p := Policy{Last: n.Draw(t, "last"), Hourly: n.Draw(t, "hourly"), Daily: n.Draw(t, "daily"), Weekly: n.Draw(t, "weekly"),
		Monthly: n.Draw(t, "monthly"), Yearly: n.Draw(t, "yearly"), Within: Span{Days: n.Draw(t, "within"), Months: n.Draw(t, "months") % 5},
		Safety: Span{Days: n.Draw(t, "safety")}}
	if rapid.Bool().Draw(t, "tag") {
		p.Tags = []string{"keep"}
	}
	return p
}

// item makes one of three devices and two projects, stored when honest devices store it or not.
func item(t *rapid.T, number int) Item {
	i := Item{Start: moment(t, "start"), Partial: rapid.IntRange(0, 3).Draw(t, "partial") == 0, Safety: rapid.IntRange(0, 9).Draw(t, "safety") == 0,
		Pinned: rapid.IntRange(0, 19).Draw(t, "pinned") == 0, Signer: core.ID{byte(rapid.IntRange(1, 3).Draw(t, "device"))},
		Project: core.UUID{byte(rapid.IntRange(1, 2).Draw(t, "project"))}}
	binary.BigEndian.PutUint64(i.ID[:], uint64(number+1))
	i.ID[15] = byte(rapid.IntRange(0, 255).Draw(t, "id"))
	if rapid.IntRange(0, 9).Draw(t, "tagged") == 0 {
		i.Tags = []string{"other", "keep"}
	}
	switch rapid.IntRange(0, 9).Draw(t, "clock") {
	case 0: // unknown
	case 1: // anything
		i.Stored = moment(t, "stored")
	default:
		i.Stored = i.Start.Add(time.Duration(rapid.IntRange(0, 20*60).Draw(t, "took")) * time.Minute)
	}
	return i
}

func items(t *rapid.T) []Item {
	out := make([]Item, rapid.IntRange(0, 60).Draw(t, "n"))
	dense := rapid.Bool().Draw(t, "dense") // many in one day
	for n := range out {
		out[n] = item(t, n)
		if dense && out[n].Start.Day() > 2 {
			out[n].Start = time.Date(2026, 3, out[n].Start.Day()%3+1, out[n].Start.Hour(), out[n].Start.Minute(), 0, 0, time.UTC)
			if !out[n].Stored.IsZero() {
				out[n].Stored = out[n].Start.Add(time.Minute)
			}
		}
	}
	return out
}

// kept returns what a plan keeps.
func kept(list []Item, p Policy, at time.Time) map[core.UUID]bool {
	out := map[core.UUID]bool{}
	for _, d := range Plan(list, p, at) {
		if d.Keep {
			out[d.ID] = true
		}
	}
	return out
}

// wantSuperset fails unless all of some, restricted to the items given, is in more.
func wantSuperset(t *rapid.T, among []Item, some, more map[core.UUID]bool, what string) {
	t.Helper()
	for _, i := range among {
		if some[i.ID] && !more[i.ID] {
			t.Fatalf("%s: %+v is dropped", what, i)
		}
	}
}

func TestPlanCoversEachItemOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list, p, at := items(t), policy(t), now(t)
		before := slices.Clone(list)
		plan := Plan(list, p, at)
		if !reflect.DeepEqual(list, before) {
			t.Fatal("the input was changed")
		}
		seen := map[core.UUID]bool{}
		for _, d := range plan {
			if seen[d.ID] || d.Keep != (len(d.Rules) > 0) {
				t.Fatalf("%+v", d)
			}
			seen[d.ID] = true
		}
		if len(seen) != len(list) {
			t.Fatalf("%d decisions on %d items", len(seen), len(list))
		}
		if !reflect.DeepEqual(Plan(rapid.Permutation(list).Draw(t, "order"), p, at), plan) {
			t.Fatal("the plan depends on the order of the input")
		}
	})
}

// TestNewestAndPinnedStay whatever the policy.
func TestNewestAndPinnedStay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list, p, at := items(t), policy(t), now(t)
		keep := kept(list, p, at)
		type class struct {
			group
			complete bool
		}
		newest := map[class]*entry{}
		for n := range list {
			i := &list[n]
			if i.Pinned && !keep[i.ID] {
				t.Fatalf("pinned, and dropped: %+v", i)
			}
			if i.Safety {
				continue
			}
			e := &entry{Item: i}
			e.made, e.stored, e.doubtful = i.moments(at)
			for _, c := range []class{{group{i.Project, i.Signer}, false}, {group{i.Project, i.Signer}, true}} {
				if c.complete && i.Partial {
					continue
				}
				if have := newest[c]; have == nil || newestFirst(made)(e, have) < 0 {
					newest[c] = e
				}
			}
		}
		for c, e := range newest {
			if !keep[e.ID] {
				t.Fatalf("the newest is dropped (complete: %v): %+v", c.complete, e.Item)
			}
		}
	})
}

// TestShortListing: of a part of the snapshots nothing is dropped that would be kept of all. So neither a listing that is short, nor a
// snapshot that was made since, can make a drop wrong.
func TestShortListing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list, p, at := items(t), policy(t), now(t)
		var part []Item
		for _, i := range list {
			if rapid.Bool().Draw(t, "listed") {
				part = append(part, i)
			}
		}
		wantSuperset(t, part, kept(list, p, at), kept(part, p, at), "a short listing")
	})
}

// TestAgain: what a plan keeps, it keeps when it is made again; and with a policy that is nowhere smaller.
func TestAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list, p, at := items(t), policy(t), now(t)
		keep := kept(list, p, at)
		rest := slices.DeleteFunc(slices.Clone(list), func(i Item) bool { return !keep[i.ID] })
		if again := kept(rest, p, at); len(again) != len(rest) {
			t.Fatalf("%d kept, %d of them the second time", len(rest), len(again))
		}
		more := p
		for _, n := range []*int{&more.Last, &more.Hourly, &more.Daily, &more.Weekly, &more.Monthly, &more.Yearly, &more.Within.Days, &more.Safety.Days} {
			*n += rapid.IntRange(0, 3).Draw(t, "more")
		}
		wantSuperset(t, list, keep, kept(list, more, at), "a larger policy")
	})
}

// TestOthersDoNotDisplace: whatever another device signs, whatever is partial, a safety copy, or of a date that does not fit when it was
// stored, what is genuine and complete is decided on as without it.
func TestOthersDoNotDisplace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list, p, at := items(t), policy(t), now(t)
		var genuine []Item
		for _, i := range list {
			if _, _, doubtful := i.moments(at); i.Signer[0] == 1 && !i.Partial && !i.Safety && !doubtful {
				genuine = append(genuine, i)
			}
		}
		want, got := kept(genuine, p, at), kept(list, p, at)
		for _, i := range genuine {
			if want[i.ID] != got[i.ID] {
				t.Fatalf("kept alone: %v, among others: %v: %+v", want[i.ID], got[i.ID], i)
			}
		}
	})
}

// TestForgedDates: a thief who signs with the stolen key and chooses any dates pushes out nothing more than honest snapshots would, made
// when the store got the forged ones.
func TestForgedDates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, at := policy(t), now(t)
		var honest []Item
		for _, i := range items(t) {
			i.Signer, i.Project, i.Stored = core.ID{1}, core.UUID{1}, i.Start.Add(time.Minute)
			honest = append(honest, i)
		}
		theft := time.Date(2027, 1, 15, 0, 0, 0, 0, time.UTC)
		forged, plain := slices.Clone(honest), slices.Clone(honest)
		for n := range rapid.IntRange(1, 30).Draw(t, "forged") {
			i := item(t, 100+n)
			i.Signer, i.Project = core.ID{1}, core.UUID{1}
			i.Stored = theft.Add(time.Duration(rapid.IntRange(0, 10_000).Draw(t, "later")) * time.Minute)
			i.Start = i.Start.AddDate(rapid.IntRange(-30, 30).Draw(t, "years"), 0, 0)
			if i.Start.Before(i.Stored) && i.Stored.Sub(i.Start) <= trusted {
				i.Start = i.Stored
			}
			forged = append(forged, i)
			i.Start = i.Stored
			plain = append(plain, i)
		}
		wantSuperset(t, honest, kept(plain, p, at), kept(forged, p, at), "forged dates")
	})
}

// TestCounts: a rule keeps exactly as many as it says, if there are as many slots.
func TestCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := now(t)
		n := rapid.IntRange(0, 20).Draw(t, "count")
		var list []Item
		slots := []map[slot]bool{{}, {}, {}, {}, {}, {}}
		for k, i := range items(t) {
			i = Item{ID: i.ID, Start: i.Start, Stored: i.Start, Pinned: false}
			list = append(list, i)
			local := i.Start.In(at.Location())
			for s, v := range []slot{{int64(k)}, hour(local), day(local), week(local), month(local), year(local)} {
				slots[s][v] = true
			}
		}
		for s, p := range []Policy{{Last: n}, {Hourly: n}, {Daily: n}, {Weekly: n}, {Monthly: n}, {Yearly: n}} {
			want := min(n, len(slots[s]))
			if n == 0 && len(list) > 0 {
				want = 1 // the newest
			}
			if got := len(kept(list, p, at)); got != want {
				t.Fatalf("rule %s: %d kept, want %d", rules[1+s], got, want)
			}
		}
	})
}

func TestSpan(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 2, 12, 0, 0, 0, zone)
	for _, c := range []struct {
		span Span
		want time.Time
	}{
		{Span{Hours: 24}, time.Date(2026, 11, 1, 12, 0, 0, 0, zone)},
		{Span{Days: 2}, time.Date(2026, 10, 31, 12, 0, 0, 0, zone)}, // 49 hours: clocks were set back
		{Span{Years: 1, Months: 2}, time.Date(2025, 9, 2, 12, 0, 0, 0, zone)},
	} {
		if got := c.span.before(at); !got.Equal(c.want) {
			t.Errorf("%+v before: %v, want %v", c.span, got, c.want)
		}
	}
	if !(Span{}).IsZero() || (Span{Hours: 1}).IsZero() {
		t.Error("IsZero")
	}
	empty, def := Policy{Safety: Span{Days: 1}}, Default()
	if !empty.Empty() || def.Empty() {
		t.Error("Empty")
	}
}
