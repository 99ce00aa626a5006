package restore

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/meta"
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

// staleAfter is when an unfinished file is certainly nobody's any more.
const staleAfter = 24 * time.Hour

// spot is a folder that the planner is in.
type spot struct {
	up     *spot
	name   string
	number int
	folder *folder  // nil if the target has no such folder
	plan   *planned // nil with it
	names  []string // what is in it, sorted, without what is before the entry last met
	blocks bool     // something that is no folder is in its place, which is not counted yet
}

func (s *spot) path(name string) string {
	parts := []string{name}
	for ; s.up != nil; s = s.up {
		parts = append(parts, s.name)
	}
	slices.Reverse(parts)
	return strings.TrimSuffix(strings.Join(parts, "/"), "/")
}

// has reports whether the target's folder has an entry of exactly that name. A file system that folds case would find others.
func (s *spot) has(name string) bool {
	i, found := slices.BinarySearch(s.names, name)
	s.names = s.names[i:]
	return found
}

// planner makes the plan.
type planner struct {
	*job
	h     *handles
	links map[tree.LinkKey]planLink
	tasks chan task
	wait  sync.WaitGroup

	mu     sync.Mutex // guards the plan's counts, its parts' verdicts, and what follows
	first  []Item     // those that replace something
	others []Item
}

// planLink is what the target has in place of the first name of an inode with several names.
type planLink struct {
	dev, ino uint64
	kept     bool
}

// plan compares the chosen part of the snapshot with the target, nil if there is none, and fills in the result's Plan.
func (j *job) plan(ctx context.Context, target *meta.Target) (*planned, error) {
	c, found, err := newChoice(&j.o)
	if err != nil {
		return nil, err
	}
	p := &planner{job: j, links: map[tree.LinkKey]planLink{}, tasks: make(chan task, 64)}
	top := &spot{}
	if target != nil {
		top.folder = &folder{}
		p.h = newHandles(top.folder, target, func(f *folder, up *meta.Target) (*meta.Target, error) { return up.Sub(f.name) })
		defer p.h.close()
		if err := p.read(top, target); err != nil {
			return nil, err
		}
		j.rootDue = c.chosen && !p.sameFolder(target, &j.root.Meta)
	}
	for range j.workers {
		p.wait.Go(func() { p.compareAll(ctx) })
	}
	err = walk(ctx, j.src, p, top, j.root.Content, &c, 0)
	close(p.tasks)
	p.wait.Wait()
	if err == nil {
		err = ctx.Err()
	}
	if i := slices.Index(found, false); err == nil && i >= 0 {
		err = noPath(j.o.Paths[i])
	}
	if n := &j.res.Plan; err == nil && len(j.o.Patterns) > 0 && n.Create+n.Overwrite+n.Keep+n.Metadata == 0 {
		err = noPath(j.o.Patterns[0])
	}
	p.finish()
	return top.plan, err
}

// read lists the target's folder of a spot.
func (p *planner) read(s *spot, t *meta.Target) error {
	names, err := t.Names()
	if err != nil {
		return err
	}
	slices.Sort(names)
	s.names, s.plan = names, &planned{}
	from, _ := slices.BinarySearch(names, meta.TempPrefix)
	for _, n := range names[from:] {
		if !strings.HasPrefix(n, meta.TempPrefix) {
			break
		}
		if p.isStale(t, n) {
			s.plan.stale = append(s.plan.stale, n)
		}
	}
	return nil
}

// isStale reports whether an unfinished file is old. Folders, which were moved aside, are never taken for rubbish.
func (j *job) isStale(t *meta.Target, name string) bool {
	st, err := t.Lstat(name)
	return err == nil && st.Type == tree.File && j.now.Sub(time.Unix(0, max(st.MTime, st.CTime))) > staleAfter
}

