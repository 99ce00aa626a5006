//go:build linux || darwin

package faulttest

import (
	"slices"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/storage/faulty"
)

// TestStoreFaults runs every operation with one fault at a time. By default it takes some of the points; with FAULTS=all each of them:
//
//	FAULTS=all go test -v -timeout 1h -run TestStoreFaults ./internal/faulttest | grep summary
func TestStoreFaults(t *testing.T) {
	s := Suite{Open: inMemory, Plan: plan, Fits: fits, Share: 1, Faults: func(m faulty.Method) []faulty.Fault {
		return append(faulty.Faults(m), dead)
	}}
	s.Run(t)
}

// dead is the fault of a connection that is gone for good after a call, whose answer is lost.
const dead faulty.Fault = "dead"

func plan(p Point) faulty.Plan {
	if p.Fault == dead {
		return faulty.DeadFrom(p.Class, p.Nth)
	}
	return faulty.At(p.Class, p.Nth, p.Fault)
}

func inMemory(_ *testing.T, objects *faulty.Memory, p faulty.Plan) Place {
	f := faulty.New(objects, p)
	hits := func() int {
		n, _ := f.Hits()
		return n
	}
	return Place{Struck: f, Healthy: objects, Calls: f.Calls, Hits: hits, Settle: f.Settle, Hung: f.Hung()}
}

// lies are the faults that are no errors but false answers.
var lies = []faulty.Fault{faulty.Short, faulty.Flipped, faulty.FlippedID, faulty.Stale, faulty.Ghost}

// fits says which errors a store that fails so may lead to.
func fits(p Point, err error) bool {
	kind, code := core.KindOf(err), core.CodeOf(err)
	switch {
	case err == nil:
		return true
	case p.Fault == faulty.Slow, p.Fault == faulty.Twice:
		return false // nothing is wrong
	case p.Fault == faulty.Stalled:
		return kind == core.Interrupted
	case !slices.Contains(lies, p.Fault):
		return kind == core.Destination
	case p.Class == faulty.Class{Method: faulty.Get, Folder: "config"} && code == "newer-format":
		return true // that is what was said
	}
	return kind == core.Destination || kind == core.Damage
}
