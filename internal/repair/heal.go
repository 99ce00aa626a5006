package repair

import (
	"backup_projeto/internal/core"
	"backup_projeto/internal/verify"
)

// maxWanted bounds the chunks that one round looks for: 100 MB.
const maxWanted = 1 << 20

// wanted is what is to be looked for in a second repository.
type wanted struct {
	chunks map[core.ID]struct{}
	full   bool               // there is more: another round
	sizes  map[int64]struct{} // of the files that lack something
	// folders says that lists of folders are lost: then what they named is not known, and every file of the other repository is looked at.
	folders bool
}

// heal takes from a second repository what is missing here. Its chunks have other ids and were cut elsewhere, as its keys are others; so its
// files are read, cut as this repository cuts, and what then has the id of a missing chunk is stored. Folders are encoded as this
// repository would. Another round follows while that found something that was not known to be missing before, such as the files in a
// folder.
func (p *run) heal() error {
	if p.o.From == nil {
		return nil
	}
	if damaged, err := p.o.From.LoadIndex(p.ctx); err != nil {
		return err
	} else if len(damaged) > 0 {
		p.issue(damaged[0].Object, damaged[0].Err)
	}
	for last := int64(-1); last < p.res.Healed.Count; {
		last = p.res.Healed.Count
		w, err := p.want()
		if err != nil || len(w.chunks) == 0 {
			return err
		}
		if err := p.healRound(w); err != nil {
			return err
		}
	}
	return nil
}

// want finds out what is missing.
func (p *run) want() (*wanted, error) {
	w := &wanted{chunks: map[core.ID]struct{}{}, sizes: map[int64]struct{}{}}
	o := verify.Options{Parallel: p.o.Parallel, ProofFile: p.proofFile(), Lack: func(id core.ID) {
		if _, ok := w.chunks[id]; !ok && len(w.chunks) >= maxWanted {
			w.full = true
			return
		}
		w.chunks[id] = struct{}{}
	}, Lost: func(l verify.Lost) error {
		if l.Size < 0 || len(w.sizes) >= maxWanted {
			w.folders = true
		}
		w.sizes[l.Size] = struct{}{}
		return nil
	}}
	_, err := verify.Run(p.ctx, p.r, o, p.rep)
	return w, err
}

// healRound goes through the snapshots of the other repository, the newest first.
func (p *run) healRound(w *wanted) error {
	all, damaged, err := p.o.From.Snapshots(p.ctx)
	if err != nil {
		return err
	}
	for _, d := range damaged {
		p.issue(d.Object, d.Err)
	}
	p.s.Again()
	c := p.newConverter(w)
	for i := len(all) - 1; i >= 0 && len(w.chunks) > 0; i-- {
		if _, _, err := c.folder(all[i].Root.Content, false); err != nil {
			return err
		}
	}
	if err := c.flush(); err != nil {
		return err
	}
	if err := p.s.Finish(); err != nil {
		return err
	}
	_, err = p.r.LoadIndex(p.ctx)
	return err
}