// visit decides what is done with an entry.
func (p *planner) visit(ctx context.Context, in *spot, number int, e *tree.Entry, c *choice) (*spot, bool, error) {
	below, dir := &spot{up: in, name: e.Name, number: number}, e.Type == tree.Dir
	if in.folder == nil || !in.has(e.Name) {
		p.absent(in, number, e, c)
		return below, dir, nil
	}
	if strings.HasPrefix(e.Name, meta.TempPrefix) { // a backup took it in
		in.plan.stale = slices.DeleteFunc(in.plan.stale, func(n string) bool { return n == e.Name })
	}
	t, err := p.h.acquire(in.folder)
	if err != nil {
		return nil, false, err
	}
	defer p.h.release(in.folder)
	st, err := t.Lstat(e.Name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		p.absent(in, number, e, c)
		return below, dir, nil
	case err != nil:
		p.blocked(in, number, e.Name, err)
		return nil, false, nil
	case dir:
		return below, p.enter(below, &st, e, c), nil
	}
	return nil, false, p.present(ctx, &task{in, number, e, st}, t)
}

// absent plans an entry that the target has not.
func (p *planner) absent(in *spot, number int, e *tree.Entry, c *choice) {
	size := newLayout(e).data
	if e.Link != (tree.LinkKey{}) {
		if _, seen := p.links[e.Link]; seen {
			size = 0
		} else {
			p.links[e.Link] = planLink{}
		}
	}
	if c.chosen {
		p.settle(in, number, e, create, size)
	} else {
		p.set(in, number, create)
	}
}

// enter plans a folder in whose place the target has something, and reports whether what is below it is looked at.
func (p *planner) enter(s *spot, st *meta.Stat, e *tree.Entry, c *choice) bool {
	if st.Type != tree.Dir {
		if c.chosen {
			p.settle(s.up, s.number, e, replace, 0)
		}
		s.blocks = !c.chosen
		return true
	}
	s.folder = &folder{up: s.up.folder, name: e.Name}
	t, err := p.h.acquire(s.folder)
	if err == nil {
		defer p.h.release(s.folder)
		err = p.read(s, t)
	}
	if err != nil {
		p.blocked(s.up, s.number, e.Name, err)
		return false
	}
	switch {
	case !c.chosen:
		p.set(s.up, s.number, none)
	case p.sameFolder(t, &e.Meta):
		p.settle(s.up, s.number, e, keep, 0)
	default:
		p.settle(s.up, s.number, e, metadata, 0)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	s.up.plan.folders = append(s.up.plan.folders, subplan{s.number, s.plan})
	return true
}

// leave counts what stands in the way of a folder that only leads to something chosen, and reports a folder cut short.
func (p *planner) leave(in *spot, damage error) error {
	if damage != nil {
		path := in.path("")
		p.lose(path, damage)
		p.reported[path] = true
	}
	return nil
}

// blocked plans to leave alone what cannot be looked at.
func (p *planner) blocked(in *spot, number int, name string, err error) {
	p.set(in, number, skip)
	p.lose(in.path(name), &core.Error{Kind: core.Source, Code: codeBlocked, Err: err})
}

// settle puts a verdict into the plan, with how many bytes of content are to be written.
func (p *planner) settle(in *spot, number int, e *tree.Entry, v verdict, size int64) {
	for s := in; s.up != nil && v != keep; s = s.up { // a folder in name only, in whose place something is
		if s.blocks {
			s.blocks = false
			p.settle(s.up, s.number, &tree.Entry{Name: s.name, Type: tree.Dir}, replace, 0)
		}
	}
	p.set(in, number, v)
	p.mu.Lock()
	defer p.mu.Unlock()
	n := &p.res.Plan
	item := Item{Action: v.action()}
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
		item.Path = in.path(e.Name)
		*list = append(*list, item)
	}
}

// set notes a verdict for the second walk.
func (p *planner) set(in *spot, number int, v verdict) {
	if in.plan == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(in.plan.verdicts) <= number {
		in.plan.verdicts = append(in.plan.verdicts, none)
	}
	in.plan.verdicts[number] = v
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
		slices.SortFunc(list, func(a, b Item) int { return cmp.Compare(a.Path, b.Path) })
	}
	n := &p.res.Plan
	n.Items = append(p.first, p.others...)
	n.Items = n.Items[:min(len(n.Items), MaxItems)]
	progress := p.rep.Progress()
	progress.TotalFiles.Store(n.Create + n.Overwrite + n.Metadata)
	progress.TotalBytes.Store(n.Bytes)
}
