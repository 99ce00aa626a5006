package gc

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// The model checker: it runs this package's code for several backups and prunes at once against a store that is a set of objects, and
// tries every order in which their requests can arrive, with crashes, failures and late listings where the configuration has them.
//
// A state is the objects, and for each process its phase, what it knows at the phase's beginning, and the answers since. A process's next
// request is found by running the phase again on these answers until it asks for one more; since that depends on nothing else it is
// remembered. States that are equal are explored once, breadth first, so that a counterexample is a shortest one.

// kind says what an object is.
type kind byte

const (
	aPack kind = iota
	anIndex
	aSnapshot
	aSession
	aMark
)

// object is one of the model's, interned: equal ones have one number. Objects never change, as in a real store.
type object struct {
	kind    kind
	name    string
	chunks  []int    // of a pack or a snapshot, ascending
	packs   []uint16 // of an index object, ascending
	session *Session
	mark    *Mark
	owner   int // the process that puts it; -1 for what is there at first
}

// stored is an object that is in the store; late ones may be missed by listings.
type stored struct {
	object uint16
	late   bool
}

// proc is a process.
type proc struct {
	phase uint8
	data  uint32 // what it knew when the phase began, interned
	log   uint32 // the answers since, interned
}

// The phases that all processes end in.
const (
	phaseDone  = 250
	phaseDead  = 251
	phaseAbort = 249
)

// state is a state of everything.
type state struct {
	objects  []stored // by number
	procs    []proc
	reported []uint16 // snapshots
	dropped  []uint16 // snapshots that a person deleted
	crashes  uint8    // left
	failures uint8    // left
	ticks    uint8    // left
	drops    uint8    // left
}

func (s *state) encode(b []byte) []byte {
	for _, o := range s.objects {
		n := o.object << 1
		if o.late {
			n |= 1
		}
		b = binary.BigEndian.AppendUint16(b, n)
	}
	b = append(b, 0xff, 0xff, byte(len(s.procs)))
	for _, p := range s.procs {
		b = append(b, p.phase)
		b = binary.BigEndian.AppendUint32(b, p.data)
		b = binary.BigEndian.AppendUint32(b, p.log)
	}
	for _, list := range [][]uint16{s.reported, s.dropped} {
		b = append(b, byte(len(list)))
		for _, o := range list {
			b = binary.BigEndian.AppendUint16(b, o)
		}
	}
	return append(b, s.crashes, s.failures, s.ticks, s.drops)
}

// decodeState reads what encode wrote.
func decodeState(b string) *state {
	s := &state{}
	u16 := func() uint16 {
		v := binary.BigEndian.Uint16([]byte(b[:2]))
		b = b[2:]
		return v
	}
	u32 := func() uint32 { return uint32(u16())<<16 | uint32(u16()) }
	u8 := func() byte {
		v := b[0]
		b = b[1:]
		return v
	}
	for n := u16(); n != 0xffff; n = u16() {
		s.objects = append(s.objects, stored{n >> 1, n&1 != 0})
	}
	for range u8() {
		s.procs = append(s.procs, proc{u8(), u32(), u32()})
	}
	for _, list := range []*[]uint16{&s.reported, &s.dropped} {
		for range u8() {
			*list = append(*list, u16())
		}
	}
	s.crashes, s.failures, s.ticks, s.drops = u8(), u8(), u8(), u8()
	return s
}

func (s *state) clone() *state {
	c := *s
	c.objects, c.procs = slices.Clone(s.objects), slices.Clone(s.procs)
	c.reported, c.dropped = slices.Clone(s.reported), slices.Clone(s.dropped)
	return &c
}

func (s *state) has(o uint16) bool {
	return slices.ContainsFunc(s.objects, func(x stored) bool { return x.object == o })
}

func (s *state) put(o uint16, late bool) {
	i, found := slices.BinarySearchFunc(s.objects, o, func(x stored, o uint16) int { return int(x.object) - int(o) })
	if !found {
		s.objects = slices.Insert(s.objects, i, stored{o, late})
	}
}

func (s *state) remove(o uint16) {
	s.objects = slices.DeleteFunc(s.objects, func(x stored) bool { return x.object == o })
}

// request is what a process asks of the store.
type request struct {
	op   string // "put", "delete", "list", "get" or "pick"
	kind kind   // of what is listed
	obj  uint16 // what is put, deleted or got
	n    int    // of "pick": how many possibilities
}

// answer is what it gets.
type answer struct {
	failed bool
	found  bool     // of "get"
	objs   []uint16 // of "list", which may repeat them
	late   []bool   // beside objs
	pick   int
}

func (a *answer) key() string {
	return fmt.Sprint(a.failed, a.found, a.objs, a.late, a.pick)
}

// config is what is explored.
type config struct {
	name     string
	backups  []backupPlan
	prunes   []prunePlan
	packs    [][]int // of the first packs, each with an index object of its own
	first    []int   // chunks of the first snapshot
	marks    [][]int // of the first packs, by their place in packs, that first marks condemn
	crashes  uint8
	failures uint8
	drops    uint8 // of the first snapshot
	ticks    uint8 // above 0: listings may miss what was put since the last tick, and marks are swept only if they are older
	repeats  bool  // a listing may have each object twice, which no prune gives up for
	expire   bool  // any session but one's own may be taken for dead
	many     int   // so many packs of one chunk are merged; 0 is never
	limit    int   // states; 0 is without

	bug string // see bugs_test.go
}

