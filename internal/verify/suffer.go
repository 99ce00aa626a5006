package verify

import (
	"context"
	"errors"

	"backup_projeto/internal/core"
	"backup_projeto/internal/index"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/tree"
)

// search looks in one snapshot after another for files that cannot be restored whole. Folders without any are remembered and passed over
// in other snapshots.
type search struct {
	v     *run
	clean *seen
	bound *snapshot.Bound // of the snapshot that it is in
	list  bool            // what is found is passed on to the caller, and not noted: it has been
}

// culprits are the objects that one entry suffers from, with what is wrong with those that are not known to be damaged yet.
type culprits map[string]error

// folder searches a folder, and reports whether it has nothing that suffers.
func (s *search) folder(ctx context.Context, snap core.UUID, path string, c tree.Content) (clean bool, err error) {
	key := folderKey(c)
	if s.clean.has(&key) {
		return true, nil
	}
	clean = true
	found, p := culprits{}, pieces{v: s.v}
	all := content{v: s.v, once: true, visit: func(id *core.ID, list bool, err error) (int64, error) {
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		if err != nil {
			return 0, found.unreadable(err)
		}
		if _, err := s.blame(ctx, id, found); err != nil || list {
			return 0, err
		}
		entries, err := p.read(ctx, id)
		if err != nil {
			return 0, enough(err, found.unreadable(err))
		}
		for i := range entries {
			ok, err := s.entry(ctx, snap, path, id, &entries[i])
			if err != nil {
				return 0, err
			}
			clean = clean && ok
		}
		return 0, nil
	}}
	if _, err = all.blocks(ctx, c); err != nil {
		return false, err
	}
	if path == "" {
		path = "."
	}
	if clean = clean && len(found) == 0; clean {
		s.clean.add(&key)
	}
	return clean, s.tell(found, Suffers{snap, path}, -1)
}

// entry searches one entry of a folder, which stands in a piece.
func (s *search) entry(ctx context.Context, snap core.UUID, dir string, piece *core.ID, e *tree.Entry) (clean bool, err error) {
	if err := s.bound.Take(); err != nil {
		return false, err
	}
	path := join(dir, e.Name)
	switch e.Type {
	case tree.Dir:
		return s.folder(ctx, snap, path, e.Content)
	case tree.File:
		found, empty := culprits{}, false
		all := content{v: s.v, visit: func(id *core.ID, list bool, err error) (int64, error) {
			if err != nil {
				return 0, found.unreadable(err)
			}
			n, err := s.blame(ctx, id, found)
			empty = empty || n == 0
			return n, err
		}}
		length, err := all.blocks(ctx, e.Content)
		if err != nil {
			return false, err
		}
		if len(found) == 0 && (empty || length != dataSize(e)) {
			err := s.v.malformed(piece, errLength)
			found[subject(err)] = core.Errorf(core.Damage, codeLength, subject(err), "%d bytes, the file has %d", length, dataSize(e))
		}
		return len(found) == 0, s.tell(found, Suffers{snap, path}, e.Size)
	}
	return true, nil
}

// errLength says that a file's blocks are not as long as the file.
var errLength = errors.New("the blocks are not as long as the file")

// blame finds the objects because of which a block cannot be had, and returns how long it is.
func (s *search) blame(ctx context.Context, id *core.ID, found culprits) (length int64, err error) {
	v := s.v
	places := v.r.Lookup(id)
	for i := range places {
		length = int64(places[i].Length)
		if lost, err := v.lost(ctx, id, &places[i]); err != nil || !lost {
			return length, err
		}
	}
	if s.list && v.o.Lack != nil {
		v.o.Lack(*id)
	}
	listed := false
	for i := range places {
		if name := places[i].Pack.Name; v.packs.all[name] != nil {
			listed = true
			found[repo.PackName(name)] = nil
		}
	}
	if listed {
		return length, nil
	}
	for _, object := range v.badIndex {
		found[object] = nil
	}
	if len(v.badIndex) == 0 {
		found["index"] = core.Errorf(core.Damage, codeBlocks, "index", "block %s", id.Short())
	}
	return length, nil
}

// lost reports whether a reader cannot have a block from a place.
func (v *run) lost(ctx context.Context, id *core.ID, l *index.Location) (bool, error) {
	if !v.packs.has(&l.Pack.Name) {
		mends, err := v.mends(ctx, l.Pack.Name)
		return !mends, err
	}
	if s := v.packs.suspects[l.Pack.Name]; s != nil {
		return s.lost(ctx, v.r, id, l)
	}
	return false, nil
}

// unreadable takes the damage that reading a block met, and returns any other error. Where the block is to blame already, that says more.
func (c culprits) unreadable(err error) error {
	if core.KindOf(err) != core.Damage {
		return err
	}
	if _, known := c[subject(err)]; known || len(c) > 0 && core.CodeOf(err) != codeFolder {
		return nil
	}
	c[subject(err)] = err
	return nil
}

// subject returns the object that an error is about.
func subject(err error) string {
	var e *core.Error
	if errors.As(err, &e) {
		return e.Subject
	}
	return ""
}

// tell notes that an entry suffers from all that was found, or passes it on.
func (s *search) tell(found culprits, who Suffers, size int64) error {
	first := Lost{Suffers: who, Size: size}
	for object, err := range found {
		if err == nil {
			err = s.v.reason(object)
		}
		d := s.v.damage(object, err)
		if !s.list {
			s.v.suffers(d, who)
		}
		if first.Object == "" || object < first.Object {
			first.Object, first.Err = object, d.Err
		}
	}
	if len(found) == 0 || !s.list || s.v.o.Lost == nil {
		return nil
	}
	return s.v.o.Lost(first)
}

// reason says what is wrong with a pack.
func (v *run) reason(object string) error {
	if name, ok := repo.ParsePackName(object); ok {
		if s := v.packs.suspects[name]; s != nil {
			return s.why
		}
		if p := v.packs.all[name]; p != nil && p.absent {
			return &core.Error{Kind: core.Damage, Code: codeAbsent, Subject: object}
		}
	}
	return &core.Error{Kind: core.Damage, Code: codePackBlocks, Subject: object}
}
