package lifetest

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/parity"
	"backup_projeto/internal/prune"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/spare"
)

// pins pins a snapshot, or lets one go again where many are pinned.
func (w *world) pins() {
	m, all := pick(w, w.readers()), w.kept(true)
	if len(all) == 0 {
		return
	}
	s, pin := pick(w, all), true
	if pinned := slices.DeleteFunc(slices.Clone(all), func(s *snap) bool { return !s.pinned }); len(pinned) > 5 {
		s, pin = pick(w, pinned), false
	}
	w.must(w.with(m, w.line(), func(ctx context.Context, r *repo.Repo) (err error) {
		if pin {
			_, err = r.Pin(ctx, s.id, time.Now().UnixNano())
		} else {
			_, err = r.Unpin(ctx, s.id)
		}
		return err
	}))
	s.pinned = pin
	w.n.pins++
	w.note("%s pins %s: %v", m.name, s.id, pin)
}

// unpin lets a snapshot be dropped.
func (w *world) unpin(s *snap) {
	if s.pinned {
		w.must(w.with(w.readers()[0], w.line(), func(ctx context.Context, r *repo.Repo) error {
			_, err := r.Unpin(ctx, s.id)
			return err
		}))
		s.pinned = false
	}
}

// drop drops some snapshots by hand.
func (w *world) drop(l *line, some ...*snap) {
	m := pick(w, w.readers())
	err := w.with(m, l, func(ctx context.Context, r *repo.Repo) error {
		for _, s := range some {
			if err := r.Drop(ctx, s.id); err != nil {
				return err
			}
		}
		return nil
	})
	w.note("%s drops %d snapshots, %v", m.name, len(some), err)
	w.blame(l, err)
	w.find(func(s *snap) bool { return slices.Contains(some, s) })
}

// undelete brings something back that was dropped by mistake.
func (w *world) undelete() {
	var some []*snap
	for _, s := range w.kept(false) {
		if w.now.Before(s.dropped.Add(repo.Grace-day)) && len(s.lost) == 0 {
			some = append(some, s)
		}
	}
	if len(some) == 0 {
		return
	}
	m, s := pick(w, w.readers()), pick(w, some)
	err := w.with(m, w.line(), func(ctx context.Context, r *repo.Repo) error {
		_, err := r.Undelete(ctx, s.id)
		return err
	})
	w.n.undeleted++
	w.note("%s brings %s back, %v", m.name, s.id, err)
	if err != nil {
		w.fail("undelete of %s, dropped %v: %v", s.id, s.dropped, err)
	}
	w.find(nil)
	if !s.dropped.IsZero() {
		w.fail("%s is not back", s.id)
	}
}

// revoke ends a device, which was stolen or is given up, and another comes in its place.
func (w *world) revoke() {
	i := 1 + w.rng.IntN(len(w.machines)-1)
	old, stolen := w.machines[i], w.chance(2)
	by := pick(w, slices.DeleteFunc(w.readers(), func(m *machine) bool { return m == old }))
	w.must(w.with(by, w.line(), func(ctx context.Context, r *repo.Repo) error {
		return r.RevokeSlots(ctx, []core.UUID{old.key.Slot}, stolen)
	}))
	w.note("%s revokes %s, stolen %v", by.name, old.name, stolen)
	old.revoked, old.skew = true, 0
	w.n.revoked++
	w.machines = slices.Delete(w.machines, i, i+1)
	w.former = append(w.former, old)
	d := pick(w, old.desks)
	w.must(d.change(w.stock, w.rng, w.now))
	var out saved
	err := w.with(old, w.line(), func(ctx context.Context, r *repo.Repo) (err error) { out, err = w.save(ctx, r, old, d); return err })
	if core.KindOf(err) != core.WrongKey || !out.id.IsZero() {
		w.fail("a machine that was revoked saves: %v", err)
	}
	next := w.newMachine(old.writeOnly, w.projectsOf(old)...)
	w.admit(next)
}

