package repo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/index"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/storage"
)

// Segment is one segment to read: any location within it says which.
type Segment = index.Location

// Ranges of one pack that are nearer than nearby bytes are fetched as one: on a link of 100 MB/s and 40 ms, what a round trip costs is
// 4 MB; this is far less, since the bytes between are thrown away. maxRange bounds what one request asks for.
const (
	nearby   = 512 << 10
	maxRange = 32 << 20
)

// FooterRead is how many bytes of a pack are read for its footer, if it has so many.
const FooterRead = 256 << 10

// errAbsent says that no index object mentions a chunk.
var errAbsent = errors.New("no index lists this block")

// errContent says that a chunk's content does not have its id.
var errContent = errors.New("the content does not match its id")

// Chunk returns one chunk's content, checked against its id, through a cache of opened segments. The caller does not change it.
// A chunk that stands in several places is tried in each, also in those that it was moved to since the index was loaded.
func (r *Repo) Chunk(ctx context.Context, id core.ID) ([]byte, error) {
	for {
		data, gone, err := r.anywhere(ctx, id)
		if err == nil || gone == nil {
			return data, err
		}
		moved, e := r.Moved(ctx, &id, *gone)
		if e != nil {
			return nil, e
		}
		if !moved {
			return nil, err
		}
	}
}

// anywhere tries all places of a chunk that the index says. gone is a pack among them that the store does not have.
func (r *Repo) anywhere(ctx context.Context, id core.ID) (data []byte, gone *core.ID, err error) {
	places, err := r.someplace(ctx, &id)
	for i := range places {
		if data, err = r.chunkAt(ctx, &places[i], id); err == nil {
			return data, nil, nil
		}
		if core.KindOf(err) != core.Damage {
			return nil, nil, err
		}
		if IsAbsent(err) {
			gone = &places[i].Pack.Name
		}
	}
	return nil, gone, err
}

func (r *Repo) chunkAt(ctx context.Context, l *index.Location, id core.ID) ([]byte, error) {
	raw, err := r.segs.get(segmentKey{l.Pack.Name, l.Number}, func() (raw []byte, err error) {
		if l.Pack.Kind == pack.Tree {
			return r.treeSegment(ctx, l)
		}
		err = r.ReadSegments(ctx, []Segment{*l}, func(_ int, b []byte, e error) error {
			raw = append([]byte(nil), b...)
			return e
		})
		return raw, err
	})
	if err != nil {
		return nil, err
	}
	data, ok := Cut(raw, l)
	if !ok || !r.CheckID(id, data) {
		return nil, damage(PackName(l.Pack.Name), errContent)
	}
	return data, nil
}

// Cut returns a chunk's content from its segment's raw bytes; false where the index says something impossible.
func Cut(raw []byte, l *index.Location) ([]byte, bool) {
	from, to := int64(l.Offset), int64(l.Offset)+int64(l.Length)
	if to > int64(len(raw)) {
		return nil, false
	}
	return raw[from:to:to], true
}

// objectKey opens a pack's object key.
func (r *Repo) objectKey(p *index.PackInfo) (*crypto.ObjectKey, error) {
	if !r.CanRead() {
		return nil, errWriteOnly()
	}
	// By the sealed key, not by the pack: an entry that lies about a pack's key must not spoil it for those that are true.
	return r.packs.get(crypto.Hash(p.Key), func() (*crypto.ObjectKey, error) {
		key, err := r.ring.Read.OpenObjectKey(r.header.ID, crypto.KindPack, nil, p.Key)
		return key, damageOf(PackName(p.Name), err)
	})
}

// ReadSegments reads segments of one pack, given in ascending order of their numbers without duplicates, with as few requests as
// are sensible (near ranges merged), and calls fn for each in order with its raw bytes, which are authentic and valid during the
// call only. A segment that is damaged is read as parity mends its pack; where that cannot be, it is passed with its error (kind Damage) and
// nil bytes, and reading goes on. Other errors, and those of fn, end it.
func (r *Repo) ReadSegments(ctx context.Context, segments []Segment, fn func(i int, raw []byte, err error) error) error {
	return r.ReadSegmentsInTurn(ctx, segments, noTurn, fn)
}

func noTurn() error { return nil }

