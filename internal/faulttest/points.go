//go:build linux || darwin

package faulttest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"backup_projeto/internal/storage/faulty"
)

// Point is a call of an operation, and what befalls it.
type Point struct {
	faulty.Class
	Nth   int
	Fault faulty.Fault
}

// String names the point.
func (p Point) String() string { return fmt.Sprintf("%s %d %s", p.Class, p.Nth, p.Fault) }

// patient are the points at which a person who interrupts has to wait for ten seconds, which the end of a session has.
func (p Point) patient() bool {
	return p.Class == faulty.Class{Method: faulty.Delete, Folder: "sessions"} && p.Fault == faulty.Stalled
}

// pointsOf returns the points of an operation that makes so many calls, in an order that is always the same.
func (y *tally) pointsOf(calls map[faulty.Class]int) (out []Point) {
	classes := slices.SortedFunc(maps.Keys(calls), func(a, b faulty.Class) int {
		return cmp.Or(cmp.Compare(a.Folder, b.Folder), cmp.Compare(a.Method, b.Method))
	})
	for _, c := range classes {
		for _, f := range y.Faults(c.Method) {
			for nth := 1; nth <= calls[c]; nth++ {
				out = append(out, Point{c, nth, f})
			}
		}
	}
	return out
}
