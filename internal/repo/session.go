package repo

import (
	"context"
	"errors"
	"hash/crc32"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/gc"
	"backup_projeto/internal/index"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/storage"
)

// segmentSize is how many raw bytes a segment is filled to: large enough that the encoder finds what files share, small enough that
// reading one file costs little. See doc/adr/0003-sizes.md.
const segmentSize = 1 << 20

// Session is one backup in flight. Content goes in through Fillers, several at once, and is on its way to the store while more
// comes: filled segments are compressed by workers, sealed into packs and uploaded, all bounded, so that Add waits where the rest is
// slower. Finish makes all of it durable; Commit then saves the snapshot, or says that content has to be added once more, after Again.
// Every session ends with Close. From Begin to Close an object in the store says that it is in flight; see package gc.
//
// The first error ends the session: what follows gives the same error. A chunk that was claimed but did not arrive is never taken
// for present, since no snapshot of this session is saved then.
type Session struct {
	r       *Repo
	ctx     context.Context
	cancel  context.CancelCauseFunc
	id      core.UUID
	begun   time.Time
	part    gc.Backup           // what it may count on
	trust   core.ID             // the revocations that held when it looked at the index
	has     func(*core.ID) bool // whether a chunk is present
	damaged []Damaged
	claims  *index.Claims
	jobs    chan *segment
	work    sync.WaitGroup // the compressing workers
	free    sync.Pool      // of *segment
	pack    *packer
	done    bool // Finish was called
	prune   bool // it is a prune's
	unsure  bool // putting the session's object failed: it may still come to stand in the store

	raw atomic.Int64
}

// Totals are what a session did so far, in bytes.
type Totals struct {
	Raw    int64 // content that was new, before compression
	Stored int64 // packs and index objects that arrived in the store
}

// segment is chunks on their way into a pack.
type segment struct {
	kind    pack.Kind
	raw     []byte
	ids     []core.ID
	lengths []int
	sum     uint32 // CRC-32C of raw, taken of the chunks as they were when they were hashed
}

// Begin starts a session: it says so in the store, brings index and marks up to date, and takes over what an earlier session of this
// machine had uploaded when it was cut off, so that it is not uploaded again.
func (r *Repo) Begin(ctx context.Context) (*Session, error) {
	s, err := r.begin(ctx, false)
	if err != nil {
		return nil, err
	}
	bad := r.Distrusted()
	s.has = func(id *core.ID) bool {
		return r.set.Held(id, func(pack *core.ID, believed bool) bool { return believed && !bad[*pack] && s.part.Count(pack) })
	}
	return s, nil
}

// begin starts a session, a prune's or a backup's.
func (r *Repo) begin(ctx context.Context, prune bool) (*Session, error) {
	s := &Session{r: r, id: crypto.NewTimeUUID(time.Now()), begun: time.Now(), claims: index.NewClaims()}
	s.free.New = func() any { return &segment{raw: make([]byte, 0, segmentSize)} }
	s.ctx, s.cancel = context.WithCancelCause(ctx)
	s.pack = newPacker(s)
	if s.prune = prune; prune {
		s.pack.journal.flush()
	}
	host, _ := os.Hostname()
	note := &gc.Session{Prune: prune, Created: s.begun.UnixNano(), Host: host}
	if !prune { // a prune lets nobody sweep beside it
		r.recall(s.ctx, &s.part.Known)
	}
	err := s.part.Begin(s.author(prune), note)
	if err == nil {
		r.forgetMarks(&s.part.Known)
		err = s.pack.adopt(s.ctx)
	}
	if err != nil {
		err = protocolError(err)
		s.fail(err)
		s.leave()
		return nil, err
	}
	s.start()
	return s, nil
}

// start starts the workers.
func (s *Session) start() {
	s.jobs, s.done = make(chan *segment), false // a queue gains no time, and costs a segment's memory for each place
	for range s.r.opt.Workers {
		s.work.Add(1)
		go s.compress()
	}
}

// Again makes the session ready for content once more, after Commit said that it has to be added again. No Filler from before is used.
func (s *Session) Again() { s.start() }

// Damaged returns the index objects that could not be read when the session began.
func (s *Session) Damaged() []Damaged { return s.damaged }

// Wary reports whether content of a parent may be taken over only chunk by chunk, where Holds says so.
func (s *Session) Wary() bool { return s.part.Wary() }

// Holds reports whether a chunk is present, and may be relied on.
func (s *Session) Holds(id *core.ID) bool { return s.has(id) }

// TakeOver notes that content of a parent was taken over without asking Holds. The parent must have been listed after Begin, and Wary must
// be false.
func (s *Session) TakeOver() { s.part.TakeOver() }

// fail records the first error and stops everything.
func (s *Session) fail(err error) error {
	s.cancel(err)
	return s.err()
}

// err returns the error that ended the session, or nil.
func (s *Session) err() error { return context.Cause(s.ctx) }

// Totals returns what was done so far.
func (s *Session) Totals() Totals { return Totals{s.raw.Load(), s.pack.stored.Load()} }

// compress is one worker: it turns segments into parts of packs until there are no more.
func (s *Session) compress() {
	defer s.work.Done()
	c, err := pack.NewCompressor()
	if err != nil {
		s.fail(err)
		return
	}
	defer c.Close()
	var out []byte
	for seg := range s.jobs {
		if s.ctx.Err() == nil {
			out, err = s.store(c, out[:0], seg)
			if err != nil {
				s.fail(err)
			}
		}
		s.free.Put(seg)
	}
}

