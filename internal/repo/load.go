package repo

import (
	"context"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/index"
	"backup_projeto/internal/parallel"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/storage"
)

// readers is how many small objects are read at once.
const readers = 8

// maxLists is how often the index is listed anew because an object that a listing has is gone.
const maxLists = 5

// LoadIndex brings the local index up to date with the store's index objects. It must be called before chunks are read; a session does
// so itself. Index objects that cannot be read are returned; the rest is loaded.
//
// A prune that merges index objects puts the new one before it deletes the old: who finds an old one gone lists again.
func (r *Repo) LoadIndex(ctx context.Context) (damaged []Damaged, err error) {
	if err := r.lookRevoked(ctx); err != nil {
		return nil, err
	}
	return r.loadIndexes(ctx)
}

// loadIndexes is LoadIndex, after a look at the revocations.
func (r *Repo) loadIndexes(ctx context.Context) (damaged []Damaged, err error) {
	r.mending.Lock()
	defer r.mending.Unlock()
	if err := r.renewTables(); err != nil {
		return nil, err
	}
	return r.load(ctx)
}

// load is loadIndexes where no revocation is new. The caller holds mending.
func (r *Repo) load(ctx context.Context) (damaged []Damaged, err error) {
	for range maxLists {
		var gone bool
		if damaged, gone, err = r.loadIndex(ctx); err != nil || !gone {
			break
		}
	}
	r.partial = err
	return damaged, err
}

// loadIndex lists and loads once. gone says that an object was listed and absent; it is in damaged, too.
func (r *Repo) loadIndex(ctx context.Context) (damaged []Damaged, gone bool, err error) {
	listed, err := r.listIndex(ctx)
	if err != nil {
		return nil, false, err
	}
	names := make([]core.ID, len(listed))
	for i := range listed {
		names[i] = listed[i].name
	}
	if err := r.set.Retain(names); err != nil {
		return nil, false, err
	}
	known := map[core.ID]bool{}
	for _, id := range r.set.Sources() {
		known[id] = true
	}
	missing := slices.DeleteFunc(names, func(id core.ID) bool { return known[id] })
	var list damageList
	var absent atomic.Bool
	err = parallel.Each(ctx, readers, missing, func(ctx context.Context, id core.ID) error {
		packs, by, err := r.readIndex(ctx, id)
		if storage.IsNotFound(err) {
			absent.Store(true)
		}
		if err == nil {
			err = r.believe(ctx, packs, by)
		}
		if err != nil && !IsVoid(err) {
			return list.add(indexName(id), err)
		}
		if err != nil { // it lists nothing, and is not fetched again
			_ = list.add(indexName(id), err)
		}
		return r.set.Add(id, packs)
	})
	if err == nil && len(missing) > 0 {
		err = r.set.Flush()
	}
	return list.sorted(), absent.Load(), err
}

// listedIndex is an index object that a listing has.
type listedIndex struct {
	name core.ID
	size int64 // bytes
}

func (r *Repo) listIndex(ctx context.Context) (out []listedIndex, err error) {
	for info, err := range r.store.List(ctx, indexPrefix) {
		if err != nil {
			return nil, err
		}
		if id, err := core.ParseID(strings.TrimPrefix(info.Name, indexPrefix)); err == nil {
			out = append(out, listedIndex{id, info.Size})
		}
	}
	return out, nil
}

// damageList gathers damage from several goroutines.
type damageList struct {
	mu   sync.Mutex
	list []Damaged // guarded by mu
}

