// Package backup saves one project as a snapshot.
//
// Terms: a node is a directory being saved; a mark is what the system says of an entry that tells whether it changed; the local state
// is the marks and encoded entries of the last snapshot; a batch is files of one directory that one worker reads in turn.
//
// Map: backup.go runs it and makes the manifest; queue.go hands work to the workers; node.go reads a directory and, when all below is
// done, encodes it; compare.go holds it against the local state; file.go reads files; filter.go leaves out; sink.go takes chunks; state.go is the local state, parent.go what of it may be taken over;
// estimate.go counts ahead; options.go says what is asked for.
//
// The walk of the data: a worker lists a directory, compares each entry with the local state, and puts subdirectories and batches of
// changed files into the queue, files before directories, so that what is known and not yet saved stays little. File content is cut,
// named by its hash and, where the repository lacks it, handed to the session's filler. The worker that finishes the last of a directory's
// entries encodes the directory and hands it to its parent, up to the root; the root's content goes into the manifest.
//
// Promises: nothing of the project is changed; memory is bounded by the widest path of directories, not by the project; what cannot be
// read is listed in the snapshot and the rest is saved; errors of the store are never taken for errors of the project.
package backup

import (
	"context"
	"errors"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/gc"
	"backup_projeto/internal/meta"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/scan/ignore"
	"backup_projeto/internal/scan/project"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/tree"
)

// maxWalks is how often a project is walked because a prune condemned what was relied on meanwhile.
const maxWalks = 5

// codeCondemned says that prunes did so each time.
const codeCondemned core.Code = "prune-overtakes"

// codeInside says that the project's folder is one of Options.SkipPaths, or in one.
const codeInside core.Code = "inside-repository"

// Run saves the project. A snapshot with unreadable entries is saved and is no error: Result.Snapshot.Partial says so. An error is of
// kind Source where the project's folder itself cannot be read, of kind Destination where the store failed; no snapshot was saved then.
func Run(ctx context.Context, r *repo.Repo, o Options, rep report.Reporter) (*Result, error) {
	begun := time.Now()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	root, err := meta.OpenDir(o.Root) // first: without it nothing is said to the store
	if err != nil {
		return nil, err
	}
	defer root.Close()
	sink, err := newSink(ctx, r, o.DryRun)
	if err != nil {
		return nil, err
	}
	defer sink.close()
	told := map[string]bool{}
	var bytesNew int64
	for walk := 1; ; walk++ {
		b := &run{o: o, r: r, rep: rep, start: begun, ctx: ctx, cancel: cancel, cutter: r.Cutter(), sink: sink, told: told}
		b.counts.bytesNew.Store(bytesNew)
		m, err := b.once()
		switch {
		case err == nil:
			return &Result{Snapshot: m, Issues: b.issues, Grown: b.grown, Damaged: sink.damaged(), Duration: time.Since(begun)}, nil
		case !errors.Is(err, gc.ErrCondemned):
			return nil, err
		case walk == maxWalks:
			return nil, &core.Error{Kind: core.Failure, Code: codeCondemned, Err: err}
		}
		bytesNew = b.counts.bytesNew.Load()
		p := rep.Progress()
		for _, n := range []*atomic.Int64{&p.Files, &p.Bytes, &p.TotalFiles, &p.TotalBytes} {
			n.Store(0)
		}
		sink.again()
	}
}

// once walks the project and saves it.
func (b *run) once() (*snapshot.Manifest, error) {
	root, err := meta.OpenDir(b.o.Root)
	if err != nil {
		return nil, err
	}
	if err := b.open(b.ctx, root); err != nil {
		root.Close()
		return nil, err
	}
	defer b.old.close()
	m, err := b.save(root)
	if err != nil {
		b.new.discard()
	}
	return m, err
}

// run is one backup.
type run struct {
	o      Options
	r      *repo.Repo
	rep    report.Reporter
	start  time.Time
	ctx    context.Context
	cancel context.CancelCauseFunc
	cutter cutter
	sink   sink
	old    *oldState
	new    *newState
	names  meta.Names
	queue  queue
	match  *ignore.Matcher // of the root
	skip   *meta.Places
	doubt  bool   // something was lost since the parent: its content is looked up
	device uint64 // of the root
	trees  treeWriter

	mu       sync.Mutex
	unread   []snapshot.Unread             // guarded by mu; at most snapshot.MaxUnread
	total    int64                         // of unread; guarded by mu
	issues   []report.Issue                // guarded by mu
	grown    []string                      // guarded by mu; at most snapshot.MaxUnread
	excluded map[string]*snapshot.Excluded // by rule; guarded by mu
	told     map[string]bool               // issues that the reporter knows of; guarded by mu

	counts counters
}

// open prepares the rules and the local state.
func (b *run) open(ctx context.Context, root *meta.Dir) error {
	st, err := root.Stat()
	if err != nil {
		return err
	}
	b.device = st.Dev
	if b.skip = meta.FindPlaces(b.o.Root, b.o.SkipPaths); b.skip.Within() {
		return &core.Error{Kind: core.Usage, Code: codeInside, Subject: b.o.Root}
	}
	b.excluded = map[string]*snapshot.Excluded{}
	if b.match, err = ignore.New(b.o.Exclude, b.o.Include); err != nil {
		return err
	}
	b.trees = treeWriter{filler: b.sink.filler(true), hasher: b.r.Hasher()}
	b.queue.init()
	head := stateFile(b.r.CacheDir(), b.o.Project.ID, absolute(b.o.Root))
	b.old, b.new = openState(head, b.r.Header().ID)
	if b.o.DryRun {
		b.new.discard()
		b.new = nil
	}
	if b.old.mapped == nil {
		return nil
	}
	ids, err := b.r.SnapshotIDs(ctx)
	if err != nil {
		return err
	}
	if !slices.Contains(ids, b.old.snapshot) { // deleted: what it held may be gone
		b.old.close()
		b.old = &oldState{}
		return nil
	}
	b.doubt = b.old.gone(b.r.IndexObjects()) || b.r.Distrusts()
	if rec := b.old.at(b.old.root.child); rec != nil {
		b.rep.Progress().TotalFiles.Store(rec.totals.files + rec.totals.dirs + rec.totals.others - 1)
		b.rep.Progress().TotalBytes.Store(rec.totals.bytes)
	}
	return nil
}