// store compresses a segment and hands it to the packer. A buffer that was changed since its chunks were hashed must not be stored under
// their ids: the checksum that Add took is computed once more, after the compressed bytes gave back the same. See doc/adr/0006-speed.md.
func (s *Session) store(c *pack.Compressor, out []byte, seg *segment) ([]byte, error) {
	out, how := c.Compress(out, seg.raw, s.pack.level(seg.kind))
	if crc32.Checksum(seg.raw, castagnoli) != seg.sum {
		return out, core.Errorf(core.Failure, "", "", "blocks from %s changed in memory before they were stored", seg.ids[0].Short())
	}
	info := pack.Segment{Raw: len(seg.raw), Compression: how, IDs: append([]core.ID(nil), seg.ids...), Lengths: append([]int(nil), seg.lengths...)}
	return out, s.pack.add(seg.kind, info, out)
}

// Filler fills segments with chunks of one kind; it is for one goroutine. What it was given is on its way once Flush returned.
type Filler struct {
	s    *Session
	kind pack.Kind
	seg  *segment
}

// Filler returns a new one.
func (s *Session) Filler(kind pack.Kind) *Filler { return &Filler{s: s, kind: kind} }

// Add takes a chunk unless the repository has it or this session got it before, and reports whether it was new. data is copied.
func (f *Filler) Add(id core.ID, data []byte) (bool, error) {
	s := f.s
	if !s.claims.ClaimAbsent(&id, s.has) {
		return false, nil
	}
	s.raw.Add(int64(len(data)))
	if f.seg != nil && len(f.seg.raw)+len(data) > segmentSize {
		if err := f.Flush(); err != nil {
			return true, err
		}
	}
	if f.seg == nil {
		f.seg = s.free.Get().(*segment)
		f.seg.kind = f.kind
		f.seg.raw, f.seg.ids, f.seg.lengths, f.seg.sum = f.seg.raw[:0], f.seg.ids[:0], f.seg.lengths[:0], 0
	}
	f.seg.sum = crc32.Update(f.seg.sum, castagnoli, data)
	f.seg.raw = append(f.seg.raw, data...)
	f.seg.ids = append(f.seg.ids, id)
	f.seg.lengths = append(f.seg.lengths, len(data))
	return true, nil
}

// Flush sends the filler's last segment on its way.
func (f *Filler) Flush() error {
	if f.seg == nil {
		return f.s.err()
	}
	select {
	case f.s.jobs <- f.seg:
		f.seg = nil
		return nil
	case <-f.s.ctx.Done():
		return f.s.err()
	}
}

// drain ends the workers; no Filler may be used any more.
func (s *Session) drain() {
	if !s.done {
		s.done = true
		close(s.jobs)
		s.work.Wait()
	}
}

// Finish waits until everything that the fillers were given is stored and listed in the index. All fillers must be flushed.
func (s *Session) Finish() error {
	s.drain()
	if err := s.err(); err != nil {
		return err
	}
	if err := s.pack.finish(); err != nil {
		return s.fail(err)
	}
	return s.err()
}

// longSession is how long a session lasts before it is worth a request to look at the marks before the snapshot is put, too.
const longSession = time.Minute

// Commit saves the snapshot, after Finish. The manifest's ID names it. An error for which errors.Is(err, gc.ErrCondemned) holds says that a
// prune has condemned what the snapshot needs, and that nothing was saved: all content is to be added once more, after Again, and
// committed under another ID.
func (s *Session) Commit(m *snapshot.Manifest) error {
	if err := s.err(); err != nil {
		return err
	}
	data, err := s.r.sealSnapshot(m)
	if err != nil {
		return err
	}
	if len(data) > maxSnapshot {
		return core.Errorf(core.Failure, "", snapshotName(m.ID), "manifest of %d bytes", len(data))
	}
	a := s.author(false)
	a.name, a.data = snapshotName(m.ID), data
	switch err := s.part.Commit(a, time.Since(s.begun) > longSession); {
	case errors.Is(err, gc.ErrCondemned):
		return err
	case err != nil:
		return s.fail(protocolError(err))
	case s.r.trustID() != s.trust:
		return s.distrust(a)
	}
	s.r.cacheSnapshot(m.ID, data)
	return nil
}

// distrust takes the snapshot back, since a device was revoked that it may have relied on, and looks at the index anew.
func (s *Session) distrust(a *author) error {
	s.part.Doubt()
	if err := a.TakeBack(); err != nil {
		return s.fail(err)
	}
	if err := a.LoadIndex(); err != nil {
		return s.fail(err)
	}
	return gc.ErrCondemned
}

// abortTime is how long an interrupted session may take to list what it had uploaded and to end in the store.
const abortTime = 10 * time.Second

// Close ends the session and waits for all that it started. Without Finish the session is given up: packs that arrived are
// listed in the index, so that the next session finds their chunks.
func (s *Session) Close() {
	finished := s.done && s.err() == nil
	if !finished {
		s.cancel(context.Canceled)
	}
	s.drain()
	s.leave()
	s.cancel(context.Canceled)
}

// leave lists what arrived and takes the session out of the store. Where that fails the journal stays, for the next session to do it; also
// where the object may arrive later than its deletion.
func (s *Session) leave() {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), abortTime)
	defer cancel()
	listed := s.pack.close(ctx)
	ended := s.r.endSession(ctx, s.id, s.prune)
	s.pack.journal.close(listed && ended && !s.unsure)
}

// endSession takes a session of this machine out of the store, and reports whether that is done with: also where this device may not
// delete anything, and the session stands until a prune takes it for dead. A prune's, which keeps all others waiting, is tried again.
func (r *Repo) endSession(ctx context.Context, id core.UUID, prune bool) bool {
	err := r.store.Delete(ctx, sessionName(id))
	return err == nil || !prune && (storage.IsDenied(err) || storage.IsLocked(err))
}
