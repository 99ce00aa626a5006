package restore

import (
	"cmp"
	"slices"

	"backup_projeto/internal/tree"
)

// verdict is what the plan says of one entry.
type verdict uint8

const (
	none          verdict = iota // not chosen; a folder that is there already and leads to something chosen
	create                       // nothing is there
	replace                      // something else is there; it is no folder
	replaceFolder                // a folder is there, and the entry is none
	keep                         // it is there, identical
	metadata                     // it is there, and its metadata differs
	skip                         // what is there cannot be looked at
)

// planned is what the plan says of the entries of one folder that the target has already, by their numbers. Of folders that it
// has not, nothing need be said: all is created.
type planned struct {
	verdicts []verdict
	folders  []subplan // sorted by number
	stale    []string  // unfinished files that a killed restore left
}

// subplan is the plan of the folder that is entry number of another.
type subplan struct {
	number int
	*planned
}

// verdict returns what was planned for an entry; a nil plan creates everything. What the plan has not seen is left alone.
func (p *planned) verdict(number int) verdict {
	switch {
	case p == nil:
		return create
	case number >= len(p.verdicts):
		return skip
	}
	return p.verdicts[number]
}

// settle puts a verdict into the plan, with how many bytes of content are to be written.
func (p *planner) settle(at where, e *tree.Entry, v verdict, size int64) {
	for s := at.in; s.in != nil && v != keep; s = s.in { // a folder in name only, in whose place something is
		if s.blocks {
			s.blocks = false
			p.settle(s.where, &tree.Entry{Name: s.place.Name, Type: tree.Dir}, replace, 0)
		}
	}
	p.set(at, v)
	p.mu.Lock()
	defer p.mu.Unlock()
	n := &p.res.Plan
	item := Item{In: at.in.place, Name: e.Name, Action: v.action(), serial: at.serial}
	switch item.Action {
	case Create:
		n.Create++
	case Overwrite:
		n.Overwrite++
		n.touched++
	case Keep:
		n.Keep++
		return
	case Metadata:
		n.Metadata++
		if e.Type != tree.Dir {
			n.touched++
		}
	}
	list := &p.others
	if item.Action == Overwrite {
		list = &p.first
	}
	if item.Action == Create || item.Action == Overwrite {
		item.Size = size
		n.Bytes += size
	}
	if len(*list) < MaxItems {
		*list = append(*list, item)
	}
}

// set notes a verdict for the second walk.
func (p *planner) set(at where, v verdict) {
	plan := at.in.plan
	if plan == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(plan.verdicts) <= at.number {
		plan.verdicts = append(plan.verdicts, none)
	}
	plan.verdicts[at.number] = v
}

func (v verdict) action() Action {
	switch v {
	case create:
		return Create
	case replace, replaceFolder:
		return Overwrite
	case metadata:
		return Metadata
	}
	return Keep
}

// finish sorts the plan's lines and tells the listener how much there is to do.
func (p *planner) finish() {
	for _, list := range [][]Item{p.first, p.others} {
		slices.SortFunc(list, func(a, b Item) int { return cmp.Compare(a.serial, b.serial) })
	}
	n := &p.res.Plan
	n.Items = append(p.first, p.others...)
	n.Items = n.Items[:min(len(n.Items), MaxItems)]
	progress := p.rep.Progress()
	progress.TotalFiles.Store(n.Create + n.Overwrite + n.Metadata)
	progress.TotalBytes.Store(n.Bytes)
}