func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// save walks the project, stores it and, unless it is a dry run, saves the snapshot.
func (b *run) save(root *meta.Dir) (*snapshot.Manifest, error) {
	top, err := b.walk(root)
	if err == nil {
		err = b.trees.filler.Flush()
	}
	if err == nil {
		err = b.sink.finish()
	}
	if err != nil {
		return nil, err
	}
	m := b.manifest(top)
	if b.o.DryRun {
		return m, nil
	}
	if err := b.sink.commit(m); err != nil {
		return nil, err
	}
	same := b.old.mapped != nil && !top.changed.Load() && top.mark.same(b.old.root.mark)
	b.new.commit(b.r.Header().ID, m.ID, stated{mark: top.mark, child: top.offset}, b.old, same, b.r.IndexObjects())
	return m, nil
}

// walk runs the workers until the root is finished.
func (b *run) walk(root *meta.Dir) (*node, error) {
	st, err := root.Stat()
	if err != nil {
		return nil, err
	}
	top := &node{dir: root, st: st, mark: b.settled(&st), match: b.match, oldOffset: b.old.root.child, oldMark: b.old.root.mark}
	top.users.Store(1)
	b.queue.pushDir(top)
	n := b.o.Parallel
	if n == 0 {
		n = 2 * runtime.GOMAXPROCS(0)
	}
	stop := context.AfterFunc(b.ctx, b.queue.stop)
	defer stop()
	var wg sync.WaitGroup
	if b.o.Estimate && b.old.mapped == nil {
		wg.Go(func() { b.estimate(b.o.Root) })
	}
	for range n {
		wg.Go(func() {
			if err := b.work(); err != nil {
				b.cancel(err)
			}
		})
	}
	wg.Wait()
	b.queue.closeAll()
	if err := context.Cause(b.ctx); err != nil {
		return nil, err
	}
	if top.failed != nil {
		return nil, top.failed
	}
	return top, nil
}

// maxAhead is how far another clock may be ahead. What is later was changed before the clock was set back, or its time was made up.
const maxAhead = 24 * time.Hour

// settled is the mark of an entry, or never where it changed so lately that another change could bear the same times.
func (b *run) settled(st *meta.Stat) mark {
	changed, margin := st.CTime, 20*time.Millisecond // the kernel's clock ticks every 1 to 10 ms
	if changed == 0 {
		changed = st.MTime
	}
	if changed%int64(time.Second) == 0 {
		margin = 2 * time.Second // a file system that keeps seconds, or pairs of them
	}
	// A file server's clock may be ahead: then what it changes now bears a time to come.
	if age := time.Duration(time.Now().UnixNano() - changed); age < margin && age > -maxAhead {
		return never
	}
	return markOf(st)
}

// manifest says what was saved.
func (b *run) manifest(top *node) *snapshot.Manifest {
	m := &snapshot.Manifest{
		ID: crypto.NewTimeUUID(b.start), Project: b.o.Project, Parent: b.old.snapshot, Host: b.o.Host, User: userName(), OS: runtime.GOOS,
		Path: absolute(b.o.Root), Start: b.start.UnixNano(), End: time.Now().UnixNano(), Version: b.o.Version,
		Root:   tree.Entry{Type: tree.Dir, Meta: top.own, Content: top.content},
		Counts: b.counts.result(top.totals, b.sink), Unread: b.unread, UnreadTotal: b.total, Safety: b.o.Safety,
	}
	for _, e := range b.excluded {
		m.Excluded = append(m.Excluded, *e)
	}
	slices.SortFunc(m.Excluded, func(x, y snapshot.Excluded) int { return strings.Compare(x.Rule, y.Rule) })
	m.Tags = slices.Compact(slices.Sorted(slices.Values(b.o.Tags)))
	if git, err := project.Git(b.o.Root); err == nil {
		m.Git = git
	}
	return m
}

func userName() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return os.Getenv("USER")
}

// note records an entry that could not be saved whole.
func (b *run) note(path, reason string, err error) {
	issue := report.Issue{Path: path, Err: &core.Error{Kind: core.Source, Subject: path, Err: err}}
	if b.isNew(reason + " " + path) {
		b.rep.Issue(issue)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.total++
	if len(b.unread) < snapshot.MaxUnread {
		b.unread = append(b.unread, snapshot.Unread{Path: path, Reason: reason, Detail: detail(err)})
		b.issues = append(b.issues, issue)
	}
}

// noteGrown notes a file that became longer while it was read.
func (b *run) noteGrown(path string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.grown) < snapshot.MaxUnread {
		b.grown = append(b.grown, path)
	}
}

// isNew reports whether an issue was not told in an earlier walk.
func (b *run) isNew(issue string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.told[issue] {
		return false
	}
	b.told[issue] = true
	return true
}

// leftOut records an entry that a rule excludes.
func (b *run) leftOut(rule, path string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	e := b.excluded[rule]
	if e == nil {
		e = &snapshot.Excluded{Rule: rule, First: path}
		b.excluded[rule] = e
	}
	e.Count++
	if path < e.First {
		e.First = path
	}
}
