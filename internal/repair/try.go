package repair

import (
	"errors"
	"io/fs"
	"os"
	"slices"

	"backup_projeto/internal/core"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/verify"
)

// tryOut lists packs again where nobody sees it, those too that parity mends, and finds out what would remain. With a second repository it
// does all that a repair does there.
func (p *run) tryOut() error {
	if p.plan.heal {
		return p.tryAll()
	}
	if len(p.plan.unlisted)+len(p.plan.unseen) == 0 {
		return p.foresee(p.r)
	}
	box, err := p.sandbox()
	if err != nil {
		return err
	}
	defer box.Close()
	if err := p.mendUnseen(box); err != nil {
		return err
	}
	if err := p.listAgain(box); err != nil {
		return err
	}
	p.res.Listed = Sum{}
	return p.foresee(box)
}

// sandbox returns the repository as one that keeps to itself what is stored in it.
func (p *run) sandbox() (*repo.Repo, error) {
	dir, err := p.scratch()
	if err != nil {
		return nil, err
	}
	box, err := p.r.Sandbox(dir)
	if err != nil {
		return nil, &core.Error{Kind: core.Failure, Err: err}
	}
	return box, nil
}

// tryAll repairs where nobody sees it: only so it shows what a second repository has of what is missing, as what is in a lost folder is
// not known before the folder is there again. That takes as much room on this machine's disk as the repair would in the store.
func (p *run) tryAll() error {
	box, err := p.sandbox()
	if err != nil {
		return err
	}
	defer box.Close()
	t := *p
	t.r, t.plan, t.o.DryRun, t.res = box, p.plan.clone(), false, Result{}
	proofs, err := os.ReadFile(p.proofFile())
	if err == nil {
		err = os.WriteFile(t.proofFile(), proofs, 0o600)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &core.Error{Kind: core.Failure, Err: err}
	}
	if err := t.act(); err != nil {
		return err
	}
	if err := t.judge(box); err != nil {
		return err
	}
	r := &p.res
	r.Healed, r.Damaged, r.LostFiles, r.LostSnapshots, r.Issues = t.res.Healed, t.res.Damaged, t.res.LostFiles, t.res.LostSnapshots, append(r.Issues, t.res.Issues...)
	return nil
}

// mendUnseen mends packs that no index object lists: they would be listed.
func (p *run) mendUnseen(box *repo.Repo) error {
	for name := range p.plan.unseen {
		data, err := p.tryMend(name)
		if err != nil {
			return err
		}
		if data == nil {
			continue
		}
		if err := box.PutPack(p.ctx, name, data); err != nil {
			return err
		}
		if err := p.relistMended(box, name, int64(len(data))); err != nil {
			return err
		}
	}
	return nil
}

// tryMend returns what a pack was; nil where nobody knows.
func (p *run) tryMend(name core.ID) ([]byte, error) {
	if p.o.Mender == nil {
		return nil, nil
	}
	if can, err := p.o.Mender.CanMend(p.ctx, name); err != nil || !can {
		return nil, err
	}
	data, err := p.o.Mender.Mend(p.ctx, name)
	if core.KindOf(err) == core.Damage {
		return nil, nil
	}
	return data, err
}

// foresee judges, and leaves out what a repair would put right.
func (p *run) foresee(r *repo.Repo) error {
	if err := p.judge(r); err != nil {
		return err
	}
	p.res.Damaged = slices.DeleteFunc(p.res.Damaged, p.remedied)
	return nil
}

// remedied reports whether a repair leaves nothing of a damage: what stands there is replaced, or set aside or condemned and needed by
// nobody. Of lost snapshots is told anyway.
func (p *run) remedied(d verify.Damaged) bool {
	if slices.Contains(p.plan.PutBack, d.Object) || p.plan.unread[d.Object] {
		return true
	}
	name, pack := repo.ParsePackName(d.Object)
	return d.Total == 0 && (pack && p.plan.condemn[name] || slices.Contains(p.plan.Unreadable, d.Object) && !p.ownSlot(d.Object))
}