type backupPlan struct {
	chunks []int
	parent bool // the first snapshot's content is taken over without being looked up, where that is allowed
	knows  bool // it looks at the marks before its session is put, like a device that remembers
	redos  int
}

type prunePlan struct{ rounds int }

// strict reports whether every snapshot in the store must be whole, and every listed pack stored: that rests on the sessions, and on
// listings that are up to date. Otherwise what is asked is that snapshots that were reported are whole.
func (c *config) strict() bool { return !c.expire && c.ticks == 0 }

// model is one exploration.
type model struct {
	config
	objects []*object
	byName  map[string]uint16
	datas   []any
	dataIDs map[string]uint32
	logs    []logNode
	logIDs  map[string]uint32
	steps   map[proc]*step // by process number in data: see intern
	first   *state
}

type logNode struct {
	parent uint32
	answer answer
}

// step is what a process does next: it asks, or its phase is over.
type step struct {
	req      request
	over     bool
	next     proc
	reported int // a snapshot's number, or -1
}

func newModel(c config) *model {
	m := &model{config: c, byName: map[string]uint16{}, dataIDs: map[string]uint32{}, logIDs: map[string]uint32{}, steps: map[proc]*step{}}
	m.logs = append(m.logs, logNode{})
	m.object(&object{name: "none"}) // number 0
	s := &state{crashes: c.crashes, failures: c.failures, ticks: c.ticks, drops: c.drops}
	var packs []uint16
	for i, chunks := range c.packs {
		p := m.object(&object{kind: aPack, name: fmt.Sprint("first", i), chunks: chunks, owner: -1})
		s.put(p, false)
		s.put(m.object(&object{kind: anIndex, name: fmt.Sprint("first", i), packs: []uint16{p}, owner: -1}), false)
		packs = append(packs, p)
	}
	for i, some := range c.marks {
		mark := &Mark{}
		for _, k := range some {
			mark.Condemned = append(mark.Condemned, packID(packs[k]))
		}
		s.put(m.object(&object{kind: aMark, name: fmt.Sprint("first", i), mark: mark, owner: -1}), false)
	}
	if c.first != nil {
		o := m.object(&object{kind: aSnapshot, name: "first", chunks: c.first, owner: -1})
		s.put(o, false)
		s.reported = []uint16{o}
	}
	for i := range c.backups {
		s.procs = append(s.procs, proc{data: m.data(&backupData{number: i})})
	}
	for i, p := range c.prunes {
		s.procs = append(s.procs, proc{phase: prunePhase, data: m.data(&pruneData{number: len(c.backups) + i, rounds: p.rounds})})
	}
	m.first = s
	return m
}

// object interns one.
func (m *model) object(o *object) uint16 {
	key := fmt.Sprint(o.kind, o.name, o.chunks, o.packs, o.owner)
	if n, ok := m.byName[key]; ok {
		return n
	}
	n := uint16(len(m.objects))
	m.objects = append(m.objects, o)
	m.byName[key] = n
	return n
}

// keyed is data of a process; equal data have equal keys.
type keyed interface{ key() string }

func (m *model) data(d keyed) uint32 {
	key := fmt.Sprintf("%T %s", d, d.key())
	if n, ok := m.dataIDs[key]; ok {
		return n
	}
	n := uint32(len(m.datas))
	m.datas = append(m.datas, d)
	m.dataIDs[key] = n
	return n
}

func (m *model) log(parent uint32, a answer) uint32 {
	key := fmt.Sprint(parent, " ", a.key())
	if n, ok := m.logIDs[key]; ok {
		return n
	}
	n := uint32(len(m.logs))
	m.logs = append(m.logs, logNode{parent, a})
	m.logIDs[key] = n
	return n
}

// asker answers a process's requests from its log.
type asker struct {
	m   *model
	log []answer
}

// need is panicked with where the log ends.
type need struct{ req request }

func (a *asker) ask(r request) answer {
	if len(a.log) == 0 {
		panic(need{r})
	}
	next := a.log[0]
	a.log = a.log[1:]
	return next
}

// next finds what a process does.
func (m *model) next(p proc) *step {
	if s := m.steps[p]; s != nil {
		return s
	}
	s := m.run(p)
	m.steps[p] = s
	return s
}

func (m *model) run(p proc) (s *step) {
	a := &asker{m: m}
	for n := p.log; n != 0; n = m.logs[n].parent {
		a.log = append(a.log, m.logs[n].answer)
	}
	slices.Reverse(a.log)
	s = &step{reported: -1}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case need:
			s.req = r.req
		default:
			panic(r)
		}
	}()
	phase, data := runPhase(a, p.phase, m.datas[p.data], s)
	s.over, s.next = true, proc{phase: phase}
	if phase != phaseDone {
		s.next.data = m.data(data)
	}
	return s
}

// settle runs a process as far as it goes without asking.
func (m *model) settle(s *state, i int) {
	for s.procs[i].phase < phaseDone {
		st := m.next(s.procs[i])
		if !st.over {
			return
		}
		if st.reported >= 0 {
			o := uint16(st.reported)
			s.reported = append(s.reported, o)
			slices.Sort(s.reported)
		}
		s.procs[i] = st.next
	}
}
