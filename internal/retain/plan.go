package retain

import (
	"cmp"
	"slices"
	"time"

	"backup_projeto/internal/core"
)

// Item is what a plan needs to know of a snapshot.
type Item struct {
	ID      core.UUID
	Project core.UUID
	Signer  core.ID   // the key that signed it
	Start   time.Time // when it was begun, by its device's clock
	Stored  time.Time // when the store got it, by the store's clock; zero where that is not known
	Partial bool
	Safety  bool
	Pinned  bool
	Tags    []string
}

// Decision is what is to be done with a snapshot, and why.
type Decision struct {
	Item
	Keep     bool
	Rules    []Rule // that keep it, in the order of their list; none where it is dropped
	Doubtful bool
}

// group is whose snapshots are counted together.
type group struct {
	project core.UUID
	signer  core.ID
}

// entry is a snapshot that is being decided on.
type entry struct {
	*Item
	made, stored time.Time
	doubtful     bool
	rules        map[Rule]bool
}

func (e *entry) keep(r Rule) { e.rules[r] = true }

// Plan decides on every snapshot. Days and weeks are those of now's time zone. The result is sorted by project, signer, and age, the oldest
// first.
func Plan(snapshots []Item, policy Policy, now time.Time) []Decision {
	entries := make([]*entry, len(snapshots))
	groups := map[group][]*entry{}
	for i := range snapshots {
		e := &entry{Item: &snapshots[i], rules: map[Rule]bool{}}
		e.made, e.stored, e.doubtful = e.moments(now)
		entries[i] = e
		g := group{e.Project, e.Signer}
		groups[g] = append(groups[g], e)
		if e.Pinned {
			e.keep(Pinned)
		}
		if slices.ContainsFunc(e.Tags, func(t string) bool { return slices.Contains(policy.Tags, t) }) {
			e.keep(Tag)
		}
	}
	for _, list := range groups {
		policy.decide(list, now)
	}
	slices.SortFunc(entries, func(a, b *entry) int {
		return cmp.Or(a.Project.Compare(b.Project), a.Signer.Compare(b.Signer), -newestFirst(made)(a, b))
	})
	out := make([]Decision, len(entries))
	for i, e := range entries {
		out[i] = Decision{Item: *e.Item, Keep: len(e.rules) > 0, Doubtful: e.doubtful}
		for _, r := range rules {
			if e.rules[r] {
				out[i].Rules = append(out[i].Rules, r)
			}
		}
	}
	return out
}

// decide applies the rules to one group. Doubtful snapshots are counted among themselves, so that a forged date pushes out nothing that is
// genuine; and by both clocks, since either may be the wrong one: of a repository that was copied all were stored today, and of a device
// whose clock stands still all were made on one day.
func (p *Policy) decide(list []*entry, now time.Time) {
	var genuine, doubtful []*entry
	for _, e := range list {
		switch {
		case e.Safety:
			if !e.stored.Before(p.Safety.before(now)) && !p.Safety.IsZero() {
				e.keep(Safety)
			}
		case e.doubtful:
			doubtful = append(doubtful, e)
		default:
			genuine = append(genuine, e)
		}
	}
	p.apply(genuine, made)
	p.apply(doubtful, made)
	p.apply(doubtful, stored)
	keepNewest(genuine, made)
	keepNewest(doubtful, made)
	keepNewest(doubtful, stored)
}

// clock reads one of an entry's two moments.
type clock func(*entry) time.Time

func made(e *entry) time.Time   { return e.made }
func stored(e *entry) time.Time { return e.stored }

// newestFirst orders by a clock; of two at the same moment the higher id is the newer.
func newestFirst(c clock) func(a, b *entry) int {
	return func(a, b *entry) int {
		return cmp.Or(c(b).Compare(c(a)), b.ID.Compare(a.ID))
	}
}

// apply lets each rule that goes by date keep what it keeps.
func (p *Policy) apply(list []*entry, c clock) {
	slices.SortFunc(list, newestFirst(c))
	for _, r := range []struct {
		rule Rule
		n    int
		slot func(time.Time) slot
	}{{Hourly, p.Hourly, hour}, {Daily, p.Daily, day}, {Weekly, p.Weekly, week}, {Monthly, p.Monthly, month}, {Yearly, p.Yearly, year}} {
		keepSlots(list, r.rule, r.n, func(i int) slot { return r.slot(c(list[i])) })
	}
	keepSlots(list, Last, p.Last, func(i int) slot { return slot{int64(i)} })
	if !p.Within.IsZero() {
		keepWithin(list, p.Within, c)
	}
}

// keepSlots keeps one snapshot in each of the last n slots: the last complete one, or where there is none the last. Slots with a complete
// snapshot are counted by themselves, so that those with partial ones only take no place of theirs.
func keepSlots(list []*entry, rule Rule, n int, slotOf func(i int) slot) {
	chosen := map[slot]*entry{}
	var order []slot // the newest first
	for i, e := range list {
		s := slotOf(i)
		switch have := chosen[s]; {
		case have == nil:
			order = append(order, s)
			chosen[s] = e
		case have.Partial && !e.Partial:
			chosen[s] = e
		}
	}
	complete := 0
	for all, s := range order {
		e := chosen[s]
		if e.Partial && all < n || !e.Partial && complete < n {
			e.keep(rule)
		}
		if !e.Partial {
			complete++
		}
	}
}

// keepWithin keeps what is not older than the span before the newest, and of the complete ones before the newest complete one: time that
// brought only partial snapshots does not count for them.
func keepWithin(list []*entry, span Span, c clock) {
	var all, complete time.Time
	for _, e := range list {
		if all.IsZero() {
			all = c(e)
		}
		if complete.IsZero() && !e.Partial {
			complete = c(e)
		}
		newest := all
		if !e.Partial {
			newest = complete
		}
		if !c(e).Before(span.before(newest)) {
			e.keep(Within)
		}
	}
}

// keepNewest keeps the newest and the newest complete snapshot, whatever the policy.
func keepNewest(list []*entry, c clock) {
	slices.SortFunc(list, newestFirst(c))
	for i, e := range list {
		first := i == 0
		if (first || !e.Partial) && len(e.rules) == 0 {
			e.keep(Newest)
		}
		if !e.Partial {
			return
		}
	}
}