// add takes an error of kind Damage and returns any other.
func (d *damageList) add(object string, err error) error {
	if core.KindOf(err) != core.Damage {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.list = append(d.list, Damaged{object, err})
	return nil
}

func (d *damageList) sorted() []Damaged {
	d.mu.Lock()
	defer d.mu.Unlock()
	slices.SortFunc(d.list, func(a, b Damaged) int { return strings.Compare(a.Object, b.Object) })
	return d.list
}

// IndexObjects returns the names of what the loaded index was made from, in no order: of the index objects, and one that stands for the
// revocations that hold.
func (r *Repo) IndexObjects() []core.ID { return append(r.set.Sources(), r.trustID()) }

// renewTables drops the local index where revocations are known by now that it was not made under: what was believed then may not be now.
// Each set of revocations has a folder of its own, so that another process, which does not know of the newest yet, is not in the way. The caller
// holds mending.
func (r *Repo) renewTables() error {
	trust := r.trustID()
	if trust == r.tables {
		return nil
	}
	dir := ""
	if r.dir != "" {
		dir = tablesDir(r.dir, trust)
	}
	if err := r.set.Reopen(dir); err != nil {
		return err
	}
	r.tables = trust
	if r.dir == "" {
		return nil
	}
	entries, _ := os.ReadDir(r.dir)
	for _, e := range entries {
		if path := filepath.Join(r.dir, e.Name()); strings.HasPrefix(e.Name(), tablesName) && path != dir {
			_ = os.RemoveAll(path)
		}
	}
	return nil
}

// tablesName begins the names of folders of tables.
const tablesName = "index"

func tablesDir(dir string, trust core.ID) string {
	if trust == noneRevoked {
		return filepath.Join(dir, tablesName)
	}
	return filepath.Join(dir, tablesName+"-"+trust.Short())
}

// noneRevoked is the trustID where there are no revocations.
var noneRevoked = crypto.Hash(nil)

// Believes reports whether a backup may count a chunk as present by what the loaded index says: a device that is believed lists it.
func (r *Repo) Believes(id *core.ID) bool { return r.BelievesBut(id, nil) }

// BelievesBut is Believes without what the bad packs hold, those that Distrusted returns.
func (r *Repo) BelievesBut(id *core.ID, bad map[core.ID]bool) bool {
	held := func() bool {
		return r.set.Held(id, func(pack *core.ID, believed bool) bool { return believed && !bad[*pack] })
	}
	return held() || r.mended() && held()
}

// Has reports whether the loaded index holds a chunk.
func (r *Repo) Has(id *core.ID) bool {
	return r.set.Has(id) || r.mended() && r.set.Has(id)
}

// Lookup returns every place of a chunk, those first that a believed device lists; none means that it is not in the index, or that the index
// could not be loaded anew: see Places.
func (r *Repo) Lookup(id *core.ID) []index.Location {
	places := r.set.Lookup(id)
	if r.mended() || len(places) == 0 && r.settled() {
		places = r.set.Lookup(id)
	}
	return places
}

// maxMends is how often the local index is loaded anew because a part of it was lost: a disk that fails each time is given up.
const maxMends = 3

// mended loads the index anew where a part of the local copy turned out to be damaged, and reports whether it did: what that part covered
// was not found, and is not missing in the repository. Where loading fails it stays not found.
func (r *Repo) mended() bool {
	if !r.set.Damaged() {
		return false
	}
	r.mending.Lock()
	defer r.mending.Unlock()
	if r.set.Damaged() && r.mends < maxMends {
		r.mends++
		_, _ = r.load(context.Background()) // whoever misses a chunk says so
	}
	return !r.set.Damaged()
}

// Packs yields each indexed pack once.
func (r *Repo) Packs() iter.Seq[index.PackInfo] { return r.set.Packs }

// StoredPacks lists the packs that the store has, with their sizes in bytes.
func (r *Repo) StoredPacks(ctx context.Context) (map[core.ID]int64, error) {
	out := map[core.ID]int64{}
	for info, err := range r.store.List(ctx, packPrefix) {
		if err != nil {
			return nil, err
		}
		if id, err := core.ParseID(info.Name[strings.LastIndexByte(info.Name, '/')+1:]); err == nil && PackName(id) == info.Name {
			out[id] = info.Size
		}
	}
	return out, nil
}

// SnapshotIDs lists the snapshots, oldest first, without reading them.
func (r *Repo) SnapshotIDs(ctx context.Context) ([]core.UUID, error) {
	var ids []core.UUID
	now := time.Now()
	for info, err := range r.store.List(ctx, snapshotPrefix) {
		if err != nil {
			return nil, err
		}
		if id, err := core.ParseUUID(strings.TrimPrefix(info.Name, snapshotPrefix)); err == nil {
			ids = append(ids, id)
		}
		if info.ModTime.After(now) {
			now = info.ModTime
		}
	}
	slices.SortFunc(ids, core.UUID.Compare)
	r.forgetOld(ctx, ids, now)
	return ids, nil
}

// Snapshot returns a manifest that the store lists, from the local cache where it is there. One that does not count for who signed it is
// an error of kind Damage: see IsVoid and IsUnknown.
func (r *Repo) Snapshot(ctx context.Context, id core.UUID) (*snapshot.Manifest, error) {
	if r.CanRead() && r.dir != "" {
		if data, err := os.ReadFile(r.cachedSnapshot(id)); err == nil {
			if m, err := r.openSnapshot(id, data); err == nil { // it is sealed there as it is in the store
				if err := r.snapshotCounts(ctx, id, data); err != nil {
					return nil, err
				}
				return m, nil
			}
		}
	}
	return r.ReadSnapshot(ctx, id)
}

// snapshotCounts returns why a snapshot does not count, by its bytes.
func (r *Repo) snapshotCounts(ctx context.Context, id core.UUID, data []byte) error {
	if err := r.ensureRevoked(ctx); err != nil {
		return err
	}
	return r.counts(ctx, snapshotName(id), data)
}

// ReadSnapshot returns a manifest as the store has it. What Snapshot says of who signed it holds here.
func (r *Repo) ReadSnapshot(ctx context.Context, id core.UUID) (*snapshot.Manifest, error) {
	if !r.CanRead() {
		return nil, errWriteOnly()
	}
	data, err := storage.ReadAll(ctx, r.store, snapshotName(id), maxSnapshot)
	if err != nil {
		return nil, damageOf(snapshotName(id), err)
	}
	m, err := r.openSnapshot(id, data)
	if err != nil {
		return nil, damageOf(snapshotName(id), err)
	}
	r.cacheSnapshot(id, data)
	if err := r.snapshotCounts(ctx, id, data); err != nil {
		return nil, err
	}
	return m, nil
}

func (r *Repo) cachedSnapshot(id core.UUID) string {
	return filepath.Join(r.dir, "snapshots", id.String())
}

// cacheSnapshot keeps a sealed manifest.
func (r *Repo) cacheSnapshot(id core.UUID, data []byte) { r.keepFile("snapshots", id.String(), data) }

// Snapshots reads all manifests, oldest first; those that cannot be read, or do not count for who signed them, are returned as damage. One
// that was deleted since the listing is in neither.
func (r *Repo) Snapshots(ctx context.Context) ([]*snapshot.Manifest, []Damaged, error) {
	if !r.CanRead() {
		return nil, nil, errWriteOnly()
	}
	if err := r.lookRevoked(ctx); err != nil {
		return nil, nil, err
	}
	ids, err := r.SnapshotIDs(ctx)
	if err != nil {
		return nil, nil, err
	}
	var damaged damageList
	all, err := gather(ctx, len(ids), func(ctx context.Context, i int) (*snapshot.Manifest, error) {
		m, err := r.Snapshot(ctx, ids[i])
		if err != nil && !storage.IsNotFound(err) {
			return nil, damaged.add(snapshotName(ids[i]), err)
		}
		return m, nil
	})
	return all, damaged.sorted(), err
}
