package verify

import (
	"cmp"
	"context"
	"io"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"backup_projeto/internal/core"
	"backup_projeto/internal/repo"
)

// Besides the packs that workers prove, ahead more are being read. The parity of packs being read takes parityRoom bytes, or that of one pack if
// that is more.
const (
	ahead      = 6
	parityRoom = 16 << 20
	saveEvery  = 4 << 30 // bytes proven between two savings of the proof
)

// choose picks the packs to be read in this run: those that an earlier one found damaged, so that no run forgets them, and then, as many as
// the share takes, those longest unread.
func (v *run) choose() []core.ID {
	v.proof = readProof(v.o.ProofFile, v.r.Header().ID, func(name *core.ID) bool { return v.packs.all[*name] != nil })
	v.rep.Progress().TotalBytes.Store(0)
	return v.pick(nil)
}

// pick is choose, of the packs that before has not.
func (v *run) pick(before map[core.ID]*packState) []core.ID {
	var names []core.ID
	total := int64(0)
	for name, p := range v.packs.all {
		if before[name] == nil && !p.absent && v.packs.suspects[name] == nil { // others are read by explain
			names = append(names, name)
			total += p.size
		}
	}
	bad, others := v.proof.split(names)
	share, sum := v.o.share(total, v.res.BytesRead), int64(0)
	for _, name := range others {
		if sum >= share {
			break
		}
		sum += v.packs.all[name].size
		bad = append(bad, name) // in names, where it is already
	}
	sum = 0
	for _, name := range bad {
		sum += v.packs.all[name].size
	}
	v.rep.Progress().TotalBytes.Add(sum)
	return bad
}

// share returns how many of total bytes are to be read, of which nothing was read yet; of others read bytes were.
func (o *Options) share(total, read int64) int64 {
	switch {
	case o.DataPercent >= 100:
		return total
	case o.DataPercent > 0:
		return int64(math.Ceil(float64(total) * o.DataPercent / 100))
	}
	return min(max(0, o.DataBytes-read), total)
}

// proveData reads the chosen packs. What was proven is remembered even when the run is cut short.
func (v *run) proveData(ctx context.Context, chosen []core.ID) error {
	if len(chosen) == 0 {
		return nil
	}
	err := v.provePacks(ctx, chosen)
	if e := v.endVouching(ctx); err == nil {
		err = e
	}
	v.saveProof()
	return err
}

// tallyProofs says when what is stored was last proven. What an index lists and the store has not is part of it only where it is missed, and
// what this run found damaged or missing is not proven, whatever an earlier one read.
func (v *run) tallyProofs() {
	r := &v.res
	for name, p := range v.packs.all {
		hurt := v.damaged[repo.PackName(name)] != nil
		if p.absent && !hurt {
			continue
		}
		last := v.proof.of(name)
		proof := Proof{Pack: repo.PackName(name), Size: p.size, Bad: hurt || last.number&readBad != 0}
		if last.number != 0 {
			proof.Time = time.Unix(last.when, 0)
		}
		r.PacksTotal++
		r.BytesTotal += p.size
		if last.good() && !hurt {
			r.PacksProven++
			r.BytesProven += p.size
			if r.Oldest.IsZero() || proof.Time.Before(r.Oldest) {
				r.Oldest = proof.Time
			}
		}
		if v.o.Proofs {
			r.Proofs = append(r.Proofs, proof)
		}
	}
	slices.SortFunc(r.Proofs, func(a, b Proof) int { return cmp.Or(a.Time.Compare(b.Time), strings.Compare(a.Pack, b.Pack)) })
}

func (v *run) provePacks(ctx context.Context, chosen []core.ID) error {
	d := &dataReader{v: v, chosen: chosen, number: v.proof.begin(len(chosen)), parity: semaphore.NewWeighted(parityRoom)}
	g, ctx := errgroup.WithContext(ctx)
	for _, p := range v.r.NewProvers(min(v.o.Parallel+ahead, len(chosen)), v.o.Parallel) {
		g.Go(func() error { return d.work(ctx, p) })
	}
	return g.Wait()
}

// dataReader is what the workers share. There are more of them than cores, so that some read while others compute.
type dataReader struct {
	v      *run
	chosen []core.ID
	number uint64       // of the first of them as a reading
	next   atomic.Int64 // of chosen
	parity *semaphore.Weighted
}

func (d *dataReader) work(ctx context.Context, p *repo.Prover) error {
	for {
		i := d.next.Add(1) - 1
		if i >= int64(len(d.chosen)) {
			return nil
		}
		name := d.chosen[i]
		size := d.v.packs.all[name].size
		room := min(d.v.parityBytes(name), parityRoom)
		if err := d.parity.Acquire(ctx, room); err != nil {
			return err
		}
		err := d.prove(ctx, p, name, size)
		d.parity.Release(room)
		if err := d.v.proven(name, d.number+uint64(i), size, err); err != nil {
			return err
		}
	}
}

// prove reads a pack, and compares its parity. What is damaged of that counts only if the pack is right.
func (d *dataReader) prove(ctx context.Context, p *repo.Prover, name core.ID, size int64) error {
	checks := d.v.parityChecks(name, size)
	also := make([]io.Writer, len(checks))
	for i, c := range checks {
		also[i] = c
	}
	if err := p.ProvePack(ctx, name, size, d.v.packs.all[name].sum, also...); err != nil {
		return err
	}
	d.v.rep.Progress().Stored.Add(size)
	if err := d.v.compareParity(ctx, checks); err != nil {
		return err
	}
	if d.v.unvouched(&name) {
		return d.v.vouch(ctx, p.Proven(name))
	}
	return nil
}

// proven takes note of how reading a pack ended, and returns what is no damage.
func (v *run) proven(name core.ID, number uint64, size int64, err error) error {
	if err != nil && core.KindOf(err) != core.Damage {
		return err
	}
	v.rep.Progress().Bytes.Add(size)
	if err != nil {
		v.proof.add(&name, reading{number | readBad, time.Now().Unix()})
		v.suspect(name, err)
		return nil
	}
	v.proof.add(&name, reading{number, time.Now().Unix()})
	v.mu.Lock()
	before := v.res.BytesRead / saveEvery
	v.res.PacksRead++
	v.res.BytesRead += size
	save := v.res.BytesRead/saveEvery != before
	v.mu.Unlock()
	if save {
		v.saveProof()
	}
	return nil
}
