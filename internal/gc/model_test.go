package gc

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
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
	objs   []uint16 // of "list"
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
	expire   bool  // any session but one's own may be taken for dead
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

// outcome is what may come of a move.
type outcome struct {
	state *state
	move  string
}

// moves returns all that can happen next.
func (m *model) moves(s *state, named bool) (out []outcome) {
	for i := range s.procs {
		if s.procs[i].phase >= phaseDone {
			continue
		}
		req := m.next(s.procs[i]).req
		m.answers(s, i, req, func(n *state, a answer) {
			n.procs[i].log = m.log(n.procs[i].log, a)
			m.settle(n, i)
			move := ""
			if named {
				move = fmt.Sprintf("%s: %s -> %s", m.who(i), m.describe(req), m.result(req, a))
			}
			out = append(out, outcome{n, move})
		})
		if s.crashes > 0 {
			n := s.clone()
			n.crashes--
			n.procs[i] = proc{phase: phaseDead}
			out = append(out, outcome{n, m.who(i) + " is killed"})
		}
	}
	if s.ticks > 0 && slices.ContainsFunc(s.objects, func(o stored) bool { return o.late }) {
		n := s.clone()
		n.ticks--
		for i := range n.objects {
			n.objects[i].late = false
		}
		out = append(out, outcome{n, "time passes"})
	}
	if s.drops > 0 {
		if o, ok := m.byName[fmt.Sprint(aSnapshot, "first", m.config.first, []uint16(nil), -1)]; ok && s.has(o) {
			n := s.clone()
			n.drops--
			n.remove(o)
			n.dropped = append(n.dropped, o)
			out = append(out, outcome{n, "the first snapshot is deleted"})
		}
	}
	return out
}

// answers calls yield with each way in which a request can be answered.
func (m *model) answers(s *state, i int, r request, yield func(*state, answer)) {
	effect := func(n *state) {
		switch r.op {
		case "put":
			n.put(r.obj, m.ticks > 0)
		case "delete":
			n.remove(r.obj)
		}
	}
	switch r.op {
	case "put", "delete":
		n := s.clone()
		effect(n)
		yield(n, answer{})
	case "get":
		yield(s.clone(), answer{found: s.has(r.obj)})
	case "pick":
		for k := range r.n {
			yield(s.clone(), answer{pick: k})
		}
		return
	case "list":
		m.listings(s, i, r.kind, func(a answer) { yield(s.clone(), a) })
	}
	if s.failures == 0 {
		return
	}
	n := s.clone()
	n.failures--
	yield(n, answer{failed: true}) // and lost
	if r.op == "put" && !s.has(r.obj) || r.op == "delete" && s.has(r.obj) {
		n := s.clone()
		n.failures--
		effect(n)
		yield(n, answer{failed: true}) // but persisted
	}
}

// listings calls yield with each listing that the contract allows.
func (m *model) listings(s *state, i int, k kind, yield func(answer)) {
	var all, late []stored
	for _, o := range s.objects {
		switch {
		case m.objects[o.object].kind != k:
		case o.late && m.objects[o.object].owner != i:
			late = append(late, o)
		default:
			all = append(all, o)
		}
	}
	for missed := range 1 << len(late) {
		list := slices.Clone(all)
		for j, o := range late {
			if missed&(1<<j) == 0 {
				list = append(list, o)
			}
		}
		slices.SortFunc(list, func(a, b stored) int { return int(a.object) - int(b.object) })
		var a answer
		for _, o := range list {
			a.objs, a.late = append(a.objs, o.object), append(a.late, o.late)
		}
		yield(a)
	}
}

// check returns what is wrong with a state, or "".
func (m *model) check(s *state) string {
	listed := map[uint16]bool{}
	for _, o := range s.objects {
		for _, p := range m.objects[o.object].packs {
			listed[p] = true
			if m.strict() && !s.has(p) {
				return fmt.Sprintf("an index object lists %s, which is not stored", m.objectName(p))
			}
		}
	}
	whole := func(o uint16) string {
		for _, c := range m.objects[o].chunks {
			if !slices.ContainsFunc(s.objects, func(p stored) bool {
				return listed[p.object] && m.objects[p.object].kind == aPack && slices.Contains(m.objects[p.object].chunks, c)
			}) {
				return fmt.Sprintf("snapshot %s lacks chunk %d", m.objectName(o), c)
			}
		}
		return ""
	}
	for _, o := range s.reported {
		if slices.Contains(s.dropped, o) {
			continue
		}
		if !s.has(o) {
			return fmt.Sprintf("snapshot %s was reported and is gone", m.objectName(o))
		}
		if w := whole(o); w != "" {
			return "reported " + w
		}
	}
	if m.strict() {
		for _, o := range s.objects {
			if m.objects[o.object].kind == aSnapshot {
				if w := whole(o.object); w != "" {
					return w
				}
			}
		}
	}
	return ""
}

