package gc

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// What the backups of the model save. Chunk 0 is what the first snapshot has, chunk 1 is in a pack and nothing needs it.
var (
	saveDead   = backupPlan{chunks: []int{1}, redos: 2}
	saveLive   = backupPlan{chunks: []int{0}, redos: 2}
	saveBoth   = backupPlan{chunks: []int{0, 1}, redos: 2}
	takeOver   = backupPlan{chunks: []int{0, 1}, parent: true, knows: true, redos: 2}
	takeOver0  = backupPlan{chunks: []int{0}, parent: true, knows: true, redos: 1}
	onePack    = [][]int{{0, 1}}
	twoCopies  = [][]int{{0}, {0, 1}}
	firstSaved = []int{0}
)

// configs are what is explored. Where a limit stands, the default run stops at so many states; the long run, with GC_MODEL_STATES set to
// a number, goes on to that number.
func configs() []config {
	return []config{
		{name: "a backup and three prunes", backups: []backupPlan{saveDead}, prunes: []prunePlan{{3}}, packs: onePack, first: firstSaved},
		{name: "a device that remembers, a snapshot deleted", backups: []backupPlan{takeOver}, prunes: []prunePlan{{3}}, packs: onePack,
			first: firstSaved, drops: 1},
		{name: "a mark that waits", backups: []backupPlan{takeOver0, saveLive}, prunes: []prunePlan{{1}}, packs: [][]int{{0}},
			first: firstSaved, marks: [][]int{{0}}, drops: 1, limit: 100_000},
		{name: "both copies condemned", backups: []backupPlan{saveBoth}, prunes: []prunePlan{{2}, {1}}, packs: twoCopies, first: firstSaved,
			marks: [][]int{{0}, {1}}, crashes: 1, limit: 50_000},
		{name: "two prunes, one killed", backups: []backupPlan{saveDead}, prunes: []prunePlan{{2}, {1}}, packs: onePack, first: firstSaved,
			crashes: 1, limit: 60_000},
		{name: "a request fails", backups: []backupPlan{takeOver}, prunes: []prunePlan{{3}}, packs: onePack, first: firstSaved, failures: 1,
			limit: 60_000},
		{name: "two requests fail", backups: []backupPlan{saveDead}, prunes: []prunePlan{{2}}, packs: onePack, first: firstSaved, failures: 2},
		{name: "sessions taken for dead", backups: []backupPlan{saveDead}, prunes: []prunePlan{{3}}, packs: onePack, first: firstSaved,
			expire: true},
		{name: "prunes at once, all taken for dead", backups: []backupPlan{saveLive}, prunes: []prunePlan{{2}, {2}}, packs: twoCopies,
			first: firstSaved, expire: true, limit: 100_000},
		{name: "taken for dead, a mark that waits", backups: []backupPlan{takeOver0}, prunes: []prunePlan{{1}, {1}}, packs: [][]int{{0}},
			first: firstSaved, marks: [][]int{{0}}, drops: 1, expire: true, limit: 100_000},
		{name: "late listings", backups: []backupPlan{saveDead}, prunes: []prunePlan{{2}, {1}}, packs: onePack, first: firstSaved, ticks: 2,
			limit: 100_000},
		{name: "listings that repeat entries", backups: []backupPlan{saveDead}, prunes: []prunePlan{{3}}, packs: onePack, first: firstSaved,
			repeats: true},
		{name: "small packs are merged", backups: []backupPlan{saveBoth}, prunes: []prunePlan{{3}}, packs: [][]int{{0}, {1}}, first: []int{0, 1}, many: 2},
		{name: "small packs are merged twice, one prune killed", backups: []backupPlan{takeOver}, prunes: []prunePlan{{2}, {1}}, packs: [][]int{{0}, {1}},
			first: []int{0, 1}, many: 2, drops: 1, crashes: 1, limit: 50_000},
		{name: "two backups, two prunes, one killed", backups: []backupPlan{saveDead, takeOver}, prunes: []prunePlan{{1}, {2}}, packs: onePack,
			first: firstSaved, drops: 1, crashes: 1, limit: 150_000},
		{name: "two backups, two prunes, all taken for dead", backups: []backupPlan{saveDead, takeOver}, prunes: []prunePlan{{1}, {2}},
			packs: onePack, first: firstSaved, expire: true, limit: 100_000},
	}
}

