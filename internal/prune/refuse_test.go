//go:build linux || darwin

package prune

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/gc"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/storage/faulty"
)

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

// bySize returns the packs, the smaller first: that of folders before that of content.
func (p *place) bySize() []string {
	names := p.names("packs")
	slices.SortFunc(names, func(a, b string) int {
		x, _ := os.Stat(filepath.Join(p.dir, a))
		y, _ := os.Stat(filepath.Join(p.dir, b))
		return int(x.Size() - y.Size())
	})
	return names
}

// TestUnreadable: where anything that must be read cannot be, nothing is deleted, and the error says what.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	for what, spoil := range map[string]func(p *place) string{
		"snapshots": func(p *place) string { return p.names("snapshots")[0] },
		"index":     func(p *place) string { return p.names("index")[0] },
		"folders":   func(p *place) string { return p.bySize()[0] },
		"content":   func(p *place) string { return p.bySize()[1] },
	} {
		for _, remove := range []bool{false, true} {
			if remove && what == "snapshots" || !remove && what == "content" {
				continue // one that is gone is gone, and content is not read
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
			code := codeDamage
			if remove && what == "content" {
				code = codeLost
			}
			if core.KindOf(err) != core.Damage || core.CodeOf(err) != code {
				t.Errorf("%s, removed %v: %v", what, remove, err)
			}
			object, _ := filepath.Rel(p.dir, name)
			if e := new(core.Error); what != "index" && (!errors.As(err, &e) || e.Subject != filepath.ToSlash(object)) {
				t.Errorf("%s, removed %v: %v is about %q, want %s", what, remove, err, e.Subject, object)
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
			f := faulty.New(p.store(), nil)
			f.Keep = func(in, name string) bool { // the listing lacks one, of sessions all
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
		f := faulty.New(p.store(), nil)
		f.Keep = func(in, name string) bool {
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
