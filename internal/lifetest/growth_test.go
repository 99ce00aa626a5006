package lifetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/prune"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/tree"
	"backup_projeto/internal/treetest"
)

// compare says how a folder differs from what was saved.
func compare(dir string, want map[string]content) error {
	seen := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		seen++
		c, wanted := want[filepath.ToSlash(name)]
		got, err := os.ReadFile(path)
		if err == nil && (!wanted || !bytes.Equal(got, c.bytes())) {
			err = fmt.Errorf("%s is not what was saved", name)
		}
		return err
	})
	if err == nil && seen != len(want) {
		err = fmt.Errorf("%d files of %d", seen, len(want))
	}
	return err
}

// growth is what there is after a prune.
type growth struct{ stored, need, packs, objects int64 }

// backupBound is how many requests a backup may take, with the policy applied to what its machine has saved: a number that is fixed, and three for
// each object that was put since the machine last looked.
func (w *world) backupBound(m *machine) int {
	return 60 + 3*(w.puts-m.met) + 3*len(w.main.names("gc/"))
}

// pruneBound is how many requests a prune may take: a number that is fixed, and four for each object that there is.
func (w *world) pruneBound() int { return 60 + 4*len(w.main.names("")) }

// need is what the chunks take, uncompressed, that snapshots need which are there, each once.
func (w *world) need() (total int64, err error) {
	m := w.readers()[0]
	err = w.with(m, w.line(), func(ctx context.Context, r *repo.Repo) error {
		if _, err := r.LoadIndex(ctx); err != nil {
			return err
		}
		all, damaged, err := r.Live(ctx)
		if err != nil {
			return err
		}
		for _, d := range damaged {
			if !repo.IsVoid(d.Err) {
				return fmt.Errorf("%s: %w", d.Object, d.Err)
			}
		}
		seen := map[core.ID]bool{}
		for _, m := range all {
			if err := needOf(ctx, r, m, seen, &total); err != nil {
				return err
			}
		}
		return nil
	})
	return total, err
}

func needOf(ctx context.Context, r *repo.Repo, m *snapshot.Manifest, seen map[core.ID]bool, total *int64) error {
	return treetest.Walk(ctx, r, &m.Root, func(_ string, e *tree.Entry, err error) error {
		if err != nil {
			return err
		}
		for _, id := range e.Content.IDs {
			if seen[id] {
				continue
			}
			seen[id] = true
			at := r.Lookup(&id)
			if len(at) == 0 {
				return errors.New("a chunk has no place")
			}
			*total += int64(at[0].Length)
		}
		return nil
	})
}

// weigh looks at what there is after two prunes that nothing stopped, and the time of a grace between them.
func (w *world) weigh(last *prune.Result) {
	need, err := w.need()
	w.must(err)
	packs, stored := int64(len(w.main.names("packs/"))), w.main.size("packs/")
	w.growth = append(w.growth, growth{stored, need, packs, int64(len(w.main.names("")))})
	at := func(what string, have, bound int64) {
		w.t.Helper()
		if have > bound {
			w.fail("%s: %d, more than %d; %s", what, have, bound, w.main.count())
		}
	}
	doomed := last.CondemnedBytes + last.RewrittenBytes
	// What is dead may stay up to 5 %; each pack has a key, a footer and padding of 8 KiB at most; what was rewritten goes next time.
	at("bytes of packs", stored, need*106/100+packs*12<<10+doomed)
	// Fewer than 64 small packs of each kind stay, and packs that are not small are an eighth of a full one; what was put since is young.
	at("packs", packs, 2*(64+8)+stored/(repo.FullPack(0)/8)+last.CondemnedPacks+last.RewrittenPacks)
	at("parity objects", int64(len(w.main.names("parity/"))), packs)
	at("index objects", int64(len(w.main.names("index/"))), 16+4)
	at("sessions", int64(len(w.main.names("sessions/"))), 0)
	at("settings", int64(len(w.main.names("settings/"))), 1)
	at("slots", int64(len(w.main.names("keys/"))), int64(len(w.machines)+1)) // and the recovery code's
	marks, revoked, old := 0, 0, 0
	for _, name := range w.main.names("gc/") {
		if strings.HasPrefix(name, "gc/revoked.") {
			revoked++
		} else {
			marks++
			if o, _ := w.main.get(name); w.now.Sub(o.time) > prune.DefaultForget+8*day {
				old++
			}
		}
	}
	at("revocations", int64(revoked), int64(w.n.revoked))
	// Each prune and repair leaves a mark, which a tombstone replaces.
	at("marks and tombstones", int64(marks), int64(w.since(w.marked, prune.DefaultForget+8*day)+2))
	at("marks and tombstones that are too old", int64(old), 0)
	pinned := 0
	for _, s := range w.all() {
		if s.pinned {
			pinned++
		}
	}
	at("pins", int64(len(w.main.names("pins/"))), int64(pinned+1))
	w.weighSnapshots(at)
	l := w.line()
	w.must(w.with(&machine{name: "new", key: w.readers()[0].key}, l, func(ctx context.Context, r *repo.Repo) error {
		_, err := r.LoadIndex(ctx)
		if err == nil {
			_, _, err = r.History(ctx)
		}
		return err
	}))
	at("requests of a machine that has heard of nothing", int64(l.calls), int64(10+len(w.main.names("index/"))+len(w.main.names("snapshots/"))+revoked+len(w.main.names("keys/"))))
	w.weighCaches(at)
}

