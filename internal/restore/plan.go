package restore

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/meta"
	"backup_projeto/internal/tree"
)

// staleAfter is when an unfinished file is certainly nobody's any more.
const staleAfter = 24 * time.Hour

// where says which entry of the snapshot one is.
type where struct {
	in     *spot // nil for the snapshot's root
	number int   // among the folder's entries
	serial int64 // among those that the walk met
}

// spot is a folder that the planner is in.
type spot struct {
	where
	place  *Place   // nil for the target itself
	folder *folder  // nil if the target has no such folder
	plan   *planned // nil with it
	names  []string // what is in it, sorted, without what is before the entry last met
	blocks bool     // something that is no folder is in its place, which is not counted yet
}

func (s *spot) path(name string) string { return s.place.path(name) }

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
	links map[inode]planLink
	met   int64 // entries
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
	p := &planner{job: j, links: map[inode]planLink{}, tasks: make(chan task, 64)}
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
	err = walk(ctx, j.bounded(), p, top, j.root.Content, &c, 0)
	close(p.tasks)
	p.wait.Wait()
	if err == nil {
		err = ctx.Err()
	}
	if err == nil && len(j.reported) == 0 { // where a folder cannot be read nobody knows what is in it
		err = j.missed(found)
	}
	p.finish()
	return top.plan, err
}

// missed is the error of a choice that the snapshot has nothing of; found says which paths it has.
func (j *job) missed(found []bool) error {
	if i := slices.Index(found, false); i >= 0 {
		return noPath(j.o.Paths[i])
	}
	if n := &j.res.Plan; len(j.o.Patterns) > 0 && n.Create+n.Overwrite+n.Keep+n.Metadata == 0 {
		return noPath(j.o.Patterns[0])
	}
	return nil
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
	p.met++
	at, below, dir := where{in, number, p.met}, (*spot)(nil), e.Type == tree.Dir
	if dir {
		below = &spot{where: at, place: &Place{in.place, e.Name}}
	}
	if in.folder == nil || !in.has(e.Name) {
		p.absent(at, e, c)
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
		p.absent(at, e, c)
		return below, dir, nil
	case err != nil:
		p.blocked(at, e.Name, err)
		return nil, false, nil
	case p.kept(in, e, &st):
		p.leaveAlone(at, e.Name, &core.Error{Kind: core.Source, Code: codeKept, Err: errKept})
		return nil, false, nil
	case dir:
		return below, p.enter(below, &st, e, c), nil
	}
	return nil, false, p.present(ctx, &task{at, e, st}, t)
}

// absent plans an entry that the target has not.
func (p *planner) absent(at where, e *tree.Entry, c *choice) {
	size := newLayout(e).data
	if e.Link != (tree.LinkKey{}) {
		key := inodeOf(e)
		if _, seen := p.links[key]; seen {
			size = 0
		} else {
			p.links[key] = planLink{}
		}
	}
	if c.chosen {
		p.settle(at, e, create, size)
	} else {
		p.set(at, create)
	}
}

// enter plans a folder in whose place the target has something, and reports whether what is below it is looked at.
func (p *planner) enter(s *spot, st *meta.Stat, e *tree.Entry, c *choice) bool {
	if st.Type != tree.Dir {
		if c.chosen {
			p.settle(s.where, e, replace, 0)
		}
		s.blocks = !c.chosen
		return true
	}
	s.folder = &folder{up: s.in.folder, name: e.Name}
	t, err := p.h.acquire(s.folder)
	if err == nil {
		defer p.h.release(s.folder)
		err = p.read(s, t)
	}
	if err != nil {
		p.blocked(s.where, e.Name, err)
		return false
	}
	switch {
	case !c.chosen:
		p.set(s.where, none)
	case p.sameFolder(t, &e.Meta):
		p.settle(s.where, e, keep, 0)
	default:
		p.settle(s.where, e, metadata, 0)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	s.in.plan.folders = append(s.in.plan.folders, subplan{s.number, s.plan})
	return true
}

// leave counts what stands in the way of a folder that only leads to something chosen, and reports a folder cut short.
func (p *planner) leave(in *spot, damage error) error {
	if damage != nil {
		path := in.path("")
		p.lose(path, damage)
		p.reported[crypto.Hash([]byte(path))] = true
	}
	return nil
}

// blocked plans to leave alone what cannot be looked at.
func (p *planner) blocked(at where, name string, err error) {
	p.leaveAlone(at, name, &core.Error{Kind: core.Source, Code: codeBlocked, Err: err})
}

// leaveAlone plans to do nothing about an entry, and says why.
func (p *planner) leaveAlone(at where, name string, err error) {
	p.set(at, skip)
	p.lose(at.in.path(name), err)
}

// errKept says what Options.Keep is for.
var errKept = errors.New("it is kept from being written in or replaced")

// kept reports whether restoring an entry would replace one of the folders that are kept, or write in it.
func (p *planner) kept(in *spot, e *tree.Entry, st *meta.Stat) bool {
	if st.Type != tree.Dir {
		return false
	}
	path := func() string { return in.path(e.Name) }
	return p.places.Is(st, path) || e.Type != tree.Dir && p.places.Around(st, path)
}
