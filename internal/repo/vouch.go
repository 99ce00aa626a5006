package repo

import (
	"bytes"
	"context"

	"backup_projeto/internal/core"
	"backup_projeto/internal/pack"
)

// Voucher lists packs, whose every byte was found right, in index objects of this device. From then on others count on what is in them, who
// did not while only a device said so that may write and not read. It is a session, as a backup is: no pack is deleted under its hands.
type Voucher struct{ s *Session }

// Vouch starts a voucher; it needs the read key, and ends with Close.
func (r *Repo) Vouch(ctx context.Context) (*Voucher, error) {
	if !r.CanRead() {
		return nil, errWriteOnly()
	}
	s, err := r.begin(ctx, false)
	if err != nil {
		return nil, err
	}
	return &Voucher{s}, nil
}

// Add lists packs that a Prover has found right, but for those that are believed already, are about to be deleted, or are gone. Many in one
// call are worth it: each call puts an index object.
func (v *Voucher) Add(ctx context.Context, proven []pack.Entry) error {
	return v.s.pack.takeOver(ctx, proven)
}

// Close ends it.
func (v *Voucher) Close() { v.s.Close() }

// Proven returns what the pack is that Prove found right last: its entry, made from its own footer.
func (p *Prover) Proven(name core.ID) pack.Entry {
	e := *p.proven
	e.Name, e.Key = name, bytes.Clone(e.Key) // which is the buffer's that was proven
	return e
}
