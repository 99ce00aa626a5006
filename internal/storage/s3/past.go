package s3

import (
	"context"
	"io"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"backup_projeto/internal/storage"
)

// Versioned asks whether the bucket keeps versions now.
func (s *Store) Versioned(ctx context.Context) (bool, error) {
	status, err := s.versioning(ctx)
	return status == types.BucketVersioningStatusEnabled, err
}

// versioning asks for the bucket's state: "" where it never kept versions, or where the service keeps none.
func (s *Store) versioning(ctx context.Context) (types.BucketVersioningStatus, error) {
	var out *awss3.GetBucketVersioningOutput
	err := s.ask(ctx, func(where func(*awss3.Options)) (err error) {
		out, err = s.client.GetBucketVersioning(ctx, &awss3.GetBucketVersioningInput{Bucket: s.bucket()}, where)
		return err
	})
	switch a := answerOf(err); {
	case err == nil:
		return out.Status, nil
	case a.unknown(), a.code == "VersioningNotConfigured":
		return "", nil
	}
	return "", s.fail(ctx, getVersioning, s.cfg.Bucket, err)
}

// AsOf returns the bucket as it was at a moment. One on which versioning was suspended since has what it kept until then.
func (s *Store) AsOf(ctx context.Context, moment time.Time) (storage.Store, error) {
	status, err := s.versioning(ctx)
	if err == nil && status == "" {
		err = storage.Errf(storage.NoVersions, s.cfg.Bucket, nil)
	}
	if err != nil {
		return nil, err
	}
	return &past{s: s, moment: moment, folders: map[string]*folder{}}, nil
}

// version is one version of an object, or a delete marker.
type version struct {
	name   string
	id     *string
	size   int64
	etag   string
	time   time.Time
	marker bool
	latest bool
}

// versions calls fn for each version of what has the prefix, the newest of an object first; of versions and markers, which S3 lists apart,
// only among themselves.
func (s *Store) versions(ctx context.Context, prefix string, fn func(version)) error {
	in := &awss3.ListObjectVersionsInput{Bucket: s.bucket(), EncodingType: types.EncodingTypeUrl}
	if s.base+prefix != "" {
		in.Prefix = aws.String(s.base + prefix)
	}
	for {
		var out *awss3.ListObjectVersionsOutput
		err := s.ask(ctx, func(where func(*awss3.Options)) (err error) {
			out, err = s.client.ListObjectVersions(ctx, in, where)
			return err
		})
		switch {
		case err != nil && answerOf(err).unknown():
			return storage.Errf(storage.NoVersions, s.cfg.Bucket, nil)
		case err == nil && out.IsTruncated == nil:
			err = s.notS3(prefix)
		}
		if err != nil {
			return s.fail(ctx, listVersions, prefix, err)
		}
		s.eachVersion(out, fn)
		if !*out.IsTruncated {
			return nil
		}
		next := unescaped(out.EncodingType, out.NextKeyMarker)
		if out.NextKeyMarker == nil || next == aws.ToString(in.KeyMarker) && aws.ToString(out.NextVersionIdMarker) == aws.ToString(in.VersionIdMarker) {
			return storage.Errf(storage.Other, prefix, plain("the listing breaks off without saying how to go on"))
		}
		in.KeyMarker, in.VersionIdMarker = &next, out.NextVersionIdMarker
	}
}

func (s *Store) eachVersion(page *awss3.ListObjectVersionsOutput, fn func(version)) {
	name := func(key *string) (string, bool) {
		name, ok := strings.CutPrefix(unescaped(page.EncodingType, key), s.base)
		return name, ok && storage.CheckName(name) == nil
	}
	for _, v := range page.Versions {
		if n, ok := name(v.Key); ok {
			fn(version{name: n, id: v.VersionId, size: aws.ToInt64(v.Size), etag: aws.ToString(v.ETag), latest: aws.ToBool(v.IsLatest),
				time: s.putTime(v.VersionId, aws.ToTime(v.LastModified))})
		}
	}
	for _, m := range page.DeleteMarkers {
		if n, ok := name(m.Key); ok {
			fn(version{name: n, id: m.VersionId, marker: true, latest: aws.ToBool(m.IsLatest), time: s.putTime(m.VersionId, aws.ToTime(m.LastModified))})
		}
	}
}

// putTime is when a version was put. S3 says that; versitygw says of an older version when it was replaced, and of a marker when the object was
// put, but its ids are ULIDs, which begin with the millisecond of their making, in ten digits of Crockford's base 32.
func (s *Store) putTime(id *string, told time.Time) time.Time {
	text := aws.ToString(id)
	if !s.foreign || len(text) != 26 {
		return told
	}
	ms := int64(0)
	for i := range len(text) {
		digit := strings.IndexByte("0123456789ABCDEFGHJKMNPQRSTVWXYZ", text[i])
		if digit < 0 {
			return told
		}
		if i < 10 {
			ms = ms<<5 | int64(digit)
		}
	}
	if made := time.UnixMilli(ms); made.Year() > 2000 && made.Year() < 2200 {
		return made
	}
	return told
}

