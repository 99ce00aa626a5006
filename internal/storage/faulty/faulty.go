// Package faulty is a store for tests that fails as real ones do, and a store in memory to stand behind it.
//
// Terms: a call is one use of a Store's method; its class is the method and the kind of object that it is about ("put packs"); a plan says
// of each call what befalls it; a fault is that.
//
// Map: faulty.go has calls and plans; store.go strikes what changes the store, read.go what reads it; memory.go is the store in memory, and
// locks.go has the locks of both; deaf.go is a store that does not list revocations, sectors.go one on a disk with bad sectors.
//
// Promises: what a fault does is within storage.Store's contract where the fault is an error, and outside of it where it is a lie (Short,
// Flipped, FlippedID, Stale, Ghost), which services tell all the same; Twice is neither. A plan is asked once for each call, in the order in which they begin, and
// never twice at once.
package faulty

import (
	"strings"
	"time"
)

// Method is a method of a store. Create counts as Put.
type Method string

// The methods.
const (
	Put    Method = "put"
	Get    Method = "get"
	List   Method = "list"
	Stat   Method = "stat"
	Delete Method = "delete"
	See    Method = "see"  // whether objects can be locked, and until when one is
	Lock   Method = "lock" // lengthens a lock
)

// Class is what calls have in common that ask the same of the same kind of object.
type Class struct {
	Method Method
	Folder string // the first element of the name: "packs", "config"
}

// String gives the class's name, such as "put packs".
func (c Class) String() string { return string(c.Method) + " " + c.Folder }

// Call is one call.
type Call struct {
	Class
	Name string // the object's, or the listing's prefix
	N    int    // of all calls, from 1 on
	Nth  int    // of its class, from 1 on
}

// Fault is what befalls a call.
type Fault string

// The faults. Those of which nothing else is said are errors with code Network.
const (
	None      Fault = ""
	Lost      Fault = "lost"       // nothing happened; a listing breaks off in the middle
	Persisted Fault = "persisted"  // it was done, but the answer is lost; where nothing is changed the same as Lost
	Late      Fault = "late"       // it is done after Settle; where nothing is changed the same as Lost
	Throttled Fault = "throttled"  // nothing happened, and the code is Throttled
	Stalled   Fault = "stalled"    // nothing happens until the context ends, whose error it is
	Slow      Fault = "slow"       // no error: it takes its time
	Cut       Fault = "cut"        // of a Get: the body breaks off in the middle
	Short     Fault = "short"      // no error: of a Get the body ends early, of a List the second half is missing
	Flipped   Fault = "flipped"    // no error: of a Get one bit is not what it was
	FlippedID Fault = "flipped-id" // the same, of the bytes at the beginning, where ids stand
	Stale     Fault = "stale"      // no error: of a List the newest object is missing
	Ghost     Fault = "ghost"      // no error: of a List the object that was deleted last is still there
	Twice     Fault = "twice"      // no error: of a List each object is there twice
)

// delay is how long a slow call takes.
const delay = 3 * time.Millisecond

// Faults returns the faults that make sense for a method.
func Faults(m Method) []Fault {
	switch m {
	case Put, Delete, Lock:
		return []Fault{Lost, Persisted, Late, Throttled, Stalled, Slow}
	case Get:
		return []Fault{Lost, Throttled, Stalled, Slow, Cut, Short, Flipped, FlippedID}
	case List:
		return []Fault{Lost, Throttled, Stalled, Slow, Short, Stale, Ghost, Twice}
	}
	return []Fault{Lost, Throttled, Stalled, Slow}
}

// Plan says what befalls a call. It may keep state.
type Plan func(Call) Fault

// At strikes the nth call of a class, and with Throttled the two calls that begin after it, too.
func At(c Class, nth int, f Fault) Plan {
	more := 0
	return func(call Call) Fault {
		switch {
		case call.Class == c && call.Nth == nth:
			more = 2
			return f
		case f == Throttled && more > 0:
			more--
			return f
		}
		return None
	}
}

// DeadFrom lets the nth call of a class be done, loses its answer, and everything that begins after it: the connection is gone.
func DeadFrom(c Class, nth int) Plan {
	dead := false
	return func(call Call) Fault {
		switch {
		case dead:
			return Lost
		case call.Class == c && call.Nth == nth:
			dead = true
			return Persisted
		}
		return None
	}
}

// classOf returns the class of a call.
func classOf(m Method, name string) Class {
	folder, _, _ := strings.Cut(name, "/")
	return Class{m, folder}
}