// ReadSegmentsInTurn is ReadSegments that calls turn when the first answer is there, and waits for it before it takes more of that than its
// beginning: so many can wait for a distant store at once, and few hold segments in memory. An error of turn ends it.
func (r *Repo) ReadSegmentsInTurn(ctx context.Context, segments []Segment, turn func() error, fn func(i int, raw []byte, err error) error) error {
	if len(segments) == 0 {
		return nil
	}
	key, err := r.objectKey(&segments[0].Pack)
	if err != nil {
		if core.KindOf(err) != core.Damage {
			return err
		}
		if e := turn(); e != nil {
			return e
		}
		return failAll(segments, 0, err, fn)
	}
	return r.readSegments(ctx, key, segments, turn, fn)
}

// readSegments is ReadSegmentsInTurn with the pack's key. While one range is read the next is asked for.
func (r *Repo) readSegments(ctx context.Context, key *crypto.ObjectKey, segments []Segment, turn func() error, fn func(i int, raw []byte, err error) error) error {
	next := r.ask(ctx, key, segments, 0, fn)
	defer func() { next.close() }()
	<-next.came
	if err := turn(); err != nil {
		return err
	}
	for next != nil {
		rd := next
		next = r.ask(ctx, key, segments, len(rd.segments), fn)
		if err := rd.run(ctx); err != nil {
			return err
		}
	}
	return nil
}

// ask sends the request for the range that begins with segment i; nil where there is none.
func (r *Repo) ask(ctx context.Context, key *crypto.ObjectKey, segments []Segment, i int, fn func(i int, raw []byte, err error) error) *rangeReader {
	if i == len(segments) {
		return nil
	}
	j := i + 1
	for j < len(segments) && near(&segments[i], &segments[j-1], &segments[j]) {
		j++
	}
	ctx, stop := context.WithCancel(ctx)
	rd := &rangeReader{r: r, key: key, segments: segments[:j], at: i, fn: fn, stop: stop, came: make(chan struct{})}
	first, last := &segments[i], &segments[j-1]
	go func() {
		defer close(rd.came)
		from, to := first.Segment.Offset, last.Segment.Offset+int64(last.Segment.Stored)
		rd.body, rd.err = r.store.Get(ctx, PackName(first.Pack.Name), from, to-from)
	}()
	return rd
}

func failAll(segments []Segment, from int, err error, fn func(int, []byte, error) error) error {
	for i := from; i < len(segments); i++ {
		if e := fn(i, nil, err); e != nil {
			return e
		}
	}
	return nil
}

// near reports whether next belongs to the range that begins with first and ends with last so far.
func near(first, last, next *Segment) bool {
	end := last.Segment.Offset + int64(last.Segment.Stored)
	return next.Segment.Offset >= end && next.Segment.Offset-end <= nearby &&
		next.Segment.Offset+int64(next.Segment.Stored)-first.Segment.Offset <= maxRange
}

// rangeReader reads the segments from number at on in one request.
type rangeReader struct {
	r        *Repo
	key      *crypto.ObjectKey
	segments []Segment
	at       int
	fn       func(i int, raw []byte, err error) error

	stop context.CancelFunc
	came chan struct{} // closed when the answer, or an error, is there
	body io.ReadCloser
	err  error
}

// close gives the answer up, which may not have come yet.
func (rd *rangeReader) close() {
	if rd == nil {
		return
	}
	select {
	case <-rd.came:
	default:
		rd.stop()
		<-rd.came
	}
	if rd.body != nil {
		rd.body.Close()
	}
	rd.stop() // after that: a connection whose answer was read to its end serves the next request
}

func (rd *rangeReader) run(ctx context.Context) error {
	defer rd.close()
	first := &rd.segments[rd.at]
	pos, name := first.Segment.Offset, PackName(first.Pack.Name)
	<-rd.came // it ends with ctx
	bufs := buffers.Get().(*segmentBuffers)
	defer buffers.Put(bufs)
	if rd.err != nil {
		return rd.fail(ctx, bufs, name, rd.err)
	}
	for ; rd.at < len(rd.segments); rd.at++ {
		s := &rd.segments[rd.at]
		sealed, err := bufs.read(rd.body, s.Segment.Offset-pos, int(s.Segment.Stored))
		if err != nil {
			return rd.fail(ctx, bufs, name, err)
		}
		pos = s.Segment.Offset + int64(s.Segment.Stored)
		if err := rd.open(ctx, bufs, s, sealed); err != nil {
			return err
		}
	}
	return nil
}

