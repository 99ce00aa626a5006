// Package retain decides which snapshots are kept, and moves the others to the trash.
//
// Terms: a policy is rules; a rule keeps snapshots of a group, which is one project as one key signed it: what a stolen device writes is
// a group of its own. A counting rule looks back over slots (hours, days, … of the calendar; for "last" each snapshot is a slot) and keeps
// one snapshot in each. A safety snapshot was taken by a restore before it overwrote something. A snapshot is doubtful when the date it
// bears is long before the store got it: it was copied, or brought back from the trash, or the device's clock is wrong, or it lies.
//
// Map: retain.go has the policy; plan.go decides, clock.go says when a snapshot was made; run.go is the operation.
//
// Promises: Plan is a pure function. It never drops the newest snapshot of a group, nor its newest complete one, nor what is pinned.
// A partial snapshot never takes a slot from a complete one, nor a safety or doubtful one from another, nor one of a group from
// another's. What a part of the snapshots (a listing that is short) would drop, all of them would drop too. Nothing is lost at once: a
// snapshot that is dropped lies in the trash for repo.Grace.
package retain

import (
	"time"
)

// Rule is a reason to keep a snapshot.
type Rule string

// The rules, in the order in which they are named.
const (
	Pinned  Rule = "pinned"
	Last    Rule = "last"
	Hourly  Rule = "hourly"
	Daily   Rule = "daily"
	Weekly  Rule = "weekly"
	Monthly Rule = "monthly"
	Yearly  Rule = "yearly"
	Within  Rule = "within"
	Tag     Rule = "tag"
	Safety  Rule = "safety"
	Newest  Rule = "newest" // of its group, where nothing else keeps it
)

// rules lists all, in order.
var rules = []Rule{Pinned, Last, Hourly, Daily, Weekly, Monthly, Yearly, Within, Tag, Safety, Newest}

// Span is a length of time by the calendar: a month is as long as it is.
type Span struct{ Years, Months, Days, Hours int }

// IsZero reports whether the span is empty.
func (s Span) IsZero() bool { return s == Span{} }

// before returns the moment that lies the span before t, by t's calendar.
func (s Span) before(t time.Time) time.Time {
	return t.AddDate(-s.Years, -s.Months, -s.Days).Add(-time.Duration(s.Hours) * time.Hour)
}

// Policy says what is kept; what no rule keeps is dropped. Counts are of slots that have a snapshot, the latest first; 0 switches a
// rule off.
type Policy struct {
	Last, Hourly, Daily, Weekly, Monthly, Yearly int

	Within Span     // all that are at most so much older than the newest of their group
	Tags   []string // all that have one of these
	Safety Span     // how long safety snapshots are kept; no other rule but pins and tags counts for them
}

// Default returns the policy for those who have none: close by it keeps much, far away little, some 60 snapshots of a project that is saved
// all day long.
func Default() Policy {
	return Policy{Last: 3, Hourly: 24, Daily: 14, Weekly: 8, Monthly: 12, Yearly: 3, Safety: Span{Days: 14}}
}

// Empty reports whether no rule would keep a regular snapshot by its date or its tags: nobody means that.
func (p *Policy) Empty() bool {
	return p.Last+p.Hourly+p.Daily+p.Weekly+p.Monthly+p.Yearly == 0 && p.Within.IsZero() && len(p.Tags) == 0
}
