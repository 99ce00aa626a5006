package s3

import (
	"context"
	"io"
	"iter"
	"maps"
	"net/http"
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
