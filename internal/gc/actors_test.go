package gc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"backup_projeto/internal/core"
)

// The processes of the model. What they decide and in which order they ask is this package's code; here are the stores that they ask, and
// what lies between: a backup's look-ups, a prune's lists.

// The phases.
const (
	backupBegins = iota
	backupWorks
	backupCommits
	backupEnds
	prunePhase // a prune looks
	pruneSweeps
	pruneMarks
	pruneEnds
)

var errModel = errors.New("the store failed")

// The bugs that can be sown, one at a time: each leaves out or turns around one step of the protocol.
const (
	bugNoSecondLook   = "no look after the snapshot"
	bugLookBefore     = "the last look comes before the snapshot"
	bugSnapshotsFirst = "snapshots listed before sessions"
	bugTrustListing   = "a failed listing counts as an empty one"
	bugIgnoreSessions = "sessions ignored"
	bugPackFirst      = "pack deleted before its index entry"
	bugCountCondemned = "chunks of condemned packs count as present"
	bugSessionEarly   = "session deleted before the snapshot is stored"
	bugBlind          = "a parent's content taken over although a mark waits"
	bugNoTombstone    = "mark deleted without a tombstone"
	bugForgetNeeded   = "condemned packs deleted though a snapshot needs them"
	bugUnmark         = "a mark taken back when its packs are needed"
	bugOldIndexFirst  = "old index objects deleted before the new ones are stored"
	bugMergeLoses     = "a merge deletes index objects that appeared meanwhile"
)

func packID(o uint16) (id core.ID)   { binary.BigEndian.PutUint16(id[:], o); return id }
func packNumber(id core.ID) uint16   { return binary.BigEndian.Uint16(id[:]) }
func uuidOf(o uint16) (id core.UUID) { binary.BigEndian.PutUint16(id[:], o); id[15] = 1; return id }
func numberOf(id core.UUID) uint16   { return binary.BigEndian.Uint16(id[:]) }

// runPhase runs a phase of a process to its end, or until it needs an answer.
func runPhase(a *asker, phase uint8, data any, s *step) (uint8, keyed) {
	switch d := data.(type) {
	case *backupData:
		return d.clone().run(a, phase, s)
	case *pruneData:
		return d.clone().run(a, phase)
	}
	panic("no process")
}

// actor asks for one process.
type actor struct {
	*asker
	number int
}

func (a *actor) bug(b string) bool { return a.m.bug == b }

func (a *actor) put(o *object) (uint16, error) {
	o.owner = a.number
	n := a.m.object(o)
	if a.ask(request{op: "put", obj: n}).failed {
		return n, errModel
	}
	return n, nil
}

func (a *actor) remove(o uint16) error {
	if a.ask(request{op: "delete", obj: o}).failed {
		return errModel
	}
	return nil
}

// list lists the objects of a kind.
func (a *actor) list(k kind) (objs []uint16, late []bool, err error) {
	got := a.ask(request{op: "list", kind: k})
	if got.failed && !a.bug(bugTrustListing) {
		return nil, nil, errModel
	}
	return got.objs, got.late, nil
}

// The times of the model: what a listing may miss is new, all else old enough for anything.
var (
	timeOld = time.Unix(5*3600, 0)
	timeNew = time.Unix(10*3600, 0)
)

func timed(late bool) time.Time {
	if late {
		return timeNew
	}
	return timeOld
}

func (a *actor) rules() Rules {
	r := Rules{Expire: 1000 * time.Hour}
	if a.m.ticks > 0 {
		r.Grace = time.Hour
	}
	return r
}

// ListMarks implements Shelf.
func (a *actor) ListMarks() (out []Listed, err error) {
	objs, late, err := a.list(aMark)
	for i, o := range objs {
		out = append(out, Listed{uuidOf(o), timed(late[i])})
	}
	return out, err
}

// ReadMark implements Shelf.
func (a *actor) ReadMark(l Listed) (*Mark, error) {
	o := numberOf(l.ID)
	switch got := a.ask(request{op: "get", obj: o}); {
	case got.failed:
		return nil, errModel
	case !got.found:
		return nil, nil
	}
	m := *a.m.objects[o].mark
	m.ID, m.Time, m.Trusted = l.ID, l.Time, true
	return &m, nil
}

// putMark stores a mark.
func (a *actor) putMark(name string, m *Mark) error {
	_, err := a.put(&object{kind: aMark, name: fmt.Sprint(name, " ", m.Swept, m.Condemned, m.Snapshots), mark: m})
	return err
}