// since is how many of some moments were within so long a time.
func (w *world) since(moments []time.Time, span time.Duration) (n int) {
	for _, at := range moments {
		if w.now.Sub(at) < span {
			n++
		}
	}
	return n
}

// weighSnapshots: those that nobody was told of are as many as backups that were cut off, and fall to the policy like others.
func (w *world) weighSnapshots(at func(string, int64, int64)) {
	kept, dropped := w.kept(true), w.kept(false)
	groups := 0
	for _, m := range w.machines {
		groups += len(m.desks)
	}
	at("snapshots", int64(len(w.main.names("snapshots/"))), int64(groups*w.most()+6+2*len(w.former)))
	at("promised snapshots", int64(len(kept)), int64(len(w.main.names("snapshots/"))))
	var copies int64
	for _, name := range w.main.names("trash/") {
		if o, _ := w.main.get(name); w.now.Sub(o.time) > repo.Grace+2*day {
			copies++
		}
	}
	at("copies in the trash that are too old", copies, int64(pinnedOf(dropped)+pinnedOf(kept)))
}

// most is how many snapshots the policy keeps of a group.
func (w *world) most() int {
	k := w.keeps
	return k.Last + k.Hourly + k.Daily + k.Weekly + k.Monthly + k.Yearly + 2
}

func pinnedOf(all []*snap) (n int) {
	for _, s := range all {
		if s.pinned {
			n++
		}
	}
	return n
}

// weighCaches: a cache has a copy of what is small in the store, or was until some weeks ago, and some files of its own.
func (w *world) weighCaches(at func(string, int64, int64)) {
	for _, m := range w.machines {
		var files, size int64
		folders := map[string]int{}
		w.must(filepath.WalkDir(m.cache, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return skipAbsent(err)
			}
			info, err := d.Info()
			if err == nil {
				files, size = files+1, size+info.Size()
				folders[filepath.Base(filepath.Dir(path))]++
			}
			return err
		}))
		small := int64(len(w.main.names("snapshots/")) + len(w.main.names("trash/")) + len(w.main.names("gc/")) + len(w.main.names("keys/")))
		at(fmt.Sprintf("files in the cache of %s, %v", m.name, folders), files, small+60+int64(w.since(w.expired, 40*day)))
		at("bytes in the cache of "+m.name, size, w.main.size("")-w.main.size("packs/")+8<<20)
	}
}

// summary is one line.
func (w *world) summary() string {
	n := w.n
	s := fmt.Sprintf("%d days: %d backups reported, %d operations killed, %d put to sleep for days, %d beside a prune; %d prunes, %d of them refused; %d verifies; "+
		"%d accidents to %d objects, %d repairs: %d objects mended or put back, %d blocks saved, %d snapshots told to have lost something; "+
		"%d snapshots dropped, %d brought back; %d pins; %d devices revoked; %d caches lost, %d disks set back, %d clocks wrong; "+
		"%d snapshots restored and compared at %d judgements; promised at the end: %d, and %d in the trash", n.days, n.backups, n.killed, n.slept, n.beside, n.prunes, n.refused,
		n.verifies, n.accidents, n.struck, n.repairs, n.mended, n.healed, n.losses, n.dropped, n.undeleted, n.pins, n.revoked, n.caches, n.images, n.jumps,
		n.restored, n.judged, len(w.kept(true)), len(w.kept(false)))
	if len(w.growth) > 0 {
		first, last := w.growth[min(11, len(w.growth)-1)], w.growth[len(w.growth)-1]
		s += fmt.Sprintf("; weighed %d times, stored after a year and at the end: %d and %d kB for %d and %d kB needed, in %d and %d packs, %d and %d objects in all", len(w.growth), first.stored>>10,
			last.stored>>10, first.need>>10, last.need>>10, first.packs, last.packs, first.objects, last.objects)
	}
	return s + "; " + w.main.count()
}