// TestModel explores the protocol. It prints how much.
func TestModel(t *testing.T) {
	states, long := 0, 0
	if n := os.Getenv("GC_MODEL_STATES"); n != "" {
		var err error
		if long, err = strconv.Atoi(n); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range configs() {
		if c.limit > 0 && long > 0 {
			c.limit = long
		}
		begun := time.Now()
		m := newModel(c)
		f := m.explore()
		states += f.states
		if f.wrong != "" {
			t.Errorf("%s: %s, after\n  %s", c.name, f.wrong, strings.Join(f.trace, "\n  "))
		}
		all := "all"
		if !f.whole {
			all = "the first"
		}
		t.Logf("%s: %s %d states, %.1f s", c.name, all, f.states, time.Since(begun).Seconds())
		for _, want := range m.wants() {
			if !m.reached(want) {
				t.Errorf("%s: no state has %s", c.name, want)
			}
		}
	}
	t.Logf("%d states explored", states)
}

// What must come about in an exploration, so that it is known to explore something.
const (
	reachSweep = "a tombstone"
	reachRedo  = "a backup done again"
)

func (m *model) wants() []string {
	if m.limit > 0 || m.ticks > 0 {
		return nil
	}
	return []string{reachSweep, reachRedo}
}

func (m *model) reached(what string) bool {
	for _, o := range m.objects {
		switch {
		case what == reachSweep && o.kind == aMark && o.mark.Swept:
			return true
		case what == reachRedo && o.kind == aSnapshot && strings.HasSuffix(o.name, ".1"):
			return true
		}
	}
	return false
}

// TestBugs leaves out each step of the protocol in turn, and wants the model to show what it is for.
func TestBugs(t *testing.T) {
	plain := config{backups: []backupPlan{saveDead}, prunes: []prunePlan{{3}}, packs: onePack, first: firstSaved}
	fails, expires := plain, plain
	fails.failures, expires.expire = 1, true
	waits := config{backups: []backupPlan{takeOver0}, prunes: []prunePlan{{1}}, packs: [][]int{{0}}, first: firstSaved, marks: [][]int{{0}}, drops: 1}
	races := config{backups: []backupPlan{saveLive}, prunes: []prunePlan{{1}, {1}}, packs: [][]int{{0}}, first: firstSaved, marks: [][]int{{0}},
		drops: 1, expire: true}
	for _, b := range []struct {
		bug string
		in  config
	}{
		{bugNoSecondLook, expires}, {bugLookBefore, expires}, {bugSnapshotsFirst, fails}, {bugTrustListing, fails}, {bugIgnoreSessions, plain},
		{bugPackFirst, plain}, {bugCountCondemned, plain}, {bugSessionEarly, plain}, {bugBlind, waits}, {bugNoTombstone, expires},
		{bugForgetNeeded, plain}, {bugUnmark, races}, {bugOldIndexFirst, plain}, {bugMergeLoses, plain},
	} {
		b.in.bug = b.bug
		f := newModel(b.in).explore()
		if f.wrong == "" {
			t.Errorf("%s: not found in %d states", b.bug, f.states)
			continue
		}
		t.Logf("%s: %s after %d requests, in state %d", b.bug, f.wrong, len(f.trace), f.states)
		if testing.Verbose() && os.Getenv("GC_MODEL_TRACE") != "" {
			t.Log("\n  " + strings.Join(f.trace, "\n  "))
		}
	}
}
