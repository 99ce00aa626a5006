package lifetest

import (
	"context"
	"slices"
	"strings"

	"backup_projeto/internal/core"
	"backup_projeto/internal/gc"
	"backup_projeto/internal/repair"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/spare"
	"backup_projeto/internal/verify"
)

// flip changes some bytes.
func (w *world) flip(data []byte) []byte {
	for range 1 + w.rng.IntN(3) {
		data[w.rng.IntN(len(data))] ^= byte(1 + w.rng.IntN(255))
	}
	return data
}

func (w *world) cut(data []byte) []byte { return data[:w.rng.IntN(len(data))] }

func erase([]byte) []byte { return nil }

// some returns up to n objects below a prefix.
func (w *world) some(prefix string, n int) (out []string) {
	names := w.main.names(prefix)
	for _, i := range w.rng.Perm(len(names))[:min(n, len(names))] {
		out = append(out, names[i])
	}
	return out
}

// strike damages objects and returns their names.
func (w *world) strike() (names []string, what string) {
	how := map[string]func([]byte) []byte{"flips": w.flip, "cuts": w.cut, "erases": erase}
	action := pick(w, []string{"flips", "flips", "cuts", "erases"})
	prefix, n := "packs/", 1
	switch w.rng.IntN(12) {
	case 0, 1, 2, 3:
		n = 1 + w.rng.IntN(3)
	case 4:
		n = 1 + len(w.main.names(prefix))/8
	case 5, 6:
		prefix = "index/"
	case 7:
		prefix = "snapshots/"
		if action == "erases" {
			action = "flips" // what is erased leaves no trace but in caches
		}
	case 8:
		prefix, action = pick(w, []string{"trash/", "pins/", "gc/", "settings/"}), "flips"
	case 9:
		prefix = "config"
	case 10:
		prefix = "keys/"
	default:
		prefix = "parity/"
	}
	names = w.some(prefix, n)
	if prefix == "gc/" { // a revocation has copies with those only that have met it, and damage to it is a matter of its own
		names = slices.DeleteFunc(names, func(name string) bool { return strings.HasPrefix(name, "gc/revoked.") })
	}
	for _, name := range names {
		w.main.ruin(name, how[action])
	}
	return names, action
}

// mayStrike lets an accident happen, but to a team that is lucky.
func (w *world) mayStrike() {
	if !w.lucky {
		w.accident()
	}
}

// accident damages something, and people do what they are told to.
func (w *world) accident() {
	m := pick(w, w.readers())
	w.must(w.with(m, w.line(), func(ctx context.Context, r *repo.Repo) error { // it knows what there is
		_, _, err := r.History(ctx)
		if err == nil {
			_, _, err = r.Slots(ctx)
		}
		if err == nil {
			_, err = r.LoadIndex(ctx)
		}
		return err
	}))
	condemned := w.condemned(m)
	names, action := w.strike()
	if len(names) == 0 {
		return
	}
	w.n.accidents++
	w.n.struck += len(names)
	w.note("an accident %s %s", action, strings.Join(names, " "))
	w.told(m, names, action, condemned)
	second := w.chance(2)
	if w.chance(3) { // everybody saves once more before somebody repairs
		w.again()
	}
	w.repair(m, second)
}

// told verifies all: what was damaged is told of, and nothing else.
func (w *world) told(m *machine, names []string, action string, condemned map[core.ID]bool) {
	var res *verify.Result
	err := w.with(m, w.line(), func(ctx context.Context, r *repo.Repo) (err error) {
		res, err = verify.Run(ctx, r, verify.Options{DataPercent: 100, Parallel: 2}, quiet())
		return err
	})
	w.must(err)
	w.n.verifies++
	reported := map[string]bool{}
	for _, d := range res.Damaged {
		reported[d.Object] = true
		index := d.Object == "index" && strings.HasPrefix(names[0], "index/")
		if id, ok := repo.ParsePackName(d.Object); ok && condemned[id] {
			continue // an accident before this one has damaged it; now what was copied of it is damaged, too
		}
		if !index && !slices.Contains(names, d.Object) && !w.hurting() {
			w.fail("%s was told of, and nobody damaged it: %v", d.Object, d.Err)
		}
	}
	for _, name := range names {
		id, isPack := repo.ParsePackName(name)
		switch {
		case reported[name]:
		case isPack && slices.Contains(res.UnlistedPacks, id): // of a backup that was killed: it is nobody's yet, and shall not be found by the next
			w.main.ruin(name, erase)
		case isPack && condemned[id]: // what is needed of it is elsewhere
		case isPack && action == "erases" && !w.listed(m, id):
		case strings.HasPrefix(name, "parity/") && action == "erases":
		case strings.HasPrefix(name, "parity/") && (res.Parity == 0 || w.alone(name)): // nobody wants it now, and it shall not be found when somebody does
			w.main.ruin(name, erase)
		case strings.HasPrefix(name, "index/") && action == "erases": // nobody knows its name, and it may have been superfluous
		case strings.HasPrefix(name, "settings/") || strings.HasPrefix(name, "gc/") && action == "erases":
		default:
			w.fail("nobody was told of %s, which an accident %s: %v", name, action, keysOf(reported))
		}
	}
}

// alone reports whether the pack of a parity object is gone.
func (w *world) alone(name string) bool {
	pack, _, _ := strings.Cut(strings.TrimPrefix(name, "parity/"), ".")
	_, there := w.main.get("packs/" + pack)
	return !there
}

