package prune

import (
	"strings"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/repo"
)

// worthless reports whether what counts for nothing, for a reason and since when, may be deleted. What a revocation made so waits for the grace: the
// device that revokes may be about to say that it keeps it.
func (p *pass) worthless(why error, since time.Time) bool {
	switch {
	case why == nil:
		return false
	case core.CodeOf(why) == codeRevokedSigner && p.rules.Grace > 0:
		return !since.IsZero() && !p.survey.Now.IsZero() && p.survey.Now.Sub(since) >= p.rules.Grace
	}
	return true
}

// worthlessSnapshots returns the snapshots in their places that count for nothing, and may be deleted. Those in the trash leave it as others do.
func (p *pass) worthlessSnapshots() (out []core.UUID) {
	for _, d := range p.void {
		id, err := core.ParseUUID(strings.TrimPrefix(d.Object, "snapshots/"))
		if err == nil && p.worthless(d.Err, p.r.VoidSince(d.Err)) {
			out = append(out, id)
		}
	}
	return out
}

// sweepVoid deletes them. Nobody reads them, and nothing is kept for them, so in which order that is done does not matter.
func (p *pass) sweepVoid() error {
	n, err := p.r.DeleteVoid(p.ctx, p.worthlessSnapshots(), func(why error) bool { return p.worthless(why, p.r.VoidSince(why)) })
	p.res.Void += n
	return err
}

// ignored returns the snapshots that count for nothing.
func ignored(damaged []repo.Damaged) map[core.UUID]bool {
	out := map[core.UUID]bool{}
	for _, d := range damaged {
		name := d.Object[strings.LastIndexByte(d.Object, '/')+1:]
		name, _, _ = strings.Cut(name, ".") // in the trash a second id follows
		if id, err := core.ParseUUID(name); err == nil {
			out[id] = true
		}
	}
	return out
}
