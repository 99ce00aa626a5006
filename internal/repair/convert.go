package repair

import (
	"backup_projeto/internal/chunk"
	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/tree"
)

// converter brings content of the second repository into the form of this one. It is for one goroutine.
type converter struct {
	*run
	w      *wanted
	from   *repo.Repo
	hasher *crypto.IDHasher
	cutter *chunk.Cutter
	max    int
	buf    []byte
	fill   [2]*repo.Filler
	known  known // what contents of the other repository are here
}

func (p *run) newConverter(w *wanted) *converter {
	cut := p.r.Cutter()
	return &converter{run: p, w: w, from: p.o.From, hasher: p.r.Hasher(), cutter: cut, max: cut.Params().Max,
		fill: [2]*repo.Filler{pack.Data: p.s.Filler(pack.Data), pack.Tree: p.s.Filler(pack.Tree)}}
}

func (c *converter) flush() error {
	for _, f := range c.fill {
		if err := f.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// put stores a chunk if it is missing here, and returns its id and whether it was one that is looked for. With force it is one that something
// missing needs.
func (c *converter) put(kind pack.Kind, data []byte, force bool) (id core.ID, looked bool, err error) {
	id = c.hasher.Sum(data)
	if _, looked = c.w.chunks[id]; !looked && !c.lacks(&id, force) {
		return id, false, nil
	}
	fresh, err := c.fill[kind].Add(id, data)
	if fresh {
		c.res.Healed.add(int64(len(data)))
	}
	delete(c.w.chunks, id)
	return id, looked, err
}

// list stores a list of ids.
func (c *converter) list(force bool) func([]byte) (core.ID, error) {
	return func(list []byte) (core.ID, error) {
		id, _, err := c.put(pack.Tree, list, force)
		return id, err
	}
}

// lacks reports whether a chunk is listed in no pack but those that count no more. One that no index object lists is lacked only with force:
// nothing here may ever have needed it.
func (c *converter) lacks(id *core.ID, force bool) bool {
	places := c.r.Lookup(id)
	for i := range places {
		name := &places[i].Pack.Name
		if _, condemned := c.plan.condemned[*name]; !condemned && !c.plan.bad(name) {
			return false
		}
	}
	return force || len(places) > 0
}

// folder converts a folder with all that is in it, and returns its content here. whole is false where that is not known: something in it
// cannot be read. With force all of it is stored: a folder of
// this repository that is missing is just like it.
func (c *converter) folder(content tree.Content, force bool) (here tree.Content, whole bool, err error) {
	key := keyOf(content, true)
	if got, ok := c.known.get(key); ok && !force {
		return got.content, got.whole, nil
	}
	f := &folderMaker{c: c, force: force, whole: true}
	if err = f.make(content); err == nil && f.looked && f.whole && !force {
		// What was missing is this very folder. What stands in it may be missing too, and nobody could know.
		f = &folderMaker{c: c, force: true, whole: true}
		err = f.make(content)
	}
	if err != nil {
		return here, false, err
	}
	c.known.put(key, converted{f.here, f.whole})
	return f.here, f.whole, nil
}

// folderMaker converts one folder.
type folderMaker struct {
	c      *converter
	force  bool
	here   tree.Content
	whole  bool
	looked bool // a piece of it was looked for
	lists  tree.Lister
	split  *tree.Splitter
}

func (f *folderMaker) make(content tree.Content) error {
	f.lists.Put = f.c.list(f.force)
	f.split = tree.NewSplitter(f.piece)
	for e, err := range f.c.from.Dir(f.c.ctx, content) {
		if core.KindOf(err) == core.Damage {
			f.whole = false
			return nil
		}
		if err == nil {
			err = f.add(e)
		}
		if err != nil {
			return err
		}
	}
	if !f.whole {
		return nil
	}
	err := f.split.Finish()
	if err == nil {
		f.here, err = f.lists.Finish()
	}
	return err
}

// add converts an entry. Once one is not known, the folder is like none here, and only what is in it may be of use.
func (f *folderMaker) add(e *tree.Entry) (err error) {
	here, known := *e, true
	switch e.Type {
	case tree.Dir:
		here.Content, known, err = f.c.folder(e.Content, f.force)
	case tree.File:
		here.Content, known, err = f.c.file(e, f.force)
	}
	f.whole = f.whole && known
	if err != nil || !f.whole {
		return err
	}
	return f.split.Add(&here)
}

func (f *folderMaker) piece(piece []byte) error {
	id, looked, err := f.c.put(pack.Tree, piece, f.force)
	f.looked = f.looked || looked
	if err != nil {
		return err
	}
	return f.lists.Add(id)
}

// file converts a file. One of a size that no file has that lacks something is not read, unless folders are missing.
func (c *converter) file(e *tree.Entry, force bool) (here tree.Content, whole bool, err error) {
	if _, ok := c.w.sizes[e.Size]; !ok && !c.w.folders {
		return here, false, nil
	}
	key := keyOf(e.Content, false)
	if got, ok := c.known.get(key); ok && (!force || c.hasAll(got.content)) {
		return got.content, got.whole, nil
	}
	lists := tree.Lister{Put: c.list(force)}
	err = c.cut(e.Content, func(data []byte) error {
		id, _, err := c.put(pack.Data, data, force)
		if err != nil {
			return err
		}
		return lists.Add(id)
	})
	whole = err == nil
	if whole {
		here, err = lists.Finish()
	}
	if core.KindOf(err) == core.Damage {
		whole, err = false, nil
	}
	if err == nil {
		c.known.put(key, converted{here, whole})
	}
	return here, whole, err
}

// hasAll reports whether nothing of a file's content is missing here, as far as that can be told without reading.
func (c *converter) hasAll(content tree.Content) bool {
	for i := range content.IDs {
		if c.lacks(&content.IDs[i], true) {
			return false
		}
	}
	return content.Depth == 0
}

// cut reads a content of the other repository and calls fn for each piece that this one cuts it into.
func (c *converter) cut(content tree.Content, fn func(data []byte) error) error {
	buf := c.buf[:0]
	for id, err := range c.from.ContentIDs(c.ctx, content) {
		if err != nil {
			return err
		}
		data, err := c.from.Chunk(c.ctx, id)
		if err != nil {
			return err
		}
		buf = append(buf, data...)
		at := 0
		for len(buf)-at >= c.max {
			n := c.cutter.Next(buf[at:])
			if err := fn(buf[at : at+n]); err != nil {
				return err
			}
			at += n
		}
		buf = buf[:copy(buf, buf[at:])]
	}
	for at := 0; at < len(buf); {
		n := c.cutter.Next(buf[at:])
		if err := fn(buf[at : at+n]); err != nil {
			return err
		}
		at += n
	}
	c.buf = buf[:0]
	return nil
}

// keyOf names a content of the other repository, a file's or a folder's.
func keyOf(c tree.Content, folder bool) core.ID {
	h := crypto.NewHash()
	kind := byte(0)
	if folder {
		kind = 1
	}
	h.Write([]byte{c.Depth, kind})
	for i := range c.IDs {
		h.Write(c.IDs[i][:])
	}
	return core.ID(h.Sum(nil))
}

// converted is what a content is here; whole says that this is known.
type converted struct {
	content tree.Content
	whole   bool
}

// maxKnown bounds the ids of one generation of known: some 50 MB.
const maxKnown = 1 << 19

// known remembers what contents of the other repository are here, in bounded memory: when the young generation is full it becomes the old
// one, and what was old is forgotten, which costs reading it again.
type known struct {
	young, old map[core.ID]converted
	ids        int // in young
}

func (k *known) get(key core.ID) (converted, bool) {
	v, ok := k.young[key]
	if !ok {
		if v, ok = k.old[key]; ok {
			k.put(key, v)
		}
	}
	return v, ok
}

func (k *known) put(key core.ID, v converted) {
	if k.young == nil || k.ids >= maxKnown {
		k.old, k.young, k.ids = k.young, map[core.ID]converted{}, 0
	}
	k.young[key] = v
	k.ids += 1 + len(v.content.IDs)
}
