//go:build linux || darwin

package faulttest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"backup_projeto/internal/core"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/parity"
	"backup_projeto/internal/repair"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/storage"
	"backup_projeto/internal/verify"
)

var repairs = []operation{
	{name: "repair-index", prepare: without("index/"), run: mend, mends: true},
	{name: "repair-dry", prepare: wounded, run: tryMending, done: planned, reads: true, stays: true, whole: true},
	{name: "repair-parity", prepare: wounded, run: mendAll, done: mended, mends: true, whole: true},
	{name: "repair-from", prepare: bereft, run: heal, done: inPlace, mends: true},
	{name: "repair-from-failing", prepare: consulted, run: healBeside, done: healed, reads: true},
	{name: "repair-backup", prepare: robbed, run: mendAndSave, mends: true},
	{name: "backup-heals", prepare: given, run: save, mends: true},
}

// listed returns the packs of a kind that the repository has, in order, with what is in them.
func (b *builder) listed(kind pack.Kind) (out []pack.Entry) {
	b.t.Helper()
	must(b.t, b.r.ReadIndexes(b.t.Context(), 1, func(_ string, packs []pack.Entry, err error) error {
		for i := range packs {
			if packs[i].Footer.Kind == kind {
				out = append(out, packs[i])
			}
		}
		return err
	}))
	slices.SortFunc(out, func(a, b pack.Entry) int { return a.Name.Compare(b.Name) })
	return out
}

// rob deletes packs.
func (b *builder) rob(packs []pack.Entry) {
	b.t.Helper()
	if len(packs) == 0 {
		b.t.Fatal("there is nothing to be lost")
	}
	for i := range packs {
		must(b.t, b.mem.Delete(b.t.Context(), repo.PackName(packs[i].Name)))
	}
}

// wounded has lost a pack whose parity is as large, a block of each pack of files, and an index object. The machine has heard of nothing.
func wounded(b *builder) {
	b.first()
	b.save()
	gone, index := b.listed(pack.Tree), b.mem.Names("index/")
	for i := range gone {
		data, err := storage.ReadAll(b.t.Context(), b.mem, repo.PackName(gone[i].Name), core.MaxObject)
		must(b.t, err)
		_, _, err = b.r.PutParity(b.t.Context(), gone[i].Name, data, nil, parity.Whole)
		must(b.t, err)
	}
	b.second()
	b.dark = b.save().id
	b.rob(gone)
	for _, e := range b.listed(pack.Data) {
		b.mem.Ruin(repo.PackName(e.Name), func(data []byte) { data[len(data)/2] ^= 4 })
	}
	for _, name := range b.mem.Names("index/") {
		if !slices.Contains(index, name) {
			must(b.t, b.mem.Delete(b.t.Context(), name))
		}
	}
	b.cache = b.t.TempDir()
}

// thorough are the options of a repair that reads everything.
func thorough(r *repo.Repo) repair.Options {
	return repair.Options{Mender: r, Parallel: 2, DataPercent: 100}
}

// mend repairs what can be seen without reading packs.
func mend(ctx context.Context, m *machine) error {
	return m.repair(ctx, func(r *repo.Repo) repair.Options { return repair.Options{Mender: r, Parallel: 2} })
}

func mendAll(ctx context.Context, m *machine) error { return m.repair(ctx, thorough) }

func (m *machine) repair(ctx context.Context, options func(*repo.Repo) repair.Options) error {
	return m.with(ctx, func(r *repo.Repo) error {
		res, err := repair.Run(ctx, r, options(r), &report.Discard{})
		if err == nil {
			m.damage = !res.Whole()
			m.plan = outline(res.Plan)
			if m.damage && !m.struck {
				m.t.Logf("repair leaves %v, %d files, %d snapshots; %s; healed %v", res.Damaged, res.LostFiles, res.LostSnapshots, m.plan, res.Healed)
			}
		}
		return err
	})
}

// outline is a plan in short.
func outline(p *repair.Plan) string {
	back := "none"
	if len(p.PutBack) > 0 {
		back = strings.Join(p.PutBack, ", ")
	}
	return fmt.Sprintf("%d to be listed, %d gone, %d hurt, %d false, %d mendable, %d to be condemned, %s put back, %d unreadable", p.List.Count, p.Gone, p.Hurt.Count,
		p.False, p.Mendable, p.Condemn, back, len(p.Unreadable))
}

func tryMending(ctx context.Context, m *machine) error {
	return m.repair(ctx, func(r *repo.Repo) repair.Options {
		o := thorough(r)
		o.DryRun = true
		return o
	})
}

// planned checks that a dry run which says that all would be whole has found all that is wrong.
func planned(m *machine, _ *repo.Repo) {
	if m.damage {
		return
	}
	if want := "1 to be listed, 1 gone, 2 hurt, 0 false, 3 mendable, 2 to be condemned, none put back, 2 unreadable"; m.plan != want && !m.struck {
		m.t.Errorf("the plan is: %s; want: %s", m.plan, want)
	}
	if !strings.HasPrefix(m.plan, "1 to be listed, 1 gone, 2 hurt, 0 false, ") { // that parity is there is asked again
		m.t.Errorf("all would be whole, and the plan is: %s", m.plan)
	}
}