func (w *world) projectsOf(m *machine) (out []int) {
	for _, d := range m.desks {
		out = append(out, slices.Index(w.projects, d.project))
	}
	return out
}

// bury drops what machines have saved that are no more, but for the newest of each desk and what is pinned.
func (w *world) bury() {
	for _, m := range w.former {
		for _, d := range m.desks {
			var some []*snap
			for _, s := range w.kept(true) {
				if s.desk == d && !s.pinned {
					some = append(some, s)
				}
			}
			if len(some) > 1 {
				w.drop(w.line(), some[:len(some)-1]...)
			}
		}
	}
	for _, m := range w.former {
		w.must(os.RemoveAll(filepath.Join(w.dir, m.name)))
		w.must(os.RemoveAll(m.cache))
	}
}

// cacheTrouble loses a machine's cache, keeps a copy of it, or puts such a copy in its place, as who restores a disk from an old image.
func (w *world) cacheTrouble() {
	m, kind := pick(w, w.machines), w.rng.IntN(3)
	if _, err := os.Stat(m.cache); err != nil {
		return // it has lost its cache already
	}
	switch kind {
	case 0:
		w.must(os.RemoveAll(m.cache))
		w.n.caches++
		m.met = 0
		w.note("%s loses its cache", m.name)
	case 1:
		m.image = m.cache + "-image"
		w.must(os.RemoveAll(m.image))
		w.must(os.CopyFS(m.image, os.DirFS(m.cache)))
		w.must(copyTimes(m.image, m.cache))
		w.note("%s keeps an image", m.name)
	default:
		if m.image == "" {
			return
		}
		w.must(os.RemoveAll(m.cache))
		w.must(os.CopyFS(m.cache, os.DirFS(m.image)))
		w.must(copyTimes(m.cache, m.image))
		w.n.images++
		m.met = 0
		w.note("%s is restored from an image", m.name)
	}
}

// copyTimes gives the files of a folder the times of those of another.
func copyTimes(to, from string) error {
	return filepath.WalkDir(from, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return skipAbsent(err)
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		return os.Chtimes(filepath.Join(to, strings.TrimPrefix(path, from)), time.Time{}, info.ModTime())
	})
}

// jump sets a machine's clock wrong, or all right again.
func (w *world) jump() {
	for _, m := range w.machines {
		if m.skew != 0 {
			m.skew = 0
			w.note("the clock of %s is right again", m.name)
			return
		}
	}
	m := pick(w, w.machines)
	m.skew = pick(w, []time.Duration{365 * day, -365 * day, -40 * day, 20 * time.Hour, -26 * time.Hour, 10 * time.Hour})
	w.n.jumps++
	w.note("the clock of %s is wrong by %v", m.name, m.skew)
}

// change changes what prunes do, or how much parity there is.
func (w *world) change() {
	if w.chance(2) {
		w.policy = pick(w, []prune.Options{
			{Trash: repo.Grace},
			{MaxUnused: prune.Amount{Share: 0.2}, Trash: repo.Grace},
			{MaxUnused: prune.Amount{Share: 0.05}, Trash: repo.Grace, MaxRewrite: 1 << 20},
			{MaxUnused: prune.Amount{Share: 0.05}, Trash: repo.Grace, Grace: -1},
			{MaxUnused: prune.Amount{Share: 0.05}, Trash: repo.Grace, Grace: 10 * day},
		})
		w.note("prunes: %+v", w.policy)
		return
	}
	share := pick(w, []parity.Share{0, 200, 1000})
	m := pick(w, w.readers())
	var res *spare.Result
	err := w.with(m, w.line(), func(ctx context.Context, r *repo.Repo) (err error) {
		res, err = spare.Run(ctx, r, spare.Options{Set: &share}, quiet())
		return err
	})
	w.note("%s sets parity to %d: %+v, %v", m.name, share, res, err)
	if err != nil || len(res.Issues) > 0 && !w.hurting() {
		w.fail("parity: %v, %+v", err, res)
	}
}
