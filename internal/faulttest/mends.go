//go:build linux || darwin

package faulttest

import (
	"context"

	"backup_projeto/internal/core"
	"backup_projeto/internal/parity"
	"backup_projeto/internal/repair"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/spare"
)

// mending are the operations that make right what is not as it should be.
var mending = []operation{
	{name: "repair-index", prepare: without("index/"), run: mend, mends: true},
	{name: "key-revoke", prepare: otherDevice, run: revokeKey, done: shut},
	{name: "parity", prepare: without("parity/"), run: protect, done: protected},
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

func mend(ctx context.Context, m *machine) error {
	return m.with(ctx, func(r *repo.Repo) error {
		res, err := repair.Run(ctx, r, repair.Options{Mender: r, Parallel: 2}, &report.Discard{})
		if err == nil {
			m.damage = !res.Whole()
		}
		return err
	})
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

// protected checks that the share is what was asked for.
func protected(m *machine, r *repo.Repo) {
	share, _, err := r.Parity(m.t.Context())
	must(m.t, err)
	if share != 300 {
		m.t.Errorf("the share is %d", share)
	}
}
