package verify

import (
	"context"

	"backup_projeto/internal/core"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
)

// Packs that only devices list which may write and not read are not counted on by others: what is in them, nobody has seen. Whoever reads them
// to their last byte and finds them right has, and says so.

// Packs are listed together, of about so many chunks or so many packs.
const (
	vouchChunks = 1 << 16
	vouchPacks  = 64
)

// voucher gathers what was proven. It is guarded by run.vouching.
type voucher struct {
	with    *repo.Voucher
	pending []pack.Entry
	chunks  int
	failed  bool // this device cannot say so: it may not write
}

// vouch takes a pack that was proven, and that nobody vouches for yet.
func (v *run) vouch(ctx context.Context, e pack.Entry) error {
	v.vouching.Lock()
	defer v.vouching.Unlock()
	v.voucher.pending = append(v.voucher.pending, e)
	v.voucher.chunks += e.Footer.Chunks()
	if v.voucher.chunks < vouchChunks && len(v.voucher.pending) < vouchPacks {
		return nil
	}
	return v.putVouched(ctx)
}

// putVouched lists what is pending. That it cannot be listed is told, but for where this device may not write, and is no failure: those
// packs are as good as before. The caller holds vouching.
func (v *run) putVouched(ctx context.Context) (err error) {
	w := &v.voucher
	if len(w.pending) == 0 || w.failed {
		return ctx.Err()
	}
	if w.with == nil {
		w.with, err = v.r.Vouch(ctx)
	}
	if err == nil {
		err = w.with.Add(ctx, w.pending)
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err == nil:
		v.res.Vouched += int64(len(w.pending))
	default:
		w.failed = true
		if !repo.MayNotWrite(err) {
			v.issue(report.Issue{Path: "index", Err: err})
		}
	}
	w.pending, w.chunks = nil, 0
	return nil
}

// endVouching lists what is left.
func (v *run) endVouching(ctx context.Context) error {
	v.vouching.Lock()
	defer v.vouching.Unlock()
	err := v.putVouched(ctx)
	if v.voucher.with != nil {
		v.voucher.with.Close()
		v.voucher.with = nil
	}
	return err
}

// unvouched reports whether a pack that is found right is to be vouched for.
func (v *run) unvouched(name *core.ID) bool {
	return v.o.Vouch && !v.packs.all[*name].believed
}
