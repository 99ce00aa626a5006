//go:build linux || darwin

package prune

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/gc"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
)

// TestUnused: packs of which nothing is needed go, and nothing else.
func TestUnused(t *testing.T) {
	p := newPlace(t)
	keep := p.save(p.main, files{"a": random(1, 100_000)})
	gone := p.save(p.main, files{"b": random(2, 200_000)})
	p.drop(gone)
	before := p.size()
	res := p.prune(now)
	if res.SweptPacks != 2 || res.CondemnedPacks != 2 || res.RewrittenPacks != 0 || res.SweptBytes < 200_000 || p.size() != before-res.SweptBytes {
		t.Errorf("%+v; %d bytes became %d", res, before, p.size())
	}
	if l := res.Plan; l.Condemn.Packs != 2 || l.Stored.Packs != 4 || l.Snapshots != 1 || l.Sweep.Packs != 0 || l.Nothing() || l.Later() != res.CondemnedBytes || l.Kept().Packs != 2 {
		t.Errorf("plan %+v", l)
	}
	p.want(keep)
	again := p.prune(now)
	if !again.Plan.Nothing() || again.SweptPacks+again.CondemnedPacks != 0 {
		t.Errorf("a second prune has something to do: %+v", again.Plan)
	}
	if marks := p.names("gc"); len(marks) != 1 { // the tombstone
		t.Errorf("marks left: %v", marks)
	}
	back := p.save(p.main, gone.in) // what is gone is uploaded again
	p.want(keep, back)
}

// TestGrace: first condemned, then deleted, and in between not counted on.
func TestGrace(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	keep, gone := p.save(p.main, files{"a": random(1, 100_000)}), p.save(p.main, files{"b": random(2, 200_000)})
	p.drop(gone)
	if res := p.prune(Options{}); !res.Plan.Nothing() || res.Plan.Young.Packs != 2 {
		t.Errorf("what is young was condemned: %+v", res.Plan)
	}
	p.age("packs", 25*time.Hour)
	before := p.size()
	if res := p.prune(Options{}); res.CondemnedPacks != 2 || res.SweptPacks != 0 || p.size() != before {
		t.Errorf("%+v", res)
	}
	back := p.save(p.main, gone.in)
	if p.size() < before+200_000 {
		t.Error("condemned content counted as present")
	}
	if res := p.prune(Options{}); res.SweptPacks != 0 || res.Plan.Waiting.Packs != 2 {
		t.Errorf("swept before its time: %+v", res.Plan)
	}
	p.age("gc", 23*time.Hour)
	if res := p.prune(Options{}); res.SweptPacks != 0 {
		t.Errorf("swept before its time: %+v", res.Plan)
	}
	p.age("gc", 2*time.Hour)
	if res := p.prune(Options{}); res.SweptPacks != 2 || res.Plan.Freed() != res.SweptBytes {
		t.Errorf("not swept: %+v", res.Plan)
	}
	p.want(keep, back)
	if len(p.names("gc")) != 2 { // the mark goes when its tombstone is old enough
		t.Errorf("marks: %v", p.names("gc"))
	}
	p.age("gc", 25*time.Hour)
	p.prune(Options{})
	if len(p.names("gc")) != 1 {
		t.Errorf("marks: %v", p.names("gc"))
	}
	p.age("gc", DefaultForget)
	p.prune(Options{})
	if len(p.names("gc")) != 0 {
		t.Errorf("marks: %v", p.names("gc"))
	}
	p.want(keep, back)
}

// partly saves projects so that packs are partly dead: each snapshot has a file of its own and one that the next has too.
func partly(p *place, n int) (kept, gone []saved) {
	for i := range n {
		shared := fmt.Sprint("shared", i)
		s := p.save(p.main, files{"own": random(uint64(100+i), 150_000), shared: random(uint64(200+i), 50_000)})
		kept = append(kept, p.save(p.main, files{shared: s.in[shared]}))
		gone = append(gone, s)
	}
	for _, s := range gone {
		p.drop(s)
	}
	return kept, gone
}

func TestRewrite(t *testing.T) {
	p := newPlace(t)
	kept, _ := partly(p, 5)
	before := p.size()
	res := p.prune(now)
	if res.RewrittenPacks != 5 || res.SweptPacks < 5 || res.CopiedBytes < 250_000 || res.CopiedBytes > 400_000 || p.size() > before-700_000 {
		t.Errorf("%+v; %d bytes became %d", res, before, p.size())
	}
	p.want(kept...)
	if again := p.prune(now); !again.Plan.Nothing() {
		t.Errorf("a second prune has something to do: %+v", again.Plan)
	}
}

