package prune

import (
	"errors"
	"slices"

	"backup_projeto/internal/core"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/repo"
)

// Index objects of less than smallIndex bytes are merged when there are manySmall of them; what is written anew is about newIndex bytes
// large, or as large as one object was.
const (
	smallIndex = 1 << 20
	manySmall  = 16
	newIndex   = 4 << 20
	newPacks   = 1 << 14 // in one index object at most, unless it had more
)

var (
	errLost   = errors.New("merging index objects would lose entries")
	errVanish = errors.New("an index object vanished while this prune ran")
)

// toMerge returns the index objects to be written anew: those that list packs which are deleted, those that count for nothing, of which
// nothing is written, and small ones if they are many.
func (p *pass) toMerge() (out []object) {
	var small []object
	for _, o := range p.objects {
		switch {
		case p.worthless(o.void, o.since) || slices.ContainsFunc(o.packs, func(name core.ID) bool { return p.swept[name] }):
			out = append(out, o)
		case o.size < smallIndex && o.void == nil:
			small = append(small, o)
		}
	}
	if len(small) >= manySmall {
		out = append(out, small...)
	}
	slices.SortFunc(out, func(a, b object) int { return a.name.Compare(b.name) })
	return out
}

// entryKey names what an index object says of a pack.
type entryKey struct{ name, sum core.ID }

// merger writes index objects anew.
type merger struct {
	b       *broom
	pending []pack.Entry
	size    int
	written map[entryKey]bool
}

// PutIndexes implements gc.Broom: what is kept of the objects to be replaced is stored before any of them is deleted.
func (b *broom) PutIndexes() error {
	m := &merger{b: b, written: map[entryKey]bool{}}
	wanted := map[entryKey]bool{}
	var done []core.ID
	for _, o := range b.toMerge() {
		whole, err := b.indexes.Read(b.ctx, o.name)
		if repo.IsAbsent(err) { // only a prune deletes index objects, and another one cannot be in flight
			return &core.Error{Kind: core.Destination, Code: codeListing, Err: errVanish}
		}
		if err != nil {
			return err
		}
		if err := m.take(whole, wanted); err != nil {
			return err
		}
		done = append(done, o.name)
	}
	if err := m.put(); err != nil {
		return err
	}
	for key := range wanted {
		if !m.written[key] {
			return &core.Error{Kind: core.Failure, Subject: repo.PackName(key.name), Err: errLost}
		}
	}
	b.replaced = done
	b.res.IndexBefore += int64(len(done))
	return nil
}

// take adds what an object lists, but for packs that are deleted, and what was taken from another. Where a device that may read lists a pack,
// that entry is kept and not those of others, which say the same: the pack is believed for it.
func (m *merger) take(o *repo.IndexObject, wanted map[entryKey]bool) error {
	for i := range o.Packs {
		e := &o.Packs[i]
		if l := m.b.listed[e.Name]; m.b.swept[e.Name] || !o.Trusted[i] && l.trusted && !l.contradicted {
			continue
		}
		key := entryKey{e.Name, repo.PackSum(e)}
		if wanted[key] {
			continue
		}
		wanted[key] = true
		m.pending = append(m.pending, *e)
		m.size += e.Footer.Chunks()*(core.IDSize+4) + 2048
		if m.size >= newIndex || len(m.pending) >= newPacks {
			if err := m.put(); err != nil {
				return err
			}
		}
	}
	return nil
}

// put stores what is pending.
func (m *merger) put() error {
	if len(m.pending) == 0 {
		return nil
	}
	_, size, err := m.b.r.PutIndex(m.b.ctx, m.pending)
	if err != nil {
		return err
	}
	for i := range m.pending {
		m.written[entryKey{m.pending[i].Name, repo.PackSum(&m.pending[i])}] = true
	}
	m.b.res.IndexAfter++
	m.b.res.CopiedBytes += size
	m.pending, m.size = nil, 0
	return nil
}