// condemned returns the packs that marks condemn.
func (w *world) condemned(m *machine) map[core.ID]bool {
	out := map[core.ID]bool{}
	w.must(w.with(m, w.line(), func(ctx context.Context, r *repo.Repo) error {
		shelf := r.Marks(ctx)
		all, err := shelf.ListMarks()
		for _, l := range all {
			if err != nil {
				break
			}
			var mark *gc.Mark
			if mark, err = shelf.ReadMark(l); err == nil && mark != nil {
				for _, id := range mark.Condemned {
					out[id] = true
				}
			}
		}
		return err
	}))
	return out
}

func keysOf(m map[string]bool) (out []string) {
	for k := range m {
		out = append(out, k)
	}
	return out
}

// listed reports whether an index object lists a pack.
func (w *world) listed(m *machine, id core.ID) (yes bool) {
	w.must(w.with(m, w.line(), func(ctx context.Context, r *repo.Repo) error {
		_, err := r.LoadIndex(ctx)
		for p := range r.Packs() {
			yes = yes || p.Name == id
		}
		return err
	}))
	return yes
}

// again lets every machine save.
func (w *world) again() {
	for _, m := range w.machines {
		for _, d := range m.desks {
			var out saved
			err := w.with(m, w.line(), func(ctx context.Context, r *repo.Repo) (err error) {
				out, err = w.save(ctx, r, m, d)
				return err
			})
			w.note("%s saves %s once more: %v", m.name, d.project.Name, err)
			if err != nil && core.KindOf(err) != core.Damage {
				w.fail("after an accident: %v", err)
			}
			w.keep(m, d, out.id)
			w.find(func(s *snap) bool { return s.by == m && s.desk == d && !s.pinned })
		}
	}
}

// repair repairs by a machine, with parity and perhaps with the second repository. What is lost for good is told; then people save
// again what they have, and drop what cannot be restored.
func (w *world) repair(m *machine, second bool) {
	told := map[core.UUID][]string{}
	var res *repair.Result
	err := w.with(m, w.line(), func(ctx context.Context, r *repo.Repo) (err error) {
		o := repair.Options{DataPercent: 100, Mender: r, Parallel: 2, Lost: func(l verify.Lost) error {
			told[l.Snapshot] = append(told[l.Snapshot], l.Path)
			return nil
		}}
		if second {
			if o.From, err = w.nas.open(ctx, &line{p: w.second}, w.nas.key, w.nas.cache); err != nil {
				return err
			}
			defer o.From.Close()
		}
		res, err = repair.Run(ctx, r, o, quiet())
		return err
	})
	w.must(err)
	w.n.repairs++
	w.marked = append(w.marked, w.now)
	w.n.mended += int(res.Mended.Count + res.PutBack)
	w.n.healed += int(res.Salvaged.Count + res.Healed.Count)
	w.note("%s repairs, second %v: whole %v, %d files lost, %d snapshots, %+v", m.name, second, res.Whole(), res.LostFiles, res.LostSnapshots, res)
	for _, name := range w.main.names("aside/") { // a person has looked at it
		w.main.ruin(name, erase)
	}
	w.date(w.nas)
	whole := res.Whole()
	isParity := func(d verify.Damaged) bool { return strings.HasPrefix(d.Object, "parity/") }
	if slices.ContainsFunc(res.Damaged, isParity) {
		w.checkParity(m)
		whole = len(slices.DeleteFunc(res.Damaged, isParity)) == 0
	}
	w.mourn(told)
	switch {
	case res.Left > 0: // a prune that was killed may be alive, and nothing leaves its place beside it
		w.now = w.now.Add(4 * day)
		w.repair(m, second)
	case !whole && !w.hurting() && res.LostSnapshots == 0:
		w.fail("a repair is not whole, and told of nothing that is lost")
	}
}

// checkParity writes damaged parity anew, which is no affair of a repair.
func (w *world) checkParity(m *machine) {
	var res *spare.Result
	w.must(w.with(m, w.line(), func(ctx context.Context, r *repo.Repo) (err error) {
		res, err = spare.Run(ctx, r, spare.Options{Check: true}, quiet())
		return err
	}))
	w.note("%s checks parity: %+v", m.name, res)
	w.n.mended += int(res.Written.Objects + res.Mended.Objects)
}

// mourn notes what was told to be lost, and drops what cannot be restored whole.
func (w *world) mourn(told map[core.UUID][]string) {
	var drop []*snap
	for id, paths := range told {
		s := w.snaps[id]
		if s == nil { // of a backup that was killed: nobody was told that it is saved
			drop = append(drop, &snap{id: id})
			w.blind = w.now.Add(repo.Grace + 9*day)
			continue
		}
		if len(s.lost) == 0 {
			w.n.losses++
		}
		for _, path := range paths {
			s.lost[path] = true
		}
		if s.lost["."] && len(w.main.names("snapshots/"+id.String()))+len(w.main.names("trash/"+id.String())) == 0 {
			s.gone, w.perished[id] = true, true
			continue
		}
		drop = append(drop, s)
	}
	slices.SortFunc(drop, func(a, b *snap) int { return slices.Compare(a.id[:], b.id[:]) })
	if len(drop) == 0 {
		return
	}
	if w.chance(2) {
		w.again() // what is on a desk still is stored again
	}
	for _, s := range drop {
		if s.dropped.IsZero() {
			w.unpin(s)
			w.drop(w.line(), s)
		}
	}
}
