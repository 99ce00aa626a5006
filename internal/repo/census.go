package repo

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/parallel"
	"backup_projeto/internal/storage"
)

// census finds out which objects a device's signature makes count. What it misses of a device that is revoked counts for nothing from then on, and
// is lost: so it is taken twice, since a listing may be short, and each object is read until two readings agree. A snapshot that the store has damaged just
// now, or not at all, may be put back later: so what this machine has copies of counts too, if it did until now.
type census struct {
	r *Repo

	mu   sync.Mutex
	seen map[string]signature // by name; guarded by mu
}

func (r *Repo) newCensus() *census { return &census{r: r, seen: map[string]signature{}} }

// take adds what the store has now, and was not seen before.
func (c *census) take(ctx context.Context) error {
	var names []string
	for _, prefix := range []string{indexPrefix, snapshotPrefix, trashPrefix, pinPrefix} {
		for info, err := range c.r.store.List(ctx, prefix) {
			if err != nil {
				return err
			}
			if _, seen := c.seen[info.Name]; !seen {
				names = append(names, info.Name)
			}
		}
	}
	if err := parallel.Each(ctx, readers, names, func(ctx context.Context, name string) error {
		by, ok, err := c.r.surelySignedBy(ctx, name)
		if err != nil || !ok {
			return err
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.seen[name] = by
		return nil
	}); err != nil {
		return err
	}
	return c.recall(ctx)
}

// recall adds this machine's copies of snapshots, of those that count.
func (c *census) recall(ctx context.Context) error {
	for _, id := range c.r.CachedSnapshots() {
		name := "copy of " + snapshotName(id)
		data := c.r.recallFile("snapshots", id.String())
		if _, err := c.r.openSnapshot(id, data); err != nil {
			continue
		}
		switch err := c.r.counts(ctx, name, data); {
		case err == nil:
			c.seen[name] = signatureOf(data)
		case core.KindOf(err) != core.Damage:
			return err
		}
	}
	return nil
}

// found returns the hashes of what was seen, by who signed it: object is zero in the keys.
func (c *census) found() map[signature][]core.ID {
	out := map[signature][]core.ID{}
	for _, name := range slices.Sorted(maps.Keys(c.seen)) {
		by := c.seen[name]
		key := signature{slot: by.slot, verifier: by.verifier}
		out[key] = append(out[key], by.object)
	}
	return out
}

// maxReadings is how often an object is read until two readings that follow each other agree.
const maxReadings = 4

// errVaries says that an object arrives as something else each time.
var errVaries = errors.New("the object arrives as something else each time")

// surelySignedBy is signedBy, of an object that arrives the same twice.
func (r *Repo) surelySignedBy(ctx context.Context, name string) (by signature, ok bool, err error) {
	by, ok, err = r.signedBy(ctx, name)
	for range maxReadings - 1 {
		if err != nil {
			return by, ok, err
		}
		before, was := by, ok
		if by, ok, err = r.signedBy(ctx, name); err == nil && ok == was && by == before {
			return by, ok, nil
		}
	}
	if err == nil {
		err = storage.Errf(storage.Corrupt, name, errVaries)
	}
	return by, false, err
}

// signedBy reads who signed an object; false where that cannot be told, or it is gone. Of an index object, which may be large and whose
// name says which it is, only the head is read.
func (r *Repo) signedBy(ctx context.Context, name string) (by signature, ok bool, err error) {
	var data []byte
	if id, e := core.ParseID(strings.TrimPrefix(name, indexPrefix)); e == nil {
		data = make([]byte, signedHead)
		err = storage.ReadRange(ctx, r.store, name, 0, data)
		by.object = id
	} else if data, err = storage.ReadAll(ctx, r.store, name, maxSnapshot); err == nil {
		by.object = crypto.Hash(data)
	}
	if err != nil {
		if core.KindOf(cutShort(name, err)) != core.Damage {
			return by, false, err
		}
		return signature{}, false, nil
	}
	if len(data) < signedHead {
		return signature{}, false, nil
	}
	head := signatureOf(data)
	by.slot, by.verifier = head.slot, head.verifier
	return by, true, nil
}
