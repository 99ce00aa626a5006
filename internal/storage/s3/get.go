package s3

import (
	"context"
	"fmt"
	"io"
	"math"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	"backup_projeto/internal/storage"
)

const (
	// maxCuts is how often in a row a body may break off without getting on.
	maxCuts = 5
	// gotOn is how many bytes after a break count as getting on.
	gotOn = 64 << 10
)

// Get asks for the object, or the part of it.
func (s *Store) Get(ctx context.Context, name string, offset, length int64) (io.ReadCloser, error) {
	key, err := s.key(name)
	if err != nil {
		return nil, err
	}
	if offset < 0 {
		return nil, storage.Errf(storage.Other, name, plain("a negative offset"))
	}
	if length == 0 { // S3 has no empty range
		_, err := s.Stat(ctx, name)
		return http.NoBody, err
	}
	return s.read(ctx, &reader{ctx: ctx, store: s, name: name, key: key, next: offset, left: length})
}

// read opens a reader.
func (s *Store) read(ctx context.Context, r *reader) (io.ReadCloser, error) {
	if r.left > math.MaxInt64-r.next {
		r.left = -1
	}
	if err := r.open(); err != nil {
		return nil, s.fail(ctx, r.action(), r.name, err)
	}
	return r, nil
}

// reader reads a range over as many answers as it takes.
type reader struct {
	ctx   context.Context
	store *Store
	name  string
	key   *string
	// version is the one to read; nil is the newest.
	version *string

	next int64 // the object's offset of the byte that comes next
	left int64 // bytes to come; negative while that is not known, to the object's end
	etag *string

	body  io.ReadCloser // the present answer's
	skip  int64         // bytes of it that were not asked for
	sized bool          // it said how long it is

	cuts  int   // breaks in a row
	since int64 // bytes since the last break
	err   error // what every further Read returns
}

// action is what a policy calls the right to read it.
func (r *reader) action() action {
	if r.version != nil {
		return getVersion
	}
	return getObject
}

// open asks for what is left.
func (r *reader) open() error {
	in := &awss3.GetObjectInput{Bucket: r.store.bucket(), Key: r.key, VersionId: r.version, IfMatch: r.etag}
	switch {
	case r.left >= 0:
		in.Range = aws.String(fmt.Sprintf("bytes=%d-%d", r.next, r.next+r.left-1))
	case r.next > 0:
		in.Range = aws.String(fmt.Sprintf("bytes=%d-", r.next))
	}
	var out *awss3.GetObjectOutput
	err := r.store.ask(r.ctx, func(where func(*awss3.Options)) (err error) {
		out, err = r.store.client.GetObject(r.ctx, in, where)
		return err
	})
	first := r.body == nil
	switch a := answerOf(err); {
	case err != nil && first && (a.code == "InvalidRange" || a.status == http.StatusRequestedRangeNotSatisfiable):
		r.body, r.left = http.NoBody, 0 // from the object's end on, or beyond
		return nil
	case err != nil && codes[a.code] == Denied && r.version == nil && r.store.isAbsent(r.ctx, r.key):
		return storage.Errf(storage.NotFound, r.name, nil)
	case err != nil && a.status == http.StatusPreconditionFailed:
		return storage.Errf(storage.Corrupt, r.name, plain("the object changed while it was read"))
	case err != nil:
		return err
	}
	r.body, r.etag, r.since = out.Body, out.ETag, 0
	return r.settle(out, in.Range != nil)
}

// settle finds out how much the answer holds, and what of it was not asked for, where the service does not know ranges.
func (r *reader) settle(out *awss3.GetObjectOutput, ranged bool) error {
	has := int64(-1)
	if out.ContentLength != nil {
		has = *out.ContentLength
	}
	r.skip, r.sized = 0, has >= 0
	if ranged && out.ContentRange == nil {
		r.skip = r.next
		if r.sized {
			has = max(has-r.next, 0)
		}
	} else if ranged {
		var from int64
		if n, err := fmt.Sscanf(*out.ContentRange, "bytes %d-", &from); n != 1 || err != nil || from != r.next {
			return storage.Errf(storage.Corrupt, r.name, plain("another part than the one asked for: "+r.store.clean(*out.ContentRange)))
		}
	}
	if r.sized && (r.left < 0 || has < r.left) {
		r.left = has
	}
	return nil
}

// Read gives what has arrived, and takes up again what broke off.
func (r *reader) Read(p []byte) (int, error) {
	for {
		if r.err == nil && r.ctx.Err() != nil {
			r.err = storage.Errf(storage.Other, r.name, r.ctx.Err())
		}
		switch {
		case r.err != nil:
			return 0, r.err
		case r.left == 0:
			return 0, io.EOF
		case len(p) == 0:
			return 0, nil
		case r.left > 0 && int64(len(p)) > r.left:
			p = p[:r.left]
		}
		n, err := r.take(p)
		if err == io.EOF && !r.sized {
			r.left = 0
		}
		if err != nil && r.left != 0 {
			r.err = r.resume(err)
		}
		if n > 0 {
			return n, nil
		}
	}
}

// take reads from the answer, past what was not asked for.
func (r *reader) take(p []byte) (int, error) {
	if r.skip > 0 {
		n, err := io.CopyN(io.Discard, r.body, r.skip)
		if r.skip -= n; err != nil {
			return 0, err
		}
	}
	n, err := r.body.Read(p)
	r.advance(int64(n))
	return n, err
}

// advance counts bytes that arrived.
func (r *reader) advance(n int64) {
	r.next += n
	r.since += n
	if r.left > 0 {
		r.left -= n
	}
	if r.since >= gotOn {
		r.cuts = 0
	}
}

// resume asks for the rest after a break.
func (r *reader) resume(cause error) error {
	r.body.Close()
	for {
		if r.cuts++; r.cuts > maxCuts {
			return r.store.cut(r.ctx, r.name, cause)
		}
		if sleep(r.ctx, r.store.pause(r.cuts)) != nil {
			return r.store.cut(r.ctx, r.name, cause)
		}
		err := r.open()
		if err == nil {
			return nil
		}
		if answerOf(err).status != 0 || !isNetwork(err) {
			return r.store.fail(r.ctx, r.action(), r.name, err)
		}
		cause = err
	}
}

// cut is the error of a body that breaks off again and again.
func (s *Store) cut(ctx context.Context, name string, cause error) error {
	if ctx.Err() != nil {
		return storage.Errf(storage.Other, name, ctx.Err())
	}
	return storage.Errf(storage.Network, s.endpoint, plain(s.clean("the answer breaks off: "+innermost(cause))))
}

// Close ends the reading.
func (r *reader) Close() error {
	r.body.Close() // of a body that is left early this fails, which is no failure
	return nil
}