func TestLimits(t *testing.T) {
	p := newPlace(t)
	kept, _ := partly(p, 5)
	for _, c := range []struct {
		name   string
		o      Options
		packs  int64
		unused bool
	}{
		{"a share that is more than there is", Options{Grace: -1, DryRun: true, MaxUnused: Amount{Share: 0.9}}, 0, true},
		{"bytes", Options{Grace: -1, DryRun: true, MaxUnused: Amount{Bytes: 400_000}}, 3, true},
		{"a share", Options{Grace: -1, DryRun: true, MaxUnused: Amount{Share: 0.5}}, 2, true},
		{"no rewriting", Options{Grace: -1, DryRun: true, MaxRewrite: -1}, 0, true},
		{"some rewriting", Options{Grace: -1, DryRun: true, MaxRewrite: 500_000}, 2, true},
		{"all", Options{Grace: -1, DryRun: true}, 5, false},
	} {
		res := p.prune(c.o)
		if res.Plan.Rewrite.Packs != c.packs || res.Plan.Unused > 0 != c.unused {
			t.Errorf("%s: %+v", c.name, res.Plan)
		}
	}
	p.want(kept...)
}

// TestDryRun: nothing is changed, and the plan is that of the real run.
func TestDryRun(t *testing.T) {
	p := newPlace(t)
	kept, _ := partly(p, 3)
	before := p.names("")
	dry := p.prune(Options{Grace: -1, DryRun: true})
	asked := 0
	no := p.prune(Options{Grace: -1, Consent: func(l *Plan) (bool, error) {
		asked++
		if l.Rewrite != dry.Plan.Rewrite || l.Condemn != dry.Plan.Condemn {
			t.Errorf("plan %+v, dry %+v", l, dry.Plan)
		}
		return false, nil
	}})
	if !no.Declined || asked != 1 || !slices.Equal(sorted(before), sorted(p.names(""))) {
		t.Errorf("asked %d times; the store has\n%v, had\n%v", asked, p.names(""), before)
	}
	yes := p.prune(Options{Grace: -1, Consent: func(*Plan) (bool, error) { return true, nil }})
	if yes.RewrittenPacks != dry.Plan.Rewrite.Packs || dry.Plan.Requests <= 0 {
		t.Errorf("%+v, planned %+v", yes, dry.Plan)
	}
	p.want(kept...)
}

// TestMergeIndex: many small index objects become few, and nothing is lost.
func TestMergeIndex(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	var kept []saved
	for i := range manySmall + 4 {
		kept = append(kept, p.save(p.main, files{"a": random(uint64(i), 3000)}))
	}
	before := len(p.names("index"))
	res := p.prune(Options{})
	if after := len(p.names("index")); before != manySmall+4 || after != 1 || res.IndexBefore != int64(before) || res.IndexAfter != 1 {
		t.Errorf("%d index objects became %d: %+v", before, after, res)
	}
	p.want(kept...)
	more := p.save(p.main, kept[3].in)
	p.want(append(kept, more)...)
}

// TestTwice: what two machines stored twice, because neither knew of the other, is freed without rewriting it.
func TestTwice(t *testing.T) {
	p := newPlace(t)
	other := p.open(p.store(), "")
	late, err := other.Begin(t.Context())
	must(t, err)
	in := files{"a": random(1, 300_000)}
	first := p.save(p.main, in)
	f := late.Filler(0)
	data := []byte(in["a"])
	cut := other.Cutter()
	for len(data) > 0 {
		n := cut.Next(data)
		isNew, err := f.Add(other.Hasher().Sum(data[:n]), data[:n])
		if must(t, err); !isNew {
			t.Error("the other machine knew")
		}
		data = data[n:]
	}
	must(t, f.Flush())
	must(t, late.Finish())
	late.Close()
	second := p.save(p.main, files{"b": in["a"]})
	before := p.size()
	res := p.prune(now)
	if res.RewrittenPacks != 0 || p.size() > before-300_000 {
		t.Errorf("%+v; %d bytes became %d", res, before, p.size())
	}
	p.want(first, second)
}

