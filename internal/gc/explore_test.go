package gc

import (
	"bytes"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
)

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
		if m.repeats && len(list) > 0 {
			a.objs, a.late = slices.Repeat(a.objs, 2), slices.Repeat(a.late, 2)
			yield(a)
		}
	}
}

// check returns what is wrong with a state, or "".
func (m *model) check(s *state) string {
	for i := len(m.backups); m.repeats && i < len(s.procs); i++ {
		if s.procs[i].phase == phaseAbort {
			return m.who(i) + " gives up"
		}
	}
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
				return fmt.Sprintf("%s lacks chunk %d", m.objectName(o), c)
			}
		}
		return ""
	}
	for _, o := range s.reported {
		if slices.Contains(s.dropped, o) {
			continue
		}
		if !s.has(o) {
			return fmt.Sprintf("%s was reported and is gone", m.objectName(o))
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
