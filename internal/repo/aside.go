package repo

import (
	"bytes"
	"context"
	"errors"
	"strings"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/gc"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/storage"
)

// What cannot be read is set aside: "aside/<name>.<SHA-256 of the bytes>" gets the very bytes, whatever they are, and then the object itself
// is deleted. Nobody reads what is there but people, and a repair on a machine that has a copy of what was meant; nothing here deletes it.
// Since the name says which bytes they are, setting aside can be cut off anywhere and done again.
const asidePrefix = "aside/"

// Outcome is what became of an object that was to be set aside.
type Outcome int

// The outcomes.
const (
	AsideNot    Outcome = iota // it is right by now, or gone
	AsideMoved                 // it was copied, and deleted from its place
	AsideCopy                  // it was copied; it stays in its place, as the place lets nobody delete or the caller wanted that
	AsideLarge                 // it is too long to be copied, and stays
	AsideMedium                // its medium does not give all of it, so that it cannot be copied; it stays
)

// SetAside sets an object aside that is not what it should be, by its bytes as they are read now. Only a copy that was read back lets it be
// deleted, and only with remove; what stands in its place is read once more before that.
func (r *Repo) SetAside(ctx context.Context, name string, remove bool) (Outcome, error) {
	data, err := r.damagedBytes(ctx, name)
	switch {
	case core.CodeOf(err) == storage.TooLarge:
		return AsideLarge, nil
	case storage.IsMedium(err):
		return AsideMedium, nil
	case err != nil || data == nil:
		return AsideNot, err
	}
	if err := r.putAside(ctx, asidePrefix+name+"."+crypto.Hash(data).String(), data); err != nil {
		return AsideNot, err
	}
	if !remove {
		return AsideCopy, nil
	}
	switch now, err := storage.ReadAll(ctx, r.store, name, core.MaxObject); {
	case storage.IsNotFound(err):
		return AsideMoved, nil
	case storage.IsMedium(err): // by now
		return AsideCopy, nil
	case err != nil:
		return AsideCopy, err
	case !bytes.Equal(now, data): // it was put right, or arrives differently each time
		return AsideCopy, nil
	}
	err = r.store.Delete(ctx, name)
	if storage.IsDenied(err) || storage.IsLocked(err) {
		return AsideCopy, nil
	}
	return AsideMoved, err
}

// putAside stores bytes under a name that says which they are, unless they are there and whole, and reads them back.
func (r *Repo) putAside(ctx context.Context, name string, data []byte) error {
	back, err := storage.ReadAll(ctx, r.store, name, core.MaxObject)
	switch {
	case err == nil && bytes.Equal(back, data):
		return nil
	case err != nil && !storage.IsNotFound(err) && !storage.IsMedium(err):
		return err
	}
	if err := r.store.Put(ctx, name, data); err != nil {
		return err
	}
	back, err = storage.ReadAll(ctx, r.store, name, core.MaxObject)
	if err == nil && !bytes.Equal(back, data) {
		err = storage.Errf(storage.Corrupt, name, errHash)
	}
	return err
}

// damagedBytes returns an object's bytes where they are not what they should be: nil where they are, or it is gone. What arrives wrong once
// is read again: it must not be taken for damaged where it was damaged on its way. What its medium does not give, twice, is an error of code Medium.
func (r *Repo) damagedBytes(ctx context.Context, name string) ([]byte, error) {
	for range 2 {
		data, err := storage.ReadAll(ctx, r.store, name, core.MaxObject)
		if storage.IsMedium(err) {
			data, err = storage.ReadAll(ctx, r.store, name, core.MaxObject)
		}
		if storage.IsNotFound(err) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		switch err := r.judge(ctx, name, data); {
		case err == nil:
			return nil, nil
		case core.KindOf(err) == core.Destination || core.KindOf(err) == core.Interrupted:
			return nil, err
		}
		if again, err := storage.ReadAll(ctx, r.store, name, core.MaxObject); err == nil && bytes.Equal(again, data) {
			return data, nil
		}
	}
	return nil, nil
}

// IsDamaged reports whether an object stands in its place and is not what it should be.
func (r *Repo) IsDamaged(ctx context.Context, name string) (bool, error) {
	data, err := r.damagedBytes(ctx, name)
	if core.CodeOf(err) == storage.TooLarge || storage.IsMedium(err) {
		return true, nil
	}
	return data != nil, err
}

// judge returns why bytes are not an object of that name, or nil. Who signed it does not matter: what counts for nothing is not damaged.
func (r *Repo) judge(ctx context.Context, name string, data []byte) error {
	if name == configName {
		return r.judgeConfig(data)
	}
	prefix, rest, _ := strings.Cut(name, "/")
	switch prefix + "/" {
	case packPrefix:
		if id, ok := ParsePackName(name); !ok || crypto.Hash(data) != id {
			return errHash
		}
		return nil
	case indexPrefix:
		return r.judgeIndex(ctx, rest, data)
	case trashPrefix, pinPrefix:
		id, one, ok := parsePair(prefix+"/", name)
		if !ok {
			return errMisplaced
		}
		if prefix+"/" == pinPrefix {
			_, err := r.openPin(id, one, data)
			return err
		}
		_, err := r.openSnapshot(id, data)
		return err
	}
	id, err := core.ParseUUID(rest)
	if err != nil {
		return err
	}
	switch prefix + "/" {
	case snapshotPrefix:
		_, err = r.openSnapshot(id, data)
	case markPrefix:
		err = r.judgeMark(id, data)
	case slotPrefix:
		err = r.judgeSlot(id, data)
	case settingsPrefix:
		if _, err = r.openSettings(id, data); errors.Is(err, errForeign) {
			err = nil
		}
	}
	return err
}

func (r *Repo) judgeIndex(ctx context.Context, rest string, data []byte) error {
	id, err := core.ParseID(rest)
	if err != nil {
		return err
	}
	if crypto.Hash(data) != id {
		return errHash
	}
	x, err := r.ListIndexes(ctx)
	if err == nil {
		_, err = x.Read(ctx, id)
	}
	return err
}

func (r *Repo) judgeMark(id core.UUID, data []byte) error {
	text, _, _, err := r.openNote(markMagic, crypto.KindMark, id, data)
	if err == nil {
		_, err = gc.DecodeMark(text)
	}
	return err
}

func (r *Repo) judgeSlot(id core.UUID, data []byte) error {
	slot, err := keys.Decode(data)
	if err == nil && slot.Repo != r.header.ID && !wasOf(slot, r.header.ID, r.ring.Admin) {
		if _, met := r.certified(id, r.recallFile(slotCopies, id.String())); met != nil { // else it was one of this repository
			return nil // of a creation that lost: nobody minds it
		}
	}
	if err == nil && (slot.ID != id || !slot.Certified(r.ring.Admin)) {
		err = errMisplaced
	}
	return err
}

// Aside lists what was set aside: the names that the objects had, each as often as it has bytes there, and how many bytes all take.
func (r *Repo) Aside(ctx context.Context) (names []string, size int64, err error) {
	for info, err := range r.store.List(ctx, asidePrefix) {
		if err != nil {
			return nil, 0, err
		}
		name := strings.TrimPrefix(info.Name, asidePrefix)
		if dot := strings.LastIndexByte(name, '.'); dot > 0 {
			names, size = append(names, name[:dot]), size+info.Size
		}
	}
	return names, size, nil
}
