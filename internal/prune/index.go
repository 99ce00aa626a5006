package prune

import (
	"os"
	"slices"
	"sync"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/gc"
	"backup_projeto/internal/index"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/repo"
)

// object is what is kept of an index object.
type object struct {
	name  core.ID
	size  int64 // bytes
	packs []core.ID
	void  error     // why it counts for nothing, or nil
	since time.Time // since when, where a revocation made it so
}

// listing is what index objects say of a pack.
type listing struct {
	sum          core.ID // see repo.PackSum
	trusted      bool    // a device that may read says so
	contradicted bool    // not all say the same
	kind         pack.Kind
}

// indexReaders is how many index objects are read at once: one takes up to 20 MB.
const indexReaders = 4

// LoadIndex implements gc.Prune. All index objects are read anew into a set of their own, whose places are numbered; the repository's own,
// from the local cache, serves to read chunks.
func (s *store) LoadIndex() error {
	p := s.p
	damaged, err := p.r.LoadIndex(p.ctx)
	if err != nil {
		return err
	}
	for _, d := range damaged {
		if !repo.IsVoid(d.Err) {
			return unreadable(d.Object, d.Err)
		}
	}
	if p.dir, err = tempDir(p.r.CacheDir()); err != nil {
		return &core.Error{Kind: core.Failure, Err: err}
	}
	if p.set, err = index.OpenSet(p.dir, p.r.Header().ID); err != nil {
		return err
	}
	if p.indexes, err = p.r.ListIndexes(p.ctx); err != nil {
		return err
	}
	p.listed = map[core.ID]*listing{}
	var mu sync.Mutex
	err = p.indexes.Each(p.ctx, indexReaders, func(o *repo.IndexObject) error {
		kept := object{name: o.Name, size: o.Size, void: o.Void, since: o.Since}
		sums := make([]core.ID, len(o.Packs))
		for i := range o.Packs {
			sums[i] = repo.PackSum(&o.Packs[i])
			kept.packs = append(kept.packs, o.Packs[i].Name)
		}
		mu.Lock()
		if o.Void != nil {
			p.issue("index/"+o.Name.String(), o.Void)
		}
		p.objects = append(p.objects, kept)
		for i := range o.Packs {
			p.list(&o.Packs[i], sums[i], o.Trusted[i])
		}
		mu.Unlock()
		return p.set.Add(o.Name, o.Packs)
	})
	if err != nil {
		return err
	}
	p.view, err = p.set.View()
	return err
}

// list takes what an index object says of a pack. The caller is alone.
func (p *pass) list(e *pack.Entry, sum core.ID, trusted bool) {
	l := p.listed[e.Name]
	if l == nil {
		p.listed[e.Name] = &listing{sum: sum, trusted: trusted, kind: e.Footer.Kind}
		return
	}
	l.trusted = l.trusted || trusted
	l.contradicted = l.contradicted || l.sum != sum
}

// tempDir makes a folder for the set: in the cache, since that is where tables are expected, else where the system has its temporary files.
func tempDir(cache string) (string, error) {
	if cache != "" {
		if dir, err := os.MkdirTemp(cache, "prune-"); err == nil {
			return dir, nil
		}
	}
	return os.MkdirTemp("", "backup_projeto-prune-")
}

// close gives back what the pass holds.
func (p *pass) close() {
	if p.set != nil {
		_ = p.set.Close()
	}
	if p.dir != "" {
		_ = os.RemoveAll(p.dir)
	}
}

// places turns a chunk's places into those of package gc: once for each pack.
func places(out []gc.Place, in []index.Place) []gc.Place {
next:
	for _, l := range in {
		for i := range out {
			if out[i].Pack == int(l.Pack) {
				out[i].Length = max(out[i].Length, l.Length)
				continue next
			}
		}
		out = append(out, gc.Place{Pack: int(l.Pack), Length: l.Length})
	}
	return out
}

// count shows every chunk to the tally, twice.
func (p *pass) count() error {
	var buf []gc.Place
	for _, show := range []func(bool, []gc.Place){p.tally.First, p.tally.Second} {
		err := p.view.Each(func(_ *core.ID, in []index.Place) error {
			buf = places(buf[:0], in)
			show(p.live.has(in[0].Number), buf)
			return p.ctx.Err()
		})
		if err != nil {
			return err
		}
	}
	if p.tally.Missing > 0 {
		return p.missing()
	}
	return nil
}

// missing is the error of blocks that snapshots need and no pack in the store has. It names a pack that had one.
func (p *pass) missing() error {
	err := p.view.Each(func(_ *core.ID, in []index.Place) error {
		stored := func(l index.Place) bool { return p.tally.Packs[l.Pack].Stored }
		if !p.live.has(in[0].Number) || slices.ContainsFunc(in, stored) {
			return p.ctx.Err()
		}
		return &core.Error{Kind: core.Damage, Code: codeLost, Subject: repo.PackName(p.names[in[0].Pack]), Err: errMissing}
	})
	if err == nil {
		err = unreadable("index", errMissing)
	}
	return err
}