// found is what an exploration found.
type found struct {
	states int
	whole  bool // all were explored
	wrong  string
	trace  []string // moves that lead there
}

// digest is a state's hash: 128 bits, so that among a billion states two meet with a chance of one in 10^20.
type digest [2]uint64

func digestOf(b []byte, seeds [2]maphash.Seed) digest {
	return digest{maphash.Bytes(seeds[0], b), maphash.Bytes(seeds[1], b)}
}

// origin says how a state was first reached.
type origin struct{ parent, move int32 }

// explore tries everything.
func (m *model) explore() found {
	first := m.first.clone()
	for i := range first.procs {
		m.settle(first, i)
	}
	if w := m.check(first); w != "" {
		return found{1, false, w, nil}
	}
	seeds := [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}
	buf := first.encode(nil)
	seen := map[digest]struct{}{digestOf(buf, seeds): {}}
	queue, origins := []string{string(buf)}, []origin{{-1, 0}}
	for at := 0; at < len(queue); at++ {
		s := decodeState(queue[at])
		queue[at] = ""
		for k, o := range m.moves(s, false) {
			buf = o.state.encode(buf[:0])
			d := digestOf(buf, seeds)
			if _, ok := seen[d]; ok {
				continue
			}
			seen[d] = struct{}{}
			queue, origins = append(queue, string(buf)), append(origins, origin{int32(at), int32(k)})
			if w := m.check(o.state); w != "" {
				return found{len(queue), false, w, m.trace(first, origins)}
			}
			if m.limit > 0 && len(queue) >= m.limit {
				return found{len(queue), false, "", nil}
			}
		}
	}
	return found{len(queue), true, "", nil}
}

// trace returns the moves that lead to the last state.
func (m *model) trace(first *state, origins []origin) (trace []string) {
	var steps []int32
	for at := int32(len(origins) - 1); origins[at].parent >= 0; at = origins[at].parent {
		steps = append(steps, origins[at].move)
	}
	slices.Reverse(steps)
	s := first
	for _, k := range steps {
		o := m.moves(s, true)[k]
		trace = append(trace, o.move)
		s = o.state
	}
	return trace
}

func (m *model) who(i int) string {
	if i < len(m.backups) {
		return fmt.Sprintf("backup %d", i+1)
	}
	return fmt.Sprintf("prune %d", i+1-len(m.backups))
}

func (m *model) objectName(o uint16) string {
	x := m.objects[o]
	var b bytes.Buffer
	b.WriteString([]string{"pack ", "index ", "snapshot ", "session ", "mark "}[x.kind])
	b.WriteString(x.name)
	switch x.kind {
	case aPack, aSnapshot:
		fmt.Fprint(&b, x.chunks)
	case anIndex:
		for _, p := range x.packs {
			b.WriteString(" (" + m.objectName(p) + ")")
		}
	case aMark:
		if x.mark.Swept {
			b.WriteString(" swept")
		}
		for _, id := range x.mark.Condemned {
			b.WriteString(" (" + m.objectName(packNumber(id)) + ")")
		}
	}
	return b.String()
}

func (m *model) describe(r request) string {
	switch r.op {
	case "list":
		return "list " + []string{"packs", "index", "snapshots", "sessions", "marks"}[r.kind]
	case "pick":
		return "chance"
	}
	return r.op + " " + m.objectName(r.obj)
}

func (m *model) result(r request, a answer) string {
	switch {
	case a.failed:
		return "error"
	case r.op == "list":
		var names []string
		for _, o := range a.objs {
			names = append(names, m.objectName(o))
		}
		return "[" + strings.Join(names, ", ") + "]"
	case r.op == "get":
		return fmt.Sprint(a.found)
	case r.op == "pick":
		return fmt.Sprint(a.pick)
	}
	return "ok"
}
