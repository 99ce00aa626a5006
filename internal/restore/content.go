package restore

import (
	"backup_projeto/internal/core"
	"context"
	"errors"
)

// errLength says that the chunks of a file are not as long as the file.
var errLength = errors.New("the content is not as long as the file")

func damage(err error) error { return &core.Error{Kind: core.Damage, Err: err} }

// content starts a file that has content.
func (w *writer) content(ctx context.Context, it *item) error {
	it.layout = newLayout(&it.e)
	it.todo.Store(1)
	w.batch.files++
	c := collector{w: w, it: it}
	for id, err := range w.src.ContentIDs(ctx, it.e.Content) {
		if err == nil && it.failed() { // it could go on for very long
			break
		}
		if err == nil {
			err = c.add(ctx, id)
		}
		if err != nil {
			if core.KindOf(err) != core.Damage {
				return err
			}
			it.fail(err)
			break
		}
	}
	if c.off != it.layout.data {
		it.fail(damage(errLength))
	}
	if err := w.chunkDone(it); err != nil {
		return err
	}
	return w.flushFull(ctx)
}

// collector puts one file's chunks into batches.
type collector struct {
	w    *writer
	it   *item
	off  int64
	in   *batch // that counts the file as wide
	last *segmentGroup
	old  *older
}

func (c *collector) add(ctx context.Context, id core.ID) error {
	places, err := c.w.src.Places(ctx, &id)
	if err != nil {
		return err
	}
	length := int64(places[0].Length)
	if length == 0 || length > c.it.layout.data-c.off { // an empty part could be there without end
		return damage(errLength)
	}
	x := want{it: c.it, off: c.off, id: id}
	c.off += length
	c.it.todo.Add(1)
	b := c.w.batch
	b.wants++
	if c.it.v == replace && c.it.layout.data > length {
		if c.in != b {
			c.old = &older{it: c.it}
			b.older = append(b.older, c.old)
			c.wide(b)
		}
		c.old.wants = append(c.old.wants, oldWant{x, places[0]})
	} else if s := b.groups.add(x, &places[0]); s != c.last {
		if c.last != nil && c.in != b {
			c.wide(b)
		}
		c.last = s
	}
	return c.w.flushFull(ctx)
}

func (c *collector) wide(b *batch) {
	c.in = b
	b.wide++
}
