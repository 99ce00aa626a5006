//go:build linux || darwin

package faulttest

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"backup_projeto/internal/storage"
	"backup_projeto/internal/storage/faulty"
)

// Place is a store, as an operation sees it and as it is.
type Place struct {
	Struck, Healthy storage.Store
	Calls           func() map[faulty.Class]int // how many calls of each class there were
	Hits            func() int                  // calls that a fault befell; asked after Settle
	Settle          func()                      // lets what was late happen; nil where nothing is
	Hung            <-chan struct{}             // closed when a call stalls; nil where none does
}

// Suite is the operations on stores of one kind, with the faults that these know.
type Suite struct {
	// Open makes a place with the objects of a store in memory, in which a plan strikes; the plan of a run without a fault is nil. A place
	// in memory is that store itself.
	Open func(t *testing.T, objects *faulty.Memory, plan faulty.Plan) Place
	// Faults are those that make sense for a method.
	Faults func(faulty.Method) []faulty.Fault
	// Plan strikes a point.
	Plan func(Point) faulty.Plan
	// Fits reports whether an operation may end so at a point.
	Fits func(Point, error) bool
	// Share is how many points an operation has with each fault where not all are tried; 0 is one point of each operation, with a fault
	// that changes from one operation to the next.
	Share int
}

// All reports whether all points are to be tried, which the environment variable FAULTS says.
func All() bool { return os.Getenv("FAULTS") == "all" }

// Run runs the suite, and logs what it did in one line.
func (s *Suite) Run(t *testing.T) {
	y := &tally{Suite: s, kinds: map[faulty.Fault]bool{}}
	all := slices.Concat(operations, prunes, keyring, mending, repairs)
	t.Run("all", func(t *testing.T) {
		for i := range all {
			t.Run(all[i].name, func(t *testing.T) {
				t.Parallel()
				y.operation(t, &all[i], i)
			})
		}
	})
	t.Logf("summary: %s", y)
}

// String is the summary.
func (y *tally) String() string {
	text := fmt.Sprintf("%d operations, %d faults, %d points; at %d the operation failed, each succeeded when repeated; %d snapshots restored",
		y.operations.Load(), len(y.kinds), y.points.Load(), y.failed.Load(), y.restored.Load())
	if missed := y.missed.Load(); missed > 0 {
		text += fmt.Sprintf("; %d calls did not come", missed)
	}
	return text
}

// operation tries the points of one.
func (y *tally) operation(t *testing.T, o *operation, number int) {
	y.operations.Add(1)
	s := build(t, o.prepare)
	m := newMachine(t, s)
	clean := y.Open(t, m.mem, nil)
	if o.setup != nil {
		m.store = clean.Healthy
		o.setup(m)
	}
	before := clean.Calls()
	m.store = clean.Struck
	if err := o.run(t.Context(), m); err != nil || m.damage {
		t.Fatalf("without a fault: %v", err)
	}
	calls := clean.Calls()
	for c, n := range before {
		calls[c] -= n
	}
	m.store = clean.Healthy
	y.verdict(o, m, true)
	for _, p := range y.chosen(y.pointsOf(calls), number) {
		t.Run(strings.ReplaceAll(p.String(), " ", "-"), func(t *testing.T) {
			m := newMachine(t, s)
			before := m.mem.Clone()
			place := y.Open(t, m.mem, y.Plan(p))
			listed := listing(t, place.Healthy)
			y.try(t, o, m, place, p)
			if o.reads && (!m.mem.Same(before) || !slices.Equal(listing(t, place.Healthy), listed)) {
				t.Error("an operation that reads changed the store")
			}
		})
	}
}

// listing is what a store lists.
func listing(t *testing.T, s storage.Store) (out []string) {
	for info, err := range s.List(t.Context(), "") {
		must(t, err)
		out = append(out, fmt.Sprint(info.Name, info.Size))
	}
	slices.Sort(out)
	return out
}

// chosen takes of all points those that are tried: of each fault some, spread over the operation, and of each class that changes the store
// one that is lost, since that is what most must not be overlooked.
func (y *tally) chosen(all []Point, number int) (out []Point) {
	if All() || len(all) == 0 {
		return all
	}
	all = slices.DeleteFunc(all, Point.patient)
	if y.Share == 0 {
		return all[number*7%len(all):][:1]
	}
	groups := map[string][]Point{}
	var names []string // in the order of the points
	for _, p := range all {
		name := string(p.Fault)
		if p.Fault == faulty.Lost && (p.Method == faulty.Put || p.Method == faulty.Delete) {
			name = p.Class.String()
		}
		if groups[name] == nil {
			names = append(names, name)
		}
		groups[name] = append(groups[name], p)
	}
	for _, name := range names {
		same := groups[name]
		step := (len(same) + y.Share - 1) / y.Share
		for i := number % step; i < len(same); i += step {
			out = append(out, same[i])
		}
	}
	return out
}

// kind notes that a fault was injected.
func (y *tally) kind(f faulty.Fault) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.kinds[f] = true
}