// TestClaims: what a device that may only write says is in its packs frees nothing.
func TestClaims(t *testing.T) {
	p := newPlace(t)
	first := p.save(p.main, files{"a": random(1, 300_000)})
	key := keys.NewDeviceKey(p.main.Header().ID)
	_, err := p.main.AddSlot(t.Context(), key.Secret(), "writer", true)
	must(t, err)
	writer := p.openWith(p.store(), key.Secret(), "")
	all, err := writer.ListIndexes(t.Context())
	must(t, err)
	var claim *repo.IndexObject
	must(t, all.Each(t.Context(), 1, func(o *repo.IndexObject) error { claim = o; return nil }))
	stolen := p.save(writer, files{"b": random(2, 100_000)})
	own, err := writer.ListIndexes(t.Context())
	must(t, err)
	must(t, own.Each(t.Context(), 1, func(o *repo.IndexObject) error {
		if o.Name == claim.Name {
			return nil
		}
		for i := range o.Packs { // its packs have all that the first has, it says
			lie := claim.Packs[i%len(claim.Packs)]
			lie.Name, lie.Size, lie.Key = o.Packs[i].Name, max(lie.Size, o.Packs[i].Size), o.Packs[i].Key
			if _, _, err := writer.PutIndex(t.Context(), append(slices.Clone(o.Packs), lie)); err != nil {
				return err
			}
		}
		return nil
	}))
	p.prune(now)
	r := p.open(p.store(), "")
	_, err = r.LoadIndex(t.Context())
	must(t, err)
	must(t, check(t.Context(), r, first))
	must(t, check(t.Context(), r, stolen))
}

// TestNeeded: what a snapshot needs of condemned packs is copied, and then they go.
func TestNeeded(t *testing.T) {
	p := newPlace(t)
	one, two := p.save(p.main, files{"a": random(1, 100_000)}), p.save(p.main, files{"b": random(2, 100_000), "c": random(3, 100_000)})
	var all []core.ID
	for _, name := range p.names("packs") {
		id, ok := repo.ParsePackName(name)
		if !ok {
			t.Fatal(name)
		}
		all = append(all, id)
	}
	for range 2 { // as if two prunes had condemned everything, each
		_, err := p.main.PutMark(t.Context(), &gc.Mark{Created: 1, Condemned: all})
		must(t, err)
	}
	res := p.prune(now)
	if res.RewrittenPacks != 4 || res.SweptPacks != 4 || res.CondemnedPacks != 0 {
		t.Errorf("%+v", res)
	}
	p.want(one, two)
}

// TestUnlisted: packs that no index object lists are left alone for long, and then go.
func TestUnlisted(t *testing.T) {
	p := newPlace(t)
	keep, lost := p.save(p.main, files{"a": random(1, 100_000)}), p.save(p.main, files{"b": random(2, 100_000)})
	p.drop(lost)
	for _, name := range p.names("index") { // of the one of the second snapshot
		if data, err := os.ReadFile(filepath.Join(p.dir, name)); err == nil {
			must(t, os.Remove(filepath.Join(p.dir, name)))
			r := p.open(p.store(), "")
			_, err := r.LoadIndex(t.Context())
			must(t, err)
			if check(t.Context(), r, keep) == nil {
				break
			}
			must(t, os.WriteFile(filepath.Join(p.dir, name), data, 0o600))
		}
	}
	p.age("packs", 25*time.Hour)
	if res := p.prune(Options{Grace: -1}); !res.Plan.Nothing() || res.Plan.Young.Packs != 2 {
		t.Errorf("%+v", res.Plan)
	}
	p.age("packs", DefaultExpire)
	if res := p.prune(Options{Grace: -1}); res.SweptPacks != 2 {
		t.Errorf("%+v", res.Plan)
	}
	p.want(keep)
}

// TestAbsent: index entries of packs that are gone, and that nothing needs, go too.
func TestAbsent(t *testing.T) {
	p := newPlace(t)
	keep := p.save(p.main, files{"a": random(1, 100_000)})
	before := p.names("packs")
	gone := p.save(p.main, files{"b": random(2, 100_000)})
	p.drop(gone)
	for _, name := range p.names("packs") {
		if !slices.Contains(before, name) {
			must(t, os.Remove(filepath.Join(p.dir, name)))
		}
	}
	if res := p.prune(now); res.Plan.Absent != 2 {
		t.Errorf("%+v", res.Plan)
	}
	if len(p.names("index")) != 1 {
		t.Errorf("index objects: %v", p.names("index"))
	}
	p.want(keep, p.save(p.main, gone.in))
}

