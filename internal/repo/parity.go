package repo

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"backup_projeto/internal/core"
	"backup_projeto/internal/parity"
	"backup_projeto/internal/storage"
)

// The parity of a pack is "parity/<2 hex>/<pack's name>.<K>". K says how much can be lost, and with the pack what the object's bytes are: so
// no name is ever written with other bytes, and a pack may have several while that changes. A pack without has lost nothing.
const parityPrefix = "parity/"

// Codes of this file's errors; the kind is Damage.
const (
	codeNoParity     core.Code = "parity-none"    // a pack has none
	codeBeyondParity core.Code = "parity-beyond"  // more of a pack is lost than its parity makes up for
	codeBadParity    core.Code = "parity-damaged" // a parity object is not what was written
)

// ParityObject is the parity of one pack.
type ParityObject struct {
	Pack core.ID
	K    int   // see parity.Shape
	Size int64 // bytes, as listed
}

// Name returns its name in the store.
func (o *ParityObject) Name() string {
	return parityFolder(o.Pack) + o.Pack.String() + "." + strconv.Itoa(o.K)
}

func parityFolder(pack core.ID) string { return parityPrefix + pack.String()[:2] + "/" }

// parseParity reads a listed name; false where it is no parity's.
func parseParity(info storage.Info) (o ParityObject, ok bool) {
	file := info.Name[strings.LastIndexByte(info.Name, '/')+1:]
	pack, k, _ := strings.Cut(file, ".")
	var err error
	if o.Pack, err = core.ParseID(pack); err != nil {
		return o, false
	}
	if o.K, err = strconv.Atoi(k); err != nil || o.K < 1 || o.K > parity.MaxK {
		return o, false
	}
	o.Size = info.Size
	return o, o.Name() == info.Name
}

// ParityObjects lists the parity that the store has, by pack, the largest K first.
func (r *Repo) ParityObjects(ctx context.Context) (map[core.ID][]ParityObject, error) {
	return r.listParity(ctx, parityPrefix)
}

func (r *Repo) listParity(ctx context.Context, prefix string) (map[core.ID][]ParityObject, error) {
	out := map[core.ID][]ParityObject{}
	for info, err := range r.store.List(ctx, prefix) {
		if err != nil {
			return nil, err
		}
		if o, ok := parseParity(info); ok {
			out[o.Pack] = append(out[o.Pack], o)
		}
	}
	for _, list := range out {
		slices.SortFunc(list, func(a, b ParityObject) int { return b.K - a.K })
	}
	return out, nil
}

// PutParity stores the parity of a pack, from the pack's whole bytes, in at least that share, and returns it. buf is memory that may be used.
func (r *Repo) PutParity(ctx context.Context, name core.ID, data, buf []byte, share parity.Share) (o ParityObject, used []byte, err error) {
	shape, err := parity.Fit(len(data), share)
	if err == nil {
		buf, err = parity.Encode(buf, name, data, shape.K)
	}
	o = ParityObject{Pack: name, K: shape.K, Size: int64(len(buf))}
	if err != nil {
		return o, buf, &core.Error{Kind: core.Failure, Subject: PackName(name), Err: err}
	}
	return o, buf, r.store.Put(ctx, o.Name(), buf)
}

// DeleteParity deletes a parity object. One that a lock keeps, or that this device may not delete, stays: that costs room and nothing else.
func (r *Repo) DeleteParity(ctx context.Context, o ParityObject) error {
	err := r.store.Delete(ctx, o.Name())
	if storage.IsDenied(err) || storage.IsLocked(err) {
		return nil
	}
	return err
}

// ProveParity reports whether a parity object is there and, to its last byte, what its pack's whole bytes give.
func (r *Repo) ProveParity(ctx context.Context, o ParityObject, data []byte) (bool, error) {
	object, err := storage.ReadAll(ctx, r.store, o.Name(), core.MaxObject)
	if err == nil {
		err = parity.Check(o.Pack, data, o.K, object)
	}
	if err = damageOf(o.Name(), err); core.KindOf(err) == core.Damage {
		return false, nil
	}
	return err == nil, err
}

// CheckParity reads a parity object and compares it with its pack's whole bytes: kind Damage, code "parity-damaged", unless it is as it was
// written. One that is gone is no damage.
func (r *Repo) CheckParity(ctx context.Context, o ParityObject, data []byte) error {
	object, err := storage.ReadAll(ctx, r.store, o.Name(), core.MaxObject)
	if storage.IsNotFound(err) {
		return nil
	}
	if err == nil {
		err = parity.Check(o.Pack, data, o.K, object)
	}
	if err = damageOf(o.Name(), err); core.KindOf(err) == core.Damage {
		return &core.Error{Kind: core.Damage, Code: codeBadParity, Subject: o.Name(), Err: err}
	}
	return err
}

// RewriteParity stores a parity object, whose bytes are damaged, as it was: from its pack's whole bytes.
func (r *Repo) RewriteParity(ctx context.Context, o ParityObject, data []byte) error {
	object, err := parity.Encode(nil, o.Pack, data, o.K)
	if err != nil {
		return &core.Error{Kind: core.Failure, Subject: o.Name(), Err: err}
	}
	return r.store.Put(ctx, o.Name(), object)
}

// CanMend reports whether a pack has parity. It is one request.
func (r *Repo) CanMend(ctx context.Context, name core.ID) (bool, error) {
	all, err := r.listParity(ctx, parityFolder(name))
	return len(all[name]) > 0, err
}

// Mend returns a pack's bytes as they were, from what the store has left of it, which may be nothing, and can read, and of its parity. It needs no key,
// and changes nothing. Errors of kind Damage: code "parity-none" where the pack has no parity, "parity-beyond" where more is lost
// than that makes up for, "parity-damaged" where it has no use itself.
func (r *Repo) Mend(ctx context.Context, name core.ID) ([]byte, error) {
	all, err := r.listParity(ctx, parityFolder(name))
	if err != nil {
		return nil, err
	}
	err = &core.Error{Kind: core.Damage, Code: codeNoParity, Subject: PackName(name)}
	if len(all[name]) == 0 {
		return nil, err
	}
	left, e := r.readAround(ctx, PackName(name), core.MaxPack)
	if e != nil {
		return nil, e
	}
	for _, o := range all[name] {
		var data []byte
		if data, err = r.mendWith(ctx, o, left); err == nil || core.KindOf(err) != core.Damage {
			return data, err
		}
	}
	return nil, err
}

// mendWith mends with one parity object.
func (r *Repo) mendWith(ctx context.Context, o ParityObject, left []byte) ([]byte, error) {
	object, err := r.readAround(ctx, o.Name(), core.MaxObject)
	if err != nil {
		return nil, err
	}
	m, err := parity.Mend(o.Pack, 0, o.K, left, object)
	var beyond *parity.Beyond
	switch {
	case errors.As(err, &beyond):
		return nil, packDamage(codeBeyondParity, o.Pack, err)
	case err != nil:
		return nil, &core.Error{Kind: core.Damage, Code: codeBadParity, Subject: o.Name(), Err: err}
	}
	return m.Data, nil
}

// readUpTo reads what there is of an object, up to limit bytes: nothing where it is absent, and with an error what came before it.
func (r *Repo) readUpTo(ctx context.Context, name string, limit int64) ([]byte, error) {
	body, err := r.store.Get(ctx, name, 0, limit)
	if err != nil {
		return nil, ignoreAbsent(err)
	}
	defer body.Close()
	data, err := io.ReadAll(body)
	return data, ignoreAbsent(err)
}
