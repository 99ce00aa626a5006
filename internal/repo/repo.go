// Package repo is the repository on one store: it opens and creates it, reads its snapshots and chunks, and writes new ones. It
// is the only engine package that sees a Store.
//
// Terms: a header is the configuration that is readable without a key; a repo is a repository that a key has opened; a session is
// one backup in flight, which claims chunks, fills packs and ends in a snapshot.
//
// Map, by what is looked for:
//   - what opens it: header.go is the configuration, slots.go the keys, settings.go what holds for all devices; copies.go keeps copies of
//     these, putback.go puts them back, and orphan.go opens without a configuration;
//   - how it is made: vacant.go sees that nothing is there, nascent.go makes it, finish.go ends a making that was cut off;
//   - whose word counts: signers.go judges signatures, revoked.go ends a slot, void.go tells what does not count, census.go who signed what;
//   - writing: session.go and packer.go, objects.go seals index and snapshot objects, journal.go remembers what an interrupted session had
//     uploaded, pace.go says how hard to compress;
//   - reading: load.go brings the local index up to date, moved.go while it is read from; read.go finds and opens chunks and segments,
//     tree.go directories, ahead.go several segments at once, around.go what a disk cannot read; cache.go and local.go keep them;
//   - snapshots: history.go reads them with who signed them and when they were stored, trash.go drops them and brings them back, pins.go
//     keeps them, vanished.go finds out which are gone by other means, forget.go lets their copies go;
//   - parity: parity.go stores it and mends with it, heal.go does so for who reads;
//   - what operations stand on: prove.go, prover.go, paritycheck.go, vouch.go and distrust.go verify; prune.go and, for the
//     objects of package gc, flight.go prune; aside.go, salvage.go and sandbox.go repair; locks.go package lock.
//
// Promises: objects are written in the order packs, index, snapshot; bytes from the store are authenticated before they are decoded;
// what is wrong with them is an error of kind Damage; memory is bounded whatever the repository's size. Everything but Close
// may be called at once from many goroutines.
package repo

import (
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"backup_projeto/internal/chunk"
	"backup_projeto/internal/core"
	"backup_projeto/internal/cost"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/index"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/parity"
	"backup_projeto/internal/storage"
)

// Options say where a repo keeps its local caches, and how it writes.
type Options struct {
	// Cache is the folder for caches of all repositories, made if absent; "" keeps the index in memory and nothing else.
	Cache string
	// Workers is how many goroutines compress; 0 means one for each core.
	Workers int
	// Level is how hard content is compressed; the zero value takes what costs no time, by how fast packs arrive.
	Level pack.Level
	// Keep is given this device's key by Create, before anything is stored of the repository that it opens: nobody shall have to open one whose key was
	// lost in a crash. Forget is called with the repository's id if nothing is left of it after all. Both may be nil.
	Keep   func(*keys.DeviceKey)
	Forget func(core.UUID)
	// Parity is how much of each pack of a repository that Create makes may be lost; 0 is no parity.
	Parity parity.Share
}

// Repo is an open repository.
type Repo struct {
	store  storage.Store
	header *Header
	ring   *keys.Keyring
	opt    Options
	dir    string // of local caches of this repository; "" without
	set    *index.Set
	dec    *pack.Decompressor
	idKey  []byte
	hasher sync.Pool // of *crypto.IDHasher
	packs  keyCache
	segs   segmentCache
	ahead  aheads
	heals  heals

	signers signers

	mending sync.Mutex           // held while the local index is loaded
	mends   int                  // how often it was because it was damaged; guarded by mending
	tables  core.ID              // the revocations that it was made under: see trustID; guarded by mending
	partial error                // why it was not loaded whole the last time; guarded by mending
	lost    map[core.ID]struct{} // packs for which it was loaded anew in vain; guarded by mending
}

// Damaged is an object that is missing or is not what was written.
type Damaged struct {
	Object string
	Err    error
}

// open makes a Repo of its parts.
func open(s storage.Store, h *Header, ring *keys.Keyring, opt Options) (*Repo, error) {
	if cores := runtime.GOMAXPROCS(0); opt.Workers <= 0 || opt.Workers > cores { // more would only take memory
		opt.Workers = cores
	}
	r := &Repo{store: storage.Distinct(s), header: h, ring: ring, opt: opt, idKey: ring.Writer.IDKey(), tables: noneRevoked}
	r.hasher.New = func() any { return crypto.NewIDHasher(r.idKey) }
	tables := ""
	if opt.Cache != "" {
		r.dir = filepath.Join(opt.Cache, h.ID.String())
		tables = filepath.Join(r.dir, tablesName)
		if err := os.MkdirAll(tables, 0o700); err != nil { // a cache that cannot be kept is done without
			r.dir, tables = "", ""
		}
	}
	var err error
	if r.dec, err = pack.NewDecompressor(); err != nil {
		return nil, err
	}
	if r.set, err = index.OpenSet(tables, h.ID); err != nil {
		return nil, err
	}
	return r, nil
}

// Header returns the configuration, which is authentic.
func (r *Repo) Header() Header { return *r.header }

// Keyring returns what the opened slot gave.
func (r *Repo) Keyring() *keys.Keyring { return r.ring }

// Store returns the store, for counts and for what only listings tell.
func (r *Repo) Store() storage.Store { return r.store }

// Used returns what the store was asked for since it was opened, as services bill it.
func (r *Repo) Used() cost.Use {
	c := storage.CountsOf(r.store)
	return cost.Use{Writes: c.Put + c.List, Reads: c.Get + c.Stat, Deletes: c.Delete, Out: c.Received}
}

// CanRead reports whether the opened slot can read snapshots back. Without it reading gives kind WrongKey, code "write-only".
func (r *Repo) CanRead() bool { return r.ring.Read != nil }

// CacheDir returns the folder for local state of this repository, or "" where none is kept.
func (r *Repo) CacheDir() string { return r.dir }

// Close releases local caches, not the store.
func (r *Repo) Close() error {
	r.dec.Close()
	return r.set.Close()
}

// Cutter returns the chunker of the repository.
func (r *Repo) Cutter() *chunk.Cutter { return chunk.New(r.ring.Writer.ChunkKey(), r.header.Chunking) }

// Hasher returns a hasher of chunk ids for one goroutine.
func (r *Repo) Hasher() *crypto.IDHasher { return crypto.NewIDHasher(r.idKey) }

// CheckID reports whether data is the content of the chunk id.
func (r *Repo) CheckID(id core.ID, data []byte) bool {
	h := r.hasher.Get().(*crypto.IDHasher)
	defer r.hasher.Put(h)
	return h.Sum(data) == id
}