// TestInFlight: what a backup in flight put is left alone, and what it may rely on is not deleted.
func TestInFlight(t *testing.T) {
	p := newPlace(t)
	keep, gone := p.save(p.main, files{"a": random(1, 100_000)}), p.save(p.main, files{"b": random(2, 100_000)})
	p.drop(gone)
	other := p.open(p.store(), "")
	flight, err := other.Begin(t.Context()) // it does not know of a mark
	must(t, err)
	f := flight.Filler(0)
	data := []byte(random(9, 50_000))
	_, err = f.Add(other.Hasher().Sum(data), data)
	must(t, err)
	must(t, f.Flush())
	must(t, flight.Finish())
	prune := func(o Options) *Result {
		t.Helper()
		res, err := Run(t.Context(), p.main, o, &report.Discard{})
		must(t, err)
		return res
	}
	res := prune(now)
	if res.CondemnedPacks != 2 || res.SweptPacks != 0 || res.Plan.InFlight != 1 {
		t.Errorf("%+v", res)
	}
	res = prune(now)
	if res.SweptPacks != 0 || res.Plan.Waiting.Packs != 2 || len(res.Plan.Blocking) != 1 || res.Plan.Blocking[0].ID != flight.ID() {
		t.Errorf("%+v", res.Plan)
	}
	second, err := other.Begin(t.Context()) // it has seen the mark, but has no cache to remember it before it began
	must(t, err)
	second.Close()
	flight.Close()
	knows := p.open(p.store(), t.TempDir())
	p.save(knows, keep.in)
	third, err := knows.Begin(t.Context())
	must(t, err)
	if res := prune(now); res.SweptPacks != 2 { // a session that knows the mark is not waited for
		t.Errorf("%+v", res.Plan)
	}
	third.Close()
	p.want(keep)
}

// TestPruneInFlight: there is one prune at a time, until one is dead for long.
func TestPruneInFlight(t *testing.T) {
	p := newPlace(t)
	keep, gone := p.save(p.main, files{"a": random(1, 100_000)}), p.save(p.main, files{"b": random(2, 100_000)})
	p.drop(gone)
	other := p.open(p.store(), "")
	_, err := other.BeginPrune(t.Context()) // and it dies
	must(t, err)
	before := p.names("packs")
	_, err = Run(t.Context(), p.main, now, &report.Discard{})
	if core.CodeOf(err) != codeRunning || !slices.Equal(before, p.names("packs")) {
		t.Errorf("%v", err)
	}
	p.age("sessions", DefaultExpire)
	if res := p.prune(now); res.SweptPacks != 2 {
		t.Errorf("%+v", res)
	}
	p.want(keep)
}

// TestOvertakenPrune: a prune that others have taken for dead while a person thought about it changes nothing.
func TestOvertakenPrune(t *testing.T) {
	p := newPlace(t)
	p.drop(p.save(p.main, files{"b": random(2, 100_000)}))
	keep := p.save(p.main, files{"a": random(1, 100_000)})
	before := append(p.names("packs"), p.names("gc")...)
	_, err := Run(t.Context(), p.main, Options{Grace: -1, Consent: func(*Plan) (bool, error) {
		for _, name := range p.names("sessions") {
			must(t, os.Remove(filepath.Join(p.dir, name)))
		}
		return true, nil
	}}, &report.Discard{})
	if core.CodeOf(err) != codeDead || !slices.Equal(before, append(p.names("packs"), p.names("gc")...)) {
		t.Errorf("%v", err)
	}
	p.want(keep)
}

func TestEmpty(t *testing.T) {
	p := newPlace(t)
	p.drop(p.save(p.main, files{"a": random(1, 100_000)}))
	before := p.names("packs")
	_, err := Run(t.Context(), p.main, now, &report.Discard{})
	if core.CodeOf(err) != codeEmpty || !slices.Equal(before, p.names("packs")) {
		t.Errorf("%v", err)
	}
	if res := p.prune(Options{Grace: -1, AllowEmpty: true}); res.SweptPacks != 2 || len(p.names("packs")) != 0 || len(p.names("index")) != 0 {
		t.Errorf("%+v", res)
	}
	p.want(p.save(p.main, files{"a": random(1, 100_000)}))
}

