package repo

import (
	"context"
	"strings"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/storage"
)

// Unreadable lists pins, marks and copies in the trash that are not what was written, by their bytes in the store.
func (r *Repo) Unreadable(ctx context.Context) ([]string, error) {
	var names []string
	for _, prefix := range []string{pinPrefix, markPrefix, trashPrefix} {
		for info, err := range r.store.List(ctx, prefix) {
			if err != nil {
				return nil, err
			}
			if _, _, pair := parsePair(prefix, info.Name); pair || prefix == markPrefix && isUUID(info.Name[len(prefix):]) {
				names = append(names, info.Name)
			}
		}
	}
	found, err := gather(ctx, len(names), func(ctx context.Context, i int) (*string, error) {
		bad, err := r.IsDamaged(ctx, names[i])
		if err != nil || !bad {
			return nil, err
		}
		return &names[i], nil
	})
	out := make([]string, len(found))
	for i := range found {
		out[i] = *found[i]
	}
	return out, err
}

func isUUID(s string) bool {
	_, err := core.ParseUUID(s)
	return err == nil
}

// HasCopy reports whether PutBack can put an object right.
func (r *Repo) HasCopy(ctx context.Context, name string) (bool, error) {
	if strings.HasPrefix(name, pinPrefix) {
		return true, nil
	}
	if name == configName { // it was made anew to open the repository, or is known since then
		return true, nil
	}
	data, err := r.copyOf(ctx, name)
	return data != nil, err
}

// PutBack puts an object right of which there is a copy: a snapshot or a mark in this machine's cache, a snapshot in the trash or the other way
// round, a slot or the configuration. Of a pin its name says enough to make another. What stood there is copied aside first; false says that there is no copy. The bytes
// are those that the object had: a name gets no other content than was once written under it.
func (r *Repo) PutBack(ctx context.Context, name string) (bool, error) {
	if id, _, ok := parsePair(pinPrefix, name); ok && strings.HasPrefix(name, pinPrefix) {
		one := crypto.NewUUID()
		return true, r.store.Put(ctx, pairName(pinPrefix, id, one), r.sealPin(&Pin{Snapshot: id, Created: time.Now().UnixNano()}, one))
	}
	if name == configName {
		return r.putBackConfig(ctx)
	}
	data, err := r.copyOf(ctx, name)
	if err != nil || data == nil {
		return false, err
	}
	if strings.HasPrefix(name, slotPrefix) {
		return r.putBackSlot(ctx, name, data)
	}
	if out, err := r.SetAside(ctx, name, false); err != nil || out == AsideLarge {
		return false, err
	}
	if err := r.store.Put(ctx, name, data); err != nil {
		return false, err
	}
	bad, err := r.IsDamaged(ctx, name)
	return !bad, err
}

// copyOf returns what an object should be, or nil where nobody knows.
func (r *Repo) copyOf(ctx context.Context, name string) ([]byte, error) {
	prefix, rest, _ := strings.Cut(name, "/")
	id, err := core.ParseUUID(strings.SplitN(rest, ".", 2)[0])
	if err != nil {
		return nil, nil
	}
	switch prefix + "/" {
	case markPrefix:
		if data := r.recallFile("gc", id.String()); data != nil && r.judgeMark(id, data) == nil {
			return data, nil
		}
	case snapshotPrefix, trashPrefix:
		return r.copyOfSnapshot(ctx, id)
	case slotPrefix:
		return r.copyOfSlot(ctx, id)
	}
	return nil, nil
}

func (r *Repo) copyOfSnapshot(ctx context.Context, id core.UUID) ([]byte, error) {
	if data := r.recallFile("snapshots", id.String()); data != nil {
		if _, err := r.openSnapshot(id, data); err == nil {
			return data, nil
		}
	}
	copies, err := r.listTrash(ctx)
	if err != nil {
		return nil, err
	}
	names := []string{snapshotName(id)}
	for _, c := range copies {
		if c.id == id {
			names = append(names, c.name)
		}
	}
	for _, name := range names {
		data, err := storage.ReadAll(ctx, r.store, name, maxSnapshot)
		if err == nil {
			_, err = r.openSnapshot(id, data)
		}
		if err == nil {
			return data, nil
		}
		if core.KindOf(damageOf(name, err)) != core.Damage {
			return nil, err
		}
	}
	return nil, nil
}
