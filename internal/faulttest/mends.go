//go:build linux || darwin

package faulttest

import (
	"context"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/lock"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/parity"
	"backup_projeto/internal/prune"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/spare"
	"backup_projeto/internal/storage/faulty"
	"backup_projeto/internal/verify"
)

// mending are the operations that make right what is not as it should be.
var mending = []operation{
	{name: "key-revoke", prepare: busyDevice, run: revokeKey, done: shut},
	{name: "parity", prepare: without("parity/"), run: protect, done: protected},
	{name: "parity-less", prepare: overprotected, run: protect, done: superseded, ever: protectedStill},
	{name: "verify-vouch", prepare: claimed, run: vouch, done: vouched},
	{name: "lock", prepare: locked, run: lengthen, done: lengthened},
}

// without loses all objects below a prefix.
func without(prefix string) func(*builder) {
	return func(b *builder) {
		twice(b)
		for _, name := range b.mem.Names(prefix) {
			must(b.t, b.mem.Delete(b.t.Context(), name))
		}
	}
}

func revokeKey(ctx context.Context, m *machine) error {
	return m.with(ctx, func(r *repo.Repo) error { return r.RevokeSlots(ctx, []core.UUID{m.other.Slot}, true) })
}

func protect(ctx context.Context, m *machine) error {
	return m.with(ctx, func(r *repo.Repo) error {
		share := parity.Share(300)
		res, err := spare.Run(ctx, r, spare.Options{Set: &share}, &report.Discard{})
		if err == nil {
			m.damage = len(res.Issues) > 0
		}
		return err
	})
}

// protected checks that every pack has the parity that it should, and that this is what it should be.
func protected(m *machine, r *repo.Repo) {
	share, _, err := r.Parity(m.t.Context())
	must(m.t, err)
	if share != 300 {
		m.t.Errorf("the share is %d", share)
	}
	packs, err := r.StoredPacks(m.t.Context())
	must(m.t, err)
	has, err := r.ParityObjects(m.t.Context())
	must(m.t, err)
	for name, size := range packs {
		shape, err := parity.Fit(int(size), share)
		must(m.t, err)
		data, err := r.FetchPack(m.t.Context(), name, size, nil)
		must(m.t, err)
		enough := false
		for _, o := range has[name] {
			if err := r.CheckParity(m.t.Context(), o, data); err != nil {
				m.t.Errorf("the parity of pack %s: %v", name.Short(), err)
			}
			enough = enough || o.K >= shape.K
		}
		if ghost := m.fault == faulty.Ghost; !enough && !m.damage && !ghost { // what is listed is not asked after
			m.t.Errorf("pack %s has not the parity that it should", name.Short())
		}
	}
}

// overprotected has packs with parity of 2 %, and with parity as large as they are.
func overprotected(b *builder) {
	twice(b)
	packs, err := b.r.StoredPacks(b.t.Context())
	must(b.t, err)
	for name, size := range packs {
		data, err := b.r.FetchPack(b.t.Context(), name, size, nil)
		must(b.t, err)
		_, _, err = b.r.PutParity(b.t.Context(), name, data, nil, parity.Whole)
		must(b.t, err)
	}
}

// superseded checks that of all parity only that is left which was asked for, where nothing stood in the way.
func superseded(m *machine, r *repo.Repo) {
	protected(m, r)
	if m.struck {
		return
	}
	has, err := r.ParityObjects(m.t.Context())
	must(m.t, err)
	for name, list := range has {
		if len(list) != 1 {
			m.t.Errorf("pack %s has %d parity objects", name.Short(), len(list))
		}
	}
}

// protectedStill checks that every pack has parity that mends it.
func protectedStill(m *machine, r *repo.Repo) {
	packs, err := r.StoredPacks(m.t.Context())
	must(m.t, err)
	has, err := r.ParityObjects(m.t.Context())
	must(m.t, err)
	for name, size := range packs {
		data, err := r.FetchPack(m.t.Context(), name, size, nil)
		must(m.t, err)
		some := false
		for _, o := range has[name] {
			right, err := r.ProveParity(m.t.Context(), o, data)
			must(m.t, err)
			some = some || right
		}
		if !some {
			m.t.Errorf("pack %s has no parity any more", name.Short())
		}
	}
}

// claimed has packs that nobody but a device lists which may not read.
func claimed(b *builder) {
	writeOnly(b)
	b.saveWith(b.device)
	b.other, b.device = b.device, b.owner
}

func vouch(ctx context.Context, m *machine) error {
	return m.with(ctx, func(r *repo.Repo) error {
		res, err := verify.Run(ctx, r, verify.Options{DataPercent: 100, Vouch: true, Parallel: 2}, &report.Discard{})
		if err == nil {
			m.damage = len(res.Damaged) > 0
			m.doubts = len(res.Issues) > 0
		}
		return err
	})
}

// vouched checks that everybody counts on what every pack holds, if it was not told that something is damaged, or cannot be vouched for.
func vouched(m *machine, r *repo.Repo) {
	if m.damage || m.doubts {
		return
	}
	_, err := r.LoadIndex(m.t.Context())
	must(m.t, err)
	listed := map[core.ID]bool{}
	must(m.t, r.ReadIndexes(m.t.Context(), 1, func(_ string, packs []pack.Entry, err error) error {
		for i := range packs {
			listed[packs[i].Name] = listed[packs[i].Name] || packs[i].Believed
		}
		return err
	}))
	for name, believed := range listed {
		if !believed {
			m.t.Errorf("nobody vouches for pack %s", name.Short())
		}
	}
}

// The locks of a state are some hours long, when half of that is left of the older ones.
const lockLength = 10 * time.Hour

// locked has what snapshots need that was locked long ago, or not at all, what is newly locked, and what no snapshot needs.
func locked(b *builder) {
	b.first()
	b.save()
	b.mem.LockFor(lockLength)
	b.write(map[string]string{"alone": random(8, 50_000)})
	dead := b.save()
	b.write(map[string]string{"alone": ""})
	b.mem.Age(longAgo)
	b.lose(dead)
	b.save()
	b.mem.Age(lockLength * 6 / 10)
	b.second()
	b.save()
}

func lengthen(ctx context.Context, m *machine) error {
	return m.with(ctx, func(r *repo.Repo) error {
		res, err := lock.Run(ctx, r, lock.Options{Parallel: 2}, &report.Discard{})
		if err == nil {
			m.doubts = len(res.Issues) > 0
			if !m.struck && (res.Lengthened == 0 || res.Plan.Due == res.Plan.Objects) {
				m.t.Errorf("of %d objects, %d with a lock that is due, %d locks were lengthened", res.Plan.Objects, res.Plan.Due, res.Lengthened)
			}
		}
		return err
	})
}

// lengthened checks that everything that snapshots need is locked for more than half of the length.
func lengthened(m *machine, r *repo.Repo) {
	if m.doubts {
		return
	}
	locks, err := r.Locks(m.t.Context())
	must(m.t, err)
	needed, err := prune.Needed(m.t.Context(), r, 0, &report.Discard{})
	must(m.t, err)
	all, err := r.LastingObjects(m.t.Context())
	must(m.t, err)
	for _, o := range all {
		lock, err := locks.Of(m.t.Context(), o.Name)
		must(m.t, err)
		if (!o.Pack && o.K == 0 || needed[o.ID]) && lock.Until.Before(locks.Now().Add(lockLength/2)) {
			m.t.Errorf("%s is locked until %v", o.Name, lock.Until)
		}
	}
}
