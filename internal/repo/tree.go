package repo

import (
	"context"
	"errors"
	"io"
	"iter"
	"strings"

	"backup_projeto/internal/core"
	"backup_projeto/internal/tree"
)

// errLength says that a file's chunks are not as long as the file.
var errLength = errors.New("the content is not as long as the file")

// errEmpty says that a content has a part that adds nothing. Lists of such parts could describe a content that is never over.
var errEmpty = errors.New("a part of the content is empty")

// errOrder says that a directory's pieces are not in order.
var errOrder = errors.New("the folder's names are not in order")

// ContentIDs yields the chunks of a content in order, resolving lists; an error is the last pair.
func (r *Repo) ContentIDs(ctx context.Context, c tree.Content) iter.Seq2[core.ID, error] {
	return func(yield func(core.ID, error) bool) {
		if err := r.eachID(ctx, c, yield); err != nil && err != errStop {
			yield(core.ID{}, err)
		}
	}
}

// errStop ends an iteration whose consumer has enough.
var errStop = errors.New("stop")

func (r *Repo) eachID(ctx context.Context, c tree.Content, yield func(core.ID, error) bool) error {
	for _, id := range c.IDs {
		if c.Depth == 0 {
			if !yield(id, nil) {
				return errStop
			}
			continue
		}
		list, err := r.Chunk(ctx, id)
		if err != nil {
			return err
		}
		ids, err := tree.SplitIDs(list)
		if err == nil && len(ids) == 0 {
			err = errEmpty
		}
		if err != nil {
			return damage("block "+id.Short(), err)
		}
		if err := r.eachID(ctx, tree.Content{IDs: ids, Depth: c.Depth - 1}, yield); err != nil {
			return err
		}
	}
	return nil
}

// Dir yields a directory's entries in order of their names; an error is the last pair. Memory is bounded by one piece.
func (r *Repo) Dir(ctx context.Context, c tree.Content) iter.Seq2[*tree.Entry, error] {
	return func(yield func(*tree.Entry, error) bool) {
		last, empty := "", false
		for id, err := range r.ContentIDs(ctx, c) {
			var piece []byte
			if err == nil {
				piece, err = r.Chunk(ctx, id)
			}
			var entries []tree.Entry
			if err == nil {
				entries, err = tree.Decode(piece)
				switch {
				case err != nil:
				case empty || len(entries) == 0 && last != "": // only an empty folder's only piece is empty
					err = errEmpty
				case len(entries) > 0 && entries[0].Name <= last:
					err = errOrder
				}
				if err != nil {
					err = damage("block "+id.Short(), err)
				}
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for i := range entries {
				if !yield(&entries[i], nil) {
					return
				}
			}
			if empty = len(entries) == 0; !empty {
				last = entries[len(entries)-1].Name
			}
		}
	}
}

// Find returns the entry at a slash path below a snapshot's root ("" or "." is the root itself); kind Usage, code "no-path" if there is none.
func (r *Repo) Find(ctx context.Context, root *tree.Entry, path string) (*tree.Entry, error) {
	at := root
	for _, name := range strings.Split(path, "/") {
		if name == "" || name == "." {
			continue
		}
		next, err := r.child(ctx, at, name)
		if err != nil {
			return nil, err
		}
		if next == nil {
			return nil, &core.Error{Kind: core.Usage, Code: codeNoPath, Subject: path}
		}
		at = next
	}
	return at, nil
}

func (r *Repo) child(ctx context.Context, dir *tree.Entry, name string) (*tree.Entry, error) {
	if dir.Type != tree.Dir {
		return nil, nil
	}
	for e, err := range r.Dir(ctx, dir.Content) {
		if err != nil {
			return nil, err
		}
		if e.Name == name {
			return e, nil
		}
		if e.Name > name {
			break
		}
	}
	return nil, nil
}

// WriteFile writes a file entry's content, holes as zeroes, to w.
func (r *Repo) WriteFile(ctx context.Context, e *tree.Entry, w io.Writer) error {
	holes, pos := e.Holes, int64(0)
	fill := func() error {
		for len(holes) > 0 && holes[0].Offset == pos {
			if _, err := io.CopyN(w, zeroes{}, holes[0].Length); err != nil {
				return err
			}
			pos += holes[0].Length
			holes = holes[1:]
		}
		return nil
	}
	for id, err := range r.ContentIDs(ctx, e.Content) {
		if err != nil {
			return err
		}
		data, err := r.Chunk(ctx, id)
		if err != nil {
			return err
		}
		if len(data) == 0 {
			return damage("block "+id.Short(), errEmpty)
		}
		for len(data) > 0 {
			if err := fill(); err != nil {
				return err
			}
			n := len(data)
			if len(holes) > 0 {
				n = int(min(int64(n), holes[0].Offset-pos))
			}
			if int64(n) > e.Size-pos { // without looking how much more there is
				return damage("file", errLength)
			}
			if _, err := w.Write(data[:n]); err != nil {
				return err
			}
			pos, data = pos+int64(n), data[n:]
		}
	}
	if err := fill(); err != nil {
		return err
	}
	if pos != e.Size {
		return damage("file", errLength)
	}
	return nil
}

// zeroes reads as zeroes without end.
type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
