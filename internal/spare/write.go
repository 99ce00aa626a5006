package spare

import (
	"context"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/parallel"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/verify"
)

// work reads the packs that need it, several at once.
func (s *run) work(ctx context.Context) error {
	s.rep.Progress().TotalBytes.Store(s.res.Plan.Read.Bytes)
	var next atomic.Int64
	g, inner := errgroup.WithContext(ctx)
	for range min(s.o.Parallel, len(s.jobs)) {
		g.Go(func() error {
			w := worker{run: s}
			for i := next.Add(1) - 1; i < int64(len(s.jobs)); i = next.Add(1) - 1 {
				if err := w.do(inner, &s.jobs[i]); err != nil {
					return err
				}
				s.rep.Progress().Bytes.Add(s.jobs[i].size)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

// worker is for one goroutine.
type worker struct {
	*run
	pack, object []byte // memory
}

// do reads a pack, mends it where it is damaged and can be, and sees to its parity.
func (w *worker) do(ctx context.Context, j *job) error {
	data, err := w.whole(ctx, j)
	if data == nil || err != nil {
		return err
	}
	w.mu.Lock()
	w.res.Read.add(int64(len(data)))
	w.mu.Unlock()
	if w.res.Plan.After > 0 { // the pack may have been cut short, or be one of which only parity was left
		if _, err := j.sort(len(data), w.res.Plan.After); err != nil {
			return err
		}
	}
	if err := w.put(ctx, j, data); err != nil {
		return err
	}
	if w.o.Check || len(j.old) > 0 {
		err = w.check(ctx, j, data)
	}
	if err != nil {
		return err
	}
	return w.supersede(ctx, j, data)
}

// whole returns the bytes of a pack, once they are what its name says in the store too; nil where that cannot be, or the pack is gone.
func (w *worker) whole(ctx context.Context, j *job) ([]byte, error) {
	var err error
	w.pack, err = w.r.FetchPack(ctx, j.name, j.size, w.pack)
	if err != nil && core.KindOf(err) != core.Damage {
		return nil, err
	}
	if err == nil && j.size > 0 && crypto.Hash(w.pack) == j.name {
		return w.pack, nil
	}
	if repo.IsAbsent(err) && j.size > 0 { // a prune deleted it since the listing
		return nil, nil
	}
	data, err := w.r.Mend(ctx, j.name)
	if err == nil {
		err = w.r.PutPack(ctx, j.name, data)
	}
	if core.KindOf(err) == core.Damage {
		w.lose(j.name, err)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.res.Mended.add(int64(len(data)))
	w.right = append(w.right, j.name)
	return data, nil
}

// lose notes a pack that cannot be mended. One that a mark condemns may be missed by nobody any more.
func (w *worker) lose(name core.ID, err error) {
	if !w.condemned[name] {
		w.issue(repo.PackName(name), err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.condemned[name] {
		w.doubtful[repo.PackName(name)] = err
	} else {
		w.res.Lost++
	}
}

// settle finds out which of the condemned packs that cannot be mended a snapshot needs all the same: the others are no damage.
func (s *run) settle(ctx context.Context) error {
	if len(s.doubtful) == 0 {
		return nil
	}
	o := verify.Options{Parallel: s.o.Parallel, Doubt: map[core.ID]bool{}}
	for object := range s.doubtful {
		if name, ok := repo.ParsePackName(object); ok {
			o.Doubt[name] = true
		}
	}
	found, err := verify.Run(ctx, s.r, o, s.rep)
	if err != nil {
		return err
	}
	for _, d := range found.Damaged {
		if err := s.doubtful[d.Object]; err != nil {
			s.issue(d.Object, err)
			s.res.Lost++
		}
	}
	return nil
}

// put writes parity.
func (w *worker) put(ctx context.Context, j *job, data []byte) error {
	if !j.due {
		return nil
	}
	o, buf, err := w.r.PutParity(ctx, j.name, data, w.object, w.res.Plan.After)
	w.object = buf
	if err != nil {
		return err
	}
	w.rep.Progress().Stored.Add(o.Size)
	w.mu.Lock()
	w.res.Written.add(o.Size)
	w.mu.Unlock()
	j.written = &o
	return nil
}

// supersede deletes a pack's other parity, once what the share asks for was read back.
func (w *worker) supersede(ctx context.Context, j *job, data []byte) error {
	if len(j.old) == 0 {
		return nil
	}
	keep := j.written
	if keep == nil {
		keep = &j.has[0]
	}
	if right, err := w.r.ProveParity(ctx, *keep, data); err != nil || !right { // the next run tries again
		return err
	}
	for _, o := range j.old {
		if err := w.delete(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

// check compares the parity that a pack has, and writes it anew where it is not what it should be. What a lock keeps from being overwritten stays,
// and was told.
func (w *worker) check(ctx context.Context, j *job, data []byte) error {
	for i := range j.has {
		err := w.r.CheckParity(ctx, j.has[i], data)
		if err == nil {
			continue
		}
		if core.KindOf(err) != core.Damage {
			return err
		}
		w.issue(j.has[i].Name(), err)
		if err := w.r.RewriteParity(ctx, j.has[i], data); repo.IsLocked(err) || repo.IsDenied(err) {
			continue
		} else if err != nil {
			return err
		}
		w.mu.Lock()
		w.res.Written.add(j.has[i].Size)
		w.mu.Unlock()
	}
	return nil
}

// clear deletes idle parity.
func (s *run) clear(ctx context.Context) error {
	return parallel.Each(ctx, 8, s.idle, s.delete)
}

func (s *run) delete(ctx context.Context, o repo.ParityObject) error {
	if err := s.r.DeleteParity(ctx, o); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.res.Deleted.add(o.Size)
	return nil
}