func TestWriteOnly(t *testing.T) {
	p := newPlace(t)
	key := keys.NewDeviceKey(p.main.Header().ID)
	_, err := p.main.AddSlot(t.Context(), key.Secret(), "writer", true)
	must(t, err)
	r := p.openWith(p.store(), key.Secret(), "")
	for _, dry := range []bool{false, true} {
		if _, err := Run(t.Context(), r, Options{DryRun: dry}, &report.Discard{}); core.KindOf(err) != core.WrongKey {
			t.Errorf("dry %v: %v", dry, err)
		}
	}
}

// TestBadMarks: marks that are damaged, or made by a device that cannot know what is live, go without effect.
func TestBadMarks(t *testing.T) {
	p := newPlace(t)
	keep := p.save(p.main, files{"a": random(1, 100_000)})
	key := keys.NewDeviceKey(p.main.Header().ID)
	_, err := p.main.AddSlot(t.Context(), key.Secret(), "writer", true)
	must(t, err)
	writer := p.openWith(p.store(), key.Secret(), "")
	var all []core.ID
	for _, name := range p.names("packs") {
		id, _ := repo.ParsePackName(name)
		all = append(all, id)
	}
	_, err = writer.PutMark(t.Context(), &gc.Mark{Created: 1, Condemned: all})
	must(t, err)
	must(t, os.WriteFile(filepath.Join(p.dir, "gc", core.UUID{1}.String()), []byte("damaged"), 0o600))
	if _, err := p.main.Begin(t.Context()); core.KindOf(err) != core.Damage {
		t.Errorf("a backup begins beside a damaged mark: %v", err)
	}
	res := p.prune(now)
	if res.SweptPacks+res.CondemnedPacks != 0 || len(p.names("gc")) != 0 {
		t.Errorf("%+v, marks %v", res, p.names("gc"))
	}
	p.save(p.main, files{"b": random(2, 1000)}) // a session honours what it remembered when it began, once more
	before := p.size()
	p.want(keep, p.save(p.main, files{"c": keep.in["a"]}))
	if p.size() > before+100_000 {
		t.Error("a mark that is gone is honoured")
	}
}

// TestTrash: what is in the trash is live; after its time it is not.
func TestTrash(t *testing.T) {
	p := newPlace(t)
	keep, dropped := p.save(p.main, files{"a": random(1, 100_000)}), p.save(p.main, files{"b": random(2, 100_000)})
	must(t, p.main.Drop(t.Context(), dropped.id))
	if res := p.prune(Options{Grace: -1, Trash: repo.Grace}); !res.Plan.Nothing() {
		t.Errorf("%+v", res.Plan)
	}
	_, err := p.main.Undelete(t.Context(), dropped.id)
	must(t, err)
	p.want(keep, dropped)
	must(t, p.main.Drop(t.Context(), dropped.id))
	p.age("trash", repo.Grace+time.Hour)
	if res := p.prune(now); !res.Plan.Nothing() { // the trash is left alone
		t.Errorf("%+v", res.Plan)
	}
	if res := p.prune(Options{Grace: -1, Trash: repo.Grace}); res.SweptPacks != 2 || len(p.names("trash")) != 0 {
		t.Errorf("%+v", res)
	}
	p.want(keep)
}

// TestUnreadable: where anything that must be read cannot be, nothing is deleted, and the error says what.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	for what, spoil := range map[string]func(p *place) string{
		"snapshots": func(p *place) string { return p.names("snapshots")[0] },
		"index":     func(p *place) string { return p.names("index")[0] },
		"packs": func(p *place) string { // that of the folders, which is smaller
			names := p.names("packs")
			slices.SortFunc(names, func(a, b string) int {
				x, _ := os.Stat(filepath.Join(p.dir, a))
				y, _ := os.Stat(filepath.Join(p.dir, b))
				return int(x.Size() - y.Size())
			})
			return names[0]
		},
	} {
		for _, remove := range []bool{false, true} {
			if remove && what == "snapshots" {
				continue // one that is gone is gone
			}
			p := newPlace(t)
			p.save(p.main, files{"a": random(1, 100_000)})
			name := filepath.Join(p.dir, spoil(p))
			p.drop(p.save(p.main, files{"b": random(2, 100_000)}))
			must(t, os.Remove(filepath.Join(p.main.CacheDir(), "snapshots", strings.TrimPrefix(p.names("snapshots")[0], "snapshots/"))))
			if remove {
				must(t, os.Remove(name))
			} else {
				data, err := os.ReadFile(name)
				must(t, err)
				for i := range data {
					data[i] ^= 0x55
				}
				must(t, os.WriteFile(name, data, 0o600))
			}
			before := sorted(p.names("packs"))
			r := p.open(p.store(), "")
			_, err := Run(t.Context(), r, now, &report.Discard{})
			if core.KindOf(err) != core.Damage || core.CodeOf(err) != codeDamage {
				t.Errorf("%s, removed %v: %v", what, remove, err)
			}
			if !slices.Equal(before, sorted(p.names("packs"))) || len(p.names("gc")) != 0 || len(p.names("sessions")) != 0 {
				t.Errorf("%s, removed %v: something was changed", what, remove)
			}
		}
	}
}

