//go:build linux || darwin

package faulttest

import (
	"context"
	"time"

	"backup_projeto/internal/prune"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
)

var prunes = []operation{
	{name: "prune-condemn", prepare: littered, run: clean(prune.Options{}), done: marks},
	{name: "prune-sweep", prepare: marked, run: clean(prune.Options{Trash: repo.Grace})},
	{name: "prune-at-once", prepare: littered, run: clean(prune.Options{Grace: -1})},
	{name: "prune-merge", prepare: many, run: clean(prune.Options{})},
}

// longAgo is more than any grace, and more than the time after which a session is dead.
const longAgo = 40 * 24 * time.Hour

// littered leaves packs of which nothing, and packs of which something is used.
func littered(b *builder) {
	b.first()
	all := b.save()
	b.second()
	b.write(map[string]string{"big": random(7, 300_000)})
	some := b.save()
	b.write(map[string]string{"big": "", "new": ""})
	b.save()
	b.write(map[string]string{"alone": random(8, 50_000)})
	dead := b.save()
	b.write(map[string]string{"alone": ""})
	b.lose(all)
	b.lose(some)
	b.lose(dead)
	b.mem.Age(longAgo)
}

// marked leaves packs that are condemned since long ago, and a project that has changed since.
func marked(b *builder) {
	littered(b)
	_, err := prune.Run(b.t.Context(), b.r, prune.Options{}, &report.Discard{})
	must(b.t, err)
	if len(b.mem.Names("gc/")) == 0 {
		b.t.Fatal("nothing was condemned")
	}
	b.mem.Age(longAgo)
	b.second()
}

// many leaves as many small index objects as are merged. Of their snapshots only some are restored, which takes its time.
func many(b *builder) {
	b.first()
	b.save()
	for i := range 17 {
		b.write(map[string]string{"a.txt": random(uint64(20+i), 500)})
		if s := b.save(); i%8 != 0 {
			b.forget(s)
		}
	}
	b.mem.Age(longAgo)
}

// clean prunes.
func clean(o prune.Options) func(context.Context, *machine) error {
	return func(ctx context.Context, m *machine) error {
		return m.with(ctx, func(r *repo.Repo) error {
			o.Parallel = 2
			_, err := prune.Run(ctx, r, o, &report.Discard{})
			return err
		})
	}
}

// marks checks that something is condemned.
func marks(m *machine, r *repo.Repo) {
	list, err := r.Marks(m.t.Context()).ListMarks()
	must(m.t, err)
	if len(list) == 0 {
		m.t.Error("nothing is condemned")
	}
}