// mended checks that no pack is condemned that parity mends, where what there is of that was not hidden.
func mended(m *machine, r *repo.Repo) {
	if m.struck {
		return
	}
	list, err := r.Marks(m.t.Context()).ListMarks()
	must(m.t, err)
	if len(list) > 0 {
		m.t.Errorf("what parity mends was condemned: %s", m.plan)
	}
}

// bereft has lost every pack of its first snapshot, which another repository has, too. No file has several names: of these nothing is healed.
func bereft(b *builder) {
	b.first()
	b.write(map[string]string{"sub/hard": ""})
	b.save()
	b.beside = build(b.t, func(o *builder) {
		o.folder = b.folder
		o.save()
	})
	lost := slices.Concat(b.listed(pack.Data), b.listed(pack.Tree))
	b.second()
	b.save()
	b.rob(lost)
}

// consulted is the other repository of one that is bereft.
func consulted(b *builder) {
	b.first()
	b.write(map[string]string{"sub/hard": ""})
	b.save()
	b.beside = build(b.t, func(o *builder) {
		o.folder = b.folder
		o.save()
		o.rob(slices.Concat(o.listed(pack.Data), o.listed(pack.Tree)))
	})
}

// secondary opens the other repository.
func (s *state) secondary(ctx context.Context) (*repo.Repo, error) {
	return unlock(ctx, s.beside.mem, s.beside.device.Secret(), "")
}

// heal repairs with another repository.
func heal(ctx context.Context, m *machine) error {
	from, err := m.secondary(ctx)
	if err != nil {
		return err
	}
	defer from.Close()
	before := m.beside.mem.Clone()
	err = m.repair(ctx, func(r *repo.Repo) repair.Options { return repair.Options{Mender: r, Parallel: 2, From: from} })
	if !m.beside.mem.Same(before) {
		m.t.Error("the other repository was changed")
	}
	return err
}

// healBeside repairs the other repository with this one.
func healBeside(ctx context.Context, m *machine) error {
	r, err := m.secondary(ctx)
	if err != nil {
		return err
	}
	defer r.Close()
	return m.with(ctx, func(from *repo.Repo) error {
		res, err := repair.Run(ctx, r, repair.Options{Mender: r, Parallel: 2, From: from}, &report.Discard{})
		if err == nil {
			m.damage = !res.Whole()
		}
		return err
	})
}

// healed checks that the other repository has all of its snapshots, unless it was told that it has not.
func healed(m *machine, _ *repo.Repo) {
	if m.damage {
		return
	}
	r, err := m.secondary(m.t.Context())
	must(m.t, err)
	defer r.Close()
	_, err = r.LoadIndex(m.t.Context())
	must(m.t, err)
	for _, s := range m.beside.saved {
		man, err := r.ReadSnapshot(m.t.Context(), s.id)
		must(m.t, err)
		m.restores(r, man, s)
	}
	res, err := verify.Run(m.t.Context(), r, verify.Options{DataPercent: 100, Parallel: 2}, &report.Discard{})
	must(m.t, err)
	for _, d := range res.Damaged {
		m.t.Errorf("of what was healed verify finds %s: %v", d.Object, d.Err)
	}
}

// inPlace checks that what is lost is condemned, so that nobody counts on it.
func inPlace(m *machine, r *repo.Repo) {
	list, err := r.Marks(m.t.Context()).ListMarks()
	must(m.t, err)
	if len(list) == 0 && !m.damage {
		m.t.Errorf("what was lost is not condemned: %s", m.plan)
	}
}

// robbed has lost what the project still has.
func robbed(b *builder) {
	b.first()
	b.save()
	lost := b.listed(pack.Data)
	b.write(map[string]string{"new/d.txt": random(3, 20_000)})
	b.save()
	b.rob(lost)
}

// given is robbed, and repaired by another machine, as far as that can be.
func given(b *builder) {
	robbed(b)
	key := keys.NewDeviceKey(b.r.Header().ID)
	_, err := b.r.AddSlot(b.t.Context(), key.Secret(), "other", false)
	must(b.t, err)
	r, err := unlock(b.t.Context(), b.mem, key.Secret(), "")
	must(b.t, err)
	defer r.Close()
	res, err := repair.Run(b.t.Context(), r, repair.Options{Parallel: 2}, &report.Discard{})
	must(b.t, err)
	if res.Whole() || res.Condemned == 0 {
		b.t.Fatalf("nothing was lost: %s", outline(res.Plan))
	}
}

// mendAndSave does what a person does who has the project yet: what a repair calls lost is not, as the verification says.
func mendAndSave(ctx context.Context, m *machine) error {
	if err := mend(ctx, m); err != nil {
		return err
	}
	if err := save(ctx, m); err != nil {
		return err
	}
	return check(verify.Options{})(ctx, m)
}
