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
func (v *run) need(id *core.ID) int64 {
	for _, l := range v.r.Lookup(id) {
		if v.packs.has(&l.Pack.Name) {
			return int64(l.Length)
		}
	}
	v.harm()
	return 0
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

// blocks calls visit for each block of a content in order: for one that is a list of blocks before those that it lists, and again with an
// error where it cannot be read. It goes on until visit fails.
func (v *run) blocks(ctx context.Context, c tree.Content, visit func(id *core.ID, list bool, err error) error) error {
	for i := range c.IDs {
		id := &c.IDs[i]
		if err := visit(id, c.Depth > 0, nil); err != nil {
			return err
		}
		if c.Depth == 0 {
			continue
		}
		ids, err := v.list(ctx, id)
		if err != nil {
			err = visit(id, true, err)
		} else {
			err = v.blocks(ctx, tree.Content{IDs: ids, Depth: c.Depth - 1}, visit)
		}
		if err != nil {
			return err
		}
	}
	return nil
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

// piece reads a piece of a folder; last is the name before it, and then its last.
func (v *run) piece(ctx context.Context, id *core.ID, last *string) ([]tree.Entry, error) {
	data, err := v.r.Chunk(ctx, *id)
	if err != nil {
		return nil, err
	}
	entries, err := tree.Decode(data)
	if err == nil && len(entries) > 0 {
		if entries[0].Name <= *last {
			err = errOrder
		}
		*last = entries[len(entries)-1].Name
	}
	if err != nil {
		return nil, v.malformed(id, err)
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
