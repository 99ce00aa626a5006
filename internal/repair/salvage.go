package repair

import (
	"slices"
	"sync"

	"backup_projeto/internal/core"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/repo"
)

// groupSize is how many packs are salvaged for one reading of the index: their entries are in memory, some 100 KB each.
const groupSize = 256

// indexReaders is how many index objects are read at once: one takes up to 20 MB.
const indexReaders = 4

// salvage copies what can be read of hurt and false packs, whoever may need it: a backup in flight may rely on chunks that no snapshot needs
// yet.
func (p *run) salvage() error {
	work := slices.Concat(p.plan.hurt, p.plan.untrue)
	for group := range slices.Chunk(work, groupSize) {
		entries, err := p.entries(group)
		if err != nil {
			return err
		}
		for _, name := range group {
			for _, e := range entries[name] {
				out, err := p.s.Salvage(p.ctx, e, p.elsewhere)
				if err != nil {
					return err
				}
				p.res.Salvaged.Count += out.Saved
				p.res.Salvaged.Bytes += out.SavedBytes
				p.res.Unreadable.Count += out.Lost
				p.res.Unreadable.Bytes += out.LostBytes
			}
		}
	}
	return p.s.Finish()
}

// entries returns what is said of each pack of a group: by index objects, and by its own footer; what says the same once.
func (p *run) entries(group []core.ID) (map[core.ID][]*pack.Entry, error) {
	out, sums := map[core.ID][]*pack.Entry{}, map[core.ID][]core.ID{}
	want := map[core.ID]bool{}
	for _, name := range group {
		want[name] = true
	}
	var mu sync.Mutex
	add := func(e *pack.Entry) error {
		sum := repo.PackSum(e)
		mu.Lock()
		defer mu.Unlock()
		if !slices.Contains(sums[e.Name], sum) {
			kept := *e
			sums[e.Name], out[e.Name] = append(sums[e.Name], sum), append(out[e.Name], &kept)
		}
		return nil
	}
	if err := p.r.EntriesOf(p.ctx, indexReaders, func(name *core.ID) bool { return want[*name] }, add); err != nil {
		return nil, err
	}
	for _, name := range group {
		size, err := p.r.StatPack(p.ctx, name)
		var e *pack.Entry
		if err == nil {
			e, err = p.r.PackEntry(p.ctx, name, size)
		}
		if core.KindOf(err) == core.Damage {
			continue
		}
		if err != nil {
			return nil, err
		}
		if err := add(e); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// elsewhere reports whether a chunk can be read from a pack that nothing is wrong with: it is read.
func (p *run) elsewhere(id *core.ID) (bool, error) {
	_, err := p.r.ChunkOutside(p.ctx, *id, func(name *core.ID) bool {
		_, condemned := p.plan.condemned[*name]
		return condemned || p.plan.bad(name)
	})
	if core.KindOf(err) == core.Damage {
		return false, nil
	}
	return err == nil, err
}
