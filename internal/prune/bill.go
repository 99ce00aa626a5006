package prune

import (
	"slices"

	"backup_projeto/internal/cost"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/repo"
)

// use estimates what carrying the plan out asks of the store, rather too much than too little.
func (p *pass) use(l *Plan) cost.Use {
	u := cost.Use{Reads: 2, Deletes: 1} // whether the session stands, and its end; whether the bucket keeps versions
	if l.Trash > 0 {                    // to take it out, and then a look like the one that led to this plan
		u = u.Plus(p.looked).Plus(cost.Use{Writes: 4, Deletes: l.Trash})
	}
	u = u.Plus(p.useOfSweep(l.Sweep.Packs, l.IndexMerged)).Plus(cost.Use{Reads: p.orphans(), Deletes: l.Parity.Packs})
	if l.Void > 0 { // revocations are listed again, and each is read and asked after
		u = u.Plus(cost.Use{Writes: 1, Reads: 2 * l.Void, Deletes: l.Void})
	}
	if l.Rewrite.Packs > 0 {
		packs := l.Copy/repo.FullPack(pack.Data) + 2
		u = u.Plus(cost.Use{Reads: 4 * l.Rewrite.Packs, Out: l.Rewrite.Bytes + min(l.Rewrite.Bytes, l.Rewrite.Packs*repo.FooterRead), Writes: 2*packs + 2}) // a pack may have parity
	}
	doomed := l.Condemn.Packs + l.Rewrite.Packs
	if doomed > 0 {
		u.Writes++ // the mark
	}
	if doomed > 0 && p.rules.Grace == 0 { // then what is condemned is swept at once
		u = u.Plus(p.looked).Plus(p.useOfSweep(doomed, l.IndexObjects+1))
		u.Deletes += doomed * p.parityShare()
	}
	return u
}

// useOfSweep is what deleting packs takes, writing index objects anew, and taking marks away.
func (p *pass) useOfSweep(packs, indexes int64) (u cost.Use) {
	u = cost.Use{Deletes: packs + int64(len(p.survey.Marks.There()))} // marks that are spent
	if packs > 0 {
		u.Writes++ // a tombstone
	}
	var size int64
	for i := range p.objects {
		size = max(size, p.objects[i].size)
	}
	if indexes > 0 {
		u = u.Plus(cost.Use{Reads: indexes, Out: indexes * size, Writes: indexes*size/newIndex + 1, Deletes: indexes})
	}
	return u
}

// orphans is how many packs are asked after once more, since their parity is there and they are not.
func (p *pass) orphans() (n int64) {
	for _, name := range p.idleParity() {
		if !p.swept[name] {
			n++
		}
	}
	return n
}

// parityShare is how many objects of parity a pack has at most.
func (p *pass) parityShare() (n int64) {
	for _, objects := range p.parity {
		n = max(n, int64(len(objects)))
	}
	return n
}

// bill says what the plan comes to.
func (p *pass) bill(l *Plan) {
	prices := p.o.Prices
	if prices == nil {
		return
	}
	b := &Bill{}
	deleted := p.choice.Sweep
	if l.AtOnce {
		deleted = slices.Concat(deleted, p.choice.Condemn, p.choice.Rewrite)
	}
	for _, i := range deleted {
		if q := p.stored[p.names[i]]; !l.Refused && !q.Time.IsZero() {
			b.Early += prices.Early(q.Size, p.survey.Now.Sub(q.Time))
		}
	}
	b.Once = prices.Once(l.Use) + b.Early
	all := l.Stored.Bytes
	for i := range p.objects {
		all += p.objects[i].size
	}
	for _, objects := range p.parity {
		for _, o := range objects {
			all += o.Size
		}
	}
	b.Storing, b.Freed, b.Later = prices.Monthly(all), prices.Monthly(l.Freed()), prices.Monthly(l.Later())
	l.Bill = b
}
