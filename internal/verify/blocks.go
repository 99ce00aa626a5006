package verify

import (
	"context"
	"errors"

	"backup_projeto/internal/core"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/tree"
)

// dataSize returns how many bytes of a file its blocks hold.
func dataSize(e *tree.Entry) int64 {
	n := e.Size
	for _, h := range e.Holes {
		n -= h.Length
	}
	return n
}

func join(dir, name string) string {
	if dir == "" {
		return name
	}
	return dir + "/" + name
}

// need returns how long a block is; one that no reader finds is harm.
func (v *run) need(ctx context.Context, id *core.ID) int64 {
	length := int64(-1)
	for _, l := range v.r.Lookup(id) {
		switch {
		case !v.packs.has(&l.Pack.Name):
		case length < 0:
			length = int64(l.Length)
		case length != int64(l.Length): // one of them lies
			if data, err := v.r.Chunk(ctx, *id); err == nil {
				return int64(len(data))
			}
		}
	}
	if length < 0 {
		v.harm()
		return 0
	}
	return length
}

// note takes damage that reading a block met, and returns any other error.
func (v *run) note(err error) error {
	var e *core.Error
	if core.KindOf(err) != core.Damage || !errors.As(err, &e) {
		return err
	}
	if name, ok := repo.ParsePackName(e.Subject); ok && core.CodeOf(err) != codeFolder {
		v.suspect(name, err)
	}
	v.harm()
	return nil
}

// content goes through the blocks of one content.
type content struct {
	v *run
	// visit is called for each block in order: for one that is a list of blocks before those that it lists, and again with an error where it
	// cannot be read. It returns how long a block that is no list is. It goes on until visit fails.
	visit func(id *core.ID, list bool, err error) (length int64, err2 error)
	// once says that no block can rightly be there twice: the content is a folder's, whose names ascend.
	once bool
	// lists has what was met: how long the content of a list is, so that lists that list each other many times, and describe more blocks
	// than can be counted, are read once each.
	lists map[listed]int64
}

// listed is a block at its depth.
type listed struct {
	id    core.ID
	depth uint8
}

// errEnough ends a folder that is malformed; the rest of it could be without end.
var errEnough = errors.New("enough")

// most is where lengths stop growing: no file is as long.
const most = 1 << 62

// blocks returns how long a content is that visit is called for.
func (c *content) blocks(ctx context.Context, of tree.Content) (int64, error) {
	c.lists = map[listed]int64{}
	n, err := c.each(ctx, of)
	if err == errEnough {
		err = nil
	}
	return n, err
}

func (c *content) each(ctx context.Context, of tree.Content) (total int64, err error) {
	for i := range of.IDs {
		n, err := c.block(ctx, &of.IDs[i], of.Depth)
		if err != nil {
			return 0, err
		}
		total = min(total+n, most)
	}
	return total, ctx.Err()
}

func (c *content) block(ctx context.Context, id *core.ID, depth uint8) (int64, error) {
	key := listed{*id, depth}
	n, again := c.lists[key]
	if again && c.once {
		return c.malformed(id, errOrder)
	} else if again {
		return n, nil
	}
	n, err := c.visit(id, depth > 0, nil)
	if err == nil && depth > 0 {
		n, err = c.list(ctx, id, depth)
	}
	if c.once || depth > 0 {
		c.lists[key] = n
	}
	return n, err
}

// list goes through the blocks that a list lists.
func (c *content) list(ctx context.Context, id *core.ID, depth uint8) (int64, error) {
	ids, err := c.v.list(ctx, id)
	if err == nil && len(ids) == 0 {
		return c.malformed(id, errNothing)
	}
	if err != nil {
		return c.visit(id, true, err)
	}
	return c.each(ctx, tree.Content{IDs: ids, Depth: depth - 1})
}

// malformed tells visit of a part that must not be there.
func (c *content) malformed(id *core.ID, err error) (int64, error) {
	n, err := c.visit(id, true, c.v.malformed(id, err))
	if err == nil && c.once {
		err = errEnough
	}
	return n, err
}

// list reads a list of blocks.
func (v *run) list(ctx context.Context, id *core.ID) ([]core.ID, error) {
	data, err := v.r.Chunk(ctx, *id)
	if err != nil {
		return nil, err
	}
	ids, err := tree.SplitIDs(data)
	if err != nil {
		return nil, v.malformed(id, err)
	}
	return ids, nil
}

// errOrder says that a folder's pieces are not in order.
var errOrder = errors.New("the names are not in order")

// errNothing says that a part of a content adds nothing to it.
var errNothing = errors.New("it is empty")

// pieces reads the pieces of one folder.
type pieces struct {
	v     *run
	n     int
	last  string // the name before
	empty bool   // the piece before was
}

// read reads the next piece.
func (p *pieces) read(ctx context.Context, id *core.ID) ([]tree.Entry, error) {
	data, err := p.v.r.Chunk(ctx, *id)
	if err != nil {
		p.n++
		return nil, err
	}
	entries, err := tree.Decode(data)
	switch {
	case err != nil:
	case p.empty || len(entries) == 0 && p.n > 0: // only an empty folder's only piece is empty
		err = errNothing
	case len(entries) == 0:
		p.empty = true
	case entries[0].Name <= p.last:
		err = errOrder
	default:
		p.last = entries[len(entries)-1].Name
	}
	p.n++
	if err != nil {
		return nil, p.v.malformed(id, err)
	}
	return entries, nil
}

// malformed says that a block is what was stored, but not what it should be. It names the pack, since that is what the store has.
func (v *run) malformed(id *core.ID, err error) error {
	object := "index"
	for _, l := range v.r.Lookup(id) {
		object = repo.PackName(l.Pack.Name)
	}
	return core.Errorf(core.Damage, codeFolder, object, "block %s: %w", id.Short(), err)
}
