package prune

import (
	"context"
	"slices"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/gc"
	"backup_projeto/internal/parallel"
)

// sweep deletes what may be deleted and merges index objects. In which order package gc says.
func (p *pass) sweep() error { return gc.Sweep(&broom{pass: p}, p.survey, p.rules) }

// broom is the store as gc.Sweep asks it.
type broom struct {
	*pass
	replaced []core.ID // index objects that were written anew
}

// DeleteIndexes implements gc.Broom.
func (b *broom) DeleteIndexes() error {
	return b.each(b.replaced, b.r.DeleteIndex)
}

// DeletePacks implements gc.Broom.
func (b *broom) DeletePacks() error {
	var names []core.ID
	for name := range b.swept {
		if _, ok := b.stored[name]; ok {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, core.ID.Compare)
	err := b.each(names, b.r.DeletePack)
	if err == nil {
		for _, name := range names {
			b.res.SweptPacks++
			b.res.SweptBytes += b.stored[name].Size
		}
		for name := range b.swept {
			if b.condemned[name] {
				delete(b.condemned, name)
				b.res.CondemnedPacks--
				b.res.CondemnedBytes -= b.stored[name].Size
			}
		}
		err = b.deleteParity()
	}
	return err
}

// each calls do for each name, several at once.
func (p *pass) each(names []core.ID, do func(context.Context, core.ID) error) error {
	return parallel.Each(p.ctx, 2*p.o.Parallel, names, do)
}

// PutTombstone implements gc.Broom.
func (b *broom) PutTombstone(m *gc.Mark) error {
	m.Created = time.Now().UnixNano()
	_, err := b.r.PutMark(b.ctx, m)
	return err
}

// DeleteMark implements gc.Broom.
func (b *broom) DeleteMark(id core.UUID) error { return b.r.DeleteMark(b.ctx, id) }

// Remains implements gc.Broom.
func (b *broom) Remains(pack *core.ID) bool {
	if b.swept[*pack] {
		return false
	}
	_, stored := b.stored[*pack]
	return stored || b.listed[*pack] != nil
}