// TestDamagedPack: a pack that cannot be rewritten stays, and is told of.
func TestDamagedPack(t *testing.T) {
	p := newPlace(t)
	kept, _ := partly(p, 2)
	bad := ""
	for _, name := range p.names("packs") {
		info, err := os.Stat(filepath.Join(p.dir, name))
		must(t, err)
		if info.Size() > 150_000 {
			bad = name
		}
	}
	data, err := os.ReadFile(filepath.Join(p.dir, bad))
	must(t, err)
	for i := range 200_000 {
		data[8+i] ^= 1
	}
	must(t, os.WriteFile(filepath.Join(p.dir, bad), data, 0o600))
	res, err := Run(t.Context(), p.main, now, &report.Discard{})
	must(t, err)
	if len(res.Issues) != 1 || res.Issues[0].Path != bad || res.RewrittenPacks != 1 || !slices.Contains(p.names("packs"), bad) {
		t.Errorf("%+v", res)
	}
	r := p.open(p.store(), "")
	_, err = r.LoadIndex(t.Context())
	must(t, err)
	good := 0
	for _, s := range kept {
		if check(t.Context(), r, s) == nil {
			good++
		}
	}
	if good != 1 {
		t.Errorf("%d of 2 snapshots can be restored", good)
	}
}

// TestListings: a listing that lacks what is there deletes nothing.
func TestListings(t *testing.T) {
	t.Parallel()
	for _, prefix := range []string{"snapshots/", "packs/", "sessions/", "index/"} {
		t.Run(prefix, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			a, b := p.save(p.main, files{"a": random(1, 50_000)}), p.save(p.main, files{"b": random(2, 50_000)})
			first := p.names(strings.TrimSuffix(prefix, "/"))
			p.drop(p.save(p.main, files{"c": random(3, 50_000)}))
			f := &faulty{Store: p.store()}
			f.edit = func(in, name string) bool { // the listing lacks one, of sessions all
				return in != prefix || len(first) > 0 && name != first[0]
			}
			caches := []string{filepath.Dir(p.main.CacheDir())}
			if prefix != "snapshots/" && prefix != "sessions/" {
				caches = append(caches, "")
			}
			for _, cache := range caches {
				before := sorted(append(p.names("packs"), p.names("snapshots")...))
				_, err := Run(t.Context(), p.open(f, cache), now, &report.Discard{})
				if err == nil || !slices.Equal(before, sorted(append(p.names("packs"), p.names("snapshots")...))) {
					t.Errorf("cache %q: %v", cache, err)
				}
			}
			p.want(a, b)
		})
	}
}

// TestForgottenSnapshot: a snapshot that one listing lacks is not lost, even to a machine that has not heard of it: when its packs are
// condemned by mistake, whoever sweeps sees it; and what was seen once is asked after by its name.
func TestForgottenSnapshot(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	a, b := p.save(p.main, files{"a": random(1, 50_000)}), p.save(p.main, files{"b": random(2, 50_000)})
	p.drop(p.save(p.main, files{"c": random(3, 50_000)}))
	for missed := 1; ; missed++ {
		lists := 0
		f := &faulty{Store: p.store()}
		f.edit = func(in, name string) bool {
			if in == "snapshots/" && strings.HasSuffix(name, a.id.String()) {
				lists++
				return lists != missed
			}
			return true
		}
		_, err := Run(t.Context(), p.open(f, ""), now, &report.Discard{})
		if missed > 1 && lists >= missed && core.CodeOf(err) != codeListing {
			t.Errorf("missed in look %d: %v", missed, err)
		}
		p.want(a, b)
		if lists < missed {
			break
		}
	}
	if res := p.prune(now); !res.Plan.Nothing() {
		t.Errorf("%+v", res.Plan)
	}
}