// unescaped returns a key as it is. One that cannot be read as the page says it is written is none of ours, and stays as it is.
func unescaped(how types.EncodingType, key *string) string {
	if how == types.EncodingTypeUrl {
		if read, err := url.QueryUnescape(aws.ToString(key)); err == nil {
			return read
		}
	}
	return aws.ToString(key)
}

// hides reports whether v is newer than w, which was listed before. S3 tells times by the second: of two versions of one second the one that
// was listed first is newer; of a version and a marker that is not known, unless one is the latest, and the version counts: better to
// show what was deleted than to miss what was there.
func (v version) hides(w version) bool {
	switch {
	case !v.time.Equal(w.time):
		return v.time.After(w.time)
	case v.latest != w.latest:
		return v.latest
	}
	return w.marker && !v.marker
}

// past is a bucket as it was. The versions of a folder are listed when something in it is first asked for.
type past struct {
	s      *Store
	moment time.Time

	mu      sync.Mutex
	folders map[string]*folder // by prefix; guarded by mu
}

// folder is what had a prefix.
type folder struct {
	mu      sync.Mutex // held while it is listed
	objects map[string]version
	listed  bool // both guarded by mu
}

// load returns what had the prefix.
func (p *past) load(ctx context.Context, prefix string) (map[string]version, error) {
	p.mu.Lock()
	f := p.folders[prefix]
	if f == nil {
		f = &folder{}
		p.folders[prefix] = f
	}
	p.mu.Unlock()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.listed {
		return f.objects, nil
	}
	found := map[string]version{}
	err := p.s.versions(ctx, prefix, func(v version) {
		if v.time.After(p.moment) {
			return
		}
		if w, ok := found[v.name]; !ok || v.hides(w) {
			found[v.name] = v
		}
	})
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(found, func(_ string, v version) bool { return v.marker })
	f.objects, f.listed = found, true
	return found, nil
}

// find returns the version that an object had.
func (p *past) find(ctx context.Context, name string) (version, error) {
	if err := storage.CheckName(name); err != nil {
		return version{}, err
	}
	prefix := name
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		prefix = name[:i+1]
		if top := name[:strings.IndexByte(name, '/')+1]; p.has(top) { // one listing of packs/ serves all its folders
			prefix = top
		}
	}
	objects, err := p.load(ctx, prefix)
	if err != nil {
		return version{}, err
	}
	v, ok := objects[name]
	if !ok {
		return v, storage.Errf(storage.NotFound, name, nil)
	}
	return v, nil
}

// has reports whether a prefix was asked for before.
func (p *past) has(prefix string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.folders[prefix] != nil
}

// Get opens a part of the version that the object had.
func (p *past) Get(ctx context.Context, name string, offset, length int64) (io.ReadCloser, error) {
	v, err := p.find(ctx, name)
	switch {
	case err != nil:
		return nil, err
	case offset < 0:
		return nil, storage.Errf(storage.Other, name, plain("a negative offset"))
	case length == 0 || offset >= v.size:
		return http.NoBody, nil
	}
	return p.s.read(ctx, &reader{ctx: ctx, store: p.s, name: name, key: aws.String(p.s.base + name), version: v.id, next: offset, left: length})
}

// List yields what had the prefix.
func (p *past) List(ctx context.Context, prefix string) iter.Seq2[storage.Info, error] {
	return func(yield func(storage.Info, error) bool) {
		if err := checkPrefix(prefix); err != nil {
			yield(storage.Info{}, err)
			return
		}
		objects, err := p.load(ctx, prefix)
		if err != nil {
			yield(storage.Info{}, err)
			return
		}
		for _, name := range slices.Sorted(maps.Keys(objects)) {
			if !yield(objects[name].info(), nil) {
				return
			}
		}
	}
}

func (v version) info() storage.Info {
	return storage.Info{Name: v.name, Size: v.size, ModTime: v.time}
}

// Stat describes the version that the object had.
func (p *past) Stat(ctx context.Context, name string) (storage.Info, error) {
	v, err := p.find(ctx, name)
	if err != nil {
		return storage.Info{}, err
	}
	return v.info(), nil
}

// Put is refused.
func (p *past) Put(_ context.Context, name string, _ []byte) error {
	return storage.Errf(storage.ReadOnly, name, nil)
}

// Delete is refused.
func (p *past) Delete(_ context.Context, name string) error {
	return storage.Errf(storage.ReadOnly, name, nil)
}

// Counts returns what was asked of the service.
func (p *past) Counts() storage.Counts { return p.s.Counts() }

// Close lets go of idle connections.
func (p *past) Close() error { return p.s.Close() }

// Kept sums up the versions that a plain listing does not show.
func (s *Store) Kept(ctx context.Context) (storage.Kept, error) {
	var k storage.Kept
	var name, latest string // the object whose versions come, and the etag of the one in place
	rewritten := false
	err := s.versions(ctx, "", func(v version) {
		switch {
		case v.marker:
			k.Markers++
			return
		case v.latest:
			name, latest, rewritten = v.name, v.etag, false
			return
		}
		k.Versions++
		k.Bytes += v.size
		if v.name == name && v.etag != latest && !rewritten {
			rewritten = true
			if k.Rewritten++; k.Rewritten == 1 {
				k.First = name
			}
		}
	})
	return k, err
}