// open opens one segment and hands it on.
func (rd *rangeReader) open(ctx context.Context, bufs *segmentBuffers, s *Segment, sealed []byte) error {
	raw, err := rd.unseal(bufs, s, sealed)
	if err != nil {
		return rd.heal(ctx, bufs, damage(PackName(s.Pack.Name), err))
	}
	return rd.fn(rd.at, raw, nil)
}

// unseal opens the bytes of a segment, which are used up.
func (rd *rangeReader) unseal(bufs *segmentBuffers, s *Segment, sealed []byte) ([]byte, error) {
	info := pack.Segment{Stored: int(s.Segment.Stored), Raw: int(s.Segment.Raw), Compression: s.Segment.Compression}
	raw, err := pack.OpenSegment(bufs.raw[:0], rd.key, rd.r.dec, &info, int(s.Number), sealed)
	if err == nil {
		bufs.raw = raw
	}
	return raw, err
}

// fail passes damage on to what was not read yet, as far as it cannot be mended; anything else ends the reading.
func (rd *rangeReader) fail(ctx context.Context, bufs *segmentBuffers, name string, err error) error {
	if err = cutShort(name, err); core.KindOf(err) != core.Damage {
		return err
	}
	for ; rd.at < len(rd.segments); rd.at++ {
		if e := rd.heal(ctx, bufs, err); e != nil {
			return e
		}
	}
	return nil
}

// PackEntry reads a pack's own footer, as the pack was uploaded, or as parity mends it.
func (r *Repo) PackEntry(ctx context.Context, name core.ID, size int64) (*pack.Entry, error) {
	if !r.CanRead() {
		return nil, errWriteOnly()
	}
	e, err := r.packEntry(ctx, name, size)
	if core.KindOf(err) != core.Damage {
		return e, err
	}
	r.heals.meet(name, err)
	data, mending := r.Mended(ctx, name)
	if mending == nil {
		r.heals.note(name)
		e, _, mending = r.NewProver().footer(data)
	} else if core.KindOf(mending) != core.Damage {
		return nil, mending
	}
	if mending != nil {
		return nil, err
	}
	e.Name, e.Key = name, bytes.Clone(e.Key) // else it would hold the whole pack
	return e, nil
}

// packEntry is PackEntry without parity.
func (r *Repo) packEntry(ctx context.Context, name core.ID, size int64) (*pack.Entry, error) {
	tail := make([]byte, min(size, FooterRead))
	if err := storage.ReadRange(ctx, r.store, PackName(name), size-int64(len(tail)), tail); err != nil {
		return nil, cutShort(PackName(name), err)
	}
	if len(tail) < pack.TrailerSize {
		return nil, damage(PackName(name), pack.ErrFormat)
	}
	sealedKey, n, err := pack.Trailer(tail[len(tail)-pack.TrailerSize:])
	if err != nil || int64(n+pack.TrailerSize) > size {
		return nil, damage(PackName(name), pack.ErrFormat)
	}
	sealed := make([]byte, n)
	if have := len(tail) - pack.TrailerSize; n <= have {
		copy(sealed, tail[have-n:])
	} else if err := storage.ReadRange(ctx, r.store, PackName(name), size-int64(pack.TrailerSize+n), sealed); err != nil {
		return nil, cutShort(PackName(name), err)
	}
	key, err := r.ring.Read.OpenObjectKey(r.header.ID, crypto.KindPack, nil, sealedKey)
	if err != nil {
		return nil, damage(PackName(name), err)
	}
	footer, err := pack.OpenFooter(key, sealed)
	if err != nil {
		return nil, damage(PackName(name), err)
	}
	return &pack.Entry{Name: name, Size: size, Key: sealedKey, Footer: footer}, nil
}

// cutShort is damageOf for an error of reading a range, where an early end says that the object is shorter than it was.
func cutShort(name string, err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) && core.KindOf(err) == core.Failure {
		return damage(name, fmt.Errorf("the object is cut short: %w", err))
	}
	return damageOf(name, err)
}
