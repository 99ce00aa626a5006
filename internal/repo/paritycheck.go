package repo

import (
	"context"

	"backup_projeto/internal/core"
	"backup_projeto/internal/parity"
	"backup_projeto/internal/storage"
)

// ParityCheck compares a parity object with its pack, whose bytes are written to it in their order. It holds the parity, and of the pack a row.
// It is for one goroutine.
type ParityCheck struct {
	ParityObject
	r       *Repo
	checker *parity.Checker
	err     error // why there is none: the object cannot be the pack's
}

// NewParityCheck starts one for a pack of size bytes.
func (r *Repo) NewParityCheck(o ParityObject, size int64) *ParityCheck {
	c := &ParityCheck{ParityObject: o, r: r}
	c.checker, c.err = parity.NewChecker(o.Pack, int(size), o.K)
	return c
}

// Write takes the pack's next bytes.
func (c *ParityCheck) Write(p []byte) (int, error) {
	if c.err == nil {
		_, c.err = c.checker.Write(p)
	}
	return len(p), nil
}

// Compare reads the parity object when all of the pack was written: kind Damage, code "parity-damaged", unless it is as it was written. One that
// is gone is no damage.
func (c *ParityCheck) Compare(ctx context.Context) error {
	err := c.err
	if err == nil {
		err = c.compare(ctx)
	}
	if storage.IsNotFound(err) {
		return nil
	}
	if err = damageOf(c.Name(), err); core.KindOf(err) == core.Damage {
		return &core.Error{Kind: core.Damage, Code: codeBadParity, Subject: c.Name(), Err: err}
	}
	return err
}

func (c *ParityCheck) compare(ctx context.Context) error {
	object, err := c.r.store.Get(ctx, c.Name(), 0, -1)
	if err != nil {
		return err
	}
	defer object.Close()
	return c.checker.Compare(object)
}
